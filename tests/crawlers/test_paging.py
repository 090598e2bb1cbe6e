"""Lists that go on over several pages, in the demo's internet with pages of two: all is found, each once."""

import tomllib
from collections.abc import Iterator
from importlib import import_module

import pytest

from demo.internet import Internet
from demo.places import interface
from store.clock import utcnow
from store.db import Database
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, mentions


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "sized"),
    [
        ("bluesky", "crawlers.spiders.bluesky.LIMIT"),
        ("hackernews", "crawlers.spiders.hackernews.LIMIT"),
        ("stackexchange", "crawlers.spiders.stackexchange.LIMIT"),
        ("discourse", "demo.places.discourse.PAGE"),
    ],
)
def test_pages_of_two_show_as_much_as_one(
    name: str, sized: str, internet: Internet, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _, constant = sized.rpartition(".")
    monkeypatch.setattr(import_module(module), constant, 2)
    for secret, value in interface(name).SECRETS.items():
        monkeypatch.setenv(secret, value)
    reads = job(db, *(one for one in tomllib.loads(internet.everywhere())["sources"] if one["type"] == name))
    first = engine.crawl(reads)
    assert {report.error for report in first.reports.values()} == {None}
    found = [mention.external_id for mention in mentions(db)]
    assert len(found) == len(set(found))
    assert set(found) == interface(name).ids(internet.world)
    asked = len(internet.requests)
    internet.advance()
    second = engine.crawl(reads)
    assert {report.error for report in second.reports.values()} == {None}
    assert {m.external_id for m in mentions(db)} == interface(name).ids(internet.world)
    assert asked < len(internet.requests) <= 2 * asked + 6
