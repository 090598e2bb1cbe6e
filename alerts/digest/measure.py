"""The figures of a period, put together. Counting is the database's; what comes to Python is bounded or grouped."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, or_, select
from sqlmodel import Session, col

from alerts import samples
from alerts.card import platform_label
from alerts.digest import examples, handling, topics, volume
from alerts.digest.figures import Cause, Counts, Figures, Place, Topic
from alerts.digest.period import Period
from alerts.digest.volume import Volume, topics_of
from store.brand import Brand
from store.clock import iso
from store.tables import Case, Mention, Score

ESTIMATE = "unweighted_wilson_95"  # how the miss rate is found: see `alerts.samples.Rate`
EXAMPLES = 2  # of a cause
PLACES = 8


def measure(session: Session, brand: Brand, period: Period, now: datetime) -> Figures:
    """Counts the period."""
    counted = volume.count(session, brand, period)
    days, before = period.days(brand.zone), period.before(brand.zone).days(brand.zone)
    past = volume.baseline(counted, days)
    by_day = volume.by_day(counted, days, before)
    usual = [day.usual for day in by_day if day.usual is not None]
    handled = handling.handled(session, brand, period, now)
    open_now, overdue, listed = handling.waiting(session, brand, now)
    unshown = samples.rate(session, brand, period.starts, period.ends)
    spread = _spread(session, brand, period)
    criticism = examples.Criticism(session, brand, period)
    now_by, usual_by = counted.by_topic(days), _usual_topics(counted, past, len(days))
    return Figures(
        brand=brand.name or brand.key,
        period=period.name,
        starts=iso(period.starts),
        ends=iso(period.ends),
        mentions=counted.total(days),
        mentions_before=counted.total(before),
        by_sentiment={mood: counted.of_mood(days, mood) for mood in volume.MOODS},
        unread=counted.of_mood(days, None),
        by_source=spread.by_source,
        average_stars=spread.stars,
        alerts_by_reason=handling.reasons(session, brand, period),
        cases=handled.opened,
        cases_answered=len(handled.waits),
        contact_median=handled.median,
        in_time=handled.share_in_time,
        open_now=open_now,
        overdue_now=overdue,
        mentions_usual=sum(usual) if usual else None,
        negative_share=counted.negative_share(days),
        negative_share_before=counted.negative_share(before),
        negative_share_usual=counted.negative_share(past),
        days=by_day,
        open_cases=listed,
        causes=_causes(session, brand, period, counted.of_mood(days, "negative"), criticism),
        topics_rising=_topics(topics.rising(now_by, usual_by), criticism) if past else (),
        topics_falling=_topics(topics.falling(now_by, usual_by), None) if past else (),
        unreached=examples.not_reached(session, brand, period),
        neglected=handled.neglected,
        viral=examples.viral(session, brand, period),
        praise=examples.praise(session, brand, period),
        places=spread.places,
        false_alarms=handled.false_alarms,
        decided=handled.decided,
        false_alarm_rate=handled.false_alarm_rate,
        looked_at=unshown.looked_at,
        missed=unshown.missed,
        miss_rate=unshown.share,
        miss_interval=unshown.interval,
        miss_estimate=ESTIMATE if unshown.looked_at else None,
        drafts=handling.drafts(session, brand, period),
    )


def _usual_topics(counted: Volume, past: list[Any], days: int) -> dict[str, float]:
    """How often each is named in a period as long as this, by what the weeks before say."""
    return (
        {topic: count * days / len(past) for topic, count in counted.by_topic(past).items()} if past else {}
    )


def _topics(found: list[tuple[str, int, float]], criticism: examples.Criticism | None) -> tuple[Topic, ...]:
    return tuple(
        Topic(topic, count, round(usual, 1), next(iter(criticism.about(topic)), None) if criticism else None)
        for topic, count, usual in found
    )


def _causes(
    session: Session, brand: Brand, period: Period, negative: int, criticism: examples.Criticism
) -> tuple[Cause, ...]:
    named = cast(col(Score.topics), Text)
    rows = session.execute(
        select(named, col(Score.urgency), func.count())
        .select_from(Mention)
        .join(Score, (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision))
        .where(*_within(brand, period), col(Score.sentiment) == "negative")
        .group_by(named, col(Score.urgency))
    )
    counts = Counter[tuple[str, str | None]]()
    for text, urgency, count in rows:
        for topic in topics_of(text):
            counts[topic, urgency] += count
    return tuple(
        Cause(topic, total, urgent, total / negative, criticism.about(topic, EXAMPLES))
        for topic, total, urgent in topics.causes(counts)
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a period's mentions were written: the same rows by source, on average, by platform and place."""

    by_source: Counts
    stars: float | None
    places: tuple[Place, ...]


def _spread(session: Session, brand: Brand, period: Period) -> Spread:
    """One pass. A mention is answered by the brand's reply that is seen there, or that its case knows of."""
    answered = or_(
        col(Mention.answer).is_not(None),
        col(Mention.answered_at).is_not(None),
        col(Case.replied_at).is_not(None),
    )
    where = (col(Mention.source), col(Mention.platform), col(Mention.place))
    rows = session.execute(
        select(
            *where,
            func.count().label("mentions"),
            func.count(col(Mention.stars)).label("rated"),
            func.coalesce(func.sum(col(Mention.stars)), 0.0).label("stars"),
            func.sum(case((answered, 1), else_=0)).label("answered"),
        )
        .join(Case, col(Case.id) == Mention.case_id, isouter=True)
        .where(*_within(brand, period))
        .group_by(*where)
    ).all()
    sources, places = Counter[str](), defaultdict[tuple[str, str | None], list[Any]](list)
    for row in rows:
        sources[row.source] += row.mentions
        places[row.platform, row.place].append(row)
    written = (_place(platform, place, found) for (platform, place), found in places.items())
    ranked = sorted(written, key=lambda one: (-one.mentions, one.platform, one.place or ""))
    return Spread(
        dict(sorted(sources.items(), key=lambda one: (-one[1], one[0]))),
        _average(rows),
        tuple(ranked[:PLACES]),
    )


def _place(platform: str, place: str | None, rows: Sequence[Any]) -> Place:
    mentions = sum(row.mentions for row in rows)
    rated, answered = (sum(getattr(row, name) for row in rows) for name in ("rated", "answered"))
    return Place(platform_label(platform), place, mentions, rated, _average(rows), answered / mentions)


def _average(rows: Sequence[Any]) -> float | None:
    rated = sum(row.rated for row in rows)
    return round(float(sum(row.stars for row in rows)) / rated, 2) if rated else None


def _within(brand: Brand, period: Period) -> tuple[ColumnElement[bool], ...]:
    published = col(Mention.published_at)
    return col(Mention.brand) == brand.key, published >= period.starts, published < period.ends
