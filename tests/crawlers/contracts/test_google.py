"""What Google's interfaces publish about themselves and really answered: Business Profile, Play and YouTube."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.base import Fetch, Page, Spider
from crawlers.families.youtube_threads import Thread, Video, Watched, thread_of
from demo.internet import Internet
from demo.places import google_business, google_play, youtube
from store.clock import utcnow
from store.errors import Permanent
from tests.crawlers.contracts import parse, sample, spec, spider
from tests.crawlers.contracts.requests import against_discovery
from tests.crawlers.contracts.responses import against_schemas

BUSINESS: dict[str, Any] = {"account": "111", "locations": {"222": "Aurora, Torino"}}
PLAY: dict[str, Any] = {"package": "example.aurora.app"}
CHANNEL = "UCauroraCaffePiazza00001"
VIDEOS: dict[str, Any] = {"channel": CHANNEL, "videos": ["F1UP7wRCPH8"], "query": "caffè aurora"}


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


def query(fetch: Fetch) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(fetch.url).query).items()}


def moment(told: str) -> datetime:
    return datetime.fromisoformat(told).astimezone(UTC)


class TestBusiness:
    def test_the_constructed_list_is_read(self) -> None:
        told = sample("constructed/google_business_reviews_list.json")
        parsed = parse(spider("google_business", **BUSINESS), told)
        first, second = parsed.mentions
        review = told["reviews"][0]
        assert (first.external_id, first.text) == ("222/AbFvOq", review["comment"])
        assert (first.author, first.stars) == (review["reviewer"]["displayName"], 1.0)
        assert first.published_at == moment(review["createTime"])
        assert first.edited_at == moment(review["updateTime"])
        assert first.answer == review["reviewReply"]["comment"]
        assert first.answered_at == moment(review["reviewReply"]["updateTime"])
        assert first.place == "Aurora, Torino"
        assert (second.text, second.author, second.stars, second.edited_at) == ("", None, 4.0, None)
        (following,) = parsed.next
        assert query(following)["pageToken"] == told["nextPageToken"]
        assert (parsed.problems, parsed.undated) == ((), frozenset())

    def test_requests_are_as_the_method_says(self) -> None:
        told = spec("google/mybusiness_v4_reviews.schema.json")["x-methods"]["list"]
        (fetch,) = spider("google_business", **BUSINESS).first()
        method, template = told.split(" ")[:2]
        assert (fetch.method, urlsplit(fetch.url).netloc) == (method, urlsplit(template).netloc)
        assert urlsplit(fetch.url).path == "/v4/accounts/111/locations/222/reviews"
        asked = query(fetch)
        assert set(asked) <= {"pageSize", "pageToken", "orderBy"}
        assert int(asked["pageSize"]) <= 50
        assert asked["orderBy"] in told

    def test_the_demo_answers_by_the_schema(self, internet: Internet) -> None:
        known = spec("google/mybusiness_v4_reviews.schema.json")["definitions"]
        headers = {"authorization": f"Bearer {google_business.TOKEN}"}
        for place in google_business.LOCATIONS:
            told = internet.answer(
                f"/google_business/v4/accounts/1001/locations/{place}/reviews", headers=headers
            )
            assert against_schemas(json.loads(told.body), "ListReviewsResponse", known) == []
        constructed = sample("constructed/google_business_reviews_list.json")
        assert against_schemas(constructed, "ListReviewsResponse", known) == []
        assert against_schemas(constructed | {"stars": 5}, "ListReviewsResponse", known)


class TestPlay:
    def test_the_constructed_list_is_read(self) -> None:
        told = sample("constructed/googleplay_reviews_list.json")
        parsed = parse(spider("google_play", **PLAY), told)
        (mention,) = parsed.mentions
        (review,) = told["reviews"]
        user, reply = review["comments"][0]["userComment"], review["comments"][1]["developerComment"]
        assert (mention.external_id, mention.author) == (review["reviewId"], review["authorName"])
        assert (mention.title, mention.text) == (None, user["text"].strip())
        assert (mention.stars, mention.likes) == (user["starRating"], user["thumbsUpCount"])
        assert mention.published_at == datetime(2016, 1, 6, 21, 12, 3, 913000, UTC)
        assert (mention.answer, mention.answered_at) == (
            reply["text"],
            datetime.fromtimestamp(int(reply["lastModified"]["seconds"]), UTC),
        )
        (following,) = parsed.next
        assert query(following)["token"] == told["tokenPagination"]["nextPageToken"]

    def test_requests_satisfy_the_discovery_document(self) -> None:
        document = spec("google/androidpublisher.v3.json")
        one = spider("google_play", **PLAY)
        (first,) = one.first()
        (second,) = parse(one, {"tokenPagination": {"nextPageToken": "x"}}).next
        assert [against_discovery(fetch, document) for fetch in (first, second)] == [[], []]
        assert first.url.startswith(document["rootUrl"])
        assert list(document["auth"]["oauth2"]["scopes"]) == [google_play.SCOPE]

    def test_the_demo_answers_by_the_schema(self, internet: Internet) -> None:
        known = spec("google/androidpublisher.v3.json")["schemas"]
        headers = {"authorization": f"Bearer {google_play.TOKEN}"}
        path = "/google_play/androidpublisher/v3/applications/example.aurora.app/reviews"
        for asked in (path, f"{path}?maxResults=2", f"{path}?maxResults=2&token=page-2"):
            told = json.loads(internet.answer(asked, headers=headers).body)
            assert told["reviews"]
            assert against_schemas(told, "ReviewsListResponse", known) == []


class TestYouTube:
    @pytest.mark.parametrize(("name", "more"), [("1", True), ("2", False)])
    def test_recorded_threads_are_read(self, name: str, more: bool) -> None:
        told = sample(f"youtube/comment_threads_by_video_paged_{name}.json")
        watched = Watched(CHANNEL, {"F1UP7wRCPH8": Video("Lighthouse", 12)})
        parsed = parse(spider("youtube", **VIDEOS), told, chain="comments F1UP7wRCPH8", carried=watched)
        assert [m.external_id for m in parsed.mentions] == [one["id"] for one in told["items"]]
        assert len(parsed.mentions) == told["pageInfo"]["totalResults"]
        for mention, one in zip(parsed.mentions, told["items"], strict=True):
            top = one["snippet"]["topLevelComment"]["snippet"]
            assert mention.text.split() == top["textOriginal"].split()
            assert (mention.author, mention.author_id) == (
                top["authorDisplayName"],
                top["authorChannelId"]["value"],
            )
            assert (mention.likes, mention.replies) == (top["likeCount"], one["snippet"]["totalReplyCount"])
            assert mention.published_at == moment(top["publishedAt"])
            assert mention.url == f"https://www.youtube.com/watch?v=F1UP7wRCPH8&lc={one['id']}"
            assert (mention.place, mention.thread) == ("Lighthouse", one["id"])
        assert (parsed.problems, parsed.undated, parsed.lists) == ((), frozenset(), ())
        assert [query(fetch)["pageToken"] for fetch in parsed.next] == (
            [told["nextPageToken"]] if more else []
        )

    def test_recorded_replies_are_read(self) -> None:
        told = sample("youtube/comments_by_parent_paged_1.json")
        parent = told["items"][0]["snippet"]["parentId"]
        carried = (Thread({"id": parent}, "v", 3, whole=False), Watched(CHANNEL))
        parsed = parse(spider("youtube", **VIDEOS), told, chain=f"replies {parent}", carried=carried)
        assert [m.external_id for m in parsed.mentions] == [one["id"] for one in told["items"]]
        assert [m.text for m in parsed.mentions] == ["this is the third reply!", "this is the second reply!"]
        assert {m.thread for m in parsed.mentions} == {parent}
        (following,) = parsed.next
        assert query(following) | {"parentId": parent, "pageToken": told["nextPageToken"]} == query(following)

    def test_a_comment_as_it_was_just_written_is_read(self) -> None:
        told = sample("youtube/insert_response.json")
        (mention,) = parse(spider("youtube", **VIDEOS), {"items": [told]}, chain="look").mentions
        assert (mention.external_id, mention.text, mention.thread) == (
            told["id"],
            told["snippet"]["textOriginal"],
            told["snippet"]["parentId"],
        )

    def test_a_recorded_refusal_is_one_for_a_person(self) -> None:
        told = json.dumps(sample("youtube/error_permission_resp.json")).encode()
        one = spider("youtube", **VIDEOS)
        page = Page("https://youtube.googleapis.com/x", told, chain="comments channel", status=403)
        refused = one.refusal(page)
        assert isinstance(refused, Permanent)
        assert refused.reason == "not permitted"
        assert not one.absent(page)

    def test_every_request_satisfies_the_discovery_document(self) -> None:
        document = spec("google/youtube.v3.json")
        asked = every_request(spider("youtube", **VIDEOS)) + every_request(
            spider("youtube", **VIDEOS | {"channel": "@caffeaurora"})
        )
        assert {urlsplit(fetch.url).path.rpartition("/")[2] for fetch in asked} == {
            "channels",
            "playlistItems",
            "videos",
            "search",
            "commentThreads",
            "comments",
        }
        assert [problem for fetch in asked for problem in against_discovery(fetch, document)] == []
        assert all(fetch.url.startswith(document["rootUrl"]) for fetch in asked)
        assert {fetch.cost for fetch in asked if "/search?" in fetch.url} == {100}
        assert {fetch.cost for fetch in asked if "/search?" not in fetch.url} == {1}

    def test_the_demo_answers_by_the_schemas(self, internet: Internet) -> None:
        known = spec("google/youtube.v3.json")["schemas"]
        headers = {"x-goog-api-key": youtube.SECRETS["YOUTUBE_API_KEY"]}
        for call, name in (
            ("channels?part=contentDetails&id=" + CHANNEL, "ChannelListResponse"),
            (
                "playlistItems?part=contentDetails&playlistId=UUauroraCaffePiazza00001",
                "PlaylistItemListResponse",
            ),
            ("videos?part=snippet&id=aurMokaSole", "VideoListResponse"),
            ("search?part=snippet&q=caff%C3%A8+aurora", "SearchListResponse"),
            (
                f"commentThreads?part=snippet&allThreadsRelatedToChannelId={CHANNEL}",
                "CommentThreadListResponse",
            ),
            ("comments?part=snippet&parentId=Ugxyt04", "CommentListResponse"),
        ):
            told = json.loads(internet.answer(f"/youtube/youtube/v3/{call}", headers=headers).body)
            assert told["items"]
            assert against_schemas(told, name, known) == []


def every_request(one: Spider[Any]) -> list[Fetch]:
    """What it asks for on its way, one answer of each kind."""
    lists = {
        "channel": {
            "id": CHANNEL,
            "contentDetails": {"relatedPlaylists": {"uploads": "UUauroraCaffePiazza00001"}},
        },
        "uploads": {"contentDetails": {"videoId": "aurMokaSole"}},
        "search": {"id": {"videoId": "tstCapsule1"}},
        "stats": {"id": "aurMokaSole", "statistics": {"commentCount": "3"}},
        "found": {"id": "tstCapsule1", "statistics": {"commentCount": "3"}},
        "listed": {"id": "F1UP7wRCPH8", "statistics": {"commentCount": "3"}},
        "comments": thread("Ugx1"),
        "replies": comment("Ugx1.2"),
    }
    asked, waiting = [one.look_up(["Ugx1", "Ugx1.2"])], one.first()
    while waiting:
        fetch = waiting.pop(0)
        asked.append(fetch)
        told = {"items": [lists[fetch.chain.split(" ")[0]]]} | (
            {"nextPageToken": "next"} if fetch.number == 1 else {}
        )
        parsed = parse(one, told, chain=fetch.chain, number=fetch.number, carried=fetch.carried)
        waiting += [*parsed.next, *parsed.lists]
    return asked


def thread(name: str) -> dict[str, Any]:
    told = {"snippet": {"videoId": "v", "totalReplyCount": 1, "topLevelComment": comment(name)}}
    assert not thread_of(told).whole
    return told


def comment(name: str) -> dict[str, Any]:
    return {"id": name, "snippet": {"textOriginal": name, "publishedAt": "2026-11-24T10:00:00Z"}}
