"""The moves of a case: open -> acknowledged -> replied -> resolved, with dismissed and snoozed beside them.

Each move is a conditional UPDATE (the first click wins, the second person is told who was faster), leaves a row in
the audit log and, where a person made it, a line in the case's thread, and marks its messages as outdated. What is
done about a case while its status stays is for `alerts.deeds`; which mentions make a case, for `alerts.record`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from alerts import clocks, notices, sla
from alerts.replies import outdating
from alerts.routing import Routing
from store import labels
from store.brand import Brand
from store.errors import Permanent
from store.mention import storable
from store.tables import Audit, Case, CaseStatus, LabelOrigin, Mention

SYSTEM = "ascolto"
OPEN, ACKNOWLEDGED, REPLIED = CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED, CaseStatus.REPLIED
RESOLVED, DISMISSED = CaseStatus.RESOLVED, CaseStatus.DISMISSED
UNDONE = (OPEN, ACKNOWLEDGED, REPLIED)
HOW = ("apology", "refund", "replacement", "explained", "moved_to_private", "escalated", "nothing")
NOT_RELEVANT = "not_relevant"
CALLS = (
    "assign",
    "reopen",
)  # moves that call somebody: a case of a bundle gets a message of its own for them
ANYBODY = "*"  # whoever owned the case when the person looked
RAISED = "raise"  # the action of a row that says that news made the case more urgent
MAX_LINE = 500  # characters of what a person writes on a line


@dataclass(frozen=True, slots=True)
class Desk:
    """What a move needs: the open transaction, the brands, where messages go, the time. `click`: what tells one click
    from all others, where it may be delivered twice; empty: it may not. `reads`: the language that people here read;
    empty: not known. `known_as`: what else whoever clicks is called, as the user groups they belong to."""

    session: Session
    brands: Mapping[str, Brand]
    channels: Sequence[str]
    now: datetime
    click: str = ""
    routing: Routing = field(default_factory=Routing)
    reads: str = ""
    known_as: frozenset[str] = frozenset()


class Repeated(Exception):
    """The click was done before: it was delivered twice. What the second began is to be rolled back."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"a click on case {case_id} came twice")
        self.case_id = case_id


@dataclass(frozen=True, slots=True)
class Move:
    """What a click did. `done` False: the case could not make this move any more; `by` (who) and `at` say how it
    came to where it is, so that the person can be told who was faster. A double click reads the same, with the
    person's own name. `changed`: it could, but is about other words than the person has seen. `refused`: it is never
    done, and this message of the catalogue says why. `led`: what `by` did is what brought the case to its status.
    `same`: the case holds what the person wrote already. `names`: whom the message names."""

    done: bool
    case: Case
    by: str | None
    at: datetime | None
    changed: bool = False
    refused: str | None = None
    led: bool = False
    same: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One row of a case's story."""

    at: datetime
    who: str
    action: str
    before: str | None
    after: str | None
    detail: dict[str, Any]


def acknowledge(desk: Desk, case_id: int, who: str) -> Move:
    """`who` takes the case: they own it from now on."""
    values = {"owner": who, "acknowledged_by": who, "acknowledged_at": desk.now, "snoozed_until": None}
    return _move(desk, case_id, who, "acknowledge", (OPEN,), ACKNOWLEDGED, values)


def assign(desk: Desk, case_id: int, who: str, to: str, seen: str | None = ANYBODY) -> Move:
    """`to` owns the case from now on; an open one counts as acknowledged by it. `seen`: whom the person saw as its
    owner; where that is somebody else by now, they are told who was faster."""
    case = locked(desk.session, case_id)
    if case.status != OPEN and (case.owner == to or seen not in (ANYBODY, case.owner)):
        return too_late(desk.session, case, ("assign", "acknowledge"))
    values: dict[str, Any] = {"owner": to}
    if case.status == OPEN:
        values |= {"acknowledged_by": who, "acknowledged_at": desk.now}
    after = ACKNOWLEDGED if case.status == OPEN else CaseStatus(case.status)
    return _move(desk, case_id, who, "assign", UNDONE, after, values, {"to": to})


