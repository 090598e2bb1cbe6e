"""Between a request and the net: no private address at any hop, no more haste than a server likes, patience."""

import asyncio
import threading
import time
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.http import Headers, Request, Response
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.test import get_crawler

from crawlers.middlewares import Pace, Refused, lower_headers
from crawlers.scrapy_settings import SETTINGS
from store.clock import utcnow
from store.db import Database
from tests.crawlers.conftest import Clock
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, page_source, source_row
from tests.crawlers.site import Answer, Asked, Site, put_list, review, reviews_page

LIST = [review(n) for n in range(12)]


class TestGuard:
    """The site of a test is on a private address, which its source names; whatever else is private is refused."""

    @pytest.fixture
    def inside(self) -> Any:
        with Site() as inner:
            put_list(inner, "/secret", LIST)
            yield inner

    def test_a_redirect_to_another_private_port(
        self, db: Database, engine: Engine, site: Site, inside: Site
    ) -> None:
        site.put("/p", Answer(status=302, headers={"Location": inside.url("/secret")}))
        report = engine.crawl(job(db, page_source(site.url("/p")))).report
        assert "127.0.0.1 is a private address" in (report.error or "")
        assert inside.asked == []

    @pytest.mark.parametrize(
        "host", ["localhost", "evil.example", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
    )
    def test_a_redirect_to_a_private_address_in_disguise(
        self, db: Database, engine: Engine, site: Site, host: str
    ) -> None:
        engine.names.known |= dict.fromkeys(("evil.example", "127.1", "2130706433"), "127.0.0.1")
        put_list(site, "/q", LIST)
        port = site.base_url.rpartition(":")[2]
        site.put("/p", Answer(status=307, headers={"Location": f"http://{host}:{port}/q"}))
        report = engine.crawl(job(db, page_source(site.url("/p")))).report
        assert report.status == "error"
        assert "private address" in (report.error or "")
        assert site.paths == ["/p"]

    def test_the_address_that_was_looked_at_is_the_one_that_is_used(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        """A name that changes its address between the look and the request is looked up through the same resolver."""
        engine.names.known["shop.example"] = "127.0.0.1"
        put_list(site, "/p", LIST)
        url = site.url("/p").replace("127.0.0.1", "shop.example")
        assert engine.crawl(job(db, page_source(url))).report.new == 12
        assert set(engine.names.asked) == {"shop.example"}
        assert SETTINGS.get("DNSCACHE_ENABLED", True), "the cache keeps what the guard has seen"

    @pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/html,x"])
    def test_only_http_is_followed(self, db: Database, engine: Engine, site: Site, target: str) -> None:
        site.put("/p", Answer(status=302, headers={"Location": target}))
        assert engine.crawl(job(db, page_source(site.url("/p")))).report.status == "error"

    def test_where_the_source_was_configured_it_may_be_private(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        put_list(site, "/q", LIST)
        site.put("/p", Answer(status=301, headers={"Location": "/q"}))
        assert engine.crawl(job(db, page_source(site.url("/p")))).report.new == 12

    def test_one_source_opens_no_door_for_another(
        self, db: Database, engine: Engine, site: Site, inside: Site
    ) -> None:
        site.put("/p", Answer(status=302, headers={"Location": inside.url("/secret")}))
        told = engine.crawl(
            job(db, page_source(site.url("/p"), "shop"), page_source(inside.url("/secret"), "own"))
        )
        assert told.reports["own"].status == "ok"
        assert "private address" in (told.reports["shop"].error or "")

    def test_an_address_without_end_is_not_followed(self, db: Database, engine: Engine, site: Site) -> None:
        site.put("/p", reviews_page(LIST[:5], "/p?page=" + "9" * 3000))
        told = engine.crawl(job(db, page_source(site.url("/p"))))
        assert (told.report.new, told.report.error) == (5, "an address of endless length")
        assert site.paths == ["/p"]

    def test_a_circle_of_redirects_ends(self, db: Database, engine: Engine, site: Site) -> None:
        site.put("/p", Answer(status=302, headers={"Location": "/p"}))
        report = engine.crawl(job(db, page_source(site.url("/p")))).report
        assert report.error == "redirected in a circle: check the address"
        assert len(site.paths) <= 7

    def test_a_name_without_an_address_is_asked_for_again_and_then_told(
        self, db: Database, engine: Engine
    ) -> None:
        told = engine.crawl(job(db, page_source("http://gone.example/p"), ASCOLTO_ATTEMPTS=2))
        assert "robots.txt cannot be read: CannotResolveHost" in (told.report.error or "")
        assert set(engine.names.asked) == {"gone.example"}


class TestKeys:
    """What is sent with a key to an interface goes nowhere else, though the other address is public."""

    @pytest.fixture
    def elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.setattr("crawlers.middlewares.is_public", lambda address: True)
        with Site() as other:
            yield other

    @pytest.fixture(autouse=True)
    def credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "TRIPADVISOR_API_KEY"):
            monkeypatch.setenv(name, "s3cret")

    def tripadvisor(self, site: Site) -> dict[str, Any]:
        shape = {"name": "trip", "type": "tripadvisor", "brand": "aurora", "locations": {"12345": "Trieste"}}
        return shape | {"languages": ["it"], "base_url": site.url("")}

    def reddit(self, site: Site) -> dict[str, Any]:
        shape = {"name": "reddit", "type": "reddit", "brand": "aurora", "query": "aurora"}
        return shape | {"base_url": site.url(""), "token_url": site.url("/token")}

    @pytest.mark.parametrize("status", [302, 307])
    def test_a_page_of_an_interface_is_not_asked_for_elsewhere(
        self, db: Database, engine: Engine, site: Site, elsewhere: Site, status: int
    ) -> None:
        site.put(
            "/location/12345/reviews?*", Answer(status=status, headers={"Location": elsewhere.url("/r")})
        )
        report = engine.crawl(job(db, self.tripadvisor(site))).report
        assert report.error == (
            f"redirected from {site.base_url} to {elsewhere.base_url}, where its keys are not sent: "
            "check the address in the options"
        )
        assert elsewhere.asked == []

    def test_nor_is_a_token(self, db: Database, engine: Engine, site: Site, elsewhere: Site) -> None:
        site.put("/token", Answer(status=307, headers={"Location": elsewhere.url("/token")}))
        report = engine.crawl(job(db, self.reddit(site))).report
        assert "where its keys are not sent" in (report.error or "")
        assert elsewhere.asked == []

    def test_within_its_address_a_redirect_is_followed(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        site.put("/token", Answer(status=307, headers={"Location": "/elsewhere"}))
        site.put("/elsewhere", Answer(b'{"access_token": "t"}', kind="application/json"))
        site.put("/search?*", Answer(b'{"data": {"children": []}}', kind="application/json"))
        assert engine.crawl(job(db, self.reddit(site))).report.error is None

    def test_what_is_not_told_in_time_is_told_without_its_key(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        release = threading.Event()

        def late(asked: Asked) -> Answer:
            release.wait(30)
            return Answer(b"{}")

        site.put("/location/12345/reviews?*", late)
        report = engine.crawl(
            job(db, self.tripadvisor(site), DOWNLOAD_TIMEOUT=0.2, ASCOLTO_ATTEMPTS=1)
        ).report
        release.set()
        assert (report.error or "").startswith("Timeout")
        told = f"{report.error} {source_row(db, 'trip').last_error}"
        assert "s3cret" not in told
        assert "?" not in told


def test_a_redirect_to_where_a_spider_does_not_ask_ends_before_it(
    engine: Engine, db: Database, site: Site
) -> None:
    site.put(
        "/p", Answer(status=302, headers={"Location": "http://www.trustpilot.com/review/aurora.example"})
    )
    report = engine.crawl(job(db, page_source(site.url("/p")))).report
    assert report.error is not None
    assert "not read by programs" in report.error
    assert "ascolto import" in report.error
    assert engine.names.asked == []  # not even its address, nor its robots.txt


class TestPatience:
    def test_a_503_is_asked_again(self, db: Database, engine: Engine, site: Site) -> None:
        site.put("/p", Answer(status=503), Answer(status=502), Answer(reviews_page(LIST).encode()))
        told = engine.crawl(job(db, page_source(site.url("/p"))))
        assert (told.report.status, told.report.new, told.report.waited) == ("ok", 12, 2)
        assert [(wait.status, wait.reason) for wait in told.waits] == [(503, "HTTP 503"), (502, "HTTP 502")]

    def test_retry_after_is_honoured(self, db: Database, engine: Engine, site: Site) -> None:
        times: list[float] = []

        def answer(asked: object) -> Answer:
            times.append(time.monotonic())
            return (
                Answer(status=429, headers={"Retry-After": "1"})
                if len(times) == 1
                else Answer(reviews_page(LIST).encode())
            )

        site.put("/p", answer)
        told = engine.crawl(job(db, page_source(site.url("/p"))))
        assert (told.report.new, told.waits[0].seconds) == (12, 1.0)
        assert times[1] - times[0] >= 1.0

    def test_a_date_counts_as_well(self, db: Database, engine: Engine, site: Site) -> None:
        past = format_datetime(utcnow(), usegmt=True)
        site.put("/p", Answer(status=503, headers={"Retry-After": past}), Answer(reviews_page(LIST).encode()))
        assert engine.crawl(job(db, page_source(site.url("/p")))).report.new == 12

    def test_what_a_run_cannot_wait_out_the_next_one_respects(
        self, db: Database, engine: Engine, site: Site, clock: Clock
    ) -> None:
        site.put("/p", Answer(status=429, headers={"Retry-After": "7200"}))
        told = engine.crawl(job(db, page_source(site.url("/p"))))
        assert (told.report.waited, site.paths) == (0, ["/p"])
        assert "read it less often" in (told.report.error or "")
        next_check = source_row(db).next_check_at
        assert next_check is not None
        assert (next_check - clock.now).total_seconds() == 7200

    def test_it_gives_up_after_some_attempts(self, db: Database, engine: Engine, site: Site) -> None:
        site.put("/p", Answer(status=500))
        told = engine.crawl(job(db, page_source(site.url("/p")), ASCOLTO_ATTEMPTS=3))
        assert len(site.paths) == told.report.requests == 3
        assert (told.report.waited, told.report.error) == (
            2,
            f"HTTP 500 from {site.url('/p')}: the server fails",
        )

    def test_what_another_attempt_cannot_mend_is_asked_once(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        for status in (400, 401, 403, 404, 410):
            site.put("/p", Answer(status=status))
            engine.crawl(job(db, page_source(site.url("/p"))))
        assert len(site.paths) == 5

    def test_where_the_limit_is_used_up_the_host_rests(
        self, db: Database, engine: Engine, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held: list[float] = []
        monkeypatch.setattr(Pace, "hold", lambda self, request, seconds: held.append(seconds))
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "17"}
        site.put("/p", Answer(reviews_page(LIST).encode(), headers=headers))
        assert engine.crawl(job(db, page_source(site.url("/p")))).report.new == 12
        assert held == [17]

    def test_a_run_that_ends_soon_does_not_begin_to_wait(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        site.put("/p", Answer(status=503, headers={"Retry-After": "50"}))
        told = engine.crawl(job(db, page_source(site.url("/p")), budget=40))
        assert (told.waits, told.report.status) == ([], "error")


class TestPace:
    @pytest.fixture
    def sleeps(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """The pauses that are made, on a clock that passes only with them."""
        slept: list[float] = []
        now = [1000.0]

        async def sleep(seconds: float) -> None:
            slept.append(round(seconds, 3))
            now[0] += seconds

        monkeypatch.setattr("crawlers.middlewares.time", SimpleNamespace(monotonic=lambda: now[0]))
        monkeypatch.setattr("crawlers.middlewares.asyncio", SimpleNamespace(sleep=sleep))
        return slept

    @pytest.fixture
    def pace(self) -> Pace:
        return Pace.from_crawler(get_crawler(settings_dict={**SETTINGS}))

    def ask(self, pace: Pace, *urls: str) -> None:
        async def ask() -> None:
            for url in urls:
                await pace.process_request(Request(url))

        asyncio.run(ask())

    def robots(self, pace: Pace, text: str, url: str = "http://shop.example/p") -> None:
        crawler: Any = get_crawler(settings_dict={**SETTINGS})
        pace.robots_parsed(ProtegoRobotParser(text.encode(), crawler.spider), Request(url))

    def test_crawl_delay(self, pace: Pace, sleeps: list[float]) -> None:
        self.robots(pace, "User-agent: *\nCrawl-delay: 5\n")
        self.ask(pace, *["http://shop.example/p"] * 3, "http://other.example/p")
        assert sleeps == [5, 5]

    def test_a_delay_without_end_is_bounded(self, pace: Pace, sleeps: list[float]) -> None:
        self.robots(pace, "User-agent: *\nCrawl-delay: 86400\n")
        self.ask(pace, *["http://shop.example/p"] * 2)
        assert sleeps == [SETTINGS["ASCOLTO_LONGEST_CRAWL_DELAY"]]

    def test_a_host_that_is_held_is_waited_for_and_the_longest_hold_counts(
        self, pace: Pace, sleeps: list[float]
    ) -> None:
        pace.hold(Request("http://shop.example/p"), 30)
        pace.hold(Request("http://shop.example/q"), 10)
        self.ask(pace, "http://other.example/", "http://shop.example/p", "http://shop.example/q")
        assert sleeps == [30]

    def test_ports_are_hosts_of_their_own(self, pace: Pace, sleeps: list[float]) -> None:
        pace.hold(Request("http://shop.example:8080/p"), 30)
        self.ask(pace, "http://shop.example/p")
        assert sleeps == []


def test_lower_headers_joins_links_and_takes_the_last_of_others() -> None:
    headers = Headers(
        {"Link": ['</2>; rel="next"', '</1>; rel="prev"'], "ETag": ['"1"', '"2"'], "X-Odd": b"\xff"}
    )
    found = lower_headers(Response("http://shop.example/", headers=headers))
    assert found == {"link": '</2>; rel="next", </1>; rel="prev"', "etag": '"2"', "x-odd": "\xff"}


def test_refused_is_told_apart_from_what_robots_txt_refuses() -> None:
    assert "robots.txt" not in str(Refused("10.0.0.1 is a private address"))
