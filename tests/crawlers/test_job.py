"""What the service and its crawling process say to each other survives the way through JSON."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

import platforms
from crawlers.job import CrawlJob, Finished, PageStored, SourceReport, Started, Waited, find_brand, read_event
from store.brand import Brand, Policy
from tests.crawlers.jobs import AURORA

TABLE = {"name": "shop", "type": "page", "brand": "aurora", "url": "https://shop.example/p", "every": "15m"}


def test_validated_options_go_as_the_table_they_came_from() -> None:
    options = platforms.get("page").options.model_validate(
        TABLE | {"overlap": "36h", "selectors": {"review": "a", "text": "b"}}
    )
    searched = platforms.get("youtube").options.model_validate(
        {"name": "v", "type": "youtube", "brand": "aurora", "query": "moka", "search_every": "90m"}
    )
    job = CrawlJob(database_url="sqlite://", sources=[options, searched], brands=[AURORA])
    again = CrawlJob.model_validate_json(job.to_json())
    assert platforms.get("page").options.model_validate(again.sources[0]) == options
    assert platforms.get("youtube").options.model_validate(again.sources[1]) == searched
    assert options.overlap == timedelta(hours=36)  # type: ignore[attr-defined]


@pytest.mark.parametrize("span", [timedelta(milliseconds=250), timedelta(days=30), timedelta(days=3650)])
def test_a_span_of_any_length_arrives_as_it_was(span: timedelta) -> None:
    options = platforms.get("page").options.model_validate(TABLE | {"overlap": span})
    job = CrawlJob(database_url="sqlite://", sources=[options], brands=[AURORA])
    (table,) = CrawlJob.model_validate_json(job.to_json()).sources
    assert platforms.get("page").options.model_validate(table) == options


def test_of_a_brand_only_its_names_travel() -> None:
    rich = AURORA.model_copy(update={"policy": Policy(contacts={"default": "segreto@aurora.example"})})
    text = CrawlJob(database_url="sqlite://", sources=[], brands=[rich]).to_json()
    assert "segreto" not in text
    (brand,) = CrawlJob.model_validate_json(text).brands
    assert (brand.name, brand.aliases, brand.exclude) == (AURORA.name, AURORA.aliases, AURORA.exclude)


def test_the_databases_address_is_not_shown() -> None:
    job = CrawlJob(database_url="postgresql://ascolto:geheim@db/ascolto", sources=[], brands=[])
    assert "geheim" not in repr(job)
    assert "geheim" in job.to_json()  # the process needs it, on standard input


def test_unknown_keys_and_no_time_are_errors() -> None:
    with pytest.raises(ValidationError):
        CrawlJob(database_url="x", sources=[], brands=[], budget=0)
    with pytest.raises(ValidationError):
        CrawlJob.model_validate({"database_url": "x", "sources": [], "brands": [], "speed": 3})


@pytest.mark.parametrize(
    "event",
    [
        Started(pid=7),
        PageStored(source="shop", page=1, new=2, edited=0, refreshed=0, unchanged=3, late=0),
        Waited(source="shop", status=429, reason="HTTP 429", seconds=1.5, url="https://shop.example/p"),
        Finished(report=SourceReport(source="shop", status="ok", new=2)),
    ],
)
def test_an_event_is_read_back(event: Started | PageStored | Waited | Finished) -> None:
    assert read_event(event.model_dump_json()) == event


@pytest.mark.parametrize("line", [b"", b"hello", b"{}", b'{"event": "party"}', b"\xff\xfe", b"[1]"])
def test_a_line_that_is_no_event_is_none(line: bytes) -> None:
    assert read_event(line) is None


def test_a_page_is_work_where_something_changed() -> None:
    nothing = PageStored(source="s", page=1, new=0, edited=0, refreshed=0, unchanged=9, late=0)
    assert not nothing.work
    assert all(nothing.model_copy(update={field: 1}).work for field in ("new", "edited", "refreshed"))


def test_find_brand() -> None:
    brands = [AURORA, Brand(key="lumaca", name="Tè Lumaca")]
    assert find_brand(brands, {"brand": "lumaca"}) is brands[1]
    assert find_brand(brands, {"brand": "x"}) is find_brand(brands, {}) is None
