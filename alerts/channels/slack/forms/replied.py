"""*Mark as replied*: with who has read what not everybody reads, what went out, what it promised, and until when."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from alerts import sla, telling
from alerts.card import Card
from alerts.cases import Desk, Move
from alerts.channels.slack import modals, seen
from alerts.channels.slack.forms.base import (
    Errors,
    Form,
    Showing,
    Values,
    chosen,
    field,
    frame,
    options,
    quoted,
    written,
)
from alerts.channels.slack.kit import Block
from alerts.channels.slack.seen import Clicked
from alerts.replies import sending
from alerts.replies.sending import ME, Sent
from alerts.words import N_, Words
from store.tables import Case

LONGEST = timedelta(days=366)  # a promise: a slip of the hand would be counted through centuries of hours
OTHER = "other"
READERS = {ME: N_("I have: I read it myself"), OTHER: N_("Somebody else has")}
READER, READER_OF_OTHERS = "reader", "reader_of_others"
AS_IT_STANDS = "as_it_stands"
WENT_OUT = {AS_IT_STANDS: N_("The reply as it stands in Ascolto"), OTHER: N_("Other words")}
MOST = 3_000


@dataclass(frozen=True, slots=True)
class Replied:
    """`promise`: what the reply told the customer to expect, until the end of the day `by`; `sent`: what is told of
    the reply itself."""

    promise: str = ""
    by: date | None = None
    sent: Sent = dataclasses.field(default_factory=Sent)


def show(now: Showing) -> Block:
    draft = now.card.draft
    if draft is not None and draft.waits:
        return modals.notice(telling.draft_waits(draft, now.words), now.words, now.words._("Mark as replied"))
    return view(now.card, now.words, sending.unread_beside(now.session, now.case, now.words.lang))


def view(card: Card, words: Words, others: Sequence[str] = ()) -> Block:
    """`others`: in a storm, the languages of further drafts that somebody must have read."""
    hint = words._("Ascolto reminds you before it is due. Leave both empty where nothing was promised.")
    blocks = [
        *quoted(card),
        *_reader(card, words, others),
        field("promise", words._("Promised to the customer"), written(), optional=True, hint=hint),
        field("by", words._("By when"), {"type": "datepicker", "action_id": "by"}, optional=True),
        *_went_out(card, words),
    ]
    return frame("replied", card, words._("Mark as replied"), words._("Mark as replied"), blocks, words)


def _reader(card: Card, words: Words, others: Sequence[str]) -> list[Block]:
    """Who has read a reply that people here may not be able to read: nothing goes out that nobody has. A draft with a
    gloss may, as long as its words are those of the draft."""
    foreign = card.draft is not None and telling.foreign(card.draft, words)
    unread = card.draft is not None and telling.unread(card.draft, words)
    if not foreign and not others:
        return []
    language = words.language(card.draft.lang if card.draft else "")
    name = READER if unread or others else READER_OF_OTHERS
    if others:
        langs = dict.fromkeys((*([card.draft.lang] if unread and card.draft else []), *others))
        listed = words.listing([words.language(lang) for lang in langs])
        asked = words._(
            "Who reads {languages} and has read the drafts? They have no gloss.", languages=listed
        )
    elif unread:
        asked = words._("Who reads {language} and has read the reply? It has no gloss.", language=language)
    else:
        asked = words._("If its words are others: who reads {language} and has read them?", language=language)
    return [
        field(
            name,
            asked,
            chosen(name, options(READERS, READERS, words)),
            optional=name != READER,
        ),
        field("read_by", words._("Who, if somebody else"), written(most=100), optional=True),
    ]


def _went_out(card: Card, words: Words) -> list[Block]:
    if card.draft is None or not card.draft.reply:
        return []
    hint = words._("Only how much was changed is kept, and reported by the digest: not the words.")
    return [
        field(
            "sent",
            words._("What went out"),
            chosen("sent", options(WENT_OUT, WENT_OUT, words)),
            optional=True,
        ),
        field(
            "text",
            words._("Its words, if others"),
            written(multiline=True, most=MOST),
            optional=True,
            hint=hint,
        ),
    ]


def read(values: Values, words: Words, today: date) -> Replied | Errors:
    sent = _sent(values, words)
    if isinstance(sent, dict):
        return sent
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
    if by and by - today > LONGEST:
        return {"by": words._("Choose a day within a year.")}
    return Replied(promise, by, sent)


def _sent(values: Values, words: Words) -> Sent | Errors:
    reader, name, text = (
        values.of(READER) or values.of(READER_OF_OTHERS),
        values.of("read_by"),
        values.of("text"),
    )
    if READER in values.blocks and reader not in READERS:
        return {READER: words._("Choose one.")}
    others = bool(text) or values.of("sent") == OTHER
    if READER_OF_OTHERS in values.blocks and others and reader not in READERS:
        return {READER_OF_OTHERS: words._("Choose one.")}
    if reader == OTHER and not name:
        return {"read_by": words._("Who has read it?")}
    as_it_stands = values.of("sent") == AS_IT_STANDS
    if as_it_stands and text:
        return {"sent": words._("As it stands, or in other words?")}
    return Sent(ME if reader == ME else name, as_it_stands, text)


def submit(desk: Desk, clicked: Clicked, sent: Replied) -> Move:
    promised_by = None
    if sent.by:
        case = desk.session.get(Case, clicked.case_id)
        promised_by = sla.end_of_day(sent.by, desk.brands.get(case.brand) if case else None, desk.now)
    if news := seen.news(desk, clicked):
        return news
    case_id, who = clicked.case_id, clicked.who
    return sending.mark_sent(desk, case_id, who, sent.sent, sent.promise or None, promised_by)


def typed(sent: Replied) -> str:
    """All that a person wrote, as it comes back to them where nothing could be kept."""
    return "\n\n".join(text for text in (sent.sent.text, sent.promise) if text)


FORM = Form("replied", show, read, submit, typed)
