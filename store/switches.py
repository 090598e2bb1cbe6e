"""What a person has turned off for a time: everything that can wait (`pause:BRAND`), one source (`mute:SOURCE`).

A switch whose time is over counts as off; each turn is a row of the audit log.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from store.clock import iso
from store.tables import Audit, Switch

PAUSE, MUTE = "pause", "mute"


def pause(brand: str) -> str:
    """The switch that stops all that can wait for a brand."""
    return f"{PAUSE}:{brand}"


def mute(source: str) -> str:
    """The switch that stops what comes from a source, short of critical."""
    return f"{MUTE}:{source}"


def set(  # noqa: A001  (read as switches.set)
    session: Session, name: str, until: datetime | None, who: str, now: datetime
) -> Switch:
    """Turns it on until `until` (None: until somebody turns it off); a later word counts, longer or shorter."""
    row = session.get(Switch, name) or Switch(name=name, set_by=who, set_at=now)
    row.until, row.set_by, row.set_at = until, who, now
    session.add(row)
    session.add(_trace(name, who, now, "on", {"until": iso(until) if until else None}))
    session.flush()
    return row


def off(session: Session, name: str, who: str, now: datetime) -> bool:
    """Turns it off; False: it was not on."""
    row = session.get(Switch, name)
    if row is None:
        return False
    was_on = row.until is None or row.until > now
    session.delete(row)
    if was_on:
        session.add(_trace(name, who, now, "off", {}))
    session.flush()
    return was_on


def on(session: Session, name: str, now: datetime) -> bool:
    """Whether it holds at `now`."""
    row = session.get(Switch, name)
    return row is not None and (row.until is None or row.until > now)


def standing(session: Session, now: datetime) -> Sequence[Switch]:
    """All that hold at `now`, by name."""
    holds = or_(col(Switch.until).is_(None), col(Switch.until) > now)
    return session.exec(select(Switch).where(holds).order_by(col(Switch.name))).all()


def _trace(name: str, who: str, now: datetime, after: str, detail: dict[str, str | None]) -> Audit:
    kind, _, about = name.partition(":")
    before = "off" if after == "on" else "on"
    source = about if kind == MUTE else None
    return Audit(
        at=now,
        who=who,
        action=kind,
        source=source,
        before=before,
        after=after,
        detail={"name": name, **detail},
    )
