"""The moves of a case: open -> acknowledged -> replied -> resolved, with dismissed beside them.

Each move is a conditional UPDATE (the first click wins, the second person is told who was faster), leaves a row in
the audit log and marks the case's messages as outdated. Which mentions make a case is for `alerts.record`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from alerts import notices, sla
from store import labels
from store.brand import Brand
from store.errors import Permanent
from store.tables import Audit, Case, CaseStatus, LabelOrigin

SYSTEM = "ascolto"
OPEN, ACKNOWLEDGED, REPLIED = CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED, CaseStatus.REPLIED
RESOLVED, DISMISSED = CaseStatus.RESOLVED, CaseStatus.DISMISSED
UNDONE = (OPEN, ACKNOWLEDGED, REPLIED)


@dataclass(frozen=True, slots=True)
class Move:
    """What a click did. `done` False: the case could not make this move any more; `by` (who) and `at` say how it
    came to where it is, so that the person can be told who was faster. A double click reads the same, with the
    person's own name. `changed`: it could, but is about other words than the person has seen."""

    done: bool
    case: Case
    by: str | None
    at: datetime | None
    changed: bool = False


def acknowledge(session: Session, case_id: int, who: str, now: datetime) -> Move:
    """`who` takes the case: they own it from now on."""
    values = {"owner": who, "acknowledged_by": who, "acknowledged_at": now}
    return _move(session, case_id, who, now, "acknowledge", (OPEN,), ACKNOWLEDGED, values)


def resolve(session: Session, case_id: int, who: str, now: datetime, how: str | None = None) -> Move:
    """The matter is dealt with; `how` is what was done."""
    values = {"resolved_by": who, "resolved_at": now, "resolution": how}
    return _move(session, case_id, who, now, "resolve", UNDONE, RESOLVED, values, {"how": how})


def dismiss(session: Session, case_id: int, who: str, now: datetime, how: str | None = None) -> Move:
    """Not relevant, or a false alarm; `how` says which."""
    values = {"resolved_by": who, "resolved_at": now, "resolution": how}
    return _move(session, case_id, who, now, "dismiss", UNDONE, DISMISSED, values, {"how": how})


def false_alarm(
    session: Session,
    case_id: int,
    who: str,
    now: datetime,
    mention_id: int | None = None,
    revision: int | None = None,
) -> Move:
    """Nobody had to be alerted: the case is dismissed, and its mention labelled so, where it was not erased meanwhile.

    `mention_id` and `revision` are what the person saw, by default what the case shows. Where it shows something else
    by now, the label is for what was seen, the case stays, and its message is edited."""
    if mention_id is None:
        mention_id = session.exec(select(Case.mention_id).where(Case.id == case_id)).first()
    # Before the case, as triage takes them, so that two never wait for one another.
    mention = None if mention_id is None else labels.held(session, mention_id)
    case = _locked(session, case_id)
    newer = mention is not None and revision not in (None, mention.revision)
    if case.status in UNDONE and (newer or case.mention_id not in (None, mention_id)):
        if mention is not None:
            labels.false_alarm(session, mention, who, now, revision)
        touch(session, case, now)
        return Move(False, case, None, None, changed=True)
    move = dismiss(session, case_id, who, now, LabelOrigin.FALSE_ALARM.value)
    if move.done and mention is not None:
        labels.false_alarm(session, mention, who, now, revision)
    return move


def reply_seen(
    session: Session, case_id: int, where: str, now: datetime, answered_at: datetime | None = None
) -> Move:
    """The brand's own reply was seen on the platform `where` (its label): the clock stops."""
    values = {"replied_at": answered_at or now, "resolution": f"answered on {where}"}
    before = (OPEN, ACKNOWLEDGED)
    return _move(session, case_id, SYSTEM, now, "reply_seen", before, REPLIED, values, {"where": where})


def reopen(
    session: Session,
    case_id: int,
    who: str,
    now: datetime,
    brand: Brand,
    detail: dict[str, Any] | None = None,
) -> Move:
    """The matter is not over: open again, with a new clock; who owned it still does."""
    case = _locked(session, case_id)
    values = {
        "acknowledged_by": None,
        "acknowledged_at": None,
        "replied_at": None,
        "resolved_by": None,
        "resolved_at": None,
        "resolution": None,
        "snoozed_until": None,
        "due_at": None if case.channel == "praise" else sla.due(now, case.urgency, brand),
    }
    before = (REPLIED, RESOLVED, DISMISSED)
    return _move(session, case_id, who, now, "reopen", before, OPEN, values, detail or {})


def touch(session: Session, case: Case, now: datetime, rest: timedelta | None = None) -> None:
    """A reader of the case's message would see something change: count it, and have the message edited, after `rest`
    where more is to be expected meanwhile."""
    case.version += 1
    session.add(case)
    session.flush()
    notices.outdate(session, [case.id or 0], now + (rest or timedelta()))


def _move(
    session: Session,
    case_id: int,
    who: str,
    now: datetime,
    action: str,
    before: Sequence[CaseStatus],
    after: CaseStatus,
    values: dict[str, Any],
    detail: dict[str, Any] | None = None,
) -> Move:
    case = _locked(session, case_id)
    was = case.status
    if was not in before or not _update(session, case_id, was, values | {"status": after}):
        return _too_late(session, _locked(session, case_id))
    session.add(
        Audit(at=now, who=who, action=action, case_id=case_id, before=was, after=after, detail=detail or {})
    )
    session.refresh(case)
    touch(session, case, now)
    return Move(True, case, who, now)


def _update(session: Session, case_id: int, was: str, values: dict[str, Any]) -> bool:
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Case)
        .where(col(Case.id) == case_id, col(Case.status) == was)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount == 1


def _too_late(session: Session, case: Case) -> Move:
    last = session.exec(
        select(Audit)
        .where(Audit.case_id == case.id, Audit.after == case.status, Audit.before != case.status)
        .order_by(col(Audit.id).desc())
        .limit(1)
    ).first()
    return Move(False, case, last.who if last else None, last.at if last else None)


def _locked(session: Session, case_id: int) -> Case:
    """The case as it is now; nobody else moves it before this transaction ends. Raises `Permanent`."""
    session.flush()
    case = session.exec(
        select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if case is None:
        raise Permanent("no_such_case", f"case {case_id} is not in the database any more")
    return case
