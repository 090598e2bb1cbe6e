"""*Report to the platform*: which rule it breaks, and what shows it."""

from dataclasses import dataclass
from datetime import date

from alerts import deeds
from alerts.card import Card
from alerts.cases import Desk, Move
from alerts.channels.slack import kit, menu
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
from alerts.words import N_, Words

RULES = {
    "fake": N_("Fake: nobody was here or bought this"),
    "wrong_place": N_("Wrong place: it is about another company or product"),
    "breaks_rules": N_("Breaks its rules: insults, threats, personal data, advertising"),
}


@dataclass(frozen=True, slots=True)
class Report:
    rule: str
    evidence: str


def view(card: Card, words: Words) -> Block:
    """There is no rule against what is merely negative, and none here to choose."""
    hint = words._(
        "What a stranger at the platform can check: no such order, another shop's address, the words that insult."
    )
    blocks = [
        kit.paragraph(words._("A review is never reported because it is negative.")),
        *quoted(card),
        *menu.original(card, words),
        field("rule", words._("Which rule it breaks"), chosen("rule", options(RULES, RULES, words))),
        field("evidence", words._("What shows it"), written(multiline=True), hint=hint),
    ]
    return frame("report", card, words._("Report"), words._("Note the report"), blocks, words)


def read(values: Values, words: Words, today: date) -> Report | Errors:
    rule, evidence = values.of("rule"), values.of("evidence")
    if rule not in RULES:
        return {"rule": words._("Choose one.")}
    return Report(rule, evidence) if evidence else {"evidence": words._("Write something.")}


def submit(desk: Desk, clicked: Clicked, sent: Report) -> Move:
    return deeds.report(desk, clicked.case_id, clicked.who, sent.rule, sent.evidence)


FORM = Form("report", lambda now: view(now.card, now.words), read, submit, lambda sent: sent.evidence)
