"""Composes the draft reply to a mention from the phrase files, and has the guard look over it.

What is to be said is decided in `alerts.drafts.plan`, the words are chosen in `alerts.drafts.writing`, and
`alerts.drafts.guard` checks the finished text. A draft that fails is written again with less of the customer's words
in it. Nothing is sent from here: that takes a person's click.
"""

from collections.abc import Iterator

from alerts.drafts import facts, guard, own, plan, writing
from alerts.drafts.phrases import languages, load
from alerts.drafts.plan import Plan
from alerts.drafts.request import Check, DraftReply, DraftRequest, Sentence
from alerts.drafts.timing import timing
from alerts.drafts.variety import Choice
from alerts.drafts.writing import Reader, Written
from platforms.length import measure

__all__ = ["Check", "DraftReply", "DraftRequest", "compose"]

CAUTION = (
    frozenset[str](),
    frozenset({"quote", "place", "second"}),
    frozenset(
        {"quote", "place", "second", "name", "ask", "feel", "thanks", "good", "about", "person", "where"}
    ),
)
"""What is left out when the guard finds fault: first what the customer wrote, then all that is not needed."""


def compose(request: DraftRequest, reader: str | None = None) -> DraftReply:
    """The draft for a mention: no reply where none is due, and the same for the same request. `reader`: the language of
    the person who signs, for whom a draft in another has a gloss."""
    wanted = plan.make(request)
    if wanted.case is None:
        return _reply(request, wanted, None, None, ())
    bare = _bare_answer(request, wanted, reader)
    for written, private in [bare] if bare else _tries(request, wanted, _reader(request, wanted, reader)):
        checks = _checks(request, wanted, written, private)
        if all(check.ok for check in checks if check.name in guard.HARD):
            break
    return _reply(request, wanted, written, private, checks)


def _reader(request: DraftRequest, wanted: Plan, lang: str | None) -> Reader | None:
    """What the slots of a draft say in its reader's language; None: they read the draft as it is."""
    if lang is None or lang == wanted.phrases.lang or lang not in languages():
        return None
    phrases = load(lang)
    times = facts.said(timing(request.brand, wanted.urgency, request.now, phrases))
    kind = next((kind for kind in phrases.kinds if kind.id == wanted.reading.kind.id), None)
    problem = next((one for one in phrases.problems if one.id == wanted.problem.id), None)
    untold = (*times, "ask", "where", *own.SENTENCES)
    meant = {slot: value for slot, value in wanted.facts.items() if slot not in untold}
    role = next(
        (one for one in phrases.named.roles if one.id == getattr(wanted.reading.role, "id", "")), None
    )
    named = {"ask": problem.ask if problem else None, "need": kind.need if kind else None}
    named["where"] = role.where if role else None
    named |= own.glosses(wanted.entry, wanted.correction, wanted.facts.get("statement"), request.brand)
    if wanted.facts.get("statement") in request.statements.values():
        named["statement"] = request.statements.get(lang)
    return Reader(phrases, meant | {slot: value for slot, value in (times | named).items() if value})


def _tries(
    request: DraftRequest, wanted: Plan, reader: Reader | None
) -> Iterator[tuple[Written, Written | None]]:
    choice = Choice(request.seed, tuple(request.recent), request.had)
    for without in CAUTION:
        written = writing.public(wanted, request.brand, request.platform, choice, without, reader)
        critical = wanted.case == "critical"
        yield written, writing.private(wanted, request.brand, choice, without, reader) if critical else None


def _bare_answer(request: DraftRequest, wanted: Plan, reader: str | None) -> tuple[Written, None] | None:
    """A configured answer in the customer's language, where there are no phrases in it to stand around the answer."""
    if wanted.entry is None or wanted.case == "answer":
        return None
    text = writing.signed(wanted.entry.answer.strip(), request.brand)
    number = request.brand.policy.faq.index(wanted.entry) + 1
    gloss = wanted.entry.gloss if reader not in (None, wanted.entry.lang) else None
    sentence = Sentence(text, gloss, (f"policy.faq.{number}",), "answer")
    return Written(text, (f"faq.{number}",), (sentence,)), None


def _checks(
    request: DraftRequest, wanted: Plan, written: Written, private: Written | None
) -> tuple[Check, ...]:
    lang = _language(wanted)
    found = guard.inspect(written.text, request, lang=lang, wanted=wanted)
    if private is None:
        return found
    there = guard.inspect(private.text, request, lang=lang, private=True, wanted=wanted)
    return found + tuple(check for check in there if not check.ok and check.name in guard.HARD)


def _language(wanted: Plan) -> str:
    entry = wanted.entry
    return entry.lang if entry and entry.lang and wanted.case != "answer" else wanted.phrases.lang


def _reply(
    request: DraftRequest,
    wanted: Plan,
    written: Written | None,
    private: Written | None,
    checks: tuple[Check, ...],
) -> DraftReply:
    platform = request.platform
    unit = platform.reply_unit if platform else "characters"
    return DraftReply(
        lang=_language(wanted),
        reply=written.text if written else None,
        private_reply=private.text if private else None,
        gloss=_gloss(written, private),
        used=measure(written.text, unit) if written else 0,
        limit=platform.reply_limit if platform else None,
        unit=unit,
        remedy=wanted.remedy,
        checks=checks,
        moves=(written.moves if written else ()) + (private.moves if private else ()),
        status_note=writing.status_note(wanted, Choice(request.seed, ())),
        sentences=(written.sentences if written else ()) + (private.sentences if private else ()),
    )


def _gloss(written: Written | None, private: Written | None) -> str | None:
    """What all of it means; None where a part of it has no gloss."""
    texts = [one.gloss for one in (written, private) if one]
    return "\n\n".join(text for text in texts if text) if texts and all(texts) else None
