"""What sources with an interface need of a crawl: tokens, look-ups by id, a daily budget, an API's own refusals."""

import asyncio
import itertools
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, update

from crawlers import spiders
from crawlers.base import Fetch, Page, Parsed
from crawlers.collector import Collector
from store.clock import utcnow
from store.db import Database
from store.errors import Permanent, Transient
from store.mentions import LOOKS, next_look
from store.tables import Mention
from tests.crawlers.engine import Engine, Told
from tests.crawlers.jobs import job, mentions, source_row
from tests.crawlers.site import Answer, Asked, Site

Reddit = spiders.get("reddit")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDDIT_CLIENT_ID", "me")
    monkeypatch.setenv("REDDIT_CLIENT_SECRET", "s3cret")


def reddit(site: Site, name: str = "reddit", **options: Any) -> dict[str, Any]:
    shape = {
        "type": "reddit",
        "brand": "aurora",
        "query": "aurora",
        "base_url": site.url("/api"),
        "token_url": site.url("/token"),
    }
    return {"name": name} | shape | options


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(json.dumps(value).encode(), status, "application/json", headers)


def listing(*names: str, likes: int = 1, hours: int = 1, after: str | None = None) -> Answer:
    at = (utcnow() - timedelta(hours=hours)).timestamp()
    things = [
        {
            "kind": "t3",
            "data": {
                "name": f"t3_{name}",
                "title": f"Caffè Aurora {name}",
                "author": "a",
                "created_utc": at,
                "ups": likes,
            },
        }
        for name in names
    ]
    return as_json({"data": {"children": things, "after": after}})


def search(query: str = "aurora", after: str = "") -> str:
    return f"/api/search?limit=100&raw_json=1&q={query}&sort=new&type=link" + (
        f"&after={after}" if after else ""
    )


def give_token(site: Site, *answers: Answer) -> None:
    site.put("/token", *(answers or (as_json({"access_token": "tok"}),)))


def make_due(db: Database) -> None:
    with db.write() as session:
        session.execute(
            update(Mention).values(look_again_at=utcnow()).where(col(Mention.look_again_at).is_not(None))
        )


def crawl(engine: Engine, db: Database, *sources: dict[str, Any]) -> Told:
    return engine.crawl(job(db, *sources))


def test_sources_that_sign_in_alike_ask_for_one_token(site: Site, engine: Engine, db: Database) -> None:
    give_token(site)
    site.put(search(), listing("a"))
    site.put(search("moka"), listing("b"))
    told = crawl(engine, db, reddit(site), reddit(site, "other", query="moka"))
    assert {report.error for report in told.reports.values()} == {None}
    assert site.paths.count("/token") == 1
    asked = next(one for one in site.asked if one.path == "/token")
    assert (asked.method, asked.body) == ("POST", b"grant_type=client_credentials")
    assert {one.headers["Authorization"] for one in site.asked if one.path.startswith("/api")} == {
        "Bearer tok"
    }
    assert {m.external_id for m in mentions(db)} == {"t3_a", "t3_b"}


def test_an_api_is_not_asked_for_its_robots_txt(site: Site, engine: Engine, db: Database) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /")
    give_token(site)
    site.put(search(), listing("a"))
    assert crawl(engine, db, reddit(site)).report.error is None
    assert "/robots.txt" not in [asked.path for asked in site.asked]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (as_json({"error": "invalid_grant"}, 400), "the sign-in was refused: HTTP 400"),
        (as_json({"message": "Unauthorized"}, 401), "the sign-in was refused: HTTP 401"),
        (as_json({"token": "elsewhere"}), "no token: the sign-in was answered without one"),
        (Answer(b"<html>", 200), "no token"),
        (Answer(b"", 404), "HTTP 404"),
    ],
)
def test_a_refused_sign_in_is_told_for_each_source(
    answer: Answer, told: str, site: Site, engine: Engine, db: Database
) -> None:
    give_token(site, answer)
    reports = crawl(engine, db, reddit(site), reddit(site, "other", query="moka")).reports
    assert len(reports) == 2
    assert all(report.status == "error" and told in (report.error or "") for report in reports.values())
    assert all("s3cret" not in (report.error or "") for report in reports.values())
    assert site.paths == ["/token"]


