"""The linear path: penalised logistic regression over TF-IDF n-grams, fitted to the optimum. It fills the
network's `linear` table; how its answers mix with the encoder's is calibrate.py's matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from sentiment.learning.corpus import Example
from sentiment.network.batch import Given, bags_of, weigh

Error = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Logits to loss and its gradient."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """TF-IDF rows of some texts, sparse: `rows` (texts, size) and its transpose."""

    rows: Tensor
    columns: Tensor


def idf_of(examples: Sequence[Example], size: int) -> npt.NDArray[np.float32]:
    """Smoothed inverse document frequency of each row of the table, ln((1 + n) / (1 + df)) + 1 (size,)."""
    found = np.zeros(size)
    for bag in bags_of([Given(example.text) for example in examples], size):
        found[bag.ids] += 1
    return np.asarray(np.log((1 + len(examples)) / (1 + found)) + 1, np.float32)


def matrix(examples: Sequence[Example], idf: npt.NDArray[np.float32], device: str = "cpu") -> Matrix:
    """The texts' bags as the network weighs them."""
    bags = bags_of([example.given() for example in examples], len(idf))
    places = np.repeat(np.arange(len(bags)), [len(found.ids) for found in bags])
    rows = np.concatenate([np.empty(0, np.int64), *(found.ids for found in bags)])
    weights = np.concatenate([np.empty(0, np.float32), *(weigh(found, idf) for found in bags)])
    cells, values = torch.from_numpy(np.stack([places, rows])), torch.from_numpy(weights)
    sparse = torch.sparse_coo_tensor(cells, values, (len(bags), len(idf)), check_invariants=False).coalesce()
    return Matrix(sparse.to(device), sparse.t().coalesce().to(device))


def fit_classes(
    data: Matrix, labels: Tensor, weights: Tensor, classes: int, strength: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Multinomial logistic regression: table (size, classes) and bias (classes,). `weights`: of each text.
    `strength` is the inverse of the squared penalty, as in scikit-learn's C."""
    device = data.rows.device
    wanted, weights = functional.one_hot(labels, classes).float().to(device), weights.to(device)

    def error(logits: Tensor) -> tuple[Tensor, Tensor]:
        chances = torch.log_softmax(logits, dim=1)
        loss = -(weights * (chances * wanted).sum(1)).sum()
        return loss, (chances.exp() - wanted) * weights[:, None]

    return _minimise(data, error, classes, strength, steps)


def fit_flags(data: Matrix, flags: Tensor, strength: float, steps: int) -> tuple[Tensor, Tensor]:
    """One logistic regression for each of several yes-or-no labels, `flags` (texts, labels)."""
    flags = flags.to(data.rows.device)

    def error(logits: Tensor) -> tuple[Tensor, Tensor]:
        loss = functional.binary_cross_entropy_with_logits(logits, flags, reduction="sum")
        return loss, torch.sigmoid(logits) - flags

    return _minimise(data, error, flags.shape[1], strength, steps)


def balance(labels: Tensor, classes: int) -> Tensor:
    """Weight of each text so that every class weighs the same; the mean is 1."""
    counts = torch.bincount(labels, minlength=classes).clamp(min=1)
    return (len(labels) / classes / counts)[labels]


def _minimise(data: Matrix, error: Error, outputs: int, strength: float, steps: int) -> tuple[Tensor, Tensor]:
    """L-BFGS (Liu & Nocedal 1989) with gradients by hand: sparse products have no quick ones."""
    device = data.rows.device
    table = torch.zeros(data.rows.shape[1], outputs, requires_grad=True, device=device)
    bias = torch.zeros(outputs, requires_grad=True, device=device)
    solver = torch.optim.LBFGS(
        [table, bias], max_iter=steps, history_size=8, line_search_fn="strong_wolfe", tolerance_grad=1e-4
    )

    @torch.no_grad()
    def closure() -> float:
        loss, slope = error(torch.sparse.mm(data.rows, table) + bias)
        table.grad = torch.sparse.mm(data.columns, slope) + table / strength
        bias.grad = slope.sum(0)
        return float(loss + (table**2).sum() / (2 * strength))

    solver.step(closure)  # type: ignore[no-untyped-call]
    return table.detach().cpu(), bias.detach().cpu()
