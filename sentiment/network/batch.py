"""Makes texts ready for the network and collates them into the tensors it reads. It leaves what is said of them to the
network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sentiment.labels import DOMAINS
from sentiment.network.features import Bag, bags, rated
from sentiment.network.pieces import DOMAIN, END, PAD, STARS, START, Cut, Cutter, Ids
from sentiment.text import ends, stems

LONGEST = 1_500
"""Words of a text that the linear path looks at; the encoder reads fewer pieces."""
_TOGETHER = 32
"""Texts whose words are counted at once: more gain no time, and cost memory."""


@dataclass(frozen=True, slots=True)
class Given:
    """A cleaned text with what is known of it: a rating, and whether it comes from a `domain` of published texts
    whose people label in their own way (tweet or review)."""

    text: str
    stars: float | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A text as the network takes it: numbers of its pieces, special ones included, and where each stands in the text
    ((0, 0) for special ones); its bag for the linear path."""

    ids: Ids
    spans: Sequence[tuple[int, int]]
    bag: Bag


@dataclass(frozen=True, slots=True)
class Batch:
    """B texts of at most L pieces. `index`: (B, L) piece numbers, PAD where there is none. `bag_ids`, `bag_offsets`,
    `bag_weights`: the linear path's rows, flat."""

    index: Tensor
    bag_ids: Tensor
    bag_offsets: Tensor
    bag_weights: Tensor

    def weighed(self, weights: Tensor) -> Batch:
        """The same batch with other weights in the linear path."""
        return replace(self, bag_weights=weights)

    def to(self, device: str) -> Batch:
        """The same batch on another device."""
        return (
            self if device == "cpu" else Batch(*(getattr(self, name).to(device) for name in self.__slots__))
        )


def weigh(found: Bag, idf: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """TF-IDF of a bag, words and characters each scaled to length 1."""
    weights = found.counts * idf[found.ids]
    for part in (weights[: found.split], weights[found.split :]):
        length = float(np.linalg.norm(part))
        if length > 0:
            part /= length
    return weights


def encoder_batch(texts: Sequence[Ids]) -> Batch:
    """Texts, as the numbers of their pieces, for the encoder alone: their bags are empty."""
    return of_pieces(_index(texts))


def of_pieces(index: Tensor) -> Batch:
    """The same, of the numbers (B, L) themselves."""
    none = torch.zeros(0, dtype=torch.int64)
    return Batch(index, none, torch.zeros(len(index), dtype=torch.int64), torch.zeros(0))


def _index(texts: Sequence[Ids]) -> Tensor:
    index = np.full((len(texts), max(map(len, texts), default=1)), PAD, np.int64)
    for row, ids in enumerate(texts):
        index[row, : len(ids)] = ids
    return torch.from_numpy(index)


def bags_of(texts: Sequence[Given], size: int) -> list[Bag]:
    """The texts' bags for a linear path of `size` rows."""
    found: list[Bag] = []
    for start in range(0, len(texts), _TOGETHER):
        part = texts[start : start + _TOGETHER]
        words = [stems(given.text, LONGEST) for given in part]
        found += bags(words, size, [given.stars for given in part])
    return found


class Collator:
    """Makes batches for one network: its vocabulary, most pieces of a text, and idf (linear_size,)."""

    def __init__(self, pieces: Cutter, limit: int, idf: npt.NDArray[np.float32]) -> None:
        self.pieces = pieces
        self.limit = limit
        self.idf = idf

    def __call__(self, texts: Sequence[Given]) -> Batch:
        """The batch of these texts."""
        return self.batch(self.ready(texts))

    def encoded(self, texts: Sequence[Given]) -> list[Ids]:
        """Numbers of each text's pieces: the ends of a long one; in front of them its domain and its rating, as pieces
        that no author can write."""
        cuts = self.pieces([given.text for given in texts])
        return [self._framed(cut.ids, given) for cut, given in zip(cuts, texts, strict=True)]

    def ready(self, texts: Sequence[Given]) -> list[Ready]:
        """The texts made ready, in order."""
        cuts = self.pieces([given.text for given in texts])
        return [
            self._ready(cut, given, bag)
            for cut, given, bag in zip(cuts, texts, bags_of(texts, len(self.idf)), strict=True)
        ]

    def batch(self, ready: Sequence[Ready]) -> Batch:
        """The batch of texts that are ready."""
        ids = [one.bag.ids for one in ready]
        weights = [weigh(one.bag, self.idf) for one in ready]
        flat = np.concatenate([np.empty(0, np.int64), *ids])
        heavy = np.concatenate([np.empty(0, np.float32), *weights])
        starts = np.cumsum([0, *map(len, ids)])[: len(ids)]
        return Batch(
            _index([one.ids for one in ready]),
            torch.from_numpy(flat),
            torch.from_numpy(starts.astype(np.int64)),
            torch.from_numpy(heavy),
        )

    def _ready(self, cut: Cut, given: Given, bag: Bag) -> Ready:
        ids = self._framed(cut.ids, given)
        spans = ends(cut.spans, self.limit)
        before = len(ids) - len(spans) - 1
        return Ready(ids, [*[(0, 0)] * before, *spans, (0, 0)], bag)

    def _framed(self, ids: Ids, given: Given) -> Ids:
        stars = rated(given.stars)
        front = [] if given.domain is None else [DOMAIN + list(DOMAINS).index(given.domain)]
        front += [] if stars is None else [STARS + stars]
        return np.array([*front, START, *ends(ids.tolist(), self.limit), END], np.int64)
