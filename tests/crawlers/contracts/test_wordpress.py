"""What a WordPress really answered, by its interface and by its feeds, and what it says that may be asked."""

from datetime import UTC, datetime
from typing import Any

import jsonschema

from crawlers.base import Fetch
from crawlers.text import from_html
from platforms import signin
from tests.crawlers.contracts import parse, sample, sample_bytes, spec, spider
from tests.crawlers.contracts import told as demo
from tests.crawlers.contracts.requests import against_openapi

SITE = "http://127.0.0.1:8088"
OPTIONS: dict[str, Any] = {"base_url": SITE, "team": ["1"]}
ROUTE = "wordpress_comments_route_schema.json"


def route() -> Any:
    """The arguments of the route, in the clothes of OpenAPI; `_embed` is WordPress's own, for every route."""
    (read,) = [one for one in spec(ROUTE)["endpoints"] if "GET" in one["methods"]]
    known = [
        {"name": name, "in": "query", "schema": schema}
        for name, schema in (read["args"] | {"_embed": {"type": "string"}}).items()
    ]
    return {"paths": {"/wp-json/wp/v2/comments": {"get": {"parameters": known}}}}


def test_recorded_comments_are_read() -> None:
    told = sample("wordpress_comments_6.1.json")
    parsed = parse(spider("wordpress", **OPTIONS), told)
    theirs = [one for one in told if one["author"] != 1]
    assert len(theirs) == 2
    assert [m.external_id for m in parsed.mentions] == [f"127.0.0.1/{one['id']}" for one in theirs]
    assert [m.text for m in parsed.mentions] == [from_html(one["content"]["rendered"]) for one in theirs]
    assert [m.author for m in parsed.mentions] == [one["author_name"] for one in theirs]
    assert [m.url for m in parsed.mentions] == [one["link"] for one in theirs]
    assert [m.published_at for m in parsed.mentions] == [
        datetime.fromisoformat(one["date_gmt"]).replace(tzinfo=UTC) for one in theirs
    ]
    assert not parsed.problems
    assert not parsed.undated


def test_the_team_s_recorded_reply_is_the_answer_to_what_it_stands_under() -> None:
    (reply,) = [one for one in sample("wordpress_comments_6.1.json") if one["author"] == 1]
    for team in (["1"], ["Admin"]):
        parsed = parse(spider("wordpress", base_url=SITE, team=team), [reply])
        assert (parsed.mentions, parsed.passed) == ((), 1)  # a page of replies alone is not the last
        ((name, answer),) = parsed.answers.items()
        assert name == f"127.0.0.1/{reply['parent']}"
        assert answer.text == "We are sorry. Please contact support."
        assert answer.at == datetime(2026, 11, 22, 21, 3, 12, tzinfo=UTC)


def test_nobody_becomes_one_of_the_team_by_a_name() -> None:
    (reply,) = [one for one in sample("wordpress_comments_6.1.json") if one["author"] == 1]
    for forged, team in (
        (reply | {"author": 0}, ["admin", "0"]),
        (reply | {"author": 7, "author_name": "1"}, ["1"]),
        (reply | {"author": 7}, []),
    ):
        parsed = parse(spider("wordpress", base_url=SITE, team=team), [forged])
        assert len(parsed.mentions) == 1
        assert not parsed.answers


def test_the_feed_of_comments_is_read_as_any_feed() -> None:
    source = spider("feed", url=f"{SITE}/?feed=comments-rss2")
    parsed = parse(
        source, sample_bytes("wordpress_comments-rss2.xml"), headers={"content-type": "application/rss+xml"}
    )
    by_id = {m.external_id: m for m in parsed.mentions}
    assert len(by_id) == 7
    first = by_id[f"{SITE}/?p=4#comment-2"]
    assert first.text == "Terrible widget 0, broke after a day"
    assert (first.author, first.url) == ("user0", f"{SITE}/?p=4#comment-2")
    assert first.published_at == datetime(2026, 11, 22, 21, 2, 17, tzinfo=UTC)
    posts = parse(source, sample_bytes("wordpress_rss2.xml"), headers={"content-type": "application/rss+xml"})
    assert [(m.title, m.replies) for m in posts.mentions] == [("New widget launch", 6), ("Hello world!", 1)]


def test_requests_are_ones_that_the_route_knows() -> None:
    signed_in = spider("wordpress", **OPTIONS, user="me", since="2026-01-31")
    bare = spider("wordpress", **OPTIONS)
    asked = [*bare.first(), *signed_in.first(), signed_in.look_up(["127.0.0.1/4", "127.0.0.1/5"])]
    assert [against_openapi(fetch, route()) for fetch in asked] == [[], [], []]
    assert "include=4%2C5" in asked[2].url
    assert "after=2026-01-31T00" in asked[1].url
    assert "Authorization" not in asked[0].headers
    assert asked[1].headers["Authorization"] == signin.basic("me", "value-of-WORDPRESS_APP_PASSWORD")


def test_a_list_ends_with_the_pages_that_wordpress_tells() -> None:
    told = sample("wordpress_comments_6.1.json")
    one = spider("wordpress", **OPTIONS)
    for pages, following in (("1", 0), ("2", 1)):
        headers = {"content-type": "application/json", "x-wp-totalpages": pages}
        assert len(parse(one, told, headers=headers).next) == following
    assert one.ends(400, Fetch("http://x.example", 2))
    assert not one.ends(400, Fetch("http://x.example", 1))


def test_the_demo_answers_as_wordpress_does() -> None:
    schema = spec(ROUTE)["schema"]
    del schema["properties"]["meta"]  # WordPress writes PHP's empty array where an object is meant
    place = spider(
        "wordpress",
        base_url="http://127.0.0.1/wordpress",
        user="redazione",
        secrets={"WORDPRESS_APP_PASSWORD": "abcd EFGH ijkl MNOP"},
    )
    shown = demo("wordpress", place.first()[0])
    real = set(sample("wordpress_comments_6.1.json")[0])
    assert shown
    for comment in shown:
        jsonschema.validate(comment, schema)
        assert set(comment) - {"_embedded"} <= real
