"""What a brief shows, as plain values, read from the rows at sending time; and who paused what.

A brief's notification keeps numbers and ids, never texts (see `alerts.briefs`, which writes it). However much happened,
it takes the same few queries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from alerts.card import platform_label, safe_url
from alerts.text import one_line, shown
from store.brand import Brand
from store.clock import aware
from store.tables import Case, Mention, Notification, Sample, Score

MORNING, EVENING = "morning", "evening"
LISTED = 10  # lines of each kind that are shown; the rest are counted
QUOTE, NAME = 100, 60


@dataclass(frozen=True, slots=True)
class Item:
    """A mention on a line, and where it has one, its case. `due_at` and `owner` are the case's; `author`, `quote` and
    `url` are empty where the mention was erased, and where the case is a `spike` in the volume."""

    urgency: str | None = None
    platform_label: str = ""
    stars: float | None = None
    author: str = ""
    quote: str = ""
    url: str | None = None
    case_id: int | None = None
    status: str = ""
    due_at: datetime | None = None
    owner: str | None = None
    spike: bool = False


@dataclass(frozen=True, slots=True)
class Sampled:
    """A mention that did not alert, and what was said of that: right or missed."""

    sample_id: int
    item: Item
    said: str | None = None
    said_by: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The first of `total`."""

    items: tuple[Item, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """A source that was not read since `last_ok_at` (None: never)."""

    source: str
    last_ok_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """Where things stand for a brand at `at`. `moment`: morning or evening; `mentions` came since `since`; `came`:
    the cases they opened; `owners`: who has how many of what is `open` (None: nobody); `inbox`: the address of all of
    them there."""

    brand: str
    moment: str
    at: datetime
    since: datetime
    now: datetime
    zone: ZoneInfo
    mentions: int = 0
    came: Listing = Listing()
    due: Listing = Listing()
    open: Listing = Listing()
    owners: tuple[tuple[str | None, int], ...] = ()
    muted: Listing = Listing()
    sources: int = 0
    unread: tuple[Unread, ...] = ()
    samples: tuple[Sampled, ...] = ()
    inbox: str | None = None


@dataclass(frozen=True, slots=True)
class Switched:
    """Somebody paused what can wait (of `brand`; "": of all), or it goes on. `who` None: its time was over."""

    brand: str
    on: bool
    now: datetime
    zone: ZoneInfo
    who: str | None = None
    until: datetime | None = None


def brief_key(brand: str, day: date, moment: str) -> str:
    """The key of a brief's notification, without its channel."""
    return f"brief:{brand}:{day.isoformat()}:{moment}"


def load_brief(session: Session, row: Notification, brand: Brand | None, now: datetime) -> Brief:
    """What a brief's notification shows. Raises LookupError where it has no moment."""
    body = row.body
    if not body.get("at"):
        raise LookupError(f"notification {row.key} has no moment")
    at = aware(datetime.fromisoformat(body["at"]))
    cases = _cases(session, [*_ids(body, "came"), *_ids(body, "due"), *_ids(body, "open")])
    muted = _mentions(session, _ids(body, "muted"))
    return Brief(
        brand=brand.name if brand else row.brand or "",
        moment=str(body.get("moment")),
        at=at,
        since=aware(datetime.fromisoformat(body.get("since") or body["at"])),
        now=now,
        zone=brand.zone if brand else ZoneInfo("UTC"),
        mentions=int(body.get("mentions_came") or 0),
        came=_listing(body, "came", cases),
        due=_listing(body, "due", cases),
        open=_listing(body, "open", cases),
        owners=tuple((_name(owner), int(count)) for owner, count in body.get("owners", ())),
        muted=_listing(body, "muted", muted),
        sources=int(body.get("sources") or 0),
        unread=tuple(
            Unread(_name(name) or "", aware(datetime.fromisoformat(moment)) if moment else None)
            for name, moment in body.get("unread", ())
        ),
        samples=_samples(session, _ids(body, "samples")),
    )


def load_switched(row: Notification, brand: Brand | None, now: datetime) -> Switched:
    """What is told of a pause."""
    until = row.body.get("until")
    return Switched(
        brand.name if brand else row.brand or "",
        row.body.get("event") == "on",
        now,
        brand.zone if brand else ZoneInfo("UTC"),
        row.body.get("who"),
        aware(datetime.fromisoformat(until)) if until else None,
    )


def _ids(body: Mapping[str, Any], name: str) -> list[int]:
    return [number for number in body.get(name, ()) if isinstance(number, int)]


def _name(name: str | None) -> str | None:
    return shown(one_line(name), NAME) if name else None


def _listing(body: Mapping[str, Any], name: str, items: Mapping[int, Item]) -> Listing:
    ids = _ids(body, name)
    found = tuple(items[number] for number in ids if number in items)
    return Listing(found, int(body.get(f"{name}_total") or len(ids)))


def _cases(session: Session, ids: Sequence[int]) -> dict[int, Item]:
    if not ids:
        return {}
    rows = session.execute(
        select(Case, Mention)
        .join(Mention, col(Mention.id) == col(Case.mention_id), isouter=True)
        .where(col(Case.id).in_(set(ids)))
    )
    return {case.id or 0: _item(mention, case.urgency, case) for case, mention in rows}


def _mentions(session: Session, ids: Sequence[int]) -> dict[int, Item]:
    if not ids:
        return {}
    scored = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)
    rows = session.execute(
        select(Mention, col(Score.urgency))
        .join(Score, scored, isouter=True)
        .where(col(Mention.id).in_(ids), col(Mention.content_hash) != "")
    )
    return {mention.id or 0: _item(mention, urgency) for mention, urgency in rows}


def _samples(session: Session, ids: Sequence[int]) -> tuple[Sampled, ...]:
    """In the order in which they were drawn; what was erased meanwhile is not there any more."""
    if not ids:
        return ()
    rows = session.execute(
        select(Sample, Mention)
        .join(Mention, col(Mention.id) == Sample.mention_id)
        .where(col(Sample.id).in_(ids), col(Mention.content_hash) != "")
        .order_by(col(Sample.id))
    )
    return tuple(
        Sampled(sample.id or 0, _item(mention, None), sample.said, _name(sample.said_by))
        for sample, mention in rows
    )


def _item(mention: Mention | None, urgency: str | None, case: Case | None = None) -> Item:
    known: dict[str, Any] = {"urgency": urgency}
    if case is not None:
        known |= {"case_id": case.id, "status": case.status, "due_at": case.due_at, "owner": case.owner}
    if mention is None and case is not None and case.mention_id is None and "spike" in case.reasons:
        return Item(**known, spike=True)
    if mention is None or not mention.content_hash:
        return Item(**known)
    return Item(
        **known,
        platform_label=platform_label(mention.platform),
        stars=mention.stars,
        author=shown(mention.author and one_line(mention.author), NAME),
        quote=shown(one_line(mention.text[: QUOTE * 8] or mention.title or ""), QUOTE),
        url=safe_url(mention.url)[0],
    )
