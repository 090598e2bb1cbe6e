"""Stage one of training: the encoder learns sentiment from published tweets and reviews, a head for each
of the two. Before it comes masked.py, after it finetune.py."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from sentiment.batch import Batch, Collator
from sentiment.corpus import Example
from sentiment.features import ends
from sentiment.loop import Machine, Plan, learn
from sentiment.network import Encoder, Shape
from sentiment.plan import batches, dropped
from sentiment.recipe import Recipe

DOMAINS = ("tweet", "review")
_SMOOTHING = 0.05


class Reader(nn.Module):
    """An encoder with one sentiment head for tweets and one for reviews: people rate the two differently."""

    def __init__(self, encoder: Encoder, shape: Shape) -> None:
        super().__init__()
        self.encoder = encoder
        self.norm = nn.LayerNorm(2 * shape.width)
        self.head = nn.Linear(2 * shape.width, 3 * len(DOMAINS))

    def forward(self, batch: Batch, domain: Tensor) -> Tensor:
        """(B, 3) logits by the head of each text's domain (B,)."""
        logits = self.head(self.norm(self.encoder(batch))).view(len(domain), len(DOMAINS), 3)
        chosen: Tensor = logits[torch.arange(len(domain), device=domain.device), domain]
        return chosen


@dataclass(frozen=True, slots=True)
class _Rated:
    batch: Batch
    domain: Tensor
    wanted: Tensor


def pretrain(
    encoder: Encoder,
    train: Sequence[Example],
    shape: Shape,
    recipe: Recipe,
    seed: int,
    checkpoint: Path,
    collate: Collator,
    machine: Machine,
) -> Encoder:
    """The `encoder`, trained on the rows' sentiment."""
    torch.manual_seed(seed)
    reader = Reader(encoder, shape).to(machine.device)
    lengths = [min(len(row.words), recipe.pretrain_words) for row in train]
    plan = [
        batch
        for epoch in range(recipe.pretrain_epochs)
        for batch in batches(lengths, recipe.pretrain_batch, random.Random(f"{seed} {epoch}"))
    ]

    def prepare(step: int) -> _Rated:
        chance, rows = random.Random(f"{seed} pretrain {step}"), [train[row] for row in plan[step]]
        texts = [dropped(ends(row.words, recipe.pretrain_words), recipe.word_dropout, chance) for row in rows]
        domain = torch.tensor([DOMAINS.index(row.domain) for row in rows])
        wanted = torch.tensor([row.sentiment for row in rows])
        return _Rated(collate(texts, linear=False), domain, wanted)

    def loss(rated: _Rated) -> Tensor:
        logits = reader(rated.batch.to(machine.device), rated.domain.to(machine.device))
        wanted = rated.wanted.to(machine.device)
        return functional.cross_entropy(logits, wanted, label_smoothing=_SMOOTHING)

    learn(reader, Plan("pretrain", len(plan), recipe.pretrain_rate, seed, prepare, loss), machine, checkpoint)
    return reader.encoder
