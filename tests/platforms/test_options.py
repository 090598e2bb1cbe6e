"""What a `[[sources]]` table of each platform may say, and what each error names."""

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
    "google_business": {"account": "1001", "locations": {"2001": "Torino"}},
    "google_play": {"package": "example.aurora.app"},
    "youtube": {"channel": "@caffeaurora"},
    "reddit": {"query": "caffè aurora"},
    "webhook": {},
    "mailbox": {"host": "imap.aurora.example"},
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
        ("reddit", {"query": "x" * 513}),
        ("reddit", {"token_url": "https://me:secret@www.reddit.com/token"}),
        ("webhook", {"signature": "none"}),
        ("mailbox", {"host": "imap.aurora.example/x"}),
        ("mailbox", {"security": "ssl"}),
        ("mailbox", {"port": 0}),
        ("webhook", {"fields": {"colour": "c"}}),
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
    assert {name: platforms.get(name).open for name in ("page", "feed", "appstore", "mastodon")} == {
        "page": False,
        "feed": True,
        "appstore": False,
        "mastodon": True,
    }


def test_youtube_needs_something_to_read() -> None:
    with pytest.raises(ValidationError, match="needs channel, videos or query"):
        options("youtube", channel=None)
    assert options("youtube", channel=None, videos=["aurMokaSole"]).requests_per_day == 10_000
    assert options("youtube", requests_per_day=500).requests_per_day == 500
