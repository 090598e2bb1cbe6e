"""What scoring runs is the network: the same answers, whatever the lengths and the texts beside."""

import pytest
import torch

from sentiment.network.batch import Batch, Given
from sentiment.network.inference import TOGETHER, Inference
from sentiment.network.network import Network
from sentiment.network.precision import numbers
from tests.sentiment.conftest import collator

TEXTS = ["", "a", "ab", "ciao bella", "non male, anzi", "bene " * 9, "x" * 400, "ottimo caffè! ma che attesa"]


@pytest.fixture
def loud(network: Network) -> Network:
    """With weights so large that a slip anywhere shows."""
    with torch.no_grad():
        for weights in network.parameters():
            weights.normal_(std=0.3)
    return network


def batch(network: Network, texts: list[str]) -> Batch:
    return collator(network)([Given(text) for text in texts])


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[::-1], TEXTS * (2 * TOGETHER // 250), [TEXTS[0]], []])
def test_it_says_what_the_network_says(loud: Network, texts: list[str]) -> None:
    given = batch(loud, texts)
    with torch.inference_mode():
        wanted = loud(given)
    for head, said in Inference(loud, "cpu", torch.float32)(given).items():
        assert torch.allclose(said, wanted[head], atol=1e-4), head


def test_small_numbers_change_little(network: Network) -> None:
    given = batch(network, TEXTS)
    exact, small = (Inference(network, "cpu", kind)(given) for kind in (torch.float32, torch.bfloat16))
    for head, said in small.items():
        assert torch.allclose(said, exact[head], atol=0.1), head


def test_the_network_is_left_as_it_was(network: Network) -> None:
    before = {name: weights.clone() for name, weights in network.state_dict().items()}
    Inference(network)(batch(network, TEXTS))
    assert all(torch.equal(weights, before[name]) for name, weights in network.state_dict().items())


def test_numbers_suit_the_device() -> None:
    assert numbers("cuda") == torch.bfloat16
    assert numbers("mps") == torch.float16
    assert numbers("cpu") in (torch.bfloat16, torch.float32)
