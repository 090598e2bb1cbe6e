"""Which sources are read now, by whom: the plan is data on their rows. What a read does to it is for `crawlers`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from store.tables import SourceRow


def any_due(session: Session, names: Sequence[str], now: datetime) -> bool:
    """Whether any of the sources `names` is to be read now; one that has no row yet is."""
    planned = {row.name: row.next_check_at for row in session.scalars(select(SourceRow))}
    return any((planned.get(name) or now) <= now for name in names)


def take_due(
    session: Session, sources: Mapping[str, tuple[str, str]], now: datetime, lease: timedelta
) -> list[str]:
    """Takes the sources (name -> brand, type) whose time has come, the longest waiting first.

    Their next check moves to the end of `lease`, so that nobody else reads them meanwhile; the read itself sets it
    anew. Without a lease (the only process there is) a crash leaves them due.
    """
    if not sources:
        return []
    rows = [
        {"name": name, "brand": brand, "type": kind, "cursor": {}, "failures": 0, "empty_reads": 0}
        | {"usual_results": 0.0}
        for name, (brand, kind) in sources.items()
    ]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(SourceRow).on_conflict_do_nothing(), rows)
    ripe = or_(col(SourceRow.next_check_at).is_(None), col(SourceRow.next_check_at) <= now)
    waiting = session.execute(
        select(col(SourceRow.name), col(SourceRow.next_check_at))
        .where(col(SourceRow.name).in_(sources), ripe)
        .with_for_update(skip_locked=True)
    ).all()
    names = [name for name, _ in sorted(waiting, key=lambda row: (row[1] is not None, row[1] or now))]
    _move(session, names, now + lease, ripe)
    return names


def rest(session: Session, names: Sequence[str], now: datetime, until: datetime) -> int:
    """Those that are due although they were just read are not read again before `until`; gives how many."""
    return _move(session, names, until, col(SourceRow.next_check_at) <= now)


def _move(session: Session, names: Sequence[str], to: datetime, condition: Any) -> int:
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(SourceRow)
        .where(col(SourceRow.name).in_(names), condition)
        .values(next_check_at=to)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount
