"""All sources of a run over real HTTP: what one suffers, the others do not notice."""

import gzip
import itertools
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from sqlalchemy.exc import OperationalError

from crawlers.failures import TOO_LARGE, explain
from crawlers.middlewares import Refused
from store.db import Database
from store.errors import Permanent
from tests.crawlers.conftest import Clock
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, mentions, page_source, source_row, texts
from tests.crawlers.site import Answer, Asked, Site, put_list, review, reviews_page

LIST = [review(n) for n in range(12)]


class TestIsolation:
    def test_a_source_that_fails_leaves_the_others_alone(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        put_list(site, "/good", LIST)
        site.put("/broken", Answer(b"", 404))
        site.put("/pdf", Answer(b"%PDF", kind="application/pdf"))
        told = engine.crawl(
            job(
                db,
                page_source(site.url("/broken"), "broken"),
                page_source(site.url("/good"), "good"),
                page_source(site.url("/pdf"), "pdf"),
                page_source("ftp:", "nonsense") | {"url": "not an address"},
                {"name": "nobody", "type": "page", "brand": "x", "url": site.url("/good")},
                {"name": "unknown", "type": "myspace", "brand": "aurora"},
            )
        )
        assert {name: report.status for name, report in told.reports.items()} == {
            "broken": "error", "good": "ok", "pdf": "error", "nonsense": "error", "nobody": "error", "unknown": "error",
        }  # fmt: skip
        assert len(mentions(db)) == 12
        errors = {name: report.error or "" for name, report in told.reports.items()}
        assert "HTTP 404" in errors["broken"]
        assert "application/pdf" in errors["pdf"]
        assert "url" in errors["nonsense"]
        assert "[brands.x]" in errors["nobody"]
        assert "myspace" in errors["unknown"]
        assert "mastodon" in errors["unknown"], "the known ones are named"

    def test_a_spider_that_breaks_is_an_error_of_its_source(
        self, db: Database, engine: Engine, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from crawlers.spiders import page

        def parse(self: Any, shown: Any) -> Any:
            if shown.url.endswith("/bad"):
                raise ZeroDivisionError("division by zero")
            return original(self, shown)

        original = page.Spider.parse
        monkeypatch.setattr(page.Spider, "parse", parse)
        put_list(site, "/bad", LIST)
        put_list(site, "/good", LIST)
        told = engine.crawl(
            job(db, page_source(site.url("/bad"), "bad"), page_source(site.url("/good"), "good"))
        )
        assert told.reports["good"].new == 12
        assert told.reports["bad"].error == "ZeroDivision: division by zero"
        assert source_row(db, "bad").failures == 1

    def test_each_source_is_reported_once(self, db: Database, engine: Engine, site: Site) -> None:
        put_list(site, "/p", LIST, per_page=1)
        for number in (3, 5, 7):
            site.put(f"/p?page={number}", Answer(b"", 403))
        told = engine.crawl(job(db, page_source(site.url("/p"))))
        assert told.report.status == "error"
        assert len([event for event in told.events if event.event == "report"]) == 1


class TestHealth:
    def test_no_results_where_there_used_to_be_some_are_an_alarm(
        self, db: Database, engine: Engine, site: Site, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        engine.crawl(job(db, page_source(site.url("/p"))))
        cursor = source_row(db).cursor
        site.put("/p", reviews_page([]))
        clock.pass_by(minutes=15)
        report = engine.crawl(job(db, page_source(site.url("/p")))).report
        assert (report.status, report.error) == ("error", "no results, where about 4 a page are usual")
        row = source_row(db)
        assert row.down_since == clock.now
        assert row.cursor == cursor
        assert not [m for m in mentions(db) if m.gone_at]
        put_list(site, "/p", LIST)
        clock.pass_by(minutes=15)
        assert engine.crawl(job(db, page_source(site.url("/p")))).report.status == "ok"
        assert source_row(db).down_since is None

    def test_a_place_that_never_had_any_is_fine(self, db: Database, engine: Engine, site: Site) -> None:
        site.put("/p", reviews_page([]))
        for _ in range(2):
            assert engine.crawl(job(db, page_source(site.url("/p")))).report.status == "ok"
        assert source_row(db).down_since is None

    def test_a_vanished_field_is_an_alarm_and_nothing_is_overwritten(
        self, db: Database, engine: Engine, site: Site, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        engine.crawl(job(db, page_source(site.url("/p"))))
        put_list(
            site,
            "/p",
            [{name: value for name, value in node.items() if name != "reviewRating"} for node in LIST],
        )
        clock.pass_by(minutes=15)
        told = engine.crawl(job(db, page_source(site.url("/p"))))
        assert "stars is missing in 100% of 5 results" in (told.report.error or "")
        assert (told.report.edited, told.pages) == (0, []), "the pages behind the first are not stored either"
        assert {m.stars for m in mentions(db)} == {4.0}
        assert {m.revision for m in mentions(db)} == {1}
        assert source_row(db).down_since == clock.now

    def test_failures_back_off_and_the_third_is_an_alarm(
        self, db: Database, engine: Engine, site: Site, clock: Clock
    ) -> None:
        site.put("/p", Answer(b"", 403))
        waits = []
        for _ in range(3):
            assert source_row_down(db) is None
            engine.crawl(job(db, page_source(site.url("/p"))))
            row = source_row(db)
            assert row.next_check_at is not None
            waits.append((row.next_check_at - clock.now).total_seconds())
        assert row.down_since == clock.now
        assert "HTTP 403" in (row.last_error or "")
        assert 30 <= waits[0] <= 60 <= waits[1] <= 120 <= waits[2] <= 240


def source_row_down(db: Database) -> object:
    try:
        return source_row(db).down_since
    except Exception:  # no row yet
        return None


class TestPoliteness:
    def test_robots_txt_closes_a_path(self, db: Database, engine: Engine, site: Site) -> None:
        put_list(site, "/p", LIST)
        site.put("/robots.txt", Answer(b"User-agent: *\nDisallow: /p\n", kind="text/plain"))
        report = engine.crawl(job(db, page_source(site.url("/p")))).report
        assert report.error == "robots.txt forbids this address: ask the site, or use its API"
        assert site.paths == []

    def test_what_is_closed_to_us_by_name_is_closed(self, db: Database, engine: Engine, site: Site) -> None:
        put_list(site, "/p", LIST)
        site.put(
            "/robots.txt",
            Answer(b"User-agent: Ascolto\nDisallow: /\n\nUser-agent: *\nAllow: /\n", kind="text/plain"),
        )
        assert engine.crawl(job(db, page_source(site.url("/p")))).report.status == "error"
        assert site.asked[0].headers["User-Agent"].startswith("Ascolto/")

    def test_a_closed_later_page_ends_the_list(self, db: Database, engine: Engine, site: Site) -> None:
        put_list(site, "/p", LIST)
        site.put("/robots.txt", Answer(b"User-agent: *\nDisallow: /p?page=3\n", kind="text/plain"))
        report = engine.crawl(job(db, page_source(site.url("/p")))).report
        assert (report.status, report.new) == ("ok", 10)
        assert source_row(db).first_read_at is not None

    def test_a_robots_txt_that_fails_closes_the_site(self, db: Database, engine: Engine, site: Site) -> None:
        """RFC 9309, 2.3.1.4"""
        put_list(site, "/p", LIST)
        site.put("/robots.txt", Answer(b"", 500))
        error = engine.crawl(job(db, page_source(site.url("/p")))).report.error
        assert error == "robots.txt cannot be read: HTTP 500; until it can, the site counts as closed"
        assert site.paths == []
        assert len(site.asked) == 4, "asked again before giving up"

    def test_a_host_is_asked_for_as_many_pages_at_once_as_allowed(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        pair = threading.Barrier(2)  # opens only for two requests at the same time
        crowd = itertools.count()
        most = [0]
        inside: set[int] = set()

        def answer(asked: Asked) -> Answer:
            me = next(crowd)
            inside.add(me)
            most[0] = max(most[0], len(inside))
            pair.wait(60)
            inside.discard(me)
            pair.wait(60)  # neither is answered while the other still counts
            return Answer(json.dumps({"feed": {}}).encode(), kind="application/json")

        countries = ["it", "us", "de", "fr", "es", "gb"]
        for country in countries:
            site.put(f"/{country}/rss/customerreviews/page=1/id=7/sortby=mostrecent/json", answer)
        source = {
            "name": "app",
            "type": "appstore",
            "brand": "aurora",
            "app_id": "7",
            "countries": countries,
            "base_url": site.base_url,
        }
        assert engine.crawl(job(db, source, CONCURRENT_REQUESTS_PER_DOMAIN=2)).report.requests == 6
        assert most == [2]


class TestDefence:
    def test_a_page_too_large_is_refused_by_its_length(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        site.put("/p", "x" * 50_000)
        report = engine.crawl(job(db, page_source(site.url("/p")), DOWNLOAD_MAXSIZE=10_000)).report
        assert report.error == TOO_LARGE

    def test_a_page_without_end_is_cut_off(self, db: Database, engine: Engine, site: Site) -> None:
        done = threading.Event()

        def endless() -> Iterator[bytes]:
            while not done.is_set():
                yield b"x" * 10_000

        site.put("/p", Answer(endless()))
        report = engine.crawl(job(db, page_source(site.url("/p")), DOWNLOAD_MAXSIZE=100_000)).report
        done.set()
        assert report.error == TOO_LARGE

    def test_a_page_that_unpacks_without_end_is_cut_off(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        bomb = gzip.compress(b"x" * 3_000_000)
        site.put("/p", Answer(bomb, headers={"Content-Encoding": "gzip"}))
        report = engine.crawl(job(db, page_source(site.url("/p")), DOWNLOAD_MAXSIZE=100_000)).report
        assert report.error == TOO_LARGE

    def test_a_large_page_is_parsed_beside_the_others(self, db: Database, engine: Engine, site: Site) -> None:
        site.put("/p", reviews_page([review(n, reviewBody=f"{n} " + "parola " * 3000) for n in range(12)]))
        assert engine.crawl(job(db, page_source(site.url("/p")))).report.new == 12

    def test_a_server_that_never_answers_is_left(self, db: Database, engine: Engine, site: Site) -> None:
        done = threading.Event()
        site.put("/slow", lambda asked: Answer(status=200 if done.wait(60) else 500))
        put_list(site, "/good", LIST)
        told = engine.crawl(
            job(
                db,
                page_source(site.url("/slow"), "slow"),
                page_source(site.url("/good"), "good"),
                DOWNLOAD_TIMEOUT=0.5,
                ASCOLTO_ATTEMPTS=2,
            )
        )
        done.set()
        assert told.reports["good"].status == "ok"
        assert (told.reports["slow"].error or "").startswith("Timeout")
        assert told.reports["slow"].waited == 1

    def test_a_page_cut_short_is_asked_for_again(self, db: Database, engine: Engine, site: Site) -> None:
        whole = reviews_page(LIST).encode()
        site.put("/p", Answer(whole[: len(whole) // 2], cut=len(whole) // 2), Answer(whole))
        told = engine.crawl(job(db, page_source(site.url("/p"))))
        assert (told.report.new, told.report.waited, told.report.error) == (12, 1, None)

    def test_cookies_are_not_kept_and_no_page_tells_the_next_where_we_come_from(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        site.put("/p", Answer(reviews_page(LIST[:5], "/q").encode(), headers={"Set-Cookie": "id=7"}))
        site.put("/q", reviews_page(LIST[5:]))
        engine.crawl(job(db, page_source(site.url("/p"))))
        last = site.asked[-1]
        assert last.path == "/q"
        assert {"Cookie", "Referer"}.isdisjoint(last.headers)


class TestPaging:
    def test_a_page_is_asked_for_while_the_one_before_is_stored(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        put_list(site, "/p", [review(n) for n in range(60)])
        told = engine.crawl(job(db, page_source(site.url("/p"))))
        assert [page.page for page in told.pages] == list(range(1, 13))
        assert len(site.paths) == len(set(site.paths)) == 12

    def test_pages_that_lead_in_a_circle_end(self, db: Database, engine: Engine, site: Site) -> None:
        site.put("/p", reviews_page(LIST[:5], "/q"))
        site.put("/q", reviews_page(LIST[5:], "/p"))
        assert engine.crawl(job(db, page_source(site.url("/p")))).report.requests == 2

    def test_a_page_that_always_goes_on_ends_at_the_configured_number(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        for number in range(1, 9):
            here = "/p" if number == 1 else f"/p?page={number}"
            site.put(here, reviews_page([review(number)], f"/p?page={number + 1}"))
        report = engine.crawl(job(db, page_source(site.url("/p"), pages=4))).report
        assert (report.requests, report.new, report.status) == (4, 4, "ok")

    def test_a_missing_later_page_ends_the_list(self, db: Database, engine: Engine, site: Site) -> None:
        site.put("/p", reviews_page(LIST[:5], "/p?page=2"))
        report = engine.crawl(job(db, page_source(site.url("/p")))).report
        assert (report.new, report.status) == (5, "ok")

    def test_several_countries_are_one_source(
        self, db: Database, engine: Engine, site: Site, clock: Clock
    ) -> None:
        def page(country: str, number: int, *names: int) -> None:
            entries = [
                {
                    "id": {"label": f"{country}{n}"},
                    "im:rating": {"label": "4"},
                    "content": {"label": f"{country} {n}"},
                    "updated": {"label": f"2026-11-23T{20 - n:02}:00:00Z"},
                }
                for n in names
            ]
            body = json.dumps({"feed": {"entry": entries[0] if len(entries) == 1 else entries}})
            site.put(
                f"/{country}/rss/customerreviews/page={number}/id=7/sortby=mostrecent/json",
                Answer(body.encode(), kind="application/json"),
            )

        for country, number, names in (
            ("it", 1, (1, 2)),
            ("it", 2, (3,)),
            ("it", 3, ()),
            ("us", 1, (1,)),
            ("us", 2, ()),
        ):
            page(country, number, *names)
        source = {
            "name": "app",
            "type": "appstore",
            "brand": "aurora",
            "app_id": "7",
            "countries": ["it", "us"],
            "base_url": site.base_url,
        }
        report = engine.crawl(job(db, source)).report
        assert (report.new, report.requests, report.status) == (4, 5, "ok")
        page("us", 1, 0, 1)
        clock.pass_by(minutes=15)
        report = engine.crawl(job(db, source)).report
        assert (report.new, report.gone, report.edited) == (1, 0, 0)
        assert sorted(texts(db)) == ["it 1", "it 2", "it 3", "us 0", "us 1"]


def http_error(status: int, url: str = "https://user:word@shop.example:81/p?token=geheim#x") -> HttpError:
    return HttpError(Response(url, status=status, request=Request(url)))


class TestExplain:
    @pytest.mark.parametrize(
        ("status", "mend"),
        [
            (401, "token"),
            (403, "refuses"),
            (404, "address"),
            (410, "gone"),
            (429, "less often"),
            (503, "server fails"),
            (418, "address"),
        ],
    )
    def test_a_status_names_its_mend_and_no_secret(self, status: int, mend: str) -> None:
        told = explain(http_error(status))
        assert told.startswith(f"HTTP {status} from https://shop.example:81/p: ")
        assert mend in told
        assert "geheim" not in told
        assert "word" not in told

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (Permanent("no feed", "check the address"), "no feed: check the address"),
            (Refused("10.0.0.1 is a private address"), "10.0.0.1 is a private address"),
            (
                IgnoreRequest("Forbidden by robots.txt"),
                "robots.txt forbids this address: ask the site, or use its API",
            ),
            (IgnoreRequest("max redirections reached"), "redirected in a circle: check the address"),
            (DownloadTimeoutError("took\n too long"), "Timeout: took too long"),
            (ValueError(), "Value"),
            (ValueError("x" * 999), "Value: " + "x" * 493),
            (
                DownloadTimeoutError("Getting https://me:pw@api.example/q?query=a&key=s3cret took longer"),
                "Timeout: Getting https://api.example/q took longer",
            ),
            (Refused("https://me:pw@api.example/?key=s3cret is none"), "https://api.example/ is none"),
            (Permanent("slow", "https://me:pw@api.example/?key=s3cret"), "slow: https://api.example/"),
            (
                OSError("x" * 480 + " https://me:s3cret-that-is-long@api.example"),
                "OS: " + "x" * 480 + " https://api.exa",
            ),
        ],
    )
    def test_an_error_is_one_short_line(self, error: Exception, told: str) -> None:
        assert explain(error) == told

    def test_of_the_database_only_its_own_words_are_told(self) -> None:
        error = OperationalError(
            "INSERT INTO mention", {"text": "una recensione privata"}, Exception("disk full")
        )
        assert "disk full" in explain(error)
        assert "privata" not in explain(error)
