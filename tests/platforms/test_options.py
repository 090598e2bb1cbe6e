"""What a `[[sources]]` table of each platform may say, and what each error names."""

import re
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

import platforms
from platforms.base import SourceOptions

LEAST: dict[str, dict[str, Any]] = {
    "page": {"url": "https://shop.example/p"},
    "feed": {"url": "https://press.example/feed.xml"},
    "appstore": {"app_id": "1900000042"},
    "mastodon": {"query": "caffè aurora"},
    "wordpress": {"base_url": "https://blog.aurora.example"},
    "woocommerce": {"base_url": "https://shop.aurora.example"},
    "trustpilot": {"business_unit": "5f0c1d2e3b4a596877665544"},
    "tripadvisor": {"locations": {"9000001": "Aurora, Bologna"}},
    "yelp": {"businesses": {"caffe-aurora-bologna": "Aurora, Bologna"}},
    "appstore_connect": {"app_id": "1900000042", "issuer_id": "00000000-1111", "key_id": "ABC1234567"},
    "google_business": {"account": "1001", "locations": {"2001": "Torino"}},
    "google_play": {"package": "example.aurora.app"},
    "youtube": {"channel": "@caffeaurora"},
    "reddit": {"query": "caffè aurora"},
    "webhook": {},
    "bluesky": {"query": "caffè aurora"},
    "hackernews": {"query": "caffè aurora"},
    "stackexchange": {"query": "caffè aurora"},
    "discourse": {"base_url": "https://forum.example", "query": "caffè aurora"},
    "mailbox": {"host": "imap.aurora.example"},
    "facebook": {"page_id": "190000000042"},
    "instagram": {"user_id": "17841400000000042"},
    "x": {"query": "caffè aurora"},
}


def options(kind: str, **values: Any) -> Any:
    table = {"name": "source", "type": kind, "brand": "aurora"} | LEAST[kind] | values
    return platforms.get(kind).options.model_validate(table)


@pytest.mark.parametrize("kind", LEAST)
def test_little_is_needed(kind: str) -> None:
    found = options(kind)
    assert isinstance(found, SourceOptions)
    assert (found.every, found.match, found.publish) == (timedelta(minutes=15), None, False)


