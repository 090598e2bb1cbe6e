"""How much was written, in which mood and about what, day by day: counted in the database, a week at a time.

One pass over the period and the eight weeks before it gives groups (day, sentiment, topics); what is left for Python
is a few hundred groups, however many mentions there are.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import Text, case, cast, func, literal, select
from sqlmodel import Session, col

from alerts.digest.figures import Day
from alerts.digest.period import Period, days_from, midnight
from store.brand import Brand
from store.tables import Mention, Score

WEEKS = 8  # before the period, that make the usual
FEWEST_WEEKS = 2
CHUNK = 7  # days counted by one statement
MOODS = ("negative", "neutral", "positive")


@dataclass(slots=True)
class Volume:
    """Counts by day and mood (None: not read), by day and topic. `first`: the day of the first mention ever."""

    first: date | None = None
    moods: Counter[tuple[date, str | None]] = field(default_factory=Counter)
    topics: Counter[tuple[date, str]] = field(default_factory=Counter)

    def total(self, days: Sequence[date]) -> int:
        return sum(self.on(day) for day in days)

    def on(self, day: date) -> int:
        return sum(self.moods[day, mood] for mood in (*MOODS, None))

    def of_mood(self, days: Sequence[date], mood: str | None) -> int:
        return sum(self.moods[day, mood] for day in days)

    def negative_share(self, days: Sequence[date]) -> float | None:
        """Of what was read."""
        read = sum(self.of_mood(days, mood) for mood in MOODS)
        return self.of_mood(days, "negative") / read if read else None

    def by_topic(self, days: Sequence[date]) -> Counter[str]:
        chosen, found = set(days), Counter[str]()
        for (day, topic), count in self.topics.items():
            if day in chosen:
                found[topic] += count
        return found


def count(session: Session, brand: Brand, period: Period) -> Volume:
    """Counts the period and the weeks before it."""
    days, zone = period.days(brand.zone), brand.zone
    since = days[0] - timedelta(weeks=WEEKS)
    volume = Volume(_first(session, brand, zone))
    counted = list(days_from(since, days[-1] + timedelta(days=1)))
    for start in range(0, len(counted), CHUNK):
        _count_days(session, brand, counted[start : start + CHUNK], zone, volume)
    return volume


def baseline(volume: Volume, days: Sequence[date]) -> list[date]:
    """The days that make the usual: of the weeks before the period those in which the brand was already read; none
    where these are too few."""
    if volume.first is None:
        return []
    since = max(days[0] - timedelta(weeks=WEEKS), volume.first)
    weeks = (days[0] - since).days // 7
    return list(days_from(days[0] - timedelta(weeks=weeks), days[0])) if weeks >= FEWEST_WEEKS else []


def by_day(volume: Volume, days: Sequence[date], before: Sequence[date]) -> tuple[Day, ...]:
    """Each day of the period beside the same day of the period before, and beside what is usual."""
    past = baseline(volume, days)
    usual = {
        weekday: float(median(volume.on(day) for day in past if day.weekday() == weekday))
        for weekday in {day.weekday() for day in past}
    }
    return tuple(
        Day(
            day.isoformat(),
            **{mood: volume.moods[day, mood] for mood in MOODS},
            unread=volume.moods[day, None],
            before=volume.on(before[number]) if number < len(before) else None,
            usual=usual.get(day.weekday()),
        )
        for number, day in enumerate(days)
    )


def _first(session: Session, brand: Brand, zone: ZoneInfo) -> date | None:
    earliest = select(col(Mention.published_at)).where(col(Mention.brand) == brand.key)
    found = session.scalar(earliest.order_by(col(Mention.published_at)).limit(1))
    return found.astimezone(zone).date() if found else None


def _count_days(session: Session, brand: Brand, days: Sequence[date], zone: ZoneInfo, volume: Volume) -> None:
    starts = [midnight(day, zone) for day in (*days, days[-1] + timedelta(days=1))]
    published = col(Mention.published_at)
    later = [(published >= moment, literal(number)) for number, moment in enumerate(starts[:-1]) if number]
    number = case(*reversed(later), else_=literal(0)) if later else literal(0)
    topics = cast(col(Score.topics), Text)
    numbered = (
        select(number.label("day"), col(Score.sentiment).label("mood"), topics.label("topics"))
        .select_from(Mention)
        .join(
            Score,
            (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision),
            isouter=True,
        )
        .where(col(Mention.brand) == brand.key, published >= starts[0], published < starts[-1])
        .subquery()
    )
    groups = (numbered.c.day, numbered.c.mood, numbered.c.topics)
    for at, mood, named, mentions in session.execute(select(*groups, func.count()).group_by(*groups)):
        day = days[at]
        volume.moods[day, mood if mood in MOODS else None] += mentions
        for topic in topics_of(named):
            volume.topics[day, topic] += mentions


def topics_of(named: str | None) -> list[str]:
    """The topics that a score holds, as the database tells them."""
    return [str(topic) for topic in json.loads(named)] if named else []
