"""The note for the brand's own profile: the latest in each language, for as long as it is true."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.replies import profile_notes
from alerts.replies.profile_notes import ProfileNote
from store.brand import Brand
from store.db import Database
from tests.alerts.queries import counted
from tests.alerts.rows import add_case, add_draft, add_mention

FRIDAY = datetime.fromisoformat("2026-11-27T18:00:00+00:00")  # an hour after closing in Rome
AURORA = Brand(key="aurora", name="Caffè Aurora", policy={"hours": "mon-fri 09:00-18:00"})
NOTE = "Siamo chiusi: rispondiamo da lunedì."


def noted(db: Database, at: datetime, number: int = 1, **draft: Any) -> None:
    with db.write() as session:
        mention = add_mention(session, at, number)
        known: dict[str, Any] = {"status_note": NOTE} | draft
        add_draft(session, add_case(session, mention, at), mention, at, **known)


def latest(db: Database, now: datetime, brand: Brand = AURORA) -> tuple[ProfileNote, ...]:
    with db.read() as session:
        return profile_notes.latest(session, {"aurora": brand}, now)


@pytest.mark.parametrize(("hours", "holds"), [(0, True), (62, True), (63, False), (72, False)])
def test_it_holds_until_the_brand_opens(database: Database, hours: int, holds: bool) -> None:
    noted(database, FRIDAY)
    found = latest(database, FRIDAY + timedelta(hours=hours - 1))
    assert found == ((ProfileNote("Caffè Aurora", "it", NOTE),) if holds else ())


def test_one_of_before_says_another_day(db: Database) -> None:
    noted(db, FRIDAY - timedelta(days=1))  # Thursday evening's: "from Friday on"
    assert latest(db, FRIDAY) == ()


def test_one_a_language_the_latest(db: Database) -> None:
    noted(db, FRIDAY)
    noted(db, FRIDAY + timedelta(hours=1), 2, status_note="Siamo chiusi.\u202e")
    noted(db, FRIDAY + timedelta(hours=2), 3, lang="en", status_note="We are closed.")
    noted(db, FRIDAY + timedelta(hours=3), 4, status_note=None)
    texts = {note.lang: note.text for note in latest(db, FRIDAY + timedelta(hours=4))}
    assert texts == {"it": "Siamo chiusi.", "en": "We are closed."}


def test_a_flood_in_one_language_hides_no_other(db: Database) -> None:
    noted(db, FRIDAY, lang="en", status_note="We are closed.")
    for number in range(2, 60):
        noted(db, FRIDAY + timedelta(minutes=number), number)
    assert {note.lang for note in latest(db, FRIDAY + timedelta(hours=2))} == {"it", "en"}


def test_one_that_is_to_be_written_anew_is_not_shown(db: Database) -> None:
    noted(db, FRIDAY, outdated=True)
    assert latest(db, FRIDAY) == ()


def test_of_a_brand_without_notes_not_every_draft_is_looked_at(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_notes, "LATEST", 3)
    noted(db, FRIDAY)
    for number in range(2, 6):
        noted(db, FRIDAY, number, status_note=None)
    assert latest(db, FRIDAY) == ()
    with counted(db) as statements:
        assert latest(db, FRIDAY, Brand(key="aurora", name="Aurora", policy={"hours": "always"})) == ()
    assert not [one for one in statements if "draft" in one.lower()]


def test_a_grave_matter_goes_by_other_hours(db: Database) -> None:
    noted(db, FRIDAY, moves=["greeting_grave.1", "kind.health.public.1"])
    assert latest(db, FRIDAY) == ()


def test_a_brand_that_is_always_open_has_none(db: Database) -> None:
    noted(db, FRIDAY)
    assert latest(db, FRIDAY, Brand(key="aurora", name="Aurora", policy={"hours": "always"})) == ()
