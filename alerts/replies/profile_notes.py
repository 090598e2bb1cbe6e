"""What a brand may write on its own profile while nobody is there, as its drafts propose it. One place shows it to
everybody (the App Home), each case that has one on demand, and no message: every evening has one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from alerts import sla
from alerts.card import DRAFT, kind_of
from alerts.text import shown
from store.brand import Brand
from store.tables import Draft

LATEST = 50  # drafts of a brand that are looked at


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
    rows = session.exec(
        select(Draft)
        .where(Draft.brand == brand.key, col(Draft.status_note).is_not(None))
        .order_by(col(Draft.id).desc())
        .limit(LATEST)
    )
    found: dict[str, ProfileNote] = {}
    for draft in rows:
        if draft.lang not in found and holds(draft, brand, now):
            text = shown(draft.status_note, DRAFT)
            found[draft.lang] = ProfileNote(brand.name or brand.key, draft.lang, text)
    return list(found.values())
