"""Batches hold every row once, near their size, alike for the same seed."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sentiment.plan import batches, dropped

LENGTHS = st.lists(st.integers(0, 60), max_size=60)


@given(LENGTHS, st.integers(0, 3))
def test_every_row_is_in_one_batch(lengths: list[int], seed: int) -> None:
    found = batches(lengths, 100, random.Random(seed))
    assert sorted(row for batch in found for row in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or max(1, *(lengths[r] for r in batch)) * len(batch) <= 100 for batch in found)
    assert found == batches(lengths, 100, random.Random(seed))


@given(st.lists(st.text(max_size=3), max_size=8), st.floats(0, 1))
def test_dropping_keeps_order_and_a_word(words: list[str], share: float) -> None:
    kept = dropped(words, share, random.Random(1))
    assert bool(kept) == bool(words)
    rest = iter(words)
    assert all(word in rest for word in kept)
