"""Hacker News by Algolia: the shape of an answer as it was written down, and what it does not promise."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawlers.base import Spider
from tests.crawlers.contracts import NOW, parse, sample, spider, told

SAMPLE = "constructed/hn_algolia_search_by_date.json"


def one(**options: Any) -> Spider[Any]:
    return spider("hackernews", **{"query": "caffè aurora"} | options)


def hit(name: int, **more: Any) -> dict[str, Any]:
    at = int(NOW.timestamp()) - name
    return {"objectID": str(name), "author": "a", "created_at_i": at, "comment_text": "x", **more}


def test_a_constructed_search_is_read() -> None:
    answer = sample(SAMPLE)
    parsed = parse(one(query="acme"), answer, chain="search")
    (mention,), (told_hit,) = parsed.mentions, answer["hits"]
    assert mention.external_id == told_hit["objectID"]
    assert mention.text == "Acme's support is awful. See x"
    assert (mention.title, mention.author) == (None, told_hit["author"])
    assert mention.published_at == datetime.fromtimestamp(told_hit["created_at_i"], UTC)
    assert mention.thread == str(told_hit["story_id"])
    assert mention.url == f"https://news.ycombinator.com/item?id={told_hit['objectID']}"
    assert (mention.likes, mention.replies) == (told_hit["points"], told_hit["num_comments"])
    assert (parsed.next, parsed.problems, parsed.undated) == ((), (), frozenset())


def test_pages_go_on_by_time_and_not_by_number() -> None:
    """Algolia shows the first thousand of a search only; a second may be shared by two hits."""
    hits = [hit(number) for number in range(1, 101)]
    (following,) = parse(one(), {"hits": hits, "nbPages": 10}, chain="search").next
    asked = parse_qs(urlsplit(following.url).query)
    since = int(NOW.timestamp()) - 30 * 86_400
    assert asked["numericFilters"] == [f"created_at_i>{since},created_at_i<={hits[-1]['created_at_i']}"]
    assert "page" not in asked
    assert following.number == 2
    assert parse(one(), {"hits": hits, "nbPages": 1}, chain="search").next == ()


def test_requests_ask_for_stories_and_comments_by_date() -> None:
    search, theirs = one(accounts=["aurora_roastery"], history="1d").first()
    assert urlsplit(search.url)[:3] == ("https", "hn.algolia.com", "/api/v1/search_by_date")
    assert parse_qs(urlsplit(search.url).query) == {
        "query": ["caffè aurora"],
        "tags": ["(story,comment,poll)"],
        "numericFilters": [f"created_at_i>{int(NOW.timestamp()) - 86_400}"],
        "hitsPerPage": ["100"],
    }
    assert parse_qs(urlsplit(theirs.url).query)["tags"] == ["comment,author_aurora_roastery"]
    assert urlsplit(one().look_up(["47"]).url).path == "/api/v1/items/47"


def test_a_story_reads_the_same_in_a_search_and_by_itself() -> None:
    """Or each look at it would be an edit."""
    here = one(base_url="http://127.0.0.1/hackernews")
    found = parse(here, told("hackernews", here.first()[0]), chain="search").mentions
    assert {m.thread for m in found} < {m.external_id for m in found}
    for mention in found:
        (alone,) = parse(here, told("hackernews", here.look_up([mention.external_id])), chain="item").mentions
        assert alone == mention


def test_the_brand_is_known_by_its_account_only() -> None:
    """Anybody may take a name that looks like the brand's."""
    hits = [hit(1, author="caffeaurora", parent_id=2), hit(2)]
    parsed = parse(one(), {"hits": hits}, chain="search")
    assert (len(parsed.mentions), parsed.answers) == (2, {})
    parsed = parse(one(accounts=["CaffeAurora"]), {"hits": hits}, chain="search")
    assert [m.external_id for m in parsed.mentions] == ["2"]
    assert parsed.answers["2"].text == "x"


def test_a_tree_of_comments_without_end_is_counted_to_a_depth() -> None:
    item: dict[str, Any] = {"id": 9, "type": "comment", "text": "x", "children": []}
    for number in range(400):
        item = {"id": number, "type": "comment", "text": "x", "children": [item]}
    story = {"id": 1000, "type": "story", "title": "Caffè Aurora", "children": [item]}
    (mention,) = parse(one(), story, chain="item").mentions
    assert mention.replies == 200
