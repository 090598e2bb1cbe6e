"""Who has come in to the inbox: links that open it once, and visits (sessions), which can be ended from here.

Of a token only its hash is kept: whoever reads the database can neither use a link nor take over a visit. What signs
cookies is one key for all processes on this database.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CursorResult, String, delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from store.tables import UtcDateTime

LINK_LASTS = timedelta(hours=1)
VISIT_LASTS = timedelta(days=7)
IDLE = timedelta(hours=12)  # without a click for so long, a visit is over
STEP = timedelta(minutes=5)  # how exactly the last click is kept
MOST_VISITS = 20  # of one person at a time: the oldest ends


class Role(StrEnum):
    READER = "reader"  # sees all, changes nothing
    MANAGER = "manager"


class WebKey(SQLModel, table=True):
    """The one key that signs the cookies."""

    __tablename__ = "web_key"

    id: int = Field(default=1, primary_key=True)
    value: str
    made_at: datetime = Field(sa_type=UtcDateTime)


class WebLink(SQLModel, table=True):
    """A link that opens the inbox once."""

    __tablename__ = "web_link"

    token: str = Field(primary_key=True, sa_type=String(64), description="its hash")
    who: str
    role: str
    ends_at: datetime = Field(sa_type=UtcDateTime)


class WebVisit(SQLModel, table=True):
    """A person who is signed in, in one browser. `who`: as the records keep people, `slack:U123:marta`."""

    __tablename__ = "web_visit"

    token: str = Field(primary_key=True, sa_type=String(64), description="its hash")
    who: str = Field(index=True)
    role: str
    began_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is in, and what they may do."""

    who: str
    role: Role

    @property
    def may_act(self) -> bool:
        return self.role == Role.MANAGER


def signing_key(session: Session, now: datetime) -> str:
    """The key, made where there is none. Wants a session that writes."""
    known = session.exec(select(WebKey).where(WebKey.id == 1).with_for_update()).first()
    if known is None:
        known = WebKey(value=secrets.token_urlsafe(32), made_at=now)
        session.add(known)
        session.flush()
    return known.value


def make_link(session: Session, who: str, role: Role, now: datetime) -> str:
    """The token of a new link, which is good once and for `LINK_LASTS`."""
    session.execute(delete(WebLink).where(col(WebLink.ends_at) <= now))
    token = secrets.token_urlsafe(24)
    session.add(WebLink(token=_hash(token), who=who, role=role, ends_at=now + LINK_LASTS))
    return token


def use_link(session: Session, token: str, now: datetime) -> Visit | None:
    """Who comes in by the link; None: it is none, was used or is over. Of two at once, one comes in."""
    link = session.get(WebLink, _hash(token))
    if link is None:
        return None
    visit, ends_at = Visit(link.who, Role(link.role)), link.ends_at
    session.expunge(link)
    gone = _count(session, delete(WebLink).where(col(WebLink.token) == _hash(token)))
    return visit if gone == 1 and ends_at > now else None


def begin(session: Session, visit: Visit, now: datetime) -> str:
    """Opens a visit; gives its token, for the person's cookie alone."""
    session.execute(delete(WebVisit).where(_over(now)))
    mine = select(WebVisit).where(WebVisit.who == visit.who).order_by(col(WebVisit.seen_at).desc())
    for old in session.exec(mine.offset(MOST_VISITS - 1)):
        session.delete(old)
    token = secrets.token_urlsafe(32)
    session.add(WebVisit(token=_hash(token), who=visit.who, role=visit.role, began_at=now, seen_at=now))
    return token


def find(session: Session, token: str, now: datetime) -> tuple[Visit, bool] | None:
    """Whose visit it is, and whether `seen` is to be called; None: there is none, or it is over."""
    row = session.get(WebVisit, _hash(token))
    if row is None or row.began_at <= now - VISIT_LASTS or row.seen_at <= now - IDLE:
        return None
    return Visit(row.who, Role(row.role)), row.seen_at <= now - STEP


def seen(session: Session, token: str, now: datetime) -> None:
    """Somebody clicked: the visit lasts."""
    session.execute(update(WebVisit).where(col(WebVisit.token) == _hash(token)).values(seen_at=now))


def end(session: Session, token: str) -> None:
    """Signs one browser out."""
    session.execute(delete(WebVisit).where(col(WebVisit.token) == _hash(token)))


def end_all(session: Session, who: str | None = None) -> int:
    """Signs `who` out everywhere, or everybody; their links are void too. Gives how many visits ended."""
    visits, links = delete(WebVisit), delete(WebLink)
    if who is not None:
        visits, links = visits.where(col(WebVisit.who) == who), links.where(col(WebLink.who) == who)
    session.execute(links)
    return _count(session, visits)


def _over(now: datetime) -> Any:
    return (col(WebVisit.began_at) <= now - VISIT_LASTS) | (col(WebVisit.seen_at) <= now - IDLE)


def _count(session: Session, statement: Any) -> int:
    result: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    return result.rowcount


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
