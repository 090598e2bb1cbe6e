"""What WooCommerce's own documentation shows: parameters, and an answer."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from tests.crawlers.contracts import parse, spec_text, spider
from tests.crawlers.contracts import told as demo
from tests.crawlers.contracts.requests import against_openapi

OPTIONS: dict[str, Any] = {"base_url": "https://example.com", "team": ["Shop"]}
TYPES = {"string": "string", "integer": "integer", "array": "string"}


def listing() -> str:
    text = spec_text("woocommerce/_product-reviews.md")
    return text.partition("## List all product reviews ##")[2].partition("## Update a product review ##")[0]


def documented() -> Any:
    """The table of parameters, in the clothes of OpenAPI."""
    known = []
    for name, kind, told in re.findall(r"^\| `(\w+)` +\| (\w+) +\| (.+?) *\|$", listing(), re.M):
        options = re.search(r"Options: (.+?)\.", told)
        schema = {"type": TYPES[kind]} | ({"enum": re.findall(r"`(\w+)`", options[1])} if options else {})
        known.append({"name": name, "in": "query", "schema": schema})
    assert len(known) == 16
    return {"paths": {"/wp-json/wc/v3/products/reviews": {"get": {"parameters": known}}}}


def shown() -> list[dict[str, Any]]:
    (answer,) = re.findall(r"```json\n(.*?)```", listing(), re.S)
    found: list[dict[str, Any]] = json.loads(answer)
    return found


def test_the_documented_answer_is_read() -> None:
    parsed = parse(spider("woocommerce", **OPTIONS), shown())
    assert [m.external_id for m in parsed.mentions] == ["example.com/22", "example.com/20"]
    assert [m.text for m in parsed.mentions] == ["Nice album!", "Now works just fine."]
    assert [m.stars for m in parsed.mentions] == [5, 1]
    assert [m.author for m in parsed.mentions] == ["John Doe", "Claudio Sanches"]
    assert [m.published_at for m in parsed.mentions] == [
        datetime(2018, 10, 18, 20, 59, 17, tzinfo=UTC),
        datetime(2018, 9, 9, 0, 47, 19, tzinfo=UTC),
    ]
    assert [m.place for m in parsed.mentions] == ["#22", "#31"]
    assert parsed.mentions[0].url == "https://example.com/?post_type=product&p=22#comment-22"
    assert not parsed.problems
    assert "john.doe@" not in repr(parsed)


def test_what_the_team_writes_on_the_product_s_page_is_no_review() -> None:
    first, second = shown()  # only the second was written by somebody who was signed in, as the user 1
    for team in (["1"], ["claudio sanches"]):
        parsed = parse(spider("woocommerce", base_url="https://example.com", team=team), [first, second])
        assert [m.external_id for m in parsed.mentions] == ["example.com/22"]
    forged = spider("woocommerce", base_url="https://example.com", team=["John Doe", "22"])
    assert len(parse(forged, [first, second]).mentions) == 2


def test_a_product_that_is_named_is_the_place() -> None:
    named = {"product_name": "Album &#8211; <b>live</b>", "product_permalink": "https://example.com/p/album/"}
    parsed = parse(spider("woocommerce", **OPTIONS), [shown()[0] | named])
    assert (parsed.mentions[0].place, parsed.mentions[0].url) == (
        "Album – live",
        "https://example.com/p/album/#comment-22",
    )


def test_requests_are_ones_that_the_documentation_knows() -> None:
    for status in ("all", "approved", "hold"):
        one = spider("woocommerce", **OPTIONS, status=status)
        reviews, replies = one.first()
        for fetch in (reviews, one.look_up(["example.com/1", "example.com/2"])):
            assert against_openapi(fetch, documented()) == []
            assert fetch.headers["Authorization"].startswith("Basic ")
        assert replies.url.startswith("https://example.com/wp-json/wp/v2/comments?")
        assert replies.headers == {}  # the key is for the shop's interface alone
    assert len(spider("woocommerce", base_url="https://example.com").first()) == 1


def test_the_demo_answers_as_documented() -> None:
    one = spider(
        "woocommerce",
        base_url="http://127.0.0.1/woocommerce",
        secrets={"WOOCOMMERCE_KEY": "ck_piazza", "WOOCOMMERCE_SECRET": "cs_piazza"},
    )
    answer = demo("woocommerce", one.first()[0])
    told = {"product_name", "product_permalink"} | set(shown()[0])
    assert answer
    for review in answer:
        assert set(review) <= told
        assert {name: type(review[name]) for name in ("id", "rating", "verified", "review")} == {
            "id": int,
            "rating": int,
            "verified": bool,
            "review": str,
        }
