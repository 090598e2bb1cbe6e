"""Texts become tensors whose rows are theirs alone."""

import numpy as np
import pytest
import torch

from sentiment.batch import Collator, weigh
from sentiment.features import bag


@pytest.fixture
def collate() -> Collator:
    return Collator(256, 6, np.ones(512, np.float32))


def test_shapes_and_empty_places(collate: Collator) -> None:
    batch = collate([["a", "b"], [], ["a"]])
    assert batch.index.shape == (3, 2)
    assert batch.index[0].tolist() == [1, 2]
    assert batch.index[1].tolist() == [0, 0]
    assert batch.index[2].tolist() == [1, 0]  # the same word is the same number
    assert len(batch.offsets) == 2
    assert len(batch.bag_offsets) == 3


def test_no_texts(collate: Collator) -> None:
    assert collate([]).index.shape[0] == 0


def test_long_texts_keep_both_ends(collate: Collator) -> None:
    batch = collate([list("abcdefghij")])
    assert batch.index.shape == (1, 6)
    assert len(batch.offsets) == 6


def test_a_rating_is_a_word_in_front(collate: Collator) -> None:
    batch = collate([["a"], ["a"]], [4.0, None])
    assert (batch.index > 0).sum(1).tolist() == [2, 1]


def test_without_the_linear_path_there_are_no_bags(collate: Collator) -> None:
    batch = collate([["a"]], linear=False)
    assert len(batch.bag_ids) == 0
    assert batch.bag_offsets.tolist() == [0]


def test_weights_of_each_part_have_length_one() -> None:
    found = bag(["ottimo", "caffè"], 512)
    weights = weigh(found, np.linspace(1, 2, 512, dtype=np.float32))
    assert np.linalg.norm(weights[: found.split]) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(weights[found.split :]) == pytest.approx(1, abs=1e-5)


def test_other_weights_leave_the_rest(collate: Collator) -> None:
    batch = collate([["a"]])
    other = batch.weighed(torch.zeros_like(batch.bag_weights))
    assert other.index is batch.index
    assert not other.bag_weights.any()
    assert batch.to("cpu") is batch
