"""Claims: nobody works on a row twice, nothing waits for ever, a lost lease cannot overwrite."""

import threading
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from store.claims import LONGEST_WAIT, MAX_ATTEMPTS, Claim, claim, finish, release_all, retry, wait, waiting
from store.db import Database
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Mention, MentionState

LEASE = timedelta(seconds=60)


@pytest.fixture
def filled(database: Database, now: datetime) -> Database:
    page = [
        NewMention(brand="a", source="s", platform="page", external_id=str(n), published_at=now)
        for n in range(10)
    ]
    with database.write() as session:
        store_mentions(session, page, now=now)
    return database


def take(database: Database, now: datetime, limit: int = 4) -> Claim:
    with database.write() as session:
        return claim(session, Mention, [MentionState.NEW], now=now, lease=LEASE, limit=limit)


def test_a_row_is_taken_once_until_its_lease_ends(filled: Database, now: datetime) -> None:
    first, second, third = take(filled, now), take(filled, now), take(filled, now)
    assert [len(taken.ids) for taken in (first, second, third)] == [4, 4, 2]
    assert not set(first.ids) & set(second.ids)
    assert take(filled, now).ids == ()
    assert len(take(filled, now + LEASE + timedelta(seconds=1), limit=20).ids) == 10


def test_claims_taken_at_once_by_many_do_not_overlap(filled: Database, now: datetime) -> None:
    taken: list[int] = []
    threads = [threading.Thread(target=lambda: taken.extend(take(filled, now, 2).ids)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 10


def test_finishing_writes_the_outcome_and_clears_the_claim(filled: Database, now: datetime) -> None:
    taken = take(filled, now, 1)
    with filled.write() as session:
        assert finish(session, Mention, taken.ids[0], taken.token, state=MentionState.SCORED)
    with filled.read() as session:
        row = session.exec(select(Mention).where(Mention.id == taken.ids[0])).one()
        assert (row.state, row.claim, row.claimed_until, row.attempts) == (MentionState.SCORED, None, None, 0)
        assert waiting(session, Mention) == {"new": 9, "scored": 1}


def test_who_lost_the_lease_cannot_overwrite(filled: Database, now: datetime) -> None:
    late = take(filled, now, 1)
    after = take(filled, now + LEASE * 2, 1)
    assert late.ids == after.ids
    with filled.write() as session:
        assert not finish(session, Mention, late.ids[0], late.token, state=MentionState.FAILED)
        assert finish(session, Mention, after.ids[0], after.token, state=MentionState.SCORED)


def test_a_failed_row_comes_back_later_and_is_given_up_at_last(filled: Database, now: datetime) -> None:
    moment, tries = now, 0
    while (taken := take(filled, moment, 1)).ids and (tries := tries + 1) < 20:
        with filled.write() as session:
            row = session.get(Mention, 1)
            assert row is not None
            retry(
                session,
                Mention,
                1,
                taken.token,
                attempt=row.attempts,
                error="boom",
                now=moment,
                give_up="failed",
            )
        assert 1 not in take(filled, moment, 9).ids, "it must not be ripe at once"
        with filled.write() as session:
            release_all(session, Mention)
        moment += LONGEST_WAIT
        if tries == MAX_ATTEMPTS:
            break
    with filled.read() as session:
        row = session.get(Mention, 1)
        assert row is not None
        assert (row.state, row.attempts, row.error) == ("failed", MAX_ATTEMPTS, "boom")


def test_release_all_frees_what_a_dead_process_held(filled: Database, now: datetime) -> None:
    take(filled, now, 7)
    with filled.write() as session:
        assert release_all(session, Mention) == 7
    assert len(take(filled, now, 20).ids) == 10


@given(st.integers(1, 200), st.floats(0, 1), st.none() | st.floats(0, 7200))
def test_waits_grow_are_bounded_and_retry_after_only_lengthens(
    attempt: int, chance: float, at_least: float | None
) -> None:
    pause = wait(attempt, chance, at_least)
    assert timedelta(seconds=1) <= wait(attempt, chance) <= LONGEST_WAIT
    assert pause >= wait(attempt, chance)
    assert pause >= timedelta(seconds=at_least or 0)
