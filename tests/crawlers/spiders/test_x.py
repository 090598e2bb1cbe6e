"""X: what is asked for, which costs; what is told of edits, replies and errors."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.base import Answer, Context, Page, Spider
from crawlers.spiders import x
from platforms.x import Options
from store.errors import Permanent, Transient
from tests.crawlers.contracts import NOW, parse, spider
from tests.crawlers.jobs import AURORA

PROBLEMS = "https://api.twitter.com/2/problems/"


def known(newest: datetime | str, **options: Any) -> Spider[Any]:
    """A spider whose last crawl saw a post of this moment."""
    table = {"name": "x", "type": "x", "brand": "aurora", "query": "aurora"} | options
    kept = {"newest_id": newest if isinstance(newest, str) else str(x._id_at(newest))}
    return x.Spider(Context(Options.model_validate(table), AURORA, NOW, kept, {"X_BEARER_TOKEN": "t"}))


def words(one: Spider[Any]) -> dict[str, str]:
    (fetch,) = one.first()
    return {name: value[0] for name, value in parse_qs(urlsplit(fetch.url).query).items()}


@pytest.mark.parametrize(
    ("query", "account", "asked"),
    [
        ("caffè aurora", None, "(caffè aurora) -is:retweet"),
        ("a OR b", None, "(a OR b) -is:retweet"),
        ("a OR b", "@aurora", "((a OR b) OR (from:aurora is:reply)) -is:retweet"),
        ("aurora is:retweet", None, "aurora is:retweet"),
        ("aurora -is:retweet", "aurora", "((aurora -is:retweet) OR (from:aurora is:reply))"),
    ],
)
def test_reposts_are_left_out_and_own_replies_read(query: str, account: str | None, asked: str) -> None:
    options: dict[str, Any] = {"query": query} | ({"account": account} if account else {})
    assert words(spider("x", **options))["query"] == asked


def test_only_what_is_new_is_asked_for_because_each_post_costs() -> None:
    newest = NOW - timedelta(hours=2)
    since = words(known(newest))["since_id"]
    assert x._moment(since) == newest - timedelta(minutes=10)
    assert "since_id" not in words(spider("x", query="aurora"))


@pytest.mark.parametrize(
    "newest", [NOW - timedelta(days=8), NOW - timedelta(days=6, hours=23), "12", "x", "²", ""]
)
def test_from_before_seven_days_nothing_can_be_asked_for(newest: datetime | str) -> None:
    assert "since_id" not in words(known(newest))


def test_the_newest_id_never_goes_back_and_never_into_the_future() -> None:
    newest = NOW - timedelta(hours=2)
    ahead, behind = str(x._id_at(NOW + timedelta(days=90))), str(x._id_at(NOW - timedelta(hours=3)))
    answer = {"data": [{"id": ahead, "text": "a"}, {"id": behind, "text": "b"}], "meta": {}}
    assert parse(known(newest), answer, chain="search").kept == {"newest_id": str(x._id_at(newest))}
    assert parse(known(newest), {"meta": {"result_count": 0}}, chain="search").kept is not None
    assert parse(known(newest), answer, chain="search", number=2).kept == {"rest": ""}


def test_ids_tell_their_time() -> None:
    assert x._moment("1578516068309794817") == datetime(2022, 10, 7, 22, 42, 12, 752000, tzinfo=UTC)
    moment = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert x._moment(str(x._id_at(moment))) == moment


def test_a_look_up_shows_the_last_version_under_the_first_id() -> None:
    first, last = str(x._id_at(NOW - timedelta(hours=2))), str(x._id_at(NOW - timedelta(hours=1)))
    history = [first, last]
    answer = {
        "data": [{"id": first, "text": "old", "edit_history_tweet_ids": history}],
        "includes": {"tweets": [{"id": last, "text": "new", "edit_history_tweet_ids": history}, {"id": "9"}]},
    }
    (mention,) = parse(spider("x", query="aurora"), answer, chain="look-up").mentions
    assert (mention.external_id, mention.text) == (first, "new")
    assert mention.published_at == NOW - timedelta(hours=2)
    assert mention.edited_at == NOW - timedelta(hours=1)


def test_of_own_replies_the_newest_is_the_answer_and_none_is_a_mention() -> None:
    def own(name: str, hours: int, handle: str = "7") -> dict[str, Any]:
        at = NOW - timedelta(hours=hours)
        above = [{"type": "quoted", "id": "55"}, {"type": "replied_to", "id": "66"}]
        return {
            "id": name,
            "text": name,
            "author_id": handle,
            "created_at": at.isoformat(),
            "referenced_tweets": above,
        }

    answer = {
        "data": [own("101", 1), own("100", 2), own("99", 3, "8")],
        "includes": {"users": [{"id": "7", "username": "CaffeAurora"}, {"id": "8", "username": "lea"}]},
    }
    parsed = parse(spider("x", query="aurora"), answer, chain="search")
    assert [m.external_id for m in parsed.mentions] == ["99"]
    assert parsed.answers == {"66": Answer("101", NOW - timedelta(hours=1))}
    assert parsed.cost == 3


def test_customers_under_a_post_of_the_brand_are_matters_of_their_own() -> None:
    """To X all that stands under one post is one conversation."""

    def reply(name: str, above: str, to: str) -> dict[str, Any]:
        referenced = [{"type": "replied_to", "id": above}]
        told = {"conversation_id": "50", "in_reply_to_user_id": to, "referenced_tweets": referenced}
        return {"id": name, "text": name, "author_id": "8"} | told

    answer = {
        "data": [
            reply("61", "50", "7"),
            reply("62", "50", "7"),
            reply("63", "61", "9"),
            {"id": "50", "author_id": "7"},
        ],
        "includes": {"users": [{"id": "7", "username": "caffeaurora"}]},
    }
    parsed = parse(spider("x", query="aurora"), answer, chain="search", number=2)
    assert [m.thread for m in parsed.mentions] == ["61", "62", "50"]
    assert parsed.kept == {"own_id": "7", "rest": ""}
    one = known(NOW - timedelta(hours=1))
    object.__setattr__(one.context, "kept", {"own_id": "7"})
    alone = parse(one, {"data": [reply("61", "50", "7")]}, chain="search", number=2)
    assert [m.thread for m in alone.mentions] == ["61"], "the brand's number is kept from crawl to crawl"


def refusal(status: int, **problem: Any) -> Permanent | Transient | None:
    body = json.dumps(problem).encode()
    return spider("x", query="aurora").refusal(Page("https://api.x.com/2/tweets", body, status=status))


@pytest.mark.parametrize(
    ("status", "problem", "told"),
    [
        (401, {"title": "Unauthorized", "type": "about:blank"}, "not signed in: X does not take the bearer token in X_BEARER_TOKEN"),
        (402, {"title": "CreditsDepleted"}, "no credits"),
        (403, {"title": "Client Forbidden", "type": f"{PROBLEMS}client-forbidden", "reason": "client-not-enrolled"}, "client-not-enrolled"),
        (400, {"type": f"{PROBLEMS}invalid-request", "errors": [{"message": "no such operator: from"}]}, "no such operator: from: check `query`"),
    ],
)  # fmt: skip
def test_problems_are_told_with_what_mends_them(status: int, problem: dict[str, Any], told: str) -> None:
    found = refusal(status, **problem)
    assert isinstance(found, Permanent)
    assert told in str(found)


def test_a_plan_that_is_used_up_is_waited_for() -> None:
    found = refusal(429, type=f"{PROBLEMS}usage-capped", title="UsageCapExceeded", period="Monthly")
    assert isinstance(found, Transient)
    assert found.retry_after is not None
    assert found.retry_after >= 3600
    assert "monthly" in str(found)


@pytest.mark.parametrize("problem", [{"title": "Too Many Requests"}, {"type": 7}, {}])
def test_a_rate_limit_waits_for_its_headers(problem: dict[str, Any]) -> None:
    assert refusal(429, **problem) is None
    assert spider("x", query="a").refusal(Page("https://api.x.com/", b"[" * 9000, status=500)) is None
