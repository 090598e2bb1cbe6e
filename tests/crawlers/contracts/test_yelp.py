"""Yelp's answers and requests, by what is published of its interface."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.base import Page
from store.errors import Permanent, Transient
from tests.crawlers.contracts import parse, sample, spider, yaml_spec
from tests.crawlers.contracts import told as demo
from tests.crawlers.contracts.requests import against_openapi, answer_problems

OPTIONS: dict[str, Any] = {"businesses": {"x": "Aurora, Roma"}}
SPEC = "yelp/yelp-reviews-openapi.yml"


def test_an_excerpt_is_read_and_marked_as_one() -> None:
    told = sample("constructed/yelp_business_reviews.json")
    (review,) = told["reviews"]
    (mention,) = parse(spider("yelp", **OPTIONS), told).mentions
    assert (mention.external_id, mention.stars, mention.url) == (review["id"], 2, review["url"])
    assert (mention.author, mention.author_id) == (review["user"]["name"], review["user"]["id"])
    assert mention.text == f"{review['text'].removesuffix('...')} […]"
    assert mention.published_at == datetime(2026, 5, 15, 15, 23, 8, tzinfo=UTC)  # California's clock
    assert (mention.lang, mention.place) == ("en", "Aurora, Roma")


def test_what_yelp_does_not_show_any_more_was_not_removed() -> None:
    assert not spider("yelp", **OPTIONS).tells_gone


def test_requests_and_the_documented_answer() -> None:
    document = yaml_spec(SPEC)
    one = spider("yelp", **OPTIONS, locale="it_IT")
    (fetch,) = one.first()
    assert against_openapi(fetch, document) == []
    assert fetch.headers == {"Authorization": "Bearer value-of-YELP_API_KEY"}
    (path,) = document["paths"].values()
    (example,) = path["get"]["responses"]["200"]["content"]["application/json"]["examples"].values()
    (mention,) = parse(one, example["value"]).mentions
    told = example["value"]["reviews"][0]
    assert (mention.external_id, mention.stars, mention.text) == (told["id"], 4.5, told["text"])


def test_the_demo_answers_as_specified() -> None:
    one = spider(
        "yelp",
        businesses={"caffe-aurora-bologna": "Aurora, Bologna"},
        base_url="http://127.0.0.1/yelp",
        secrets={"YELP_API_KEY": "piazza-yelp"},
    )
    answer = demo("yelp", one.first()[0])
    assert answer_problems(answer, "ReviewsResponse", yaml_spec(SPEC)) == []
    assert 0 < len(answer["reviews"]) <= 3
    assert all(len(review["text"]) <= 160 for review in answer["reviews"])


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        ("TOKEN_INVALID", Permanent, "YELP_API_KEY"),
        ("BUSINESS_NOT_FOUND", Permanent, "check businesses: x"),
        ("ACCESS_LIMIT_REACHED", Transient, "used up"),
    ],
)
def test_what_yelp_refuses_is_told_in_its_own_words(code: str, kind: type[Exception], told: str) -> None:
    body = f'{{"error": {{"code": "{code}", "description": "x"}}}}'.encode()
    refused = spider("yelp", **OPTIONS).refusal(Page("https://api.yelp.com/v3", body, chain="x", status=400))
    assert isinstance(refused, kind)
    assert told in str(refused)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"error": "x"}', b'{"error": {"code": 7}}'])
def test_any_other_error_is_told_by_its_status(body: bytes) -> None:
    assert spider("yelp", **OPTIONS).refusal(Page("https://api.yelp.com/v3", body, status=500)) is None
