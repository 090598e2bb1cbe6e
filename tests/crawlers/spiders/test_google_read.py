"""Google's reviews in the demo's internet, read twice: what changed, what was answered, what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from demo.google import refused
from demo.internet import Internet
from demo.places import Response, Visit, google_business, google_play
from store.clock import utcnow
from store.db import Database
from store.tables import Mention
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, mentions


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (google_business.SECRETS | google_play.SECRETS).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


def business(internet: Internet, **options: Any) -> dict[str, Any]:
    base = f"{internet.base_url}/google_business"
    table = {"name": "google", "type": "google_business", "brand": "aurora", "account": "1001"}
    named = {"locations": {"2001": "Torino", "2002": "Lecce"}, "base_url": base, "token_url": f"{base}/token"}
    return table | named | options


def play(internet: Internet, **options: Any) -> dict[str, Any]:
    base = f"{internet.base_url}/google_play"
    table = {"name": "play", "type": "google_play", "brand": "aurora", "package": google_play.PACKAGE}
    return table | {"base_url": base, "token_url": f"{base}/token"} | options


def stored(db: Database, key: str) -> Mention:
    (found,) = (one for one in mentions(db) if one.external_id.endswith(key))
    return found


def test_reviews_of_places_change_and_are_answered(internet: Internet, engine: Engine, db: Database) -> None:
    first = engine.crawl(job(db, business(internet))).report
    assert (first.new, first.status, first.requests) == (5, "ok", 3)  # the token, and a page of each location
    critical, edited, nameless = (stored(db, key) for key in ("gb01", "gb02", "gb04"))
    assert (critical.text[:12], critical.stars, critical.place) == ("Mia figlia è", 1.0, "Torino")
    assert (edited.stars, edited.edited_at, edited.place) == (4.0, None, "Lecce")
    assert (nameless.text, nameless.author, nameless.author_key) == ("", None, None)
    assert stored(db, "gb03").answer == "Thank you Orla, see you soon!"
    internet.advance()
    second = engine.crawl(job(db, business(internet))).report
    assert (second.new, second.edited, second.refreshed, second.gone) == (2, 1, 1, 0)
    edited = stored(db, "gb02")
    assert (edited.stars, edited.revision) == (2.0, 2)
    assert edited.edited_at is not None
    assert stored(db, "gb05").answered_at is not None


def test_reviews_of_an_app_change(internet: Internet, engine: Engine, db: Database) -> None:
    first = engine.crawl(job(db, play(internet, app="Aurora"))).report
    assert (first.new, first.status, first.requests) == (4, "ok", 2)
    titled, spoken = stored(db, "gp03"), stored(db, "gp04")
    assert (titled.title, titled.text[:6], titled.answer) == (
        "Comodissima",
        "Ordino",
        "Grazie Giulia, buon viaggio!",
    )
    assert (spoken.lang, spoken.place) == (None, "Aurora")
    internet.advance()
    second = engine.crawl(job(db, play(internet, app="Aurora"))).report
    assert (second.new, second.edited, second.refreshed) == (2, 1, 1)
    edited = stored(db, "gp04")
    assert (edited.stars, edited.published_at) == (4.0, spoken.published_at)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            lambda internet: business(internet, locations={"2009": "Bari"}),
            "not permitted: sign in as an owner",
        ),
        (lambda internet: play(internet, package="example.other.app"), "no such app"),
    ],
)
def test_what_is_not_ours_is_refused_in_words_that_help(
    table: Any, told: str, internet: Internet, engine: Engine, db: Database
) -> None:
    report = engine.crawl(job(db, table(internet))).report
    assert report.error is not None
    assert report.error.startswith(told)


def test_a_location_that_is_refused_leaves_the_other_one_read(
    internet: Internet, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = google_business.answer

    def busy(visit: Visit) -> Response:
        return (
            refused(403, "Quota exceeded.", "rateLimitExceeded") if "/2002/" in visit.path else answer(visit)
        )

    monkeypatch.setattr(google_business, "answer", busy)
    report = engine.crawl(job(db, business(internet))).report
    assert report.error is not None
    assert "no more requests for the moment" in report.error
    assert {one.place for one in mentions(db)} == {"Torino"}
