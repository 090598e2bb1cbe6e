"""The linear path learns what is plain, and its weights are those that the network applies."""

import numpy as np
import torch

from sentiment.learning.corpus import Example
from sentiment.learning.linear import balance, fit_classes, fit_flags, idf_of, matrix

ROWS = [Example(text, "it", "x", None) for text in ("bene", "male", "bene x", "male x")]
LABELS = torch.tensor([1, 0, 1, 0])


def test_classes_are_told_apart() -> None:
    data = matrix(ROWS, idf_of(ROWS, 2_048))
    table, bias = fit_classes(data, LABELS, torch.ones(4), 2, 10.0, 50)
    assert (torch.sparse.mm(data.rows, table) + bias).argmax(1).tolist() == LABELS.tolist()


def test_flags_are_told_apart() -> None:
    flags = torch.stack([LABELS, 1 - LABELS], 1).float()
    data = matrix(ROWS, idf_of(ROWS, 2_048))
    table, bias = fit_flags(data, flags, 10.0, 50)
    assert ((torch.sparse.mm(data.rows, table) + bias) > 0).float().tolist() == flags.tolist()


def test_balance_makes_classes_weigh_the_same() -> None:
    weights = balance(torch.tensor([0, 0, 0, 1]), 2)
    assert weights[:3].sum() == weights[3]
    assert weights.mean() == 1


def test_rare_features_weigh_more() -> None:
    idf = idf_of(ROWS, 1 << 16)
    assert np.isclose(idf.max(), np.log(5 / 1) + 1)
    assert idf.min() < 2
