"""Puts the bytes of a file where Slack says they belong. No token goes there, and nothing is followed elsewhere."""

import httpx

from alerts.channels.slack.errors import MENDS
from store.errors import Permanent, Transient

WHOLE = 3  # times the time-out of one step, for all bytes


def put(url: str, content: bytes, timeout: float) -> None:
    """Uploads `content`; doing so twice harms nobody. Raises `Transient` or `Permanent`."""
    try:
        patience = httpx.Timeout(timeout, write=WHOLE * timeout)
        answer = httpx.post(url, content=content, headers={"Content-Type": "image/png"}, timeout=patience)
    except httpx.InvalidURL:
        raise Permanent("upload_refused", MENDS["upload_refused"]) from None
    except httpx.HTTPError as error:
        raise Transient(f"Slack did not take the picture: {type(error).__name__}") from None
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Transient(f"Slack did not take the picture: HTTP {answer.status_code}", _wait(answer))
    if answer.status_code != 200:
        raise Permanent("upload_refused", MENDS["upload_refused"])


def _wait(answer: httpx.Response) -> float | None:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() and len(told) < 6 else None
