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

SPEC = "unigram-rolling-2"
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


def bags(texts: Sequence[Sequence[str]], size: int, stars: Sequence[float | None] = ()) -> list[Bag]:
    """For each text, given as its stems: words, word pairs and character 2- to 5-grams, hashed into `size` rows. A star
    rating is one more word; without `stars` nobody gave any. All texts in one go: most of the time would go into each
    call of numpy."""
    found = _features(texts, size)
    known = [(number, rating) for number, one in enumerate(stars) if (rating := rated(one)) is not None]
    ratings = np.array([rating for _, rating in known], np.uint64) ^ (_STAR << np.uint64(8))
    rated_texts = np.array([number for number, _ in known], np.int64)
    slots = np.concatenate([found.own, found.pairs, _slots(ratings, _STAR, size), found.grams])
    parts = [2 * found.texts, 2 * found.texts, 2 * rated_texts, 2 * found.texts[found.gram_words] + 1]
    rows, often = np.unique(np.concatenate(parts) * size + slots, return_counts=True)
    ids, counts = rows % size, (1.0 + np.log(often)).astype(np.float32)
    cuts = np.searchsorted(rows, np.arange(2 * len(texts) + 1) * size).tolist()
    return [
        Bag(ids[begin:end], counts[begin:end], split - begin)
        for begin, split, end in zip(cuts[:-1:2], cuts[1::2], cuts[2::2], strict=True)
    ]


def owned(words: Sequence[str], size: int) -> Owned:
    """The rows of a text's bag that each word has a part in: its own, its pairs with both neighbours, its n-grams."""
    found = _features([words], size)
    numbers = np.arange(len(words))
    slots = np.concatenate([found.own, found.pairs, found.pairs[1:], found.grams])
    return Owned(slots, np.concatenate([numbers, numbers, numbers[:-1], found.gram_words]))


def own_slots(words: Sequence[str], size: int) -> Slots:
    """For each word the row that is its own."""
    return _features([words], size).own


def rated(stars: float | None) -> int | None:
    """Whole stars from 0 to 5, or None for no usable rating."""
    return None if stars is None or not math.isfinite(stars) else min(5, max(0, round(stars)))


@dataclass(frozen=True, slots=True)
class _Features:
    """Of each word of all texts: which text it is of, its row, and that of its pair with the word before. Of each
    n-gram: its row, and its word."""

    texts: Slots
    own: Slots
    pairs: Slots
    grams: Slots
    gram_words: Slots


def _features(texts: Sequence[Sequence[str]], size: int) -> _Features:
    spaced = [f" {' '.join(words)} " if words else "" for words in texts]
    codes = np.frombuffer("".join(spaced).encode("utf-32-le", "replace"), np.uint32)
    text = np.repeat(np.arange(len(texts)), [len(one) for one in spaced])  # of each letter
    powers, undone = _powers(len(codes))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * powers)])
    blank = codes == 32
    spaces = np.concatenate([np.zeros(1, np.int64), np.cumsum(blank)])  # before each letter
    where = np.flatnonzero(blank)
    within = text[where[:-1]] == text[where[1:]]
    starts, ends = where[:-1][within] + 1, where[1:][within]
    texts_of_words = text[starts]
    own = (sums[ends] - sums[starts]) * undone[starts]
    before = np.concatenate([np.full(1, _NOTHING), own[:-1]])[: len(own)]
    before[np.flatnonzero(np.diff(texts_of_words, prepend=-1))] = _NOTHING
    hashes, words_of_grams = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    last = np.cumsum(np.bincount(texts_of_words, minlength=len(texts)) > 0)  # texts with words, so far
    for length in GRAMS:
        most = max(len(codes) - length + 1, 0)
        whole = spaces[length - 1 :][:most] == spaces[1:][:most]
        first = np.flatnonzero(whole & (text[:most] == text[length - 1 :][:most]))
        hashes.append((sums[first + length] - sums[first]) * undone[first] + np.uint64(length))
        words_of_grams.append(spaces[first + 1] - last[text[first]])
    return _Features(
        texts_of_words,
        _slots(own, _WORD, size),
        _slots(_mixed(before) + own, _PAIR, size),
        _slots(np.concatenate(hashes), _GRAM, size),
        np.concatenate(words_of_grams),
    )


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
