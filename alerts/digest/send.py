"""When a digest is due, and what its notification shows. Each period's is written once, under a key of its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from alerts import notices
from alerts.digest.measure import measure
from alerts.digest.period import Period
from alerts.digest.write import write
from alerts.views import Report
from alerts.words import Words
from store.brand import Brand
from store.db import Database
from store.tables import Mention, Notification, NotificationKind

HOUR = 8  # of Monday, in the brand's zone


def report(
    session: Session, row: Notification, now: datetime, *, brands: Mapping[str, Brand], words: Words
) -> Report:
    """What the digest notification `row` shows. Raises LookupError where its brand is not configured any more."""
    brand = brands.get(row.brand or "")
    if brand is None:
        raise LookupError(f"the brand {row.brand} is not configured any more")
    period = Period.parse(str(row.body.get("period")), brand.zone)
    return write(measure(session, brand, period, now), brand, words)


def announce(db: Database, brands: Mapping[str, Brand], channels: Sequence[str], now: datetime) -> int:
    """Writes the notification of last week's digest for each brand whose Monday morning has come; gives how many.

    The key is the week's: however often this is asked, each is written once. A brand that had no mention up to the
    week's end is too new for one.
    """
    with db.write() as session:
        return sum(_announce(session, brand, channels, now) for brand in brands.values())


def post(session: Session, brand: Brand, period: Period, channels: Sequence[str], now: datetime) -> int:
    """Writes the notification of a period's digest, unless that was done before; gives how many were new."""
    return notices.add(
        session,
        f"digest:{brand.key}:{period.name}",
        channels,
        now,
        kind=NotificationKind.DIGEST,
        brand=brand.key,
        target="digest",
        priority=notices.DIGEST,
        body={"period": period.name},
    )


def _announce(session: Session, brand: Brand, channels: Sequence[str], now: datetime) -> int:
    local = now.astimezone(brand.zone)
    if (local.weekday(), local.hour) < (0, HOUR):
        return 0
    period = Period.last_week(now, brand.zone)
    known = select(col(Mention.id)).where(
        col(Mention.brand) == brand.key, col(Mention.first_seen_at) < period.ends
    )
    return post(session, brand, period, channels, now) if session.execute(known.limit(1)).first() else 0
