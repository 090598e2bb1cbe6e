"""Looks over a finished reply before people are shown it: composed, generated or edited by a person, it is all one.

`inspect` knows the text and the request it answers, nothing of how it was written. The brand's own words (contacts,
answers, signature, names) are trusted; the customer's are not. What it finds is evidence for a person, who decides.
"""

from collections.abc import Iterable, Iterator, Sequence

import regex

from alerts.drafts import granted, names, own, plan, quoting, speech
from alerts.drafts.contacts import is_foreign
from alerts.drafts.patterns import fold, found
from alerts.drafts.personal import addresses, numbers, plain
from alerts.drafts.phrases import FALLBACK, GuardWords, Phrases, languages, load
from alerts.drafts.plan import Plan
from alerts.drafts.promises import amounts, promised
from alerts.drafts.request import Check, DraftRequest
from alerts.drafts.sequences import GLADLY
from alerts.text import cut, visible
from platforms.length import measure

HARD = frozenset(
    {
        "length",
        "promises",
        "liability",
        "personal_data",
        "links",
        "markup",
        "injection",
        "tone",
        "names",
        "statement",
    }
)
"""Checks that a draft must pass to be shown as it was first written."""

UNNAMED = "general"  # the kind of a grave matter whose words say of nothing what it is
ENOUGH = 40  # letters below which the language of a text is anybody's guess
COPIED = 8  # words in a row that are too many to share with the customer outside quotation marks
DETAIL = 160
_TAG = regex.compile(r"<[^<>\s][^<>]{0,500}>|<[!@#/]|&(?:lt|gt|amp|quot|#\d{1,6});|</")
_PING = regex.compile(r"(?<![\w.@])@[\w.]{2,}")
_MARKUP = regex.compile(r"\[[^\[\]\n]{0,200}\]\([^()\n]{0,500}\)|`|\*\w[^*\n]{0,200}\w\*|\{\w{0,40}\}")
_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f?")
_QUOTED = regex.compile(r"«([^«»]{1,200})»|“([^“”]{1,200})”|„([^„“”]{1,200})[“”]|\"([^\"]{1,200})\"")
_PLAIN = regex.compile(r"[\p{Latin}’'\- ,.;:!?]+")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}'’]+")
_SHOUTED = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}{4,}(?![\p{L}\p{N}])")
_NAMED = regex.compile(r"(?<=[\p{L}\p{N},;][ ’'])\p{Lu}[\p{Ll}’'-]{2,}")
_CAPITAL = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{Ll}’'-]{2,}")


def inspect(
    text: str,
    request: DraftRequest,
    *,
    lang: str | None = None,
    private: bool = False,
    wanted: Plan | None = None,
) -> tuple[Check, ...]:
    """All checks of a reply to the request. `lang`: the language it is meant to be in, where that is known; `private`:
    only the customer will read it; `wanted`: the plan for the request, where it is at hand."""
    wanted = wanted or plan.make(request)
    language = lang or speech.language(request)
    phrases = load(language if language in languages() else FALLBACK)
    said = _Said(text, _own(text, request), request, wanted, phrases, private)
    evidence: dict[str, Iterable[str]] = {
        "promises": _promises(said),
        "liability": _liability(said),
        "personal_data": _personal(said),
        "links": _links(said),
        "markup": _markup(said),
        "injection": _injection(said),
        "tone": _tone(said),
        "names": _names(said),
    }
    checks = [_language(said.own, language, request), _length(said)]
    checks += [_check(name, signs) for name, signs in evidence.items()]
    return (*checks, *_own_promises(said), *_contact(said), *_statement(said), _topic(said))


class _Said:
    """A reply, what in it is neither the brand's nor quoted, and what it answers."""

    def __init__(
        self, text: str, ours: str, request: DraftRequest, wanted: Plan, phrases: Phrases, private: bool
    ) -> None:
        self.text, self.own, self.request, self.wanted = text, ours, request, wanted
        self.phrases, self.private = phrases, private
        self.folded = fold(ours, None)

    @property
    def words(self) -> GuardWords:
        return self.phrases.guard

    @property
    def critical(self) -> bool:
        return self.wanted.case == "critical"


def _check(name: str, signs: Iterable[str]) -> Check:
    evidence = list(dict.fromkeys(" ".join(visible(sign).split()) for sign in signs))
    return Check(name, not evidence, cut("; ".join(evidence), DETAIL))


