"""What Google's refusals mean, and when to ask again."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.base import Page
from crawlers.families import google
from store.errors import Permanent, Transient

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def refused(status: int, error: Any) -> Permanent | Transient | None:
    body = error if isinstance(error, bytes) else json.dumps({"error": error}).encode()
    return google.refusal(Page("https://google.example/x", body, status=status), NOW, "ask the owner")


def old(reason: str) -> dict[str, Any]:
    return {"code": 403, "message": "No.", "errors": [{"domain": "youtube.quota", "reason": reason}]}


def limited(**metadata: str) -> dict[str, Any]:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "metadata": metadata,
    }
    return {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [info]}


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (old("quotaExceeded"), 21 * 3600),
        (old("dailyLimitExceeded"), 21 * 3600),
        (limited(quota_limit_value="10000", quota_unit="1/d/{project}"), 21 * 3600),
        (limited(quota_limit_value="300", quota_unit="1/min/{project}"), 60),
        (old("rateLimitExceeded"), 60),
        (old("userRateLimitExceeded"), 60),
        ({"code": 429, "status": "RESOURCE_EXHAUSTED"}, 60),
        ({"status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "12.5s"}]}, 12.5),
        ({"status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "soon"}, {"retryDelay": 7}, None]}, 60),
    ],
)
def test_what_passes_is_waited_for(error: dict[str, Any], seconds: float) -> None:
    for status in (403, 429):
        told = refused(status, error)
        assert isinstance(told, Transient)
        assert told.retry_after == seconds


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (429, limited(quota_limit_value="0", quota_unit="1/min/{project}"), "no quota"),
        (403, old("accessNotConfigured"), "not switched on"),
        (
            403,
            {"status": "PERMISSION_DENIED", "details": [{"reason": "SERVICE_DISABLED"}]},
            "not switched on",
        ),
        (
            400,
            {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]},
            "the key was refused",
        ),
        (400, old("keyInvalid"), "the key was refused"),
        (403, old("forbidden"), "not permitted"),
        (403, {"status": "PERMISSION_DENIED"}, "not permitted"),
    ],
)
def test_what_a_person_must_mend_is_told(status: int, error: dict[str, Any], reason: str) -> None:
    told = refused(status, error)
    assert isinstance(told, Permanent)
    assert told.reason == reason


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, {"status": "UNAUTHENTICATED", "errors": [{"reason": "authError"}]}),
        (404, old("notFound")),
        (503, {"status": "UNAVAILABLE"}),
        (403, b""),
        (403, b"<html>no"),
        (403, b"[" * 100_000),
        (403, b'{"error": "access_denied"}'),
        (403, b'{"error": {"errors": {"reason": "quotaExceeded"}, "details": 7}}'),
        (429, b"\xff\xfe"),
    ],
)
def test_what_says_nothing_of_google_is_left_to_its_status(status: int, error: Any) -> None:
    assert refused(status, error) is None


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), 24),  # midnight there
        (datetime(2026, 11, 25, 7, 59, 59, tzinfo=UTC), 1 / 3600),
        (datetime(2026, 3, 8, 9, 0, tzinfo=UTC), 22),  # the night in which the clocks go forward
        (datetime(2026, 11, 1, 8, 0, tzinfo=UTC), 24),  # back: a day of 25 hours, one of which is over
    ],
)
def test_the_day_ends_at_midnight_in_california(now: datetime, hours: float) -> None:
    assert google.until_tomorrow(now) == pytest.approx(hours * 3600)


def test_nameless_people_are_nobody() -> None:
    assert [google.author(name) for name in (None, "A Google user", "a  GOOGLE user ", "Ida")] == [
        None,
        None,
        None,
        "Ida",
    ]
