"""What hosts say of programs in their robots.txt, kept for a day, so that no poll asks for it anew (RFC 9309, 2.4)."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from store.tables import RobotsRow

LIFE = timedelta(hours=24)
LARGEST = 500 * 1024  # bytes of a file; more of it nobody has to read (RFC 9309, 2.5)
_ROWS = SQLModel.metadata.tables["robots"]


def known(session: Session, origin: str, now: datetime) -> bytes | None:
    """What a host, by scheme, name and port, said within the last day; empty where it has no such file, None where that
    is not known. What a clock that was set back makes of tomorrow is not believed."""
    row = session.get(RobotsRow, origin)
    return row.body if row and now - LIFE < row.read_at <= now else None


def keep(session: Session, origin: str, body: bytes, now: datetime) -> None:
    """Notes what a host said, in place of what it said before; what is too old to be used goes."""
    session.execute(delete(RobotsRow).where(col(RobotsRow.read_at) <= now - LIFE))
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    said = {"body": body[:LARGEST], "read_at": now}
    statement = dialect.insert(_ROWS).values(origin=origin, **said)
    session.execute(statement.on_conflict_do_update(index_elements=["origin"], set_=said))
