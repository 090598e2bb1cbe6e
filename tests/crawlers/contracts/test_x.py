"""An answer that X really gave; requests, and what the demo answers, by X's OpenAPI document."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jsonschema
import pytest

from demo.internet import Internet
from demo.places import x as place
from store.clock import utcnow
from tests.crawlers.contracts import parse, sample, spec, spider
from tests.crawlers.contracts.requests import against_openapi

OPENAPI = "x/x_api_v2_openapi.json"
OPTIONS: dict[str, Any] = {"query": "caffè aurora", "account": "@caffeaurora"}
BEARER = {"authorization": f"Bearer {place.SECRETS['X_BEARER_TOKEN']}"}


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


def check(answer: Any, name: str) -> None:
    """Raises `jsonschema.ValidationError` where the answer is not as the document's schema wants it."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": spec(OPENAPI)["components"]}
    jsonschema.Draft202012Validator(schema).validate(answer)


def test_a_recorded_search_is_read() -> None:
    told = sample("x/search_recent_decoded.json")["body"]
    parsed = parse(spider("x", **OPTIONS), told, chain="search")
    assert [m.external_id for m in parsed.mentions] == [post["id"] for post in told["data"]]
    assert [m.text for m in parsed.mentions] == [post["text"] for post in told["data"]]
    assert (parsed.problems, parsed.undated, parsed.cost) == ((), frozenset(), 10)
    for mention in parsed.mentions:  # each says in its text when it was written
        assert mention.text.startswith(f"{mention.published_at:%Y-%m-%d %H:%M}")
    (following,) = parsed.next
    assert f"next_token={told['meta']['next_token']}" in following.url
    assert parsed.kept == {
        "newest_id": told["meta"]["newest_id"],
        "rest": f"-{min(int(post['id']) for post in told['data'])}",
    }, "where it goes on if no page is left"


def test_requests_are_as_the_document_wants_them() -> None:
    one = spider("x", **OPTIONS)
    (search,) = one.first()
    document = spec(OPENAPI)
    assert against_openapi(search, document) == []
    (following,) = parse(one, sample("x/search_recent_decoded.json")["body"], chain="search").next
    assert against_openapi(following, document) == []
    assert against_openapi(one.look_up([str(number) for number in range(1, 101)]), document) == []
    longest = spider("x", query="x" * 4000, account="@a23456789012345")
    assert against_openapi(longest.first()[0], document) == []


def test_what_the_demo_answers_is_as_the_document_says(internet: Internet) -> None:
    one = spider("x", **OPTIONS, base_url=f"{internet.base_url}/x")
    (search,) = one.first()
    answered = internet.answer(search.url.removeprefix(internet.base_url), headers=BEARER)
    body = json.loads(answered.body)
    check(body, "Get2TweetsSearchRecentResponse")
    assert body["meta"]["next_token"]
    assert int(answered.headers["x-rate-limit-remaining"]) > 0
    look = one.look_up([body["data"][0]["id"], "1"])
    found = json.loads(internet.answer(look.url.removeprefix(internet.base_url), headers=BEARER).body)
    check(found, "Get2TweetsResponse")
    assert [problem["resource_id"] for problem in found["errors"]] == ["1"]


def test_what_the_demo_refuses_is_as_the_document_says(internet: Internet) -> None:
    (search,) = spider("x", **OPTIONS, base_url=f"{internet.base_url}/x").first()
    target = search.url.removeprefix(internet.base_url)
    old = place._id_at(utcnow() - timedelta(days=8))
    for answered, status in (
        (internet.answer(target), 401),
        (internet.answer(f"{target}&since_id={old}", headers=BEARER), 400),
        (internet.answer("/x/2/tweets?ids=x", headers=BEARER), 400),
    ):
        assert (answered.status, answered.content_type) == (status, "application/problem+json")
        check(json.loads(answered.body), "Problem")
