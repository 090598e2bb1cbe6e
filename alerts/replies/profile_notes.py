"""What a brand may write on its own profile while nobody is there, as its drafts propose it. One place shows it to
everybody (the App Home), each case that has one on demand, and no message: every evening has one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from alerts import sla
from alerts.card import DRAFT, kind_of
from alerts.text import shown
from store.brand import Brand
from store.tables import Draft

LATEST = 2_000  # drafts of a brand among which notes are looked for
PER_LANGUAGE = 20  # notes of a language that are looked at: of a grave matter the note does not hold


@dataclass(frozen=True, slots=True)
class ProfileNote:
    """A note in a language, for the profile of the brand (its name)."""

    brand: str
    lang: str
    text: str


def holds(draft: Draft, brand: Brand | None, now: datetime) -> bool:
    """Whether the note of a draft is still true: the brand is closed now, and has been since it was written. A grave
    matter goes by hours of its own."""
    if brand is None or not draft.status_note or kind_of(draft.moves):
        return False
    calendar = sla.calendar(brand, "normal")
    opens = sla.next_opening(now, calendar)
    return opens is not None and opens > now and sla.next_opening(draft.created_at, calendar) == opens


def latest(session: Session, brands: Mapping[str, Brand], now: datetime) -> tuple[ProfileNote, ...]:
    """The latest note that holds, of each brand and language."""
    return tuple(note for brand in brands.values() for note in _latest(session, brand, now))


def _latest(session: Session, brand: Brand, now: datetime) -> list[ProfileNote]:
    """Nothing is looked at while the brand is open: no note holds then."""
    opens = sla.next_opening(now, sla.calendar(brand, "normal"))
    if opens is None or opens <= now:
        return []
    latest = (
        select(Draft.id)
        .where(Draft.brand == brand.key)
        .order_by(col(Draft.id).desc())
        .limit(LATEST)
        .subquery()
    )
    rank = func.row_number().over(partition_by=col(Draft.lang), order_by=col(Draft.id).desc())
    noted = (
        select(col(Draft.id), rank.label("rank"))
        .where(col(Draft.id).in_(select(latest.c.id)), col(Draft.status_note).is_not(None))
        .where(col(Draft.outdated).is_(False))
        .subquery()
    )
    rows = session.exec(
        select(Draft)
        .join(noted, noted.c.id == col(Draft.id))
        .where(noted.c.rank <= PER_LANGUAGE)
        .order_by(col(Draft.id).desc())
    )
    found: dict[str, ProfileNote] = {}
    for draft in rows:
        if draft.lang not in found and holds(draft, brand, now):
            text = shown(draft.status_note, DRAFT)
            found[draft.lang] = ProfileNote(brand.name or brand.key, draft.lang, text)
    return list(found.values())
