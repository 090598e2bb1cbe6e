"""What a generated text must not do beyond what the guard of all drafts finds: it may say less than the composed draft,
and nothing more. Pure."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import regex
from babel.dates import get_day_names

from alerts.drafts import guard
from alerts.drafts.generator import prompt
from alerts.drafts.generator.claims import speaks_otherwise
from alerts.drafts.generator.grounding import unfounded
from alerts.drafts.patterns import fold, found
from alerts.drafts.phrases import languages, load
from alerts.drafts.plan import Plan
from alerts.drafts.request import Check, DraftReply, DraftRequest
from platforms.length import measure

LONGEST = 900  # characters of a text that people still read, where the platform allows more
APART = 0.25  # how far two replies of a brand are at least: 1 less difflib's ratio over the words
_FIGURE = regex.compile(r"\p{N}+")
_NAMED = regex.compile(r"(?<=[\p{L}\p{N},;:] )\p{Lu}[\p{L}’'-]{2,}")
_PREAMBLE = regex.compile(r"\A[^\n]{0,80}:\s*\n")
UNREAD = ("unread", "stars_low", "stars_middle", "stars_high")  # there are no words, or nobody has read them
OWN = frozenset({"answer", "correction", "statement"})  # the brand's own sentences, which stand as they are


def is_fixed(request: DraftRequest, wanted: Plan, draft: DraftReply) -> bool:
    """Whether the composed draft stands whatever a model would write: in a grave matter, where the brand's own
    sentences answer, where there is nothing to answer, and where the customer's words give orders to a machine."""
    critical = request.critical or request.urgency == "critical"
    if draft.reply is None or draft.private_reply is not None or critical:
        return True
    if wanted.case in (None, "critical", *UNREAD) or not OWN.isdisjoint(wanted.facts):
        return True
    return request.detect is None or draft.lang != (request.spoken or draft.lang) or gives_orders(request)


def gives_orders(request: DraftRequest) -> bool:
    """Whether the customer's words, in whatever language, speak to who writes the reply."""
    words = fold(request.words)
    return any(found(load(lang).guard.orders, words) for lang in languages())


def limit(request: DraftRequest, draft: DraftReply, signature: str) -> int:
    """The longest text, in the draft's unit, that the signature still fits behind."""
    room = LONGEST if draft.limit is None else min(LONGEST, draft.limit)
    return room - measure(signature, draft.unit)


def faults(
    text: str, signed: str, request: DraftRequest, wanted: Plan, draft: DraftReply, said: Sequence[str] = ()
) -> list[str]:
    """What speaks against `text`, which `signed` holds with its signature; empty: it stands. `said`: the brand's latest
    replies, without theirs."""
    return [
        *_beyond(text, wanted, draft),
        *(["unfounded"] if any(unfounded(text, request, wanted, draft, prompt.kept(wanted, draft))) else ()),
        *(["said before"] if is_near(text, said) else ()),
        *(check.name for check in checks(signed, request, wanted, draft) if not check.ok),
    ]


def checks(signed: str, request: DraftRequest, wanted: Plan, draft: DraftReply) -> Sequence[Check]:
    return guard.inspect(signed, request, lang=draft.lang, wanted=wanted)


def is_near(text: str, others: Sequence[str]) -> bool:
    """Whether `text` says nearly the same as one of the others. Composed drafts never do, by their rows of wordings; a
    generated one is no row, so its words are compared."""
    words = text.split()
    for other in others:
        match = SequenceMatcher(None, other.split(), words, autojunk=False)
        if min(match.real_quick_ratio(), match.quick_ratio()) > 1 - APART and match.ratio() > 1 - APART:
            return True
    return False


def _beyond(text: str, wanted: Plan, draft: DraftReply) -> Iterator[str]:
    plan = prompt.bare(draft)
    if len(text) > LONGEST:
        yield "too long"
    if sum(char.isalpha() for char in text) < guard.ENOUGH:  # and nobody could tell its language
        yield "too short"
    if _PREAMBLE.search(text):
        yield "preamble"
    if not all(words in text for words in prompt.kept(wanted, draft)):
        yield "where or when"
    if not set(_FIGURE.findall(text)) <= set(_FIGURE.findall(plan)):
        yield "figures"
    days = {name.casefold() for name in get_day_names("wide", locale=wanted.phrases.lang).values()}
    if {day for day in days if day in text.casefold()} - {day for day in days if day in plan.casefold()}:
        yield "days"
    if _said(wanted.phrases.guard.refund, text) and not _said(wanted.phrases.guard.refund, plan):
        yield "offers"
    yield from _sorry(text, plan, wanted)
    if speaks_otherwise(text, wanted.register == wanted.phrases.formal, wanted.phrases.lang):
        yield "form of address"
    if set(_names(text, wanted)) - set(regex.findall(r"[\p{L}’'-]+", plan)):
        yield "new names"


def _sorry(text: str, plan: str, wanted: Plan) -> Iterator[str]:
    """An apology stands where the plan has one, in whatever words; an admission of more, where the plan has that."""
    words, sorry = wanted.phrases.guard.admissions, wanted.phrases.language.sorry
    if not _said(sorry, plan):
        yield from ["apologies"] if _said(sorry, text) else []
    if any(not _said(sorry, said) for said in _said(words, text) - _said(words, plan)):
        yield "admissions"


def _said(patterns: tuple[str, ...], text: str) -> set[str]:
    """What the patterns find in a text, in small letters."""
    return {words.casefold() for words in found(patterns, fold(text, None))}


def _names(text: str, wanted: Plan) -> Iterator[str]:
    """Words that a capital makes names, other than those that the language always writes so."""
    phrases = wanted.phrases
    for word in _NAMED.findall(text):
        if word not in phrases.vocabulary and not phrases.is_ordinary(word):
            yield word
