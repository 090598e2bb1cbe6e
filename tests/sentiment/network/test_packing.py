"""Weights come back from their file almost as they were."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from sentiment.network.network import Network
from sentiment.network.packing import packed, packed_network, unpacked


def test_matrices_lose_less_than_a_hundredth_of_their_row(network: Network) -> None:
    state = network.state_dict()
    again = unpacked(packed(state))
    assert set(again) == set(state)
    for name, value in state.items():
        most = value.abs().amax(-1, keepdim=True) if value.dim() else value.abs()
        assert bool(((again[name] - value).abs() <= most / 100 + 1e-6).all()), name


def test_a_second_time_changes_nothing(network: Network) -> None:
    once = packed(network.state_dict())
    twice = packed(unpacked(once))
    assert all(torch.equal(once[name], twice[name]) for name in once)


def test_a_row_of_zeros_stays_one() -> None:
    assert not unpacked(packed({"x": torch.zeros(2, 3)}))["x"].any()


def test_a_missing_scale_is_an_error() -> None:
    tensors = packed({"x": torch.ones(2, 3)})
    del tensors["x.scale"]
    with pytest.raises(KeyError):
        unpacked(tensors)


def test_weights_of_16_bits_keep_their_signs() -> None:
    """Of scoring's copy the largest of a row came out as 128, which wrapped to -128."""
    table = torch.randn(500, 64, generator=torch.manual_seed(3)).bfloat16()
    numbers = packed({"x": table})
    assert int((numbers["x"] == -128).sum()) == 0
    again, largest = unpacked(numbers)["x"], table.float().abs().argmax(1, keepdim=True)
    assert bool((torch.gather(again * table.float(), 1, largest) > 0).all())


def test_a_borrowed_encoder_is_packed_as_one(network: Network) -> None:
    weights = {"encoder.x": torch.ones(2, 3), "head.x": torch.ones(2, 3)}
    borrowed: Any = SimpleNamespace(encoder="somebody's", state_dict=lambda: weights)
    found = packed_network(borrowed)
    assert {name: value.dtype for name, value in found.items()} == {
        "encoder.x": torch.float16, "head.x": torch.int8, "head.x.scale": torch.float32,
    }  # fmt: skip
    assert packed_network(network)["encoder.table.weight"].dtype == torch.int8
