"""Each platform's interface in the demo's internet, read as a user's configuration would read it."""

import tomllib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlmodel import col, update

from crawlers import spiders
from demo.internet import Internet
from demo.places import interface, interfaces
from demo.world import read_posts
from store.clock import utcnow
from store.db import Database
from store.tables import Mention
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, mentions


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in interfaces():
        for secret, value in interface(name).SECRETS.items():
            monkeypatch.setenv(secret, value)


def sources(internet: Internet, name: str) -> list[dict[str, Any]]:
    found = tomllib.loads(internet.everywhere())["sources"]
    return [source for source in found if source["type"] == name]


def stored(db: Database) -> set[str]:
    return {mention.external_id for mention in mentions(db) if mention.gone_at is None}


@pytest.mark.parametrize("name", interfaces())
@pytest.mark.usefixtures("signed_in")
def test_all_that_stands_there_is_found_once(
    name: str, internet: Internet, engine: Engine, db: Database
) -> None:
    reads = job(db, *sources(internet, name))
    first = engine.crawl(reads)
    assert {report.error for report in first.reports.values()} == {None}
    assert stored(db) == interface(name).ids(internet.world)
    assert sum(report.new for report in first.reports.values()) == len(stored(db)) > 0
    again = engine.crawl(reads)
    assert {report.error for report in again.reports.values()} == {None}
    assert sum(report.new + report.edited for report in again.reports.values()) == 0
    internet.advance()
    engine.crawl(reads)
    assert interface(name).ids(internet.world) <= stored(db)


@pytest.mark.parametrize("name", [name for name in interfaces() if interface(name).SECRETS])
def test_without_its_secrets_it_says_which_is_missing(
    name: str, internet: Internet, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for secret in interface(name).SECRETS:
        monkeypatch.delenv(secret, raising=False)
    told = engine.crawl(job(db, *sources(internet, name)))
    for report in told.reports.values():
        assert report.status == "error"
        assert report.error is not None
        assert any(f"{secret} is not set" in report.error for secret in interface(name).SECRETS)
    assert internet.requests == []


@pytest.mark.parametrize("name", [name for name in interfaces() if interface(name).SECRETS])
def test_with_wrong_secrets_nothing_is_read(
    name: str, internet: Internet, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for secret, value in interface(name).SECRETS.items():
        monkeypatch.setenv(
            secret, interface(name).WRONG[secret] if hasattr(interface(name), "WRONG") else f"{value}x"
        )
    told = engine.crawl(job(db, *sources(internet, name)))
    assert {report.status for report in told.reports.values()} == {"error"}
    assert all(report.error and "x" * 20 not in report.error for report in told.reports.values())
    assert mentions(db) == []


@pytest.mark.parametrize("name", [name for name in interfaces() if spiders.get(name).look_up_size])
@pytest.mark.usefixtures("signed_in")
def test_young_mentions_are_looked_up_by_their_ids(
    name: str, internet: Internet, engine: Engine, db: Database
) -> None:
    reads = job(db, *sources(internet, name))
    engine.crawl(reads)
    waiting = [mention for mention in mentions(db) if mention.look_again_at is not None]
    assert waiting
    with db.write() as session:
        session.execute(
            update(Mention).values(look_again_at=utcnow()).where(col(Mention.id).in_([m.id for m in waiting]))
        )
    before = len(internet.requests)
    again = engine.crawl(reads)
    assert {report.error for report in again.reports.values()} == {None}
    looked = [
        request
        for request in internet.requests[before:]
        if any(mention.external_id.rpartition("/")[2][-4:] in request.path for mention in waiting)
    ]
    assert looked or any(request.method == "POST" for request in internet.requests[before:])
    assert all(m.gone_at is None for m in mentions(db))
    after = {m.external_id: m.look_again_at for m in mentions(db)}
    assert all(after[m.external_id] is None or after[m.external_id] > utcnow() for m in waiting)  # type: ignore[operator]


def test_each_interface_is_a_platform_with_a_source_and_content(internet: Internet) -> None:
    listed = {source["type"] for source in tomllib.loads(internet.everywhere())["sources"]}
    assert listed == set(interfaces()) <= set(spiders.names())
    for name in interfaces():
        assert read_posts(name)
        for source in sources(internet, name):
            assert urlsplit(source["base_url"]).netloc == urlsplit(internet.base_url).netloc
