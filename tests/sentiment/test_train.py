"""A training run from folder to folder, in seconds; the same again; and on from a checkpoint."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from sentiment import train as training_module
from sentiment.folder import FIGURES, WEIGHTS, ModelError, sha256
from sentiment.learning import finetune as finetune_module
from sentiment.learning.corpus import CorpusError
from sentiment.learning.recipe import RECIPES
from sentiment.reading import load
from sentiment.scorer import Scorer, ScorerInput
from sentiment.train import Trained, train


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's own items would make it longer and say nothing more."""
    monkeypatch.setattr("sentiment.learning.corpus.OWN", tmp_path / "none")


def run(training: Path, name: str, checkpoints: str = "checkpoints") -> Trained:
    place = training.parent
    return train(training, place / name, "smoke", checkpoints=place / checkpoints)


def test_a_run_makes_a_model_that_has_learnt(training: Path) -> None:
    done = run(training, "out")
    assert (done.items, done.sources, done.recipe, done.device) == (48, {"umsab": 64}, "smoke", "the CPU")
    scorer = Scorer.load(done.folder)
    good, bad, danger = scorer.score(
        [
            ScorerInput(t, lang="it")
            for t in ("ottimo caffè davvero", "pessimo caffè freddo", "fa fumo e scintille")
        ]
    )
    assert (good.sentiment, bad.sentiment, danger.urgency) == ("positive", "negative", "critical")
    assert good.urgency != "critical"
    [bad] = scorer.score([ScorerInput("pessimo caffè freddo", lang="it", domain="review")])
    assert bad.sentiment == "negative", "no published review was learnt from"
    figures = json.loads((done.folder / FIGURES).read_text())["training"]
    assert figures["items"] == 48
    assert figures["held_out"]["critical_recall"] > 0.5
    assert "/" not in figures["folder"]


def test_the_same_run_gives_the_same_weights_and_a_stopped_one_too(
    training: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(training, "whole")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training_module, "settle", stop)
        run(training, "stopped", "others")
    resumed = run(training, "resumed", "others")
    assert sha256(whole.folder / WEIGHTS) == sha256(resumed.folder / WEIGHTS)


def test_a_run_stopped_in_stage_two_goes_on_within_it(
    training: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(training, "whole")
    steps, loss = 0, finetune_module._loss

    def third_stops(*given: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps == 3:
            raise KeyboardInterrupt
        return loss(*given)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("sentiment.learning.loop.CHECKPOINT_SECONDS", 0.0)
        patch.setattr(finetune_module, "_loss", third_stops)
        run(training, "stopped", "others")
    [left] = (training.parent / "others").glob("*/fold-0.steps.pt")
    book = json.loads((left.parent / "seconds.json").read_text())
    resumed = run(training, "resumed", "others")
    assert sha256(whole.folder / WEIGHTS) == sha256(resumed.folder / WEIGHTS)
    assert not left.exists()
    assert book["fold-0"] > 0, "what was spent before the stop is in the book"


def test_what_ships_is_the_mean_of_several_networks(training: Path) -> None:
    done = run(training, "out")
    assert done.runs == 2
    [one, other] = [
        torch.load(file, weights_only=True)
        for file in sorted((training.parent / "checkpoints").glob("smoke-*/network-*.pt"))
    ]
    assert not torch.equal(one["head.weight"], other["head.weight"]), "another order, other weights"
    mean = load(done.folder).network.state_dict()["head.weight"]
    assert torch.allclose(mean, (one["head.weight"] + other["head.weight"]) / 2, atol=0.001)
    assert not torch.allclose(mean, one["head.weight"], atol=0.001)


def test_how_many_are_averaged_does_not_make_the_others_anew(
    training: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(training, "out")
    before = set((training.parent / "checkpoints").rglob("*.pt"))
    three = replace(RECIPES["smoke"], finetune_runs=3)
    monkeypatch.setitem(RECIPES, "smoke", three)
    assert run(training, "out").runs == 3
    assert {file.name for file in set((training.parent / "checkpoints").rglob("*.pt")) - before} == {
        "network-3.pt"
    }


def test_the_old_model_stays_where_the_new_one_cannot_be_written(
    training: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(training, "out")
    before = sha256(done.folder / WEIGHTS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sentiment.model.save_file", full)
    with pytest.raises(ModelError, match="out cannot be written"):
        run(training, "out")
    assert sha256(done.folder / WEIGHTS) == before


def test_what_is_written_can_be_read_by_others(training: Path) -> None:
    folder = run(training, "out").folder
    assert len({file.stat().st_mode for file in folder.iterdir()}) == 1


def test_without_loose_texts_the_labelled_ones_make_the_vocabulary(training: Path) -> None:
    (training / "unlabelled.jsonl.gz").unlink()
    assert Scorer.load(run(training, "out").folder).model.name.startswith("out@")


def test_new_items_do_not_start_the_first_stage_anew(training: Path) -> None:
    run(training, "one")
    file = training / "authored" / "it.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-3]))
    run(training, "two")
    places = sorted(place.name for place in (training.parent / "checkpoints").iterdir())
    assert sum("encoder" in name for name in places) == 1
    assert len(places) == 3


def test_a_wrong_folder_and_an_unknown_recipe(training: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        train(tmp_path / "nothing", tmp_path / "out", "smoke", checkpoints=tmp_path / "c")
    with pytest.raises(KeyError):
        train(training, tmp_path / "out", "no such recipe")
    assert set(RECIPES) == {"default", "smoke"}
