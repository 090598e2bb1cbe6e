"""Mentions into the belt: once each, changes go through the stages again, erased ones stay away."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from store.claims import claim, finish
from store.db import Database
from store.mention import NewMention, identity
from store.mentions import Stored, known_ids, mark_gone, store_answers, store_mentions
from store.tables import Mention, MentionState, Revision, Snapshot, Tombstone


def mention(number: int, now: datetime, **values: Any) -> NewMention:
    given = {
        "brand": "aurora",
        "source": "shop",
        "platform": "page",
        "external_id": f"r{number}",
        "text": f"Recensione numero {number}.",
        "published_at": now - timedelta(hours=number),
        "stars": 4,
    }
    return NewMention.model_validate(given | values)


def put(database: Database, mentions: list[NewMention], at: datetime, **options: Any) -> Stored:
    with database.write() as session:
        return store_mentions(session, mentions, now=at, **options)


def rows(session: Session) -> list[Mention]:
    return list(session.exec(select(Mention).order_by(Mention.external_id)))


def triaged(database: Database) -> None:
    with database.write() as session:
        session.execute(update(Mention).values(state=MentionState.TRIAGED))


def test_the_same_page_twice_adds_nothing(database: Database, now: datetime) -> None:
    page = [mention(n, now) for n in range(5)]
    first, second = put(database, page, now), put(database, page, now + timedelta(minutes=5))
    assert len(first.new) == 5
    assert (second.new, second.edited, second.refreshed, second.unchanged) == ([], [], [], 5)
    with database.read() as session:
        assert {row.state for row in rows(session)} == {MentionState.NEW}
        assert rows(session)[0].thread == "r0"


def test_doubles_within_one_page_are_one(database: Database, now: datetime) -> None:
    assert len(put(database, [mention(1, now), mention(1, now)], now).new) == 1


def test_two_sources_that_show_the_same_post_store_it_once(database: Database, now: datetime) -> None:
    put(database, [mention(1, now)], now)
    assert put(database, [mention(1, now, source="other")], now).new == []


def test_brands_and_platforms_are_kept_apart(database: Database, now: datetime) -> None:
    put(database, [mention(1, now)], now)
    assert len(put(database, [mention(1, now, brand="b"), mention(1, now, platform="feed")], now).new) == 2


def test_an_edit_is_a_new_revision_and_is_scored_again(database: Database, now: datetime) -> None:
    put(database, [mention(1, now)], now)
    triaged(database)
    later = now + timedelta(hours=1)
    done = put(database, [mention(1, now, stars=1, text="Ci ho ripensato.")], later)
    with database.read() as session:
        (row,) = rows(session)
        (old,) = session.exec(select(Revision))
    assert done.edited == [row.id]
    assert (row.revision, row.state, row.stars, row.edited_at) == (2, MentionState.NEW, 1, later)
    assert (old.revision, old.stars, old.text) == (1, 4, "Recensione numero 1.")


def test_growing_engagement_is_a_snapshot_and_goes_to_triage_again(database: Database, now: datetime) -> None:
    put(database, [mention(1, now, likes=2)], now)
    triaged(database)
    done = put(database, [mention(1, now, likes=90)], now + timedelta(minutes=5))
    with database.read() as session:
        (row,) = rows(session)
        likes = [shot.likes for shot in session.exec(select(Snapshot).order_by(col(Snapshot.at)))]
    assert (done.refreshed, row.state, row.likes, likes) == ([row.id], MentionState.SCORED, 90, [2, 90])


def test_a_count_that_a_poorer_source_does_not_tell_is_as_it_was(database: Database, now: datetime) -> None:
    put(database, [mention(1, now, likes=2, shares=1)], now)
    assert put(database, [mention(1, now, likes=2)], now + timedelta(minutes=5)).unchanged == 1
    with database.read() as session:
        assert rows(session)[0].shares == 1


def test_triage_that_has_the_row_in_hand_when_news_come_loses_it(database: Database, now: datetime) -> None:
    put(database, [mention(1, now, likes=2)], now)
    with database.write() as session:
        session.execute(update(Mention).values(state=MentionState.SCORED))
        taken = claim(session, Mention, ["scored"], now=now, lease=timedelta(minutes=1), limit=1)
    put(database, [mention(1, now, likes=900)], now)
    with database.write() as session:
        assert not finish(session, Mention, taken.ids[0], taken.token, state=MentionState.TRIAGED)
    with database.read() as session:
        assert rows(session)[0].state == MentionState.SCORED


def test_engagement_of_a_mention_not_yet_scored_leaves_it_waiting_for_the_model(
    database: Database, now: datetime
) -> None:
    put(database, [mention(1, now, likes=2)], now)
    put(database, [mention(1, now, likes=90)], now + timedelta(minutes=5))
    with database.read() as session:
        assert rows(session)[0].state == MentionState.NEW


def test_the_brands_answer_goes_to_triage(database: Database, now: datetime) -> None:
    put(database, [mention(1, now)], now)
    triaged(database)
    put(database, [mention(1, now, answer="Ci spiace.", answered_at=now)], now + timedelta(minutes=5))
    with database.read() as session:
        (row,) = rows(session)
    assert (row.answer, row.answered_at, row.state) == ("Ci spiace.", now, MentionState.SCORED)


def test_an_answer_without_a_date_was_given_when_it_was_seen(database: Database, now: datetime) -> None:
    put(database, [mention(1, now)], now)
    later = now + timedelta(minutes=5)
    put(database, [mention(1, now, answer="Ci spiace.")], later)
    with database.read() as session:
        assert rows(session)[0].answered_at == later


@pytest.mark.parametrize("answered_at", [None, timedelta(0)], ids=["undated", "dated"])
def test_an_answer_before_an_edit_is_none_to_the_new_words(
    database: Database, now: datetime, answered_at: timedelta | None
) -> None:
    """Though the platform tells only the day of the edit, which began before the answer."""
    known = {"answer": "Grazie.", "answered_at": None if answered_at is None else now - answered_at}
    put(database, [mention(1, now, **known)], now)
    later = now + timedelta(hours=1)
    put(database, [mention(1, now, text="Pessimo.", edited_at=now - timedelta(hours=11), **known)], later)
    with database.read() as session:
        (row,) = rows(session)
    assert (row.revision, row.answered_at, row.edited_at) == (2, now, later)


def test_an_answer_that_a_poorer_source_does_not_show_stays(database: Database, now: datetime) -> None:
    put(database, [mention(1, now, answer="Ci spiace.")], now)
    assert put(database, [mention(1, now)], now).unchanged == 1


def test_old_mentions_of_a_first_read_are_history(database: Database, now: datetime) -> None:
    put(database, [mention(1, now), mention(60, now)], now, history_before=now - timedelta(hours=48))
    with database.read() as session:
        assert [row.history for row in rows(session)] == [False, True]


def test_what_a_complete_read_no_longer_shows_is_gone_until_it_is_back(
    database: Database, now: datetime
) -> None:
    put(database, [mention(n, now) for n in (1, 2, 60)], now)
    triaged(database)
    with database.write() as session:
        gone = mark_gone(session, "shop", {"r1"}, since=now - timedelta(hours=48), now=now)
    with database.read() as session:
        assert [(row.external_id, row.state) for row in rows(session) if row.gone_at] == [
            ("r2", MentionState.SCORED)
        ]
    assert len(gone) == 1
    assert len(put(database, [mention(2, now)], now).refreshed) == 1


def test_an_erased_mention_does_not_come_back(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.add(Tombstone(key=identity("aurora", "page", "r1"), erased_at=now))
    done = put(database, [mention(1, now), mention(2, now)], now)
    assert (len(done.new), done.erased) == (1, 1)


def test_more_than_one_batch(database: Database, now: datetime) -> None:
    many = [mention(n, now, likes=n) for n in range(450)]
    assert len(put(database, many, now).new) == 450
    with database.read() as session:
        assert known_ids(session, "aurora", "page", ["r7", "r449", "r450"]) == {"r7", "r449"}
        assert len(list(session.exec(select(Snapshot)))) == 450


def test_answers_that_come_by_themselves_are_noted_once(database: Database, now: datetime) -> None:
    put(database, [mention(n, now) for n in range(3)] + [mention(9, now, platform="feed")], now)
    triaged(database)
    told = {
        "r1": ("Ci dispiace.", now),
        "r2": ("Grazie!", None),
        "r9": ("Di un altro.", now),
        "r7": ("?", now),
    }
    later = now + timedelta(minutes=5)
    with database.write() as session:
        news = store_answers(session, "aurora", "page", told, later)
    with database.read() as session:
        first, second, third, other = rows(session)
        assert news == [second.id, third.id]
        assert (second.answer, second.answered_at) == ("Ci dispiace.", now)
        assert (third.answer, third.answered_at) == ("Grazie!", later)
        assert (first.answer, other.answer) == (None, None)
        assert [row.state for row in (first, second, third)] == [
            MentionState.TRIAGED,
            MentionState.SCORED,
            MentionState.SCORED,
        ]
    with database.write() as session:
        assert store_answers(session, "aurora", "page", told, later) == []


def test_what_can_be_looked_at_is_looked_at_again_also_without_counts(
    database: Database, now: datetime
) -> None:
    put(database, [mention(1, now)], now)
    put(database, [mention(2, now)], now, watched=True)
    with database.read() as session:
        plain, watched = rows(session)
        assert plain.look_again_at is None
        assert watched.look_again_at == watched.published_at + timedelta(hours=4)
