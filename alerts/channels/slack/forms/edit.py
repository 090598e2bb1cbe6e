"""*Edit draft*: the whole reply, counted as the platform counts, saved as the case's reply."""

import re
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from alerts import cases, deeds, telling
from alerts.card import Card
from alerts.cases import Desk, Move
from alerts.channels.slack import kit, menu, modals, seen
from alerts.channels.slack.forms.base import (
    Errors,
    Form,
    Showing,
    Values,
    field,
    fingerprint,
    frame,
    quoted,
    written,
)
from alerts.channels.slack.kit import Block
from alerts.channels.slack.pieces import SEPARATORS, pieces
from alerts.channels.slack.seen import Clicked
from alerts.deeds import MAX_REPLY
from alerts.drafts.request import MODEL
from alerts.replies import sending
from alerts.text import visible
from alerts.words import N_, Words
from platforms.length import Unit, measure
from store.tables import Case

MOST = 3_000
LIMITS = {
    "characters": N_("at most {limit} characters"),
    "bytes": N_("at most {limit} bytes"),
    "graphemes": N_("at most {limit} characters"),
    "weighted": N_("at most {limit} weighted characters"),
}
REWRITTEN = ("reply", "another_wording", "warn", "ask_to_quote", "statement", "statement_withdrawn")
_BLOCK = re.compile(r"reply\.(\d{1,2})\.([nsw])\.(\d*)\.(\w+)\.([0-9a-f]{8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as a person edited it; `before`: the mark of the one that the form showed."""

    text: str
    before: str


def view(card: Card, reply: str, words: Words) -> Block:
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
        inputs.append(field(block_id, shown, written(piece, multiline=True, most=MOST)))
    about = [telling.draft_label(draft, card, words)] if draft else []
    about += telling.draft_checks(draft, card, words) if draft else []
    other = kit.button(menu.action("another"), words._("Another wording"), seen.value(card))
    blocks = [
        *quoted(card),
        *([kit.context(about)] if about else []),
        *inputs,
        kit.actions("ascolto.edit", [other]),
    ]
    return frame("edit", card, words._("Edit draft"), words._("Save"), blocks, words)


def show(now: Showing) -> Block:
    draft = now.card.draft
    if draft is not None and draft.waits:
        return modals.notice(telling.draft_waits(draft, now.words), now.words, now.words._("Edit draft"))
    return view(now.card, reply_of(now.session, now.case), now.words)


def read(values: Values, words: Words, today: date) -> Reply | Errors:
    fields = [known for name in values.blocks if (known := _BLOCK.fullmatch(name))]
    if not fields:
        raise KeyError("reply")
    fields.sort(key=lambda field: int(field[1]))
    text = ""
    for one in fields:
        piece = values.of(one[0])
        text += (SEPARATORS[one[2]] if text and piece else "") + piece
    named, known = [one[0] for one in fields], fields[-1]
    limit, unit = int(known[3] or 0), _unit(known[4])
    used = measure(text, unit)
    if limit and used > limit:
        length = words._(telling.UNITS[unit], used=words.number(used), limit=words.number(limit))
        return {
            named[-1]: words._("Too long by {over}: {length}", over=words.number(used - limit), length=length)
        }
    if len(text) > MAX_REPLY:
        length = words._(
            telling.UNITS["characters"], used=words.number(len(text)), limit=words.number(MAX_REPLY)
        )
        over = words.number(len(text) - MAX_REPLY)
        return {named[-1]: words._("Too long by {over}: {length}", over=over, length=length)}
    return Reply(text, known[5]) if text else {named[0]: words._("Write something.")}


def submit(desk: Desk, clicked: Clicked, sent: Reply) -> Move:
    """Keeps the reply, unless there is another by now than the one that was edited."""
    case = cases.locked(desk.session, clicked.case_id)
    if sending.waits(case, sending.draft_of(desk.session, case)):
        return Move(False, case, clicked.who, desk.now, refused=telling.DRAFT_WAITS)
    now = reply_of(desk.session, case)
    if fingerprint(now) != sent.before and now != sent.text and not _is_models(desk.session, case):
        return cases.too_late(desk.session, case, REWRITTEN)
    return deeds.save_reply(desk, clicked.case_id, clicked.who, sent.text)


def _is_models(session: Session, case: Case) -> bool:
    """Whether what the case shows are words that a model put in the draft's place: a person's come before them."""
    draft = sending.draft_of(session, case) if case.reply is None else None
    return draft is not None and draft.generator == MODEL


def reply_of(session: Session, case: Case) -> str:
    """The whole reply of a case: a person's, else the draft to the words that are shown; one that is about to be
    written anew is none."""
    if case.reply is not None:
        return case.reply
    draft = sending.draft_of(session, case)
    return draft.reply or "" if draft is not None and not draft.outdated else ""


def _unit(name: str) -> Unit:
    return name if name in telling.UNITS else "characters"  # type: ignore[return-value]


FORM = Form("edit", show, read, submit, lambda sent: sent.text)