def _trusted(request: DraftRequest) -> list[str]:
    """What the brand has configured and may therefore say; the longest first."""
    brand = request.brand
    policy = brand.policy
    said = [*policy.contacts.values(), *(entry.answer.strip() for entry in policy.faq)]
    said += [part.strip() for one in policy.corrections for part in (one.text, one.source)]
    said += [
        one.strip() for one in (*(known.text for known in policy.statements), *request.statements.values())
    ]
    said += [form for one in brand.voice.phrases for part in own.fixed(one.text) for form in own.cased(part)]
    said += [brand.voice.signature.strip(), brand.name, *brand.aliases, quoting.bounded(request.place) or ""]
    return sorted({phrase for phrase in said if phrase.strip()}, key=len, reverse=True)


def _own(text: str, request: DraftRequest) -> str:
    """The reply without the brand's configured words, and without what it quotes of the customer."""
    theirs = fold(request.words, None).plain

    def unquoted(quote: regex.Match[str]) -> str:
        # French has spaces inside its quotation marks.
        inside = next(part for part in quote.groups() if part is not None).strip()
        return "“…”" if fold(inside, None).plain in theirs and _is_harmless(inside) else quote[0]

    for phrase in _trusted(request):
        text = text.replace(phrase, "…")
    return str(_QUOTED.sub(unquoted, text))


def _is_harmless(quote: str) -> bool:
    """A quotation is looked at like everything else where it is more than a few plain words."""
    return len(quote) <= quoting.LONGEST and bool(_PLAIN.fullmatch(quote)) and not _SHOUTED.search(quote)


def _language(said: str, language: str, request: DraftRequest) -> Check:
    wanted = request.spoken or speech.first_language(request.brand)
    letters = sum(char.isalpha() for char in said)
    spoken = request.detect(said) if request.detect and letters >= ENOUGH else None
    spoken = (spoken or "").replace("_", "-").split("-")[0].lower()
    spoken = language if spoken in ("", "und") else spoken
    return Check("language", spoken == wanted, "" if spoken == wanted else f"{wanted} → {spoken}")


def _length(said: _Said) -> Check:
    platform = said.request.platform
    if said.private or platform is None or platform.reply_limit is None:
        return Check("length", True, "")
    used = measure(said.text, platform.reply_unit)
    return Check(
        "length", used <= platform.reply_limit, f"{used}/{platform.reply_limit} {platform.reply_unit}"
    )


def _promises(said: _Said) -> Iterator[str]:
    """Sums, gifts, guarantees, refunds and times that the policy does not grant."""
    yield from amounts(said.own)
    words, folded = said.words, said.folded
    yield from found(words.gifts, folded)
    yield from found(words.guarantees, folded)
    if not _may_refund(said):
        yield from found(words.refund, folded)
    timeless = said.own
    for time in sorted((said.wanted.facts.get(slot, "") for slot in ("when", "opens", "until")), key=len):
        timeless = timeless.replace(time, "…") if time else timeless
    yield from found(words.deadlines, fold(timeless, None))


def _own_promises(said: _Said) -> Iterator[Check]:
    """What the brand's approved phrases promise: theirs to say, and for who signs to know."""
    text, lang = said.text.casefold(), said.phrases.lang
    for number, phrase in enumerate(said.request.brand.voice.phrases, 1):
        parts = own.fixed(phrase.text)
        stands = phrase.lang == lang and bool(parts) and all(part.casefold() in text for part in parts)
        refunds = phrase.move == "remedy_refund_replacement" and _may_refund(said)
        if stands and not refunds and (promises := promised(phrase.text, lang)):
            place = f"voice.phrases, number {number}"
            yield Check("own_promises", False, cut(f"{'; '.join(promises)} ({place})", DETAIL))


def _contact(said: _Said) -> Iterator[Check]:
    """Whether a contact in words is in the language of the reply around it."""
    contact = said.wanted.contact or ""
    if granted.reach_kind(contact) == "other" and contact in said.text:
        foreign = is_foreign(contact, said.phrases.lang, said.request.brand)
        yield Check("contact", not foreign, cut(contact, DETAIL) if foreign else "")


def _may_refund(said: _Said) -> bool:
    topics = {*said.request.topics, *(found.problem.topic for found in said.wanted.problems)}
    remedies = said.request.brand.policy.remedies
    grave = said.critical or said.request.urgency == "critical"
    return not grave and any(remedies.get(topic or "") == "refund_replacement" for topic in topics)


def _liability(said: _Said) -> Iterator[str]:
    """Words that a court would read as an admission; where people were harmed or the law is named, any admission."""
    yield from found(said.words.liability, said.folded)
    if said.critical:
        yield from found(said.words.admissions, said.folded)


