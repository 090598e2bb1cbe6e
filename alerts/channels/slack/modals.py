"""The modals of a case, and what people write in them. Values in, a view out; what a submission does is `clicks`'s.

A modal remembers numbers alone (`menu.seen`). What a submission must be checked against before the database is
asked (the platform's limit, which reply was shown) stands in the names of its blocks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

from alerts import telling
from alerts.card import Card
from alerts.cases import HOW
from alerts.channels.slack import kit, menu
from alerts.channels.slack.kit import Block
from alerts.text import visible
from alerts.words import N_, Words
from platforms.length import Unit, measure
from store.mention import storable

PREFIX = "ascolto.modal."
PIECE = 2_400  # Slack takes 3,000 in one input: so much is put there, so that there is room to write
MOST = 3_000
PHRASE = "ascolto.case.count.v1"  # the phrase of an exclusion: Enter counts it anew
SHORTEST_PHRASE = 3
SENTIMENTS = {"negative": N_("Negative"), "neutral": N_("Neutral"), "positive": N_("Positive")}
CATEGORIES = {
    "complaint": N_("a complaint"),
    "information": N_("a question"),
    "commercial": N_("a question about buying"),
    "assistance": N_("a call for help"),
    "praise": N_("Praise"),
    "spam": N_("spam"),
    "other": N_("something else"),
}
RULES = {
    "fake": N_("Fake: nobody was here or bought this"),
    "wrong_place": N_("Wrong place: it is about another company or product"),
    "breaks_rules": N_("Breaks its rules: insults, threats, personal data, advertising"),
}
LIMITS = {
    "characters": N_("at most {limit} characters"),
    "bytes": N_("at most {limit} bytes"),
    "graphemes": N_("at most {limit} characters"),
    "weighted": N_("at most {limit} weighted characters"),
}
_REPLY = re.compile(r"reply\.(\d{1,2})\.([nsw])\.(\d*)\.(\w+)\.([0-9a-f]{8})", re.ASCII)
_SEPARATORS = {"n": "\n", "s": "\n\n", "w": " "}
Errors = dict[str, str]
"""What is wrong, by the block that shows it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as a person edited it; `before`: the mark of the one that the modal showed."""

    text: str
    before: str


@dataclass(frozen=True, slots=True)
class Resolution:
    how: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Replied:
    """`promise`: what the reply told the customer to expect, until the end of the day `by`."""

    promise: str = ""
    by: date | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a false alarm should have been scored as; None: as it was."""

    sentiment: str | None = None
    urgency: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    rule: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Said:
    """One thing: a note, a phrase, an outcome."""

    text: str


Submission = Reply | Resolution | Replied | Correction | Report | Said


@dataclass(frozen=True, slots=True)
class Counted:
    """What an exclusion would have kept out."""

    phrase: str
    mentions: int
    own: int = 0


# ---------------------------------------------------------------------------------------------------------- views


def loading(words: Words) -> Block:
    """Stands until the database has answered: Slack opens a modal only within three seconds of the click."""
    return notice(words._("One moment…"), words)


def notice(said: str, words: Words, title: str = "Ascolto") -> Block:
    """A sentence and nothing to do."""
    return {
        "type": "modal",
        "title": kit.plain(title, 24),
        "close": kit.plain(words._("Close"), 24),
        "blocks": [kit.paragraph(said)],
    }


def typed(what: str, sent: Submission) -> list[str]:
    """What a person wrote in the modal `what` with their own words."""
    match sent:
        case Said(_) if what == "outcome":  # it was chosen
            return []
        case Reply(text) | Said(text) | Resolution(_, text) | Replied(text) | Report(_, text):
            return [text] if text else []
        case _:
            return []


def lost(said: str, kept: Sequence[str]) -> list[Block]:
    """What could not be done after a modal closed, with what the person had written: nothing typed is lost."""
    written = [kit.verbatim(piece) for text in kept for _, piece in pieces(visible(text)) if piece]
    return [kit.rich(kit.section(kit.text(said, bold=True)), *written)]


