"""Neither stars nor praise around it talk a danger away, and no harmless text becomes critical for the words in it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import sentiment.scorer
from sentiment.floor import STARS_TAKE, WORD_GIVES, Reading, raised, readings
from sentiment.labels import CRITICAL
from sentiment.network.batch import Given
from sentiment.scorer import Scorer, ScorerInput

TABLE = Path(__file__).with_name("wrapped.tsv")
RATINGS = (None, 4.0, 5.0)
UNFOUND = 2
"""Dangers of the table that the model does not call critical: both threats to a person, which are words to check."""


def _texts(kind: str) -> list[ScorerInput]:
    rows = (line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines())
    return [ScorerInput(text, lang=lang) for told, lang, text in rows if told == kind]


def _critical(scorer: Scorer, texts: list[ScorerInput], stars: float | None) -> set[str]:
    given = [replace(text, stars=stars) for text in texts]
    answers = zip(texts, scorer.score(given), strict=True)
    return {text.text for text, said in answers if said.urgency == "critical"}


def test_the_table_is_wide_enough() -> None:
    dangers, harmless = _texts("danger"), _texts("harmless")
    assert min(len(dangers), len(harmless)) >= 30
    assert min(len({text.lang for text in texts}) for texts in (dangers, harmless)) >= 7


@pytest.mark.parametrize("stars", RATINGS)
def test_a_danger_within_praise_is_critical(shipped: Scorer, stars: float | None) -> None:
    dangers = _texts("danger")
    found = _critical(shipped, dangers, stars)
    assert len(found) >= len(dangers) - UNFOUND, [text.text for text in dangers if text.text not in found]
    for named in ("pronto soccorso", "incendio dalla presa", "tostapane ha preso fuoco"):
        assert any(named in text for text in found)


@pytest.mark.parametrize("stars", RATINGS)
def test_no_harmless_text_is_critical_for_its_words(
    shipped: Scorer, stars: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _critical(shipped, _texts("harmless"), stars)

    def without_words(texts: list[tuple[Given, str | None]]) -> Iterator[Reading]:
        return (one for one in readings(texts) if one.added != WORD_GIVES)

    monkeypatch.setattr(sentiment.scorer, "readings", without_words)
    assert found == _critical(shipped, _texts("harmless"), stars)
    assert len(found) <= 6
    for named in ("fuoco puro", "dal ridere", "esplosione di gusto", "Killer coffee", "pizza is fire"):
        assert not any(named in text for text in found)


def test_what_is_read_by_itself() -> None:
    fire = "Bello. Ha preso fuoco."
    assert list(
        readings([(Given("Bello.", 5.0), "it"), (Given("Bello.", 2.0), "it"), (Given(fire, 1.0), "it")])
    ) == [
        Reading(0, Given("Bello."), -STARS_TAKE),
        Reading(2, Given("Ha preso fuoco."), WORD_GIVES),
    ]
    assert list(readings([(Given(fire, 5.0, "review"), "it")])) == []


def test_a_reading_only_raises_and_chances_stay_chances() -> None:
    torch.manual_seed(3)
    levels, own = torch.rand(40, 4).softmax(1), (4 * torch.rand(80, 4)).softmax(1)
    found = [Reading(number % 40, Given(""), [-1.5, 0.8][number // 40]) for number in range(80)]
    after = raised(levels, own, found)
    assert torch.allclose(after.sum(1), torch.ones(40), atol=1e-5)
    assert bool((after >= 0).all())
    assert bool((after[:, CRITICAL] >= levels[:, CRITICAL] - 1e-6).all())
    assert bool((after[:, 2:].sum(1) >= levels[:, 2:].sum(1) - 1e-6).all())
    odds = torch.logit(own[:40, CRITICAL]) - 1.5
    assert bool((torch.logit(after[:, CRITICAL]) >= odds - 1e-4).all())


@pytest.mark.parametrize("text", ["Consegna arrivata ieri.", "Il forno fa fumo.", "Ottimo, torneremo."])
def test_many_stars_take_a_fixed_amount_at_most(shipped: Scorer, text: str) -> None:
    def odds(stars: float | None) -> torch.Tensor:
        [said] = shipped.score([ScorerInput(text, lang="it", stars=stars)])
        return torch.logit(torch.tensor((said.urgency_probs or {})["critical"]), 1e-4)

    assert odds(5) >= odds(None) - STARS_TAKE - 0.1  # chances are told with four digits
