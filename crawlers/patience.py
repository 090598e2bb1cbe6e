"""How long to wait before asking again: pure functions of a response's headers, the attempt and the clock."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crawlers.dates import parse_date

LONGEST_BACKOFF = 60.0  # seconds
HOUR = 3600.0
# App Store Connect: what is left of the last hour; when more is given it does not tell.
_HOUR_USED_UP = re.compile(r"(?:^|;)\s*user-hour-rem:\s*0\s*(?:;|$)")
LIMITS = ("x-ratelimit", "x-rate-limit", "ratelimit")  # Mastodon and Reddit, X, and the draft standard


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the server asks for: Retry-After as seconds or a date, else the end of a used-up rate limit."""
    if (told := _retry_after(headers.get("retry-after", "").strip(), now)) is not None:
        return told
    for name in LIMITS:
        if headers.get(f"{name}-remaining", "").strip() in ("0", "0.0"):
            reset = headers.get(f"{name}-reset") or headers.get(f"{name}-resettime") or ""
            return _reset(reset.strip(), now)
    if _HOUR_USED_UP.search(headers.get("x-rate-limit", "")):
        return HOUR
    return None


def backoff(attempt: int, first: float, chance: float) -> float:
    """Seconds before attempt 2, 3, ...: doubling from `first`, with jitter by `chance` in 0..1."""
    doubled: float = min(first * 2 ** min(attempt - 1, 20), LONGEST_BACKOFF)
    return doubled * (0.5 + chance / 2)


def _retry_after(told: str, now: datetime) -> float | None:
    """RFC 9110, 10.2.3"""
    if told.isascii() and told.isdigit():
        return float(told[:9])
    try:
        moment = parsedate_to_datetime(told)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds())


def _reset(told: str, now: datetime) -> float | None:
    """A moment (ISO 8601 at Mastodon, seconds or milliseconds since 1970 elsewhere) or a number of seconds."""
    if told.isascii() and told.isdigit() and len(told) < 9:
        return float(told)
    if told.isascii() and told.isdigit() and len(told) == 13:
        return max(0.0, int(told) / 1000 - now.timestamp())
    moment = parse_date(told, now)
    return max(0.0, (moment - now).total_seconds()) if moment else None
