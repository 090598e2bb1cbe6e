"""Batches hold every row once, near their size, alike for the same seed."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sentiment.network.pieces import SPECIAL
from sentiment.network.plan import batches, dropped

LENGTHS = st.lists(st.integers(0, 60), max_size=60)


@given(LENGTHS, st.integers(0, 3))
def test_every_row_is_in_one_batch(lengths: list[int], seed: int) -> None:
    found = batches(lengths, 100, random.Random(seed))
    assert sorted(row for batch in found for row in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or max(1, *(lengths[r] for r in batch)) * len(batch) <= 100 for batch in found)
    assert found == batches(lengths, 100, random.Random(seed))


@given(st.lists(st.integers(0, 40), max_size=30), st.floats(0, 1))
def test_dropping_keeps_order_and_special_pieces(numbers: list[int], share: float) -> None:
    ids = np.array(numbers, np.int64)
    kept = dropped(ids, share, np.random.default_rng(1)).tolist()
    rest = iter(numbers)
    assert all(number in rest for number in kept)
    assert [n for n in kept if n < len(SPECIAL)] == [n for n in numbers if n < len(SPECIAL)]
