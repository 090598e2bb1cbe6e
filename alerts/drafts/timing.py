"""By when somebody answers, in words, and only as the policy allows: first-contact time, hours, holidays, absences.

A reply may be published hours after it was drafted. So days are named, never called tomorrow, and a time within which
somebody answers holds as well for what is published at the very end of the first-contact time.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from babel.dates import format_date, format_time

from alerts import sla
from alerts.drafts.phrases import Phrases
from store.brand import Brand

SOON = 6  # days ahead that the weekday alone is clear


@dataclass(frozen=True, slots=True)
class Timing:
    """`when`: by when somebody answers, while open; `opens`: from when, while closed; `until`: the last day of an
    absence; `now`: that it is now, while somebody is there and still is at the end of the first-contact time. None
    where there is nothing to say."""

    when: str | None = None
    opens: str | None = None
    until: str | None = None
    now: str | None = None


def timing(brand: Brand, urgency: str, now: datetime, phrases: Phrases) -> Timing:
    """What may be said about the time of an answer to a mention of this urgency at `now`."""
    calendar = sla.calendar(brand, urgency)
    opening = sla.next_opening(now, calendar)
    if opening is None:
        return Timing()
    if opening > now:
        until = _absent_until(brand, now, opening)
        named = _date(until, phrases) if until else None
        return Timing(opens=_opens(opening, brand, now, phrases), until=named)
    said = "first_contact" in brand.policy.model_fields_set  # our defaults are no promise of the brand's
    limit: timedelta | None = getattr(brand.policy.first_contact, urgency)
    there = phrases.time.now if limit and _stays(brand, urgency, now, limit) else None
    latest = sla.add_business_time(now, 2 * limit, calendar) if said and limit else None
    if limit is None or latest is None:
        return Timing(now=there)
    if latest - now.astimezone(UTC) == 2 * limit:
        return Timing(when=_within(limit, phrases), now=there)
    return Timing(when=_by(latest, brand, now, phrases), now=there)


def _stays(brand: Brand, urgency: str, now: datetime, limit: timedelta) -> bool:
    """Whether the hours that the brand has set say that somebody is there, now and until `limit` is over: that we take
    it to be always there for what is critical is no claim of its own."""
    known = brand.policy.model_fields_set
    if not known & {"hours", "critical_hours"}:
        return False
    critical = urgency == "critical" and "critical_hours" in known
    calendar = sla.calendar(brand, "critical" if critical else "normal")
    return sla.add_business_time(now, limit, calendar) == now.astimezone(UTC) + limit


def _within(limit: timedelta, phrases: Phrases) -> str:
    return phrases.time.within.replace("{duration}", duration(limit, phrases))


def duration(limit: timedelta, phrases: Phrases) -> str:
    """fifteen minutes, an hour, four hours; more exactly in minutes."""
    minutes = max(1, round(limit.total_seconds() / 60))
    if minutes == 60:
        return phrases.time.hour
    pattern, count = (phrases.time.minutes, minutes) if minutes % 60 else (phrases.time.hours, minutes // 60)
    return pattern.replace("{n}", phrases.time.numbers.get(str(count), str(count)))


def _by(moment: datetime, brand: Brand, now: datetime, phrases: Phrases) -> str:
    day, ahead = _day(moment, brand, now)
    if ahead == 0:
        return phrases.time.today
    return _named(phrases.time.day if ahead <= SOON else phrases.time.date, day, phrases)


def _opens(moment: datetime, brand: Brand, now: datetime, phrases: Phrases) -> str:
    day, ahead = _day(moment, brand, now)
    times = phrases.time
    pattern = times.opens_today if ahead == 0 else times.opens_day if ahead <= SOON else times.opens_date
    clock = format_time(moment.astimezone(brand.zone), times.clock, locale=phrases.language.locale)
    return _named(pattern, day, phrases).replace("{clock}", clock)


def _day(moment: datetime, brand: Brand, now: datetime) -> tuple[date, int]:
    day = moment.astimezone(brand.zone).date()
    return day, (day - now.astimezone(brand.zone).date()).days


def _named(pattern: str, day: date, phrases: Phrases) -> str:
    locale = phrases.language.locale
    weekday = format_date(day, "EEEE", locale=locale)
    return pattern.replace("{weekday}", weekday).replace("{date}", _date(day, phrases))


def _date(day: date, phrases: Phrases) -> str:
    """Weekday and date: Italian "il" and "l'" before a bare number would be wrong half of the time."""
    said = format_date(day, phrases.time.dated, locale=phrases.language.locale)
    return said.replace(" 1 ", f" {phrases.time.first} ") if phrases.time.first else said


def _absent_until(brand: Brand, now: datetime, opening: datetime) -> date | None:
    """The last day of the announced absence that lies between now and the next opening."""
    today, opens = now.astimezone(brand.zone).date(), opening.astimezone(brand.zone).date()
    ends = [a.last for a in brand.policy.absences if a.first <= today <= a.last < opens]
    return max(ends, default=None)