def mark_replied(
    desk: Desk,
    case_id: int,
    who: str,
    promise: str | None = None,
    promised_by: datetime | None = None,
    detail: dict[str, Any] | None = None,
) -> Move:
    """A person answered the customer. `promise`: what the reply told the customer to expect, until `promised_by`;
    `detail`: what else is kept of it (`alerts.replies.sending`)."""
    if promised_by is not None and promised_by < desk.now:
        raise ValueError("a promise is for a time to come")
    case = locked(desk.session, case_id)
    values = {"owner": case.owner or who, "replied_at": desk.now, "snoozed_until": None}
    promised = None if promise is None else line_of(promise)
    detail = dict(detail or {})
    if promised_by:
        detail |= {"promise": promised, "by": promised_by.isoformat()}
    move = _move(desk, case_id, who, "mark_replied", (OPEN, ACKNOWLEDGED), REPLIED, values, detail)
    if move.done and promised_by is not None:
        _promise(desk, move.case, who, promised or "", promised_by)
    return move


def reply_seen(
    desk: Desk,
    case_id: int,
    where: str,
    answered_at: datetime | None = None,
    detail: dict[str, Any] | None = None,
) -> Move:
    """The brand's own reply was seen on the platform `where` (its label): the clock stops. `detail`: what else is kept
    of it."""
    values = {"replied_at": answered_at or desk.now, "resolution": f"answered on {where}"}
    before = (OPEN, ACKNOWLEDGED)
    return _move(
        desk, case_id, SYSTEM, "reply_seen", before, REPLIED, values, {"where": where} | (detail or {})
    )


def resolve(desk: Desk, case_id: int, who: str, how: str | None = None) -> Move:
    """The matter is dealt with; `how` is what was done, one of HOW."""
    if who != SYSTEM and how not in (None, *HOW):
        raise ValueError(f"a case is not resolved by {how!r}")
    return _end(desk, case_id, who, "resolve", RESOLVED, how)


def dismiss(desk: Desk, case_id: int, who: str, how: str = NOT_RELEVANT) -> Move:
    """Not relevant, or a false alarm; `how` says which."""
    return _end(desk, case_id, who, "dismiss", DISMISSED, how)


def false_alarm(
    desk: Desk,
    case_id: int,
    who: str,
    mention_id: int | None = None,
    revision: int | None = None,
    sentiment: str | None = None,
    urgency: str | None = None,
    category: str | None = None,
    version: int | None = None,
) -> Move:
    """Nobody had to be alerted: the case is dismissed, and its mention labelled so, where it was not erased meanwhile,
    with what it should have been scored as, where the person says so.

    `mention_id` and `revision` are what the person saw, by default what the case shows; `version`: that of the case
    then. Where it shows something else by now, or has become more urgent, the label is for what was seen, the case
    stays, and its message is edited."""
    session = desk.session
    said = {"sentiment": sentiment, "urgency": urgency, "category": category}
    given = {head: label for head, label in said.items() if label is not None}
    if odd := [label for head, label in given.items() if label not in labels.SAID[head]]:
        raise ValueError(f"a mention is not {odd[0]!r}")
    if mention_id is None:
        mention_id = session.exec(select(Case.mention_id).where(Case.id == case_id)).first()
    # Before the case, as triage takes them, so that two never wait for one another.
    mention = None if mention_id is None else labels.held(session, mention_id)
    case = locked(session, case_id)
    newer = mention is not None and revision not in (None, mention.revision)
    other = case.mention_id not in (None, mention_id)
    if case.status in UNDONE and (newer or other or _is_raised(session, case, version)):
        if mention is not None:
            labels.false_alarm(session, mention, who, desk.now, revision, given)
        touch(session, case, desk.now)
        return Move(False, case, None, None, changed=True)
    move = dismiss(desk, case_id, who, LabelOrigin.FALSE_ALARM.value)
    if move.done and mention is not None:
        labels.false_alarm(session, mention, who, desk.now, revision, given)
    return move


