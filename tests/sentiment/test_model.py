"""The model folder is one that transformers loads and saves."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel

from sentiment.folder import CONFIG, WEIGHTS, sha256
from sentiment.labels import HEADS
from sentiment.model import AscoltoConfig, AscoltoModel
from sentiment.network.batch import Given
from sentiment.reading import load
from tests.sentiment.conftest import TINY


def test_from_pretrained_and_save_pretrained_give_the_same_folder(folder: Path, tmp_path: Path) -> None:
    model = AscoltoModel.from_pretrained(folder)
    model.save_pretrained(tmp_path / "again")
    assert sha256(tmp_path / "again" / WEIGHTS) == sha256(folder / WEIGHTS)
    assert (tmp_path / "again" / CONFIG).read_text() == (folder / CONFIG).read_text()


def test_the_auto_classes_know_it(folder: Path) -> None:
    assert isinstance(AutoConfig.from_pretrained(folder), AscoltoConfig)
    assert isinstance(AutoModel.from_pretrained(folder), AscoltoModel)


def test_the_configuration_keeps_shape_and_order_of_heads(folder: Path) -> None:
    shape = AscoltoConfig.from_pretrained(folder).shape()
    assert list(shape.heads) == list(HEADS)
    assert shape == TINY


def test_the_model_says_what_the_scorer_says(folder: Path) -> None:
    from sentiment.scorer import Scorer

    scorer = Scorer.load(folder)
    given = [Given("ciao")]
    with torch.inference_mode():
        said = AscoltoModel.from_pretrained(folder)(scorer.collate(given))
    assert torch.allclose(torch.softmax(said["urgency"], 1), scorer.chances(given)["urgency"], atol=0.02)


def test_weights_from_before_the_mood_was_evidence_are_read_without_it(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    assert tensors.pop("mood").shape == ()
    save_file(tensors, folder / WEIGHTS)
    assert load(folder).network.mood == 0
