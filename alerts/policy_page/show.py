"""How a policy page looks: Markdown, or one HTML file that needs nothing else. Configured words are text in both."""

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.policy_page.page import Page, Section
from alerts.words import N_, Words

CONTENTS, NOTE = N_("On this page"), N_("A note, not part of the page")
# Web and e-mail addresses, but not @name@host; a full stop after one is the sentence's.
_ADDRESS = re.compile(
    r"(https?://[^\s<>\"'`\\]*[^\s<>\"'`\\.,;:!?)\]]|(?<![@\w])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
)
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~&]|^[-+=]")
_NUMBERED = re.compile(r"^(\d{1,9})(?=[.)]\s)")  # would begin a numbered list
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """The text cut where an address begins and ends, each piece with what it links to."""
    for number, piece in enumerate(_ADDRESS.split(text)):
        link = piece if piece.startswith(("http://", "https://")) else f"mailto:{piece}"
        yield piece, link if number % 2 else None


_TEMPLATES.filters["pieces"] = _pieces


def markdown(page: Page) -> str:
    """The note for whoever publishes as a quotation above a rule, then the page."""
    note = f"> **{_text(Words(page.lang)._(NOTE))}.** {_text(page.counsel)}"
    parts = [note, "---", f"# {_text(page.title)}", *(_section(section) for section in page.sections)]
    return "\n\n".join(parts) + "\n"


def html(page: Page) -> str:
    """A page of its own, with its style, links to its parts, and no script."""
    words = Words(page.lang)
    template = _TEMPLATES.get_template("page.html")
    return template.render(page=page, contents=words._(CONTENTS), note=words._(NOTE))


FORMATS = {"markdown": markdown, "html": html}


def _section(section: Section) -> str:
    parts = [f"## {_text(section.title)}", *map(_text, section.paragraphs)]
    if section.points:
        parts.append("\n".join(f"- {_text(point)}" for point in section.points))
    return "\n\n".join(parts)


def _text(text: str) -> str:
    """Words that Markdown would read as marks, made words again; addresses are links."""
    pieces = (f"<{piece}>" if link else _MARKS.sub(r"\\\g<0>", piece) for piece, link in _pieces(text))
    return _NUMBERED.sub(r"\1\\", "".join(pieces))