def edit(card: Card, reply: str, words: Words) -> Block:
    """The whole reply, in as many inputs as Slack needs for it."""
    draft = card.draft
    limit, unit = (draft.limit, draft.unit) if draft else (None, "characters")
    label = words._("Reply in {language}", language=words.language(draft.lang if draft else card.lang or ""))
    if limit:
        label = f"{label}, {words._(LIMITS[unit], limit=words.number(limit))}"
    inputs = []
    for number, (mark, piece) in enumerate(pieces(visible(reply))):
        block_id = f"reply.{number}.{mark}.{limit or ''}.{unit}.{fingerprint(reply)}"
        shown = label if not number else words._("Its continuation")
        inputs.append(_input(block_id, shown, _written(piece, multiline=True, most=MOST)))
    about = [telling.draft_label(draft, card, words)] if draft else []
    about += telling.draft_checks(draft, words) if draft else []
    other = kit.button(menu.action("another"), words._("Another wording"), menu.seen(card))
    blocks = [
        *_quoted(card),
        *([kit.context(about)] if about else []),
        *inputs,
        kit.actions("ascolto.edit", [other]),
    ]
    return _modal("edit", card, words._("Edit draft"), words._("Save"), blocks, words)


def resolve(card: Card, words: Words) -> Block:
    how = {"type": "radio_buttons", "action_id": "how", "options": _options(HOW, telling.RESOLUTIONS, words)}
    blocks = [
        *_quoted(card),
        _input("how", words._("What was done"), how),
        _input("note", words._("Note"), _written(multiline=True), optional=True),
    ]
    return _modal("resolve_as", card, words._("Resolve"), words._("Resolve"), blocks, words)


def replied(card: Card, words: Words) -> Block:
    hint = words._("Ascolto reminds you before it is due. Leave both empty where nothing was promised.")
    blocks = [
        *_quoted(card),
        _input(
            "promise", words._("Promised to the customer"), _written(), optional=True, hint=hint
        ),
        _input("by", words._("By when"), {"type": "datepicker", "action_id": "by"}, optional=True),
    ]  # fmt: skip
    return _modal("replied", card, words._("Mark as replied"), words._("Mark as replied"), blocks, words)


def false_alarm(card: Card, words: Words) -> Block:
    chosen: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        ("urgency", words._("How urgent it was"), telling.URGENCIES),
        ("sentiment", words._("Its mood"), SENTIMENTS),
        ("category", words._("What it was"), CATEGORIES),
    )
    hint = words._("Leave empty what was right. Ascolto learns from it.")
    blocks = [*_quoted(card)]
    for name, label, table in chosen:
        element = {"type": "static_select", "action_id": name, "options": _options(table, table, words)}
        blocks.append(
            _input(name, label, element, optional=True, hint=hint if name == "urgency" else "")
        )  # fmt: skip
    return _modal("false_alarm_as", card, words._("False alarm"), words._("False alarm"), blocks, words)


