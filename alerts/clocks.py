"""The clocks of a case as rows: to its first answer, to the reply of whoever took it, to what was promised, to the
follow-up after a repair, and back from being put aside.

`wind` brings them in line with the case, `ring_due` tells people. When something is due is `alerts.sla`'s, what a
reminder says `alerts.views`'s and `alerts.telling`'s. A restart, a clock that jumps, a week offline or a pause
loses none: what should have rung meanwhile rings once.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case as whether
from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from alerts import notices, sla
from alerts.triage import RANK
from store import switches
from store.brand import Brand
from store.db import Database
from store.tables import Audit, Case, CaseStatus, Clock, ClockKind

SYSTEM = "ascolto"  # as in `alerts.cases`, which stands on this module
LIMIT = 20  # clocks of cases that are not critical, rung in one look
CRITICAL_LIMIT = 20  # critical ones: the rest of them follow in the next looks, a few seconds later
BATCH = 200  # cases set right in one transaction
HALF = 0.5  # of the time of a critical case: then it also goes out by e-mail and webhook
DAY = timedelta(days=1)
PAGERS = ("email", "webhook")  # the channels that wake people
REPAIRS = ("refund", "replacement", "moved_to_private")  # after these somebody asks whether all is well
UNDONE = (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED, CaseStatus.REPLIED)
ONCE = (ClockKind.FOLLOW_UP, ClockKind.SNOOZE)
TOGETHER = (ClockKind.SNOOZE, ClockKind.CONTACT, ClockKind.REPLY)  # of a case, told in one message
_SLACK_ID = re.compile(r"(?:<@)?([UW][A-Z0-9]{7,20})>?")


@dataclass(frozen=True, slots=True)
class Rung:
    """What a look did: how many messages it wrote, and whether more clocks are due than one look may ring; `critical`:
    also such as can wait for no calm."""

    written: int
    more: bool = False
    critical: bool = False


def wind(session: Session, case: Case, brand: Brand | None, now: datetime, who: str) -> list[Clock]:
    """Brings the clocks of `case` in line with its status, urgency, deadline and pause; again it changes nothing.
    Gives those that run.

    The caller has the case locked. Taking a case gives it a new deadline, which `case.due_at` then shows. `brand`
    None: one that is not configured any more: nothing begins.
    """
    session.flush()
    chosen = select(Clock).where(col(Clock.case_id) == case.id).order_by(col(Clock.id))
    known = session.scalars(chosen).all()
    running = {clock.kind: clock for clock in known if clock.rings_at is not None}
    wanted = _wanted(case, brand, now, known, running)
    for clock in known:
        if running.get(clock.kind) is not clock or wanted.get(clock.kind) != clock.due_at:
            clock.rings_at = None
    for kind, due in wanted.items():
        going = running.get(kind)
        if going is None or going.rings_at is None:
            going = _new(case, kind, _start(kind, case, now), due, who)
            session.add(going)
        going.rings_at = _next_ring(going, case, brand, now)
        running[kind] = going
    session.flush()
    return [running[kind] for kind in wanted]


def promise(
    session: Session, case: Case, brand: Brand | None, now: datetime, who: str, note: str, by: datetime
) -> None:
    """A reply told the customer to expect `note` until `by`; it takes the place of an earlier promise."""
    session.flush()
    chosen = select(Clock).where(
        col(Clock.case_id) == case.id,
        col(Clock.kind) == ClockKind.PROMISE,
        col(Clock.rings_at).is_not(None),
    )
    for before in session.scalars(chosen):
        before.rings_at = None
    clock = _new(case, ClockKind.PROMISE, now, by, who, note)
    clock.rings_at = _next_ring(clock, case, brand, now)
    session.add(clock)
    session.flush()


def any_due(session: Session, brands: Mapping[str, Brand], now: datetime) -> bool:
    """Whether a clock rings; asked every few seconds, and no dearer with a million rows."""
    due = _due(brands, now, switches.paused(session, now))
    return session.execute(due.with_only_columns(col(Clock.id)).limit(1)).first() is not None


def ring_due(
    db: Database,
    brands: Mapping[str, Brand],
    channels: Sequence[str],
    now: datetime,
    escalation: Sequence[str] = (),
    limit: int = LIMIT,
) -> Rung:
    """Rings what is due, the most urgent first: what is critical, and where nothing of that is left, `limit` others;
    the rest stays due, as does what can wait while its brand is paused.

    `escalation`: whom to call where the brand's policy names nobody.
    """
    with db.read() as session:  # looking takes no lock that others wait for
        if not any_due(session, brands, now):
            return Rung(0)
    with db.write() as session:
        due, more, critical = _take(session, brands, now, limit)
        bell = _Bell(session, tuple(channels), now, tuple(escalation))
        written = 0
        for case in due:
            running = wind(session, case, brands[case.brand], now, SYSTEM)
            ripe = [clock for clock in running if clock.rings_at is not None and clock.rings_at <= now]
            written += bell.ring(case, brands[case.brand], ripe)
    return Rung(written, more, critical)


def realign(db: Database, brands: Mapping[str, Brand], now: datetime) -> int:
    """For when the machine's clock has gone back, and after a start, when it may have: what rang and was put off by a
    time that is none rings again as from `now`. Gives how many cases were looked at."""
    with db.read() as session:
        rang = (
            select(col(Clock.case_id))
            .join(Case, col(Case.id) == Clock.case_id)
            .where(col(Clock.rings_at) > now, col(Clock.rung) > 0)
            .where(func.coalesce(col(Case.brand), "").in_(list(brands)))
        )
        ids = sorted(set(session.scalars(rang)))
    for first in range(0, len(ids), BATCH):
        with db.write() as session:
            chosen = select(Case).where(col(Case.id).in_(ids[first : first + BATCH])).order_by(col(Case.id))
            for case in session.scalars(chosen.with_for_update()):
                wind(session, case, brands[case.brand], now, SYSTEM)
    return len(ids)


@dataclass(frozen=True, slots=True)
class _Bell:
    session: Session
    channels: tuple[str, ...]
    now: datetime
    escalation: tuple[str, ...]

    def ring(self, case: Case, brand: Brand, clocks: Sequence[Clock]) -> int:
        """One message for those that belong together; gives how many messages."""
        own = [clock for clock in clocks if clock.kind not in TOGETHER]
        together = sorted(
            (clock for clock in clocks if clock.kind in TOGETHER),
            key=lambda clock: TOGETHER.index(ClockKind(clock.kind)),
        )
        groups = [group for group in (together, *([clock] for clock in own)) if group]
        for group in groups:
            for clock in group:
                self._advance(case, brand, clock)
            self._tell(case, brand, group)
        return len(groups)

    def _advance(self, case: Case, brand: Brand, clock: Clock) -> None:
        """The first ring is the reminder, also where it was missed; the others follow the chain."""
        late = clock.due_at <= self.now
        clock.rung = max(clock.rung, 1) + 1 if late else 1
        clock.rings_at = clock.due_at
        if clock.kind in ONCE:
            clock.rings_at = None
        elif late:
            clock.rings_at = _again(self.now, case, brand)

    def _tell(self, case: Case, brand: Brand, group: Sequence[Clock]) -> None:
        lead = group[0]
        timed = [clock for clock in group if clock.kind not in ONCE]
        late = any(clock.due_at <= self.now for clock in timed)
        step = max((clock.rung - 1 for clock in timed if clock.due_at <= self.now), default=0)
        critical = case.urgency == "critical"
        unanswered = critical and any(
            clock.kind == ClockKind.CONTACT for clock in group
        )  # also back from a snooze
        if unanswered and not late:
            step = 1  # nobody has acted in half the time
        names = _names(_owner(case, lead), self._chain(critical, brand)[:step])
        action = _action(lead, late)
        detail: dict[str, Any] = {"clock": lead.kind, "n": lead.rung, "to": names}
        self.session.add(Audit(at=self.now, who=SYSTEM, action=action, case_id=case.id, detail=detail))
        notices.remind(
            self.session,
            case,
            f"ring:{lead.id}:{lead.rung}",
            self._where(unanswered or (critical and late)),
            self.now,
            names,
            clock=lead.id,
            kind=lead.kind,
            late=late,
        )
        if lead.kind == ClockKind.SNOOZE:
            self._wake(case)

    def _chain(self, critical: bool, brand: Brand) -> tuple[str, ...]:
        policy = brand.policy
        return (policy.on_call if critical else ()) or policy.escalation or self.escalation

    def _where(self, alarm: bool) -> list[str]:
        """Everywhere for an alarm, else not where it would wake people, unless there is no other place."""
        calm = [channel for channel in self.channels if channel not in PAGERS]
        return list(self.channels) if alarm or not calm else calm

    def _wake(self, case: Case) -> None:
        case.snoozed_until = None
        case.version += 1
        self.session.flush()
        notices.outdate(self.session, [case.id or 0], self.now)


def _wanted(
    case: Case, brand: Brand | None, now: datetime, known: Iterable[Clock], running: Mapping[str, Clock]
) -> dict[str, datetime]:
    """Which clocks should run, and when each is due."""
    wanted: dict[str, datetime | None] = {}
    if case.status == CaseStatus.RESOLVED:
        wanted[ClockKind.FOLLOW_UP] = _follow_up(case, brand, known)
    if case.status in UNDONE:
        wanted[ClockKind.SNOOZE] = case.snoozed_until
        wanted[ClockKind.PROMISE] = (
            running[ClockKind.PROMISE].due_at if ClockKind.PROMISE in running else None
        )
        if case.status == CaseStatus.OPEN and case.channel != "praise":
            wanted[ClockKind.CONTACT] = case.due_at
        if case.status == CaseStatus.ACKNOWLEDGED and case.channel != "praise":
            wanted[ClockKind.REPLY] = _reply(case, brand, now, running.get(ClockKind.REPLY))
    return {kind: due for kind, due in wanted.items() if due is not None}


def _reply(case: Case, brand: Brand | None, now: datetime, running: Clock | None) -> datetime | None:
    """By when who took the case must answer. What has become more urgent meanwhile moves `case.due_at`, never later."""
    if running is not None:
        return case.due_at or running.due_at
    due = sla.reply_due(now, case.urgency, brand) if brand else None
    if due is not None:
        case.due_at = due
    return due


def _follow_up(case: Case, brand: Brand | None, known: Iterable[Clock]) -> datetime | None:
    if case.resolution not in REPAIRS or case.resolved_at is None:
        return None
    for clock in known:
        if clock.kind == ClockKind.FOLLOW_UP and clock.started_at == case.resolved_at:
            return clock.due_at if clock.rings_at is not None else None  # asked already
    return sla.follow_up(case.resolved_at, brand) if brand else None


def _start(kind: str, case: Case, now: datetime) -> datetime:
    return case.resolved_at or now if kind == ClockKind.FOLLOW_UP else now


def _new(case: Case, kind: str, started: datetime, due: datetime, who: str, note: str | None = None) -> Clock:
    return Clock(case_id=case.id or 0, kind=kind, started_at=started, due_at=due, set_by=who, note=note)


def _next_ring(clock: Clock, case: Case, brand: Brand | None, now: datetime) -> datetime:
    """Its reminder, then its due time, then again and again; while the case is put aside, not before it is back."""
    ring = clock.due_at
    if clock.kind in ONCE:
        return ring
    if clock.rung == 0:
        ring = _reminder(clock, case, brand)
    elif clock.rung > 1:
        again = _again(now, case, brand)
        ring = min(clock.rings_at or again, again)
    return max(ring, case.snoozed_until) if case.snoozed_until else ring


def _reminder(clock: Clock, case: Case, brand: Brand | None) -> datetime:
    """When the policy's share of the open time is left: of a critical case always half; of a promise not before its
    last day. The due time itself where there is nothing to remind of before."""
    share = HALF if case.urgency == "critical" else brand.policy.remind if brand else 0.0
    if brand is None or not share:
        return clock.due_at
    when = sla.calendar(brand, case.urgency)
    gone = sla.open_time(clock.started_at, clock.due_at, when) * (1 - share)
    moment = sla.add_business_time(clock.started_at, gone, when) if gone else None
    if moment is not None and clock.kind == ClockKind.PROMISE:
        moment = max(moment, sla.next_opening(clock.due_at - DAY, when) or clock.due_at)
    return clock.due_at if moment is None else min(moment, clock.due_at)


def _again(now: datetime, case: Case, brand: Brand | None) -> datetime:
    if brand is None:
        return now + DAY
    pause: timedelta = getattr(brand.policy.again, case.urgency)
    return sla.add_business_time(now, pause, sla.calendar(brand, case.urgency)) or now + DAY


def _owner(case: Case, clock: Clock) -> str | None:
    """Who is asked first; of what nobody owns, whoever set its clock."""
    if case.owner:
        return case.owner
    if clock.kind == ClockKind.FOLLOW_UP:
        return case.resolved_by
    return clock.set_by if clock.kind in (ClockKind.SNOOZE, ClockKind.PROMISE) else None


def _names(owner: str | None, chain: Iterable[str]) -> list[str]:
    """Nobody twice; the id of a person in Slack stands as persons do in the records, so that Slack calls them."""
    found: dict[str, str] = {}
    for name in (*([owner] if owner and owner != SYSTEM else []), *map(_person, chain)):
        found.setdefault(":".join(name.split(":")[:2]) if name.startswith("slack:") else name, name)
    return list(found.values())


def _person(name: str) -> str:
    known = _SLACK_ID.fullmatch(name)
    return f"slack:{known[1]}:{known[1]}" if known else name


def _action(clock: Clock, late: bool) -> str:
    """What the audit log calls it."""
    if clock.kind == ClockKind.SNOOZE:
        return "wake"
    if clock.kind == ClockKind.FOLLOW_UP:
        return "follow_up"
    if clock.kind == ClockKind.PROMISE:
        return "promise_due"
    return "overdue" if late else "remind"


def _due(brands: Mapping[str, Brand], now: datetime, paused: Collection[str]) -> Any:
    """What rings is found by its time. As a bare column the brand would tempt SQLite to read every case of it first."""
    brand = func.coalesce(col(Case.brand), "")
    due = select(Clock, Case).join(Case, col(Case.id) == Clock.case_id)
    due = due.where(col(Clock.rings_at) <= now, brand.in_(list(brands)))
    if not paused:
        return due
    waits = brand.in_([key for key in brands if switches.ALL in paused or key in paused])
    return due.where(or_(col(Case.urgency) == "critical", ~waits))


def _take(
    session: Session, brands: Mapping[str, Brand], now: datetime, limit: int
) -> tuple[list[Case], bool, bool]:
    """Cases with a clock that is due, locked with it; whether there are more, and whether critical ones. A case
    that somebody moves right now is left for the next look."""
    rank = whether({name: -rank for name, rank in RANK.items()}, value=col(Case.urgency), else_=0)
    critical = col(Case.urgency) == "critical"
    due: dict[int, Case] = {}
    more = hurry = False
    paused = switches.paused(session, now)
    for which, most in ((critical, CRITICAL_LIMIT), (~critical, limit)):
        most = 0 if hurry else most
        chosen = _due(brands, now, paused).where(which).order_by(rank, col(Clock.rings_at), col(Clock.id))
        locked = chosen.limit(most + 1).with_for_update(of=(Clock, Case), skip_locked=True)
        rows = session.execute(locked).all()
        more = more or len(rows) > most
        hurry = hurry or (which is critical and more)
        due |= {row.Case.id: row.Case for row in rows[:most]}
    return list(due.values()), more, hurry
