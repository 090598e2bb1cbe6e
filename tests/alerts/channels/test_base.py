"""When an address may be used again: its pace, and what the other side asked us to wait."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from alerts.channels.base import Lanes, Misconfigured
from store.errors import Permanent

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
