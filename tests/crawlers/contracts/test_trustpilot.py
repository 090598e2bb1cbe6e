"""Trustpilot: its interface as far as it is known, and a page that somebody saved."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.base import Page
from crawlers.spiders.trustpilot import saved
from store.errors import Permanent
from tests.crawlers.contracts import parse, sample, spider, yaml_spec
from tests.crawlers.contracts import told as demo
from tests.crawlers.contracts.requests import against_openapi, answer_problems

UNIT = "5f0c1d2e3b4a596877665544"
SPEC = "trustpilot/trustpilot_service_reviews_openapi.yaml"
DEMO: dict[str, Any] = {
    "business_unit": UNIT,
    "base_url": "http://127.0.0.1/trustpilot",
    "secrets": {"TRUSTPILOT_API_KEY": "piazza-key", "TRUSTPILOT_API_SECRET": "piazza-secret"},
}


def page_with(value: Any) -> Page:
    script = json.dumps(value).replace("<", "\\u003c")
    return Page(
        "page.html",
        f'<html><body><h1>x</h1><script id="__NEXT_DATA__" type="application/json">{script}</script>'.encode(),
    )


def test_requests_are_ones_that_the_specification_knows() -> None:
    document = yaml_spec(SPEC)
    (public,) = spider("trustpilot", business_unit=UNIT, language="it").first()
    (private,) = spider("trustpilot", business_unit=UNIT, private=True, language="it").first()
    assert against_openapi(public, document) == []
    assert against_openapi(private, document) == []
    assert "orderBy=createdat.desc&perPage=100" in public.url
    assert public.headers == {"apikey": "value-of-TRUSTPILOT_API_KEY"}
    assert private.headers == {"Authorization": "Bearer token"}
    assert "language" not in private.url


def test_only_the_private_list_asks_for_a_token() -> None:
    assert spider("trustpilot", business_unit=UNIT).sign_in() is None
    wanted = spider("trustpilot", business_unit=UNIT, private=True).sign_in()
    assert wanted is not None
    assert wanted.url.startswith("https://api.trustpilot.com/v1/oauth/")
    assert b"client_credentials" in wanted.body


@pytest.mark.parametrize("private", [False, True])
def test_the_demo_answers_as_specified_and_is_read(private: bool) -> None:
    one = spider("trustpilot", **DEMO, private=private)
    one.token = "piazza-trust"
    answer = demo("trustpilot", one.first()[0])
    assert answer_problems(answer, "Reviews", yaml_spec(SPEC)) == []
    parsed = parse(one, answer)
    told = {review["id"]: review for review in answer["reviews"]}
    assert {m.external_id: m.stars for m in parsed.mentions} == {k: r["stars"] for k, r in told.items()}
    answered = [m for m in parsed.mentions if m.answer]
    assert [m.answer for m in answered] == [
        r["companyReply"]["text"] for r in told.values() if r["companyReply"]
    ]


def test_a_full_page_is_followed_by_the_next() -> None:
    review = {"id": "a", "stars": 3, "createdAt": "2026-11-20T10:00:00Z"}
    one = spider("trustpilot", business_unit=UNIT)
    full = parse(one, {"reviews": [review | {"id": f"r{n}"} for n in range(100)]})
    assert [(fetch.number, "page=2" in fetch.url) for fetch in full.next] == [(2, True)]
    assert parse(one, {"reviews": [review]}).next == ()


def test_a_saved_page_is_read() -> None:
    told = sample("constructed/trustpilot_next_data.json")
    (review,) = told["props"]["pageProps"]["reviews"]
    context = spider("trustpilot", business_unit=UNIT).context
    parsed = saved(page_with(told), context)
    (mention,) = parsed.mentions
    assert (mention.external_id, mention.stars) == (review["id"], review["rating"])
    assert (mention.title, mention.text, mention.lang) == (review["title"], review["text"], "en")
    assert (mention.author, mention.author_id) == (
        review["consumer"]["displayName"],
        review["consumer"]["id"],
    )
    assert mention.published_at == datetime(2026, 5, 15, 14, 45, 14, tzinfo=UTC)
    assert mention.edited_at is None
    assert (mention.answer, mention.answered_at) == (
        review["reply"]["message"],
        datetime(2026, 5, 16, 16, 3, 37, tzinfo=UTC),
    )
    assert (mention.place, mention.likes) == ("Example Books", 0)
    assert parsed.next == ()


def test_what_waits_for_approval_is_no_mention_yet() -> None:
    told = sample("constructed/trustpilot_next_data.json")
    told["props"]["pageProps"]["reviews"][0]["isPending"] = True
    assert saved(page_with(told), spider("trustpilot", business_unit=UNIT).context).mentions == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'<script id="__NEXT_DATA__">{"props": 1}</script>',
        b'<script id="__NEXT_DATA__">' + b"[" * 100_000 + b"</script>",
        b'<script id="__NEXT_DATA__">{"props": {"pageProps": {"reviews": {}}}}</script>',
    ],
)
def test_what_is_no_saved_page_says_so(body: bytes) -> None:
    with pytest.raises(Permanent, match="saved from Trustpilot"):
        saved(Page("page.html", body), spider("trustpilot", business_unit=UNIT).context)
