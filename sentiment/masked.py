"""Stage zero of training: the encoder learns the languages by guessing hidden words of any text (masked
language modelling; Devlin et al. 2019). Labels come after it, in pretrain.py."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from sentiment.batch import Batch, Collator
from sentiment.features import ends
from sentiment.loop import Machine, Plan, learn
from sentiment.network import Encoder, Shape
from sentiment.plan import batches
from sentiment.recipe import Recipe

MASK = "\x00"
"""Stands for a hidden word; text.py lets no author write it."""
_HIDDEN = 0.18
_SHOWN = 0.1
"""Share of the words to guess that stay in sight, so that the encoder also reads whole texts."""


class Guesser(nn.Module):
    """An encoder with an output over the frequent words."""

    def __init__(self, shape: Shape, words: int) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.dense = nn.Linear(shape.width, shape.width)
        self.norm = nn.LayerNorm(shape.width)
        self.output = nn.Linear(shape.width, words)

    def forward(self, batch: Batch, places: Tensor) -> Tensor:
        """(N, words) logits at N `places`, counted through the batch's (B, L) words."""
        states = self.encoder.states(batch).flatten(0, 1)[places]
        logits: Tensor = self.output(self.norm(functional.gelu(self.dense(states))))
        return logits


@dataclass(frozen=True, slots=True)
class _Guess:
    batch: Batch
    places: Tensor
    wanted: Tensor


def guess_words(
    texts: Sequence[Sequence[str]],
    shape: Shape,
    recipe: Recipe,
    seed: int,
    checkpoint: Path,
    collate: Collator,
    machine: Machine,
) -> Encoder:
    """An encoder that has read the `texts` (words of each) for the recipe's epochs."""
    torch.manual_seed(seed)
    known = frequent(texts, recipe.masked_vocabulary)
    guesser = Guesser(shape, len(known)).to(machine.device)
    lengths = [min(len(words), recipe.pretrain_words) for words in texts]
    plan = [
        batch
        for epoch in range(recipe.masked_epochs)
        for batch in batches(lengths, recipe.masked_batch, random.Random(f"{seed} masked {epoch}"))
    ]

    def prepare(step: int) -> _Guess:
        chance = random.Random(f"{seed} masked {step}")
        rows = [list(ends(texts[row], recipe.pretrain_words)) for row in plan[step]]
        return _hide(rows, known, collate, chance)

    def loss(guess: _Guess) -> Tensor:
        logits = guesser(guess.batch.to(machine.device), guess.places.to(machine.device))
        wanted = guess.wanted.to(machine.device)
        return functional.cross_entropy(logits, wanted, reduction="sum") / max(1, len(wanted))

    learn(guesser, Plan("masked", len(plan), recipe.masked_rate, seed, prepare, loss), machine, checkpoint)
    return guesser.encoder


def frequent(texts: Sequence[Sequence[str]], size: int) -> Mapping[str, int]:
    """The `size` most frequent words, numbered."""
    counts = Counter(word for words in texts for word in words)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate(order[:size])}


def _hide(
    rows: Sequence[list[str]], known: Mapping[str, int], collate: Collator, chance: random.Random
) -> _Guess:
    """Hides some known words of each row, at least one in all; a hidden word's place is told with it."""
    longest = max(map(len, rows))
    places: list[int] = []
    wanted: list[int] = []
    for number, words in enumerate(rows):
        for place, word in enumerate(words):
            if word in known and (chance.random() < _HIDDEN or not places):
                places.append(number * longest + place)
                wanted.append(known[word])
                if chance.random() >= _SHOWN:
                    words[place] = MASK
    batch = collate(rows, linear=False)
    return _Guess(batch, torch.tensor(places, dtype=torch.int64), torch.tensor(wanted, dtype=torch.int64))
