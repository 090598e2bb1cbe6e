"""Plans which rows go through the network together in training."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from sentiment.network.pieces import SPECIAL, Ids


def batches(lengths: Sequence[int], most: int, shuffle: random.Random) -> list[list[int]]:
    """Row numbers in batches of about `most` pieces, texts of like length together, in random order."""
    order = sorted(range(len(lengths)), key=lambda row: (lengths[row] * shuffle.uniform(0.9, 1.1), row))
    found: list[list[int]] = []
    batch: list[int] = []
    widest = 0
    for row in order:
        widest = max(widest, lengths[row], 1)
        if batch and widest * (len(batch) + 1) > most:
            found.append(batch)
            batch, widest = [], max(lengths[row], 1)
        batch.append(row)
    if batch:
        found.append(batch)
    shuffle.shuffle(found)
    return found


def dropped(ids: Ids, share: float, chance: np.random.Generator) -> Ids:
    """`ids` with a random share of them left out; special pieces are kept."""
    return ids[(chance.random(len(ids)) >= share) | (ids < len(SPECIAL))]
