"""The card is what its generator writes, and its checksums are those of the weights."""

import json
import re
from pathlib import Path

import pytest

from sentiment.folder import BUILT_IN, FIGURES, PIECES, PLOT, WEIGHTS, ModelError
from sentiment.labels import LANGUAGES
from sentiment.learning.corpus import authored
from sentiment.learning.recipe import RECIPES
from sentiment.learning.sources import PUBLISHED
from sentiment.measuring.card import CARD, calibration_plot, list_models, render, verify_models, write_card
from sentiment.measuring.measure import measure
from sentiment.train import train
from tests.sentiment.conftest import write_lines

MODELS = BUILT_IN.parent


def test_the_shipped_card_is_what_the_generator_writes() -> None:
    assert (MODELS / CARD).read_text(encoding="utf-8") == render(MODELS)


def test_the_shipped_plot_is_that_of_the_figures() -> None:
    figures = json.loads((BUILT_IN / FIGURES).read_text(encoding="utf-8"))
    plot = calibration_plot(figures["training"]["held_out"]["reliability"])
    assert (BUILT_IN / PLOT).read_text(encoding="utf-8") == plot


def test_the_shipped_card_says_how_the_model_behaves_and_how_fast_it_is() -> None:
    assert "not measured yet" not in (MODELS / CARD).read_text(encoding="utf-8").lower()
    assert "not run yet" not in (MODELS / CARD).read_text(encoding="utf-8")


def test_the_shipped_weights_are_those_of_the_card() -> None:
    assert verify_models(MODELS) == []


def test_the_shipped_models_are_small() -> None:
    assert sum(file.stat().st_size for file in MODELS.rglob("*")) < 30e6
    [model] = list_models(MODELS)
    assert (model.name, len(model.revision)) == ("ascolto-small", 12)
    assert 0 < model.megabytes < 30
    assert model.languages.split() == list(LANGUAGES)


def test_every_source_of_the_recipe_is_named_with_its_licence(shared: Path) -> None:
    card = (MODELS / CARD).read_text(encoding="utf-8")
    assert all(f"| {name} |" in card for name in PUBLISHED)
    assert set(RECIPES["default"].caps) <= set(PUBLISHED)
    [learnt] = re.findall(r"^\| authored \| ([\d,]+) \|", card, re.MULTILINE)
    waiting = len(authored(shared / "data", LANGUAGES)) - int(learnt.replace(",", ""))
    assert waiting >= 0
    story = (MODELS.parent / "docs" / "how-the-model-was-made.md").read_text(encoding="utf-8")
    assert (f"{waiting:,} items were written since" in " ".join(story.split())) == (waiting > 0)


@pytest.fixture
def models(training: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one trained, measured model and its card."""
    monkeypatch.setattr("sentiment.learning.corpus.OWN", tmp_path / "none")
    monkeypatch.setattr("sentiment.measuring.measure.LEAST", 10)
    folder = tmp_path / "models" / "mine"
    train(training, folder, "smoke", checkpoints=tmp_path / "checkpoints")
    row = {"text": "pessimo caffè", "lang": "it", "sentiment": "negative", "urgency": "critical"}
    write_lines(training / "gold_dev.jsonl", [row] * 16 + [row | {"lang": "fi"}] * 15)
    measure(folder, training, {"times_pipeline": 7.5}, permissive=folder)
    write_card(folder.parent)
    return folder.parent


def test_a_measured_model_has_its_figures_in_the_card(models: Path) -> None:
    card = (models / CARD).read_text(encoding="utf-8")
    assert (
        "On hard items for development (`gold_dev.jsonl`), 31 texts, of which 15 are left out, in languages it does not "
        "read (fi 15), 15 of them critical:"
    ) in card
    assert "On UMSAB, validation split (tweets), 16 texts, all read:" in card
    assert "Mean sentiment macro-F1 over the 1 languages with 15 texts or more (it): 1.000." in card
    assert "Over all 2, with 0 for those it does not read: 0.500." in card
    assert "| authored | 48 |" in card
    assert "| umsab | it | 16 | 1.000 | 1.000 to 1.000 | 1.000 | 1.000 | 1.000 to 1.000 | 1.000 |" in card
    assert "| sentiment, umsab | 1.0000 | 1.0000 |" in card
    assert "| times pipeline | 7.5 |" in card
    assert "| published rows learnt from | 64 | 64 |" in card
    assert "| sentiment macro-F1, mean of UMSAB's languages | 1.000 | 1.000 |" in card
    assert "### What it does with small texts" in card
    assert "(mine/calibration.svg)" in card
    assert (models / "mine" / PLOT).read_text().count("<polyline") == 3
    assert str(models) not in card
    assert verify_models(models) == []


def test_figures_of_other_weights_are_not_shown(models: Path) -> None:
    figures = models / "mine" / "figures.json"
    told = json.loads(figures.read_text())
    for found in (
        *told["evaluation"].values(),
        told["sources"],
        told["behaviour"],
        told["permissive"],
        told["speed"],
    ):
        found["model"] = "mine@000000000000"
    figures.write_text(json.dumps(told))
    card = render(models)
    assert "Not measured yet." in card
    assert "On UMSAB" not in card
    assert "| umsab | it |" not in card
    assert "times pipeline" not in card
    assert "permissive ones" not in card
    assert "Behaviour tests: not run yet." in card


def test_what_cannot_be_measured_is_told(models: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gold_dev\.jsonl cannot be read"):
        measure(models / "mine", tmp_path / "nowhere")
    with pytest.raises(ModelError, match="holds no model"):
        measure(models, tmp_path)


def test_changed_missing_and_unknown_weights_are_told(models: Path) -> None:
    weights = models / "mine" / WEIGHTS
    whole = weights.read_bytes()
    weights.write_bytes(whole + b"x")
    assert "is not what its card says" in verify_models(models)[0]
    weights.unlink()
    assert "is missing" in verify_models(models)[0]
    (models / "mine" / PIECES).write_text("")
    assert "pieces.tsv is not what its card says" in " ".join(verify_models(models))
    (models / "other").mkdir()
    (models / "other" / WEIGHTS).write_bytes(whole)
    weights.write_bytes(whole)
    assert "other is not in" in verify_models(models)[-1]
    (models / CARD).unlink()
    assert "README.md is missing" in verify_models(models)[0]


def test_a_model_without_figures_has_no_card(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"figures\.json cannot be read"):
        write_card(folder.parent)
