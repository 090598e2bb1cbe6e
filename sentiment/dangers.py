"""Finds the sentences of a text that may report harm to people, by plain words (`dangers.toml`), so that they can be
read by themselves: praise around a danger, or stars above it, does not make it smaller. Whether it is one the model
says: "this pizza is fire" is found, read, and harmless.

Patterns: `*` stands for the rest of a word, `{a,b}` for a choice, a space for any gap. Case and accents do not count.
In Japanese and Hindi, which inflect without gaps or by signs, a pattern counts wherever it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from sentiment.text import bare

WORDS = Path(__file__).with_suffix(".toml")
MOST = 4
"""Sentences of one text that are read by themselves: a megabyte of dangers costs no more."""
_UNBOUND = ("ja", "hi")
_SENTENCES = re.compile(r"(?<=[.!?…;؟؛])\s+|(?<=[。！？।])\s*")
_CHOICE = re.compile(r"\{([^{}]*)\}")
_PLAIN = str.maketrans({"ł": "l", "ı": "i", "ß": "ss", "’": "'", "‘": "'", "`": "'"})


def worrying(cleaned: str, lang: str | None) -> list[str]:
    """Sentences of a cleaned text, in order and at most MOST, in which a word of danger stands: one of its language,
    or, where that is not known or has no words, of any."""
    patterns = _of(lang)
    if not any(pattern.search(_folded(cleaned)) for pattern in patterns):
        return []
    found = [
        sentence
        for sentence in _SENTENCES.split(cleaned)
        if any(match["danger"] for pattern in patterns for match in pattern.finditer(_folded(sentence)))
    ]
    return found[:MOST]


@cache
def _of(lang: str | None) -> tuple[re.Pattern[str], ...]:
    languages = _tables()
    chosen = [lang] if lang in languages else list(languages)
    return tuple(_pattern(code, languages[code]) for code in chosen if code)


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    tables: dict[str, dict[str, list[str]]] = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return tables


def _pattern(lang: str, table: dict[str, list[str]]) -> re.Pattern[str]:
    """Harmless phrases come first and so swallow the words in them."""
    start, end = ("", "") if lang in _UNBOUND else (r"(?<!\w)", r"(?!\w)")
    harmless, danger = _any_of(table["harmless"]), _any_of(table["words"])
    return re.compile(rf"{start}(?:(?:{harmless})|(?P<danger>{danger})){end}")


def _any_of(patterns: Iterable[str]) -> str:
    """One alternation, longest first within each initial: the engine skips whole branches by their first letter."""
    written = {_folded(one) for pattern in patterns for one in _choices(pattern)}
    by_initial = groupby(sorted(written, key=lambda one: (one[0], -len(one), one)), lambda one: one[0])
    branches = (
        f"{re.escape(initial)}(?:{'|'.join(_expression(one[1:]) for one in same)})"
        for initial, same in by_initial
    )
    return "|".join(branches) or r"(?!)"


def _choices(pattern: str) -> Iterator[str]:
    match = _CHOICE.search(pattern)
    if not match:
        yield pattern.strip()
        return
    for choice in match[1].split(","):
        yield from _choices(pattern[: match.start()] + choice + pattern[match.end() :])


def _expression(written: str) -> str:
    rests = {"*": r"\w*", " ": r"\W{1,3}"}
    return "".join(rests.get(part, re.escape(part)) for part in re.split(r"([* ])", written) if part)


def _folded(text: str) -> str:
    return bare(text.lower()).translate(_PLAIN)
