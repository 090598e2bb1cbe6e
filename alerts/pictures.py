"""Pictures of messages, in channels that take them apart from texts: the text goes first, the picture when it can.

A message that is delivered and has a picture asks for it with a row. A stage of its own draws and uploads, so that no
message waits for a slow upload; then the message is edited once, and shows it. A crash before the upload is noted
uploads again: what lies in the channel unseen is nothing to anybody, and the message is still edited once.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from alerts import notices
from alerts.channels.base import Channel, Gallery, Misconfigured
from alerts.charts.picture import Picture
from alerts.views import Reporting, load_view, picture_of
from store import claims
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.errors import Permanent, Transient
from store.logs import place
from store.tables import Notification, OutboxState, PictureRow

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)  # longer than drawing and an upload with its time-outs
REST = timedelta(minutes=10)  # between two pictures of one message
READY = timedelta(seconds=2)  # what the channel needs after an upload before it shows the picture
TOO_LATE = timedelta(days=1)  # from then on a picture is news no more
RECHECK = 900.0  # seconds between two tries while the channel is not set up for it
REFUSALS = 6  # so often a message is edited for a picture that the channel does not show yet


def ready(db: Database, notification_id: int) -> str | None:
    """The channel's id of the picture that the message may show; None: it is not there (yet)."""
    with db.read() as session:
        row = _row(session, notification_id)
        return row.file if row is not None and row.refused < REFUSALS else None


def refuse(db: Database, notification_id: int) -> None:
    """The channel does not take the picture into the message: it needs a moment, or it never will."""
    with db.write() as session:
        row = _row(session, notification_id, lock=True)
        if row is not None:
            row.refused += 1
    log.warning("picture not taken", extra={"action": "picture.refused", "notification": notification_id})


def note(
    session: Session, notification_id: int, picture: Picture, shown: str | None, now: datetime
) -> timedelta | None:
    """A message that has `picture` was delivered, showing the one that is `shown` (the channel's id; None: none). Asks
    for it where it was not asked for; gives how long to wait before the message is edited to show one that is there;
    None: it need not be."""
    row = _row(session, notification_id, lock=True)
    if row is None:
        session.add(PictureRow(notification_id=notification_id, mark=picture.mark, asked_at=now))
        return None
    row.shown = shown
    in_hand = row.claimed_until is not None and row.claimed_until > now
    if picture.mark != row.mark and not in_hand and now >= row.asked_at + REST:
        row.mark, row.state, row.asked_at, row.refused = picture.mark, OutboxState.WAITING, now, 0
        row.attempts, row.next_try_at, row.error = 0, None, None
        return None
    if row.file in (None, shown) or row.refused >= REFUSALS:
        return None
    return claims.wait(row.refused, 1.0) if row.refused else timedelta()


def upload_waiting(
    db: Database,
    channels: Mapping[str, Channel],
    brands: Mapping[str, Brand],
    *,
    report: Reporting | None = None,
    clock: Callable[[], datetime] = utcnow,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Draws and uploads the pictures that are asked for, the first first; gives how many are there now. Their messages
    are then to be edited."""
    galleries = {name: channel for name, channel in channels.items() if isinstance(channel, Gallery)}
    done = 0
    while galleries and not stop():
        outcome = _upload_next(db, galleries, brands, report, clock)
        if outcome is None:
            break
        done += outcome
    return done


def _upload_next(
    db: Database,
    galleries: Mapping[str, Gallery],
    brands: Mapping[str, Brand],
    report: Reporting | None,
    clock: Callable[[], datetime],
) -> bool | None:
    """True: one is uploaded; False: tried in vain; None: nothing waits."""
    now = clock()
    ours = select(col(Notification.id)).where(col(Notification.channel).in_(list(galleries)))
    with db.write() as session:
        claimed = claims.claim(
            session,
            PictureRow,
            (OutboxState.WAITING,),
            now=now,
            lease=LEASE,
            limit=1,
            where=(col(PictureRow.notification_id).in_(ours),),
        )
        if not claimed.ids:
            return None
        row = session.get_one(PictureRow, claimed.ids[0])
        session.expunge(row)
    try:
        with db.read() as session:
            notification = session.get_one(Notification, row.notification_id)
            channel = notification.channel
            view = load_view(session, notification, brands, now, report)
        picture = picture_of(view)
        if picture is None:
            raise Permanent("nothing_to_show")
        file = galleries[channel].upload(picture)
    except (
        Exception
    ) as error:  # a picture is never worth a message, and a poisoned one must not stop the others
        return _failed(db, galleries, row, claimed.token, error, clock())
    return _done(db, row, claimed.token, picture.mark, file, clock())


def _done(db: Database, row: PictureRow, token: str, mark: str, file: str, now: datetime) -> bool:
    with db.write() as session:
        ours = claims.finish(
            session, PictureRow, row.id or 0, token, state=OutboxState.SENT, mark=mark, file=file, refused=0
        )
        if ours:  # a message that is in hand right now compares when it is done
            session.execute(
                update(Notification)
                .where(
                    col(Notification.id) == row.notification_id, col(Notification.state) == OutboxState.SENT
                )
                .values(state=OutboxState.STALE, next_try_at=now + READY, attempts=0)
                .execution_options(synchronize_session=False)
            )
    log.info("picture uploaded", extra={"action": "picture.uploaded", "notification": row.notification_id})
    return True


def _failed(
    db: Database,
    galleries: Mapping[str, Gallery],
    row: PictureRow,
    token: str,
    error: Exception,
    now: datetime,
) -> bool:
    """The message stays as it is. A fault that a person can mend is told, once a day."""
    meant = isinstance(error, Transient | Permanent)
    why = f"{error}" if meant else f"fault: {place(error)}"
    closed = isinstance(error, Misconfigured)
    last = (isinstance(error, Permanent | LookupError) and not closed) or now > row.asked_at + TOO_LATE
    last = last or (not meant and row.attempts >= claims.MAX_ATTEMPTS)
    with db.write() as session:
        if last:
            claims.finish(session, PictureRow, row.id or 0, token, state=OutboxState.FAILED, error=why[:500])
        else:
            claims.retry(
                session,
                PictureRow,
                row.id or 0,
                token,
                attempt=row.attempts,
                error=why,
                now=now,
                at_least=error.retry_after if isinstance(error, Transient) else RECHECK if closed else None,
                give_up=None,
            )
        if isinstance(error, Misconfigured):  # by the message's way: texts get through
            names = list(galleries)
            notices.report_trouble(session, names, now, names[0], "pictures", error.reason, error.mend)
    log.warning(
        "picture not uploaded: %s",
        why,
        extra={"action": "picture.failed", "notification": row.notification_id},
    )
    return False


def _row(session: Session, notification_id: int, *, lock: bool = False) -> PictureRow | None:
    chosen = select(PictureRow).where(col(PictureRow.notification_id) == notification_id)
    if lock:  # whoever uploads and whoever delivers see each other
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    return session.scalars(chosen).first()
