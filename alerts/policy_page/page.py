"""What a policy page is made of, in plain text; how it looks is `show`'s."""

from dataclasses import asdict, dataclass
from typing import Any

from alerts.text import cut, one_line

LONGEST = 300  # characters of one configured word or name


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and under it paragraphs, then points of a list."""

    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page in one language. `counsel`: what whoever publishes it must know; it is no part of the page."""

    brand: str
    lang: str
    title: str
    counsel: str
    sections: tuple[Section, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def own(text: str) -> str:
    """Configured words on one line, without what nobody sees."""
    return cut(one_line(text[: LONGEST * 4]), LONGEST)


def sentence(text: str) -> str:
    """`text` with a capital to begin with."""
    return text[:1].upper() + text[1:]
