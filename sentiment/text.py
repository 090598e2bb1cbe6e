"""Makes any input a bounded, clean text and splits it into words.
It leaves languages to language.py and numbers to features.py. Nothing here raises for any str."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

RAW_HEAD, RAW_TAIL = 16_000, 8_000
"""Characters of a raw text that are looked at: a megabyte costs no more than these."""
HEAD, TAIL = 4_000, 2_000
"""Characters of a cleaned text that are kept."""
WORD_CHARS = 40

_BLOCKS = re.compile(r"<(script|style)\b[^<>]{0,300}>[^<]{0,2000}</\1\s{0,9}>", re.IGNORECASE)
_TAGS = re.compile(r"<(?=[a-zA-Z/!?])[^<>]{0,300}>")
_LINKS = re.compile(r"(?:https?://|www\.)[^\s<>\"']{1,2000}", re.IGNORECASE)
_MAILS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_HANDLES = re.compile(r"(?<![\w@])@\w{1,64}")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ufff0-\uffff]")
_REPEATS = re.compile(r"(\S)\1{3,}")
_SPACES = re.compile(r"\s+")
_PLACEHOLDERS = re.compile(r"@user\b|\bhttp\b|\bmailto\b")
_MARKS = re.compile("[\u0300-\u036f]")
_DIGITS = re.compile(r"\d")
_LONG = re.compile(rf"(\S{{{WORD_CHARS}}})\S+")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_SIGNS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
"""Marks that Latin, Arabic and Devanagari words hold beside letters."""
_LETTER = rf"[^\W\d_{_CJK}][{_SIGNS}]*"
_WORDS = re.compile(rf"[{_CJK}]|(?:{_LETTER})+['’]?|\d+(?:[.,:/]\d+)*|([!?.])\1*(?:[!?.])*|[^\w\s]")


def clean(text: str) -> str:
    """The readable part of `text`: no markup, controls, lone surrogates; links become `http`, addresses
    `mailto`, handles `@user`. At most HEAD + TAIL characters and a joint; a longer text keeps both ends."""
    text = _joined(_bounded(text, RAW_HEAD, RAW_TAIL))
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAGS.sub(" ", _BLOCKS.sub(" ", text))
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _joined(text)))
    text = _CONTROLS.sub(" ", text)
    text = _LINKS.sub(" http ", text)
    if "@" in text:
        text = _HANDLES.sub(" @user ", _MAILS.sub(" mailto ", text))
    text = _SPACES.sub(" ", _REPEATS.sub(r"\1\1\1", text)).strip()
    return _bounded(text, HEAD, TAIL)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as features.py counts it, and where it stands in the cleaned text."""

    stem: str
    start: int
    end: int


def words(cleaned: str, limit: int | None = None) -> list[Word]:
    """Words, numbers, punctuation and emoji of a cleaned text, in order; at most `limit` of them, two thirds from the
    head and the rest from the tail."""
    found = _found(cleaned, limit)
    spans = [match.span() for match in found]
    return [Word(stem, *span) for stem, span in zip(_stems(found), spans, strict=True)]


def stems(cleaned: str, limit: int | None = None) -> list[str]:
    """The words as features.py counts them: in small letters, without accents, so that `perche` meets `perché`.
    Numbers keep only their shape (`12,50` is `00,00`): amounts and dates matter as such, not their digits."""
    return _stems(_found(cleaned, limit))


def _found(cleaned: str, limit: int | None) -> Sequence[re.Match[str]]:
    found = list(_WORDS.finditer(cleaned))
    return ends(found, limit) if limit else found


def _stems(found: Sequence[re.Match[str]]) -> list[str]:
    """All in one go: most of the time would go into each call."""
    if not found:
        return []
    shapes = _DIGITS.sub("0", " ".join(match[0] for match in found).lower().replace("’", "'"))
    return bare(_LONG.sub(r"\1", shapes)).split(" ")


def ends(sequence: Sequence[T], limit: int) -> Sequence[T]:
    """At most `limit` entries, two thirds of them from the head."""
    head = limit * 2 // 3
    if len(sequence) <= limit:
        return sequence
    return [*sequence[:head], *sequence[len(sequence) - (limit - head) :]]


def bare(text: str) -> str:
    """The text without accents."""
    return text if text.isascii() else _MARKS.sub("", unicodedata.normalize("NFD", text))


def has_letters(cleaned: str) -> bool:
    """Whether a person wrote at least one letter (placeholders of links and handles do not count)."""
    return any(character.isalpha() for character in plain(cleaned))


def plain(cleaned: str) -> str:
    """A cleaned text without the placeholders, which are of no language."""
    return _PLACEHOLDERS.sub(" ", cleaned)


def _bounded(text: str, head: int, tail: int) -> str:
    return text if len(text) <= head + tail else f"{text[:head]} … {text[-tail:]}"


def _joined(text: str) -> str:
    """Joins surrogate pairs and drops lone ones, which no encoder takes."""
    if text.isascii():
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\ufffd", " ")
