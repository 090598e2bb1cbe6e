"""Meta's Graph API: what its errors, usage headers and cursors mean."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawlers.base import Page
from crawlers.families import graph
from store.errors import Permanent, Transient
from tests.crawlers.contracts import NOW, parse, spider

URL = "https://graph.facebook.com/v24.0/42/ratings"
OPTIONS: dict[str, dict[str, Any]] = {"facebook": {"page_id": "42"}, "instagram": {"user_id": "42"}}


def error(code: Any, message: str = "told", status: int = 400, **more: Any) -> Page:
    headers = more.pop("headers", {})
    body = {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A"} | more}
    return Page(URL, json.dumps(body).encode(), headers, status=status)


def usage(minutes: int, share: int = 12) -> dict[str, str]:
    use = {"type": "pages", "call_count": share, "estimated_time_to_regain_access": minutes}
    return {"x-business-use-case-usage": json.dumps({"42": [use]})}


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001])
def test_used_up_limits_are_waited_for(code: int) -> None:
    told = graph.refusal(error(code, headers=usage(19)), "TOKEN")
    assert isinstance(told, Transient)
    assert f"code {code}" in str(told)
    assert told.retry_after == 19 * 60
    without = graph.refusal(error(code), "TOKEN")
    assert isinstance(without, Transient)
    assert without.retry_after == 3600


@pytest.mark.parametrize("code", [1, 2])
def test_what_fails_for_the_moment_is_tried_again(code: int) -> None:
    told = graph.refusal(error(code), "TOKEN")
    assert isinstance(told, Transient)
    assert told.retry_after is None


def test_a_token_that_is_no_more_is_told_by_its_variable() -> None:
    told = graph.refusal(error(190), "TOKEN")
    assert isinstance(told, Permanent)
    assert told.reason == "token expired"
    assert "TOKEN" in told.mend


@pytest.mark.parametrize("code", [10, 200, 230, 100])
def test_a_missing_permission_is_named(code: int) -> None:
    message = "(#10) Requires pages_read_user_content permission, see https://meta.example/#manage-pages"
    told = graph.refusal(error(code, message), "TOKEN")
    assert isinstance(told, Permanent)
    assert told.reason == "permission missing"
    assert "pages_read_user_content" in told.mend


def test_a_permission_that_is_not_named_is_one_too() -> None:
    told = graph.refusal(error(200, "(#200) Permissions error"), "TOKEN")
    assert isinstance(told, Permanent)
    assert told.reason == "permission missing"


def test_other_errors_are_told_by_their_codes_without_their_texts() -> None:
    told = graph.refusal(error(100, "Ornella wrote: help", error_subcode=2018), "TOKEN")
    assert (
        str(told)
        == "refused: Meta answers with code 100, subcode 2018: check the ids, the token and `version`"
    )


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": 7}', b'{"error": {"code": [4]}}', b"[" * 9000, b"\xff\xfe"]
)
def test_what_is_no_error_of_the_api_is_left_to_its_status(body: bytes) -> None:
    assert graph.refusal(Page(URL, body, status=500), "TOKEN") is None
    assert not graph.missing(Page(URL, body, status=500))


def test_what_is_gone_is_known_by_code_and_subcode() -> None:
    assert graph.missing(error(100, error_subcode=33))
    assert graph.missing(error(803, "(#803) Some of the aliases you requested do not exist: 1_2", 404))
    assert graph.missing(error(100, "Some of the aliases you requested do not exist: 1_2"))
    assert not graph.missing(error(100, "Tried accessing nonexisting field (x)"))
    assert not graph.missing(error(190, error_subcode=33))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        (usage(0), None),
        (usage(5), 300.0),
        (usage(0, 100), 3600.0),
        ({"x-app-usage": '{"call_count": 99, "total_time": 3, "total_cputime": 0}'}, None),
        ({"x-app-usage": '{"call_count": 28, "total_time": 101, "total_cputime": 0}'}, 3600.0),
        ({"x-app-usage": "no JSON", "x-business-use-case-usage": "[1]"}, None),
        ({"x-business-use-case-usage": '{"42": 7, "43": [{"call_count": "x"}, null]}'}, None),
    ],
)
def test_usage_headers_say_when_to_pause(headers: dict[str, str], seconds: float | None) -> None:
    assert graph.regained(Page(URL, b"{}", headers)) == seconds


@pytest.mark.parametrize(("platform", "edge"), [("facebook", "ratings"), ("instagram", "tags")])
def test_a_list_whose_limit_is_used_up_asks_for_a_pause(platform: str, edge: str) -> None:
    one = spider(platform, **OPTIONS[platform])
    assert parse(one, {"data": []}, chain=edge, headers=usage(2)).wait == 120
    assert parse(one, {"data": []}, chain=edge).wait is None


@pytest.mark.parametrize("platform", OPTIONS)
def test_tokens_go_into_headers_and_versions_into_addresses(platform: str) -> None:
    for fetch in spider(platform, **OPTIONS[platform], version="v99.1").first():
        assert fetch.headers["Authorization"].startswith("Bearer value-of-")
        assert "value-of-" not in fetch.url
        assert fetch.url.startswith("https://graph.facebook.com/v99.1/42/")


@pytest.mark.parametrize("platform", OPTIONS)
def test_a_token_that_is_not_set_is_named(platform: str) -> None:
    with pytest.raises(Permanent, match="is not set"):
        spider(platform, secrets={}, **OPTIONS[platform]).first()


@pytest.mark.parametrize(
    ("platform", "kind", "time"),
    [("facebook", "published_posts", "created_time"), ("instagram", "media", "timestamp")],
)
def test_older_comments_are_asked_for_only_as_far_as_they_are_news(
    platform: str, kind: str, time: str
) -> None:
    one = spider(platform, **OPTIONS[platform])

    def lists(last: datetime) -> list[str]:
        shown = [{"id": "1_2", time: f"{last:%Y-%m-%dT%H:%M:%S+0000}"}]
        edge = {"data": shown, "paging": {"cursors": {"after": "A"}, "next": "n"}}
        return [
            fetch.url for fetch in parse(one, {"data": [{"id": "421", "comments": edge}]}, chain=kind).lists
        ]

    assert len(lists(NOW - timedelta(days=400))) == 1, "the first crawl reads all"
    kept = {"read_at": NOW.isoformat()}
    object.__setattr__(
        one, "context", one.context.__class__(one.context.options, one.context.brand, NOW, kept)
    )
    object.__setattr__(one.context, "secrets", {"FACEBOOK_PAGE_TOKEN": "t", "INSTAGRAM_TOKEN": "t"})
    assert lists(NOW - timedelta(days=4)) == []
    (asked,) = lists(NOW - timedelta(days=2))
    if platform == "facebook":
        assert f"since={int((NOW - timedelta(days=3)).timestamp())}" in asked


@pytest.mark.parametrize(("platform", "kind"), [("facebook", "published_posts"), ("instagram", "media")])
def test_posts_without_comments_are_followed_by_older_ones_up_to_the_number_that_is_watched(
    platform: str, kind: str
) -> None:
    one = spider(platform, **OPTIONS[platform], posts=50)
    answer = {"data": [{"id": "421"}], "paging": {"cursors": {"after": "A"}, "next": "n"}}
    (following,) = parse(one, answer, chain=kind, number=1).lists
    assert (following.number, following.chain) == (2, kind)
    assert parse(one, answer, chain=kind, number=2).lists == ()


def test_a_moment_that_is_kept_and_none_is_no_moment() -> None:
    assert graph.since(spider("facebook", **OPTIONS["facebook"]).context) is None
    assert datetime.fromisoformat("2026-11-24T11:00:00+00:00") == NOW.astimezone(UTC)
