"""What a poll costs that finds nothing new: requests and statements that write are counted, not timed."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import event

from store.db import Database
from store.tables import MentionState
from tests.crawlers.conftest import Clock
from tests.crawlers.engine import Engine, Told
from tests.crawlers.jobs import job, mentions, page_source, source_row
from tests.crawlers.site import Answer, Asked, Site, put_list, review, reviews_page

READS = ("SELECT", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")
ONLY_THE_ROW = ["UPDATE source"]
JSON = "application/json"


@contextmanager
def writes() -> Iterator[list[str]]:
    """Every statement that writes, as its first words up to the table's name, from whichever connection."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        words = statement.split()
        if words[0].upper() not in READS:
            found.append(" ".join(words[:2] if words[0] == "UPDATE" else words[:3]))

    event.listen(SqlEngine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(SqlEngine, "before_cursor_execute", note)


def poll(
    engine: Engine, db: Database, source: dict[str, Any], site: Site
) -> tuple[Told, list[Asked], list[str]]:
    """A crawl, with what it asked for beside robots.txt and what it wrote."""
    before = len(site.asked)
    with writes() as written:
        told = engine.crawl(job(db, source))
    assert told.report.status == "ok", told.report.error
    return told, [asked for asked in site.asked[before:] if asked.path != "/robots.txt"], written


def tagged(body: str, kind: str = "text/html; charset=utf-8") -> Callable[[Asked], Answer]:
    """An answer with an entity tag, and 304 to whoever knows it."""

    def answer(asked: Asked) -> Answer:
        if asked.headers.get("If-None-Match") == '"v1"':
            return Answer(status=304, headers={"ETag": '"v1"'})
        return Answer(body.encode(), kind=kind, headers={"ETag": '"v1"'})

    return answer


def test_a_feed_that_did_not_change(engine: Engine, db: Database, site: Site, clock: Clock) -> None:
    items = "".join(
        f"<item><guid>urn:{n}</guid><title>Aurora {n}</title><pubDate>Mon, 23 Nov 2026 1{n}:00:00 GMT</pubDate></item>"
        for n in range(5)
    )
    feed = f'<rss version="2.0"><channel><title>Stampa</title>{items}</channel></rss>'
    site.put("/rss.xml", tagged(feed, "application/rss+xml"))
    source = {"name": "press", "type": "feed", "brand": "aurora", "url": site.url("/rss.xml"), "match": False}
    first, asked, written = poll(engine, db, source, site)
    assert (first.report.new, len(asked)) == (5, 1)
    assert "INSERT INTO mention" in written  # what is counted is seen
    for _ in range(2):
        clock.pass_by(minutes=15)
        told, asked, written = poll(engine, db, source, site)
        assert told.report.new + told.report.edited + told.report.refreshed + told.report.gone == 0
        assert [one.headers.get("If-None-Match") for one in asked] == ['"v1"']
        assert written == ONLY_THE_ROW
    assert source_row(db, "press").last_ok_at == clock.now


def test_a_page_that_did_not_change(engine: Engine, db: Database, site: Site, clock: Clock) -> None:
    site.put("/list", tagged(reviews_page([review(n) for n in range(5)])))
    source = page_source(site.url("/list"))
    poll(engine, db, source, site)
    for _ in range(2):
        clock.pass_by(minutes=15)
        told, asked, written = poll(engine, db, source, site)
        assert told.report.requests == len(asked) == 1
        assert asked[0].headers.get("If-None-Match") == '"v1"'
        assert written == ONLY_THE_ROW
    clock.pass_by(days=2)  # a whole read of what is one page is that page; robots.txt is read once a day
    written = poll(engine, db, source, site)[2]
    assert written == ["DELETE FROM robots", "INSERT INTO robots", *ONLY_THE_ROW]
    assert sum(one.path == "/robots.txt" for one in site.asked) == 2
    assert source_row(db).failures == source_row(db).empty_reads == 0


def test_a_page_that_grows_beyond_one_is_read_whole(
    engine: Engine, db: Database, site: Site, clock: Clock
) -> None:
    site.put("/list", tagged(reviews_page([review(n) for n in range(5)])))
    source = page_source(site.url("/list"))
    poll(engine, db, source, site)
    put_list(site, "/list", [review(n) for n in range(10)])
    clock.pass_by(minutes=15)
    assert poll(engine, db, source, site)[0].report.new == 5
    clock.pass_by(minutes=15)
    _, asked, written = poll(engine, db, source, site)
    assert [one.path for one in asked] == ["/list", "/list?page=2"]
    assert not any("If-None-Match" in one.headers for one in asked)
    assert written == ONLY_THE_ROW


def test_what_vanished_is_looked_for_once_more_though_nothing_changed_since(
    engine: Engine, db: Database, site: Site, clock: Clock
) -> None:
    source = page_source(site.url("/list"))
    site.put("/list", reviews_page([review(n) for n in range(10)]))
    poll(engine, db, source, site)
    site.put("/list", tagged(reviews_page([review(n) for n in range(5)])))
    gone = []
    for _ in range(3):
        clock.pass_by(minutes=15)
        gone.append(poll(engine, db, source, site)[0].report.gone)
    assert gone == [0, 5, 0]  # many at once are believed when the next read agrees


def test_a_page_without_an_entity_tag(engine: Engine, db: Database, site: Site, clock: Clock) -> None:
    site.put("/list", reviews_page([review(n) for n in range(5)]))
    source = page_source(site.url("/list"))
    poll(engine, db, source, site)
    clock.pass_by(minutes=15)
    _, asked, written = poll(engine, db, source, site)
    assert (len(asked), written) == (1, ONLY_THE_ROW)


def test_of_a_list_of_pages_the_first_are_read(
    engine: Engine, db: Database, site: Site, clock: Clock
) -> None:
    """Its second page may hold an edit that the first one's entity tag knows nothing of."""
    put_list(site, "/list", [review(n) for n in range(30)])
    first = reviews_page([review(n) for n in range(5)], "/list?page=2")
    site.put("/list", tagged(first))
    source = page_source(site.url("/list"), overlap="1h")
    poll(engine, db, source, site)
    clock.pass_by(minutes=15)
    _, asked, written = poll(engine, db, source, site)
    assert [one.path for one in asked] == ["/list", "/list?page=2", "/list?page=3"]
    assert not any("If-None-Match" in one.headers for one in asked)
    assert written == ONLY_THE_ROW
    edited = [review(n) for n in range(5, 10)]
    edited[2]["reviewBody"] = "Nel frattempo ci ho ripensato"
    site.put("/list?page=2", reviews_page(edited, "/list?page=3"))
    assert poll(engine, db, source, site)[0].report.edited == 1


def test_an_app_store_without_new_reviews(engine: Engine, db: Database, site: Site, clock: Clock) -> None:
    def entry(number: int) -> dict[str, Any]:
        return {
            "id": {"label": f"{number}"},
            "author": {
                "name": {"label": f"cliente {number}"},
                "uri": {"label": f"https://a.example/{number}"},
            },
            "updated": {"label": f"2026-11-23T{23 - number:02}:00:00-07:00"},
            "im:rating": {"label": "2"},
            "im:voteSum": {"label": "3"},
            "title": {"label": "Lenta"},
            "content": {"label": f"Recensione {number}"},
        }

    body = json.dumps({"feed": {"entry": [entry(n) for n in range(20)]}}).encode()
    path = "/it/rss/customerreviews/page={}/id=123/sortby=mostrecent/json"
    site.put(path.format(1), Answer(body, kind=JSON))
    site.put(path.format(2), Answer(b"no more", 400, kind="text/plain"))
    source = {"name": "app", "type": "appstore", "brand": "aurora", "app_id": "123", "countries": ["it"]}
    source["base_url"] = site.base_url
    first, _, _ = poll(engine, db, source, site)
    assert first.report.new == 20
    clock.pass_by(minutes=15)
    told, asked, written = poll(engine, db, source, site)
    assert told.report.new + told.report.edited + told.report.refreshed == 0
    assert {one.path for one in asked} <= {path.format(1), path.format(2)}
    assert written == ONLY_THE_ROW


def listing(*children: dict[str, Any]) -> bytes:
    things = [{"kind": one["name"][:2], "data": one} for one in children]
    return json.dumps({"kind": "Listing", "data": {"after": None, "children": things}}).encode()


@pytest.fixture
def reddit(site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("REDDIT_CLIENT_ID", "ascolto")
    monkeypatch.setenv("REDDIT_CLIENT_SECRET", "secret")
    posts = [
        {
            "name": f"t3_{n}",
            "author": f"cliente{n}",
            "title": "Caffè Aurora",
            "selftext": f"La cialda numero {n}",
            "created_utc": clock.now.timestamp() - 60 * n - 1,
            "ups": 4,
            "num_comments": 1,
        }
        for n in range(10)
    ]
    site.put("/token", Answer(b'{"access_token": "t", "token_type": "bearer"}', kind=JSON))
    site.put("/search?*", Answer(listing(*posts), kind=JSON))
    site.put("/api/info?*", Answer(listing(*posts), kind=JSON))
    return {
        "name": "reddit",
        "type": "reddit",
        "brand": "aurora",
        "query": "caffè aurora",
        "base_url": site.base_url,
        "token_url": site.url("/token"),
    }


def test_reddit_without_new_posts(
    engine: Engine, db: Database, site: Site, clock: Clock, reddit: dict[str, Any]
) -> None:
    poll(engine, db, reddit, site)
    clock.pass_by(minutes=2)  # none is due for a look yet
    told, asked, written = poll(engine, db, reddit, site)
    assert [one.path.partition("?")[0] for one in asked] == ["/token", "/search"]
    assert told.report.new + told.report.edited + told.report.refreshed == 0
    assert written == ONLY_THE_ROW


def test_a_look_that_finds_nothing_new_only_sets_the_next(
    engine: Engine, db: Database, site: Site, clock: Clock, reddit: dict[str, Any]
) -> None:
    poll(engine, db, reddit, site)
    clock.pass_by(minutes=20)
    _, asked, written = poll(engine, db, reddit, site)
    assert [one.path.partition("?")[0] for one in asked if one.path != "/token"] in (
        ["/search", "/api/info"],
        ["/api/info", "/search"],
    )
    assert sorted(written) == ["UPDATE mention", *ONLY_THE_ROW]  # one statement for all ten
    stored = mentions(db)
    assert all(one.look_again_at and one.look_again_at > clock.now for one in stored)
    assert {one.changed_at for one in stored} == {one.first_seen_at for one in stored}
    assert {one.state for one in stored} == {MentionState.NEW}
