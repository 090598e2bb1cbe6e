"""What the forms have in common: their frame, the inputs they are made of, and how a submission is read.

A form remembers numbers alone (`seen`). What a submission must be checked against before the database is asked (the
platform's limit, which reply was shown) stands in the names of its blocks.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from sqlmodel import Session

from alerts.card import Card
from alerts.cases import Desk, Move
from alerts.channels.slack import kit, seen
from alerts.channels.slack.kit import Block
from alerts.channels.slack.pieces import units
from alerts.channels.slack.seen import Clicked
from alerts.text import visible
from alerts.words import Words
from store.brand import Brand
from store.mention import storable
from store.tables import Case

PREFIX = "ascolto.modal."
Errors = dict[str, str]
"""What is wrong, by the block that shows it."""
Sent = TypeVar("Sent")


@dataclass(frozen=True, slots=True)
class Showing:
    """What a form may show: the case as it is now. `phrase`: what a person wrote in it to have it counted, or the
    number of the page they turned to. `called`: what people call those whom a policy names."""

    session: Session
    case: Case
    card: Card
    brand: Brand | None
    words: Words
    phrase: str | None = None
    called: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Values:
    """The state of a view as Slack sends it: by block, by element. `detect` finds the language of what is written."""

    def __init__(self, values: Mapping[str, Any], detect: Callable[[str], str | None] | None = None) -> None:
        self.blocks, self.detect = values, detect

    def of(self, block: str) -> str:
        element = next(iter((self.blocks.get(block) or {}).values()), None) or {}
        ticked: dict[str, Any] = next(iter(element.get("selected_options") or []), {})
        chosen = (element.get("selected_option") or ticked).get("value")
        written = str(element.get("value") or chosen or element.get("selected_date") or "")
        return str(storable(written)).strip()

    def named(self, beginning: str) -> str:
        return next((name for name in self.blocks if name.startswith(beginning)), "")


@dataclass(frozen=True, slots=True)
class Form(Generic[Sent]):
    """A modal with something to fill in. `read` asks nobody, so that Slack is answered at once; it raises KeyError for
    what this form does not hold. `typed`: what a person wrote in their own words; `signed`: a policy may name who alone
    may send it."""

    name: str
    show: Callable[[Showing], Block]
    read: Callable[[Values, Words, date], Sent | Errors]
    submit: Callable[[Desk, Clicked, Sent], Move]
    typed: Callable[[Sent], str] = lambda sent: ""
    signed: bool = False


def callback(name: str) -> str:
    """The name under which Slack sends a submission; a constant with a version, like an action id."""
    return f"{PREFIX}{name}.v1"


def fingerprint(text: str) -> str:
    """Tells one text from another in the name of a block; Slack keeps what was typed under an old name."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()


def frame(name: str, card: Card, title: str, submit: str, blocks: Sequence[Block], words: Words) -> Block:
    return {
        "type": "modal",
        "callback_id": callback(name),
        "private_metadata": seen.value(card),
        "title": kit.plain(title, 24),
        "submit": kit.plain(submit, 24),
        "close": kit.plain(words._("Cancel"), 24),
        "blocks": list(blocks),
    }


def quoted(card: Card) -> list[Block]:
    """What it is about, in small."""
    said = card.quote or card.title
    return [kit.context([f"{card.author or ''} “{said[:300]}”".strip()])] if said else []


def field(block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": kit.plain(label, 2_000),
        "element": element,
    }
    if optional:
        block["optional"] = True
    return block | ({"hint": kit.plain(hint, 2_000)} if hint else {})


def written(initial: str = "", *, multiline: bool = False, most: int = 500) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": "text", "max_length": most}
    if multiline:
        element["multiline"] = True
    shown = visible(initial)
    if units(shown) > most:
        shown = shown[: most // 2]  # a unit counts at most twice
    return element | ({"initial_value": shown} if shown else {})


def chosen(name: str, options: Sequence[Block], kind: str = "radio_buttons") -> Block:
    return {"type": kind, "action_id": name, "options": list(options)}


def options(names: Sequence[str] | Mapping[str, str], table: Mapping[str, str], words: Words) -> list[Block]:
    return [kit.option(name, words._(table[name])) for name in names]
