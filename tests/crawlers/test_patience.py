"""How long a server asks us to wait, and how long we wait by ourselves."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.patience import LONGEST_BACKOFF, asked_wait, backoff

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30),
        ({"retry-after": " 0 "}, 0),
        ({"retry-after": "Tue, 24 Nov 2026 11:00:45 GMT"}, 45),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "9" * 40}, 999_999_999),
        ({"retry-after": "٣"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-24T11:05:00.000Z"}, 300),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "20"}, 20),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795518060"}, 60),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795518060000"}, 60),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795950000000"}, 432_000),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "20"}, 20),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "20"}, None),
        ({"retry-after": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "20"}, 5),
        ({"ratelimit-remaining": "0", "ratelimit-resettime": "2026-11-24T11:05:00+00:00"}, 300),
        ({"ratelimit-remaining": "3", "ratelimit-resettime": "2026-11-24T11:05:00+00:00"}, None),
        ({"x-rate-limit": "user-hour-lim:3500;user-hour-rem:0;"}, 3600),
        ({"x-rate-limit": "user-hour-lim:3500;user-hour-rem:0"}, 3600),
        ({"x-rate-limit": "user-hour-lim:3500;user-hour-rem:10;"}, None),
        ({"x-rate-limit": "user-hour-rem:x"}, None),
    ],
)
def test_asked_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers, NOW) == seconds


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_header_gives_seconds_or_nothing(told: str, reset: str) -> None:
    headers = {"retry-after": told, "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    seconds = asked_wait(headers, NOW)
    assert seconds is None or seconds >= 0


def test_backoff_doubles_to_its_bound() -> None:
    assert [backoff(attempt, 1.0, 1.0) for attempt in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert backoff(50, 1.0, 1.0) == backoff(10**6, 1.0, 1.0) == LONGEST_BACKOFF


@given(st.integers(1, 30), st.floats(0, 1))
def test_backoff_keeps_within_its_jitter(attempt: int, chance: float) -> None:
    full = backoff(attempt, 1.0, 1.0)
    assert full / 2 <= backoff(attempt, 1.0, chance) <= full
