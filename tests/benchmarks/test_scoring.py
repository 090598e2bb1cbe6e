"""Both sides of the scoring benchmark read the same texts and say the same; the figures are all there."""

import math
from pathlib import Path

import pytest
import torch

from benchmarks._contestant import Turn, contestant, labels, take
from benchmarks._pipeline import Pipeline
from benchmarks._texts import CLAUSES, texts
from benchmarks.scoring import Entry, Figures, measure
from sentiment.labels import LANGUAGES
from sentiment.network.pieces import Pieces, learnt
from sentiment.reading import load
from sentiment.text import clean
from store.errors import Unusable
from tests.sentiment.conftest import folder, network

__all__ = ["folder", "network"]
SOME = 24


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    """A vocabulary of whole words, so that a piece is a word."""
    return Pieces(learnt(["\n".join(CLAUSES.values())], 5_000))


def test_the_texts_are_posts_and_reviews(pieces: Pieces) -> None:
    made = texts(pieces, 400)
    lengths = [len(cut.ids) for cut in pieces([clean(text) for text, _ in made])]
    short = sum(length <= 40 for length in lengths) / len(lengths)
    assert 0.5 < short < 0.7
    assert 50 < sum(lengths) / len(lengths) < 72
    assert max(lengths) <= 270
    assert {lang for _, lang in made} == set(CLAUSES)
    assert set(CLAUSES) <= set(LANGUAGES)


def test_the_same_seed_gives_the_same_texts(pieces: Pieces) -> None:
    assert texts(pieces, SOME) == texts(pieces, SOME) == texts(pieces, 2 * SOME)[:SOME]
    assert texts(pieces, SOME, seed=2) != texts(pieces, SOME)
    assert len({text for text, _ in texts(pieces, SOME)}) == SOME


def test_the_pipeline_says_what_our_encoder_says(folder: Path) -> None:
    found = labels(folder, SOME)
    assert found["encoder_labels_equal_32_bit"] == 1.0
    assert all(0.0 <= float(str(found[name])) <= 1.0 for name in found if name.endswith(("equal", "_bit")))
    for head in ("sentiment", "urgency", "category"):
        assert 0.0 < float(str(found[f"{head}_f1"])) == pytest.approx(found[f"{head}_f1_32_bit"], abs=0.1)


@pytest.mark.parametrize("size", [1, 7])
def test_the_pipeline_is_the_encoder_whatever_its_batch_size(folder: Path, size: int) -> None:
    model = load(folder)
    short = ["il caffè", "è arrivata tardi!", "ok", "fumo dalla macchina"]
    with torch.inference_mode():
        alone = Pipeline(model).labels(short, 1)
        assert Pipeline(model).labels(short, size) == alone
    assert set(alone) <= set(model.labels["urgency"])


@pytest.mark.parametrize("side", ["ours", "pipeline"])
@pytest.mark.parametrize("step", [1, 2])
def test_a_turn_scores_what_was_asked(folder: Path, side: str, step: int) -> None:
    turn = Turn(first=3, last=11, step=step, threads=1, batch_size=4, identify=False)
    done = take(contestant(side, folder, SOME), turn)
    assert done["texts"] == 8 / step
    assert done["peak_memory_mib"] > 0


def test_processes_share_the_texts() -> None:
    turns = Entry(("one", "other")).turns(range(10, 16))
    taken = [number for turn in turns for number in range(turn["first"], turn["last"], turn["step"])]
    assert sorted(taken) == list(range(10, 16))


def test_figures_are_medians_of_the_rounds() -> None:
    figures = Figures({"ours": [10.0, 30.0, 20.0], "theirs": [5.0, 10.0, 5.0]})
    assert figures.told() == {
        "ours_texts_per_second": 20.0,
        "ours_slowest": 10.0,
        "ours_fastest": 30.0,
        "theirs_texts_per_second": 5.0,
        "theirs_slowest": 5.0,
        "theirs_fastest": 10.0,
    }
    assert figures.ratio("ours", "theirs") == 3.0
    assert figures.fastest("theirs", "ours") == "ours"


def test_a_whole_run_has_every_figure(folder: Path) -> None:
    found = measure(folder, number=8, rounds=1, starts=1)
    document = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    for name in ("times_pipeline", "times_pipeline_32", "two_times_pipeline", "analyze_first_answer_seconds"):
        assert math.isfinite(float(str(found[name])))
        assert f"`{name}`" in document
    assert found["encoder_labels_equal_32_bit"] == 1.0
    assert found["two_ours"] in ("ours_two_processes", "ours_two_threads")


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="holds no model"):
        measure(tmp_path)
