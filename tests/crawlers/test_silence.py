"""Sources that are read and fall silent: an interface and a search, told with the evidence and again when they recover."""

from datetime import timedelta

import pytest
from sqlmodel import col, delete, select

from alerts.checks import check_sources
from alerts.views import SourceNotice, load_view
from store.clock import utcnow
from store.db import Database
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Mention, Notification, SourceRow
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import AURORA, source_row
from tests.crawlers.site import Site
from tests.crawlers.test_api_sources import as_json, crawl, credentials, give_token, listing, reddit, search

__all__ = ["credentials"]
BRANDS = {"aurora": AURORA}


def told(db: Database) -> list[SourceNotice]:
    """What people were told of sources, after one more look."""
    check_sources(db, BRANDS, ["console"], utcnow())
    with db.read() as session:
        views = [load_view(session, row, BRANDS, utcnow()) for row in session.exec(select(Notification))]
    return [view for view in views if isinstance(view, SourceNotice)]


def usual(db: Database, **values: object) -> None:
    with db.write() as session:
        row = session.get_one(SourceRow, "reddit")
        for name, value in values.items():
            setattr(row, name, value)


def remember(db: Database, days: int, ago: timedelta) -> None:
    """Mentions that an earlier life of the source found, two a day, the newest `ago`."""
    now = utcnow()
    found = [
        NewMention(
            brand="aurora",
            source="reddit",
            platform="reddit",
            external_id=f"old{n}",
            text="Caffè Aurora",
            published_at=now - ago - n * timedelta(hours=12),
        )
        for n in range(2 * days)
    ]
    with db.write() as session:
        store_mentions(session, found, now=now, history_before=now)


@pytest.fixture
def read(site: Site, engine: Engine, db: Database) -> None:
    """The source was read once."""
    give_token(site)
    site.put(search(), listing("a", "b", "c", "d", "e"))
    assert crawl(engine, db, reddit(site, match=False)).report.error is None


@pytest.mark.usefixtures("read")
def test_an_interface_that_shows_nothing_is_told_once_and_its_recovery_too(
    site: Site, engine: Engine, db: Database
) -> None:
    site.put(search(), listing())
    for _ in range(2):
        crawl(engine, db, reddit(site, match=False))
        (down,) = told(db)
    assert (down.quiet, down.down_since is not None) == (True, True)
    assert down.error == "no results, where about 5 a page are usual"
    site.put(search(), listing("a", "b", "c", "d", "f"))
    assert crawl(engine, db, reddit(site, match=False)).report.error is None
    assert [notice.down_since is None for notice in told(db)] == [False, True]
    assert len(told(db)) == 2


@pytest.mark.usefixtures("read")
def test_an_interface_whose_field_vanished_is_told_with_the_evidence(
    site: Site, engine: Engine, db: Database
) -> None:
    bare = as_json(
        {
            "data": {
                "children": [{"kind": "t3", "data": {"name": f"t3_x{n}", "author": "a"}} for n in range(5)]
            }
        }
    )
    site.put(search(), bare)
    crawl(engine, db, reddit(site, match=False))
    (down,) = told(db)
    assert not down.quiet
    assert "is missing in 100% of 5 results" in down.error
    site.put(search(), listing("a", "b", "c", "d", "e"))
    crawl(engine, db, reddit(site, match=False))
    assert len(told(db)) == 2


@pytest.mark.usefixtures("read")
def test_a_search_that_finds_little_is_often_empty(site: Site, engine: Engine, db: Database) -> None:
    usual(db, usual_results=0.4)
    site.put(search(), listing())
    for _ in range(4):
        assert crawl(engine, db, reddit(site, match=False)).report.error is None
    row = source_row(db, "reddit")
    assert (row.down_since, row.usual_results) == (None, 0.4)
    assert told(db) == []


@pytest.mark.usefixtures("read")
def test_a_search_that_is_silent_for_longer_than_ever_is_told(
    site: Site, engine: Engine, db: Database
) -> None:
    remember(db, days=30, ago=timedelta(days=4))
    usual(db, usual_results=0.4, first_read_at=utcnow() - timedelta(days=20))
    with db.write() as session:  # the five of the first read are old as well
        session.execute(delete(Mention).where(col(Mention.external_id).like("t3%")))
    site.put(search(), listing())
    for _ in range(2):
        report = crawl(engine, db, reddit(site, match=False)).report
        (down,) = told(db)
    assert "nothing new since" in str(report.error)
    assert (down.quiet, "about 2.0 a day" in down.error) == (True, True)
    site.put(search(), listing("new"))
    assert crawl(engine, db, reddit(site, match=False)).report.error is None
    assert [notice.down_since is None for notice in told(db)] == [False, True]
