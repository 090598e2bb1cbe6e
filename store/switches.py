"""What a person has turned off for a time: everything that can wait (`pause:BRAND`), one source (`mute:SOURCE`).

A switch whose time is over counts as off; each turn is a row of the audit log. Its row stays until `alerts.pausing`
has told people that it is off.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from store.clock import iso
from store.tables import Audit, Switch

PAUSE, MUTE = "pause", "mute"
ALL = "*"  # instead of a brand: every one, and what belongs to none


def pause(brand: str) -> str:
    """The switch that stops all that can wait for a brand."""
    return f"{PAUSE}:{brand}"


def mute(source: str) -> str:
    """The switch that stops what comes from a source, short of critical."""
    return f"{MUTE}:{source}"


def set(  # noqa: A001  (read as switches.set)
    session: Session, name: str, until: datetime | None, who: str, now: datetime, click: str = ""
) -> Switch:
    """Turns it on until `until` (None: until somebody turns it off); a later word counts, longer or shorter. `click`:
    what tells a command from all others, where it may be delivered twice."""
    row = session.get(Switch, name) or Switch(name=name, set_by=who, set_at=now)
    row.until, row.set_by, row.set_at = until, who, now
    session.add(row)
    session.add(_trace(name, who, now, "on", {"until": iso(until) if until else None}, click))
    session.flush()
    return row


def off(session: Session, name: str, who: str, now: datetime, click: str = "") -> bool:
    """Turns it off; False: it was not on. `click` as for `set`."""
    row = session.get(Switch, name)
    if row is None or not holds(row, now):
        return False
    # A switch that a person has turned off ends at the moment it was last set.
    row.until, row.set_by, row.set_at = now, who, now
    session.add_all([row, _trace(name, who, now, "off", {}, click)])
    session.flush()
    return True


def holds(row: Switch, now: datetime) -> bool:
    """Whether this one is on at `now`."""
    return row.until is None or row.until > now


def turned_off_by(row: Switch) -> str | None:
    """Who ended it; None: its time was over, or it is still on."""
    return row.set_by if row.until == row.set_at else None


def about(row: Switch, kind: str) -> str | None:
    """What it turns off, where it is of this kind."""
    known, _, name = row.name.partition(":")
    return name if known == kind else None


def on(session: Session, name: str, now: datetime) -> bool:
    """Whether it holds at `now`."""
    row = session.get(Switch, name)
    return row is not None and holds(row, now)


def paused(session: Session, now: datetime) -> frozenset[str]:
    """The brands for which nothing goes out that can wait; ALL: for every one."""
    return _named(session, PAUSE, now)


def is_paused(session: Session, brand: str, now: datetime) -> bool:
    """Whether replies of a brand, and all else that can wait, are to be held back."""
    return not paused(session, now).isdisjoint((brand, ALL))


def muted(session: Session, now: datetime) -> frozenset[str]:
    """The sources that make no new cases short of critical."""
    return _named(session, MUTE, now)


def _named(session: Session, kind: str, now: datetime) -> frozenset[str]:
    return frozenset(name for row in standing(session, now) if (name := about(row, kind)) is not None)


def standing(session: Session, now: datetime) -> Sequence[Switch]:
    """All that hold at `now`, by name."""
    going = or_(col(Switch.until).is_(None), col(Switch.until) > now)
    return session.exec(select(Switch).where(going).order_by(col(Switch.name))).all()


def _trace(
    name: str, who: str, now: datetime, after: str, detail: dict[str, str | None], click: str
) -> Audit:
    kind, _, what = name.partition(":")
    before = "off" if after == "on" else "on"
    source = what if kind == MUTE else None
    return Audit(
        at=now,
        who=who,
        action=kind,
        source=source,
        before=before,
        after=after,
        detail={"name": name, **detail, **({"click": click} if click else {})},
    )
