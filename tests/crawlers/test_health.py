"""How a source fares: what a read that went well, failed or came back empty means for its row."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.health import (
    DOWN_AFTER,
    LONGEST_WAIT,
    USUAL,
    backoff,
    put_off,
    read_badly,
    read_empty,
    read_well,
    record_failure,
)
from store.db import Database
from store.tables import SourceRow

EVERY = timedelta(minutes=15)


def row(**values: Any) -> SourceRow:
    return SourceRow(name="shop", brand="aurora", type="page", **values)


class TestWell:
    def test_it_clears_what_was_wrong(self, now: datetime) -> None:
        down = row(failures=4, empty_reads=2, down_since=now, last_error="x")
        values = read_well(down, results=8, now=now, every=EVERY)
        assert values["failures"] == values["empty_reads"] == 0
        assert values["down_since"] is values["last_error"] is None
        assert (values["last_ok_at"], values["next_check_at"]) == (now, now + EVERY)

    def test_the_first_read_is_remembered(self, now: datetime) -> None:
        assert read_well(row(), results=8, now=now, every=EVERY)["first_read_at"] == now
        earlier = now - timedelta(days=3)
        assert (
            read_well(row(first_read_at=earlier), results=8, now=now, every=EVERY)["first_read_at"] == earlier
        )

    def test_what_is_usual_follows_slowly(self, now: datetime) -> None:
        known = row(first_read_at=now, usual_results=10.0)
        assert read_well(known, results=20, now=now, every=EVERY)["usual_results"] == pytest.approx(13)
        assert read_well(row(), results=20, now=now, every=EVERY)["usual_results"] == 20

    def test_nothing_new_says_nothing_about_what_is_usual(self, now: datetime) -> None:
        known = row(first_read_at=now, usual_results=10.0)
        assert read_well(known, results=None, now=now, every=EVERY)["usual_results"] == 10


class TestEmpty:
    def test_where_much_was_usual_it_is_an_alarm_at_once(self, now: datetime) -> None:
        values = read_empty(row(usual_results=USUAL), now=now, every=EVERY)
        assert values["down_since"] == now
        assert "no results" in values["last_error"]

    def test_where_little_was_usual_it_is_one_at_the_third_time(self, now: datetime) -> None:
        alarms = [
            read_empty(row(usual_results=1.0, empty_reads=n), now=now, every=EVERY)["down_since"]
            for n in range(3)
        ]
        assert alarms == [None, None, now]

    def test_down_counts_from_the_first_alarm(self, now: datetime) -> None:
        since = now - timedelta(days=1)
        assert read_empty(row(usual_results=9, down_since=since), now=now, every=EVERY)["down_since"] == since


class TestBadly:
    def test_the_third_failure_in_a_row_is_an_alarm(self, now: datetime) -> None:
        alarms = [
            read_badly(row(failures=n), "x", now=now, chance=1)["down_since"] for n in range(DOWN_AFTER)
        ]
        assert alarms == [None, None, now]

    def test_some_failures_are_an_alarm_at_once(self, now: datetime) -> None:
        assert read_badly(row(), "x", now=now, chance=1, alarm=True)["down_since"] == now

    @pytest.mark.parametrize(
        ("hours", "every", "down"),
        [(6, 1, False), (7, 1, True), (7, 3, False), (10, 3, True), (720, 24, True)],
    )
    def test_a_wait_for_long_is_an_alarm_at_once(
        self, now: datetime, hours: int, every: int, down: bool
    ) -> None:
        values = read_badly(
            row(), "x", now=now, chance=1, retry_after=hours * 3600.0, every=timedelta(hours=every)
        )
        assert values["down_since"] == (now if down else None)

    def test_where_nothing_could_be_asked_for_all_else_stays(self, now: datetime) -> None:
        until = now + timedelta(hours=9)
        assert put_off("used up", now=now, until=until) == {
            "last_error": "used up",
            "last_error_at": now,
            "next_check_at": until,
        }

    def test_a_long_error_is_cut(self, now: datetime) -> None:
        assert len(read_badly(row(), "x" * 9000, now=now, chance=1)["last_error"]) == 500

    def test_the_wait_doubles_to_its_bound(self) -> None:
        minutes = [backoff(n, 1.0) / timedelta(minutes=1) for n in (1, 2, 3, 8, 900)]
        assert minutes == [1, 2, 4, 120, 120]

    def test_retry_after_only_lengthens(self) -> None:
        assert backoff(1, 1.0, retry_after=5) == timedelta(minutes=1)
        assert backoff(1, 1.0, retry_after=3600) == timedelta(hours=1)
        assert (
            backoff(1, 1.0, retry_after=1e18) == backoff(1, 1.0, retry_after=2_592_000) == timedelta(days=1)
        )

    @given(st.integers(1, 10**6), st.floats(0, 1))
    def test_jitter_stays_between_half_and_all(self, failures: int, chance: float) -> None:
        assert (
            backoff(failures, 1.0) / 2
            <= backoff(failures, chance)
            <= min(backoff(failures, 1.0), LONGEST_WAIT)
        )


def test_a_failure_is_recorded_also_for_a_source_without_a_row(db: Database, now: datetime) -> None:
    for _ in range(3):
        with db.write() as session:
            record_failure(session, "shop", "aurora", "page", "it died", now=now)
    with db.read() as session:
        stored = session.get_one(SourceRow, "shop")
    assert (stored.failures, stored.last_error, stored.down_since) == (3, "it died", now)
    assert stored.next_check_at is not None
    assert stored.next_check_at > now