def not_about_us(card: Card, counted: Counted | None, words: Words) -> Block:
    """A phrase that holds the brand's name and means something else, with what it would have kept out."""
    phrase = counted.phrase if counted else ""
    told = count(counted, words) if counted else words._("No phrase could be found: write one.")
    written = _written(phrase, most=100) | {
        "action_id": PHRASE,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    block = _input(
        f"phrase.{fingerprint(phrase)}", words._("Mentions with this phrase are not about us"), written
    )
    block |= {
        "dispatch_action": True,
        "hint": kit.plain(words._("Change it and press Enter to count it anew."), 2_000),
    }
    blocks = [*_quoted(card), block, kit.paragraph(told)]
    return _modal("not_about_us", card, words._("Not about us"), words._("Adopt it"), blocks, words)


def count(counted: Counted, words: Words) -> str:
    """“aurora boreale”: 14 mentions, none of them yours."""
    if not counted.mentions:
        return words._("“{phrase}”: in no mention so far", phrase=counted.phrase)
    told = words.n(
        "“{phrase}”: {count} mention", "“{phrase}”: {count} mentions", counted.mentions, phrase=counted.phrase
    )
    if not counted.own:
        return words._("{told}, none of them yours", told=told)
    own = words.number(counted.own)
    return words._("{told}, {own} of them surely about you: choose another phrase", told=told, own=own)


def note(card: Card, words: Words) -> Block:
    blocks = [*_quoted(card), _input("note", words._("Note"), _written(multiline=True))]
    return _modal("note", card, words._("Add a note"), words._("Save"), blocks, words)


def report(card: Card, words: Words) -> Block:
    """There is no rule against what is merely negative, and none here to choose."""
    rule = {"type": "radio_buttons", "action_id": "rule", "options": _options(RULES, RULES, words)}
    hint = words._(
        "What a stranger at the platform can check: no such order, another shop's address, the words that insult."
    )
    blocks = [
        kit.paragraph(words._("A review is never reported because it is negative.")),
        *_quoted(card),
        *menu.original(card, words),
        _input("rule", words._("Which rule it breaks"), rule),
        _input("evidence", words._("What shows it"), _written(multiline=True), hint=hint),
    ]
    return _modal("report", card, words._("Report"), words._("Note the report"), blocks, words)


def outcome(card: Card, words: Words) -> Block:
    chosen = {
        "type": "radio_buttons",
        "action_id": "outcome",
        "options": _options(telling.OUTCOMES, telling.OUTCOMES, words),
    }
    blocks = [*_quoted(card), _input("outcome", words._("What the platform answered"), chosen)]
    return _modal("outcome", card, words._("Report"), words._("Save"), blocks, words)


# ------------------------------------------------------------------------------------------------------- readings


def read(what: str, values: Mapping[str, Any], words: Words, today: date) -> Submission | Errors:
    """What a person has written in the modal `what`, or what is wrong with it. Asks nobody, so that Slack is answered
    at once. Raises KeyError for a modal that is not known here."""
    return _READERS[what](_Values(values), words, today)


class _Values:
    """The state of a view: by block, by element."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.blocks = values

    def of(self, block: str) -> str:
        element = next(iter((self.blocks.get(block) or {}).values()), None) or {}
        chosen = (element.get("selected_option") or {}).get("value")
        written = str(element.get("value") or chosen or element.get("selected_date") or "")
        return str(storable(written)).strip()

    def named(self, beginning: str) -> str:
        return next((name for name in self.blocks if name.startswith(beginning)), "")


def _read_reply(values: _Values, words: Words, today: date) -> Submission | Errors:
    fields = [known for name in values.blocks if (known := _REPLY.fullmatch(name))]
    if not fields:
        raise KeyError("reply")
    fields.sort(key=lambda field: int(field[1]))
    text = ""
    for field in fields:
        piece = values.of(field[0])
        text += (_SEPARATORS[field[2]] if text and piece else "") + piece
    named, known = [field[0] for field in fields], fields[-1]
    limit, unit = int(known[3] or 0), known[4]
    used = measure(text, _unit(unit))
    if limit and used > limit:
        length = words._(telling.UNITS[_unit(unit)], used=words.number(used), limit=words.number(limit))
        return {
            named[-1]: words._("Too long by {over}: {length}", over=words.number(used - limit), length=length)
        }
    return Reply(text, known[5]) if text else {named[0]: words._("Write something.")}


def _read_resolution(values: _Values, words: Words, today: date) -> Submission | Errors:
    how = values.of("how")
    return Resolution(how, values.of("note")) if how in HOW else {"how": words._("Choose one.")}


def _read_replied(values: _Values, words: Words, today: date) -> Submission | Errors:
    promise, day = values.of("promise"), values.of("by")
    try:
        by = date.fromisoformat(day) if day else None
    except ValueError:
        return {"by": words._("Choose a day.")}
    if promise and by is None:
        return {"by": words._("Until when was it promised?")}
    if by and not promise:
        return {"promise": words._("What was promised?")}
    if by and by < today:
        return {"by": words._("That day is over.")}
    return Replied(promise, by)


def _read_correction(values: _Values, words: Words, today: date) -> Submission | Errors:
    tables: dict[str, Mapping[str, str]] = {
        "sentiment": SENTIMENTS,
        "urgency": telling.URGENCIES,
        "category": CATEGORIES,
    }
    said = {name: values.of(name) or None for name in tables}
    wrong = [name for name, value in said.items() if value is not None and value not in tables[name]]
    return {name: words._("Choose one.") for name in wrong} or Correction(**said)


def _read_report(values: _Values, words: Words, today: date) -> Submission | Errors:
    rule, evidence = values.of("rule"), values.of("evidence")
    if rule not in RULES:
        return {"rule": words._("Choose one.")}
    return Report(rule, evidence) if evidence else {"evidence": words._("Write something.")}


def _read_phrase(values: _Values, words: Words, today: date) -> Submission | Errors:
    block = values.named("phrase.")
    phrase = values.of(block)
    if len(phrase) < SHORTEST_PHRASE:
        return {block: words._("Write at least {count} letters.", count=SHORTEST_PHRASE)}
    return Said(phrase)


def _read_note(values: _Values, words: Words, today: date) -> Submission | Errors:
    text = values.of("note")
    return Said(text) if text else {"note": words._("Write something.")}


def _read_outcome(values: _Values, words: Words, today: date) -> Submission | Errors:
    chosen = values.of("outcome")
    return Said(chosen) if chosen in telling.OUTCOMES else {"outcome": words._("Choose one.")}


_READERS = {
    "edit": _read_reply,
    "resolve_as": _read_resolution,
    "replied": _read_replied,
    "false_alarm_as": _read_correction,
    "not_about_us": _read_phrase,
    "note": _read_note,
    "report": _read_report,
    "outcome": _read_outcome,
}


def callback(what: str) -> str:
    """The name under which Slack sends a submission; a constant with a version, like an action id."""
    return f"{PREFIX}{what}.v1"


def fingerprint(text: str) -> str:
    """Tells one text from another in the name of a block; Slack keeps what was typed under an old name."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()


def pieces(text: str) -> list[tuple[str, str]]:
    """The text in pieces of at most PIECE units of UTF-16, which Slack counts in, each with what stood before it."""
    found, mark = [], "n"
    while _units(text) > PIECE:
        room = _room(text)
        at, end, following = _break(text, room)
        found.append((mark, text[:at]))
        text, mark = text[end:], following
    return [*found, (mark, text)]


def _break(text: str, room: int) -> tuple[int, int, str]:
    for mark, separator in (("s", "\n\n"), ("n", "\n"), ("w", " ")):
        at = text.rfind(separator, room // 2, room)
        if at > 0:
            return at, at + len(separator), mark
    return room, room, "w"  # a word of thousands of letters: no reply has one


def _room(text: str) -> int:
    room = min(len(text), PIECE)
    while _units(text[:room]) > PIECE:
        room -= max(1, (_units(text[:room]) - PIECE) // 2)
    return room


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def _unit(name: str) -> Unit:
    return name if name in telling.UNITS else "characters"  # type: ignore[return-value]


def _modal(what: str, card: Card, title: str, submit: str, blocks: Sequence[Block], words: Words) -> Block:
    return {
        "type": "modal",
        "callback_id": callback(what),
        "private_metadata": menu.seen(card),
        "title": kit.plain(title, 24),
        "submit": kit.plain(submit, 24),
        "close": kit.plain(words._("Cancel"), 24),
        "blocks": list(blocks),
    }


def _quoted(card: Card) -> list[Block]:
    """What it is about, in small."""
    said = card.quote or card.title
    return [kit.context([f"{card.author or ''} “{said[:300]}”".strip()])] if said else []


def _input(block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": kit.plain(label, 2_000),
        "element": element,
    }
    if optional:
        block["optional"] = True
    return block | ({"hint": kit.plain(hint, 2_000)} if hint else {})


def _written(initial: str = "", *, multiline: bool = False, most: int = 500) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": "text", "max_length": most}
    if multiline:
        element["multiline"] = True
    shown = visible(initial)
    if _units(shown) > most:
        shown = shown[: most // 2]  # a unit counts at most twice
    return element | ({"initial_value": shown} if shown else {})


def _options(names: Sequence[str] | Mapping[str, str], table: Mapping[str, str], words: Words) -> list[Block]:
    return [kit.option(name, words._(table[name])) for name in names]
