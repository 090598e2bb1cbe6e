"""TripAdvisor's answers, in the shape that was seen."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.crawlers.contracts import parse, sample, spider
from tests.crawlers.contracts import told as demo

OPTIONS: dict[str, Any] = {"locations": {"123456": "Aurora, Roma"}}


def test_the_reviews_of_a_location_are_read() -> None:
    told = sample("constructed/tripadvisor_location_reviews.json")
    (review,) = told["data"]
    parsed = parse(spider("tripadvisor", **OPTIONS), told)
    (mention,) = parsed.mentions
    assert (mention.external_id, mention.stars, mention.likes) == ("1000000001", 2, 3)
    assert (mention.title, mention.text, mention.lang) == (review["title"], review["text"], "en")
    assert (mention.author, mention.url) == (review["user"]["username"], review["url"])
    assert mention.published_at == datetime(2026, 5, 15, 8, 23, 8, tzinfo=UTC)
    assert (mention.answer, mention.answered_at) == (
        review["owner_response"]["text"],
        datetime(2026, 5, 16, 8, 23, 8, tzinfo=UTC),
    )
    assert mention.place == "Aurora, Roma"
    assert (parsed.next, parsed.problems) == ((), ())


def test_each_location_is_asked_for_in_each_language() -> None:
    found = spider("tripadvisor", **OPTIONS, languages=["it", "en"]).first()
    assert {urlsplit(fetch.url).path for fetch in found} == {"/api/v1/location/123456/reviews"}
    assert [parse_qs(urlsplit(fetch.url).query) for fetch in found] == [
        {"language": [tongue], "key": ["value-of-TRIPADVISOR_API_KEY"]} for tongue in ("it", "en")
    ]


def test_the_demo_answers_in_that_shape() -> None:
    one = spider(
        "tripadvisor",
        locations={"9000001": "Aurora, Bologna"},
        languages=["it", "en"],
        base_url="http://127.0.0.1/tripadvisor/api/v1",
        secrets={"TRIPADVISOR_API_KEY": "piazza-trip"},
    )
    shape = set(sample("constructed/tripadvisor_location_reviews.json")["data"][0])
    for fetch in one.first():
        reviews = demo("tripadvisor", fetch)["data"]
        assert 0 < len(reviews) <= 5
        assert all(set(review) <= shape for review in reviews)
