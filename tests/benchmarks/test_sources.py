"""What the sources are measured on is all that stands there, for every platform, and each copy of it once."""

from collections.abc import Iterator

import pytest

from benchmarks import names
from benchmarks._serving import walk
from benchmarks._world import PLATFORMS, Place
from crawlers import spiders
from demo.places import interface, interfaces
from store.clock import utcnow

TIMES = 3


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with Place(utcnow(), TIMES) as running:
        yield running


def test_every_platform_of_the_demo_is_read(place: Place) -> None:
    assert {source["type"] for source in place.sources()} == set(PLATFORMS)
    assert set(interfaces()) < set(PLATFORMS) <= set(spiders.names())
    assert {"crawl", "growth", "sources"} <= set(names())


@pytest.mark.parametrize("name", interfaces())
def test_what_has_grown_is_found_once(place: Place, name: str) -> None:
    found: list[str] = []
    for source in (source for source in place.sources() if source["type"] == name):
        _, pages = walk(place, source)
        ids = {mention.external_id for _, parsed in pages for mention in parsed.mentions}
        assert all(not parsed.problems for _, parsed in pages)
        found += ids
    wanted = interface(name).ids(place.world)
    assert len(wanted) >= TIMES * 2
    assert wanted <= set(found)


def test_no_page_is_made_twice(place: Place) -> None:
    assert place.answer("/stampa/rss.xml") is place.answer("/stampa/rss.xml")
