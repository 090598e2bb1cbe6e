"""YouTube in the demo's internet: what a read finds there, what it costs, and what it does without an allowance."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crawlers.families import google
from demo.google import refused
from demo.internet import Internet
from demo.places import Response, Visit, youtube
from store.clock import utcnow
from store.db import Database
from tests.crawlers.conftest import Clock
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, mentions, source_row

BRAND = "@caffeaurora"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_API_KEY", youtube.SECRETS["YOUTUBE_API_KEY"])


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


def source(internet: Internet, **options: Any) -> dict[str, Any]:
    table = {
        "name": "youtube",
        "type": "youtube",
        "brand": "aurora",
        "base_url": f"{internet.base_url}/youtube",
    }
    return table | options


def test_answers_views_and_units(internet: Internet, engine: Engine, db: Database) -> None:
    """channels, playlistItems, videos, its comments, the replies of one thread; search, videos, and the comments
    on three, one of which takes none."""
    table = source(internet, channel=BRAND, query="caffè aurora")
    report = engine.crawl(job(db, table)).report
    assert (report.status, report.requests) == ("ok", 10)
    assert source_row(db, "youtube").spent == 109
    stored = {m.external_id: m for m in mentions(db)}
    assert stored["Ugxyt02"].answer == "Hi Dagny, it is the 67 mm one."
    assert stored["Ugxyt04.yt05"].answer is not None
    assert stored["Ugxyt04.yt06"].answer is None
    assert stored["Ugxyt04"].answer is None
    assert (stored["Ugxyt01"].place, stored["Ugxyt01"].views) == (
        youtube.FILMS["aurMokaSole"].title,
        youtube.FILMS["aurMokaSole"].views,
    )
    assert stored["Ugxyt08"].edited_at is not None
    internet.advance()
    again = engine.crawl(job(db, table)).report
    assert (again.new, again.status) == (2, "ok")
    assert not any("/search" in request.path for request in internet.requests[10:])
    stored = {m.external_id: m for m in mentions(db)}
    assert (stored["Ugxyt01"].likes, stored["Ugxyt01"].views) == (143, 36_800)
    assert stored["Ugxyt04"].answer is None


def test_what_is_deleted_after_two_days_is_noticed(
    internet: Internet, engine: Engine, db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks go on for two months, at growing distances; each takes one unit, and half of the day at most."""
    clock.now = utcnow()
    table = source(internet, videos=["aurMokaSole"], requests_per_day=100)
    engine.crawl(job(db, table))
    (lost, *_) = sorted(m.external_id for m in mentions(db))

    def without(call: str) -> None:
        shown = youtube._CALLS[call]

        def answer(visit: Visit) -> Response:
            told = shown(visit)
            whole = json.loads(told.body)
            kept = [one for one in whole.get("items", []) if one["id"] != lost]
            return replace(told, body=json.dumps(whole | {"items": kept}).encode())

        monkeypatch.setitem(youtube._CALLS, call, answer)

    clock.pass_by(days=9)
    assert engine.crawl(job(db, table)).report.gone == 0
    without("comments")
    without("commentThreads")
    gone = 0
    for pause in ({"days": 8}, {"minutes": 16}):
        clock.pass_by(**pause)
        gone += engine.crawl(job(db, table)).report.gone
    assert gone == 1
    assert [m.external_id for m in mentions(db) if m.gone_at] == [lost]
    due = [m.look_again_at for m in mentions(db) if not m.gone_at]
    assert all(due), "the others are looked at again"
    clock.pass_by(days=60)
    engine.crawl(job(db, table))
    assert [m.look_again_at for m in mentions(db)] == [None] * len(mentions(db)), "and not for ever"


def test_the_units_of_the_day_end_it(internet: Internet, engine: Engine, db: Database) -> None:
    table = source(internet, query="caffè aurora", requests_per_day=102)
    report = engine.crawl(job(db, table)).report
    assert report.requests == 3  # the search, the videos, one list of comments
    assert "used its 102 requests of today" in (source_row(db, "youtube").last_error or "")


def test_a_person_reads_as_well_as_a_key(
    internet: Internet, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YOUTUBE_API_KEY")
    signed = zip(("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "YT"), youtube.SIGNED_IN.values(), strict=True)
    for name, value in signed:
        monkeypatch.setenv(name, value)
    token = f"{internet.base_url}/youtube/token"
    table = source(internet, videos=["aurMokaSole"], refresh_token_env="YT", token_url=token)
    report = engine.crawl(job(db, table)).report
    assert (report.status, report.new) == ("ok", 3)  # without `channel` nobody knows which is the brand's


def test_a_used_up_quota_waits_for_tomorrow(
    internet: Internet, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    used_up = refused(403, "The request cannot be completed.", "quotaExceeded")
    monkeypatch.setitem(youtube._CALLS, "videos", lambda visit: used_up)
    asked = utcnow()
    report = engine.crawl(job(db, source(internet, videos=["aurMokaSole"]))).report
    assert report.error is not None
    assert "quota of the day is used up" in report.error
    row = source_row(db, "youtube")
    assert row.next_check_at is not None
    assert row.next_check_at >= asked + timedelta(seconds=google.until_tomorrow(asked))