def unseen(
    desk: Desk, case_id: int, mention_id: int | None, revision: int | None, version: int | None
) -> Move | None:
    """Where the case waits and shows other words than the person has seen (`mention_id`, `revision`), or has become
    more urgent since its `version`: it stays, and its message is edited. None: the person has seen all there is, or
    their button does not say what (None: not known)."""
    session = desk.session
    case = locked(session, case_id)
    if case.status not in UNDONE or (mention_id is None and version is None):
        return None
    newer = case.mention_id not in (None, mention_id)
    if case.mention_id is not None and not newer:
        # No lock: words that change after this look open the case again.
        newer = session.exec(select(Mention.revision).where(Mention.id == mention_id)).first() != revision
    if not newer and not _is_raised(session, case, version):
        return None
    touch(session, case, desk.now)
    return Move(False, case, None, None, changed=True)


def snooze(desk: Desk, case_id: int, who: str, until: datetime) -> Move:
    """The case is put aside and comes back at `until`; who put it aside may choose another time."""
    if until <= desk.now:
        raise ValueError("a case is put aside until a time to come")
    case = locked(desk.session, case_id)
    if case.status in UNDONE and case.snoozed_until is not None and case.snoozed_until > desk.now:
        last = too_late(desk.session, case, ("snooze",))
        if last.by != who or case.snoozed_until == until:
            return last
    detail = {"until": until.isoformat()}
    return _move(desk, case_id, who, "snooze", UNDONE, None, {"snoozed_until": until}, detail)


def wake(desk: Desk, case_id: int, who: str = SYSTEM) -> Move:
    """A case that was put aside is back."""
    case = locked(desk.session, case_id)
    if case.snoozed_until is None:
        return too_late(desk.session, case, ("wake",))
    return _move(desk, case_id, who, "wake", UNDONE, None, {"snoozed_until": None})


def reopen(desk: Desk, case_id: int, who: str, detail: dict[str, Any] | None = None) -> Move:
    """The matter is not over: open again, with a new clock; who owned it still does."""
    case = locked(desk.session, case_id)
    values: dict[str, Any] = {
        "acknowledged_by": None,
        "acknowledged_at": None,
        "replied_at": None,
        "resolved_by": None,
        "resolved_at": None,
        "resolution": None,
        "snoozed_until": None,
        "due_at": _contact_due(desk, case),
    }
    detail = dict(detail or {})
    if who == SYSTEM and case.reply is not None:  # to words that are not the last any more
        values["reply"], detail["was"] = None, case.reply
    was = case.status
    move = _move(desk, case_id, who, "reopen", (REPLIED, RESOLVED, DISMISSED), OPEN, values, detail)
    if move.done and was != REPLIED:
        outdating.mark_reopened(desk.session, case)
    return move


def touch(session: Session, case: Case, now: datetime, rest: timedelta | None = None) -> None:
    """A reader of the case's message would see something change: count it, and have the message edited, after `rest`
    where more is to be expected meanwhile."""
    case.version += 1
    session.add(case)
    session.flush()
    notices.outdate(session, [case.id or 0], now + (rest or timedelta()))


def story(session: Session, case_id: int) -> list[Told]:
    """Everything that happened to a case, in its order."""
    rows = session.exec(select(Audit).where(Audit.case_id == case_id).order_by(col(Audit.id)))
    return [Told(row.at, row.who, row.action, row.before, row.after, row.detail) for row in rows]


def trace(
    desk: Desk,
    case: Case,
    who: str,
    action: str,
    detail: dict[str, Any] | None = None,
    before: str | None = None,
    after: str | None = None,
    *,
    told: bool = True,
) -> None:
    """A row of the audit log; what a person did is a line in the thread too, which shows the row as it is then. The
    caller has the case locked. Raises `Repeated`."""
    detail = dict(detail or {})
    if desk.click:
        if is_repeated(desk, case.id or 0, who, action):
            raise Repeated(case.id or 0)
        detail["click"] = desk.click
    row = Audit(
        at=desk.now, who=who, action=action, case_id=case.id, before=before, after=after, detail=detail
    )
    desk.session.add(row)
    desk.session.flush()
    if told and who != SYSTEM:
        notices.catch_up(desk.session, case, desk.now)
        notices.line(
            desk.session, case, f"move:{row.id}", desk.channels, desk.now, event=action, audit=row.id
        )


