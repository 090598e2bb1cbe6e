"""Stage one of training: the encoder learns sentiment from published tweets and reviews, a head for each
of the two. Before it comes base.py, after it finetune.py."""

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
from sentiment.learning.loop import Machine, Plan, learn
from sentiment.learning.recipe import Recipe
from sentiment.network.batch import Batch, Collator, encoder_batch
from sentiment.network.network import Shape, TextEncoder
from sentiment.network.plan import batches, dropped
from sentiment.text import ends

_SMOOTHING = 0.05
NAMED = 0.7
"""Share of the texts whose domain the encoder is told, here and in stage two."""


class Reader(nn.Module):
    """An encoder with one sentiment head for tweets and one for reviews: people rate the two differently."""

    def __init__(self, encoder: TextEncoder, shape: Shape) -> None:
        super().__init__()
        self.encoder = encoder
        self.norm = nn.LayerNorm(shape.encoded)
        self.dropout = nn.Dropout(2 * shape.dropout)
        self.head = nn.Linear(shape.encoded, 3 * len(DOMAINS))

    def forward(self, batch: Batch, domain: Tensor) -> Tensor:
        """(B, 3) logits by the head of each text's domain (B,)."""
        logits = self.head(self.dropout(self.norm(self.encoder(batch)))).view(len(domain), len(DOMAINS), 3)
        chosen: Tensor = logits[torch.arange(len(domain), device=domain.device), domain]
        return chosen


@dataclass(frozen=True, slots=True)
class _Rated:
    batch: Batch
    domain: Tensor
    wanted: Tensor


def pretrain(
    encoder: TextEncoder,
    train: Sequence[Example],
    shape: Shape,
    recipe: Recipe,
    seed: int,
    checkpoint: Path,
    collate: Collator,
    machine: Machine,
) -> TextEncoder:
    """The `encoder`, trained on the rows' sentiment."""
    torch.manual_seed(seed)
    reader = Reader(encoder, shape).to(machine.device)
    chance = random.Random(f"{seed} pretrain")
    read = collate.encoded([row.given(chance.random() < NAMED) for row in train])
    read = [np.array(ends(ids.tolist(), recipe.pretrain_pieces), np.int64) for ids in read]
    plan = [
        batch
        for epoch in range(recipe.pretrain_epochs)
        for batch in batches(
            [len(ids) for ids in read], recipe.pretrain_batch, random.Random(f"{seed} {epoch}")
        )
    ]

    def prepare(step: int) -> _Rated:
        lottery, rows = np.random.default_rng([seed, step]), plan[step]
        texts = [dropped(read[row], recipe.dropped, lottery) for row in rows]
        domain = torch.tensor([list(DOMAINS).index(train[row].domain or "") for row in rows])
        return _Rated(encoder_batch(texts), domain, torch.tensor([train[row].sentiment for row in rows]))

    def loss(rated: _Rated) -> Tensor:
        logits = reader(rated.batch.to(machine.device), rated.domain.to(machine.device))
        wanted = rated.wanted.to(machine.device)
        return functional.cross_entropy(logits.float(), wanted, label_smoothing=_SMOOTHING)

    course = Plan("pretrain", len(plan), recipe.pretrain_rate, seed, prepare, loss, encoder.rates)
    learn(reader, course, machine, checkpoint)
    return reader.encoder
