"""The week (or month) of a brand in figures and words. Sent once for each week; made anew whenever it is asked for.

Figures are counted in the database over what was published in the period, by the brand's own calendar.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from alerts import notices, samples
from alerts.replies import edit_words
from alerts.replies.edits import Tally, tally
from alerts.telling import REASONS
from alerts.views import Report
from alerts.words import N_, Words
from store.brand import Brand
from store.clock import aware, iso
from store.db import Database
from store.tables import Audit, Case, CaseStatus, Mention, Notification, NotificationKind, Reason, Score

HOUR = 8  # of Monday, in the brand's zone
MOODS = {"negative": N_("negative"), "neutral": N_("neutral"), "positive": N_("positive")}
ESTIMATE = "unweighted_wilson_95"  # how the miss rate is found: see `alerts.samples.Rate`
SENT = ("mark_replied", "reply_seen")  # what says in the audit log that a reply went out
DONE = (CaseStatus.REPLIED, CaseStatus.RESOLVED, CaseStatus.DISMISSED)
Counts = dict[str, int]


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
        return cls(name, _midnight(first, zone), _midnight(after, zone))

    @classmethod
    def last_week(cls, now: datetime, zone: ZoneInfo) -> "Period":
        """The last week that is over."""
        year, week, _ = (now.astimezone(zone).date() - timedelta(days=7)).isocalendar()
        return cls.parse(f"{year}-W{week:02}", zone)

    def before(self, zone: ZoneInfo) -> "Period":
        """The week or month before this one."""
        last = (self.starts - timedelta(hours=1)).astimezone(zone).date()
        year, week, _ = last.isocalendar()
        return self.parse(f"{year}-W{week:02}" if "W" in self.name else f"{last:%Y-%m}", zone)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a period was like. Cases and alerts are those opened in it; times are in seconds, shares 0 to 1.

    `looked_at`: mentions that did not alert and that a person judged; `missed` of them should have; `miss_rate` and
    `miss_interval` (95 %) are shares of these, `miss_estimate` says how they are found. `unread`: mentions that no
    model could read; `contact_median` and `in_time` speak of answered cases alone. `drafts`: how the replies that went
    out in the period differ from their drafts.
    """

    brand: str
    period: str
    starts: str
    ends: str
    mentions: int
    mentions_before: int
    by_sentiment: Counts
    unread: int
    by_source: Counts
    average_stars: float | None
    alerts_by_reason: Counts
    cases: int
    cases_answered: int
    contact_median: float | None
    in_time: float | None
    open_now: int
    overdue_now: int
    looked_at: int = 0
    missed: int = 0
    miss_rate: float | None = None
    miss_interval: tuple[float, float] | None = None
    miss_estimate: str | None = None
    drafts: Tally = field(default_factory=Tally)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(session: Session, brand: Brand, period: Period, now: datetime) -> Figures:
    """Counts the period; each figure by one query over an index."""
    before = period.before(brand.zone)
    moods = _moods(session, brand, period)
    opened, answered, waits, in_time = _cases(session, brand, period)
    unshown = samples.rate(session, brand, period.starts, period.ends)
    return Figures(
        brand=brand.name or brand.key,
        period=period.name,
        starts=iso(period.starts),
        ends=iso(period.ends),
        mentions=sum(moods.values()),
        mentions_before=_count(session, brand, before),
        by_sentiment={mood: moods.get(mood, 0) for mood in MOODS},
        unread=sum(count for mood, count in moods.items() if mood not in MOODS),
        by_source=_sources(session, brand, period),
        average_stars=_stars(session, brand, period),
        alerts_by_reason=_reasons(session, brand, period),
        cases=opened,
        cases_answered=answered,
        contact_median=median(waits) if waits else None,
        in_time=in_time,
        open_now=_open(session, brand, None),
        overdue_now=_open(session, brand, now),
        looked_at=unshown.looked_at,
        missed=unshown.missed,
        miss_rate=unshown.share,
        miss_interval=unshown.interval,
        miss_estimate=ESTIMATE if unshown.looked_at else None,
        drafts=_drafts(session, brand, period),
    )


