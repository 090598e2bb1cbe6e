"""*What the platform answered* to a report."""

from datetime import date

from alerts import deeds
from alerts.card import Card
from alerts.cases import Desk, Move
from alerts.channels.slack.forms.base import Errors, Form, Values, chosen, field, frame, options, quoted
from alerts.channels.slack.kit import Block
from alerts.channels.slack.seen import Clicked
from alerts.telling import OUTCOMES
from alerts.words import Words


def view(card: Card, words: Words) -> Block:
    element = chosen("outcome", options(OUTCOMES, OUTCOMES, words))
    blocks = [*quoted(card), field("outcome", words._("What the platform answered"), element)]
    return frame("outcome", card, words._("Report"), words._("Save"), blocks, words)


def read(values: Values, words: Words, today: date) -> str | Errors:
    answer = values.of("outcome")
    return answer if answer in OUTCOMES else {"outcome": words._("Choose one.")}


def submit(desk: Desk, clicked: Clicked, sent: str) -> Move:
    return deeds.report_outcome(desk, clicked.case_id, clicked.who, sent)


FORM = Form("outcome", lambda now: view(now.card, now.words), read, submit)
