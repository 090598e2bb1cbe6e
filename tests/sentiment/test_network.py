"""The network: what it reads does not depend on the texts beside it, and nothing is read where nothing is."""

import torch

from sentiment.batch import Collator
from sentiment.network import Network, pooled
from tests.sentiment.conftest import TINY


def test_a_text_is_read_alike_alone_and_among_longer_ones(network: Network) -> None:
    collate = Collator(TINY.encoder_size, TINY.limit, network.idf.numpy())
    with torch.inference_mode():
        alone = network(collate([["ciao"]]))
        among = network(collate([["ciao"], [f"parola{n}" for n in range(40)]]))
    for head, logits in alone.items():
        assert torch.allclose(logits[0], among[head][0], atol=1e-5)


def test_a_text_without_words_gives_finite_numbers(network: Network) -> None:
    collate = Collator(TINY.encoder_size, TINY.limit, network.idf.numpy())
    with torch.inference_mode():
        assert all(torch.isfinite(part).all() for part in network(collate([[], ["a"]])).values())


def test_pooling_takes_mean_and_maximum_of_the_words_alone() -> None:
    hidden = torch.tensor([[[1.0], [3.0], [99.0]], [[5.0], [5.0], [5.0]]])
    present = torch.tensor([[True, True, False], [False, False, False]])
    assert pooled(hidden, present).tolist() == [[2.0, 3.0], [0.0, 0.0]]


def test_heads_have_their_sizes(network: Network) -> None:
    parts = network.split(torch.zeros(2, sum(TINY.heads.values())))
    assert {head: part.shape[1] for head, part in parts.items()} == TINY.heads