def is_repeated(desk: Desk, case_id: int | None, who: str, *actions: str) -> bool:
    """Whether `who` did one of `actions` (none: anything) by this very click before, about this case or (None) none."""
    done = select(Audit.detail).where(Audit.case_id == case_id, Audit.who == who)
    if actions:
        done = done.where(col(Audit.action).in_(actions))
    return any(detail.get("click") == desk.click for detail in desk.session.exec(done))


def locked(session: Session, case_id: int) -> Case:
    """The case as it is now; nobody else moves it before this transaction ends. Raises `Permanent`."""
    session.flush()
    case = session.exec(
        select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if case is None:
        raise Permanent("no_such_case", f"case {case_id} is not in the database any more")
    return case


def wind(desk: Desk, case: Case, who: str) -> None:
    """Brings the clocks of a case in line with its status."""
    clocks.wind(desk.session, case, desk.brands.get(case.brand), desk.now, who)


def too_late(session: Session, case: Case, actions: Sequence[str] = ()) -> Move:
    """Who brought the case to its status, or did one of `actions` last."""
    came = select(Audit).where(Audit.case_id == case.id)
    if actions:
        came = came.where(col(Audit.action).in_(actions))
    else:
        came = came.where(Audit.after == case.status, Audit.before != case.status)
    last = session.exec(came.order_by(col(Audit.id).desc()).limit(1)).first()
    if last is None:
        return Move(False, case, None, None)
    led = last.after == case.status and last.before != last.after
    return Move(False, case, last.who, last.at, led=led)


def line_of(text: str) -> str:
    """What a person wrote, as one line that any database keeps."""
    return " ".join(str(storable(text)).split())[:MAX_LINE]


def _end(desk: Desk, case_id: int, who: str, action: str, after: CaseStatus, how: str | None) -> Move:
    values = {"resolved_by": who, "resolved_at": desk.now, "resolution": how, "snoozed_until": None}
    return _move(desk, case_id, who, action, UNDONE, after, values, {"how": how})


def _move(
    desk: Desk,
    case_id: int,
    who: str,
    action: str,
    before: Sequence[CaseStatus],
    after: CaseStatus | None,
    values: dict[str, Any],
    detail: dict[str, Any] | None = None,
) -> Move:
    """`after` None: the status stays."""
    session = desk.session
    case = locked(session, case_id)
    was, becomes = case.status, after or CaseStatus(case.status)
    if was not in before or not _update(session, case_id, was, values | {"status": becomes}):
        return too_late(session, locked(session, case_id))
    owner = case.owner
    session.refresh(case)
    if who != SYSTEM and (action in CALLS or (action == "acknowledge" and owner not in (None, who))):
        notices.release(session, case)
    trace(desk, case, who, action, detail, was, becomes)
    wind(desk, case, who)
    touch(session, case, desk.now)
    return Move(True, case, who, desk.now)


def _is_raised(session: Session, case: Case, version: int | None) -> bool:
    """Whether the case has become more urgent since this version of it."""
    if version is None:
        return False
    raised = select(Audit.detail).where(Audit.case_id == case.id, Audit.action == RAISED)
    return any(int(detail.get("version", 0)) >= version for detail in session.exec(raised))


def _contact_due(desk: Desk, case: Case) -> datetime | None:
    brand = desk.brands.get(case.brand)
    if case.channel == "praise" or brand is None:
        return None
    return sla.due(desk.now, case.urgency, brand)


def _promise(desk: Desk, case: Case, who: str, note: str, by: datetime) -> None:
    clocks.promise(desk.session, case, desk.brands.get(case.brand), desk.now, who, note, by)


def _update(session: Session, case_id: int, was: str, values: dict[str, Any]) -> bool:
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Case)
        .where(col(Case.id) == case_id, col(Case.status) == was)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount == 1
