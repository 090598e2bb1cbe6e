"""Finds what people mean by the words they use: small patterns, as the phrase files write them.

`*` is the rest of a word, `{a,b}` a choice, a space the gap between two words, `..` up to five words of the same clause
in between, `...` of the same sentence ("non ... arrivat*"). Case, accents and invisible characters do not count.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LOOKED_AT = 4_000  # characters of a text that are searched
_TOKEN = re.compile(r"(\*|\s*\.{2,3}\s*|\s+)")
_GAP = r"[^\w.,;:!?\n]{1,3}"
_IN_CLAUSE = r"(?:[^\w.,;:!?\n]{1,4}\w+(?:[.,]\d+)*){0,5}?[^\w.,;:!?\n]{1,4}"
_IN_SENTENCE = r"(?:[^\w.!?\n]{1,4}\w+(?:[.,]\d+)*){0,5}?[^\w.!?\n]{1,4}"
_START, _END = r"(?<!\w)", r"(?!\w)"
_INVISIBLE = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as shown and in its plain form, of the same length: what is found in one can be quoted from the other."""

    shown: str
    plain: str


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


def fold(text: str, limit: int | None = LOOKED_AT) -> Folded:
    """`text` without what cannot be seen, and each of its characters as one plain lower-case one."""
    shown = _INVISIBLE.sub("", unicodedata.normalize("NFC", text[:limit]))
    return Folded(shown, shown.translate(_FOLDING))


def find(patterns: tuple[str, ...], text: Folded) -> list[Span]:
    """Where any of the patterns stands in the text."""
    if not patterns:
        return []
    return [Span(match.start(), match.end()) for match in compiled(patterns).finditer(text.plain)]


def found(patterns: tuple[str, ...], text: Folded) -> list[str]:
    """The words that the patterns find, as the text writes them."""
    return [text.shown[span.start : span.end] for span in find(patterns, text)]


@lru_cache(maxsize=1024)
def compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all the patterns; the longest first, so that it wins where several fit."""
    plain = {" ".join(fold(pattern, None).plain.split()) for pattern in patterns}
    expressions = [_expression(pattern) for pattern in _longest_first(plain - {""})]
    return re.compile(rf"{_START}(?:{'|'.join(expressions) or '(?!)'}){_END}")


def _expression(pattern: str) -> str:
    """The pattern as a regular expression; a choice becomes a group of its own."""
    before, brace, rest = pattern.partition("{")
    choice, closing, after = rest.partition("}")
    if not brace or not closing:
        return _words(pattern)
    choices = [_words(part.strip()) for part in _longest_first(choice.split(","))]
    return f"{_words(before)}(?:{'|'.join(choices)}){_expression(after)}"


def _longest_first(parts: Iterable[str]) -> list[str]:
    return sorted(parts, key=lambda part: (-len(part), part))


def _words(pattern: str) -> str:
    parts = []
    for part in _TOKEN.split(pattern):
        if part == "*":
            parts.append(r"\w*")
        elif part.strip() in ("..", "..."):
            parts.append(_IN_CLAUSE if part.strip() == ".." else _IN_SENTENCE)
        elif part.isspace():
            parts.append(_GAP)
        else:
            parts.append(re.escape(part))
    return "".join(parts)


class _Folding(dict[int, str]):
    """Each character to one plain lower-case one, learned as texts come."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        letters = [c for c in unicodedata.normalize("NFKD", char.casefold()) if not unicodedata.combining(c)]
        self[code] = "'" if char in "’‘`´ʼ" else letters[0] if letters else char
        return self[code]


_FOLDING = _Folding()
