"""The hours of a day in which a source may be read, such as `22:00-06:00`, on the clocks of its brand's zone."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_HOURS = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens` to `closes`, in minutes after midnight; across midnight where `closes` comes first."""

    opens: int
    closes: int

    @classmethod
    def parse(cls, text: str) -> "Window":
        """Raises ValueError where it is none."""
        match = _HOURS.fullmatch(text.strip())
        numbers = [int(part) for part in match.groups()] if match else []
        if not numbers or numbers[0] > 23 or numbers[2] > 24 or max(numbers[1], numbers[3]) > 59:
            raise ValueError(f"{text[:20]!r} are no hours: write them as 22:00-06:00")
        opens, closes = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if closes > DAY or opens == closes % DAY:
            raise ValueError(
                f"{text[:20]!r} is no part of a day: write hours as 22:00-06:00, or leave them out"
            )
        return cls(opens, closes)

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=(self.closes - self.opens) % DAY)

    @property
    def closed(self) -> timedelta:
        """How long nothing is read, of a day."""
        return timedelta(minutes=DAY) - self.length

    def is_open(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether it is one of the hours. A night that has no 02:30 opens as late as its clocks allow, and as long."""
        here = now.astimezone(zone)
        for days in (0, 1):
            midnight = datetime.combine(here.date() - timedelta(days=days), time.min, zone)
            # Adding to a local time moves its hands, whatever the clocks do meanwhile.
            opens = (midnight + timedelta(minutes=self.opens)).astimezone(UTC)
            closes = (midnight + timedelta(minutes=self.opens) + self.length).astimezone(UTC)
            if opens <= now < (closes if closes > opens else opens + self.length):
                return True
        return False
