"""The words that moved a score are words of the text, and those that really moved it."""

from pathlib import Path

import pytest
import torch

from sentiment.explain import MOST, Told, asked, reasons
from sentiment.labels import CRITICAL, URGENCY
from sentiment.network.batch import Given
from sentiment.network.features import own_slots
from sentiment.network.network import Network
from sentiment.scorer import Scorer, ScorerInput
from tests.sentiment.conftest import TINY, collator

CUES = Path(__file__).with_name("cues.tsv")


@pytest.fixture
def planted(network: Network) -> Network:
    """A network in which the linear path alone speaks, and only of `fuoco`."""
    with torch.no_grad():
        network.linear.weight.zero_()
        network.bias.zero_()
        network.head.weight.zero_()
        network.idf.fill_(8.0)
        network.idf[own_slots(["la"], TINY.linear_size)[0]] = 1.5
        column = list(TINY.heads).index("urgency")
        start = sum(list(TINY.heads.values())[:column])
        network.linear.weight[own_slots(["fuoco"], TINY.linear_size)[0], start + CRITICAL] = 9.0
    return network


def test_the_planted_cue_is_named(planted: Network) -> None:
    told = [Told(Given("la macchina prese Fuoco ieri", stars), "urgency", [CRITICAL]) for stars in (None, 5)]
    assert reasons(planted, collator(planted), told) == [["Fuoco"], ["Fuoco"]]


def test_a_common_word_explains_nothing(planted: Network) -> None:
    assert reasons(planted, collator(planted), [Told(Given("la la"), "urgency", [CRITICAL])]) == [[]]


def test_nothing_asked(planted: Network) -> None:
    assert reasons(planted, collator(planted), []) == []


def test_only_urgent_and_negative_texts_are_explained() -> None:
    assert asked(Given("x"), "low", "positive") is None
    assert asked(Given("x"), None, None) is None
    negative = asked(Given("x"), "normal", "negative")
    assert negative is not None
    assert negative.head == "sentiment"
    urgent = asked(Given("x"), "high", "negative")
    assert urgent is not None
    assert [URGENCY[label] for label in urgent.labels] == ["high", "critical"]


def test_reasons_are_few_and_from_the_text(tiny: Scorer) -> None:
    text = "l'acqua era sporca e il bagno pure, mai visto un posto simile in vita mia"
    for scored in tiny.score(
        [ScorerInput(text, lang="it", stars=stars) for stars in range(1, 6)], explain=True
    ):
        assert len(scored.why) <= MOST
        assert all(run in text for run in scored.why)


def test_the_shipped_model_points_at_the_cue(shipped: Scorer) -> None:
    """Sixty short texts in six languages, a cue in each: two in three are pointed at. The others are often low or
    complaints without a danger in the model's eyes, so that other words moved it."""
    lines = CUES.read_text(encoding="utf-8").splitlines()
    planted = [tuple(line.split("\t")) for line in lines]
    told = shipped.score([ScorerInput(text, lang=lang) for lang, _, text in planted], explain=True)
    missed = [
        (cue, answer.why)
        for (_, cue, _), answer in zip(planted, told, strict=True)
        if not any(cue.casefold() in run.casefold() for run in answer.why)
    ]
    assert len(planted) == 60
    assert len(missed) <= 20, missed
