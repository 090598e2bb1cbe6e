"""The morning's and the evening's brief of each brand: what came and what is due; what stays open and whose it is.

Written once for each moment, at the times of the brand's settings, on days with business hours. What is counted is
what stood at that moment, so that a brief that comes late says the same; after a long absence only the latest is
written. What it looks like is for `alerts.overview` and the channels.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy import case as whether
from sqlmodel import Session, col

from alerts import notices, samples, sla
from alerts.overview import EVENING, LISTED, MORNING, brief_key
from alerts.triage import RANK
from store.brand import Brand
from store.clock import iso
from store.db import Database
from store.tables import (
    Case,
    CaseStatus,
    Clock,
    ClockKind,
    Mention,
    Notification,
    NotificationKind,
    OutboxState,
    Reason,
    SourceRow,
)

log = logging.getLogger(__name__)
LATE = timedelta(hours=8)  # a brief that is later than this is none any more
LONGEST_NIGHT = timedelta(days=4)  # what a morning brief looks back at, at most
TO_DO = (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED)
UNDONE = (*TO_DO, CaseStatus.REPLIED)
DATED = (ClockKind.PROMISE, ClockKind.FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class Moment:
    """A brief's time: `name` is morning or evening, `day` the brand's own, `at` when it is (UTC)."""

    name: str
    day: date
    at: datetime

    def key(self, brand: Brand) -> str:
        return brief_key(brand.key, self.day, self.name)


@dataclass(frozen=True, slots=True)
class Watched:
    """A source as it is configured: whose it is, and how often it is read."""

    name: str
    brand: str
    every: timedelta


def announce(
    db: Database,
    brands: Mapping[str, Brand],
    sources: Sequence[Watched],
    channels: Sequence[str],
    now: datetime,
) -> int:
    """Writes the briefs whose time has come; gives the number of notifications. However often it is asked, each is
    written once; one that has nothing to say is left out for good."""
    written = 0
    for brand in brands.values():
        moment = latest(brand, now)
        if moment is None or _is_written(db, moment.key(brand), channels):
            continue
        with db.write() as session:
            written += _write(session, brand, moment, sources, channels, now)
    return written


def latest(brand: Brand, now: datetime) -> Moment | None:
    """The brief whose time came last; None: that was too long ago."""
    found = next((moment for moment in _before(brand, now) if moment.at <= now), None)
    return found if found is not None and now - found.at <= LATE else None


def is_empty(body: Mapping[str, Any]) -> bool:
    """Whether there is nothing to say but that all sources were read."""
    told = ("mentions_came", "came", "due", "open", "muted", "samples", "unread")
    return not any(body.get(name) for name in told)


def _is_written(db: Database, key: str, channels: Sequence[str]) -> bool:
    keys = [f"{key}:{channel}" for channel in channels]
    with db.read() as session:
        known = session.scalar(
            select(func.count()).select_from(Notification).where(col(Notification.key).in_(keys))
        )
    return known == len(keys)


def _write(
    session: Session,
    brand: Brand,
    moment: Moment,
    sources: Sequence[Watched],
    channels: Sequence[str],
    now: datetime,
) -> int:
    """Anew for a channel that came since: the samples are drawn once."""
    body = measure(session, brand, moment, sources)
    if _shows_samples(brand, moment):
        drawn = samples.draw(session, brand, moment.day, moment.at)
        body |= {"samples": [row.id for row in drawn]}
        body["mentions"] += [row.mention_id for row in drawn]
    empty = is_empty(body)
    written = notices.add(
        session,
        moment.key(brand),
        channels,
        now,
        kind=NotificationKind.BRIEF,
        brand=brand.key,
        target="alerts",
        priority=notices.BRIEF,
        body=body,
        state=OutboxState.LEFT_OUT if empty else OutboxState.WAITING,
    )
    if empty:  # its row keeps it from being measured again, and from coming hours late
        return 0
    log.info("brief", extra={"action": "brief", "brand": brand.key, "moment": moment.name, "new": written})
    return written


def _shows_samples(brand: Brand, moment: Moment) -> bool:
    """They go with the first brief of a day."""
    first = MORNING if brand.briefs.morning is not None else EVENING
    return moment.name == first and brand.briefs.samples > 0


def measure(session: Session, brand: Brand, moment: Moment, sources: Sequence[Watched]) -> dict[str, Any]:
    """What stands at that moment, in numbers and ids: `mentions` are all that are quoted, so that erasing one finds
    the brief."""
    since = _since(brand, moment)
    body: dict[str, Any] = {"moment": moment.name, "at": iso(moment.at), "since": iso(since), "mentions": []}
    mine = [source for source in sources if source.brand == brand.key]
    body |= {"sources": len(mine), "unread": _unread(session, mine, since, moment.at)}
    if moment.name == MORNING:
        body["mentions_came"] = _count(session, brand, since, moment.at)
        _list(session, body, "came", _came(brand, since, moment.at))
        _list(session, body, "due", _due(brand, moment))
    else:
        _list(session, body, "open", _open(brand, moment.at))
        body["owners"] = _owners(session, brand, moment.at)
    _list_muted(session, body, brand, since, moment.at)
    return body


def _before(brand: Brand, now: datetime) -> Iterator[Moment]:
    """The brand's moments from the end of tomorrow back, as far as the longest night."""
    today = now.astimezone(brand.zone).date()
    when = sla.calendar(brand, "normal")
    times = ((EVENING, brand.briefs.evening), (MORNING, brand.briefs.morning))
    for back in range(-1, LONGEST_NIGHT.days + 2):
        day = today - timedelta(days=back)
        moments = [_moment(name, day, clock, brand) for name, clock in times if clock is not None]
        for moment in sorted(moments, key=lambda moment: moment.at, reverse=True):
            if sla.opens_on(day, when):
                yield moment


