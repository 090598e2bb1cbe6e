"""What the dashboard counts: mood by day, topics, sources, and how soon people are answered; of one brand and period.

Each figure reads the period alone, over an index: what was stored before it costs nothing.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Text, cast, func, select
from sqlmodel import Session, col

from store.brand import Brand
from store.clock import aware
from store.tables import Case, Mention, Score

PERIODS = (7, 30, 90)  # days
MOODS = ("negative", "neutral", "positive", "unread")
URGENCIES = ("critical", "high", "normal", "low")
TOPICS, SOURCES = 12, 12  # rows that are shown


@dataclass(frozen=True, slots=True)
class Span:
    """Days in the brand's zone, `first` to `last` included, and the moments they begin and end."""

    first: date
    last: date
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    mentions: int
    negative: int
    before: int


@dataclass(frozen=True, slots=True)
class Waits:
    """Cases of one urgency, or of one span: how many were opened and answered, the median time to the first answer in
    seconds, and of those with a deadline how many were in time."""

    opened: int = 0
    answered: int = 0
    median: float | None = None
    clocked: int = 0
    in_time: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """`moods` by day; `before`: of the period before; `waits` by urgency, `trend` by span."""

    days: Sequence[Span]
    moods: Sequence[Mapping[str, int]]
    before: Mapping[str, int]
    topics: Sequence[Topic]
    sources: Sequence[tuple[str, Mapping[str, int]]]
    waits: Mapping[str, Waits]
    spans: Sequence[Span]
    trend: Sequence[Waits]

    @property
    def total(self) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for day in self.moods:
            found.update(day)
        return found


def measure(session: Session, brand: Brand, days: int, now: datetime) -> Figures:
    """The last `days` days, today included. Each mention is counted once, for all that it counts for."""
    singles = spans(brand.zone, now, days, 1)
    whole = Span(singles[0].first, singles[-1].last, singles[0].starts, singles[-1].ends)
    earlier = spans(brand.zone, whole.starts - timedelta(hours=1), days, days)[0]
    wide = singles if days <= 31 else spans(brand.zone, now, days, 7)
    by_day = [_counts(session, brand, day) for day in singles]
    now_all, before = [one for day in by_day for one in day], _counts(session, brand, earlier)
    cases = _cases(session, brand, whole)
    return Figures(
        singles,
        [_moods(counts) for counts in by_day],
        _moods(before),
        _topics(now_all, before),
        _sources(now_all),
        {level: _waits([row for row in cases if row.urgency == level]) for level in URGENCIES},
        wide,
        [_waits([row for row in cases if one.starts <= aware(row.opened_at) < one.ends]) for one in wide],
    )


def spans(zone: ZoneInfo, now: datetime, days: int, width: int) -> list[Span]:
    """The last `days` days in pieces of `width` days, the oldest first; the oldest may be shorter."""
    today = now.astimezone(zone).date()
    first, found, last = today - timedelta(days=days - 1), [], today
    while last >= first:
        begin = max(first, last - timedelta(days=width - 1))
        found.append(Span(begin, last, _midnight(begin, zone), _midnight(last + timedelta(days=1), zone)))
        last = begin - timedelta(days=1)
    return found[::-1]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


class Counted(NamedTuple):
    """So many mentions of one source, mood and list of topics."""

    source: str
    mood: str
    topics: tuple[str, ...]
    mentions: int


def _counts(session: Session, brand: Brand, span: Span) -> list[Counted]:
    """The mentions of a span, counted by the database: few rows are read however many were written."""
    scored = (col(Score.mention_id) == col(Mention.id)) & (col(Score.revision) == col(Mention.revision))
    about = (col(Mention.source), col(Score.sentiment), cast(col(Score.topics), Text))
    rows = session.execute(
        select(*about, func.count())
        .select_from(Mention)
        .join(Score, scored, isouter=True)
        .where(
            col(Mention.brand) == brand.key,
            col(Mention.published_at) >= span.starts,
            col(Mention.published_at) < span.ends,
        )
        .group_by(*about)
    )
    return [
        Counted(
            source, mood if mood in MOODS else "unread", tuple(map(str, json.loads(topics or "[]"))), count
        )
        for source, mood, topics, count in rows
    ]


def _moods(counts: Iterable[Counted]) -> dict[str, int]:
    found = dict.fromkeys(MOODS, 0)
    for one in counts:
        found[one.mood] += one.mentions
    return found


def _topics(counts: Iterable[Counted], before: Iterable[Counted]) -> list[Topic]:
    """The most named."""
    every: Counter[str] = Counter()
    negative: Counter[str] = Counter()
    earlier: Counter[str] = Counter()
    for one in counts:
        for topic in one.topics:
            every[topic] += one.mentions
            negative[topic] += one.mentions if one.mood == "negative" else 0
    for one in before:
        earlier.update(dict.fromkeys(one.topics, one.mentions))
    names = sorted(every, key=lambda name: (-every[name], name))[:TOPICS]
    return [Topic(name, every[name], negative[name], earlier[name]) for name in names]


def _sources(counts: Iterable[Counted]) -> Sequence[tuple[str, Mapping[str, int]]]:
    """Those that brought the most."""
    found: dict[str, list[Counted]] = {}
    for one in counts:
        found.setdefault(one.source, []).append(one)
    by_source = {source: _moods(mine) for source, mine in found.items()}
    return sorted(by_source.items(), key=lambda one: (-sum(one[1].values()), one[0]))[:SOURCES]


def _cases(session: Session, brand: Brand, span: Span) -> Sequence[Any]:
    """All but praise."""
    columns = (Case.urgency, Case.opened_at, Case.due_at, Case.replied_at, Case.resolved_at)
    return session.execute(
        select(*map(col, columns)).where(
            col(Case.brand) == brand.key,
            col(Case.channel) != "praise",
            col(Case.opened_at) >= span.starts,
            col(Case.opened_at) < span.ends,
        )
    ).all()


def _waits(rows: Sequence[Any]) -> Waits:
    """A case is answered when it was replied to, or resolved without a reply."""
    answers = [(row, row.replied_at or row.resolved_at) for row in rows if row.replied_at or row.resolved_at]
    times = [(aware(at) - aware(row.opened_at)).total_seconds() for row, at in answers]
    clocked = [aware(at) <= aware(row.due_at) for row, at in answers if row.due_at]
    return Waits(len(rows), len(answers), median(times) if times else None, len(clocked), sum(clocked))
