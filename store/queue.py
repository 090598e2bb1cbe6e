"""Which cases stand in a person's queue, a page at a time. What a case shows is for `alerts.card`.

A page costs the same however many cases there are: each stretch of the order is read from its index, up to a page.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select, tuple_, union_all
from sqlmodel import Session, SQLModel, col

from store.tables import Audit, Case, CaseStatus, Mention, UtcDateTime

TO_DO = (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED)
URGENCIES = ("critical", "high", "normal", "low")


def waiting_cases(
    session: Session,
    statuses: Sequence[str] = TO_DO,
    *,
    brand: str | None = None,
    urgency: str | None = None,
    after: int | None = None,
    limit: int = 25,
) -> list[int]:
    """Ids of the cases in `statuses`, the most urgent first, then the soonest due, those without a clock last.

    `after`: the case where the page before ended; one that is not there any more begins at the front.
    """
    last = session.get(Case, after) if after is not None else None
    found: list[int] = []
    for level, chosen in _stretches(last):
        if len(found) == limit:
            break
        if urgency not in (None, level):
            continue
        conditions = [*chosen, *([col(Case.brand) == brand] if brand else [])]
        found += session.scalars(_first(statuses, conditions, _soonest, limit - len(found)))
    return found


def latest_cases(
    session: Session,
    statuses: Sequence[str],
    *,
    brand: str | None = None,
    after: int | None = None,
    limit: int = 25,
) -> list[int]:
    """Ids of the cases in `statuses`, the youngest first, from before the case `after` on."""
    conditions = [col(Case.id) < after] if after is not None else []
    conditions += [col(Case.brand) == brand] if brand else []
    return list(session.scalars(_first(statuses, conditions, _youngest, limit)))


def trail(session: Session, case_id: int, limit: int = 100) -> list[Audit]:
    """What happened to a case, the latest first."""
    rows = select(Audit).where(col(Audit.case_id) == case_id).order_by(col(Audit.id).desc()).limit(limit)
    return list(session.scalars(rows))


def members(session: Session, case_id: int, limit: int = 25) -> list[Mention]:
    """The mentions of a case, the last found first."""
    rows = (
        select(Mention).where(col(Mention.case_id) == case_id).order_by(col(Mention.id).desc()).limit(limit)
    )
    return list(session.scalars(rows))


def _stretches(last: Case | None) -> Iterator[tuple[str, list[ColumnElement[bool]]]]:
    """The order of the queue in pieces that an index holds in order: by urgency, with a clock and without."""
    reached = URGENCIES.index(last.urgency) if last and last.urgency in URGENCIES else 0
    for urgency in URGENCIES[reached:]:
        here = col(Case.urgency) == urgency
        timed, untimed = col(Case.due_at).is_not(None), col(Case.due_at).is_(None)
        if last is None or urgency != last.urgency:
            yield urgency, [here, timed]
            yield urgency, [here, untimed]
        elif last.due_at is None:
            yield urgency, [here, untimed, col(Case.id) > last.id]
        else:
            place = tuple_(literal(last.due_at, UtcDateTime()), literal(last.id))
            yield urgency, [here, tuple_(col(Case.due_at), col(Case.id)) > place]
            yield urgency, [here, untimed]


def _soonest(columns: Any) -> list[Any]:
    return [columns.due_at, columns.id]


def _youngest(columns: Any) -> list[Any]:
    return [columns.id.desc()]


def _first(
    statuses: Sequence[str],
    conditions: Sequence[ColumnElement[bool]],
    order: Callable[[Any], list[Any]],
    limit: int,
) -> Select[tuple[int]]:
    """Each status on its own, so that an index gives the order; then the first of what they gave."""
    parts = [
        select(col(Case.id), col(Case.due_at))
        .where(col(Case.status) == status, *conditions)
        .order_by(*order(SQLModel.metadata.tables["case"].c))
        .limit(limit)
        .subquery()
        for status in statuses
    ]
    found = union_all(*(select(part) for part in parts)).subquery()
    return select(found.c.id).order_by(*order(found.c)).limit(limit)