@pytest.mark.parametrize("kind", LEAST)
def test_unknown_keys_and_missing_ones_are_errors(kind: str) -> None:
    with pytest.raises(ValidationError, match="evry"):
        options(kind, evry="5m")
    for name in LEAST[kind]:
        with pytest.raises(ValidationError, match=name):
            options(kind, **{name: None})


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("page", {"url": "ftp://shop.example"}),
        ("page", {"url": "shop.example"}),
        ("page", {"pages": 0}),
        ("page", {"selectors": {"review": ".r"}}),
        ("page", {"selectors": {"review": ".r", "text": "..t"}}),
        ("page", {"selectors": {"review": "li:hover(", "text": ".t"}}),
        ("page", {"selectors": {"review": ".r", "text": ".t", "best": 0}}),
        ("page", {"selectors": {"review": ".r", "text": ".t", "colour": ".c"}}),
        ("feed", {"url": "file:///etc/passwd"}),
        ("appstore", {"app_id": "id42"}),
        ("appstore", {"countries": []}),
        ("appstore", {"countries": ["IT"]}),
        ("appstore", {"countries": ["../x"]}),
        ("appstore", {"pages": 11}),
        ("appstore", {"base_url": "itunes.apple.com"}),
        ("mastodon", {"query": ""}),
        ("mastodon", {"base_url": "mastodon.social"}),
        ("google_business", {"account": "accounts/1001"}),
        ("google_business", {"locations": {}}),
        ("google_business", {"locations": {"../2001": "Torino"}}),
        ("google_business", {"locations": {"2001": ""}}),
        ("google_business", {"locations": ["2001"]}),
        ("google_business", {"token_url": "oauth2.googleapis.com"}),
        ("google_play", {"package": "aurora"}),
        ("google_play", {"package": "example.aurora/../x"}),
        ("google_play", {"app": ""}),
        ("google_play", {"pages": 0}),
        ("youtube", {"channel": "caffeaurora"}),
        ("youtube", {"channel": "@caffe/aurora"}),
        ("youtube", {"videos": ["a,b"]}),
        ("youtube", {"videos": ["aurMokaSole&x"]}),
        ("youtube", {"query": ""}),
        ("youtube", {"search_videos": 51}),
        ("youtube", {"search_every": "0s"}),
        ("youtube", {"requests_per_day": 0}),
        ("youtube", {"base_url": "https://key@youtube.example"}),
        ("page", {"url": "https://name:secret@shop.example"}),
        ("mastodon", {"base_url": "https://name@mastodon.example"}),
        ("mastodon", {"overlap": "sometimes"}),
        ("mastodon", {"every": "15"}),
        ("mastodon", {"name": ""}),
        ("wordpress", {"base_url": "blog.aurora.example"}),
        ("wordpress", {"base_url": "https://me:secret@blog.aurora.example"}),
        ("wordpress", {"user": ""}),
        ("wordpress", {"since": "last year"}),
        ("wordpress", {"pages": 0}),
        ("wordpress", {"password": "abcd efgh"}),
        ("woocommerce", {"status": "spam"}),
        ("woocommerce", {"base_url": "ftp://shop.aurora.example"}),
        ("woocommerce", {"team": "1"}),
        ("trustpilot", {"business_unit": "www.aurora.example"}),
        ("trustpilot", {"business_unit": "../../private"}),
        ("trustpilot", {"language": "it-IT"}),
        ("trustpilot", {"token_url": "https://me@api.trustpilot.example"}),
        ("trustpilot", {"saved": "/etc"}),
        ("tripadvisor", {"locations": {}}),
        ("tripadvisor", {"locations": {"g187791-d1": "Aurora"}}),
        ("tripadvisor", {"locations": ["9000001"]}),
        ("tripadvisor", {"languages": []}),
        ("tripadvisor", {"languages": ["it&key=x"]}),
        ("yelp", {"businesses": {}}),
        ("yelp", {"businesses": {"a/../b": "Aurora"}}),
        ("yelp", {"businesses": {"": "Aurora"}}),
        ("yelp", {"locale": "it"}),
        ("appstore_connect", {"app_id": "id42"}),
        ("appstore_connect", {"key_id": "a b"}),
        ("appstore_connect", {"issuer_id": ""}),
        ("bluesky", {"query": ""}),
        ("bluesky", {"base_url": "bsky.social"}),
        ("bluesky", {"accounts": "me.example"}),
        ("hackernews", {"history": "long"}),
        ("hackernews", {"pages": 0}),
        ("stackexchange", {"site": "it.stackoverflow/x"}),
        ("stackexchange", {"query": None, "tags": []}),
        ("stackexchange", {"accounts": ["Aurora support"]}),
        ("stackexchange", {"filter": "a&site=x"}),
        ("discourse", {"query": None}),
        ("discourse", {"base_url": "https://key@forum.example"}),
        ("reddit", {"query": "x" * 513}),
        ("reddit", {"token_url": "https://me:secret@www.reddit.com/token"}),
        ("webhook", {"signature": "none"}),
        ("mailbox", {"host": "imap.aurora.example/x"}),
        ("mailbox", {"security": "ssl"}),
        ("mailbox", {"port": 0}),
        ("mailbox", {"security": "none"}),
        ("mailbox", {"security": "none", "host": "localhost.evil.example"}),
        ("webhook", {"fields": {"colour": "c"}}),
        ("facebook", {"page_id": "caffeaurora"}),
        ("facebook", {"page_id": "1/../me"}),
        ("facebook", {"version": "24"}),
        ("facebook", {"posts": 0}),
        ("facebook", {"base_url": "graph.facebook.com"}),
        ("instagram", {"user_id": "@caffeaurora"}),
        ("instagram", {"version": "v24.0/me"}),
        ("instagram", {"posts": 1001}),
        ("x", {"query": ""}),
        ("x", {"query": "x" * 4001}),
        ("x", {"account": "caffè"}),
        ("x", {"account": "a OR b"}),
        ("x", {"requests_per_day": 99}),
        ("x", {"base_url": "https://token@api.x.com"}),
    ],
)
def test_what_cannot_be_is_an_error(kind: str, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        options(kind, **values)


def test_a_password_in_an_address_is_refused_without_being_told() -> None:
    with pytest.raises(ValidationError, match="take them out") as refused:
        options("page", url="https://name:s3cr3t@shop.example")
    assert "s3cr3t" not in str(refused.value.errors(include_input=False))


def test_a_selector_that_is_none_is_named() -> None:
    with pytest.raises(ValidationError, match=r"'\.\.t' is no CSS selector"):
        options("page", selectors={"review": ".r", "text": "..t"})


def test_spans_are_written_as_people_do() -> None:
    found = options("page", every="90s", overlap="2w")
    assert (found.every, found.overlap) == (timedelta(seconds=90), timedelta(weeks=2))


def test_options_do_not_change() -> None:
    with pytest.raises(ValidationError):
        options("page").url = "https://elsewhere.example"


def test_what_is_searched_by_words_is_open() -> None:
    expected = {
        "page": False,
        "feed": True,
        "appstore": False,
        "mastodon": True,
        "facebook": False,
        "instagram": False,
        "x": True,
    }
    assert {name: platforms.get(name).open for name in expected} == expected


def test_youtube_needs_something_to_read() -> None:
    with pytest.raises(ValidationError, match="needs channel, videos or query"):
        options("youtube", channel=None)
    assert options("youtube", channel=None, videos=["aurMokaSole"]).requests_per_day == 10_000
    assert options("youtube", requests_per_day=500).requests_per_day == 500


def test_x_has_a_budget_unless_it_is_given_another() -> None:
    assert options("x").requests_per_day == 1000
    assert options("x", requests_per_day=100).requests_per_day == 100


@pytest.mark.parametrize(
    ("url", "instead"),
    [
        ("https://www.trustpilot.com/review/aurora.example", "ascolto import"),
        ("https://it.trustpilot.com/review/aurora.example", 'type = "trustpilot"'),
        ("https://WWW.TrustPilot.COM./x", "trustpilot"),
        ("https://www.trustpilot%2Ecom/x", "trustpilot"),
        ("https://www.tripadvisor.it/Restaurant_Review-x", "Content API"),
        ("https://www.tripadvisor.co.uk/x", "Content API"),
        ("https://www.yelp.com/biz/x", "Places API"),
        ("https://m.yelp.it/biz/x", "Places API"),
        ("https://www.google.com/maps/place/x", "Business Profile"),
        ("https://google.co.uk/maps?cid=1", "Business Profile"),
        ("https://maps.google.it/x", "google_business"),
        ("https://maps.app.goo.gl/x", "Business Profile"),
        ("https://goo.gl/maps/x", "Business Profile"),
        ("https://play.google.com/store/apps/details?id=x", "google_play"),
        ("https://www.facebook.com/x", "Graph"),
        ("https://m.facebook.com:443/x", "Graph"),
        ("https://fb.com/x", "Graph"),
        ("https://www.instagram.com/x", "Graph"),
        ("https://x.com/aurora", "X's API"),
        ("https://mobile.twitter.com/aurora", "X's API"),
        ("https://www.amazon.it/product-reviews/x", "Seller Central"),
        ("https://amazon.com.br/x", "Seller Central"),
        ("https://www.booking.com/hotel/x", "extranet"),
    ],
)
def test_pages_of_walled_sites_are_refused_with_the_official_way(url: str, instead: str) -> None:
    with pytest.raises(ValidationError, match="are not read by programs") as refused:
        options("page", url=url)
    assert instead in str(refused.value)
    named = re.findall(r'type = "(\w+)"', str(refused.value.errors()[0]["msg"]))
    assert set(named) <= set(platforms.names())


@pytest.mark.parametrize(
    "url",
    [
        "https://aurora.example/trustpilot.com",
        "https://trustpilot.com.aurora.example/",
        "https://nottrustpilot.com/",
        "https://netx.com/",
        "https://www.google.com/intl/it/about",
        "https://amazonas.example/",
        "https://amazon.aurora.example/",
        "https://blog.example/?u=https://www.facebook.com/x",
        "https://goo.gl/x",
    ],
)
def test_pages_of_other_sites_are_not(url: str) -> None:
    assert options("page", url=url).url == url
