"""Discourse: the requests and shapes that it documents."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.base import Page, Spider
from demo.places import discourse as place
from store.errors import Permanent, Transient
from tests.crawlers.contracts import parse, spec, spider, told
from tests.crawlers.contracts.requests import against_openapi

SPEC = "discourse/openapi.json"
FORUM = "https://forum.piazza.example/c"


def own(**options: Any) -> Spider[Any]:
    table: dict[str, Any] = {"base_url": FORUM, "own": True}
    return spider("discourse", **table | options)


def searched(**options: Any) -> Spider[Any]:
    return spider("discourse", **{"base_url": FORUM, "query": "caffè aurora"} | options)


def schema(path: str) -> Any:
    answers = spec(SPEC)["paths"][path]["get"]["responses"]
    return answers["200"]["content"]["application/json"]["schema"]


def test_requests_are_those_of_the_documentation() -> None:
    document = spec(SPEC)
    (posts,), (search,) = own().first(), searched().first()
    looked = own().look_up(["forum.piazza.example/c/77"])
    assert [against_openapi(fetch, document) for fetch in (posts, search, looked)] == [[], [], []]
    assert posts.url == f"{FORUM}/posts.json"
    assert parse_qs(urlsplit(search.url).query) == {
        "q": ["caffè aurora after:2026-10-25 order:latest"],
        "page": ["1"],
    }
    assert looked.url == f"{FORUM}/posts.json?before=78"


def test_a_key_goes_with_its_user_and_only_where_one_is_named() -> None:
    assert own().first()[0].headers == {}
    (signed,) = own(api_username="ascolto").first()
    assert signed.headers == {"Api-Key": "value-of-DISCOURSE_API_KEY", "Api-Username": "ascolto"}


def test_in_a_forum_of_ones_own_nobody_has_to_name_the_brand() -> None:
    assert own().context.options.match is False
    assert own(match=True).context.options.match is True
    assert searched().context.options.match is None


def test_every_field_that_is_read_is_a_documented_one() -> None:
    """With what the demo gives, all of which the documentation knows."""
    post = schema("/posts.json")["properties"]["latest_posts"]["items"]["properties"]
    found = schema("/search.json")["properties"]["grouped_search_result"]["properties"]
    here = own(base_url="http://127.0.0.1/discourse/aurora", api_username="ascolto")
    key = {"api-key": place.SECRETS["DISCOURSE_API_KEY"]}
    latest = told("discourse", here.first()[0], headers=key)
    assert latest["latest_posts"]
    for one in latest["latest_posts"]:
        assert set(one) <= set(post)
    there = searched(base_url="http://127.0.0.1/discourse/tazzina")
    search = told("discourse", there.first()[0], headers=key)
    assert search["posts"]
    assert set(search["grouped_search_result"]) <= set(found)
    assert set(schema("/search.json")["required"]) <= set(search)


def test_a_hit_and_its_post_have_one_id() -> None:
    there = searched(base_url="http://127.0.0.1/discourse/tazzina")
    key = {"api-key": place.SECRETS["DISCOURSE_API_KEY"]}
    parsed = parse(there, told("discourse", there.first()[0], headers=key), chain="search")
    assert parsed.mentions == ()
    assert parsed.leads
    for lead in parsed.leads:
        (mention,) = parse(there, told("discourse", lead.fetch, headers=key), chain=lead.fetch.chain).mentions
        assert (mention.external_id, mention.published_at) == (lead.external_id, lead.published_at)
        assert len(mention.text) > 60  # more than the search tells


def test_staff_speaks_for_the_brand_in_its_own_forum_only() -> None:
    posts = [
        {"id": 2, "username": "mod", "staff": True, "cooked": "<p>Ecco</p>", "post_number": 2, "topic_id": 1},
        {"id": 1, "username": "ida", "cooked": "<p>Allora?</p>", "post_number": 1, "topic_id": 1},
    ]
    parsed = parse(own(), {"latest_posts": posts}, chain="posts")
    assert [m.external_id for m in parsed.mentions] == ["forum.piazza.example/c/1"]
    assert parsed.answers["forum.piazza.example/c/1"].text == "Ecco"
    elsewhere = searched()
    assert len(parse(elsewhere, {"latest_posts": posts}, chain="posts").mentions) == 2
    named = searched(accounts=["@Mod"])
    assert len(parse(named, {"latest_posts": posts}, chain="posts").mentions) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"errors": ["x"], "error_type": "rate_limit", "extras": {"wait_seconds": 23}}', Transient),
        (b'{"errors": ["x"], "error_type": "invalid_access"}', Permanent),
        (b'{"errors": ["x"], "error_type": "not_logged_in"}', Permanent),
        (b'{"errors": ["x"]}', type(None)),
        (b"<html>", type(None)),
    ],
)
def test_errors_are_told_by_their_types(body: bytes, kind: type) -> None:
    refused = own().refusal(Page(FORUM, body, status=429))
    assert isinstance(refused, kind)
    if isinstance(refused, Transient):
        assert refused.retry_after == 23
