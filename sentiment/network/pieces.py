"""Splits cleaned texts into the pieces that the encoder reads, by a unigram vocabulary (Kudo 2018).
The splitting is the tokenizers library's; which pieces there are is decided once, in training."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

PAD, UNKNOWN, START, END = range(4)
STARS, DOMAIN = 4, 10
"""Numbers of the pieces for a rating of no stars and for the first domain; the next ones follow."""
SPECIAL = tuple(map(chr, range(12)))
"""Pieces that text.py lets no author write: padding, unknown, start, end, six ratings, two domains."""
_OWN_SCORE = -12.0
"""Log probability given to characters that a vocabulary lacks: that of its rare pieces."""
_SPACE = "▁"
"""How the tokenizers library writes a space in front of a word."""
_TOGETHER = 2_000

Ids = npt.NDArray[np.int64]
Vocabulary = Sequence[tuple[str, float]]
"""Pieces and their log probabilities."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A text in pieces: their numbers, and where each stands in the text (start, end)."""

    ids: Ids
    spans: Sequence[tuple[int, int]]


class Cutter(Protocol):
    """What cuts texts for an encoder: our Pieces, or the Tokens of a borrowed one (foreign/encoder.py). The numbers of
    its pieces begin behind those of SPECIAL."""

    @property
    def file(self) -> str:
        """The name of its file in a model folder."""

    def __len__(self) -> int: ...

    def __call__(self, texts: Sequence[str]) -> list[Cut]:
        """The pieces of each cleaned text, without special ones."""

    def write(self, file: Path) -> None:
        """Writes it whole."""


class Pieces:
    """A vocabulary with its special pieces in front. Threads may share it."""

    file = "pieces.tsv"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = tuple(vocabulary)
        self.tokenizer = _tokenizer([*((piece, 0.0) for piece in SPECIAL), *self.vocabulary])

    def __len__(self) -> int:
        return len(SPECIAL) + len(self.vocabulary)

    def __call__(self, texts: Sequence[str]) -> list[Cut]:
        """The pieces of each cleaned text, without special ones."""
        found = self.tokenizer.encode_batch(list(texts))
        return [Cut(np.array(one.ids, np.int64), one.offsets) for one in found]

    @classmethod
    def read(cls, file: Path) -> Pieces:
        """A vocabulary that `write` wrote: a line each, piece and score. Raises OSError or ValueError."""
        lines = file.read_text(encoding="utf-8").split("\n")[:-1]
        pairs = (line.rsplit("\t", 1) for line in lines)
        return cls([(piece, float(score)) for piece, score in pairs])

    def write(self, file: Path) -> None:
        """Writes the vocabulary."""
        lines = (f"{piece}\t{score:.4g}\n" for piece, score in self.vocabulary)
        file.write_text("".join(lines), encoding="utf-8", newline="\n")


def learnt(texts: Sequence[str], size: int) -> Vocabulary:
    """A plain vocabulary made from the texts alone: their `size` most frequent words, and all characters."""
    counts = Counter(_SPACE + word for text in texts for word in text.split())
    frequent = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))[:size]
    letters = Counter(char for text in texts for char in text if not char.isspace())
    letters[_SPACE] = sum(counts.values())
    found = dict(frequent) | dict.fromkeys(sorted(letters), 1)
    whole = sum(counts.values()) + sum(letters.values())
    return [(piece, math.log(count / whole)) for piece, count in found.items()]


def chosen(known: Vocabulary, texts: Sequence[str], size: int) -> tuple[list[int], list[str]]:
    """What of a `known` vocabulary is worth keeping for texts like these: the numbers of its `size` most frequent
    pieces and of all single characters; and the characters that occur in five of the texts and that it lacks (most of
    them emoji)."""
    tokenizer = _tokenizer([("\0", 0.0), *known], unknown=0)
    counts: Counter[int] = Counter()
    for ids in _read(tokenizer, texts):
        counts.update(ids)
    lengths = [len(piece) for piece, _ in known]
    order = sorted((number for number in counts if number), key=lambda number: (-counts[number], number))
    kept = {number - 1 for number in order[:size]}
    kept |= {number - 1 for number in order if lengths[number - 1] == 1}
    own = {piece for piece, _ in known if len(piece) == 1}
    missing = Counter(char for text in texts for char in set(text) if char not in own and not char.isspace())
    return sorted(kept), sorted(char for char, texts_with in missing.items() if texts_with >= 5)


def with_characters(vocabulary: Vocabulary, characters: Sequence[str]) -> Vocabulary:
    """The vocabulary with single characters after it."""
    return [*vocabulary, *((char, _OWN_SCORE) for char in characters)]


def _tokenizer(vocabulary: Vocabulary, unknown: int = UNKNOWN) -> Tokenizer:
    tokenizer = Tokenizer(Unigram(list(vocabulary), unk_id=unknown))
    tokenizer.pre_tokenizer = Metaspace()
    return tokenizer


def _read(tokenizer: Tokenizer, texts: Sequence[str]) -> Iterator[list[int]]:
    for start in range(0, len(texts), _TOGETHER):
        part = tokenizer.encode_batch(list(texts[start : start + _TOGETHER]))
        yield from (one.ids for one in part)
