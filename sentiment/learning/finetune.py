"""Stage two of training: all heads learn from the authored items, while a share of the published rows
keeps the encoder from forgetting. Stage one is pretrain.py."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from sentiment.labels import DOMAINS
from sentiment.learning.corpus import Example
from sentiment.learning.linear import balance
from sentiment.learning.loop import Machine, Plan, learn
from sentiment.learning.recipe import Recipe
from sentiment.network.batch import Batch, Collator, Given, encoder_batch
from sentiment.network.network import Network
from sentiment.network.pieces import Ids
from sentiment.network.plan import batches, dropped

_SHARES = {"sentiment": 1.0, "urgency": 1.5, "category": 1.0, "topics": 4.0, "tweets": 1.0, "reviews": 1.0}
_CLASSES = {"sentiment": 3, "urgency": 4, "category": 7, "tweets": 3, "reviews": 3}
_REPLAY = {"sentiment": 0.3, "tweets": 0.7, "reviews": 0.7}
"""Weight of a published row beside an authored one, by head."""
_SMOOTHING = 0.05
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A batch, and for each of its rows the wanted label of each head (-1: unknown), its weights, its
    topics and whether somebody named them."""

    batch: Batch
    wanted: Tensor
    weights: Tensor
    topics: Tensor
    known: Tensor


def finetune(
    network: Network,
    items: Sequence[Example],
    replay: Sequence[Example],
    recipe: Recipe,
    seed: int,
    collate: Collator,
    machine: Machine,
    checkpoint: Path | None = None,
) -> Network:
    """The same network, on the CPU, after its encoder path learnt on from where it stands, to answer for every head;
    its linear path stays. `checkpoint`: see loop.learn."""
    network.train().to(machine.device)
    rows = [*items, *replay]
    read = _read(rows, collate)
    plan = _plan([len(versions[0]) for versions in read], len(items), recipe, seed)
    labels = _labels(rows)
    weights = _weights(labels, torch.tensor([row.domain is not None for row in rows]))

    def prepare(step: int) -> _Labelled:
        lottery, chosen = np.random.default_rng([seed, step]), plan[step]
        texts = [
            dropped(read[row][lottery.integers(len(read[row]))], recipe.dropped, lottery) for row in chosen
        ]
        topics, known = topic_flags([rows[number] for number in chosen], network.shape.heads["topics"])
        return _Labelled(encoder_batch(texts), labels[chosen], weights[chosen], topics, known)

    def loss(given: _Labelled) -> Tensor:
        logits = network.split(network.encoded(given.batch.to(machine.device)).float())
        return _loss(logits, given, machine.device)

    learnt = nn.ModuleList([network.encoder, network.norm, network.head])
    rates = network.encoder.rates
    course = Plan("finetune", len(plan), recipe.finetune_rate, seed, prepare, loss, rates)
    learn(learnt, course, machine, checkpoint)
    return network.eval().cpu()


def topic_flags(rows: Sequence[Example], topics: int) -> tuple[Tensor, Tensor]:
    """(rows, topics) of 0 and 1, and (rows,) whether somebody labelled the row."""
    wanted = torch.zeros(len(rows), topics)
    for number, row in enumerate(rows):
        wanted[number, list(row.topics or ())] = 1.0
    return wanted, torch.tensor([float(row.topics is not None) for row in rows])


def _read(rows: Sequence[Example], collate: Collator) -> list[list[Ids]]:
    """Each row's pieces in the ways it may be met: with its rating or domain and without."""
    told = collate.encoded([row.given(domain=True) for row in rows])
    hidden = collate.encoded([Given(row.text) for row in rows])
    return [
        [one] if row.stars is None and row.domain is None else [one, other]
        for row, one, other in zip(rows, told, hidden, strict=True)
    ]


def _plan(lengths: Sequence[int], items: int, recipe: Recipe, seed: int) -> list[list[int]]:
    """Batches of row numbers: every one of the first `items` once an epoch, fresh replay rows each time."""
    shuffle = random.Random(seed)
    replay = range(items, len(lengths))
    plan: list[list[int]] = []
    for _ in range(recipe.finetune_epochs):
        chosen = [*range(items), *shuffle.sample(replay, min(recipe.replay, len(replay)))]
        found = batches([lengths[number] for number in chosen], recipe.finetune_batch, shuffle)
        plan += [[chosen[place] for place in batch] for batch in found]
    return plan


def _labels(rows: Sequence[Example]) -> Tensor:
    """(rows, 5): label numbers of sentiment, urgency, category, and sentiment again for each domain's own head."""
    told = [
        (
            row.sentiment,
            row.urgency,
            row.category,
            *(row.sentiment if row.domain == one else None for one in DOMAINS),
        )
        for row in rows
    ]
    return torch.tensor([[_UNKNOWN if label is None else label for label in labels] for labels in told])


def _weights(labels: Tensor, published: Tensor) -> Tensor:
    """(rows, 5): what each row counts for each head, given labels (rows, 5) and which rows are published (rows,); rare
    classes count more, by the square root of their rarity."""
    weights = torch.zeros(labels.shape)
    for column, classes in enumerate(_CLASSES.values()):
        known = labels[:, column] != _UNKNOWN
        weights[known, column] = balance(labels[known, column], classes).sqrt()
    for column, head in enumerate(_CLASSES):
        weights[published, column] *= _REPLAY.get(head, 1.0)
    return weights


def _loss(logits: dict[str, Tensor], given: _Labelled, device: str) -> Tensor:
    wanted, weights = given.wanted.to(device).clamp(min=0), given.weights.to(device)
    total = torch.zeros((), device=device)
    for column, head in enumerate(_CLASSES):
        each = functional.cross_entropy(
            logits[head], wanted[:, column], reduction="none", label_smoothing=_SMOOTHING
        )
        total = total + _SHARES[head] * (weights[:, column] * each).mean()
    flags = functional.binary_cross_entropy_with_logits(
        logits["topics"], given.topics.to(device), reduction="none"
    )
    return total + _SHARES["topics"] * (flags.mean(1) * given.known.to(device)).mean()
