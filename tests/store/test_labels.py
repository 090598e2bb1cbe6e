"""What people say of mentions: the latest counts, each leaves a trace, and all of it goes with the author."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from sentiment.labels import CATEGORY, SENTIMENT, URGENCY
from store import labels
from store.db import Database
from store.errors import Permanent
from store.mention import NewMention
from store.mentions import store_mentions
from store.retention import forget
from store.tables import Audit, Label, Mention, Score, Threshold

MARTA = "slack:U0MARTA:marta"


def add(session: Session, now: datetime, text: str = "Mai più", **values: Any) -> int:
    known: dict[str, Any] = {
        "brand": "aurora",
        "source": "s",
        "platform": "page",
        "external_id": "r1",
        "author": "Giulia",
    }
    mention = NewMention(
        **known | {"text": text, "published_at": now, "title": "Male", "stars": 1.0} | values
    )
    done = store_mentions(session, [mention], now=now)
    return (done.new + done.edited)[0]


def score(session: Session, mention_id: int, now: datetime, revision: int = 1, **said: Any) -> None:
    known = {"lang": "it", "sentiment": "negative", "urgency": "critical", "category": "complaint"}
    session.add(Score(mention_id=mention_id, revision=revision, model="m@1", scored_at=now, **known | said))
    session.flush()


def said(label: Label) -> tuple[str | None, str | None, str | None, str]:
    return label.sentiment, label.urgency, label.category, label.origin


def seen(session: Session, mention_id: int) -> Mention:
    mention = labels.held(session, mention_id)
    assert mention is not None
    return mention


def test_what_may_be_said_is_what_the_model_says() -> None:
    assert {head: set(known) for head, known in labels.SAID.items()} == {
        "sentiment": set(SENTIMENT), "urgency": set(URGENCY), "category": set(CATEGORY),
    }  # fmt: skip
    assert tuple(labels.SAID) == labels.HEADS


def test_a_correction_counts_with_its_text_and_what_the_model_said(database: Database, now: datetime) -> None:
    with database.write() as session:
        row_id = add(session, now)
        score(session, row_id, now)
        labels.correct(session, row_id, MARTA, now, {"urgency": "normal"})
    with database.read() as session:
        (row,) = labels.labelled(session)
    assert said(row.label) == (None, "normal", None, "correction")
    assert (row.label.who, row.label.at, row.label.revision) == (MARTA, now, 1)
    assert (row.brand, row.text, row.title, row.stars, row.lang) == ("aurora", "Mai più", "Male", 1.0, "it")
    assert row.score is not None
    assert row.score.urgency == "critical"


def test_the_latest_counts_and_keeps_what_it_leaves_unsaid(database: Database, now: datetime) -> None:
    with database.write() as session:
        row_id = add(session, now)
        score(session, row_id, now)
        labels.correct(session, row_id, MARTA, now, {"urgency": "normal", "sentiment": "neutral"})
        labels.correct(session, row_id, "luca", now + timedelta(hours=1), {"urgency": "high"})
    with database.read() as session:
        (row,) = labels.labelled(session)
    assert said(row.label) == ("neutral", "high", None, "correction")
    assert row.label.who == "luca"


def test_who_says_what_the_model_says_confirms_it(db: Database, now: datetime) -> None:
    with db.write() as session:
        row_id = add(session, now)
        score(session, row_id, now)
        label = labels.correct(session, row_id, MARTA, now, {"urgency": "critical", "sentiment": "negative"})
        assert said(label) == ("negative", "critical", None, "confirmed")


@pytest.mark.parametrize(
    ("urgency", "expected"), [("critical", "normal"), ("high", "normal"), ("normal", None), (None, None)]
)
def test_a_false_alarm_was_not_urgent(
    db: Database, now: datetime, urgency: str | None, expected: str | None
) -> None:
    with db.write() as session:
        row_id = add(session, now)
        score(session, row_id, now, urgency=urgency)
        assert said(labels.false_alarm(session, seen(session, row_id), MARTA, now)) == (
            None,
            expected,
            None,
            "false_alarm",
        )


def test_a_false_alarm_takes_back_what_a_person_had_called_urgent(db: Database, now: datetime) -> None:
    with db.write() as session:
        row_id = add(session, now)
        score(session, row_id, now, urgency="low")
        labels.correct(session, row_id, MARTA, now, {"urgency": "critical", "category": "other"})
        label = labels.false_alarm(session, seen(session, row_id), MARTA, now)
        assert said(label) == (None, "normal", "other", "false_alarm")


def test_each_revision_has_its_own_label_and_text(database: Database, now: datetime) -> None:
    with database.write() as session:
        row_id = add(session, now)
        score(session, row_id, now)
        labels.correct(session, row_id, MARTA, now, {"urgency": "normal"})
        add(session, now, "Ora brucia tutto", stars=2.0)
        score(session, row_id, now, revision=2, urgency="normal")
        labels.correct(session, row_id, MARTA, now, {"urgency": "critical"})
    with database.read() as session:
        first, second = labels.labelled(session)
    assert (first.text, first.stars, first.label.urgency) == ("Mai più", 1.0, "normal")
    assert (second.text, second.stars, second.label.urgency) == ("Ora brucia tutto", 2.0, "critical")
    assert [row.score.revision for row in (first, second) if row.score] == [1, 2]


def test_what_was_not_scored_can_be_labelled(db: Database, now: datetime) -> None:
    with db.write() as session:
        label = labels.correct(session, add(session, now), MARTA, now, {"urgency": "low"})
        assert said(label) == (None, "low", None, "correction")
        (row,) = labels.labelled(session)
    assert (row.score, row.lang) == (None, None)


def test_each_record_leaves_a_trace(db: Database, now: datetime) -> None:
    with db.write() as session:
        row_id = add(session, now)
        labels.correct(session, row_id, MARTA, now, {"urgency": "low"})
        labels.false_alarm(session, seen(session, row_id), "luca", now)
        traces = session.exec(select(Audit).order_by(col(Audit.id))).all()
    assert [(one.who, one.action, one.detail["origin"]) for one in traces] == [
        (MARTA, "label", "correction"),
        ("luca", "label", "false_alarm"),
    ]
    assert {one.detail["mention"] for one in traces} == {row_id}


def test_no_such_mention_and_an_erased_one(db: Database, now: datetime) -> None:
    with db.write() as session:
        row_id = add(session, now)
        forget(session, "page", "Giulia", now=now)
        for number in (row_id, 99):
            with pytest.raises(Permanent, match=f"mention {number} is not in the database"):
                labels.correct(session, number, MARTA, now, {"urgency": "low"})
            assert labels.held(session, number) is None


def test_labels_go_with_their_author(database: Database, now: datetime) -> None:
    with database.write() as session:
        row_id, other = add(session, now), add(session, now, external_id="r2", author="Piero")
        for number in (row_id, other):
            labels.correct(session, number, MARTA, now, {"urgency": "low"})
        forget(session, "page", "Giulia", now=now)
    with database.read() as session:
        assert session.exec(select(Label.mention_id)).all() == [other]


def test_a_threshold_is_for_one_model_and_its_changes_are_traced(database: Database, now: datetime) -> None:
    with database.write() as session:
        labels.set_threshold(session, "aurora", 0.25, "m@1", "ascolto", now)
        labels.set_threshold(session, "aurora", 0.25, "m@1", "ascolto", now)
    with database.read() as session:
        assert labels.thresholds(session, "m@1") == {"aurora": 0.25}
        assert labels.thresholds(session, "m@2") == {}
    with database.write() as session:
        labels.set_threshold(session, "aurora", 0.35, "m@2", "ascolto", now)
        labels.set_threshold(session, "aurora", None, "m@1", "ascolto", now)
    with database.read() as session:
        assert [(one.model, one.critical) for one in session.exec(select(Threshold))] == [("m@2", 0.35)]
        traces = session.exec(select(Audit).order_by(col(Audit.id))).all()
    assert [(one.action, one.before, one.after) for one in traces] == [
        ("threshold", None, "0.25"),
        ("threshold", None, "0.35"),
        ("threshold", "0.25", None),
    ]


def test_a_label_confirms_the_model_only_where_all_of_it_does(db: Database, now: datetime) -> None:
    with db.write() as session:
        row_id = add(session, now)
        score(session, row_id, now)
        labels.correct(session, row_id, MARTA, now, {"urgency": "low"})
        label = labels.correct(session, row_id, MARTA, now, {"sentiment": "negative"})
        assert said(label) == ("negative", "low", None, "correction")
        label = labels.correct(session, row_id, MARTA, now, {"urgency": "critical"})
        assert said(label) == ("negative", "critical", None, "confirmed")


def test_a_false_alarm_stays_one_until_somebody_calls_it_urgent(database: Database, now: datetime) -> None:
    with database.write() as session:
        row_id = add(session, now)
        score(session, row_id, now, urgency="normal")
        labels.false_alarm(session, seen(session, row_id), MARTA, now)
        labels.correct(session, row_id, MARTA, now, {"category": "other"})
    with database.read() as session:
        (row,) = labels.labelled(session)
    assert (row.label.origin, row.false_alarm) == ("correction", True)
    with database.write() as session:
        labels.correct(session, row_id, MARTA, now, {"urgency": "critical"})
    with database.read() as session:
        assert [row.false_alarm for row in labels.labelled(session)] == [False]


def test_a_false_alarm_is_of_the_revision_that_was_seen(db: Database, now: datetime) -> None:
    with db.write() as session:
        row_id = add(session, now)
        score(session, row_id, now, urgency="high")
        add(session, now, "Ora brucia tutto")
        score(session, row_id, now, revision=2, urgency="low")
        label = labels.false_alarm(session, seen(session, row_id), MARTA, now, 1)
        assert (label.revision, label.urgency) == (1, "normal")


def test_mentions_are_found_by_their_address(db: Database, now: datetime) -> None:
    url = "https://shop.example/1"
    with db.write() as session:
        ids = [add(session, now, external_id=name, url=url) for name in ("r1", "r2")]
        add(session, now, external_id="r3", url=f"{url}1")
        assert labels.at_address(session, url) == ids
        assert labels.at_address(session, "https://shop.example") == []


def test_a_label_begun_before_its_author_is_forgotten_goes_too(database: Database, now: datetime) -> None:
    """On PostgreSQL the erasure waits for it; SQLite lets one write at a time anyway."""
    with database.write() as session:
        row_id = add(session, now)

    def erase() -> None:
        with database.write() as session:
            forget(session, "page", "Giulia", now=now)

    forgetting = threading.Thread(target=erase)
    with database.write() as session:
        labels.correct(session, row_id, MARTA, now, {"urgency": "low"})
        forgetting.start()
        forgetting.join(0.5)
        assert forgetting.is_alive()
    forgetting.join()
    with database.read() as session:
        assert session.exec(select(Label)).all() == []


def test_a_label_begun_while_its_author_is_forgotten_is_refused(database: Database, now: datetime) -> None:
    with database.write() as session:
        row_id = add(session, now)
    refused: list[str] = []

    def correct() -> None:
        try:
            with database.write() as session:
                session.get(Mention, row_id)  # on PostgreSQL still as it was: what is locked counts
                labels.correct(session, row_id, MARTA, now, {"urgency": "low"})
        except Permanent as error:
            refused.append(error.reason)

    correcting = threading.Thread(target=correct)
    with database.write() as session:
        forget(session, "page", "Giulia", now=now)
        correcting.start()
        correcting.join(0.5)
    correcting.join()
    assert refused == ["no_such_mention"]


def test_what_an_erased_mention_was_called_is_not_counted(db: Database, now: datetime) -> None:
    with db.write() as session:
        row_id = add(session, now)
        labels.correct(session, row_id, MARTA, now, {"urgency": "low"})
        seen(session, row_id).content_hash = ""
        session.flush()
        assert labels.labelled(session) == []