def _moment(name: str, day: date, clock: time, brand: Brand) -> Moment:
    return Moment(name, day, datetime.combine(day, clock, tzinfo=brand.zone).astimezone(UTC))


def _since(brand: Brand, moment: Moment) -> datetime:
    """The brief before this one, or for a morning the last time that somebody was there: the evening of the last day
    with business hours."""
    evening = brand.briefs.evening or time(18)
    ends = moment.at - LONGEST_NIGHT
    when = sla.calendar(brand, "normal")
    for back in range(0 if moment.name == EVENING else 1, LONGEST_NIGHT.days + 1):
        day = moment.day - timedelta(days=back)
        if back == 0 and brand.briefs.morning is not None:
            return _moment(MORNING, day, brand.briefs.morning, brand).at
        if back and sla.opens_on(day, when):
            return max(_moment(EVENING, day, evening, brand).at, ends)
    return ends


def _count(session: Session, brand: Brand, since: datetime, until: datetime) -> int:
    chosen = select(func.count()).select_from(Mention).where(*samples.read_between(brand, since, until))
    return session.scalar(chosen) or 0


def _came(brand: Brand, since: datetime, until: datetime) -> Any:
    opened = (col(Case.opened_at) >= since, col(Case.opened_at) < until)
    return _cases(brand, until).where(*opened).order_by(_rank(), col(Case.id))


def _due(brand: Brand, moment: Moment) -> Any:
    """What is to be answered by the end of the day, what is late already, and what somebody promised for it."""
    midnight = datetime.combine(moment.day + timedelta(days=1), time.min, tzinfo=brand.zone).astimezone(UTC)
    promised = select(col(Clock.case_id)).where(
        col(Clock.rings_at).is_not(None), col(Clock.due_at) < midnight, col(Clock.kind).in_(DATED)
    )
    awake = or_(col(Case.snoozed_until).is_(None), col(Case.snoozed_until) < midnight)
    due = (col(Case.due_at) < midnight) & col(Case.status).in_(TO_DO)
    chosen = _cases(brand, moment.at).where(or_(due, col(Case.id).in_(promised)), awake)
    return chosen.order_by(col(Case.due_at).is_(None), col(Case.due_at), col(Case.id))


