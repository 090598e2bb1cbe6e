"""The words that moved a score are words of the text, and those that really moved it."""

import pytest
import torch

from sentiment.batch import Collator
from sentiment.explain import MOST, Told, asked, reasons
from sentiment.features import bag
from sentiment.labels import CRITICAL, URGENCY
from sentiment.network import Network
from sentiment.scorer import Scorer, ScorerInput
from tests.sentiment.conftest import TINY


@pytest.fixture
def planted(network: Network) -> Network:
    """A network in which the linear path alone speaks, and only of `fuoco`."""
    with torch.no_grad():
        network.linear.weight.zero_()
        network.bias.zero_()
        network.head.weight.zero_()
        network.idf.fill_(8.0)
        network.idf[bag(["la"], TINY.linear_size).ids[0]] = 1.5
        column = list(TINY.heads).index("urgency")
        start = sum(list(TINY.heads.values())[:column])
        network.linear.weight[bag(["fuoco"], TINY.linear_size).ids[0], start + CRITICAL] = 9.0
    return network


def test_the_planted_cue_is_named(planted: Network) -> None:
    collate = Collator(TINY.encoder_size, TINY.limit, planted.idf.numpy())
    told = [
        Told(["la", "macchina", "prese", "fuoco", "ieri"], stars, "urgency", [CRITICAL])
        for stars in (None, 5)
    ]
    assert reasons(planted, collate, told) == [["fuoco"], ["fuoco"]]


def test_a_common_word_explains_nothing(planted: Network) -> None:
    collate = Collator(TINY.encoder_size, TINY.limit, planted.idf.numpy())
    assert reasons(planted, collate, [Told(["la", "la"], None, "urgency", [CRITICAL])]) == [[]]


def test_nothing_asked(planted: Network) -> None:
    assert reasons(planted, Collator(8, 8, planted.idf.numpy()), []) == []


def test_only_urgent_and_negative_texts_are_explained() -> None:
    assert asked(["x"], None, "low", "positive") is None
    assert asked(["x"], None, None, None) is None
    negative = asked(["x"], None, "normal", "negative")
    assert negative is not None
    assert negative.head == "sentiment"
    urgent = asked(["x"], None, "high", "negative")
    assert urgent is not None
    assert [URGENCY[label] for label in urgent.labels] == ["high", "critical"]


def test_reasons_are_few_and_from_the_text(tiny: Scorer) -> None:
    text = "l'acqua era sporca e il bagno pure, mai visto un posto simile in vita mia"
    for scored in tiny.score(
        [ScorerInput(text, lang="it", stars=stars) for stars in range(1, 6)], explain=True
    ):
        assert len(scored.why) <= MOST
        assert all(run in text for run in scored.why)


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("Dopo averlo mangiato mia figlia ha la bocca gonfia.", "gonfia"),
        ("Il mio avvocato vi scriverà lunedì.", "avvocato"),
        ("Since we ate it my daughter has hives.", "hives"),
        ("La macchina ha preso fuoco mentre dormivamo.", "fuoco"),
        ("Mi hanno rubato i dati della carta dal vostro sito.", "carta"),
    ],
)
def test_the_shipped_model_points_at_the_cue(shipped: Scorer, text: str, cue: str) -> None:
    [scored] = shipped.score([ScorerInput(text)], explain=True)
    assert any(cue in run for run in scored.why), scored.why
