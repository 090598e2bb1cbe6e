"""Turns words into hashed feature numbers: what the network's two tables are indexed by.
It leaves cleaning to text.py and tensors to batch.py."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

from sentiment.text import bare

SPEC = "crc32-1"
"""Name of this way of hashing; a model folder made with another one is refused."""
WORD_FEATURES = 20
"""At most so many n-grams describe one word to the encoder."""

Slots = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bag:
    """A text for the linear path: table rows `ids` and sublinear counts, 1 + ln(tf) (Salton & Buckley
    1988). Words and word pairs come first, character n-grams from `split` on."""

    ids: Slots
    counts: npt.NDArray[np.float32]
    split: int


def bag(words: Sequence[str], size: int, stars: float | None = None) -> Bag:
    """Words, word pairs and character 2- to 5-grams of a text, hashed into `size` rows. A star rating is
    one more word."""
    lexical = Counter(_lexical(words, size))
    rating = rated(stars)
    if rating is not None:
        lexical[_slot(f"s {rating}", size)] += 1
    grams = np.concatenate([_characters(word, size) for word in words]) if words else np.empty(0, np.int64)
    slots, counts = np.unique(grams, return_counts=True)
    ids = np.concatenate([np.fromiter(lexical.keys(), np.int64, len(lexical)), slots])
    frequency = np.concatenate([np.fromiter(lexical.values(), np.float64, len(lexical)), counts])
    return Bag(ids, (1.0 + np.log(frequency)).astype(np.float32), len(lexical))


def slots_of_words(words: Sequence[str], size: int) -> list[list[int]]:
    """For each word the rows of `bag` that it has a part in: its own, its pairs with both neighbours, its n-grams."""
    lexical = list(_lexical(words, size))
    own, pairs = lexical[::2], lexical[1::2]
    return [
        [own[place], *dict.fromkeys(pairs[place : place + 2]), *_characters(word, size).tolist()]
        for place, word in enumerate(words)
    ]


def rated(stars: float | None) -> int | None:
    """Whole stars from 0 to 5, or None for no usable rating."""
    return None if stars is None or not math.isfinite(stars) else min(5, max(0, round(stars)))


@lru_cache(maxsize=40_000)
def word_features(word: str, size: int) -> Slots:
    """The word itself and its character 3- to 5-grams, hashed into `size` rows: the encoder's input."""
    padded = f"<{bare(word)}>"
    grams = [f"e{gram}" for n in (3, 4, 5) for gram in _grams(padded, n)]
    return np.array([_slot(feature, size) for feature in [f"v {word}", *grams][:WORD_FEATURES]], np.int64)


def ends(words: Sequence[str], limit: int) -> Sequence[str]:
    """At most `limit` words, two thirds of them from the head."""
    head = limit * 2 // 3
    return words if len(words) <= limit else [*words[:head], *words[len(words) - (limit - head) :]]


def _lexical(words: Sequence[str], size: int) -> Iterator[int]:
    previous = "^"
    for word in words:
        stem = bare(word)
        yield _slot(f"w {stem}", size)
        yield _slot(f"b {previous} {stem}", size)
        previous = stem


@lru_cache(maxsize=40_000)
def _characters(word: str, size: int) -> Slots:
    padded = f" {bare(word)} "
    return np.array([_slot(f"c{gram}", size) for n in (2, 3, 4, 5) for gram in _grams(padded, n)], np.int64)


def _grams(padded: str, n: int) -> Iterator[str]:
    for start in range(len(padded) - n + 1):
        yield padded[start : start + n]


def _slot(feature: str, size: int) -> int:
    return crc32(feature.encode("utf-8", "replace")) % size
