"""Calls an address while all is well, so that somebody outside notices when Ascolto stops.

All is well: the database answers, and neither reading, scoring, triage, the clocks of critical cases nor any channel's
delivery has stood still for long while something waited for it, or failed. A backlog that shrinks is no standstill, nor
is what a person has paused or muted. Of a source that was read in vain people are told in Slack.
"""

import http.client
import logging
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from alerts.briefs import Watched
from alerts.queue import IN_THREADS, going
from alerts.stage import NO_BRAND
from store import switches
from store.db import Database
from store.tables import Case, Clock, Mention, MentionState, Notification, OutboxState, Score, SourceRow

log = logging.getLogger(__name__)

STANDSTILL = timedelta(minutes=10)
LATELY = timedelta(days=1)  # what was given up, or not rung, longer ago than this is no news
SEVERAL = 3  # texts that fail one after the other are not at fault themselves
INTERVALS = 3  # of a source, in which nobody tried to read it
TIMEOUT = 10.0  # seconds for one call
LATEST = 2_000  # of the newest notifications, looked at for one that was delivered lately
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is called is what was configured, and nothing else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


@dataclass(slots=True)
class Heart:
    """Beats at `url`, whose address is a secret: no log line has it. `timeout` is in seconds. `sources`: those that are
    to be read."""

    url: str
    timeout: float = TIMEOUT
    sources: Sequence[Watched] = ()
    _trouble: str | None = field(init=False, default=None)
    _began: datetime | None = field(init=False, default=None)

    def beat(self, db: Database, channels: Iterable[str], now: datetime) -> bool:
        """Calls, unless something stands still; whether it was heard. Never raises."""
        self._began = min(self._began or now, now)  # the machine's clock may be set back
        try:
            with db.read() as session:
                trouble = unread(session, self.sources, self._began, now)
                trouble = trouble or standstill(session, channels, now)
        except Exception as error:  # the database does not answer, whatever it is
            trouble = f"database: {type(error).__name__}"
        trouble = trouble or call(self.url, self.timeout)
        self._tell(trouble)
        return trouble is None

    def _tell(self, trouble: str | None) -> None:
        """Once when it begins, once when it is over."""
        if trouble == self._trouble:
            return
        if trouble is None:
            log.info("the heartbeat is heard again", extra={"action": "heartbeat.back"})
        elif self._trouble is None:
            log.warning("no heartbeat: %s", trouble, extra={"action": "heartbeat.failed"})
        self._trouble = trouble


def call(url: str, timeout: float = TIMEOUT) -> str | None:
    """GET; None: it was heard, else why not, without the address."""
    host = urlsplit(url).hostname or ""
    direct = [urllib.request.ProxyHandler({})] if host in LOOPBACK else []
    opener = urllib.request.build_opener(_NoRedirect, *direct)
    asked = urllib.request.Request(url, headers={"User-Agent": "ascolto"})  # noqa: S310  (settings allow two schemes)
    try:
        with opener.open(asked, timeout=timeout) as answer:
            return None if 200 <= answer.status < 300 else f"HTTP {answer.status}"
    except urllib.error.HTTPError as error:
        error.close()
        return f"HTTP {error.code}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        return type(reason if isinstance(reason, Exception) else error).__name__


def unread(session: Session, sources: Sequence[Watched], began: datetime, now: datetime) -> str | None:
    """The first of `sources` that nobody has tried to read for several of its intervals; None: there is none. One that
    was never tried waits since `began`, and all have ten minutes from then. A mute, or a pause of its brand, excuses a
    source."""
    if not sources or began > now - STANDSTILL:
        return None
    rows = {row.name: row for row in session.scalars(select(SourceRow))}
    muted, paused = switches.muted(session, now), switches.paused(session, now)
    for source in sources:
        excused = source.name in muted or not paused.isdisjoint((source.brand, switches.ALL))
        tried = _tried(rows.get(source.name)) or began
        if not excused and tried + INTERVALS * source.every + STANDSTILL < now:
            return f"reading of {source.name} stands still"
    return None


def _tried(row: SourceRow | None) -> datetime | None:
    """When it was last read, well or in vain. After a failure, or where its day is used up, it rests for as long
    as its backoff, or it itself, says: that counts from the end."""
    if row is None:
        return None
    known = [row.last_ok_at, row.last_error_at, row.next_check_at if row.failures or row.last_error else None]
    return max(filter(None, known), default=None)


