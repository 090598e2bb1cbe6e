"""*False alarm*: with what it should have been scored as, kept as a label to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from alerts import cases, telling
from alerts.card import Card
from alerts.cases import Desk, Move
from alerts.channels.slack.forms.base import Errors, Form, Values, chosen, field, frame, options, quoted
from alerts.channels.slack.kit import Block
from alerts.channels.slack.seen import Clicked
from alerts.words import N_, Words

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
TABLES: dict[str, Mapping[str, str]] = {
    "urgency": telling.URGENCIES,
    "sentiment": SENTIMENTS,
    "category": CATEGORIES,
}


@dataclass(frozen=True, slots=True)
class Correction:
    """None: as it was."""

    sentiment: str | None = None
    urgency: str | None = None
    category: str | None = None


def view(card: Card, words: Words) -> Block:
    labels = {
        "urgency": words._("How urgent it was"),
        "sentiment": words._("Its mood"),
        "category": words._("What it was"),
    }
    hint = words._("Leave empty what was right. Ascolto learns from it.")
    blocks = quoted(card)
    for name, table in TABLES.items():
        element = chosen(name, options(table, table, words), "static_select")
        shown = hint if name == "urgency" else ""
        blocks.append(field(name, labels[name], element, optional=True, hint=shown))
    return frame("false_alarm_as", card, words._("False alarm"), words._("False alarm"), blocks, words)


def read(values: Values, words: Words, today: date) -> Correction | Errors:
    said = {name: values.of(name) or None for name in TABLES}
    wrong = [name for name, value in said.items() if value is not None and value not in TABLES[name]]
    return {name: words._("Choose one.") for name in wrong} or Correction(**said)


def submit(desk: Desk, clicked: Clicked, sent: Correction) -> Move:
    return cases.false_alarm(
        desk,
        clicked.case_id,
        clicked.who,
        clicked.mention_id,
        clicked.revision,
        sent.sentiment,
        sent.urgency,
        sent.category,
        version=clicked.version,
    )


FORM = Form("false_alarm_as", lambda now: view(now.card, now.words), read, submit)
