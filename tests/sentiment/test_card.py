"""The card is what its generator writes, and its checksums are those of the weights."""

from pathlib import Path

import pytest

from sentiment.card import CARD, card_of, list_models, verify_models, write_card
from sentiment.corpus import authored
from sentiment.folder import BUILT_IN, WEIGHTS, ModelError
from sentiment.measure import measure
from sentiment.recipe import LANGUAGES, RECIPES
from sentiment.sources import PUBLISHED
from sentiment.train import train
from tests.sentiment.conftest import write_lines

MODELS = BUILT_IN.parent


def test_the_shipped_card_is_what_the_generator_writes() -> None:
    assert (MODELS / CARD).read_text(encoding="utf-8") == card_of(MODELS)


def test_the_shipped_weights_are_those_of_the_card() -> None:
    assert verify_models(MODELS) == []


def test_the_shipped_models_are_small() -> None:
    assert sum(file.stat().st_size for file in MODELS.rglob("*")) < 30e6
    [model] = list_models(MODELS)
    assert model.name.startswith("ascolto-small@")
    assert model.languages.split() == list(LANGUAGES)


def test_every_source_of_the_recipe_is_named_with_its_licence(shared: Path) -> None:
    card = (MODELS / CARD).read_text(encoding="utf-8")
    assert all(f"| {name} |" in card for name in PUBLISHED)
    assert set(RECIPES["default"].caps) <= set(PUBLISHED)
    items = len(authored(shared / "data", LANGUAGES))
    assert f"| authored | {items:,} |" in card


@pytest.fixture
def models(training: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one trained, measured model and its card."""
    monkeypatch.setattr("sentiment.corpus.OWN", tmp_path / "none")
    folder = tmp_path / "models" / "mine"
    train(training, folder, "smoke", checkpoints=tmp_path / "checkpoints")
    row = {"text": "pessimo caffè", "lang": "it", "sentiment": "negative", "urgency": "normal"}
    write_lines(training / "gold_dev.jsonl", [row] * 16)
    measure(folder, training)
    return folder.parent


def test_a_measured_model_has_its_figures_in_the_card(models: Path) -> None:
    card = (models / CARD).read_text(encoding="utf-8")
    assert "On hard items for development (`gold_dev.jsonl`), 16 texts" in card
    assert "On UMSAB, validation split (tweets), 16 texts" in card
    assert "| authored | 48 |" in card
    assert str(models) not in card
    assert verify_models(models) == []


def test_changed_missing_and_unknown_weights_are_told(models: Path) -> None:
    weights = models / "mine" / WEIGHTS
    whole = weights.read_bytes()
    weights.write_bytes(whole + b"x")
    assert "is not what its card says" in verify_models(models)[0]
    weights.unlink()
    assert "is missing" in verify_models(models)[0]
    (models / "other").mkdir()
    (models / "other" / WEIGHTS).write_bytes(whole)
    weights.write_bytes(whole)
    assert "other is not in" in verify_models(models)[0]
    (models / CARD).unlink()
    assert "README.md is missing" in verify_models(models)[0]


def test_a_model_without_figures_has_no_card(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"figures\.json cannot be read"):
        write_card(folder.parent)