def write(figures: Figures, brand: Brand, words: Words) -> Report:
    """The figures in sentences; a period without anything says so in one line."""
    zone = brand.zone
    first = datetime.fromisoformat(figures.starts)
    last = datetime.fromisoformat(figures.ends) - timedelta(hours=1)
    title = words._(
        "{brand}: {first} to {last}",
        brand=figures.brand,
        first=words.day(first, zone),
        last=words.day(last, zone),
    )
    if not figures.mentions and not figures.cases and not figures.open_now:
        return Report(title, (words._("Nobody wrote about the brand, and no case is open."),))
    told: tuple[str, ...] = (
        _volume(figures, words),
        _sources_told(figures, words),
        _cases_told(figures, words),
    )
    told += (_reasons_told(figures, words), edit_words.told(figures.drafts, words))
    told += (_missed_told(figures, words),)
    return Report(title, tuple(part for part in told if part))


def report(
    session: Session, row: Notification, now: datetime, *, brands: Mapping[str, Brand], words: Words
) -> Report:
    """What the digest notification `row` shows. Raises LookupError where its brand is not configured any more."""
    brand = brands.get(row.brand or "")
    if brand is None:
        raise LookupError(f"the brand {row.brand} is not configured any more")
    period = Period.parse(str(row.body.get("period")), brand.zone)
    return write(measure(session, brand, period, now), brand, words)


def announce(db: Database, brands: Mapping[str, Brand], channels: Sequence[str], now: datetime) -> int:
    """Writes the notification of last week's digest for each brand whose Monday morning has come; gives how many.

    The key is the week's: however often this is asked, each is written once. A brand that had no mention up to the
    week's end is too new for one.
    """
    with db.write() as session:
        return sum(_announce(session, brand, channels, now) for brand in brands.values())


def post(session: Session, brand: Brand, period: Period, channels: Sequence[str], now: datetime) -> int:
    """Writes the notification of a period's digest, unless that was done before; gives how many were new."""
    return notices.add(
        session,
        f"digest:{brand.key}:{period.name}",
        channels,
        now,
        kind=NotificationKind.DIGEST,
        brand=brand.key,
        target="digest",
        priority=notices.DIGEST,
        body={"period": period.name},
    )


def _announce(session: Session, brand: Brand, channels: Sequence[str], now: datetime) -> int:
    local = now.astimezone(brand.zone)
    if (local.weekday(), local.hour) < (0, HOUR):
        return 0
    period = Period.last_week(now, brand.zone)
    known = select(col(Mention.id)).where(
        col(Mention.brand) == brand.key, col(Mention.first_seen_at) < period.ends
    )
    return post(session, brand, period, channels, now) if session.execute(known.limit(1)).first() else 0


def _volume(figures: Figures, words: Words) -> str:
    count = words.n("{count} mention", "{count} mentions", figures.mentions)
    moods = [f"{words.number(figures.by_sentiment[mood])} {words._(MOODS[mood])}" for mood in MOODS]
    if figures.unread:
        moods.append(words._("{count} not read", count=words.number(figures.unread)))
    before = words._("the period before: {count}", count=words.number(figures.mentions_before))
    said = f"{count} ({before}): {words.listing(moods)}."
    if figures.average_stars is None:
        return said
    stars = words.number(round(figures.average_stars, 1))
    return f"{said} {words._('{stars} stars on average.', stars=stars)}"


def _sources_told(figures: Figures, words: Words) -> str:
    counts = [f"{name} {words.number(count)}" for name, count in figures.by_source.items()]
    return words._("By source: {sources}.", sources=words.listing(counts)) if counts else ""


def _cases_told(figures: Figures, words: Words) -> str:
    said = [words.n("{count} case opened", "{count} cases opened", figures.cases)]
    said.append(words._("{count} answered", count=words.number(figures.cases_answered)))
    if figures.contact_median is not None:
        time = words.duration(timedelta(seconds=figures.contact_median))
        said.append(words._("first contact after {time} (median)", time=time))
    if figures.in_time is not None:
        said.append(words._("{share} % in time", share=words.number(round(100 * figures.in_time))))
    now = words._(
        "Open now: {open}, {overdue} of them overdue.",
        open=words.number(figures.open_now),
        overdue=words.number(figures.overdue_now),
    )
    return f"{words.listing(said)}. {now}"


def _reasons_told(figures: Figures, words: Words) -> str:
    counts = [
        f"{words._(REASONS[kind]) if kind in REASONS else kind} {words.number(count)}"
        for kind, count in figures.alerts_by_reason.items()
    ]
    return words._("Alerts: {reasons}.", reasons=words.listing(counts)) if counts else ""


