"""What a button or a modal remembers of what was seen when it was drawn: numbers alone.

`12.7.34.1` is case 12 at its version 7, which shows its mention 34 as first written. Older buttons named the case alone
(`12`), or the case with the words (`12.34.1`); they still work.
"""

import re
from dataclasses import dataclass

from alerts import cases
from alerts.card import Card
from alerts.cases import Desk, Move

_CASE_OR_WORDS = re.compile(r"\d{1,15}(?:\.\d{1,15}\.\d{1,9})?", re.ASCII)
_ALL = re.compile(r"(\d{1,15})\.(\d{1,9})\.(\d{1,15})\.(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Clicked:
    """What a person clicked on: a case, where the button says so its version and the words that were seen, and what
    they chose."""

    case_id: int
    who: str
    mention_id: int | None = None
    revision: int | None = None
    chosen: str = ""
    version: int | None = None


def value(card: Card) -> str:
    """The value of a button, or the memory of a modal, that shows this card."""
    return f"{card.case_id}.{card.version}.{card.mention_id or 0}.{card.revision}"


def read(value: str, who: str = "", chosen: str = "") -> Clicked | None:
    """What such a value names; None for what no button of ours says."""
    if known := _ALL.fullmatch(value):
        case_id, version, mention_id, revision = map(int, known.groups())
        if not mention_id:  # the case has lost its mention: its author was forgotten
            return Clicked(case_id, who, chosen=chosen, version=version)
        return Clicked(case_id, who, mention_id, revision, chosen, version)
    if not _CASE_OR_WORDS.fullmatch(value):
        return None
    case_id, *words = map(int, value.split("."))
    if not words:
        return Clicked(case_id, who, chosen=chosen)
    return Clicked(case_id, who, words[0], words[1], chosen)


def news(desk: Desk, clicked: Clicked) -> Move | None:
    """Nobody closes or puts aside what they have not read: where the case says more than they saw, it stays."""
    return cases.unseen(desk, clicked.case_id, clicked.mention_id, clicked.revision, clicked.version)
