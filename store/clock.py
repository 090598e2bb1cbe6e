"""The one clock: aware UTC everywhere; decisions take `now` as an argument instead of asking here."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def aware(moment: datetime) -> datetime:
    """The same moment in UTC; a naive one is taken to be UTC already (as APIs mean it)."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC to the second, as every JSON output of Ascolto writes it."""
    return aware(moment).strftime("%Y-%m-%dT%H:%M:%SZ")
