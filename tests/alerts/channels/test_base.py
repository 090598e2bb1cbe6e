"""When an address may be used again: its pace, and what the other side asked us to wait."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.channels.base import Lanes, Misconfigured, Rest, is_alarm, is_news, within
from alerts.views import Reminder
from store.errors import Permanent, Uncertain
from tests.alerts.channels.kinds import CRITICAL, KINDS, NORMAL

SECOND = timedelta(seconds=1)


def test_a_lane_is_open_until_it_is_used(now: datetime) -> None:
    lanes = Lanes(SECOND)
    assert lanes.closed(now) == {}
    lanes.use("#a", now)
    assert lanes.closed(now) == {"#a": now + SECOND}
    assert lanes.closed(now + SECOND / 2) == {"#a": now + SECOND}
    assert lanes.closed(now + SECOND) == {}


def test_without_a_pace_use_closes_nothing(now: datetime) -> None:
    lanes = Lanes()
    lanes.use("#a", now)
    assert lanes.closed(now) == {}


def test_an_earlier_time_changes_nothing(now: datetime) -> None:
    """A Retry-After only ever lengthens the wait."""
    lanes = Lanes(SECOND)
    lanes.close("#a", now + 30 * SECOND)
    lanes.use("#a", now)
    lanes.close("#a", now + 5 * SECOND)
    assert lanes.closed(now) == {"#a": now + 30 * SECOND}
    lanes.close("#a", now + 40 * SECOND)
    assert lanes.closed(now) == {"#a": now + 40 * SECOND}


def test_lanes_know_nothing_of_each_other(now: datetime) -> None:
    lanes = Lanes(SECOND)
    lanes.use("#a", now)
    lanes.close("#b", now + 9 * SECOND)
    assert lanes.closed(now + 2 * SECOND) == {"#b": now + 9 * SECOND}


def test_what_is_asked_may_be_changed_without_harm(now: datetime) -> None:
    lanes = Lanes(SECOND)
    lanes.use("#a", now)
    lanes.closed(now).clear()
    assert lanes.closed(now)


def test_many_threads_use_them(now: datetime) -> None:
    lanes = Lanes(SECOND)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: lanes.close(f"#{n % 10}", now + n * SECOND), range(1, 1001)))
    assert lanes.closed(now) == {f"#{n % 10}": now + n * SECOND for n in range(991, 1001)}


def test_a_wrong_setup_is_permanent_and_names_its_mend() -> None:
    error = Misconfigured("not_in_channel", "/invite @Ascolto")
    assert isinstance(error, Permanent)
    assert (error.reason, str(error)) == ("not_in_channel", "not_in_channel: /invite @Ascolto")


def test_a_rest_grows_with_each_failure_and_ends_with_an_answer() -> None:
    rest = Rest()
    assert [rest.after_failure() for _ in range(8)] == [15, 30, 60, 120, 240, 480, 600, 600]
    rest.end()
    assert rest.after_failure() == 15


def test_a_call_gives_or_raises_what_it_would_without_a_limit() -> None:
    assert within(10, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(10, lambda: 1 // 0)


def test_a_call_that_is_not_back_in_time_may_have_done_its_work() -> None:
    ends = threading.Event()
    with pytest.raises(Uncertain, match=r"within 0\.05 seconds"):
        within(0.05, ends.wait)
    ends.set()


def test_an_alarm_is_a_reminder_of_a_critical_case_that_is_not_done() -> None:
    assert is_alarm(Reminder(CRITICAL))
    assert not is_alarm(CRITICAL)
    assert not is_alarm(Reminder(NORMAL))
    assert not is_alarm(Reminder(replace(CRITICAL, status="dismissed")))


def test_what_people_did_is_no_news() -> None:
    news = {kind for kind, view in KINDS.items() if is_news(view)}
    assert {"critical", "line_came_back", "line_raised", "reminder", "report"} <= news
    assert not news & {"line_gone", "line_answered", "bundle_hour", "bundle_limit"}
