"""The network: what it reads does not depend on the texts beside it, and nothing is read where nothing is."""

import torch

from sentiment.network.batch import Given
from sentiment.network.network import Network
from tests.sentiment.conftest import TINY, collator


def test_a_text_is_read_alike_alone_and_among_longer_ones(network: Network) -> None:
    collate = collator(network)
    with torch.inference_mode():
        alone = network(collate([Given("ciao")]))
        among = network(collate([Given("ciao"), Given("parola " * 6)]))
    for head, logits in alone.items():
        assert torch.allclose(logits[0], among[head][0], atol=1e-5)


def test_a_text_without_words_gives_finite_numbers(network: Network) -> None:
    with torch.inference_mode():
        logits = network(collator(network)([Given(""), Given("a")]))
        assert all(torch.isfinite(part).all() for part in logits.values())


def test_the_order_of_words_counts(network: Network) -> None:
    with torch.inference_mode():
        one, other = network.encoder(collator(network)([Given("bene non male"), Given("male non bene")]))
    assert not torch.allclose(one, other, atol=1e-3)


def test_heads_have_their_sizes(network: Network) -> None:
    parts = network.split(torch.zeros(2, sum(TINY.heads.values())))
    assert {head: part.shape[1] for head, part in parts.items()} == TINY.heads


def test_the_mood_moves_critical_and_nothing_else(network: Network) -> None:
    batch = collator(network)([Given("ciao"), Given("parola male")])
    with torch.inference_mode():
        before = network(batch)
        network.mood.fill_(0.5)
        after = network(batch)
    negative, _, positive = before["sentiment"].unbind(1)
    moved = after["urgency"] - before["urgency"]
    assert torch.allclose(moved[:, 3], 0.5 * (negative - positive), atol=1e-4)
    assert not moved[:, :3].any()
    assert all(torch.equal(after[head], before[head]) for head in before if head != "urgency")
