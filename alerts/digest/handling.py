"""What became of the cases of a period: who was answered and when, what waits, what was no alarm at all."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from alerts.digest.examples import quotes_of
from alerts.digest.figures import Counts, Neglected, OpenCase
from alerts.digest.period import Period
from alerts.replies.edits import Tally, tally
from store.brand import Brand
from store.clock import aware, iso
from store.tables import Audit, Case, CaseStatus, Clock, ClockKind, LabelOrigin, Mention, Reason

SENT = ("mark_replied", "reply_seen")  # what says in the audit log that a reply went out
UNDONE = (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED)
LISTED = 5  # cases that wait
FEWEST = 3  # cases, below which nothing is said of a source
KEPT = 0.5  # share in time, below which nobody keeps up


@dataclass(frozen=True, slots=True)
class Handled:
    """The cases opened in a period (praise left out). `waits`: seconds to the first contact; `in_time` and `late`:
    cases whose end is known; `decided`: answered, resolved or dismissed."""

    opened: int = 0
    waits: tuple[float, ...] = ()
    in_time: int = 0
    late: int = 0
    decided: int = 0
    false_alarms: int = 0
    neglected: tuple[Neglected, ...] = ()

    @property
    def median(self) -> float | None:
        return median(self.waits) if self.waits else None

    @property
    def share_in_time(self) -> float | None:
        known = self.in_time + self.late
        return self.in_time / known if known else None

    @property
    def false_alarm_rate(self) -> float | None:
        return self.false_alarms / self.decided if self.decided else None


def handled(session: Session, brand: Brand, period: Period, now: datetime) -> Handled:
    """A case is answered by its reply, or by being resolved; one that is dismissed needed no answer. It is in time
    where that came by the time of its first-contact clock, late where it came later, or that is over without it."""
    due = (
        select(func.min(col(Clock.due_at)))
        .where(col(Clock.case_id) == Case.id, col(Clock.kind) == ClockKind.CONTACT)
        .correlate(Case)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            col(Case.status), col(Case.opened_at), func.coalesce(due, col(Case.due_at)).label("due"),
            col(Case.replied_at), col(Case.resolved_at), col(Case.resolution), col(Mention.source),
        )
        .join(Mention, col(Mention.id) == Case.mention_id, isouter=True)
        .where(
            col(Case.brand) == brand.key, col(Case.channel) != "praise",
            col(Case.opened_at) >= period.starts, col(Case.opened_at) < period.ends,
        )
    ).all()  # fmt: skip
    waits: list[float] = []
    ends, cases = Counter[tuple[str | None, bool]](), Counter[str | None]()
    for row in rows:
        cases[row.source] += 1
        at = row.replied_at or (row.resolved_at if row.status == CaseStatus.RESOLVED else None)
        due_at = _moment(row.due)
        if at is not None:
            waits.append((aware(at) - aware(row.opened_at)).total_seconds())
        if due_at is None or (at is None and (row.status not in UNDONE or due_at > now)):
            continue
        ends[row.source, at is not None and aware(at) <= due_at] += 1
    decided = [row for row in rows if row.status not in UNDONE]
    return Handled(
        opened=len(rows),
        waits=tuple(waits),
        in_time=sum(count for (_, kept), count in ends.items() if kept),
        late=sum(count for (_, kept), count in ends.items() if not kept),
        decided=len(decided),
        false_alarms=sum(row.resolution == LabelOrigin.FALSE_ALARM for row in decided),
        neglected=_neglected(cases, ends),
    )


def reasons(session: Session, brand: Brand, period: Period) -> Counts:
    """Why people were told, by how many reasons of the period's cases."""
    rows = session.execute(
        select(col(Reason.kind), func.count())
        .join(Case, col(Case.id) == Reason.case_id)
        .where(
            col(Case.brand) == brand.key,
            col(Case.opened_at) >= period.starts,
            col(Case.opened_at) < period.ends,
        )
        .group_by(col(Reason.kind))
        .order_by(func.count().desc(), col(Reason.kind))
    )
    return {row[0]: row[1] for row in rows}


def waiting(session: Session, brand: Brand, now: datetime) -> tuple[int, int, tuple[OpenCase, ...]]:
    """How many cases are open now, how many of them overdue, and those that wait longest past their time, or whose
    time is over next."""
    mine = (col(Case.brand) == brand.key, col(Case.channel) != "praise", col(Case.status).in_(UNDONE))
    late = (col(Case.status) == CaseStatus.OPEN) & (col(Case.due_at) < now)
    total, overdue = session.execute(
        select(func.count(), func.count().filter(late)).select_from(Case).where(*mine)
    ).one()
    known = (col(Case.id), col(Case.urgency), col(Case.due_at), col(Case.status), col(Case.mention_id))
    rows = session.execute(
        select(*known)
        .where(*mine, col(Case.due_at).is_not(None))
        .order_by(col(Case.due_at), col(Case.id))
        .limit(LISTED)
    ).all()
    quotes = quotes_of(session, (row.mention_id for row in rows if row.mention_id))
    listed = (
        OpenCase(
            row.id,
            row.urgency,
            iso(aware(row.due_at)),
            row.status == CaseStatus.OPEN and aware(row.due_at) < now,
            quotes.get(row.mention_id),
        )
        for row in rows
    )
    return total, overdue, tuple(listed)


def drafts(session: Session, brand: Brand, period: Period) -> Tally:
    """Of each case the last reply that went out in the period."""
    rows = session.execute(
        select(col(Audit.case_id), col(Audit.detail))
        .join(Case, col(Case.id) == Audit.case_id)
        .where(
            col(Case.brand) == brand.key,
            col(Audit.action).in_(SENT),
            col(Audit.at) >= period.starts,
            col(Audit.at) < period.ends,
        )
        .order_by(col(Audit.id))
    )
    latest = {case_id: detail["edits"] for case_id, detail in rows if detail.get("edits")}
    return tally(latest.values())


def _neglected(cases: Counter[str | None], ends: Counter[tuple[str | None, bool]]) -> tuple[Neglected, ...]:
    """The sources of whose cases few were answered in time, those with most late ones first."""
    found = [
        Neglected(source, count, ends[source, True], ends[source, False])
        for source, count in cases.items()
        if source is not None
    ]
    slow = [
        one
        for one in found
        if one.in_time + one.late >= FEWEST and one.in_time < KEPT * (one.in_time + one.late)
    ]
    return tuple(sorted(slow, key=lambda one: (-one.late, one.source)))[:LISTED]


def _moment(value: Any) -> datetime | None:
    """A computed column comes as the driver has it: SQLite has no moments."""
    if value is None:
        return None
    return aware(datetime.fromisoformat(value)) if isinstance(value, str) else aware(value)