def standstill(session: Session, channels: Iterable[str], now: datetime) -> str | None:
    """The stage in which something has waited for ten minutes while nothing got through; None: there is none. Of one
    text that is tried in vain it is that text's own fault; of several, after which none got through, it is not."""
    since = now - STANDSTILL
    if _waits(session, MentionState.NEW, since) and not _scored_since(session, since):
        return "scoring stands still"
    failed = and_(col(Mention.state) == MentionState.FAILED, col(Mention.changed_at) > now - LATELY)
    tried = and_(col(Mention.state) == MentionState.NEW, col(Mention.attempts) > 0)
    if _all_fail(session, or_(tried, failed), (MentionState.SCORED, MentionState.TRIAGED), since):
        return "scoring stands still"
    if _waits(session, MentionState.SCORED, since, live=True):
        return "triage stands still"
    of_no_brand = func.coalesce(col(Mention.error), "") == NO_BRAND
    tried = and_(col(Mention.state) == MentionState.SCORED, col(Mention.attempts) > 0, ~of_no_brand)
    if _all_fail(session, tried, (MentionState.TRIAGED,), since):
        return "triage stands still"
    if _unrung(session, since, now):
        return "clocks stand still"
    names = sorted(set(channels) - _delivering(session, since))
    if _undelivered(session, names, since, now):
        return "delivery stands still"
    return None


def _waits(session: Session, state: MentionState, since: datetime, *, live: bool = False) -> bool:
    chosen = select(col(Mention.id)).where(
        col(Mention.state) == state,
        col(Mention.attempts) == 0,
        col(Mention.changed_at) <= since,
        or_(col(Mention.next_try_at).is_(None), col(Mention.next_try_at) <= since),
    )
    if live:
        chosen = chosen.where(col(Mention.history).is_(False))
    return session.execute(chosen.limit(1)).first() is not None


def _all_fail(
    session: Session, failing: ColumnElement[bool], through: Sequence[MentionState], since: datetime
) -> bool:
    """Whether several live mentions have failed since before `since`, and none that came after them got through."""
    live = col(Mention.history).is_(False)
    ids = session.scalars(
        select(col(Mention.id))
        .where(failing, live, col(Mention.changed_at) <= since)
        .order_by(col(Mention.id).desc())
        .limit(SEVERAL)
    ).all()
    if len(ids) < SEVERAL:
        return False
    later = select(col(Mention.id)).where(col(Mention.state).in_(through), live, col(Mention.id) > ids[-1])
    return session.execute(later.limit(1)).first() is None


def _unrung(session: Session, since: datetime, now: datetime) -> bool:
    """Whether a clock of a critical case should have rung by `since`, and has not."""
    overdue = (
        select(col(Clock.id))
        .join(Case, col(Case.id) == Clock.case_id)
        .where(
            col(Clock.rings_at) <= since, col(Clock.rings_at) > now - LATELY, col(Case.urgency) == "critical"
        )
    )
    return session.execute(overdue.limit(1)).first() is not None


def _scored_since(session: Session, since: datetime) -> bool:
    latest = session.scalar(select(col(Score.scored_at)).order_by(col(Score.id).desc()).limit(1))
    return latest is not None and latest > since


def _undelivered(session: Session, channels: list[str], since: datetime, now: datetime) -> bool:
    """Something to be told that is not: it was tried in vain, or nobody tries. What waits for a set time does not
    count, nor what belongs under a message that is not there."""
    failing = or_(
        col(Notification.state) == OutboxState.FAILED,  # for want of a mend: it has a next try
        col(Notification.attempts) > 0,
        col(Notification.next_try_at) <= since,
    )
    waiting = col(Notification.state).in_((OutboxState.WAITING, OutboxState.FAILED))
    chosen = select(col(Notification.id)).where(
        waiting,
        col(Notification.channel).in_(channels),
        col(Notification.kind).not_in(IN_THREADS),
        col(Notification.created_at) <= since,
        or_(
            col(Notification.next_try_at).is_(None) & (col(Notification.state) == OutboxState.WAITING),
            col(Notification.next_try_at).is_not(None) & failing,
        ),
        going(switches.paused(session, now)),
    )
    return session.execute(chosen.limit(1)).first() is not None


def _delivering(session: Session, since: datetime) -> set[str]:
    """The channels in which something got through."""
    newest = session.scalar(select(func.max(col(Notification.id)))) or 0
    chosen = select(col(Notification.channel)).where(
        col(Notification.id) > newest - LATEST, col(Notification.sent_at) > since
    )
    return set(session.scalars(chosen.distinct()))
