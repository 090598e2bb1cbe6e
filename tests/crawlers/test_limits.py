"""Limits that a platform tells in its answers: quotas of the day, waits in a body; and how many looks a crawl takes."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, update

from crawlers import second_looks, spiders
from crawlers.base import Fetch, Lead, Page, Parsed
from store.clock import utcnow
from store.db import Database
from store.tables import Mention
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, mentions, source_row
from tests.crawlers.site import Answer, Site

Discourse, HackerNews = spiders.get("discourse"), spiders.get("hackernews")


@pytest.fixture(autouse=True)
def fixed_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the day in them."""
    monkeypatch.setattr(
        Discourse,
        "_search",
        lambda self, number: self._fetch("/search.json", {"page": number}, number, "search"),
    )
    monkeypatch.setattr(
        HackerNews, "_search", lambda self, number, before=None: self._fetch(f"/{number}", number, "search")
    )


def forum(site: Site, **options: Any) -> dict[str, Any]:
    shape = {
        "name": "forum",
        "type": "discourse",
        "brand": "aurora",
        "query": "aurora",
        "base_url": site.url(""),
    }
    return shape | options


def news(site: Site, **options: Any) -> dict[str, Any]:
    shape = {
        "name": "news",
        "type": "hackernews",
        "brand": "aurora",
        "query": "aurora",
        "base_url": site.url(""),
    }
    return shape | options


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(json.dumps(value).encode(), status, "application/json", headers)


def stamp(hours: float) -> str:
    return (utcnow() - timedelta(hours=hours)).isoformat()


def results(*ids: int, hours: float = 1, more: bool = False) -> Answer:
    posts = [{"id": one, "username": "ida", "created_at": stamp(hours), "blurb": "..."} for one in ids]
    return as_json({"posts": posts, "grouped_search_result": {"more_full_page_results": more or None}})


def post(name: int, text: str = "Caffè Aurora", hours: float = 1) -> Answer:
    told = {"id": name, "username": "ida", "created_at": stamp(hours), "cooked": f"<p>{text} {name}</p>"}
    return as_json({"latest_posts": [told | {"post_number": 1, "topic_id": name, "actions_summary": []}]})


def hits(*ids: int) -> Answer:
    at = int((utcnow() - timedelta(hours=1)).timestamp())
    listed = [
        {"objectID": str(one), "comment_text": f"Caffè Aurora {one}", "author": "a", "created_at_i": at}
        for one in ids
    ]
    return as_json({"hits": listed, "nbPages": 1})


class TestLeads:
    def test_what_a_search_only_names_is_read_once(self, site: Site, engine: Engine, db: Database) -> None:
        site.put("/search.json?page=1", results(5, 4, more=True))
        site.put("/search.json?page=2", results(3, hours=30))
        for name in (5, 4, 3):
            site.put(f"/posts.json?before={name + 1}", post(name, hours=1 if name > 3 else 30))
        report = engine.crawl(job(db, forum(site))).report
        assert (report.new, report.error, report.requests) == (3, None, 5)
        assert {m.text for m in mentions(db)} == {"Caffè Aurora 5", "Caffè Aurora 4", "Caffè Aurora 3"}
        before = len(site.paths)
        site.put("/search.json?page=1", results(6, 5, 4, more=True))
        site.put("/posts.json?before=7", post(6))
        report = engine.crawl(job(db, forum(site))).report
        assert (report.new, report.error) == (1, None)
        asked = site.paths[before:]
        assert [path for path in asked if path.startswith("/posts")] == ["/posts.json?before=7"]
        assert all(m.gone_at is None for m in mentions(db))

    def test_a_search_whose_hits_are_all_known_is_not_empty(
        self, site: Site, engine: Engine, db: Database
    ) -> None:
        site.put("/search.json?page=1", results(5))
        site.put("/posts.json?before=6", post(5))
        for _ in range(3):
            assert engine.crawl(job(db, forum(site))).report.error is None
        assert source_row(db, "forum").last_error is None

    def test_what_is_not_about_the_brand_is_not_asked_for_for_ever(
        self, site: Site, engine: Engine, db: Database
    ) -> None:
        site.put("/search.json?page=1", results(9, hours=200))
        site.put("/posts.json?before=10", post(9, "un'aurora qualsiasi", hours=200))
        site.put("/posts.json?before=6", post(5))
        engine.crawl(job(db, forum(site)))
        site.put("/search.json?page=1", results(5))
        engine.crawl(job(db, forum(site)))
        site.put("/search.json?page=1", as_json(_joined(results(5), results(9, hours=200))))
        before = len(site.paths)
        assert engine.crawl(job(db, forum(site))).report.error is None
        assert "/posts.json?before=10" not in site.paths[before:]

    def test_a_lead_tells_its_date(self) -> None:
        at = utcnow()
        parsed = Parsed(leads=(Lead("a", Fetch("https://x"), at), Lead("b", Fetch("https://y"))))
        assert parsed.dates == [at]


