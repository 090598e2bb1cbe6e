"""robots.txt is asked for once a day of each host, across polls and processes; what cannot be read is not kept."""

from datetime import timedelta

import pytest

from store import robots
from store.db import Database
from tests.crawlers.conftest import Clock
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, page_source
from tests.crawlers.site import Answer, Site, put_list, review

LIST = [review(n) for n in range(5)]
CLOSED = Answer(b"User-agent: *\nDisallow: /p\n", kind="text/plain")


def asked(site: Site) -> int:
    """How often the site was asked for its robots.txt so far."""
    return sum(one.path == "/robots.txt" for one in site.asked)


def poll(engine: Engine, db: Database, site: Site, path: str = "/p") -> str | None:
    return engine.crawl(job(db, page_source(site.url(path)))).report.error


@pytest.fixture(autouse=True)
def a_list(site: Site) -> None:
    put_list(site, "/p", LIST)


def test_it_is_asked_for_once_a_day(engine: Engine, db: Database, site: Site, clock: Clock) -> None:
    site.put("/robots.txt", Answer(b"User-agent: *\nAllow: /\n", kind="text/plain"))
    for _ in range(4):
        assert poll(engine, db, site) is None
        clock.pass_by(hours=7)
    assert asked(site) == 1
    assert poll(engine, db, site) is None
    assert asked(site) == 2, "after a day it is asked for again"


def test_what_is_kept_is_obeyed_until_the_site_says_otherwise(
    engine: Engine, db: Database, site: Site, clock: Clock
) -> None:
    site.put("/robots.txt", CLOSED)
    for _ in range(2):
        assert "robots.txt forbids" in (poll(engine, db, site) or "")
    site.put("/robots.txt", Answer(b"", 404))
    assert "robots.txt forbids" in (poll(engine, db, site) or "")
    assert (site.paths, asked(site)) == ([], 1)
    clock.pass_by(hours=25)
    assert poll(engine, db, site) is None
    site.put("/robots.txt", CLOSED)
    assert poll(engine, db, site) is None, "that there is none is kept as well"
    assert asked(site) == 2


def test_another_address_is_another_file(engine: Engine, db: Database, site: Site) -> None:
    site.put("/robots.txt", CLOSED)
    assert poll(engine, db, site)
    elsewhere = page_source(site.url("/p").replace("127.0.0.1", "localhost"))
    engine.crawl(job(db, elsewhere))
    assert asked(site) == 2


@pytest.mark.parametrize("status", [500, 501])
def test_one_that_cannot_be_read_closes_the_site_and_is_asked_for_at_the_next_poll(
    engine: Engine, db: Database, site: Site, status: int
) -> None:
    """RFC 9309, 2.3.1.4, also where a page with the error would allow everything."""
    site.put("/robots.txt", Answer(b"User-agent: *\nAllow: /\n", status, kind="text/plain"))
    assert (
        poll(engine, db, site)
        == f"robots.txt cannot be read: HTTP {status}; until it can, the site counts as closed"
    )
    site.put("/robots.txt", Answer(b"", 404))
    assert poll(engine, db, site) is None


def test_the_page_with_the_error_is_no_robots_txt(engine: Engine, db: Database, site: Site) -> None:
    """RFC 9309, 2.3.1.3"""
    site.put("/robots.txt", Answer(CLOSED.body, 403, kind="text/plain"))
    assert poll(engine, db, site) is None


def test_sources_of_one_host_ask_once(engine: Engine, db: Database, site: Site) -> None:
    put_list(site, "/q", LIST)
    site.put("/robots.txt", Answer(b"User-agent: *\nAllow: /\n", kind="text/plain"))
    both = [page_source(site.url("/p")), page_source(site.url("/q"), name="other")]
    assert all(report.status == "ok" for report in engine.crawl(job(db, *both)).reports.values())
    assert all(report.status == "ok" for report in engine.crawl(job(db, *both)).reports.values())
    assert asked(site) == 1


def test_a_table_that_is_away_costs_a_request(
    engine: Engine, db: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise RuntimeError("no such table")

    monkeypatch.setattr(robots, "known", away)
    monkeypatch.setattr(robots, "keep", away)
    for _ in range(2):
        assert poll(engine, db, site) is None
    assert asked(site) == 2


def test_what_is_kept_is_bounded_and_goes(database: Database, clock: Clock) -> None:
    with database.write() as session:
        robots.keep(session, "https://a.example:443", b"x" * 600_000, clock.now)
        assert len(robots.known(session, "https://a.example:443", clock.now) or b"") == robots.LARGEST
        robots.keep(session, "https://a.example:443", b"\x00\xff", clock.now)
    later = clock.now + robots.LIFE
    with database.write() as session:
        assert robots.known(session, "https://a.example:443", clock.now) == b"\x00\xff"
        assert robots.known(session, "https://a.example:443", later) is None
        assert robots.known(session, "https://a.example:443", clock.now - timedelta(hours=1)) is None
        robots.keep(session, "https://b.example:443", b"", later)
        assert robots.known(session, "https://a.example:443", clock.now) is None
        assert robots.known(session, "https://b.example:443", later) == b""
