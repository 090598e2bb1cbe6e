"""*Add a note*: for colleagues alone."""

from datetime import date

from alerts import deeds
from alerts.card import Card
from alerts.cases import Desk, Move
from alerts.channels.slack.forms.base import Errors, Form, Values, field, frame, quoted, written
from alerts.channels.slack.kit import Block
from alerts.channels.slack.seen import Clicked
from alerts.words import Words


def view(card: Card, words: Words) -> Block:
    blocks = [*quoted(card), field("note", words._("Note"), written(multiline=True))]
    return frame("note", card, words._("Add a note"), words._("Save"), blocks, words)


def read(values: Values, words: Words, today: date) -> str | Errors:
    return values.of("note") or {"note": words._("Write something.")}


def submit(desk: Desk, clicked: Clicked, sent: str) -> Move:
    return deeds.note(desk, clicked.case_id, clicked.who, sent)


FORM = Form("note", lambda now: view(now.card, now.words), read, submit, lambda sent: sent)
