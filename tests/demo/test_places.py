"""Each place of the small internet says, in its own dialect, exactly what was written there."""

import json
import re
import tomllib
from calendar import timegm
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser

import feedparser
import pytest
from parsel import Selector

from demo.internet import Internet
from demo.places import mastodon
from demo.places.appstore import APP_ID
from demo.world import read_expected
from tests.demo.reader import (
    FEEDS,
    SEARCH,
    Review,
    app_reviews,
    get,
    key_of,
    nodes,
    pages,
    reviews,
    shown,
    statuses,
)

EXPECTED = read_expected()


class TestShop:
    @pytest.mark.parametrize(
        ("slug", "syntax", "count"),
        [("capsule-alba", "json-ld", 4), ("biscotti-zenzero", "microdata", 3), ("moka-sole", "json-ld", 2)],
    )
    def test_markup_says_what_was_written(
        self, internet: Internet, now: datetime, slug: str, syntax: str, count: int
    ) -> None:
        assert len(pages(internet, f"/prodotti/{slug}")) == count
        found = reviews(internet, slug, syntax)
        written = [
            Review(
                id=internet.external_id(post.key),
                author=post.author,
                stars=post.stars or 0,
                text=post.text,
                written=(now + post.at).date() if "day" in post.markup else now + post.at,
                answer=post.answer.text if post.answer else None,
            )
            for post in shown(internet, slug)
        ]
        assert found == written

    def test_every_shape_of_json_ld_occurs(self, internet: Internet) -> None:
        shapes = Counter[str]()
        for slug in ("capsule-alba", "moka-sole"):
            for page in pages(internet, f"/prodotti/{slug}"):
                scripts = Selector(page).css("script[type='application/ld+json']::text").getall()
                assert "<" not in "".join(scripts)  # a customer's </script> must not end it
                values = [json.loads(script) for script in scripts]
                shapes["graph"] += any("@graph" in value for value in values)
                shapes["nested"] += any("review" in value for value in values if isinstance(value, dict))
                shapes["list"] += any(isinstance(value, list) for value in values)
        assert set(shapes) == {"graph", "nested", "list"}
        assert all(shapes.values())

    def test_reviews_are_typed_as_loosely_as_in_the_wild(self, internet: Internet) -> None:
        found = [
            node
            for slug in ("capsule-alba", "moka-sole")
            for page in pages(internet, f"/prodotti/{slug}")
            for script in Selector(page).css("script[type='application/ld+json']::text").getall()
            for node in nodes(json.loads(script))
            if "Review" in node.get("@type", "")
        ]
        assert {type(node["author"]) for node in found} == {str, dict, list}
        assert {type(node["reviewRating"]["ratingValue"]) for node in found} >= {str, float}
        assert {node["reviewRating"].get("bestRating") for node in found} == {None, "10"}
        assert {len(node["datePublished"]) for node in found} == {10, 25}
        assert {"reviewBody" in node for node in found} == {True, False}
        assert any("description" in node for node in found)
        assert {"@id" in node for node in found} == {True, False}

    def test_page_without_markup_reads_by_the_selectors_of_its_source(self, internet: Internet) -> None:
        source = next(s for s in tomllib.loads(internet.config())["sources"] if s["name"] == "shop-infusi")
        rules = source["selectors"]
        articles = Selector(get(internet, source["url"]).body).css(rules["review"])
        found = [
            tuple(article.css(rules[name]).get("") for name in ("text", "author", "stars", "id"))
            for article in articles
        ]
        posts = shown(internet, "infuso-lento")
        assert found == [(p.text, p.author, f"{p.stars:g}", f"rec-{p.key}") for p in posts]
        assert "schema.org" not in get(internet, source["url"]).body

    def test_robots_forbids_a_page_that_is_linked(self, internet: Internet) -> None:
        robots = RobotFileParser()
        robots.parse(get(internet, "/robots.txt").body.splitlines())
        last = get(internet, "/prodotti/capsule-alba?pagina=4").body
        target = Selector(last).css("a[rel=next]::attr(href)").get("")
        assert target == "/anteprima/capsule-alba"
        assert not robots.can_fetch("ascolto", target)
        assert robots.can_fetch("ascolto", "/prodotti/capsule-alba")
        forbidden = internet.world.find(EXPECTED.forbidden[0])
        assert forbidden.text in get(internet, target).body
        allowed = "".join(pages(internet, "/prodotti/capsule-alba"))
        assert forbidden.text not in allowed

    def test_hostile_text_stays_text(self, internet: Internet) -> None:
        page = next(p for p in pages(internet, "/prodotti/capsule-alba") if "rec-alba-11" in p)
        texts = Selector(page).css("#rec-alba-11 p::text").getall()
        assert "<!channel>" in texts[0]
        assert not Selector(page).css("img, script:not([type])")

    @pytest.mark.parametrize(
        "path",
        [
            "/prodotti/nulla",
            "/prodotti/capsule-alba?pagina=5",
            "/prodotti/capsule-alba?pagina=0",
            "/anteprima/moka-sole",
        ],
    )
    def test_what_is_not_there_is_404(self, internet: Internet, path: str) -> None:
        assert get(internet, path).status == 404


