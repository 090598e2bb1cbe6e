"""Dates as sites write them. What cannot be read is None, never an error: a review without its date is kept."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from store.clock import aware

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # nobody reviewed anything online before
AHEAD = timedelta(days=2)  # clocks are off and zones left out; further ahead is no date
# January first; a prefix of three or more letters is enough where it names one month only.
_MONTHS = (
    "january gennaio enero janvier januar janeiro janner",
    "february febbraio febrero fevrier februar fevereiro",
    "march marzo mars marz marco maerz",
    "april aprile abril avril",
    "may maggio mayo mai maio",
    "june giugno junio juin juni junho",
    "july luglio julio juillet juli julho",
    "august agosto aout",
    "september settembre septiembre septembre setembro setiembre",
    "october ottobre octubre octobre oktober outubro",
    "november novembre noviembre novembro",
    "december dicembre diciembre decembre dezember dezembro",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_WORDS = re.compile(r"[a-z]+|\d+")
_NUMERIC = re.compile(r"^(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?!\d)")
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:h]([0-5]\d)(?::[0-5]\d)?(?:\s*([ap])\.?m\b)?", re.IGNORECASE)


def parse_date(value: Any, now: datetime) -> datetime | None:
    """The moment in UTC; a day alone is its midnight. None: unreadable, before 1995 or in the future."""
    try:
        found = _read(value)
    except (ValueError, OverflowError, TypeError, OSError):
        return None
    if found is None:
        return None
    moment = _utc(found)
    return moment if moment is not None and EARLIEST <= moment <= now + AHEAD else None


def is_day(moment: datetime) -> bool:
    """Whether only the day is known: sites that give a time do not review at midnight sharp."""
    return (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)


def _utc(found: datetime | date) -> datetime | None:
    moment = found if isinstance(found, datetime) else datetime.combine(found, time())
    try:
        return aware(moment)
    except OverflowError:  # the year 1 or 9999 beside a time zone
        return None


def _read(value: Any) -> datetime | date | None:
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _epoch(float(value))
    if not isinstance(value, str) or len(value) > 100:
        return None
    return _read_text(value.strip())


def _epoch(value: float) -> datetime | None:
    seconds = value / 1000 if value > 10**11 else value
    return datetime.fromtimestamp(seconds, UTC)


def _read_text(text: str) -> datetime | date | None:
    if text.isdecimal():
        return _digits(text)
    try:
        return datetime.fromisoformat(text)  # ISO 8601, the common case
    except ValueError:
        return _numeric(text) or _rfc(text) or _named(text)


def _digits(text: str) -> datetime | date | None:
    """20261124, or seconds or milliseconds since 1970; many of the latter would pass for ISO 8601."""
    if len(text) == 8:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return _epoch(float(text)) if len(text) in (10, 13) else None


def _numeric(text: str) -> datetime | date | None:
    """2026-1-5, 5.1.2026, 5/1/2026: the day first (as in Europe) unless that cannot be."""
    match = _NUMERIC.match(text)
    if not match:
        return None
    first, second, third = (int(match[n]) for n in (1, 2, 3))
    if len(match[1]) == 4:
        day = date(first, second, third)
    else:
        year = third if third > 99 else 2000 + third
        day = date(year, second, first) if second <= 12 else date(year, first, second)
    return _at(day, _CLOCK.search(text, match.end()))


def _rfc(text: str) -> datetime | None:
    """RFC 5322, the only form beside ISO 8601 whose zone is read; it knows no am and pm."""
    if (clock := _CLOCK.search(text)) and clock[3]:
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _named(text: str) -> datetime | date | None:
    """April 1, 2011 / 1. April 2011 / 1 aprile 2011 / 1 de abril de 2011, also with short months."""
    folded = "".join(
        c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)
    )
    clock = _CLOCK.search(folded)
    words = _WORDS.findall(folded[: clock.start()] + " " + folded[clock.end() :] if clock else folded)
    # The last one: "mar. 24 nov. 2026" is a Tuesday in Italy, France and Spain.
    month = next((number for word in reversed(words) if (number := _month(word))), None)
    numbers = [int(word) for word in words if word.isdecimal()]
    year = next((number for number in numbers if number >= 1000), None)
    day = next((number for number in numbers if number < 1000), None)
    if month is None or year is None or day is None:
        return None
    return _at(date(year, month, day), clock)


def _month(word: str) -> int | None:
    if word in _MONTH:
        return _MONTH[word]
    if len(word) < 3 or word.isdecimal():
        return None
    found = {number for name, number in _MONTH.items() if name.startswith(word)}
    return found.pop() if len(found) == 1 else None


def _at(day: date, clock: re.Match[str] | None) -> datetime | date:
    """The day at that time of day, where one was written."""
    if clock is None:
        return day
    hour, half = int(clock[1]), (clock[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime.combine(day, time(hour, int(clock[2])), UTC)
