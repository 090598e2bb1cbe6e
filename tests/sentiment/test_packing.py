"""Weights come back from their file almost as they were."""

import pytest
import torch

from sentiment.network import Network
from sentiment.packing import packed, unpacked


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
