"""Settings that people chose in the inbox, as rows; what they mean together with the file is `configuration`'s.

Each change is a row of the audit log with the old and the new value, and raises the version by which whoever runs
notices it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from store.tables import Audit, ChosenSetting, SettingsVersion

ACTION = "setting"  # of its rows in the audit log
READ = 500  # rows of the audit log that are looked through for a history


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the history. `old`, `new`: as the file would hold them; `reset`: the file's value counts again."""

    name: str
    old: Any
    new: Any
    reset: bool
    who: str
    at: datetime


def version(session: Session) -> int:
    """Changes with each change of any chosen setting."""
    return session.exec(select(SettingsVersion.version)).first() or 0


def hold(session: Session) -> None:
    """Until the end of the transaction nobody else changes a setting (SQLite's write transactions hold all)."""
    session.exec(select(SettingsVersion).with_for_update()).first()


def listed(session: Session) -> Sequence[ChosenSetting]:
    """What counts instead of the file's, by name."""
    chosen = select(ChosenSetting).where(col(ChosenSetting.from_file).is_(False))
    return session.exec(chosen.order_by(ChosenSetting.name)).all()


def write(
    session: Session, name: str, value: Any, *, old: Any, who: str, now: datetime, reset: bool = False
) -> None:
    """Sets one; the caller holds the settings. `reset`: the file's counts again, which is `value`."""
    row = session.get(ChosenSetting, name) or ChosenSetting(name=name, set_by=who, set_at=now)
    row.value, row.from_file, row.set_by, row.set_at = None if reset else value, reset, who, now
    count = session.exec(select(SettingsVersion).execution_options(populate_existing=True)).one()
    count.version += 1
    detail = {"name": name, "old": old, "new": value, "reset": reset}
    session.add_all([row, count, Audit(at=now, who=who, action=ACTION, detail=detail)])
    session.flush()


def history(session: Session, names: Collection[str], limit: int = 20) -> list[Change]:
    """Who changed one of `names` and how, the latest first."""
    rows = session.exec(
        select(Audit).where(Audit.action == ACTION).order_by(col(Audit.id).desc()).limit(READ)
    )
    found = (row for row in rows if row.detail.get("name") in names)
    return [_change(row) for row, _ in zip(found, range(limit), strict=False)]


def _change(row: Audit) -> Change:
    told = row.detail
    return Change(told["name"], told.get("old"), told.get("new"), bool(told.get("reset")), row.who, row.at)
