"""Answers that Reddit really gave."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.crawlers.contracts import parse, sample, spider

OPTIONS: dict[str, Any] = {"query": "caffè aurora", "subreddits": ["caffe"]}


def test_a_recorded_search_is_read() -> None:
    (recorded, *_) = sample("reddit/praw_test_search_TestSubreddit.json")
    parsed = parse(spider("reddit", **OPTIONS), recorded["body"], chain="search")
    assert len(parsed.mentions) == len(recorded["body"]["data"]["children"]) > 0
    assert parsed.problems == ()
    assert not parsed.undated
    first, told = parsed.mentions[0], recorded["body"]["data"]["children"][0]["data"]
    assert (first.external_id, first.title, first.author) == (told["name"], told["title"], told["author"])
    assert (first.likes, first.replies) == (told["ups"], told["num_comments"])
    assert first.published_at == datetime.fromtimestamp(told["created_utc"], UTC)
    assert first.url is not None
    assert first.url.startswith("https://www.reddit.com/r/")


def test_recorded_comments_are_read() -> None:
    (recorded, *_) = sample("reddit/praw_test_comments_TestSubredditListings.json")
    parsed = parse(spider("reddit", **OPTIONS), recorded["body"], chain="comments caffe")
    told = recorded["body"]["data"]["children"]
    assert [m.external_id for m in parsed.mentions] == [one["data"]["name"] for one in told]
    assert [m.thread for m in parsed.mentions] == [one["data"]["link_id"] for one in told]
    assert all(m.text and m.url for m in parsed.mentions)


def test_requests_ask_for_the_newest_hundred() -> None:
    search, comments = spider("reddit", **OPTIONS).first()
    assert urlsplit(search.url).path == "/search"
    asked = parse_qs(urlsplit(search.url).query)
    assert asked == {
        "q": ["caffè aurora"],
        "sort": ["new"],
        "type": ["link"],
        "limit": ["100"],
        "raw_json": ["1"],
    }
    assert urlsplit(comments.url).path == "/r/caffe/comments"
    assert search.headers == {"Authorization": "Bearer token"}


def test_a_recorded_reply_of_the_brand_is_an_answer_and_no_mention() -> None:
    (recorded, *_) = sample("reddit/praw_test_reply_TestComment.json")
    (told,) = recorded["body"]["json"]["data"]["things"]
    told["data"]["author"] = "Aurora_Roastery"
    listing = {"data": {"children": [told]}}
    reddit = spider("reddit", **OPTIONS, accounts=["aurora_roastery"])
    for chain in ("comments caffe", "answers aurora_roastery"):
        parsed = parse(reddit, listing, chain=chain)
        assert parsed.mentions == ()
        (answer,) = parsed.answers.items()
        assert answer[0] == told["data"]["parent_id"]
        assert answer[1].text == told["data"]["body"]
        assert answer[1].at == datetime.fromtimestamp(told["data"]["created_utc"], UTC)
    others = parse(spider("reddit", **OPTIONS), listing, chain="comments caffe")
    assert (len(others.mentions), others.answers) == (1, {})


def test_the_comments_of_the_brands_accounts_are_asked_for() -> None:
    *_, own = spider("reddit", **OPTIONS, accounts=["aurora_roastery"]).first()
    assert urlsplit(own.url).path == "/user/aurora_roastery/comments"
    assert parse_qs(urlsplit(own.url).query)["sort"] == ["new"]


def test_a_post_of_the_brand_is_no_mention_and_no_answer() -> None:
    post = {"name": "t3_1", "title": "Caffè Aurora", "selftext": "new", "author": "aurora_roastery"}
    listing = {"data": {"children": [{"data": post}]}}
    parsed = parse(spider("reddit", **OPTIONS, accounts=["aurora_roastery"]), listing, chain="search")
    assert (parsed.mentions, parsed.answers, parsed.passed) == ((), {}, 1)