def _missed_told(figures: Figures, words: Words) -> str:
    """How much of what did not alert should have, how sure that is, and how it was estimated."""
    if figures.miss_rate is None or figures.miss_interval is None:
        return ""
    low, high = (words.number(round(100 * share, 1)) for share in figures.miss_interval)
    looked_at = words.n(
        "{count} mention that did not alert was looked at",
        "{count} mentions that did not alert were looked at",
        figures.looked_at,
    )
    missed = words._(
        "{missed} should have alerted: {share} % (95 % interval: {low} to {high} %)",
        missed=words.number(figures.missed),
        share=words.number(round(100 * figures.miss_rate, 1)),
        low=low,
        high=high,
    )
    caution = words._(
        "That is the share of those looked at (Wilson's interval), without weights: "
        "a day with few mentions counts as much as one with many, so where days differ it may be off."
    )
    return f"{looked_at}; {missed}. {caution}"


def _in(period: Period, moment: Any) -> Any:
    return (moment >= period.starts) & (moment < period.ends)


def _count(session: Session, brand: Brand, period: Period) -> int:
    counted = select(func.count()).select_from(Mention)
    chosen = counted.where(col(Mention.brand) == brand.key, _in(period, col(Mention.published_at)))
    return int(session.execute(chosen).scalar_one())


def _moods(session: Session, brand: Brand, period: Period) -> dict[str | None, int]:
    """By sentiment; None: nobody read it."""
    scored = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)
    rows = session.execute(
        select(col(Score.sentiment), func.count())
        .select_from(Mention)
        .join(Score, scored, isouter=True)
        .where(col(Mention.brand) == brand.key, _in(period, col(Mention.published_at)))
        .group_by(col(Score.sentiment))
    )
    return {row[0]: row[1] for row in rows}


def _sources(session: Session, brand: Brand, period: Period) -> Counts:
    rows = session.execute(
        select(col(Mention.source), func.count())
        .where(col(Mention.brand) == brand.key, _in(period, col(Mention.published_at)))
        .group_by(col(Mention.source))
        .order_by(func.count().desc(), col(Mention.source))
    )
    return {row[0]: row[1] for row in rows}


def _stars(session: Session, brand: Brand, period: Period) -> float | None:
    average = session.execute(
        select(func.avg(Mention.stars)).where(
            col(Mention.brand) == brand.key, _in(period, col(Mention.published_at))
        )
    ).scalar()
    return None if average is None else round(float(average), 2)


def _reasons(session: Session, brand: Brand, period: Period) -> Counts:
    rows = session.execute(
        select(col(Reason.kind), func.count())
        .join(Case, col(Case.id) == Reason.case_id)
        .where(col(Case.brand) == brand.key, _in(period, col(Case.opened_at)))
        .group_by(col(Reason.kind))
        .order_by(func.count().desc(), col(Reason.kind))
    )
    return {row[0]: row[1] for row in rows}


def _cases(session: Session, brand: Brand, period: Period) -> tuple[int, int, list[float], float | None]:
    """Cases opened, those answered, the seconds each answer took, the share of clocks that were kept."""
    rows = session.execute(
        select(col(Case.status), col(Case.opened_at), col(Case.due_at), col(Case.replied_at), col(Case.resolved_at))
        .where(col(Case.brand) == brand.key, col(Case.channel) != "praise", _in(period, col(Case.opened_at)))
    ).all()  # fmt: skip
    contacts = [(row, row.replied_at or row.resolved_at) for row in rows if row.status in DONE]
    waits = [(aware(at) - aware(row.opened_at)).total_seconds() for row, at in contacts if at]
    clocked = [aware(at) <= aware(row.due_at) for row, at in contacts if at and row.due_at]
    return len(rows), len(waits), waits, sum(clocked) / len(clocked) if clocked else None


def _drafts(session: Session, brand: Brand, period: Period) -> Tally:
    """Of each case the last reply that went out in the period."""
    rows = session.execute(
        select(col(Audit.case_id), col(Audit.detail))
        .join(Case, col(Case.id) == Audit.case_id)
        .where(col(Case.brand) == brand.key, _in(period, col(Audit.at)), col(Audit.action).in_(SENT))
        .order_by(col(Audit.id))
    )
    latest = {case_id: detail["edits"] for case_id, detail in rows if detail.get("edits")}
    return tally(latest.values())


def _open(session: Session, brand: Brand, overdue_at: datetime | None) -> int:
    chosen = select(func.count()).where(
        col(Case.brand) == brand.key,
        col(Case.channel) != "praise",
        col(Case.status).in_((CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED)),
    )
    if overdue_at is not None:
        chosen = chosen.where(col(Case.due_at) < overdue_at, col(Case.status) == CaseStatus.OPEN)
    return int(session.execute(chosen).scalar_one())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
