"""What Slack shows in a modal, as parts of a page: so that a form is made, read and checked in one place for both.

A part is a small value that `parts.html` draws; a field keeps the name of its block, under which `read` looks for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.channels.slack.forms.base import Values
from web.posted import Posted

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in. `kind`: line, lines, day, radio, select, ticks."""

    name: str
    kind: str
    label: str
    value: str = ""
    hint: str = ""
    error: str = ""
    optional: bool = False
    most: int | None = None
    options: tuple[Option, ...] = ()
    counts: bool = False  # Enter counts anew what it would do


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text. `url`: a link."""

    text: str
    bold: bool = False
    italic: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """Something to read. `kind`: text, small, heading, quote, verbatim, bullet, rule."""

    kind: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: the action of a button in Slack, and its value."""

    action: str
    label: str
    value: str


Part = Field | Shown | Button
KINDS = {
    "radio_buttons": "radio",
    "static_select": "select",
    "checkboxes": "ticks",
    "datepicker": "day",
}
SHOWN = ("reply.", "statement_")
RICH = {
    "rich_text_section": "text",
    "rich_text_quote": "quote",
    "rich_text_preformatted": "verbatim",
}


def parts(view: Block, typed: Posted | None = None, errors: Mapping[str, str] | None = None) -> list[Part]:
    """All of a modal; with what a person has `typed` in its fields, and what is wrong with it."""
    return [part for block in view["blocks"] for part in _parts(block, typed, errors or {})]


def values_of(view: Block, posted: Posted, detect: Any = None) -> Values:
    """What was posted, as Slack sends the state of this modal: only its own fields count. What a field's name remembers
    of what was shown (`SHOWN`) is what the person saw; the rest of its name is as it is now."""
    found: dict[str, Any] = {}
    for part in parts(view):
        if not isinstance(part, Field):
            continue
        name = _posted_name(part.name, posted)
        if name is None and part.kind not in ("radio", "select", "ticks"):
            continue  # it was not there yet
        own, memory = part.name.rpartition(".")[0], (name or "").rpartition(".")[2]
        seen = part.name.startswith(SHOWN) and re.fullmatch("[0-9a-f]{8}", memory)
        key = f"{own}.{memory}" if seen else part.name
        if not any(one.startswith("reply.") for one in found) or not key.startswith("reply."):
            found[key] = {"it": _element(part, posted.get(name or ""))}
    return Values(found, detect)


def stem(name: str) -> str:
    """The name of a field without what it remembers."""
    return name.partition(".")[0]


def _posted_name(name: str, posted: Posted) -> str | None:
    return next((one for one in posted.names() if stem(one) == stem(name)), None)


def title(view: Block) -> str:
    return str(view["title"]["text"])


def submit_label(view: Block) -> str:
    return str((view.get("submit") or {}).get("text") or "")


def _element(field: Field, value: str) -> dict[str, Any]:
    if field.kind in ("radio", "select", "ticks"):
        known = value in {option.value for option in field.options}
        if field.kind == "ticks":
            return {"selected_options": [{"value": value}] if known else []}
        return {"selected_option": {"value": value}} if known else {}
    return {"selected_date": value} if field.kind == "day" else {"value": value}


def _parts(block: Block, typed: Posted | None, errors: Mapping[str, str]) -> Iterator[Part]:
    kind = block["type"]
    if kind == "input":
        yield _field(block, typed, errors)
    elif kind == "header":
        yield Shown("heading", _plain(block["text"]))
    elif kind == "divider":
        yield Shown("rule")
    elif kind == "context":
        for element in block["elements"]:
            yield Shown("small", _plain(element))
    elif kind == "section":
        yield Shown("text", _plain(block["text"]))
    elif kind == "rich_text":
        yield from _rich(block["elements"])
    elif kind == "actions":
        for element in block["elements"]:
            if element["type"] == "button":
                yield Button(
                    str(element["action_id"]), element["text"]["text"], str(element.get("value") or "")
                )


def _rich(elements: Sequence[Block]) -> Iterator[Part]:
    for element in elements:
        if element["type"] == "rich_text_list":
            for row in element["elements"]:
                yield Shown("bullet", _spans(row["elements"]))
        else:
            yield Shown(RICH.get(element["type"], "text"), _spans(element["elements"]))


def _spans(elements: Sequence[Block]) -> tuple[Span, ...]:
    found = []
    for one in elements:
        style = one.get("style") or {}
        text = str(one.get("text") or one.get("user_id") or "")
        url = str(one["url"]) if one["type"] == "link" else None
        found.append(Span(text, bool(style.get("bold")), bool(style.get("italic")), url))
    return tuple(found)


def _plain(text: Block) -> tuple[Span, ...]:
    return (Span(str(text["text"])),)


def _field(block: Block, typed: Posted | None, errors: Mapping[str, str]) -> Field:
    element, name = block["element"], str(block["block_id"])
    lines = element["type"] == "plain_text_input" and element.get("multiline")
    was = _posted_name(name, typed) if typed is not None else None
    chosen = (element.get("initial_option") or {}).get("value")
    value = str(element.get("initial_value") or chosen or element.get("initial_date") or "")
    return Field(
        name=name,
        kind="lines" if lines else KINDS.get(element["type"], "line"),
        label=str(block["label"]["text"]),
        value=typed.get(was) if typed is not None and was is not None else value,
        hint=str((block.get("hint") or {}).get("text") or ""),
        error=next((said for key, said in errors.items() if key and stem(key) == stem(name)), ""),
        optional=bool(block.get("optional")),
        most=element.get("max_length"),
        options=tuple(Option(str(one["value"]), one["text"]["text"]) for one in element.get("options") or ()),
        counts=bool(block.get("dispatch_action")),
    )
