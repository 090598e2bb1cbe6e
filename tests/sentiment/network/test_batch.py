"""Texts become tensors whose rows are theirs alone."""

import numpy as np
import pytest
import torch

from sentiment.network.batch import Collator, Given, encoder_batch, weigh
from sentiment.network.features import bags
from sentiment.network.pieces import DOMAIN, END, PAD, SPECIAL, STARS, START
from sentiment.text import clean
from tests.sentiment.conftest import LETTERS


@pytest.fixture
def collate() -> Collator:
    return Collator(LETTERS, 6, np.ones(512, np.float32))


def texts(*found: str) -> list[Given]:
    return [Given(text) for text in found]


def test_shapes_and_empty_places(collate: Collator) -> None:
    batch = collate(texts("ab", "", "a"))
    assert batch.index.shape == (3, 5)
    assert (batch.index != PAD).sum(1).tolist() == [5, 2, 4]  # start, the space in front, letters, end
    assert batch.index[:, 0].tolist() == [START] * 3
    assert batch.index[1, 1] == END
    assert batch.index[0, 2] == batch.index[2, 2]
    assert len(batch.bag_offsets) == 3


def test_no_texts(collate: Collator) -> None:
    assert collate([]).index.shape[0] == 0
    assert encoder_batch([]).index.shape[0] == 0


def test_long_texts_keep_both_ends(collate: Collator) -> None:
    [whole], [short] = collate.ready(texts("abcdefghij")), collate.ready(texts("abcdefgh"))
    assert len(whole.ids) == 8
    assert whole.ids[:4].tolist() == short.ids[:4].tolist()
    assert whole.spans[-2] == (9, 10)


def test_rating_and_domain_are_pieces_in_front(collate: Collator) -> None:
    [told] = collate.encoded([Given("a", 4.0, "review")])
    assert told[:3].tolist() == [DOMAIN + 1, STARS + 4, START]
    [ready] = collate.ready([Given("a", 4.0, "review")])
    assert len(ready.spans) == len(ready.ids)
    assert ready.spans[:3] == [(0, 0)] * 3


def test_no_author_writes_special_pieces(collate: Collator) -> None:
    [ids] = collate.encoded(texts(clean("a" + "".join(SPECIAL) + "b")))
    assert not set(ids[1:-1].tolist()) & set(range(len(SPECIAL)))


def test_the_encoder_alone_needs_no_bags(collate: Collator) -> None:
    batch = encoder_batch(collate.encoded(texts("a", "bc")))
    assert len(batch.bag_ids) == 0
    assert batch.bag_offsets.tolist() == [0, 0]
    assert torch.equal(batch.index, collate(texts("a", "bc")).index)


def test_weights_of_each_part_have_length_one() -> None:
    [found] = bags([["ottimo", "caffe"]], 512)
    weights = weigh(found, np.linspace(1, 2, 512, dtype=np.float32))
    assert np.linalg.norm(weights[: found.split]) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(weights[found.split :]) == pytest.approx(1, abs=1e-5)


def test_other_weights_leave_the_rest(collate: Collator) -> None:
    batch = collate(texts("a"))
    other = batch.weighed(torch.zeros_like(batch.bag_weights))
    assert other.index is batch.index
    assert not other.bag_weights.any()
    assert batch.to("cpu") is batch
