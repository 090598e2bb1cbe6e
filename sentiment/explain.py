"""Says which words moved a score: gradient times input (Shrikumar et al. 2017) on the encoder's words, and the exact
share of each word's features in the linear path. One pass forward and one back, for many texts at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

import torch
from torch import Tensor

from sentiment.batch import Batch, Collator
from sentiment.features import ends, rated, slots_of_words
from sentiment.labels import SENTIMENT, URGENCY
from sentiment.network import Network

MOST = 3
LOOKED_AT = 160
"""Words of a long text that are tried, from both ends; fewer than the encoder reads."""
_LEAST = 0.02
"""Share of the log-odds below which a word explains nothing."""
_COMMON = 5.0
"""Inverse document frequency below which a word (`la`, `with`) is too common to explain anything to a person."""
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Told:
    """A text and what was said of it. `head` and `labels`: whose chance together is to be explained."""

    words: Sequence[str]
    stars: float | None
    head: str
    labels: Sequence[int]


def asked(
    words: Sequence[str], stars: float | None, urgency: str | None, sentiment: str | None
) -> Told | None:
    """What there is to explain: an urgent text, or a negative one that is not urgent; nothing in others."""
    if urgency in ("high", "critical"):
        return Told(ends(words, LOOKED_AT), stars, "urgency", range(URGENCY.index(urgency), len(URGENCY)))
    if sentiment == "negative":
        return Told(ends(words, LOOKED_AT), stars, "sentiment", [SENTIMENT.index("negative")])
    return None


def reasons(network: Network, collate: Collator, told: Sequence[Told]) -> list[list[str]]:
    """For each text at most three runs of its words, the most telling first."""
    if not told:
        return []
    batch = collate([one.words for one in told], [one.stars for one in told])
    seen, features = _slopes(network, batch, told)
    return [_reasons(one, seen[row], _linear(batch, features, row), collate) for row, one in enumerate(told)]


def _reasons(told: Told, seen: Tensor, features: dict[int, float], collate: Collator) -> list[str]:
    slots = slots_of_words(told.words, len(collate.idf))
    telling = {
        place
        for place, word in enumerate(told.words)
        if _WORD.search(word) and collate.idf[slots[place][0]] >= _COMMON
    }
    return _runs(told.words, _shares(told, seen, features, slots), telling)


def _slopes(network: Network, batch: Batch, told: Sequence[Told]) -> tuple[Tensor, Tensor]:
    """(B, L) of the encoder's words and, flat, of the linear path's features: how much each adds to the log-odds."""
    with torch.enable_grad():
        vectors = network.encoder.words(batch).detach().requires_grad_()
        weights = batch.bag_weights.clone().requires_grad_()
        logits = network(batch.weighed(weights), vectors)
        odds = torch.stack([_odds(logits[one.head][row], one.labels) for row, one in enumerate(told)])
        on_words, on_features = torch.autograd.grad(odds.sum(), [vectors, weights])
    return (on_words * vectors.detach()).sum(2), on_features * batch.bag_weights


def _odds(logits: Tensor, labels: Sequence[int]) -> Tensor:
    inside = torch.zeros(len(logits), dtype=torch.bool)
    inside[list(labels)] = True
    return torch.logsumexp(logits[inside], 0) - torch.logsumexp(logits[~inside], 0)


def _linear(batch: Batch, features: Tensor, row: int) -> dict[int, float]:
    """What each feature of one text adds."""
    start = int(batch.bag_offsets[row])
    end = int(batch.bag_offsets[row + 1]) if row + 1 < len(batch.bag_offsets) else len(batch.bag_ids)
    ids, added = batch.bag_ids[start:end].tolist(), features[start:end].tolist()
    return dict(zip(ids, added, strict=True))


def _shares(
    told: Told, seen: Tensor, features: dict[int, float], slots: Sequence[Sequence[int]]
) -> list[float]:
    """What each word adds: its place in the encoder, and its part of every feature it has a part in."""
    times = Counter(slot for found in slots for slot in found)
    first = 0 if rated(told.stars) is None else 1
    encoded = seen[first : first + len(told.words)].tolist()
    return [
        on_encoder + sum(features.get(slot, 0.0) / times[slot] for slot in found)
        for on_encoder, found in zip(encoded, slots, strict=True)
    ]


def _runs(words: Sequence[str], shares: Sequence[float], telling: Set[int]) -> list[str]:
    """The best of the telling words; two of them with one word between are one run."""
    best = sorted(telling, key=lambda place: -shares[place])[: 2 * MOST]
    chosen = [place for place in best if shares[place] >= max(_LEAST, shares[best[0]] / 4)]
    runs: list[list[int]] = []
    for place in sorted(chosen):
        if runs and place <= runs[-1][-1] + 2:
            runs[-1] += range(runs[-1][-1] + 1, place + 1)
        else:
            runs.append([place])
    runs.sort(key=lambda run: -max(shares[place] for place in run))
    return [_spelt([words[place] for place in run]) for run in runs[:MOST]]


def _spelt(run: Sequence[str]) -> str:
    """`l'acqua` again, where the splitting parted the apostrophe from its word."""
    return " ".join(run).replace("' ", "'")
