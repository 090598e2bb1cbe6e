"""Modals without anything to fill in: a sentence, a wait; and what was written in one that could not be done."""

from collections.abc import Sequence

from alerts.channels.slack import kit
from alerts.channels.slack.kit import Block
from alerts.channels.slack.pieces import pieces
from alerts.text import visible
from alerts.words import Words


def loading(words: Words) -> Block:
    """Stands until the database has answered: Slack opens a modal only within three seconds of the click."""
    return notice(words._("One moment…"), words)


def notice(said: str, words: Words, title: str = "Ascolto") -> Block:
    """A sentence and nothing to do."""
    return sheet(title, [kit.paragraph(said)], words)


def sheet(title: str, blocks: Sequence[Block], words: Words) -> Block:
    """Something to read and nothing to do."""
    return {
        "type": "modal",
        "title": kit.plain(title, 24),
        "close": kit.plain(words._("Close"), 24),
        "blocks": list(blocks),
    }


def saying(said: str | None, view: Block) -> Block:
    """The view with a sentence on top."""
    return view | {"blocks": [kit.paragraph(said), *view["blocks"]]} if said else view


def lost(said: str, kept: Sequence[str]) -> list[Block]:
    """What could not be done after a modal closed, with what the person had written: nothing typed is lost."""
    written = [kit.verbatim(piece) for text in kept for _, piece in pieces(visible(text)) if piece]
    return [kit.rich(kit.section(kit.text(said, bold=True)), *written)]