class TestQuota:
    def test_what_the_platform_allows_is_not_overdrawn(
        self, site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = HackerNews.parse

        def parse(self: Any, page: Page) -> Parsed:
            return replace(read(self, page), left=0, next=(self._search(2),))

        monkeypatch.setattr(HackerNews, "parse", parse)
        site.put("/api/v1/1", hits(1, 2))
        site.put("/api/v1/2", hits(3))
        report = engine.crawl(job(db, news(site))).report
        assert (report.new, site.paths) == (2, ["/api/v1/1"])
        assert "the platform allows no more requests today" in (source_row(db, "news").last_error or "")


class TestRests:
    """What a good answer asks for holds for the next run as well."""

    def crawl(
        self, site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch, **values: Any
    ) -> timedelta:
        read = HackerNews.parse
        monkeypatch.setattr(HackerNews, "parse", lambda self, page: replace(read(self, page), **values))
        site.put("/api/v1/1", hits(1, 2))
        began = utcnow()
        report = engine.crawl(job(db, news(site, every="1m"))).report
        assert (report.new, report.error) == (2, None)
        row = source_row(db, "news")
        assert row.next_check_at is not None
        return row.next_check_at - began

    @pytest.mark.parametrize(("wait", "hours"), [(7200.0, 2), (1e12, 24)])
    def test_a_wait_is_respected_but_not_for_ever(
        self,
        site: Site,
        engine: Engine,
        db: Database,
        monkeypatch: pytest.MonkeyPatch,
        wait: float,
        hours: int,
    ) -> None:
        rest = self.crawl(site, engine, db, monkeypatch, wait=wait)
        assert timedelta(hours=hours) <= rest < timedelta(hours=hours, minutes=10)
        assert "left alone until" in (source_row(db, "news").last_error or "")

    def test_a_short_one_changes_nothing(
        self, site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rest = self.crawl(site, engine, db, monkeypatch, wait=0.01)
        assert timedelta(minutes=1) <= rest < timedelta(minutes=11)
        assert source_row(db, "news").last_error is None

    def test_a_quota_that_is_used_up_is_waited_for(
        self, site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "crawlers.pipeline.utcnow", lambda: utcnow().replace(hour=12, minute=0, second=0, microsecond=0)
        )
        self.crawl(site, engine, db, monkeypatch, left=0)
        tomorrow = utcnow().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        assert source_row(db, "news").next_check_at == tomorrow


class TestLongRests:
    """A page that asks for a longer pause than a run waits out ends the read there; the next one begins where it did."""

    def pages(self, site: Site, monkeypatch: pytest.MonkeyPatch, wait: float | None, at: int = 2) -> None:
        """Three pages of the search, one of which asks for the pause."""
        read = HackerNews.parse

        def parse(self: Any, page: Page) -> Parsed:
            following = (self._search(page.number + 1),) if page.number < 3 else ()
            return replace(read(self, page), next=following, wait=wait if page.number == at else None)

        monkeypatch.setattr(HackerNews, "parse", parse)
        for number in (1, 2, 3):
            site.put(f"/api/v1/{number}", hits(number))

    def test_the_run_ends_and_nothing_is_lost(
        self, site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.pages(site, monkeypatch, wait=1800)
        began = utcnow()
        report = engine.crawl(job(db, news(site, every="1m"))).report
        assert (report.status, report.new, report.error) == ("ok", 2, None)
        assert site.paths == ["/api/v1/1", "/api/v1/2"], "no other page is asked for"
        row = source_row(db, "news")
        assert row.next_check_at is not None
        assert timedelta(minutes=30) <= row.next_check_at - began < timedelta(minutes=40)
        assert (row.cursor, row.first_read_at, row.failures) == ({}, None, 0)
        assert "left alone until" in (row.last_error or "")
        self.pages(site, monkeypatch, wait=None)
        assert engine.crawl(job(db, news(site))).report.new == 1
        row = source_row(db, "news")
        assert (row.first_read_at is not None, row.last_error) == (True, None)

    def test_others_at_the_same_host_are_put_off_as_well(
        self, site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.pages(site, monkeypatch, wait=1800, at=1)
        site.put("/api/v1/moka", hits(7))
        search: Any = vars(HackerNews)["_search"]
        monkeypatch.setattr(
            HackerNews,
            "_search",
            lambda self, number, before=None: (
                search(self, number)
                if self.context.options.name == "news"
                else self._fetch("/moka", number, "search")
            ),
        )
        # One request at a time: whichever comes first asks for the pause, and the rest comes after it.
        sources = [news(site), *(news(site, name=f"other-{n}", query="moka") for n in range(8))]
        told = engine.crawl(job(db, *sources, CONCURRENT_REQUESTS=1))
        skipped = [name for name, report in told.reports.items() if report.status == "skipped"]
        assert skipped, {name: (one.status, one.error) for name, one in told.reports.items()}
        assert told.reports["news"].status == "ok"
        for name in skipped:
            row = source_row(db, name)
            assert row.next_check_at is not None
            assert row.next_check_at > utcnow() + timedelta(minutes=20)
            assert (row.failures, row.down_since, row.cursor) == (0, None, {})
            assert "left alone until" in (told.reports[name].error or "")

    def test_what_a_read_is_complete_without_is_no_cut(
        self, site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.pages(site, monkeypatch, wait=1800)
        engine.crawl(job(db, news(site, pages=2)))
        row = source_row(db, "news")
        assert row.first_read_at is not None
        assert row.cursor["newest"]


class TestWaits:
    def test_a_wait_that_stands_in_the_body_is_kept(self, site: Site, engine: Engine, db: Database) -> None:
        limit = {"errors": ["slow"], "error_type": "rate_limit", "extras": {"wait_seconds": 900}}
        site.put("/search.json?page=1", as_json(limit, 429))
        report = engine.crawl(job(db, forum(site))).report
        assert (report.status, report.waited, len(site.paths)) == ("error", 0, 1)
        row = source_row(db, "forum")
        assert row.next_check_at is not None
        assert row.last_error_at is not None
        assert row.next_check_at - row.last_error_at >= timedelta(minutes=15)

    def test_what_will_not_mend_is_not_asked_for_again(
        self, site: Site, engine: Engine, db: Database
    ) -> None:
        site.put("/search.json?page=1", as_json({"error_type": "not_logged_in"}, 503))
        report = engine.crawl(job(db, forum(site))).report
        assert (report.waited, len(site.paths)) == (0, 1)
        assert "set `api_username`" in (report.error or "")


class TestLooks:
    def test_single_looks_are_spread_over_crawls(
        self, site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(second_looks, "LOOKS", 2)
        site.put("/api/v1/1", hits(1, 2, 3))
        assert engine.crawl(job(db, news(site))).report.new == 3
        with db.write() as session:
            session.execute(update(Mention).values(look_again_at=utcnow()).where(col(Mention.id) > 0))
        before = len(site.paths)
        engine.crawl(job(db, news(site)))
        # Two are asked at a time, so either may arrive first.
        looked = sorted(path for path in site.paths[before:] if path.startswith("/api/v1/items/"))
        assert looked == ["/api/v1/items/1", "/api/v1/items/2"]


class TestAnswers:
    def test_a_look_that_shows_the_brands_reply_tells_it(
        self, site: Site, engine: Engine, db: Database
    ) -> None:
        ours = news(site, accounts=["aurora_roastery"])
        theirs = "/api/v1/search_by_date?tags=comment%2Cauthor_aurora_roastery&hitsPerPage=100"
        site.put("/api/v1/1", hits(1))
        site.put(theirs, hits())
        engine.crawl(job(db, ours))
        with db.write() as session:
            session.execute(update(Mention).values(look_again_at=utcnow()))
        at = int(utcnow().timestamp())
        replies = [
            {"id": 7 + n, "type": "comment", "author": "aurora_roastery", "text": text, "parent_id": 1}
            | {"created_at_i": at - 600 * n, "children": []}
            for n, text in enumerate(("The later one.", "The earlier one."))
        ]
        item = {"id": 1, "type": "comment", "author": "a", "text": "Caffè Aurora 1", "children": replies}
        site.put("/api/v1/items/1", as_json(item | {"created_at_i": at - 3600}))
        report = engine.crawl(job(db, ours)).report
        assert (report.refreshed, report.edited, report.error) == (1, 0, None)
        assert mentions(db)[0].answer == "The later one."

    def test_an_older_reply_that_a_list_shows_is_no_news(
        self, site: Site, engine: Engine, db: Database
    ) -> None:
        ours = news(site, accounts=["aurora_roastery"])
        theirs = "/api/v1/search_by_date?tags=comment%2Cauthor_aurora_roastery&hitsPerPage=100"
        site.put("/api/v1/1", hits(1))
        at = int(utcnow().timestamp())
        later, earlier = (
            as_json({"hits": [reply | {"author": "aurora_roastery", "parent_id": 1, "objectID": "9"}]})
            for reply in (
                {"created_at_i": at, "comment_text": "Later"},
                {"created_at_i": at - 60, "comment_text": "Earlier"},
            )
        )
        site.put(theirs, later, later, earlier)
        for _ in range(3):
            engine.crawl(job(db, ours))
        assert theirs in site.paths
        assert mentions(db)[0].answer == "Later"


def _joined(*answers: Answer) -> Any:
    bodies = [json.loads(answer.body) for answer in answers if isinstance(answer.body, bytes)]
    return {**bodies[0], "posts": [one for body in bodies for one in body["posts"]]}