class TestAppStore:
    def test_entry_is_a_list_an_object_or_missing(self, internet: Internet) -> None:
        def entry(country: str, page: int) -> Any:
            path = f"/{country}/rss/customerreviews/page={page}/id={APP_ID}/sortby=mostrecent/json"
            return get(internet, path).json()["feed"].get("entry")

        assert [type(entry("it", page)) for page in (1, 2, 3)] == [list, list, dict]
        assert [type(entry("us", page)) for page in (1, 2, 3)] == [list, list, type(None)]

    @pytest.mark.parametrize("country", ["it", "us"])
    def test_reviews_are_complete_and_newest_first(
        self, internet: Internet, now: datetime, country: str
    ) -> None:
        found = app_reviews(internet, country)
        posts = [p for p in internet.world.posts("appstore") if p.country == country]
        assert [r["content"]["label"] for r in found] == [p.text for p in posts]
        assert [r["im:rating"]["label"] for r in found] == [f"{p.stars:g}" for p in posts]
        times = [datetime.fromisoformat(r["updated"]["label"]) for r in found]
        assert times == [now + p.at for p in posts]
        assert times == sorted(times, reverse=True)

    def test_page_and_id_come_in_either_order(self, internet: Internet) -> None:
        paths = [f"page=2/id={APP_ID}/sortby=mostrecent", f"id={APP_ID}/page=2/sortby=mostrecent"]
        bodies = [get(internet, f"/it/rss/customerreviews/{path}/json").body for path in paths]
        assert bodies[0] == bodies[1]

    def test_depth_is_limited_as_apples_is(self, internet: Internet) -> None:
        answer = get(internet, f"/it/rss/customerreviews/page=11/id={APP_ID}/sortby=mostrecent/json")
        assert answer.status == 400
        assert "depth is limited" in answer.body

    def test_unknown_app_has_no_entries(self, internet: Internet) -> None:
        assert "entry" not in get(internet, "/it/rss/customerreviews/page=1/id=7/json").json()["feed"]


class TestPress:
    @pytest.mark.parametrize("feed", FEEDS)
    def test_feed_parses_without_complaint(self, internet: Internet, now: datetime, feed: str) -> None:
        answer = get(internet, FEEDS[feed])
        parsed = feedparser.parse(
            answer.body, response_headers={"content-type": answer.headers["Content-Type"]}
        )
        assert not parsed.bozo
        assert parsed.version == {"rss": "rss20", "atom": "atom10"}[feed]
        posts = [p for p in internet.world.posts("press") if p.feed == feed]
        assert [e.title for e in parsed.entries] == [p.title for p in posts]
        assert [e.author for e in parsed.entries] == [p.author for p in posts]
        assert [e.id for e in parsed.entries] == [internet.external_id(p.key) for p in posts]
        times = [datetime.fromtimestamp(timegm(e.published_parsed), UTC) for e in parsed.entries]
        assert times == [now + p.at for p in posts]
        assert all(get(internet, e.link).status == 200 for e in parsed.entries)

    @pytest.mark.parametrize("feed", FEEDS)
    def test_unchanged_feed_is_304_without_a_body(self, internet: Internet, now: datetime, feed: str) -> None:
        first = get(internet, FEEDS[feed])
        for headers in (
            {"If_None_Match": first.headers["ETag"]},
            {"If_None_Match": f'"x", W/{first.headers["ETag"]}'},
            {"If_Modified_Since": first.headers["Last-Modified"]},
        ):
            again = get(internet, FEEDS[feed], **headers)
            assert (again.status, again.body) == (304, "")
            assert again.headers["ETag"] == first.headers["ETag"]
        assert parsedate_to_datetime(first.headers["Last-Modified"]) <= now

    def test_tag_wins_over_date(self, internet: Internet) -> None:
        first = get(internet, FEEDS["rss"])
        date = first.headers["Last-Modified"]
        assert get(internet, FEEDS["rss"], If_None_Match='"old"', If_Modified_Since=date).status == 200

    def test_only_the_feed_with_news_changes(self, internet: Internet) -> None:
        tags = {feed: get(internet, path).headers["ETag"] for feed, path in FEEDS.items()}
        internet.advance()
        again = {feed: get(internet, path, If_None_Match=tags[feed]).status for feed, path in FEEDS.items()}
        assert again == {"rss": 200, "atom": 304}