def _personal(said: _Said) -> Iterator[str]:
    """What belongs to the customer and not into a reply; in a grave matter also asking for it in public."""
    theirs = {plain(number) for number in numbers(said.request.words)}
    yield from (number for number in numbers(said.own) if plain(number) in theirs)
    written = {
        address.casefold() for address in addresses(f"{said.request.words}\n{said.request.author or ''}")
    }
    yield from (address for address in addresses(said.own) if address.casefold() in written)
    full = " ".join((said.request.author or "").split())
    if len(full.split()) > 1 and len(full) > 5 and fold(full, None).plain in said.folded.plain:
        yield full
    if said.critical and not said.private:
        yield from found(said.words.asks, said.folded)


def _links(said: _Said) -> Iterator[str]:
    """Addresses and numbers that are not the brand's."""
    yield from addresses(said.own)


def _markup(said: _Said) -> Iterator[str]:
    """What a platform or Slack would obey: tags, pings, marks of emphasis, what cannot be seen, an unfilled slot."""
    for pattern in (_TAG, _MARKUP):
        yield from (match[0] for match in pattern.finditer(said.own))
    yield from (match[0] for match in _PING.finditer(said.own))
    if visible(said.text) != said.text.strip():
        yield "…"


def _injection(said: _Said) -> Iterator[str]:
    """Signs that the text obeys what the customer wrote: orders, their capitals, long stretches of their words."""
    for lang in languages():
        yield from found(load(lang).guard.orders, said.folded)
    yield from sorted(set(_SHOUTED.findall(said.own)) & set(_SHOUTED.findall(said.request.words)))
    yield from _copied(said.own, said.request.words)


def _copied(ours: str, theirs: str) -> Iterator[str]:
    def runs(text: str) -> dict[tuple[str, ...], str]:
        words = _WORD.findall(fold(text, None).plain)
        return {tuple(words[n : n + COPIED]): "" for n in range(len(words) - COPIED + 1)}

    common = runs(ours).keys() & runs(theirs).keys()
    yield from (" ".join(run) for run in sorted(common)[:1])


def _tone(said: _Said) -> Iterator[str]:
    """Cheer where there is nothing to be cheerful about, shouting, blame; emoji where the brand wants none."""
    glad = said.wanted.case in GLADLY
    if not (glad and said.request.brand.voice.emoji):
        yield from _EMOJI.findall(said.own)
    yield from found(said.words.blame, said.folded)
    yield from _SHOUTED.findall(said.own)
    if not glad:
        yield from found(said.words.cheer, said.folded)
        yield from ("!" for _ in range("!" in said.own))


def _names(said: _Said) -> Iterator[str]:
    """People, places and competitors whom only the customer named: no reply repeats them, but for the first name of
    somebody who is praised."""
    greeted = names.first_name(said.request.author) or said.wanted.facts.get("name", "")
    praised = said.wanted.facts.get("person", "")
    known = {*said.phrases.vocabulary, greeted}
    known |= {*_CAPITAL.findall(greeted), *_CAPITAL.findall(praised)}  # Jean-Marc is two
    theirs = set(_CAPITAL.findall(f"{said.request.words}\n{said.request.author or ''}")) - known
    named = (name for name in _NAMED.findall(said.own) if name in theirs)
    yield from (name for name in named if not said.phrases.is_ordinary(name))


def _topic(said: _Said) -> Check:
    """Whether a complaint is answered by its matter: a word of it, or of how the phrases call its problem; where it is
    grave, what they say of a matter of its kind."""
    certain = said.wanted.case in ("complaint", "mixed", "assistance") and said.wanted.certain
    if not certain and not said.critical:
        return Check("topic", True, "")
    ours = _stems(said.own) | _stems(" ".join(quote for quote in _quotes(said.text)))
    named = _stems(said.request.words)
    kind = said.wanted.reading.kind
    if said.critical and kind.id != UNNAMED:
        named |= _stems(" ".join(one.text for one in (*kind.public, *kind.safety, *kind.private)))
    for problem in () if said.critical else said.wanted.problems:
        named |= _stems(" ".join(wording.text for wording in (*problem.problem.name, *problem.problem.feel)))
    return Check("topic", bool(ours & named), "")


def _statement(said: _Said) -> Iterator[Check]:
    """Where everybody is told the same: whether this reply does, in the words that were approved."""
    told = said.wanted.facts.get("statement") if said.wanted.case == "statement" else None
    if told and not said.private:
        kept = " ".join(told.split()) in " ".join(said.text.split())
        yield Check("statement", kept, "" if kept else cut(" ".join(told.split()), DETAIL))


def _quotes(text: str) -> Sequence[str]:
    return [next(part for part in match.groups() if part) for match in _QUOTED.finditer(text)]


def _stems(text: str) -> set[str]:
    return {word[:6] for word in _WORD.findall(fold(text, None).plain) if len(word) >= 5}