def _open(brand: Brand, at: datetime) -> Any:
    """Whose it is, and what is due first."""
    chosen = _cases(brand, at).where(col(Case.status).in_(UNDONE))
    order = (col(Case.owner).is_not(None), col(Case.owner), col(Case.due_at).is_(None), col(Case.due_at))
    return chosen.order_by(*order, col(Case.id))


def _owners(session: Session, brand: Brand, at: datetime) -> list[tuple[str | None, int]]:
    """Nobody first, then who has most."""
    rows = session.execute(
        _cases(brand, at)
        .with_only_columns(col(Case.owner), func.count())
        .where(col(Case.status).in_(UNDONE))
        .group_by(col(Case.owner))
        .order_by(col(Case.owner).is_not(None), func.count().desc(), col(Case.owner))
        .limit(LISTED)
    )
    return [(owner, count) for owner, count in rows]


def _cases(brand: Brand, at: datetime) -> Any:
    """Matters, not praise, that were there at that moment."""
    return select(col(Case.id), col(Case.mention_id)).where(
        col(Case.brand) == brand.key, col(Case.channel) != "praise", col(Case.opened_at) < at
    )


def _rank() -> Any:
    return whether({name: -rank for name, rank in RANK.items()}, value=col(Case.urgency), else_=0)


def _list(session: Session, body: dict[str, Any], name: str, chosen: Select[Any]) -> None:
    rows = session.execute(chosen.limit(LISTED)).all()
    total = len(rows)
    if total == LISTED:
        counted = chosen.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
        total = session.scalar(counted) or 0
    body |= {name: [row[0] for row in rows], f"{name}_total": total}
    body["mentions"] += [row[1] for row in rows if row[1] is not None]


def _list_muted(
    session: Session, body: dict[str, Any], brand: Brand, since: datetime, until: datetime
) -> None:
    """What a muted source brought, and would have made a case."""
    chosen = (
        select(col(Mention.id))
        .join(Reason, col(Reason.mention_id) == Mention.id)
        .where(
            *samples.read_between(brand, since - LONGEST_NIGHT, until),
            col(Mention.case_id).is_(None),
            col(Reason.case_id).is_(None),
            col(Reason.at) >= since,
            col(Reason.at) < until,
        )
        .distinct()
        .order_by(col(Mention.id))
    )
    rows = session.execute(chosen.limit(LISTED)).all()
    total = len(rows)
    if total == LISTED:
        total = session.scalar(select(func.count()).select_from(chosen.order_by(None).subquery())) or 0
    body |= {"muted": [row[0] for row in rows], "muted_total": total}
    body["mentions"] += [row[0] for row in rows]


def _unread(
    session: Session, sources: Sequence[Watched], since: datetime, at: datetime
) -> list[tuple[str, str | None]]:
    """Sources that were not read well since the last brief; one that is read seldom has twice its time, and one that
    nobody has tried to read yet is new."""
    names = [source.name for source in sources]
    rows = {row.name: row for row in session.scalars(select(SourceRow).where(col(SourceRow.name).in_(names)))}
    found: list[tuple[str, str | None]] = []
    for source in sources:
        row = rows.get(source.name)
        if row is not None and _is_unread(row, min(since, at - 2 * source.every), at):
            found.append((source.name, iso(row.last_ok_at) if row.last_ok_at else None))
    return found[:LISTED]


def _is_unread(row: SourceRow, expected: datetime, at: datetime) -> bool:
    if row.down_since is not None and row.down_since < at:
        return True
    return row.last_ok_at < expected if row.last_ok_at else row.failures > 0
