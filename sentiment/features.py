"""Turns words into hashed feature numbers: what the table of the network's linear path is indexed by.
It leaves cleaning to text.py and tensors to batch.py.

All hashes of a text come from one running sum (Karp & Rabin 1987): the hash of any stretch of letters is a difference
of two of its places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentiment.text import bare

SPEC = "unigram-rolling-1"
"""Name of this way of cutting and hashing; a model folder made with another one is refused."""
GRAMS = (2, 3, 4, 5)
"""Lengths of the character n-grams; a space may stand at their ends and not within."""

Slots = npt.NDArray[np.int64]
_Hashes = npt.NDArray[np.uint64]
_BASE = 0x9E3779B97F4A7C15  # odd, so that its powers can be undone
_WORD, _PAIR, _GRAM, _STAR = (np.uint64(salt) for salt in (0x57, 0x42, 0x43, 0x53))
_NOTHING = np.uint64(0x5E)
"""Stands before the first word in its pair."""


@dataclass(frozen=True, slots=True)
class Bag:
    """A text for the linear path: table rows `ids` and sublinear counts, 1 + ln(tf) (Salton & Buckley
    1988). Words and word pairs come first, character n-grams from `split` on."""

    ids: Slots
    counts: npt.NDArray[np.float32]
    split: int


@dataclass(frozen=True, slots=True)
class Owned:
    """Table rows, and for each of them the number of the word it comes from."""

    slots: Slots
    words: Slots


def bag(words: Sequence[str], size: int, stars: float | None = None) -> Bag:
    """Words, word pairs and character 2- to 5-grams of a text, hashed into `size` rows. A star rating is
    one more word."""
    own, pairs, grams = _features(words, size)
    rating = rated(stars)
    rest = (
        []
        if rating is None
        else [_slots(np.array([rating], np.uint64) ^ (_STAR << np.uint64(8)), _STAR, size)]
    )
    lexical, often = np.unique(np.concatenate([own, pairs, *rest]), return_counts=True)
    spelt, oft = np.unique(grams.slots, return_counts=True)
    counts = (1.0 + np.log(np.concatenate([often, oft]))).astype(np.float32)
    return Bag(np.concatenate([lexical, spelt]), counts, len(lexical))


def owned(words: Sequence[str], size: int) -> Owned:
    """The rows of `bag` that each word has a part in: its own, its pairs with both neighbours, its n-grams."""
    own, pairs, grams = _features(words, size)
    numbers = np.arange(len(words))
    slots = np.concatenate([own, pairs, pairs[1:], grams.slots])
    return Owned(slots, np.concatenate([numbers, numbers, numbers[:-1], grams.words]))


def own_slots(words: Sequence[str], size: int) -> Slots:
    """For each word the row that is its own."""
    return _features(words, size)[0]


def rated(stars: float | None) -> int | None:
    """Whole stars from 0 to 5, or None for no usable rating."""
    return None if stars is None or not math.isfinite(stars) else min(5, max(0, round(stars)))


def _features(words: Sequence[str], size: int) -> tuple[Slots, Slots, Owned]:
    """Rows of the words, of their pairs with the word before, and of their n-grams."""
    none = np.empty(0, np.int64)
    if not words:
        return none, none, Owned(none, none)
    stems = [bare(word) for word in words]
    codes = np.frombuffer(f" {' '.join(stems)} ".encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    ends = np.cumsum([len(stem) + 1 for stem in stems], dtype=np.int64)
    starts = ends - [len(stem) for stem in stems]
    powers, undone = _powers(len(codes))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * powers)])
    own = (sums[ends] - sums[starts]) * undone[starts]
    before = np.concatenate([np.full(1, _NOTHING), own[:-1]])
    pairs = _mixed(before) + own
    spaces = np.concatenate([np.zeros(1, np.int64), np.cumsum(codes == 32)])
    hashes, places = [], []
    for length in GRAMS:
        first = np.arange(len(codes) - length + 1)
        first = first[spaces[first + length - 1] == spaces[first + 1]]
        hashes.append((sums[first + length] - sums[first]) * undone[first] + np.uint64(length))
        places.append(first)
    where = np.concatenate(places)
    numbers = np.minimum(np.searchsorted(ends, where + 1), len(stems) - 1)
    grams = Owned(_slots(np.concatenate(hashes), _GRAM, size), numbers)
    return _slots(own, _WORD, size), _slots(pairs, _PAIR, size), grams


def _slots(hashes: _Hashes, salt: np.uint64, size: int) -> Slots:
    return (_mixed(hashes ^ _mixed(np.array([salt]))) % np.uint64(size)).astype(np.int64)


def _mixed(hashes: _Hashes) -> _Hashes:
    """Spreads hashes over all their bits (splitmix64; Steele et al. 2014)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _powers(length: int) -> tuple[_Hashes, _Hashes]:
    """The first powers of the base, and what undoes them, modulo 2 ** 64."""
    global _known
    if len(_known[0]) < length:
        inverse = pow(_BASE, -1, 1 << 64)
        ones = np.ones(max(length, 4_096), np.uint64)
        raised = ones.copy()
        raised[1:] = np.uint64(_BASE)
        undoing = ones.copy()
        undoing[1:] = np.uint64(inverse)
        _known = np.cumprod(raised), np.cumprod(undoing)
    return _known[0][:length], _known[1][:length]


_known: tuple[_Hashes, _Hashes] = (np.empty(0, np.uint64), np.empty(0, np.uint64))
