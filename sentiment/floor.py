"""Keeps stars and praise from talking a danger away. What the words say by themselves is a floor under the urgency of
the whole: the text read without its many stars, less a fixed amount of log-odds, so that stars stay evidence and no
more; and each sentence with a word of danger (dangers.py) read alone, plus what such a word is worth.

Both amounts rest on the cross-validated answers of the authored items (docs/how-the-model-was-made.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sentiment.dangers import worrying
from sentiment.labels import CRITICAL
from sentiment.network.batch import Given

MANY_STARS = 3.5
"""Stars from which on a text is also read without them."""
STARS_TAKE = 1.5
"""Log-odds that many stars may take from a danger: its odds fall to no less than a fifth."""
WORD_GIVES = 0.8
"""Log-odds by which a sentence with a word of danger is more urgent than it reads: 0.85 to 1.03 would fit best, with
each third of the items left out."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One more reading of the text of that number, and the log-odds that are added to what it says."""

    number: int
    given: Given
    added: float


def readings(texts: Sequence[tuple[Given, str | None]]) -> Iterator[Reading]:
    """What is to be read by itself of texts and their languages."""
    for number, (given, lang) in enumerate(texts):
        if given.domain is not None:
            continue  # published texts, whose urgency nobody asks for
        bare = replace(given, stars=None)
        if (given.stars or 0) >= MANY_STARS:
            yield Reading(number, bare, -STARS_TAKE)
        for sentence in worrying(given.text, lang):
            yield Reading(number, replace(bare, text=sentence), WORD_GIVES)


def raised(levels: Tensor, own: Tensor, found: Sequence[Reading]) -> Tensor:
    """Chances of the levels (texts, 4), at least as urgent as `own` (readings, 4) allows: critical, and critical or
    high, are as likely as in any reading of the text with what is added to it; the rest keeps its proportions."""
    numbers = torch.tensor([one.number for one in found])
    added = torch.tensor([one.added for one in found])
    floors = []
    for level in (CRITICAL, CRITICAL - 1):
        whole, alone = levels[:, level:].sum(1), own[:, level:].sum(1)
        floor = torch.sigmoid(torch.logit(alone, 1e-6) + added)
        floors.append(whole.scatter_reduce(0, numbers, floor, "amax"))
    top = floors[0]
    upper = torch.maximum(floors[1], top)
    calm = levels[:, : CRITICAL - 1]
    calm = calm / calm.sum(1, keepdim=True).clamp(min=1e-9) * (1 - upper).unsqueeze(1)
    return torch.cat([calm, (upper - top).unsqueeze(1), top.unsqueeze(1)], 1)