@pytest.mark.parametrize("answer", [as_json({"access_token": "tok"}), Answer(b"", 401)])
def test_who_comes_after_the_answer_of_a_sign_in_has_it_as_well(
    answer: Answer, site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The start of a source between the two waits until the answer to the first has come."""
    answered = asyncio.Event()
    begin, unsigned, start_one = Collector.on_token, Collector.on_no_token, Collector._close_badly

    async def on_token(self: Any, response: Any) -> Any:
        async for request in begin(self, response):
            yield request
        answered.set()

    async def on_no_token(self: Any, failure: Any) -> None:
        await unsigned(self, failure)
        answered.set()

    async def close_badly(self: Any, run: Any, error: BaseException) -> None:
        if run.name == "between":
            await answered.wait()
        await start_one(self, run, error)

    monkeypatch.setattr(Collector, "on_token", on_token)
    monkeypatch.setattr(Collector, "on_no_token", on_no_token)
    monkeypatch.setattr(Collector, "_close_badly", close_badly)
    give_token(site, answer)
    site.put(search(), listing("a"))
    site.put(search("moka"), listing("b"))
    between = reddit(site, "between", client_secret_env="NOT_SET")
    reports = crawl(engine, db, reddit(site), between, reddit(site, "other", query="moka")).reports
    assert site.paths.count("/token") == 1
    assert reports["other"].status == reports["reddit"].status
    assert reports["other"].error == reports["reddit"].error
    assert "lost" not in (reports["other"].error or "")


def test_a_look_up_refreshes_what_stands_and_marks_what_is_gone(
    site: Site, engine: Engine, db: Database
) -> None:
    give_token(site)
    site.put(search(), listing("a", "b", likes=1), listing("c", likes=1))
    assert crawl(engine, db, reddit(site)).report.new == 2
    make_due(db)
    site.put("/api/api/info?id=t3_a%2Ct3_b&raw_json=1", listing("a", likes=50))
    report = crawl(engine, db, reddit(site)).report
    assert (report.new, report.refreshed, report.gone, report.error) == (1, 1, 0, None)
    (missed,) = [m for m in mentions(db) if m.external_id == "t3_b"]
    assert missed.look_again_at is not None
    assert missed.look_again_at <= utcnow() + timedelta(minutes=15), "looked at once more, soon"
    with db.write() as session:
        session.execute(
            update(Mention).values(look_again_at=utcnow()).where(col(Mention.external_id) != "t3_c")
        )
    report = crawl(engine, db, reddit(site)).report
    assert (report.gone, report.error) == (1, None), "two looks in a row say so"
    found = {m.external_id: m for m in mentions(db)}
    assert found["t3_a"].likes == 50
    assert found["t3_a"].gone_at is None
    assert found["t3_a"].look_again_at == found["t3_a"].published_at + timedelta(hours=2)
    assert found["t3_b"].gone_at is not None
    assert found["t3_b"].look_again_at is None
    before = len(site.asked)
    crawl(engine, db, reddit(site))
    assert not any("/api/info?" in asked.path for asked in site.asked[before:])


def test_when_all_that_was_asked_for_is_missing_it_is_not_believed(
    site: Site, engine: Engine, db: Database
) -> None:
    give_token(site)
    names = "abcdef"
    site.put(search(), listing(*names))
    crawl(engine, db, reddit(site))
    make_due(db)
    site.put(f"/api/api/info?id={'%2C'.join(f't3_{name}' for name in names)}&raw_json=1", listing())
    assert crawl(engine, db, reddit(site)).report.gone == 0
    assert all(m.gone_at is None for m in mentions(db))


def test_what_a_look_up_shows_unasked_is_not_stored(site: Site, engine: Engine, db: Database) -> None:
    give_token(site)
    site.put(search(), listing("a"))
    crawl(engine, db, reddit(site))
    make_due(db)
    site.put("/api/api/info?id=t3_a&raw_json=1", listing("a", "stranger"))
    crawl(engine, db, reddit(site))
    assert {m.external_id for m in mentions(db)} == {"t3_a"}


def test_looks_grow_apart_and_end_after_two_days() -> None:
    at = utcnow()
    moments = [at]
    while (following := next_look(at, moments[-1])) is not None:
        moments.append(following)
    assert [moment - at for moment in moments[1:]] == list(LOOKS)
    assert all(later - earlier >= timedelta(minutes=15) for earlier, later in itertools.pairwise(moments))
    assert next_look(at - timedelta(days=3), at) is None
    late = [at - timedelta(days=3)]
    while (following := next_look(late[0], max(at, late[-1]), late=True)) is not None:
        late.append(following)
    assert [(moment - late[0]).days for moment in late[1:]] == [4, 8, 16, 32, 64]


def test_a_day_that_is_used_up_goes_on_tomorrow(
    site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_token(site)
    site.put(search(), listing("a", "b", after="t3_b"))
    site.put(search(after="t3_b"), listing("c", "d", hours=2))
    limited = reddit(site, requests_per_day=1)
    report = crawl(engine, db, limited).report
    assert (report.new, report.error) == (2, None)
    row = source_row(db, "reddit")
    assert row.spent == 1
    assert "1 requests of today" in (row.last_error or "")
    before = len(site.paths)
    report = crawl(engine, db, limited).report
    assert (report.status, report.new, report.requests) == ("skipped", 0, 1)
    assert "goes on tomorrow" in (report.error or "")
    assert site.paths[before:] == ["/token"]
    after = source_row(db, "reddit")
    assert (after.last_ok_at, after.failures) == (row.last_ok_at, 0)
    midnight = utcnow().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert after.next_check_at == midnight
    with db.write() as session:
        session.get_one(type(row), "reddit").spent_on = "2026-01-01"
    assert crawl(engine, db, reddit(site, requests_per_day=3)).report.new == 2


def test_a_refusal_in_the_platforms_own_words_is_told_and_waited_for(
    site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusal(self: Any, page: Page) -> Permanent | Transient | None:
        code = json.loads(page.body)["code"]
        return (
            Transient("the page's limit is used up", 1800)
            if code == 32
            else Permanent("token expired", "ask anew")
        )

    monkeypatch.setattr(Reddit, "refusal", refusal)
    give_token(site)
    site.put(search(), as_json({"code": 32}, 403), as_json({"code": 190}, 400))
    report = crawl(engine, db, reddit(site)).report
    assert report.error == "the page's limit is used up"
    row = source_row(db, "reddit")
    assert row.next_check_at is not None
    assert row.last_error_at is not None
    assert row.next_check_at - row.last_error_at >= timedelta(minutes=30)
    assert crawl(engine, db, reddit(site)).report.error == "token expired: ask anew"


def test_a_page_that_asks_for_a_pause_gets_it(
    site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []
    monkeypatch.setattr("crawlers.middlewares.Pace.hold", lambda self, request, seconds: held.append(seconds))
    read = Reddit.parse

    def parse(self: Any, page: Page) -> Parsed:
        return replace(read(self, page), wait=7.0)

    monkeypatch.setattr(Reddit, "parse", parse)
    give_token(site)
    site.put(search(), listing("a"))
    assert crawl(engine, db, reddit(site)).report.error is None
    assert held == [7.0]


def test_a_post_sends_its_body_and_two_bodies_are_two_pages(
    site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(self: Any) -> list[Fetch]:
        url = site.url("/api/batch")
        return [Fetch(url, 1, name, method="POST", body=name.encode()) for name in ("one", "two", "one")]

    monkeypatch.setattr(Reddit, "first", first)
    give_token(site)

    def echo(asked: Asked) -> Answer:
        return listing(asked.body.decode())

    site.put("/api/batch", echo)
    assert crawl(engine, db, reddit(site)).report.error is None
    assert {m.external_id for m in mentions(db)} == {"t3_one", "t3_two"}
    assert site.paths.count("/api/batch") == 2


def two(site: Site, **options: Any) -> list[dict[str, Any]]:
    give_token(site)
    site.put(search(), listing("a"))
    site.put(search("moka"), listing("b"))
    return [reddit(site, **options), reddit(site, "other", query="moka", **options)]


def test_sources_with_one_key_share_its_day(site: Site, engine: Engine, db: Database) -> None:
    one, other = two(site, requests_per_day=1)
    first = crawl(engine, db, one).report
    assert (first.status, first.new) == ("ok", 1)
    second = crawl(engine, db, other).report
    assert (second.status, second.new) == ("skipped", 0)
    assert second.error == (
        "the 1 requests of today of its key are used, also by reddit, goes on tomorrow: "
        "raise `every` or `requests_per_day`"
    )
    assert source_row(db, "other").spent == 0
    one, other = two(site, requests_per_day=2)
    assert crawl(engine, db, other).report.new == 1
    assert crawl(engine, db, one).report.status == "skipped"


def test_sources_with_one_key_share_its_day_also_within_a_run(
    site: Site, engine: Engine, db: Database
) -> None:
    reports = crawl(engine, db, *two(site, requests_per_day=1)).reports
    assert sorted(report.status for report in reports.values()) == ["ok", "skipped"]
    assert sum(report.new for report in reports.values()) == 1


def test_a_source_without_a_limit_of_its_own_counts_for_the_others(
    site: Site, engine: Engine, db: Database
) -> None:
    one, other = two(site)
    assert crawl(engine, db, one).report.new == 1
    assert crawl(engine, db, other | {"requests_per_day": 1}).report.status == "skipped"


def test_another_key_has_a_day_of_its_own(
    site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDDIT_OTHER_ID", "another")
    one, other = two(site, requests_per_day=1)
    assert crawl(engine, db, one).report.new == 1
    assert crawl(engine, db, other | {"client_id_env": "REDDIT_OTHER_ID"}).report.new == 1
    assert source_row(db, "reddit").quota != source_row(db, "other").quota


def test_a_key_under_two_names_is_one_key(
    site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDDIT_OTHER_ID", "me")
    one, other = two(site, requests_per_day=1)
    assert crawl(engine, db, one).report.new == 1
    assert crawl(engine, db, other | {"client_id_env": "REDDIT_OTHER_ID"}).report.status == "skipped"