class TestMastodon:
    def test_search_pages_by_offset_without_gap_or_overlap(self, internet: Internet) -> None:
        found = [key_of(internet, status) for status in statuses(internet)]
        assert found == [post.key for post in internet.world.posts("mastodon")]

    def test_search_pages_by_max_id_and_min_id(self, internet: Internet) -> None:
        ids = [status["id"] for status in statuses(internet)]
        older = get(internet, f"{SEARCH}&limit=40&max_id={ids[4]}").json()["statuses"]
        newer = get(internet, f"{SEARCH}&limit=40&min_id={ids[4]}").json()["statuses"]
        assert [status["id"] for status in newer] + [ids[4]] + [status["id"] for status in older] == ids

    def test_limit_is_twenty_and_at_most_forty(self, internet: Internet) -> None:
        assert len(get(internet, SEARCH).json()["statuses"]) == 20
        assert len(get(internet, f"{SEARCH}&limit=4000").json()["statuses"]) == 25
        assert len(get(internet, f"{SEARCH}&limit=x").json()["statuses"]) == 20

    def test_search_finds_by_every_word_and_nothing_else(self, internet: Internet) -> None:
        assert get(internet, "/api/v2/search?q=").json() == {"accounts": [], "statuses": [], "hashtags": []}
        assert not get(internet, "/api/v2/search?q=pinguino+furgone").json()["statuses"]
        assert not get(internet, SEARCH.replace("type=statuses", "type=accounts")).json()["statuses"]
        one = get(internet, "/api/v2/search?q=PINGUINO").json()["statuses"]
        assert [key_of(internet, status) for status in one] == ["toot-11"]

    def test_ids_sort_by_time(self, internet: Internet, now: datetime) -> None:
        internet.advance()
        get(internet, SEARCH)
        found = statuses(internet)
        assert [int(s["id"]) for s in found] == sorted((int(s["id"]) for s in found), reverse=True)
        assert all(s["created_at"].endswith("Z") for s in found)
        assert max(datetime.fromisoformat(s["created_at"]) for s in found) <= now

    def test_timeline_of_a_hashtag_links_to_its_next_page(self, internet: Internet) -> None:
        found: list[str] = []
        target = "/api/v1/timelines/tag/caffeaurora?limit=2"
        while True:
            answer = get(internet, target)
            found += [key_of(internet, status) for status in answer.json()]
            if not answer.json():
                assert "Link" not in answer.headers
                break
            target = re.findall(r'<([^>]+)>; rel="next"', answer.headers["Link"])[0]
        assert found == [p.key for p in internet.world.posts("mastodon") if "#caffeaurora" in p.text]

    def test_min_id_of_a_timeline_gives_what_follows_directly(self, internet: Internet) -> None:
        ids = [s["id"] for s in get(internet, "/api/v1/timelines/tag/caffeaurora").json()]
        after = get(internet, f"/api/v1/timelines/tag/caffeaurora?limit=1&min_id={ids[-1]}").json()
        since = get(internet, f"/api/v1/timelines/tag/caffeaurora?limit=1&since_id={ids[-1]}").json()
        assert [s["id"] for s in after] == [ids[-2]]
        assert [s["id"] for s in since] == [ids[0]]

    def test_content_is_html_that_reads_back_as_written(self, internet: Internet) -> None:
        for status in statuses(internet):
            written = internet.world.find(key_of(internet, status)).text
            read = "\n\n".join(
                "".join(p.css("::text").getall()) for p in Selector(status["content"]).css("p")
            )
            assert read == written
            assert not Selector(status["content"]).css("script, b")

    def test_rate_limit_counts_down(self, internet: Internet) -> None:
        left = [int(get(internet, SEARCH).headers["X-RateLimit-Remaining"]) for _ in range(2)]
        assert left == [299, 298]

    def test_statuses_have_what_the_specification_requires(self, internet: Internet, shared: Path) -> None:
        path = shared / "specs" / "mastodon" / "mastodon_openapi.json"
        schemas = json.loads(path.read_text(encoding="utf-8"))["components"]["schemas"]
        for status in statuses(internet):
            assert set(schemas["Status"]["required"]) <= set(status)
            assert set(status) <= set(schemas["Status"]["properties"])
            assert set(status["account"]) <= set(schemas["Account"]["properties"])

    def test_instance_says_how_long_a_status_may_be(self, internet: Internet) -> None:
        limits = get(internet, "/api/v2/instance").json()["configuration"]["statuses"]
        assert limits == {"max_characters": mastodon.MAX_CHARACTERS}
        assert all(len(p.text) <= mastodon.MAX_CHARACTERS for p in internet.world.posts("mastodon"))
