"""Collates texts into the tensors the network reads. It knows no labels and no languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sentiment.features import Bag, bag, ends, rated, word_features


@dataclass(frozen=True, slots=True)
class Batch:
    """B texts of at most L words, U different words among them.
    `features`, `offsets`: hashed features of the U words, flat, int64. `index`: (B, L), word number + 1,
    0 where there is none. `bag_ids`, `bag_offsets`, `bag_weights`: the linear path's rows, flat."""

    features: Tensor
    offsets: Tensor
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


class Collator:
    """Makes batches for one network; holds its table sizes, word limit and idf (linear_size,)."""

    def __init__(self, encoder_size: int, limit: int, idf: npt.NDArray[np.float32]) -> None:
        self.encoder_size = encoder_size
        self.limit = limit
        self.idf = idf

    def __call__(
        self, texts: Sequence[Sequence[str]], stars: Sequence[float | None] | None = None, linear: bool = True
    ) -> Batch:
        """`texts`: words of each. `stars`: rating of each, where known. Without `linear` the bags are empty."""
        ratings = stars if stars is not None else [None] * len(texts)
        read = [self._read(words, rating) for words, rating in zip(texts, ratings, strict=True)]
        features, offsets, index = self._encoded(read)
        rated_texts = zip(texts, ratings, strict=True) if linear else ()
        bags = [bag(words, len(self.idf), rating) for words, rating in rated_texts]
        return Batch(features, offsets, index, *self._bags(bags, len(texts)))

    def _read(self, words: Sequence[str], stars: float | None) -> Sequence[str]:
        """The words the encoder reads; a rating is a word in front that no author can write."""
        rating = rated(stars)
        return ends(words, self.limit) if rating is None else [f"stars{rating}", *ends(words, self.limit - 1)]

    def _encoded(self, texts: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor, Tensor]:
        known: dict[str, int] = {}
        index = np.zeros((len(texts), max(1, *map(len, texts)) if texts else 1), np.int64)
        for row, words in enumerate(texts):
            index[row, : len(words)] = [known.setdefault(word, len(known)) + 1 for word in words]
        slots = [word_features(word, self.encoder_size) for word in known]
        flat = np.concatenate(slots) if slots else np.empty(0, np.int64)
        return torch.from_numpy(flat), _offsets(slots), torch.from_numpy(index)

    def _bags(self, bags: Sequence[Bag], texts: int) -> tuple[Tensor, Tensor, Tensor]:
        if not bags:
            none = torch.zeros(0, dtype=torch.int64)
            return none, torch.zeros(texts, dtype=torch.int64), torch.zeros(0)
        ids = np.concatenate([found.ids for found in bags])
        weights = np.concatenate([weigh(found, self.idf) for found in bags])
        return torch.from_numpy(ids), _offsets([found.ids for found in bags]), torch.from_numpy(weights)


def _offsets(parts: Sequence[npt.NDArray[np.int64]]) -> Tensor:
    starts = np.cumsum([0, *map(len, parts)])[:-1]
    return torch.from_numpy(np.asarray(starts, np.int64))
