"""The stage that scores, on both databases: nothing is lost, nobody is overwritten, one bad text stops nobody."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from sentiment.scorer import Scored, ScorerInput
from sentiment.stage import LEASE, score_waiting
from store import claims
from store.db import Database
from store.labels import set_threshold
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Mention, MentionState, Score


class Fake:
    """A scorer that calls texts with `fire` critical, and cannot take `poison`."""

    name = "fake@1"

    def __init__(self) -> None:
        self.asked: list[tuple[int, bool]] = []
        self.seen: list[ScorerInput] = []
        self.meanwhile: Any = None

    def score(self, inputs: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
        self.asked.append((len(inputs), explain))
        self.seen += inputs
        if self.meanwhile:
            self.meanwhile, act = None, self.meanwhile
            act()
        if any("poison" in one.text for one in inputs):
            raise RuntimeError("cannot read this")
        return [self._scored("fire" in one.text, explain) for one in inputs]

    def _scored(self, danger: bool, explain: bool) -> Scored:
        return Scored(
            lang="en",
            unsupported=False,
            sentiment="negative" if danger else "positive",
            sentiment_score=-0.8 if danger else 0.8,
            sentiment_probs={"negative": 0.9, "neutral": 0.05, "positive": 0.05},
            urgency="critical" if danger else "low",
            urgency_score=0.9,
            urgency_probs={"low": 0.1, "normal": 0.0, "high": 0.0, "critical": 0.9},
            category="complaint",
            topics=["safety_health"],
            why=["fire"] if explain else [],
            model=self.name,
        )


@pytest.fixture
def scorer() -> Fake:
    return Fake()


def add(database: Database, now: datetime, *texts: str, brand: str = "a", **values: Any) -> None:
    page = [
        NewMention(
            brand=brand,
            source="s",
            platform="page",
            external_id=text or "empty",
            text=text,
            published_at=now,
            **values,
        )
        for text in texts
    ]
    with database.write() as session:
        store_mentions(session, page, now=now)


def scores(database: Database) -> dict[str, Score]:
    with database.read() as session:
        return {
            mention.external_id: score
            for mention, score in session.exec(
                select(Mention, Score).where(
                    Mention.id == Score.mention_id, Mention.revision == Score.revision
                )
            )
        }


def states(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {row.external_id: row.state for row in session.exec(select(Mention))}


def test_mentions_are_scored_and_the_alerting_ones_explained(
    database: Database, scorer: Fake, now: datetime
) -> None:
    add(database, now, "all well", "the oven caught fire", title="Review", stars=4.0)
    assert score_waiting(database, scorer, clock=lambda: now) == 2
    assert scorer.asked == [(2, False), (1, True)]
    assert {(one.title, one.stars) for one in scorer.seen} == {("Review", 4.0)}
    found = scores(database)
    assert set(states(database).values()) == {MentionState.SCORED}
    danger = found["the oven caught fire"]
    assert (danger.urgency, danger.why, danger.topics, danger.model) == (
        "critical", ["fire"], ["safety_health"], "fake@1",
    )  # fmt: skip
    assert danger.scored_at == now
    assert found["all well"].why == []
    assert score_waiting(database, scorer, clock=lambda: now) == 0


def test_a_poisoned_text_does_not_stop_the_others(
    database: Database, scorer: Fake, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    add(database, now, "all well", "poison in here", "the oven caught fire")
    assert score_waiting(database, scorer, clock=lambda: now) == 3
    assert set(scores(database)) == {"all well", "the oven caught fire"}
    assert states(database)["poison in here"] == MentionState.NEW
    assert score_waiting(database, scorer, clock=lambda: now) == 0  # its next try is later
    assert not any("poison" in record.getMessage() for record in caplog.records)


def test_what_can_never_be_scored_fails_in_the_end(database: Database, scorer: Fake, now: datetime) -> None:
    add(database, now, "poison")
    for attempt in range(claims.MAX_ATTEMPTS):
        later = now + timedelta(hours=attempt)
        assert (
            score_waiting(database, scorer, clock=partial(datetime.fromtimestamp, later.timestamp(), UTC))
            == 1
        )
    assert states(database) == {"poison": MentionState.FAILED}


def test_a_lost_claim_is_not_overwritten(database: Database, scorer: Fake, now: datetime) -> None:
    """The lease runs out while a slow worker scores; a second one does the work, and its word stands."""
    add(database, now, "all well")
    other, later = Fake(), now + LEASE + timedelta(seconds=1)
    other.name = "fake@2"
    scorer.meanwhile = lambda: score_waiting(database, other, clock=lambda: later)
    score_waiting(database, scorer, clock=lambda: now)
    assert scores(database)["all well"].model == "fake@2"


def test_an_edit_while_scoring_is_scored_again(database: Database, scorer: Fake, now: datetime) -> None:
    add(database, now, "all well")

    def edit() -> None:
        with database.write() as session:
            mention = NewMention(
                brand="a", source="s", platform="page", external_id="all well", text="fire!", published_at=now
            )
            store_mentions(session, [mention], now=now)

    scorer.meanwhile = edit
    score_waiting(database, scorer, clock=lambda: now)
    score_waiting(database, scorer, clock=lambda: now)
    assert scores(database)["all well"].urgency == "critical"
    assert states(database) == {"all well": MentionState.SCORED}


def test_stars_without_a_word_are_marked_as_not_read(database: Database, scorer: Fake, now: datetime) -> None:
    add(database, now, "", stars=1.0)
    score_waiting(database, scorer, clock=lambda: now)
    assert scorer.asked == [(0, False)]
    found = scores(database)["empty"]
    assert (found.unsupported, found.urgency, found.model) == (True, None, "fake@1")


def test_live_mentions_go_before_history(database: Database, scorer: Fake, now: datetime) -> None:
    with database.write() as session:
        for text, age in (("old", 90), ("new", 0)):
            mention = NewMention(
                brand="a", source="s", platform="page", external_id=text, text=text,
                published_at=now - timedelta(days=age),
            )  # fmt: skip
            store_mentions(session, [mention], now=now, history_before=now - timedelta(hours=48))
    assert score_waiting(database, scorer, limit=1, clock=lambda: now) == 1
    assert states(database) == {"old": MentionState.NEW, "new": MentionState.SCORED}


def test_a_brands_own_threshold_is_used_with_the_model_it_was_fitted_to(
    database: Database, scorer: Fake, now: datetime
) -> None:
    with database.write() as session:
        set_threshold(session, "a", 0.35, "fake@1", "ascolto", now)
        set_threshold(session, "b", 0.45, "fake@0", "ascolto", now)
    add(database, now, "all well")
    add(database, now, "all well there", brand="b")
    score_waiting(database, scorer, clock=lambda: now)
    assert {one.text: one.critical_threshold for one in scorer.seen} == {
        "all well": 0.35,
        "all well there": None,
    }
