"""*Resolve*: with what was done."""

from dataclasses import dataclass
from datetime import date

from alerts import cases, deeds, telling
from alerts.card import Card
from alerts.cases import HOW, Desk, Move
from alerts.channels.slack import seen
from alerts.channels.slack.forms.base import (
    Errors,
    Form,
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
from alerts.words import Words


@dataclass(frozen=True, slots=True)
class Resolution:
    how: str
    note: str = ""


def view(card: Card, words: Words) -> Block:
    blocks = [
        *quoted(card),
        field("how", words._("What was done"), chosen("how", options(HOW, telling.RESOLUTIONS, words))),
        field("note", words._("Note"), written(multiline=True), optional=True),
    ]
    return frame("resolve_as", card, words._("Resolve"), words._("Resolve"), blocks, words)


def read(values: Values, words: Words, today: date) -> Resolution | Errors:
    how = values.of("how")
    return Resolution(how, values.of("note")) if how in HOW else {"how": words._("Choose one.")}


def submit(desk: Desk, clicked: Clicked, sent: Resolution) -> Move:
    if news := seen.news(desk, clicked):
        return news
    move = cases.resolve(desk, clicked.case_id, clicked.who, sent.how)
    if sent.note and move.done:
        deeds.note(desk, clicked.case_id, clicked.who, sent.note)
    return move


FORM = Form("resolve_as", lambda now: view(now.card, now.words), read, submit, lambda sent: sent.note)
