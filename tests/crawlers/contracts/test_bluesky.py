"""What a real AppView answered, and the lexicons that it answers by."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.base import Page, Spider
from demo.places import bluesky as place
from store.errors import Permanent, Transient
from tests.crawlers.contracts import parse, sample, spec, spider, told
from tests.crawlers.contracts.requests import against_lexicon

SEARCH, TOGETHER = "bluesky/app.bsky.feed.searchPosts.json", "bluesky/app.bsky.feed.getPosts.json"
VIEWS = "bluesky/app.bsky.feed.defs.json"


def signed_in(**options: Any) -> Spider[Any]:
    table = {"query": "caffè aurora", "identifier": "@ascolto.piazza.example"}
    return spider("bluesky", **table | options)


def anybody(**options: Any) -> Spider[Any]:
    one = spider("bluesky", query="caffè aurora", base_url="https://open.piazza.example", **options)
    one.token = ""
    return one


def test_a_recorded_search_is_read() -> None:
    recorded = sample("bluesky_searchPosts_devenv.json")
    parsed = parse(signed_in(), recorded, chain="search")
    posts = recorded["posts"]
    assert [m.external_id for m in parsed.mentions] == [post["uri"] for post in posts]
    assert [m.text for m in parsed.mentions] == [post["record"]["text"] for post in posts]
    assert [m.lang for m in parsed.mentions] == [post["record"]["langs"][0] for post in posts]
    assert [(m.likes, m.shares, m.replies) for m in parsed.mentions] == [
        (post["likeCount"], post["repostCount"] + post["quoteCount"], post["replyCount"]) for post in posts
    ]
    assert [m.author_id for m in parsed.mentions] == [post["author"]["did"] for post in posts]
    # The author's clock ran behind the server's by less than a second: the earlier of the two counts.
    assert [m.published_at for m in parsed.mentions] == [
        min(datetime.fromisoformat(at) for at in (post["record"]["createdAt"], post["indexedAt"]))
        for post in posts
    ]
    assert [m.url for m in parsed.mentions] == [
        f"https://bsky.app/profile/{post['author']['handle']}/post/{post['uri'].rpartition('/')[2]}"
        for post in posts
    ]
    assert (parsed.problems, parsed.undated) == ((), frozenset())
    (following,) = parsed.next
    assert parse_qs(urlsplit(following.url).query)["cursor"] == [recorded["cursor"]]


def test_a_recorded_thread_shows_the_brands_answer() -> None:
    thread = sample("bluesky_getPostThread_devenv.json")["thread"]
    posts = [thread["post"], *(reply["post"] for reply in thread["replies"])]
    parsed = parse(signed_in(accounts=["brand.test"]), {"posts": posts}, chain="posts")
    (mention,) = parsed.mentions
    assert (mention.external_id, mention.thread) == (posts[0]["uri"], posts[0]["uri"])
    answer = parsed.answers[mention.external_id]
    assert answer.text == posts[1]["record"]["text"]
    by_id = parse(signed_in(accounts=[posts[1]["author"]["did"]]), {"posts": posts}, chain="posts")
    assert by_id.answers == parsed.answers


def test_a_customers_reply_belongs_to_its_thread() -> None:
    thread = sample("bluesky_getPostThread_devenv.json")["thread"]
    reply = thread["replies"][0]["post"]
    (mention,) = parse(signed_in(), {"posts": [reply]}, chain="posts").mentions
    assert mention.thread == thread["post"]["uri"]


def test_requests_are_those_of_the_lexicons() -> None:
    one = signed_in(accounts=["caffeaurora.example"])
    search, feed = one.first()
    assert against_lexicon(search, spec(SEARCH)) == []
    assert search.headers == {"Authorization": "Bearer token"}
    assert urlsplit(search.url).netloc == "bsky.social"
    assert parse_qs(urlsplit(feed.url).query)["actor"] == ["caffeaurora.example"]
    ids = [f"at://did:plc:x/app.bsky.feed.post/{number}" for number in range(one.look_up_size)]
    assert against_lexicon(one.look_up(ids), spec(TOGETHER)) == []
    assert against_lexicon(one.look_up([*ids, "at://x/y/z"]), spec(TOGETHER)) != []


def test_what_the_demo_answers_is_what_the_lexicons_say() -> None:
    one = signed_in(base_url="http://127.0.0.1/bluesky")
    one.token = place.TOKEN
    search = told("bluesky", one.first()[0])
    looked = told("bluesky", one.look_up([post["uri"] for post in search["posts"][:3]]))
    view = spec(VIEWS)["defs"]["postView"]
    record = spec("bluesky/app.bsky.feed.post.json")["defs"]["main"]["record"]
    assert len(looked["posts"]) == 3
    for post in search["posts"] + looked["posts"]:
        assert set(view["required"]) <= set(post) <= set(view["properties"])
        assert set(record["required"]) <= set(post["record"]) <= {"$type", *record["properties"]}
    assert set(search) <= set(spec(SEARCH)["defs"]["main"]["output"]["schema"]["properties"])
    refused = told("bluesky", one.first()[0], headers={})
    assert refused["error"] == "AuthMissing"


def test_a_session_is_asked_for_with_an_app_password() -> None:
    one = signed_in()
    wanted = one.sign_in()
    assert wanted is not None
    assert wanted.url == "https://bsky.social/xrpc/com.atproto.server.createSession"
    assert (
        wanted.body
        == b'{"identifier": "ascolto.piazza.example", "password": "value-of-BLUESKY_APP_PASSWORD"}'
    )
    assert one.signed_in(b'{"did": "did:plc:x", "handle": "h", "accessJwt": "ey", "refreshJwt": "r"}') == "ey"
    with pytest.raises(Permanent, match="no token"):
        one.signed_in(b'{"access_token": "ey"}')


def test_without_an_account_nobody_signs_in() -> None:
    one = anybody()
    assert one.sign_in() is None
    (search,) = one.first()
    assert search.headers == {}
    refused = Page(search.url, b'{"error": "Forbidden"}', status=403)
    assert "set `identifier`" in str(one.refusal(refused))
    assert one.ends(403, signed_in().first()[0]) is False
    assert parse(one, {"posts": []}, chain="search").next == ()


def test_who_asks_not_to_be_shown_outside_is_read_only_signed_in() -> None:
    shy = {
        "uri": "at://did:plc:s/app.bsky.feed.post/1",
        "author": {"did": "did:plc:s", "handle": "s.example", "labels": [{"val": "!no-unauthenticated"}]},
        "record": {"text": "Caffè Aurora", "createdAt": "2026-11-24T09:00:00Z"},
    }
    assert len(parse(signed_in(), {"posts": [shy]}, chain="search").mentions) == 1
    assert parse(anybody(), {"posts": [shy]}, chain="search").mentions == ()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"error": "ExpiredToken", "message": "Token has expired"}', Transient),
        (400, b'{"error": "BadQueryString", "message": "?"}', Permanent),
        (400, b'{"error": "InvalidRequest"}', type(None)),
        (502, b"<html>", type(None)),
    ],
)
def test_errors_are_told_by_their_names(status: int, body: bytes, kind: type) -> None:
    one = signed_in()
    assert isinstance(one.refusal(Page(one.first()[0].url, body, status=status)), kind)
