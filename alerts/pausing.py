"""Tells the people who run Ascolto, once each, that somebody has paused what can wait, and that it goes on.

What a pause holds back is `alerts.queue`'s, the switches are `store.switches`'s.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from alerts import notices
from store import switches
from store.clock import iso
from store.db import Database
from store.tables import Notification, NotificationKind, Switch

Ended = Callable[[Session, str | None], object]
"""What is done when a pause of a brand (None: of all) is over, before anything of it goes."""


def tell(db: Database, channels: Sequence[str], now: datetime, ended: Ended = lambda *_: None) -> int:
    """Writes what has not been told of the switches, and drops those whose time is over; gives the number of
    notifications written. Without any switch it costs one look at an empty table."""
    with db.read() as session:  # looking takes no lock that others wait for
        rows = session.exec(select(Switch)).all()
        if not any(_is_news(session, row, channels, now) for row in rows):
            return 0
    with db.write() as session:
        rows = session.exec(select(Switch).order_by(col(Switch.name)).with_for_update()).all()
        return sum(_tell(session, row, channels, now, ended) for row in rows)


def _is_news(session: Session, row: Switch, channels: Sequence[str], now: datetime) -> bool:
    if not switches.holds(row, now):
        return True
    if switches.about(row, switches.PAUSE) is None:
        return False
    keys = [f"{_key(row, 'on')}:{channel}" for channel in channels]
    told = session.exec(select(Notification.key).where(col(Notification.key).in_(keys))).all()
    return len(told) < len(keys)


def _tell(session: Session, row: Switch, channels: Sequence[str], now: datetime, ended: Ended) -> int:
    event = "on" if switches.holds(row, now) else "off"
    written = 0
    brand = switches.about(row, switches.PAUSE)
    if brand is not None:
        written = notices.add(
            session,
            _key(row, event),
            channels,
            now,
            kind=NotificationKind.SWITCH,
            brand=None if brand == switches.ALL else brand,
            target="ops",
            priority=notices.SWITCH,
            body={
                "event": event,
                "who": row.set_by if event == "on" else switches.turned_off_by(row),
                "until": iso(row.until) if row.until else None,
            },
        )
    if event == "off":
        session.delete(row)
        if brand is not None:
            ended(session, None if brand == switches.ALL else brand)
    return written


def _key(row: Switch, event: str) -> str:
    moment = row.set_at if event == "on" or row.until is None else row.until
    return f"switch:{row.name}:{moment.isoformat()}:{event}"
