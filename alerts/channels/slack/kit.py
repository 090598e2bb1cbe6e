"""The pieces of Block Kit that messages, modals and the App Home are made of. Text from outside becomes inert here."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from alerts import telling
from alerts.channels.slack.escape import inert
from alerts.text import cut, visible

MAX_TEXT, MAX_HEADER, MAX_LABEL, MAX_URL, MAX_ALT = 3_000, 150, 75, 3_000, 2_000
_SLACK_PERSON = re.compile(r"^slack:([UW][A-Z0-9]{2,20}):")
_PERSON_MARK = re.compile(
    "\ue000([UW][A-Z0-9]+)\ue001"
)  # private use: `visible` text has none, so nobody forges it
Block = dict[str, Any]


def plain(said: str, limit: int = MAX_TEXT) -> Block:
    """A text that Slack parses nowhere; never empty, which Slack refuses."""
    return {"type": "plain_text", "text": inert(said, limit) or "–", "emoji": False}


def header(said: str) -> Block:
    return {"type": "header", "text": plain(said, MAX_HEADER)}


def context(lines: Iterable[str]) -> Block:
    return {"type": "context", "elements": [plain(line) for line in lines if line.strip()][:10]}


def paragraph(said: str, accessory: Block | None = None) -> Block:
    """A line of text, with something to click beside it."""
    block: Block = {"type": "section", "text": plain(said)}
    return block | ({"accessory": accessory} if accessory else {})


def rich(*parts: Block) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def section(*parts: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(parts)}


def bullets(rows: Sequence[Block]) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(rows)}


def quote(said: str) -> Block:
    return {"type": "rich_text_quote", "elements": [text(said)]}


def verbatim(said: str) -> Block:
    """A reply to copy: no style, no link, line ends kept."""
    return {"type": "rich_text_preformatted", "elements": [text(said)]}


def text(said: str, *, bold: bool = False, italic: bool = False) -> Block:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    # Spaces at the ends join the parts of a line: `inert` would take them.
    kept = (
        said[: len(said) - len(said.lstrip(" "))] + inert(said, MAX_TEXT - 20) + said[len(said.rstrip(" ")) :]
    )
    return {"type": "text", "text": cut(kept, MAX_TEXT) or " "} | ({"style": style} if style else {})


def link(url: str, label: str) -> Block:
    return {"type": "link", "url": url, "text": inert(label, MAX_HEADER)}


def image(file: str, alt: str) -> Block:
    """A picture that was uploaded: Slack's id of it, and what it shows for whoever does not see it."""
    return {"type": "image", "slack_file": {"id": file}, "alt_text": inert(alt, MAX_ALT) or "–"}


def actions(block_id: str, elements: Iterable[Block]) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(action: str, label: str, value: str, *, style: str = "", url: str | None = None) -> Block:
    """`style`: primary or danger; `url`: opened in the browser by the same click."""
    known: Block = {
        "type": "button",
        "action_id": action,
        "value": value,
        "text": {"type": "plain_text", "text": inert(label, MAX_LABEL), "emoji": False},
    }
    return known | ({"style": style} if style else {}) | ({"url": url} if url else {})


def option(value: str, label: str) -> Block:
    return {"text": plain(label, MAX_LABEL), "value": value}


def mark(who: str) -> str:
    """A person of this workspace is shown as Slack shows people: a reminder calls them, an edit pings nobody."""
    person = _SLACK_PERSON.match(who)
    return f"\ue000{person[1]}\ue001" if person else visible(telling.name_of(who))


def with_people(said: str, *, bold: bool = True) -> list[Block]:
    """A line (a bold one) in which the people that `mark` marked are shown as such."""
    pieces = _PERSON_MARK.split(said)  # text, person, text, person, ..., text
    people = [
        {"type": "user", "user_id": piece} if i % 2 else text(piece)
        for i, piece in enumerate(pieces)
        if piece
    ]
    if not bold:
        return people
    return [part if part["type"] == "user" else part | {"style": {"bold": True}} for part in people]
