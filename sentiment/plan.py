"""Plans which rows go through the network together in training."""

from __future__ import annotations

import random
from collections.abc import Sequence


def batches(lengths: Sequence[int], words: int, shuffle: random.Random) -> list[list[int]]:
    """Row numbers in batches of about `words` words, texts of like length together, in random order."""
    order = sorted(range(len(lengths)), key=lambda row: (lengths[row] * shuffle.uniform(0.9, 1.1), row))
    found: list[list[int]] = []
    batch: list[int] = []
    widest = 0
    for row in order:
        widest = max(widest, lengths[row], 1)
        if batch and widest * (len(batch) + 1) > words:
            found.append(batch)
            batch, widest = [], max(lengths[row], 1)
        batch.append(row)
    if batch:
        found.append(batch)
    shuffle.shuffle(found)
    return found


def dropped(words: Sequence[str], share: float, chance: random.Random) -> list[str]:
    """`words` with a random share of them left out, at least one kept."""
    return [word for word in words if chance.random() >= share] or list(words[:1])
