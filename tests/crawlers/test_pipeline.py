"""Pages become rows: nothing lost, nothing twice, whatever changes between two crawls or breaks within one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

import platforms
from crawlers.job import AnyEvent, PageStored
from crawlers.pipeline import Keeper
from store.db import Database
from store.retention import forget
from store.tables import Mention, MentionState, Revision, Snapshot
from tests.crawlers.conftest import Clock
from tests.crawlers.engine import Engine, Told
from tests.crawlers.jobs import AURORA, job, mentions, page_source, source_row, texts
from tests.crawlers.site import Answer, Site, put_list, review, reviews_page

LIST = [review(n) for n in range(12)]  # three pages of five


@pytest.fixture
def crawl(db: Database, engine: Engine, site: Site, clock: Clock) -> Any:
    """Reads the list at /p of the site."""

    def crawl(**options: Any) -> Told:
        return engine.crawl(job(db, page_source(site.url("/p"), **options)))

    return crawl


class TestTwice:
    def test_the_same_crawl_adds_nothing(self, db: Database, site: Site, crawl: Any, clock: Clock) -> None:
        put_list(site, "/p", LIST)
        first = crawl().report
        assert (first.new, first.late, first.requests) == (12, 0, 3)
        before = [m.model_dump() for m in mentions(db)]
        clock.pass_by(minutes=15)
        again = crawl().report
        assert (again.new, again.edited, again.refreshed, again.gone) == (0, 0, 0, 0)
        assert [m.model_dump() for m in mentions(db)] == before

    def test_on_postgresql_as_well(
        self, database: Database, engine: Engine, site: Site, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        for new in (12, 0):
            assert engine.crawl(job(database, page_source(site.url("/p")))).report.new == new
        site.put("/p", reviews_page([review(0, reviewBody="Altro"), *LIST[2:5]], "/p?page=2"))
        clock.pass_by(minutes=15)
        last = engine.crawl(job(database, page_source(site.url("/p")))).report
        assert (last.edited, last.gone, last.error) == (1, 1, None)

    def test_two_sources_that_show_the_same_review_store_it_once(
        self, db: Database, engine: Engine, site: Site
    ) -> None:
        node = review(1, **{"@id": site.url("/reviews#7")})
        site.put("/p", reviews_page([node]))
        site.put("/q", reviews_page([node]))
        told = engine.crawl(job(db, page_source(site.url("/p")), page_source(site.url("/q"), "other")))
        assert sum(report.new for report in told.reports.values()) == 1
        assert len(mentions(db)) == 1


class TestChanges:
    def test_an_edited_review_is_a_revision_and_goes_through_the_stages_again(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        crawl()
        with db.write() as session:
            for mention in session.scalars(select(Mention)):
                mention.state = MentionState.TRIAGED
        put_list(
            site,
            "/p",
            [*LIST[:7], review(7, reviewBody="Ora è rotta", reviewRating={"ratingValue": "1"}), *LIST[8:]],
        )
        clock.pass_by(minutes=15)
        report = crawl().report
        assert (report.new, report.edited) == (0, 1)
        edited = next(m for m in mentions(db) if m.text == "Ora è rotta")
        assert (edited.stars, edited.revision, edited.state) == (1.0, 2, MentionState.NEW)
        assert {m.state for m in mentions(db) if m.id != edited.id} == {MentionState.TRIAGED}
        with db.read() as session:
            (old,) = session.scalars(select(Revision))
        assert (old.text, old.stars) == ("Recensione 7", 4.0)

    def test_a_review_published_late_is_found_and_counted(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        crawl()
        late = review(90, datePublished="2026-11-23T18:30:00Z")
        put_list(site, "/p", [*LIST[:5], late, *LIST[5:]])
        clock.pass_by(minutes=15)
        report = crawl().report
        assert (report.new, report.late) == (1, 1)
        assert not next(m for m in mentions(db) if m.text == "Recensione 90").history

    def test_growing_engagement_is_a_snapshot_and_nothing_else(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        for likes in ("3", "3", "40"):
            site.put("/p", reviews_page([review(1, upvoteCount=likes)]))
            report = crawl().report
            clock.pass_by(minutes=15)
        assert (report.new, report.edited, report.refreshed) == (0, 0, 1)
        with db.read() as session:
            assert [s.likes for s in session.scalars(select(Snapshot))] == [3, 40]

    def test_the_brands_answer_on_the_platform_is_noted(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        site.put("/p", reviews_page([review(1)]))
        crawl()
        comment = {"author": {"@type": "Organization", "name": "Negozio"}, "text": "Ci scusiamo"}
        site.put("/p", reviews_page([review(1, comment=comment)]))
        clock.pass_by(minutes=15)
        assert crawl().report.refreshed == 1
        assert mentions(db)[0].answer == "Ci scusiamo"


class TestGone:
    def test_a_removed_review_is_marked_and_its_return_noticed(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        crawl()
        put_list(site, "/p", LIST[:3] + LIST[4:])
        clock.pass_by(minutes=15)
        assert crawl().report.gone == 1
        assert [m.text for m in mentions(db) if m.gone_at] == ["Recensione 3"]
        put_list(site, "/p", LIST)
        clock.pass_by(minutes=15)
        report = crawl().report
        assert (report.new, report.refreshed, report.gone) == (0, 1, 0)
        assert not [m for m in mentions(db) if m.gone_at]

    def test_many_at_once_are_believed_when_the_next_crawl_agrees(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        crawl()
        put_list(site, "/p", LIST[:5])
        clock.pass_by(minutes=15)
        assert crawl().report.gone == 0
        clock.pass_by(minutes=15)
        assert crawl().report.gone == 7

    def test_a_crawl_that_failed_takes_nothing_for_removed(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        crawl()
        put_list(site, "/p", LIST[:3] + LIST[4:])
        site.put("/p?page=2", Answer(b"", 403))
        clock.pass_by(minutes=15)
        assert crawl().report.status == "error"
        assert not [m for m in mentions(db) if m.gone_at]

    def test_reviews_sorted_by_how_helpful_they_are_do_not_vanish_behind_the_window(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        shuffled = [review((7 * n) % 40) for n in range(40)]
        put_list(site, "/p", shuffled)
        crawl()
        clock.pass_by(minutes=15)
        told = crawl(overlap="1h")
        assert told.report.requests < 8, "only the first pages are read again"
        assert told.report.gone == 0


class TestFirstRead:
    def test_what_is_older_than_two_days_is_history(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        dates = ("2026-11-24T08:00:00Z", "2026-11-22T12:00:00Z", "2026-11-22T10:00:00Z", "2026-01-01")
        site.put("/p", reviews_page(review(n, datePublished=date) for n, date in enumerate(dates)))
        crawl()
        assert [m.history for m in mentions(db)] == [False, False, True, True]

    def test_what_has_no_date_is_history_too_and_later_it_is_new(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        site.put("/p", reviews_page([review(1, datePublished="?")]))
        crawl()
        site.put("/p", reviews_page([review(2, datePublished="?"), review(1, datePublished="?")]))
        clock.pass_by(hours=1)
        crawl()
        assert [(m.history, m.published_at) for m in mentions(db)] == [
            (True, clock.now - timedelta(hours=1 + 48 + 1)),
            (False, clock.now),
        ]

    def test_at_the_second_read_nothing_is(self, db: Database, site: Site, crawl: Any, clock: Clock) -> None:
        site.put("/p", reviews_page([review(1)]))
        crawl()
        site.put("/p", reviews_page([review(1), review(2, datePublished="2026-01-01")]))
        clock.pass_by(minutes=15)
        crawl()
        assert [m.history for m in mentions(db)] == [False, False]

    def test_a_first_read_that_broke_is_still_the_first(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", [review(n, datePublished="2026-01-01") for n in range(12)])
        site.put("/p?page=3", Answer(b"", 403))
        crawl()
        put_list(site, "/p", [review(n, datePublished="2026-01-01") for n in range(12)])
        clock.pass_by(minutes=15)
        assert crawl().report.new == 2
        assert all(m.history for m in mentions(db))


class TestCursor:
    def test_it_moves_with_the_last_page_only(self, db: Database, site: Site, crawl: Any) -> None:
        put_list(site, "/p", LIST)
        site.put("/p?page=3", Answer(b"", 403))
        report = crawl().report
        assert (report.new, report.status) == (10, "error")
        row = source_row(db)
        assert (row.cursor, row.first_read_at, row.last_ok_at) == ({}, None, None)
        assert row.failures == 1
        put_list(site, "/p", LIST)
        assert crawl().report.new == 2
        row = source_row(db)
        assert row.cursor["newest"] == "2026-11-23T23:00:00Z"
        assert row.first_read_at == row.last_ok_at is not None
        assert row.failures == 0

    @pytest.mark.parametrize("broken", [1, 2, 3])
    def test_a_write_that_fails_loses_nothing(
        self, db: Database, site: Site, crawl: Any, broken: int
    ) -> None:
        """Whichever page's transaction breaks, at its very end: what it held is read again."""
        put_list(site, "/p", LIST)
        with breaking_commit(broken):
            report = crawl().report
        assert report.status == "error"
        assert "disk full" in (report.error or "")
        assert report.new == len(mentions(db)) < 12
        assert source_row(db).cursor == {}
        assert crawl().report.new == 12 - report.new
        assert sorted(texts(db)) == sorted(str(node["reviewBody"]) for node in LIST)

    def test_pages_are_committed_as_they_arrive(self, db: Database, engine: Engine, site: Site) -> None:
        put_list(site, "/p", LIST)
        seen: list[tuple[int, int]] = []

        def look(told: AnyEvent) -> None:
            if isinstance(told, PageStored):
                seen.append((told.page, len(mentions(db))))

        engine.crawl(job(db, page_source(site.url("/p"))), look)
        assert [page for page, _ in seen] == [1, 2, 3]
        assert all(stored >= 5 * page or stored == 12 for page, stored in seen)

    def test_other_options_read_from_the_beginning(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", [review(n, **{"@id": f"#r{n}"}) for n in range(40)])
        crawl()
        clock.pass_by(minutes=15)
        assert crawl(overlap="1h").report.requests == 3
        clock.pass_by(minutes=15)
        assert crawl(overlap="1h", language="it").report.requests == 8

    def test_a_list_longer_than_its_pages_is_told_although_the_read_went_well(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        crawl(pages=2)
        assert source_row(db).last_error is None
        put_list(
            site, "/p", [review(n, datePublished="2026-11-24T10:00:00Z") for n in range(100, 120)] + LIST
        )
        clock.pass_by(minutes=15)
        report = crawl(pages=2).report
        assert (report.status, report.new) == ("ok", 10)
        row = source_row(db)
        assert row.last_error == "stopped after 2 pages before reaching what was known: raise `pages`"
        assert (row.failures, row.down_since, row.last_ok_at) == (0, None, clock.now)

    def test_after_a_while_everything_is_read_again(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", [review(n) for n in range(40)])
        crawl(overlap="1h")
        edited = [review(n, reviewBody="Cambiata") if n == 38 else review(n) for n in range(40)]
        put_list(site, "/p", edited)
        clock.pass_by(minutes=15)
        assert crawl(overlap="1h").report.edited == 0
        clock.pass_by(hours=2)
        assert crawl(overlap="1h").report.edited == 1


@contextmanager
def breaking_commit(number: int) -> Iterator[None]:
    """The transaction of page `number` fails when all of it is written. The first two only open the source and
    keep its robots.txt."""
    commits = 0

    def break_it(session: Session) -> None:
        nonlocal commits
        commits += 1
        if commits == number + 2:
            raise OSError("disk full")

    event.listen(Session, "before_commit", break_it)
    yield
    event.remove(Session, "before_commit", break_it)


class TestErased:
    def test_who_was_forgotten_does_not_come_back(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        put_list(site, "/p", LIST)
        crawl()
        with db.write() as session:
            forget(session, "page", "cliente 3", now=clock.now)
        clock.pass_by(minutes=15)
        report = crawl().report
        assert (report.new, report.edited, report.error) == (0, 0, None)
        assert "Recensione 3" not in texts(db)


class TestWithoutIds:
    def test_the_same_authors_of_a_day_keep_their_rows(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        def nodes(*words: str) -> list[dict[str, Any]]:
            return [
                {"@type": "Review", "author": "Anonimo", "datePublished": "2026-11-23", "reviewBody": text}
                for text in words
            ]

        site.put("/p", reviews_page(nodes("Il caffè era freddo", "Biscotti ottimi davvero")))
        assert crawl().report.new == 2
        site.put(
            "/p",
            reviews_page(nodes("Tutt'altro discorso qui", "Biscotti ottimi davvero!", "Il caffè era freddo")),
        )
        clock.pass_by(minutes=15)
        report = crawl().report
        assert (report.new, report.edited) == (1, 1)
        assert sorted(texts(db)) == [
            "Biscotti ottimi davvero!",
            "Il caffè era freddo",
            "Tutt'altro discorso qui",
        ]

    def test_a_page_that_moves_on_is_no_edit(
        self, db: Database, site: Site, crawl: Any, clock: Clock
    ) -> None:
        nodes = [
            {"@type": "Review", "author": f"c{n}", "datePublished": "2026-11-23", "reviewBody": f"n. {n}"}
            for n in range(12)
        ]
        put_list(site, "/p", nodes)
        crawl()
        put_list(
            site,
            "/p",
            [
                {"@type": "Review", "author": "nuova", "datePublished": "2026-11-24", "reviewBody": "Nuova"},
                *nodes,
            ],
        )
        clock.pass_by(minutes=15)
        report = crawl().report
        assert (report.new, report.edited, report.gone) == (1, 0, 0)


class TestOpenSources:
    def test_only_what_names_the_brand_is_stored(self, db: Database, engine: Engine, site: Site) -> None:
        statuses = [
            {
                "id": "1",
                "created_at": "2026-11-24T10:00:00Z",
                "content": "<p>Al Caffè Aurora, ieri</p>",
                "account": {"acct": "a"},
            },
            {
                "id": "2",
                "created_at": "2026-11-24T09:00:00Z",
                "content": "<p>Che aurora boreale</p>",
                "account": {"acct": "b"},
            },
        ]
        site.put(
            "/api/v1/timelines/tag/aurora?limit=40",
            Answer(json.dumps(statuses).encode(), kind="application/json"),
        )
        source = {
            "name": "toots",
            "type": "mastodon",
            "brand": "aurora",
            "query": "#aurora",
            "base_url": site.base_url,
        }
        assert engine.crawl(job(db, source)).report.new == 1
        assert texts(db) == ["Al Caffè Aurora, ieri"]

    def test_an_unchanged_feed_costs_one_request_and_no_row(
        self, db: Database, engine: Engine, site: Site, clock: Clock
    ) -> None:
        body = b"<rss version='2.0'><channel><item><guid>urn:a</guid><title>Caffe Aurora apre</title><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"
        site.put(
            "/f",
            lambda asked: (
                Answer(b"", 304)
                if asked.headers.get("If-None-Match") == '"1"'
                else Answer(body, kind="application/rss+xml", headers={"ETag": '"1"'})
            ),
        )
        source = {"name": "press", "type": "feed", "brand": "aurora", "url": site.url("/f")}
        assert engine.crawl(job(db, source)).report.new == 1
        row = source_row(db, "press")
        assert row.cursor["kept"] == {"etag": '"1"'}
        clock.pass_by(minutes=15)
        again = engine.crawl(job(db, source)).report
        assert (again.status, again.new, again.gone, again.requests) == ("ok", 0, 0, 1)
        after = source_row(db, "press")
        assert (after.cursor, after.usual_results) == (row.cursor, row.usual_results)
        assert after.last_ok_at == clock.now


def test_a_source_is_opened_from_where_its_row_stands(db: Database, now: datetime) -> None:
    platform = platforms.get("page")
    options = platform.options.model_validate(page_source("https://shop.example/p"))
    reading = Keeper(db).open(options, AURORA, platform)
    assert reading.first_read
    assert source_row(db).type == "page"
    assert Keeper(db).open(options, AURORA, platform).first_read
