"""What the dashboard counts: mood by day, topics, sources, and how soon people are answered; of one brand and period.

Each figure reads the period alone, over an index: what was stored before it costs nothing.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any
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
    """The last `days` days, today included."""
    singles = spans(brand.zone, now, days, 1)
    whole = Span(singles[0].first, singles[-1].last, singles[0].starts, singles[-1].ends)
    earlier = spans(brand.zone, whole.starts - timedelta(hours=1), days, days)[0]
    wide = singles if days <= 31 else spans(brand.zone, now, days, 7)
    cases = _cases(session, brand, whole)
    return Figures(
        singles,
        [_moods(session, brand, day) for day in singles],
        _moods(session, brand, earlier),
        _topics(session, brand, whole, earlier),
        _sources(session, brand, whole),
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


def _within(brand: Brand, span: Span) -> Any:
    at = col(Mention.published_at)
    return (col(Mention.brand) == brand.key) & (at >= span.starts) & (at < span.ends)


_SCORED = (col(Score.mention_id) == col(Mention.id)) & (col(Score.revision) == col(Mention.revision))


def _moods(session: Session, brand: Brand, span: Span) -> dict[str, int]:
    rows = session.execute(
        select(col(Score.sentiment), func.count())
        .select_from(Mention)
        .join(Score, _SCORED, isouter=True)
        .where(_within(brand, span))
        .group_by(col(Score.sentiment))
    )
    return _by_mood(rows)


def _by_mood(rows: Any) -> dict[str, int]:
    found = dict.fromkeys(MOODS, 0)
    for mood, count in rows:
        found[mood if mood in MOODS else "unread"] += count
    return found


def _topics(session: Session, brand: Brand, span: Span, earlier: Span) -> list[Topic]:
    """The most named. Texts with the same topics are counted by the database, so that few rows are read."""
    now, before = (_topic_counts(session, brand, one) for one in (span, earlier))
    names = sorted(now[0], key=lambda name: (-now[0][name], name))[:TOPICS]
    return [Topic(name, now[0][name], now[1][name], before[0][name]) for name in names]


def _topic_counts(session: Session, brand: Brand, span: Span) -> tuple[Counter[str], Counter[str]]:
    named = cast(col(Score.topics), Text)
    rows = session.execute(
        select(named, col(Score.sentiment), func.count())
        .select_from(Mention)
        .join(Score, _SCORED)
        .where(_within(brand, span))
        .group_by(named, col(Score.sentiment))
    )
    every: Counter[str] = Counter()
    negative: Counter[str] = Counter()
    for text, mood, count in rows:
        for topic in json.loads(text or "[]"):
            every[str(topic)] += count
            negative[str(topic)] += count if mood == "negative" else 0
    return every, negative


def _sources(session: Session, brand: Brand, span: Span) -> Sequence[tuple[str, Mapping[str, int]]]:
    rows = session.execute(
        select(col(Mention.source), col(Score.sentiment), func.count())
        .select_from(Mention)
        .join(Score, _SCORED, isouter=True)
        .where(_within(brand, span))
        .group_by(col(Mention.source), col(Score.sentiment))
    )
    found: dict[str, list[tuple[str | None, int]]] = {}
    for source, mood, count in rows:
        found.setdefault(source, []).append((mood, count))
    by_source = {source: _by_mood(counts) for source, counts in found.items()}
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
