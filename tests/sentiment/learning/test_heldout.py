"""What is settled on texts that were held out."""

from dataclasses import replace

import pytest
import torch

from sentiment.learning.corpus import Example
from sentiment.learning.heldout import joined, macro_f1, outputs_of, settle
from sentiment.network.network import Network
from tests.sentiment.conftest import TINY, collator


def example(number: int, **labels: object) -> Example:
    known = {"sentiment": number % 3, "urgency": number % 4, "category": number % 7, "topics": (number % 17,)}
    return Example(f"parola {'abcdefghij'[number % 10]} x", "it", "x", None, **(known | labels))  # type: ignore[arg-type]


ITEMS = [example(number) for number in range(60)]
PUBLISHED = [
    replace(example(number, urgency=None, category=None, topics=None), domain=("tweet", "review")[number % 2])
    for number in range(30)
]


def test_outputs_are_in_order(network: Network) -> None:
    collate = collator(network)
    whole = outputs_of(network, collate, ITEMS)
    parts = joined([outputs_of(network, collate, ITEMS[:10]), outputs_of(network, collate, ITEMS[10:])])
    assert torch.allclose(whole.encoded, parts.encoded, atol=0.05)
    assert torch.allclose(whole.bagged, parts.bagged, atol=1e-5)
    assert outputs_of(network, collate, []).encoded.shape == (0, sum(TINY.heads.values()))


def test_settling_gives_thresholds_and_figures(network: Network) -> None:
    collate = collator(network)
    plain, told = (outputs_of(network, collate, PUBLISHED, domain=domain) for domain in (False, True))
    settled = settle(outputs_of(network, collate, ITEMS), ITEMS, plain, told, PUBLISHED)
    assert 0.05 <= settled.critical <= 0.6
    assert 0.1 <= settled.topic <= 0.6
    assert settled.figures.texts == 60
    assert set(settled.mixes) == set(TINY.heads)
    assert settled.mood >= 0
    assert 0 <= settled.figures.praise_critical <= 1
    assert all(0 <= error <= 1 for error in settled.figures.calibration_error.values())


@pytest.mark.parametrize(
    ("guess", "labels", "f1"),
    [([0, 1], [0, 1], 1.0), ([0, 0], [0, 1], 1 / 3), ([], [], 0.0), ([1], [0], 0.0)],
)
def test_macro_f1(guess: list[int], labels: list[int], f1: float) -> None:
    found = macro_f1(torch.tensor(guess, dtype=torch.int64), torch.tensor(labels, dtype=torch.int64), 3)
    assert found == pytest.approx(f1)
