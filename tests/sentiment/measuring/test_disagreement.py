"""How often people disagree with the model, counted by hand; thresholds that labels move, and how far."""

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import Session

from sentiment.measuring.disagreement import (
    FEWEST_CRITICAL,
    FEWEST_LABELS,
    MOST_RAISED,
    RECALL_FLOOR,
    Fit,
    best_threshold,
    disagreement,
    refit,
)
from sentiment.scorer import Scored, ScorerInput
from store import labels
from store.db import Database
from store.tables import Mention
from tests.sentiment.labelling import label

OWN = 0.3


class Fake:
    """A scorer whose chance of critical is the number that a text ends with; it cannot read `?`."""

    name = "m@1"
    model = SimpleNamespace(critical_threshold=OWN)

    def score(self, inputs: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
        return [self._scored(one.text) for one in inputs]

    def _scored(self, text: str) -> Scored:
        probs = None if "?" in text else {"critical": float(text.split()[-1])}
        return Scored("it", probs is None, None, None, None, None, None, probs, None, [], [], self.name)


FAKE: Any = Fake()


def shop(
    session: Session, now: datetime, critical: Sequence[float], calm: Sequence[float], **more: Any
) -> None:
    """Labels of texts to which the scorer gives these chances."""
    for number, chance in enumerate(critical):
        label(session, now, f"danger {number} {chance}", urgency="critical", **more)
    for number, chance in enumerate(calm):
        label(session, now, f"calm {number} {chance}", urgency="normal", **more)


def test_disagreement_counted_by_hand(database: Database, now: datetime) -> None:
    with database.write() as session:
        label(session, now, "right", urgency="critical", sentiment="negative")
        label(session, now, "alarm", urgency="normal", category="other")
        label(session, now, "missed", score={"urgency": "high"}, urgency="critical")
        label(
            session,
            now,
            "unread",
            score=dict.fromkeys(("sentiment", "urgency", "category")),
            urgency="critical",
        )
        other = label(session, now, "elsewhere", brand="lumaca", urgency="critical")
        alarm = labels.held(session, other)
        assert alarm is not None
        labels.false_alarm(session, alarm, "marta", now)
        labels.correct(session, other, "marta", now, {"category": "other"})  # it still was a false alarm
        for brand, model in (("lumaca", "m@1"), ("aurora", "m@0"), ("silent", "m@1")):
            labels.set_threshold(session, brand, 0.35, model, "ascolto", now)
    with database.read() as session:
        found = disagreement(session, "m@1")
    aurora, lumaca = found.brands["aurora"], found.brands["lumaca"]
    assert (aurora.labels, aurora.unread) == (4, 1)
    assert {head: (figure.value, figure.n) for head, figure in aurora.heads.items()} == {
        "sentiment": (0.0, 1), "urgency": (pytest.approx(2 / 3), 3), "category": (1.0, 1),
    }  # fmt: skip
    assert aurora.heads["urgency"].low < 2 / 3 < aurora.heads["urgency"].high
    assert (aurora.false_alarms, aurora.critical, aurora.missed_critical) == (1, 2, 1)
    assert (lumaca.labels, lumaca.false_alarms, lumaca.critical_threshold) == (1, 1, 0.35)
    assert aurora.critical_threshold is None  # that is for a model that is not in use
    assert (found.brands["silent"].labels, found.brands["silent"].critical_threshold) == (0, 0.35)
    assert (found.total.labels, found.total.false_alarms) == (5, 2)
    told = found.to_json()
    assert told["heads"]["urgency"]["n"] == 4
    assert set(told["brands"]) == {"aurora", "lumaca", "silent"}
    assert "critical_threshold" not in told
    for words in ("aurora: 4 labels, 1 of texts that the model had not read", "missed critical", "0.667"):
        assert words in found.table()


def test_no_labels_at_all(db: Database) -> None:
    with db.read() as session:
        found = disagreement(session, "m@1")
    assert (found.total.labels, found.brands) == (0, {})
    assert found.table().startswith("all brands: 0 labels")


@pytest.mark.parametrize(
    ("critical", "calm", "expected"),
    [
        ([0.9] * 5, [0.1] * 9, OWN),  # nothing to gain: the model's own
        ([0.9] * 5, [0.1] * 5 + [0.35], 0.36),  # just above the false one
        ([0.9] * 5, [0.1] * 5 + [0.8], OWN),  # no allowed one would help
        ([0.9] * 4 + [0.225], [0.1] * 9, 0.22),  # the missed one is found
        ([0.9] * 4 + [0.22], [0.1] * 9, 0.21),  # 0.22 is rounded: it may be less
        ([0.9] * 19 + [0.01], [0.1, 0.35], 0.36),  # 19 of 20 is enough
        ([0.9] * 18 + [0.01] * 2, [0.1], OWN),  # 18 is not, and no threshold finds more
        ([0.9] * 18 + [0.2, 0.01], [0.1, 0.35], 0.19),  # 19 of these are, and 18 found is worse
    ],
)
def test_the_best_threshold(critical: list[float], calm: list[float], expected: float) -> None:
    chances, really = [*critical, *calm], [True] * len(critical) + [False] * len(calm)
    assert best_threshold(chances, really, OWN) == expected
    assert expected <= OWN + MOST_RAISED


@pytest.mark.parametrize(
    ("dangers", "calm", "before", "expected"),
    [
        ([0.9] * 8 + [0.2, 0.01], [0.1] * 9, None, 0.19),  # below the model's own it finds one more
        ([0.9] * 8 + [0.01] * 2, [0.35] * 9, None, OWN),  # no higher, whatever false ones that would spare
        ([0.9] * 8 + [0.01] * 2, [0.1] * 9, 0.2, 0.2),  # nor above the one in force
        ([0.9] * 8 + [0.01] * 2, [0.25] * 9, 0.38, OWN),  # one that was raised goes back
        ([0.9] * 8 + [0.04, 0.01], [0.1] * 9, 0.035, 0.035),  # one below all steps is in force
    ],
)
def test_where_no_threshold_finds_enough_it_finds_the_most(
    dangers: list[float], calm: list[float], before: float | None, expected: float
) -> None:
    really = [True] * len(dangers) + [False] * len(calm)
    found = best_threshold([*dangers, *calm], really, OWN, before)
    assert found == expected
    assert sum(chance >= found for chance in dangers) < RECALL_FLOOR * len(dangers)


def test_thresholds_are_fitted_by_brand_and_stored(database: Database, now: datetime) -> None:
    with database.write() as session:
        shop(session, now, [0.9] * 5, [0.1] * 13 + [0.35, 0.36])
        shop(session, now, [0.8] * 4, [0.35] * 30, brand="few")
    first, second = refit(database, FAKE, now)
    assert first == Fit("aurora", None, 0.37, 20, 5, (5, 5), (2, 0), "fitted to the labels")
    assert (second.brand, second.after) == ("few", None)
    assert f"{FEWEST_LABELS} labelled urgencies, {FEWEST_CRITICAL} of them critical" in second.line()
    with database.read() as session:
        assert labels.thresholds(session, "m@1") == {"aurora": 0.37}
    again = refit(database, FAKE, now)[0]
    assert (again.before, again.after) == (0.37, 0.37)
    assert "0.37, as before" in again.line()


def test_a_brand_with_too_few_labels_keeps_the_threshold_in_force(db: Database, now: datetime) -> None:
    with db.write() as session:
        labels.set_threshold(session, "aurora", 0.22, "m@1", "ascolto", now)
        labels.set_threshold(session, "older", 0.37, "m@0", "ascolto", now)
        shop(session, now, [0.9] * 4, [0.1] * 30)
    (fit,) = refit(db, FAKE, now)
    assert (fit.brand, fit.before, fit.after) == ("aurora", 0.22, 0.22)
    assert "0.22, as before (it takes" in fit.line()
    with db.read() as session:
        assert labels.thresholds(session, "m@1") == {"aurora": 0.22}
        assert labels.thresholds(session, "m@0") == {"older": 0.37}


def test_what_no_threshold_finds_is_told(db: Database, now: datetime) -> None:
    with db.write() as session:
        shop(session, now, [0.9] * 5 + [0.01], [0.1] * 20)
        label(session, now, "?", urgency="critical")
    (fit,) = refit(db, FAKE, now)
    assert (fit.after, fit.labels, fit.critical, fit.found) == (None, 26, 6, (5, 5))
    assert "train with --feedback" in fit.line()


def test_labels_without_an_urgency_say_nothing_of_thresholds(db: Database, now: datetime) -> None:
    with db.write() as session:
        for number in range(30):
            label(session, now, f"text {number} 0.5", sentiment="neutral")
    assert refit(db, FAKE, now)[0].labels == 0
    with db.read() as session:
        assert session.get_one(Mention, 1).text == "text 0 0.5"
