"""Mastodon: the documented API, and what two servers answered."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawlers.base import Spider
from crawlers.patience import asked_wait
from tests.crawlers.contracts import NOW, SHARED, parse, sample, spec, spider
from tests.crawlers.contracts.requests import against_openapi

SPEC = "mastodon/mastodon_openapi.json"
CASSETTE = SHARED / "samples/mastodon/mastodonpy_test_search_cassette.yaml"


def one(query: str = "caffè aurora", **options: Any) -> Spider[Any]:
    return spider("mastodon", query=query, base_url="https://piazza.example", **options)


def test_requests_are_those_of_the_documentation() -> None:
    document = spec(SPEC)
    asked = [one().first()[0], one("#caffeaurora").first()[0], one().look_up(["piazza.example/77"])]
    assert [against_openapi(fetch, document) for fetch in asked] == [[], [], []]
    assert [urlsplit(fetch.url).path for fetch in asked] == [
        "/api/v2/search",
        "/api/v1/timelines/tag/caffeaurora",
        "/api/v1/statuses/77",
    ]


def test_a_mock_servers_search_is_read() -> None:
    recorded = sample("mastodon/mastodon_mock_search.json")
    parsed = parse(one("acme"), recorded)
    statuses = recorded["statuses"]
    assert [m.external_id for m in parsed.mentions] == [f"piazza.example/{s['id']}" for s in statuses]
    assert [m.text for m in parsed.mentions] == [
        s["content"].removeprefix("<p>").removesuffix("</p>") for s in statuses
    ]
    assert [m.url for m in parsed.mentions] == [s["url"] for s in statuses]
    assert [m.author for m in parsed.mentions] == [s["account"]["display_name"] for s in statuses]
    assert [(m.likes, m.shares, m.replies) for m in parsed.mentions] == [
        (s["favourites_count"], s["reblogs_count"], s["replies_count"]) for s in statuses
    ]
    assert (parsed.problems, parsed.undated) == ((), frozenset())


def test_a_status_reads_the_same_by_itself() -> None:
    recorded = sample("mastodon/mastodon_mock_search.json")
    found = parse(one("acme"), recorded).mentions
    for mention, status in zip(found, recorded["statuses"], strict=True):
        fetch = one("acme").look_up([mention.external_id])
        parsed = parse(one("acme"), status, url=fetch.url, chain=fetch.chain)
        assert (parsed.mentions, parsed.next) == ((mention,), ())


def test_recorded_answers_without_statuses_are_read() -> None:
    reader: Any = pytest.importorskip("yaml")
    if not CASSETTE.exists():
        pytest.skip("the recording is not beside the project")
    recorded = reader.safe_load(CASSETTE.read_text(encoding="utf-8"))["interactions"]
    bodies = [json.loads(one["response"]["body"]["string"]) for one in recorded]
    searches = [body for body in bodies if isinstance(body, dict) and "statuses" in body]
    assert len(searches) == len(bodies) > 0
    for body in searches:
        parsed = parse(one(), body)
        assert (len(parsed.mentions), parsed.problems) == (len(body["statuses"]), ())


def test_its_own_headers_say_when_the_limit_ends() -> None:
    """X-RateLimit-Reset is a moment, not a number of seconds."""
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-24T11:02:30.123456Z"}
    assert asked_wait(headers, NOW) == pytest.approx(150.12, abs=0.01)
    documented = spec(SPEC)["paths"]["/api/v1/statuses/{id}"]["get"]["responses"]["200"]["headers"]
    assert {name.lower() for name in documented} >= set(headers)
