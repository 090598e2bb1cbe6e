"""Weeks and months of a brand's own calendar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Period:
    """A week or a month of a zone: from `starts` up to and without `ends` (UTC). `name`: 2026-W47 or 2026-11."""

    name: str
    starts: datetime
    ends: datetime

    @classmethod
    def parse(cls, name: str, zone: ZoneInfo) -> "Period":
        """Raises ValueError for what is neither such as 2026-W47 nor such as 2026-11."""
        wrong = f"{name!r} is no period: write a week such as 2026-W47, or a month such as 2026-11"
        match = re.fullmatch(r"(\d{4})-(W?)(\d\d)", name, re.ASCII)
        if not match:
            raise ValueError(wrong)
        year, number = int(match[1]), int(match[3])
        try:
            first = date.fromisocalendar(year, number, 1) if match[2] else date(year, number, 1)
            after = first + timedelta(days=7) if match[2] else _next_month(first)
        except (ValueError, OverflowError):
            raise ValueError(wrong) from None
        return cls(name, midnight(first, zone), midnight(after, zone))

    @classmethod
    def last_week(cls, now: datetime, zone: ZoneInfo) -> "Period":
        """The last week that is over."""
        year, week, _ = (now.astimezone(zone).date() - timedelta(days=7)).isocalendar()
        return cls.parse(f"{year}-W{week:02}", zone)

    @property
    def is_week(self) -> bool:
        return "W" in self.name

    @property
    def span(self) -> Span:
        return self.starts, self.ends

    def before(self, zone: ZoneInfo) -> "Period":
        """The week or month before this one."""
        last = (self.starts - timedelta(hours=1)).astimezone(zone).date()
        year, week, _ = last.isocalendar()
        return self.parse(f"{year}-W{week:02}" if self.is_week else f"{last:%Y-%m}", zone)

    def days(self, zone: ZoneInfo) -> list[date]:
        """Its days, in order."""
        first, after = (moment.astimezone(zone).date() for moment in self.span)
        return list(days_from(first, after))


def days_from(first: date, after: date) -> Iterator[date]:
    """The days from `first` up to and without `after`."""
    for number in range((after - first).days):
        yield first + timedelta(days=number)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
