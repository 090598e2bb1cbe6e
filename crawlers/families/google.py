"""How one signs in to Google's interfaces with a person's consent, and how they refuse: which reasons they give, and
what these mean for whoever asks again."""

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crawlers.answers import string, table, tables
from crawlers.base import Context, Page
from platforms import signin
from platforms.signin import TokenRequest
from store.errors import Permanent, Transient

DAY = "America/Los_Angeles"  # where Google's daily quotas begin anew
MINUTE = 60.0  # seconds after which the other quotas do
_DAILY = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
_RATE = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}
_KEY = {
    "keyInvalid",
    "keyExpired",
    "API_KEY_INVALID",
    "API_KEY_SERVICE_BLOCKED",
    "API_KEY_IP_ADDRESS_BLOCKED",
}
_DELAY = re.compile(r"^(\d{1,6}(?:\.\d{1,9})?)s$")
_NOBODY = "a google user"


def consented(context: Context[Any]) -> TokenRequest:
    """The sign-in by what `ascolto connect` keeps. Raises `Permanent` without it."""
    options, secret = context.options, context.secret
    return signin.refreshed(
        options.token_url,
        secret(options.client_id_env),
        secret(options.client_secret_env),
        secret(options.refresh_token_env),
    )


def reasons(page: Page) -> set[str]:
    """The codes in an error answer: of each error, of each detail, and of the whole."""
    error = _error(page)
    listed = [*tables(error, "errors"), *tables(error, "details")]
    return set(filter(None, (string(one, "reason") for one in listed))) | set(
        filter(None, (string(error, "status"),))
    )


def refusal(page: Page, now: datetime, permission: str) -> Permanent | Transient | None:
    """What an error answer means; `permission` says how somebody gets the right that is missing.

    None: what its status says.
    """
    told, details = reasons(page), tables(_error(page), "details")
    limits = [table(one, "metadata") for one in details]
    if told & (_DAILY | _RATE) and any(string(limit, "quota_limit_value") == "0" for limit in limits):
        return Permanent("no quota", "Google has not granted this project access yet: apply for it")
    if told & _DAILY or (
        told & _RATE and any("/d/" in (string(limit, "quota_unit") or "") for limit in limits)
    ):
        return Transient("Google's quota of the day is used up: read it less often", until_tomorrow(now))
    if told & _RATE:
        return Transient("Google takes no more requests for the moment", _delay(details) or MINUTE)
    if told & _OFF:
        return Permanent("not switched on", "enable this interface in the project's Google Cloud console")
    if told & _KEY:
        return Permanent("the key was refused", "check it, and what it is restricted to")
    return Permanent("not permitted", permission) if page.status == 403 and told else None


def until_tomorrow(now: datetime) -> float:
    """Seconds until Google's daily quotas begin anew."""
    here = now.astimezone(ZoneInfo(DAY))
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight.astimezone(now.tzinfo) - now).total_seconds()


def author(name: str | None) -> str | None:
    """The author's name; None where Google only says that there is one: nameless people are not the same person."""
    return None if name is None or " ".join(name.split()).casefold() == _NOBODY else name


def _error(page: Page) -> dict[str, Any]:
    try:
        return table(json.loads(page.body.decode("utf-8", "replace"), strict=False), "error")
    except (ValueError, RecursionError):
        return {}


def _delay(details: Iterable[Any]) -> float | None:
    """`RetryInfo`: "12.5s"."""
    found = (_DELAY.match(string(one, "retryDelay") or "") for one in details)
    return next((float(match[1]) for match in found if match), None)
