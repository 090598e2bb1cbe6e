"""*Mark as replied*: with what the reply promised, and until when."""

from dataclasses import dataclass
from datetime import date, timedelta

from alerts import cases, sla
from alerts.card import Card
from alerts.cases import Desk, Move
from alerts.channels.slack import seen
from alerts.channels.slack.forms.base import Errors, Form, Values, field, frame, quoted, written
from alerts.channels.slack.kit import Block
from alerts.channels.slack.seen import Clicked
from alerts.words import Words
from store.tables import Case

LONGEST = timedelta(days=366)  # a promise: a slip of the hand would be counted through centuries of hours


@dataclass(frozen=True, slots=True)
class Replied:
    """`promise`: what the reply told the customer to expect, until the end of the day `by`."""

    promise: str = ""
    by: date | None = None


def view(card: Card, words: Words) -> Block:
    hint = words._("Ascolto reminds you before it is due. Leave both empty where nothing was promised.")
    blocks = [
        *quoted(card),
        field("promise", words._("Promised to the customer"), written(), optional=True, hint=hint),
        field("by", words._("By when"), {"type": "datepicker", "action_id": "by"}, optional=True),
    ]
    return frame("replied", card, words._("Mark as replied"), words._("Mark as replied"), blocks, words)


def read(values: Values, words: Words, today: date) -> Replied | Errors:
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
    return Replied(promise, by)


def submit(desk: Desk, clicked: Clicked, sent: Replied) -> Move:
    promised_by = None
    if sent.by:
        case = desk.session.get(Case, clicked.case_id)
        promised_by = sla.end_of_day(sent.by, desk.brands.get(case.brand) if case else None, desk.now)
    if news := seen.news(desk, clicked):
        return news
    return cases.mark_replied(desk, clicked.case_id, clicked.who, sent.promise or None, promised_by)


FORM = Form("replied", lambda now: view(now.card, now.words), read, submit, lambda sent: sent.promise)
