"""Delivers notifications: each once, in order within its case, the most urgent first, whatever fails on the way.

Before a call the row is marked `unsure` and committed; a definite answer clears the mark. A row that is taken up with
the mark still on (a time-out, a dropped connection, a crash) is first looked for in the channel by its key, and only
sent where it is not there. Which rows may go now is `alerts.queue`'s, what they show `alerts.views`'s, how they look
the channel's.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from alerts import notices, pictures, queue
from alerts.card import Card
from alerts.channels.base import MESSAGE_GONE, Channel, Gallery, Misconfigured, PictureRefused, Sent
from alerts.inbox import Links
from alerts.queue import Job
from alerts.views import Bundle, Report, Reporting, View, bundle_version, linked, load_view, picture_of
from alerts.words import N_
from store import claims
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.errors import Permanent, Transient, Uncertain
from store.logs import place
from store.tables import Case, Notification, NotificationKind, OutboxState

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than a call with its time-out, and the look that may come before it
QUIET = timedelta(seconds=5)  # after a send whose end is not known, before looking for it
RECHECK = timedelta(minutes=15)  # how often a channel that needs a person's mend is tried again
PATIENCE = timedelta(seconds=2)  # how long to wait in place for a channel's pace
NOTHING = "nothing_to_show"  # what it tells of was erased meanwhile
OURS = "fault: "  # begins the error of what fails by a mistake of our own
REPORT = N_("a fault of Ascolto itself: please report it, with this place in the code")
LONGEST_NAP = timedelta(milliseconds=250)  # a critical message that comes meanwhile waits no longer


MakingRoom = Callable[[Session], object]
"""Tells as one what would be too much for an hour at once (see `alerts.bundles.make_room`)."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """What delivering needs. `report` writes digests; `clock` is asked before each step; `only`: the one channel
    that is delivered here, while the others still are where its troubles can be told. `make_room` is called where an
    outage is over, before all that waited goes; `links`: where the inbox is."""

    db: Database
    channels: Mapping[str, Channel]
    brands: Mapping[str, Brand]
    report: Reporting | None = None
    clock: Callable[[], datetime] = utcnow
    quiet: timedelta = QUIET
    only: str | None = None
    make_room: MakingRoom | None = None
    links: Links = field(default_factory=Links)

    @property
    def delivered(self) -> Mapping[str, Channel]:
        """The channels that are delivered here."""
        return self.channels if self.only is None else {self.only: self.channels[self.only]}

    def step(self) -> bool | None:
        """Takes the next notification that may go now and tries to deliver it.

        True: delivered; False: tried in vain or left out; None: nothing may go now.
        """
        now = self.clock()
        job = queue.take(self.db, self.delivered, now, LEASE, self.quiet)
        if job is None:
            return None
        channel = self.channels[job.channel]
        channel.lanes.use(queue.lane(job, channel), now)
        try:
            view = self._view(job, now)
        except (KeyError, IndexError) as error:
            return self._broken(job, error, now)  # what is not there any more raises LookupError itself
        except LookupError as error:
            return self._give_up(job, Permanent(NOTHING, str(error)), now)
        except Exception as error:  # a poisoned row must not stop the others
            return self._broken(job, error, now)
        if job.sent is None and not channel.takes(job.target, view):
            return self._leave_out(job)
        delivered = self._deliver(job, channel, view, now)
        if delivered and job.attempts > 1 and job.sent is None and job.channel == notices.ROUTED:
            self.recover()
        return delivered

    def _leave_out(self, job: Job) -> bool:
        with self.db.write() as session:
            queue.leave_out(session, job)
        log.debug("left out", extra={"action": "outbox.left_out", "notification": job.id})
        return False

    def _view(self, job: Job, now: datetime) -> View:
        with self.db.read() as session:
            row = session.get(Notification, job.id)
            if row is None:
                raise LookupError("the notification was erased")
            return linked(load_view(session, row, self.brands, now, self.report), row, self.links)

    def _deliver(self, job: Job, channel: Channel, view: View, now: datetime) -> bool:
        looking = job.unsure and job.sent is None and not channel.instant
        try:
            if looking:
                found = channel.find(queue.address(job, channel), job.marked_key, job.created_at, job.thread)
                if found:
                    return self._done(job, found, view, found=True)
                looking = False
                if self._is_told_otherwise(job):
                    return False
            sent, picture = self._send(job, channel, view)
        except Exception as error:
            return self._failed(job, channel, error, looking, now)
        return self._done(job, sent, view, picture)

    def _is_told_otherwise(self, job: Job) -> bool:
        """A case whose message has not arrived after all may be too much for the hour, as those that were not tried."""
        if self.make_room is None or job.kind != NotificationKind.CASE or job.channel != notices.ROUTED:
            return False
        with self.db.write() as session:
            queue.lay_down(session, job)
            self.make_room(session)
            session.flush()
            return not queue.take_up(session, job, self.clock() + LEASE)

    def recover(self) -> None:
        """An outage is over: what waited is not to come as a flood."""
        if self.make_room is not None:
            with self.db.write() as session:
                self.make_room(session)

    def _send(self, job: Job, channel: Channel, view: View) -> tuple[Sent, str | None]:
        """Gives where the message stands, and which picture it shows."""
        pictured = isinstance(channel, Gallery) and picture_of(view) is not None
        if pictured and (picture := pictures.ready(self.db, job.id)):
            try:
                return self._say(job, channel, view, picture=picture), picture
            except PictureRefused:
                pictures.refuse(self.db, job.id)
        return self._say(job, channel, view), None

    def _say(self, job: Job, channel: Channel, view: View, **shown: str) -> Sent:
        """`shown`: `picture`, in a channel that takes pictures by themselves."""
        key = job.lasting_key if channel.instant else job.marked_key
        if job.sent is None:
            return channel.post(queue.address(job, channel), view, key, job.thread, **shown)
        if channel.edits:
            channel.edit(job.sent, view, key, **shown)
        return job.sent

    def _done(
        self, job: Job, sent: Sent, view: View, picture: str | None = None, *, found: bool = False
    ) -> bool:
        """Notes where the message stands. `picture`: the one it shows; `found`: it was there already, and shows nobody
        knows which version."""
        with self.db.write() as session:
            shown = view.version if isinstance(view, Card | Bundle) and not found else 0
            version, rest = _version(session, job)
            state = OutboxState.SENT if shown == version else OutboxState.STALE
            again = rest if state == OutboxState.STALE else None
            drawn = picture_of(view)
            if drawn is not None and isinstance(self.channels[job.channel], Gallery):
                pause = pictures.note(session, job.id, drawn, picture, self.clock())
                if pause is not None and state == OutboxState.SENT:
                    state, again = OutboxState.STALE, pause
            named = {"body": _quoting(session, job, view.quoted)} if isinstance(view, Report) else {}
            claims.finish(
                session,
                Notification,
                job.id,
                job.token,
                **named,
                state=state,
                unsure=False,
                address=sent.address,
                message_id=sent.message_id,
                shown_version=shown,
                sent_at=job.sent_at or self.clock(),
                next_try_at=self.clock() + again if again else None,
            )
        log.info(
            "delivered", extra={"action": "outbox.delivered", "notification": job.id, "case": job.case_id}
        )
        return True

    def _failed(self, job: Job, channel: Channel, error: Exception, looking: bool, now: datetime) -> bool:
        """`looking`: it failed while the message was looked for, so that nothing new is known of it."""
        if isinstance(error, Transient):
            unsure = looking or (isinstance(error, Uncertain) and job.sent is None)
            if error.retry_after is not None:
                channel.lanes.close(queue.lane(job, channel), now + timedelta(seconds=error.retry_after))
            at_least = max(error.retry_after or 0.0, self.quiet.total_seconds() if unsure else 0.0)
            return self._again(
                job, str(error), unsure, now, at_least, rate_limited=error.retry_after is not None
            )
        if not isinstance(error, Permanent):
            return self._broken(job, error, now, unsure=looking or job.sent is None)
        if error.reason == MESSAGE_GONE and job.sent is not None:
            return self._post_anew(job, error, now)
        if isinstance(error, Misconfigured):
            return self._blocked(job, error, looking, now)
        return self._give_up(job, error, now, looking)

    def _again(
        self, job: Job, why: str, unsure: bool, now: datetime, at_least: float, *, rate_limited: bool = False
    ) -> bool:
        attempt = 1 if rate_limited else job.attempts  # being asked to wait is no failure of the message
        with self.db.write() as session:
            queue.put_back(session, job, unsure=unsure)
            claims.retry(
                session,
                Notification,
                job.id,
                job.token,
                attempt=attempt,
                error=why,
                now=now,
                at_least=at_least,
                give_up=None,
            )
        log.warning("not delivered yet: %s", why, extra={"action": "outbox.again", "notification": job.id})
        return False

    def _blocked(self, job: Job, error: Misconfigured, looking: bool, now: datetime) -> bool:
        """The place is closed to us: all that waits for it stands as failed, with the mend, and comes again later."""
        with self.db.write() as session:
            queue.put_back(session, job, unsure=looking)
            queue.block(session, job, f"{error}", now + RECHECK, everywhere=error.everywhere)
            self._report_trouble(session, job, error, now)
        log.error("cannot deliver: %s", error, extra={"action": "outbox.blocked", "notification": job.id})
        return False

    def _give_up(self, job: Job, error: Permanent, now: datetime, looking: bool = False) -> bool:
        with self.db.write() as session:
            queue.put_back(session, job, unsure=looking)
            queue.fail(session, job, f"{error}")
            self._report_trouble(session, job, error, now)
        log.error("given up: %s", error, extra={"action": "outbox.failed", "notification": job.id})
        return False

    def _report_trouble(self, session: Session, job: Job, error: Permanent, now: datetime) -> None:
        """Tells the people who run Ascolto, where they can still be reached: once a day for each cause and place."""
        if job.kind == NotificationKind.TROUBLE or error.reason == NOTHING:
            return
        channel = self.channels[job.channel]
        closed = not channel.address("ops") or (
            isinstance(error, Misconfigured)
            and (error.everywhere or channel.address("ops") == queue.address(job, channel))
        )
        ways = [name for name in self.channels if name != job.channel] if closed else [job.channel]
        place = queue.address(job, channel)
        notices.report_trouble(session, ways, now, job.channel, place, error.reason, error.mend)

    def _post_anew(self, job: Job, error: Permanent, now: datetime) -> bool:
        """Somebody deleted the message: once it is posted again, unless its case is done."""
        with self.db.write() as session:
            case = session.get(Case, job.case_id) if job.case_id else None
            done = case is not None and case.status in ("resolved", "dismissed")
            if done or job.posted > 1 or job.kind == NotificationKind.DIGEST:
                queue.leave(session, job, f"{error}")
            else:
                queue.start_anew(session, job)
        return False

    def _broken(self, job: Job, error: Exception, now: datetime, unsure: bool | None = None) -> bool:
        """Our own mistake: later again, and given up where it lasts; the log names the place, never the values. Tries
        that something else made fail do not count: an outage is over at some time."""
        where, tries = place(error), job.attempts if (job.error or "").startswith(OURS) else 1
        log.error("broken: %s", where, extra={"action": "outbox.broken", "notification": job.id})
        unsure = job.unsure if unsure is None else unsure
        if tries >= claims.MAX_ATTEMPTS:
            return self._give_up(job, Permanent(where, REPORT), now, unsure)
        with self.db.write() as session:
            queue.put_back(session, job, unsure=unsure, attempts=tries)
            claims.retry(
                session,
                Notification,
                job.id,
                job.token,
                attempt=tries,
                error=f"{OURS}{where}",
                now=now,
                give_up=None,
            )
        return False


def deliver_waiting(
    db: Database,
    channels: Mapping[str, Channel],
    brands: Mapping[str, Brand],
    *,
    report: Reporting | None = None,
    clock: Callable[[], datetime] = utcnow,
    quiet: timedelta = QUIET,
    wait: Callable[[float], object] | None = None,
    stop: Callable[[], bool] = lambda: False,
    limit: int = 10_000,
    only: str | None = None,
    make_room: MakingRoom | None = None,
    links: Links | None = None,
) -> int:
    """Delivers all that may go now, one after the other; gives how many were delivered.

    `wait` (seconds) is called while all that is left waits for a channel's pace; without it that is left for the next
    call. `stop` is asked between two messages. Channels keep their pace between calls: pass the same objects. `only`:
    the name of one of them, where each is delivered by a thread of its own. `make_room`, `links`: see `Outbox`.
    """
    outbox = Outbox(db, channels, brands, report, clock, quiet, only, make_room, links or Links())
    if queue.revive(db, clock()):
        outbox.recover()
    delivered = 0
    while delivered < limit and not stop():
        outcome = outbox.step()
        delivered += outcome is True
        if outcome is None and not _waited(db, outbox.delivered, clock(), wait):
            break
    return delivered


def _waited(
    db: Database, channels: Mapping[str, Channel], now: datetime, wait: Callable[[float], object] | None
) -> bool:
    """Waits for the next lane that opens soon; False: there is none, or nothing waits for it."""
    opens = [moment for channel in channels.values() for moment in channel.lanes.closed(now).values()]
    soon = min(opens, default=None)
    if wait is None or soon is None or soon - now > PATIENCE or not queue.any_ripe(db, channels, now):
        return False
    wait(min(soon - now, LONGEST_NAP).total_seconds())
    return True


def _quoting(session: Session, job: Job, mentions: tuple[int, ...]) -> dict[str, Any]:
    """The body of a report with the mentions that it quotes: what erases one of them finds it by these."""
    row = session.get(Notification, job.id)
    return {**(row.body if row else {}), "mentions": list(mentions)}


def _version(session: Session, job: Job) -> tuple[int, timedelta | None]:
    """The version of the case (or the bundle) that its message should show, and how long that of a storm rests between
    edits; locked, so that no move slips in between."""
    if job.kind == NotificationKind.BUNDLE:
        notices.lock(session, [job.key])  # whoever adds a case to it right now is waited for
        return bundle_version(session, job.key), None
    chosen = select(Case).where(col(Case.id) == job.case_id).with_for_update()
    case = session.exec(chosen).first() if job.kind == NotificationKind.CASE else None
    return (0, None) if case is None else (case.version, notices.rest(case))
