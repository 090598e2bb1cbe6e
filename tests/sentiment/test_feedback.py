"""Learning on from people's labels: what they say is learnt, what was known is kept or nothing is written."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import torch
from sqlmodel import select

from sentiment import feedback
from sentiment.feedback import CRITICAL_FOUND, Change, FeedbackError, continue_training, forgotten
from sentiment.folder import FIGURES, WEIGHTS, ModelError, sha256
from sentiment.labels import LANGUAGES
from sentiment.learning.corpus import CorpusError, fold, own
from sentiment.learning.finetune import finetune
from sentiment.learning.loop import CPU
from sentiment.model import save
from sentiment.network.network import Network
from sentiment.reading import load
from sentiment.scorer import Scorer, ScorerInput
from store.db import Database
from store.labels import Labelled, false_alarm, held, labelled
from store.tables import Label
from tests.sentiment.conftest import LETTERS, LEXICON, TINY, authored, collator, write_lines
from tests.sentiment.labelling import label


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `own/`, items that stand for the project's own, and `model/`, a tiny model that knows them."""
    place = tmp_path_factory.mktemp("known")
    write_lines(place / "own" / "it.jsonl", [authored(number) for number in range(48)])
    torch.manual_seed(7)
    network = Network(TINY)
    recipe = replace(feedback.RECIPE, finetune_rate=1e-2, finetune_epochs=40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sentiment.learning.corpus.OWN", place / "own")
        finetune(network, own(("it",)), [], recipe, 1, collator(network), CPU)
    save(network, LETTERS, LEXICON, LANGUAGES, 0.3, 0.5, place / "model")
    return place


@pytest.fixture
def learnt(known: Path, monkeypatch: pytest.MonkeyPatch) -> Scorer:
    """A scorer of it."""
    monkeypatch.setattr("sentiment.learning.corpus.OWN", known / "own")
    return Scorer.load(known / "model")


def said(db: Database, now: datetime, count: int = 40) -> list[Labelled]:
    """People say that sugar is nothing to speak of."""
    with db.write() as session:
        for number in range(count):
            label(session, now, f"zucchero filato, zucchero {number}", sentiment="neutral", urgency="low")
    with db.read() as session:
        return labelled(session)


def quick(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    monkeypatch.setattr(feedback, "RECIPE", replace(feedback.RECIPE, **values))


def test_it_learns_what_people_said_and_keeps_what_it_knew(
    learnt: Scorer,
    known: Path,
    db: Database,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick(monkeypatch, finetune_rate=5e-3, finetune_epochs=15)
    rows, weights = (
        said(db, now),
        {name: one.clone() for name, one in learnt.model.network.state_dict().items()},
    )
    done = continue_training(rows, known / "model", tmp_path / "out")
    assert done.written
    assert done.labels + done.held_out == len(rows) == 40
    assert done.held_out == done.on_labels["sentiment"].n
    assert done.on_labels["sentiment"].after > done.on_labels["sentiment"].before
    assert "category" not in done.on_labels
    assert done.replay + done.on_replay["category"].n == 48
    assert done.forgotten == []
    assert (
        f"{learnt.name} learnt on from {done.labels} labels ({done.held_out} more held out)" in done.table()
    )
    assert "critical found, replay" in done.table()
    assert "urgency macro-F1, replay" in done.table()
    made = Scorer.load(tmp_path / "out")
    (answer,) = made.score([ScorerInput("zucchero filato, zucchero 99", lang="it")])
    assert answer.sentiment == "neutral"
    assert made.model.critical_threshold == learnt.model.critical_threshold
    assert json.loads((tmp_path / "out" / FIGURES).read_text())["feedback"]["labels"] == done.labels
    # The model that it went on from is as it was, and so are the linear path and the mixtures.
    now_, after = learnt.model.network.state_dict(), made.model.network.state_dict()
    assert all(bool((now_[name] == one).all()) for name, one in weights.items())
    assert bool((weights["weights.urgency"] - after["weights.urgency"]).abs().max() < 1e-3)
    assert list(tmp_path.glob(".out*")) == []


def test_a_model_that_forgets_is_written_only_by_force(
    learnt: Scorer,
    known: Path,
    db: Database,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick(monkeypatch, finetune_rate=3e-2, finetune_epochs=6, replay=0)
    rows = said(db, now)
    done = continue_training(rows, known / "model", tmp_path / "out")
    assert done.forgotten
    assert not done.written
    assert not (tmp_path / "out").exists()
    forced = continue_training(rows, known / "model", tmp_path / "out", force=True)
    assert forced.written
    assert (tmp_path / "out" / WEIGHTS).exists()


def test_the_same_seed_gives_the_same_weights_and_a_folder_adds_to_the_replay(
    learnt: Scorer,
    known: Path,
    training: Path,
    db: Database,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick(monkeypatch, finetune_epochs=1)
    rows = said(db, now)
    first, again = (
        continue_training(rows, known / "model", tmp_path / name, force=True) for name in ("one", "two")
    )
    assert first == again
    assert sha256(tmp_path / "one" / WEIGHTS) == sha256(tmp_path / "two" / WEIGHTS)
    monkeypatch.setattr("sentiment.learning.corpus.OWN", tmp_path / "none")
    more = continue_training(rows, known / "model", tmp_path / "more", data=training, force=True)
    assert more.replay + more.on_replay["sentiment"].n == 48 + 64


def test_too_few_labels_a_wrong_folder_and_what_the_model_cannot_read(
    learnt: Scorer, known: Path, db: Database, now: datetime, tmp_path: Path
) -> None:
    rows = said(db, now)
    with pytest.raises(FeedbackError, match="ascolto label"):
        continue_training(rows[:5], known / "model", tmp_path / "out")
    with pytest.raises(CorpusError, match="authored"):
        continue_training(rows, known / "model", tmp_path / "out", data=tmp_path / "nothing")
    unread = [replace(row, lang="fi") for row in rows]
    with pytest.raises(FeedbackError, match="there are 0 labels"):
        continue_training(unread, known / "model", tmp_path / "out")


def test_the_same_texts_are_held_out_each_time_and_without_names(
    learnt: Scorer, db: Database, now: datetime
) -> None:
    rows = said(db, now)
    examples = feedback._examples(rows, learnt)
    assert [fold(one, 5) for one in examples] == [fold(one, 5) for one in feedback._examples(rows, learnt)]
    assert {one.lang for one in examples} == {"it"}
    (one,) = feedback._examples([replace(rows[0], title="Freddo", stars=2.0)], learnt)
    assert one.text.startswith("Freddo")
    assert (one.stars, one.sentiment, one.urgency, one.category, one.topics) == (2.0, 1, 0, None, None)


def test_it_goes_on_from_the_weights_of_the_folder(
    learnt: Scorer, known: Path, db: Database, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not from scoring's copy, whose table has fewer digits: taught nothing, it is what it was."""
    monkeypatch.setattr(feedback, "finetune", lambda network, *rest: network)
    done = continue_training(said(db, now), known / "model", tmp_path / "out")
    before, after = (load(place).network.state_dict() for place in (known / "model", tmp_path / "out"))
    assert all(torch.allclose(before[name], one, atol=1e-6) for name, one in after.items())
    assert all(one.before == one.after for one in (done.on_labels | done.on_replay).values())


def test_labels_that_say_nothing_are_none_to_learn_from(
    learnt: Scorer, known: Path, db: Database, now: datetime, tmp_path: Path
) -> None:
    with db.write() as session:
        for number in range(30):
            row_id = label(session, now, f"zucchero {number}", score={"urgency": "low"}, category="other")
            session.delete(session.exec(select(Label).where(Label.mention_id == row_id)).one())
            session.flush()
            mention = held(session, row_id)
            assert mention is not None
            false_alarm(session, mention, "marta", now)
    rows = said(db, now, 19)
    assert len(rows) == 49
    with pytest.raises(FeedbackError, match="there are 19 labels"):
        continue_training(rows, known / "model", tmp_path / "out")


def test_a_wrong_place_is_told_before_anything_is_learnt(
    known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "finetune", lambda *_: pytest.fail("learnt"))
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("x")
    for out, told in (
        (tmp_path / "file", "is a file"),
        (tmp_path / "file" / "out", "cannot be written"),
        (tmp_path / "full", "holds something else"),
        (known / "model", "is the model in use"),
    ):
        with pytest.raises((FeedbackError, ModelError), match=told):
            continue_training([], known / "model", out)


def test_a_model_of_the_same_name_is_written_over_whole(
    learnt: Scorer, known: Path, db: Database, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "finetune", lambda network, *rest: network)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / WEIGHTS).write_text("old")
    rows = said(db, now)
    assert continue_training(rows, known / "model", tmp_path / "out").written
    assert load(tmp_path / "out").languages == learnt.model.languages
    assert list(tmp_path.glob("*out*")) == [tmp_path / "out"]


def test_a_model_of_the_hub_cannot_learn_on(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="unset ASCOLTO_MODEL"):
        continue_training([], "owner/name", tmp_path / "out")


@pytest.mark.parametrize(("after", "expected"), [(0.9, []), (0.88, []), (0.87, [CRITICAL_FOUND])])
def test_how_many_dangers_may_be_lost(after: float, expected: list[str]) -> None:
    assert forgotten({CRITICAL_FOUND: Change(0.8999, after, 50)}) == expected


@pytest.mark.parametrize(("after", "expected"), [(0.95, []), (0.89, []), (0.88, ["urgency"])])
def test_how_much_may_be_forgotten(after: float, expected: list[str]) -> None:
    assert forgotten({"urgency": Change(0.8999, after, 50), "category": Change(0.5, 0.6, 50)}) == expected
