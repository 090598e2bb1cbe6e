"""Answers that Facebook really gave, and requests by its lists of fields and edges."""

import json
from datetime import UTC, datetime
from typing import Any

from crawlers.base import Page
from crawlers.text import tidy
from store.errors import Permanent
from tests.crawlers.contracts import parse, sample, spec, spider
from tests.crawlers.contracts.graph import against_graph

OPTIONS: dict[str, Any] = {"page_id": "19292868552"}
POST = "19292868552_10158407654328553"


def moment(told: str) -> datetime:
    return datetime.strptime(told, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)


def test_recorded_comments_are_read() -> None:
    told = sample("facebook/comments_p1.json")
    parsed = parse(spider("facebook", **OPTIONS), told, chain=f"comments {POST}")
    assert parsed.problems == ()
    assert not parsed.undated
    assert [m.text for m in parsed.mentions] == [tidy(one["message"]) for one in told["data"]]
    assert [m.published_at for m in parsed.mentions] == [moment(one["created_time"]) for one in told["data"]]
    assert [m.replies for m in parsed.mentions] == [one["comment_count"] for one in told["data"]]
    assert [m.likes for m in parsed.mentions] == [one["like_count"] for one in told["data"]]
    assert [m.url for m in parsed.mentions] == [one["permalink_url"] for one in told["data"]]
    names = [m.external_id for m in parsed.mentions]
    assert len(set(names)) == len(told["data"])
    assert names[0] == "10158407654328553_10158407835073553"
    reply = parsed.mentions[7]
    assert (reply.external_id, reply.thread) == ("10158407654328553_10158409984103553", names[0])


def test_the_next_page_is_asked_for_by_its_cursor_not_by_the_address_with_a_token() -> None:
    one = spider("facebook", **OPTIONS)
    (following,) = parse(one, sample("facebook/comments_p1.json"), chain=f"comments {POST}").next
    assert following.number == 2
    assert f"/{POST}/comments?" in following.url
    assert "after=after" in following.url
    assert "access_token" not in following.url
    last = parse(one, sample("facebook/comments_p2.json"), chain=f"comments {POST}", number=2)
    assert (len(last.mentions), last.next) == (5, ())


def test_a_recorded_comment_by_its_id_is_read() -> None:
    told = sample("facebook/create_resp.json")
    (mention,) = parse(spider("facebook", **OPTIONS), {told["id"]: told}, chain="look-up").mentions
    assert (mention.external_id, mention.text) == (told["id"], told["message"])
    assert mention.published_at == moment(told["created_time"])
    without_id = {name: value for name, value in told.items() if name != "id"}
    again = parse(spider("facebook", **OPTIONS), {"data": [without_id]}, chain=f"comments {POST}")
    assert [m.external_id for m in again.mentions] == [told["id"]]


def test_a_recorded_error_names_the_permission() -> None:
    body = json.dumps(sample("facebook/error_data.json")).encode()
    told = spider("facebook", **OPTIONS).refusal(Page("https://graph.facebook.com/", body, status=400))
    assert isinstance(told, Permanent)
    assert told.reason == "permission missing"
    assert "pages_read_engagement" in told.mend


def test_requests_ask_for_what_there_is() -> None:
    one = spider("facebook", **OPTIONS)
    for fetch in one.first():
        assert against_graph(fetch, "Page") == []
    assert against_graph(one.look_up(["1_2", "1_3"]), "Comment") == []
    (comments,) = parse(one, sample("facebook/comments_p1.json"), chain=f"comments {POST}").next
    assert against_graph(comments, "PagePost") == []


def test_what_there_is_not_would_be_noticed() -> None:
    (ratings, *_) = spider("facebook", **OPTIONS).first()
    assert against_graph(ratings, "Comment") == ["Comment has no ratings"]
    assert spec("facebook/Recommendation.json")["fields"]
