"""Answers that Instagram really gave, and requests by Meta's lists of fields and edges."""

from datetime import UTC, datetime
from typing import Any

from crawlers.text import tidy
from tests.crawlers.contracts import parse, sample, spider
from tests.crawlers.contracts.graph import against_graph

OPTIONS: dict[str, Any] = {"user_id": "17841406338772941"}


def moment(told: str) -> datetime:
    return datetime.strptime(told, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)


def test_recorded_comments_are_read() -> None:
    one = spider("instagram", **OPTIONS)
    first, second = sample("instagram/comments_p1.json"), sample("instagram/comments_p2.json")
    for told, number in ((first, 1), (second, 2)):
        parsed = parse(one, told, chain="comments 17846368219941692", number=number)
        assert [m.external_id for m in parsed.mentions] == [entry["id"] for entry in told["data"]]
        assert [m.published_at for m in parsed.mentions] == [
            moment(entry["timestamp"]) for entry in told["data"]
        ]
        assert (parsed.problems, parsed.undated) == ((), frozenset())
        assert bool(parsed.next) == (number == 1)
    (following,) = parse(one, first, chain="comments 17846368219941692").next
    assert "/17846368219941692/comments?" in following.url
    assert "access_token" not in following.url
    assert parse(one, second, chain="comments 1").mentions[0].text == "@ikroskun Hey, guys"


def test_recorded_posts_that_tag_the_account_are_read() -> None:
    told = sample("instagram/tagged_medias.json")["data"]
    parsed = parse(spider("instagram", **OPTIONS), {"data": told}, chain="tags")
    assert [m.external_id for m in parsed.mentions] == [f"tagged/{entry['id']}" for entry in told]
    assert [m.text for m in parsed.mentions] == [tidy(entry.get("caption", "")) for entry in told]
    assert [(m.likes, m.replies) for m in parsed.mentions] == [
        (entry["like_count"], entry["comments_count"]) for entry in told
    ]
    assert [m.url for m in parsed.mentions] == [entry["permalink"] for entry in told]
    assert [m.published_at for m in parsed.mentions] == [moment(entry["timestamp"]) for entry in told]


def test_a_recorded_comment_that_names_the_account_is_read() -> None:
    told = sample("instagram/mentioned_comment.json")
    (mention,) = parse(spider("instagram", **OPTIONS), told, chain="mentioned").mentions
    comment = told["mentioned_comment"]
    assert (mention.external_id, mention.text, mention.author) == (
        comment["id"],
        comment["text"],
        comment["username"],
    )
    assert (mention.likes, mention.published_at) == (comment["like_count"], moment(comment["timestamp"]))
    assert parse(spider("instagram", **OPTIONS, account="@ikroskun"), told).mentions == ()


def test_requests_ask_for_what_there_is() -> None:
    one = spider("instagram", **OPTIONS)
    for fetch in one.first():
        assert against_graph(fetch, "IGUser") == []
    assert against_graph(one.look_up(["1", "2"]), "IGComment") == []
    (comments,) = parse(one, sample("instagram/comments_p1.json"), chain="comments 178").next
    assert against_graph(comments, "IGMedia") == []
