"""The small internet as a crawler meets it over HTTP, before and after the world moves on."""

import http.client
import re
import tomllib
from collections import Counter
from datetime import datetime, timedelta
from importlib import import_module
from urllib.parse import urlsplit

import feedparser
import pytest
from parsel import Selector

from demo.internet import Internet
from demo.world import read_expected
from store.brand import Brand
from tests.demo.reader import FEEDS, SEARCH, Review, app_reviews, get, key_of, reviews, shown, statuses

EXPECTED = read_expected()


def everything(internet: Internet) -> dict[str, set[str]]:
    """The ids or authors of all that can be read, by source, without what is not about the brands."""
    skipped = {internet.external_id(key) for key in EXPECTED.elsewhere}
    feeds = {"rassegna-stampa": "/stampa/rss.xml", "coffee-blogs": "/blog/atom.xml"}
    bare = Selector(get(internet, "/prodotti/infuso-lento").body)
    read = {
        "shop-capsule": {review.author for review in reviews(internet, "capsule-alba", "json-ld")},
        "shop-biscotti": {review.author for review in reviews(internet, "biscotti-zenzero", "microdata")},
        "shop-moka": {review.author for review in reviews(internet, "moka-sole", "json-ld")},
        "shop-infusi": set(bare.css("article.review .author::text").getall()),
        "app-store": {r["id"]["label"] for country in ("it", "us") for r in app_reviews(internet, country)},
        "mastodon": {status["id"] for status in statuses(internet)},
    }
    for source, path in feeds.items():
        read[source] = {entry.id for entry in feedparser.parse(get(internet, path).body).entries}
    return {source: ids - skipped for source, ids in read.items()}


class TestCounts:
    def test_first_poll_shows_what_is_expected(self, internet: Internet) -> None:
        assert {source: len(ids) for source, ids in everything(internet).items()} == EXPECTED.first

    def test_second_poll_adds_what_is_expected(self, internet: Internet) -> None:
        before = everything(internet)
        internet.advance()
        for path in ("/prodotti/capsule-alba", SEARCH):
            get(internet, path)  # takes the two faults
        after = everything(internet)
        assert {s: len(after[s] - before[s]) for s in after if after[s] - before[s]} == EXPECTED.new
        gone = {s: before[s] - after[s] for s in before if before[s] - after[s]}
        assert gone == {"shop-biscotti": {internet.world.find(EXPECTED.gone[0]).author}}

    def test_total_is_both_polls_and_more_than_enough(self) -> None:
        assert sum(EXPECTED.first.values()) + sum(EXPECTED.new.values()) == EXPECTED.total
        assert sum(EXPECTED.first.values()) >= 90


class TestSecondPoll:
    @pytest.fixture
    def later(self, internet: Internet) -> Internet:
        internet.advance()
        get(internet, "/prodotti/capsule-alba")
        get(internet, SEARCH)
        return internet

    def test_each_fault_comes_once_and_only_after_advance(self, internet: Internet) -> None:
        targets = ["/prodotti/capsule-alba", SEARCH, "/prodotti/moka-sole", *FEEDS.values()]
        assert {get(internet, target).status for target in targets * 2} == {200}
        internet.advance()
        answers = [get(internet, target) for target in targets * 3]
        failed = [answer for answer in answers if answer.status != 200]
        assert Counter(answer.status for answer in failed) == EXPECTED.faults
        assert [a.headers.get("Retry-After") for a in failed if a.status == 429] == ["1"]

    def test_advancing_again_changes_nothing(self, later: Internet) -> None:
        later.advance()
        assert get(later, "/prodotti/capsule-alba").status == 200
        assert get(later, SEARCH).status == 200

    def test_one_review_is_edited_from_four_stars_to_one(self, internet: Internet) -> None:
        def edited() -> Review:
            author = internet.world.find(EXPECTED.edited[0]).author
            return next(r for r in reviews(internet, "capsule-alba", "json-ld") if r.author == author)

        before = edited()
        internet.advance()
        get(internet, "/prodotti/capsule-alba")
        after = edited()
        assert (before.stars, after.stars) == (4, 1)
        assert before.text != after.text
        assert (before.id, before.written) == (after.id, after.written)

    def test_one_review_is_late(self, internet: Internet) -> None:
        late = internet.world.find(EXPECTED.late[0])
        newest = max(post.at for post in shown(internet, "capsule-alba"))
        assert timedelta(hours=-48) < late.at < newest
        assert late.author not in {r.author for r in reviews(internet, "capsule-alba", "json-ld")}
        internet.advance()
        get(internet, "/prodotti/capsule-alba")
        assert late.author in {r.author for r in reviews(internet, "capsule-alba", "json-ld")}

    def test_one_post_goes_viral(self, internet: Internet) -> None:
        def boosts() -> dict[str, int]:
            return {key_of(internet, s): s["reblogs_count"] for s in statuses(internet)}

        before = boosts()
        internet.advance()
        get(internet, SEARCH)
        after = boosts()
        viral = EXPECTED.viral[0]
        assert (before[viral], after[viral]) == (12, 940)
        assert sum(after[key] > before[key] for key in before) > 1  # engagement grows elsewhere too
        assert all(after[key] - before[key] < 20 for key in before if key != viral)

    def test_one_review_is_answered(self, internet: Internet) -> None:
        def answered() -> set[str]:
            found = reviews(internet, "biscotti-zenzero", "microdata")
            return {review.author for review in found if review.answer}

        assert answered() == set()
        internet.advance()
        assert answered() == {internet.world.find(key).author for key in EXPECTED.answered}

    def test_answers_of_the_first_poll_are_on_the_page(self, internet: Internet) -> None:
        found = [
            r for s in ("capsule-alba", "moka-sole") for r in reviews(internet, s, "json-ld") if r.answer
        ]
        assert {r.author for r in found} == {internet.world.find(k).author for k in EXPECTED.answered_before}

    def test_a_customer_comes_back_in_the_same_thread(self, later: Internet) -> None:
        back = next(s for s in statuses(later) if key_of(later, s) in EXPECTED.came_back)
        assert back["in_reply_to_id"] == later.external_id("toot-03")
        assert back["account"]["id"] == back["in_reply_to_account_id"]
        thread = get(later, f"/api/v1/statuses/{back['id']}/context").json()
        assert [s["id"] for s in thread["ancestors"]] == [back["in_reply_to_id"]]
        above = get(later, f"/api/v1/statuses/{back['in_reply_to_id']}/context").json()
        assert [s["id"] for s in above["descendants"]] == [back["id"]]


class TestServer:
    def test_requests_are_logged_with_their_status(self, internet: Internet) -> None:
        get(internet, "/robots.txt")
        get(internet, "/nulla?x=1", method="HEAD")
        assert internet.requests == [("GET", "/robots.txt", 200), ("HEAD", "/nulla?x=1", 404)]

    def test_head_has_headers_and_no_body(self, internet: Internet) -> None:
        head, whole = get(internet, "/", method="HEAD"), get(internet, "/")
        assert head.body == ""
        assert head.headers["Content-Length"] == whole.headers["Content-Length"] != "0"

    def test_connection_is_kept_alive(self, internet: Internet) -> None:
        connection = http.client.HTTPConnection(urlsplit(internet.base_url).netloc, timeout=10)
        for path in ("/robots.txt", "/stampa/rss.xml", "/nulla"):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            assert response.version == 11
            assert not response.will_close
        connection.close()

    def test_only_get_and_head_are_served(self, internet: Internet) -> None:
        assert get(internet, "/", method="POST").status == 405
        assert get(internet, "/", method="DELETE").status == 501

    @pytest.mark.parametrize(
        "path",
        [
            "/%00",
            "/prodotti/..%2f..%2fetc%2fpasswd",
            "/api/v1/statuses/x/y/z",
            "/it/rss/customerreviews/",
            "/@a/b",
            "/api/v1/timelines/tag/",
            "/prodotti/capsule-alba?pagina=999999999999999999999",
        ],
    )
    def test_odd_paths_get_an_answer(self, internet: Internet, path: str) -> None:
        assert get(internet, path).status in {200, 404}

    def test_index_links_work(self, internet: Internet) -> None:
        links = Selector(get(internet, "/").body).css("li a::attr(href)").getall()
        assert len(links) >= 9
        assert {get(internet, link).status for link in links} == {200}

    def test_status_pages_open(self, internet: Internet) -> None:
        assert all(get(internet, status["url"]).status == 200 for status in statuses(internet))

    def test_base_url_needs_a_running_server(self, now: datetime) -> None:
        internet = Internet(now)
        with pytest.raises(RuntimeError, match="start"):
            _ = internet.base_url
        with internet:
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", internet.base_url)
        with pytest.raises(RuntimeError, match="start"):
            _ = internet.base_url

    def test_two_run_side_by_side(self, internet: Internet, now: datetime) -> None:
        with Internet(now) as other:
            other.advance()
            assert other.base_url != internet.base_url
            assert get(internet, "/prodotti/capsule-alba").status == 200

    def test_ages_count_from_now(self, now: datetime) -> None:
        moved = now + timedelta(days=40, hours=3)
        with Internet(moved) as internet:
            newest = app_reviews(internet, "it")[0]["updated"]["label"]
            assert datetime.fromisoformat(newest) == moved - timedelta(hours=1, minutes=20)


class TestConfig:
    def test_sources_point_at_this_internet_and_are_named_as_expected(self, internet: Internet) -> None:
        config = tomllib.loads(internet.config())
        assert {source["name"] for source in config["sources"]} == set(EXPECTED.first)
        for source in config["sources"]:
            assert (source.get("url") or source["base_url"]).startswith(internet.base_url)
            assert source["brand"] in config["brands"]
            if "url" in source:
                assert get(internet, source["url"]).status == 200

    def test_sources_and_brands_are_valid(self, internet: Internet) -> None:
        config = tomllib.loads(internet.config())
        for source in config["sources"]:
            import_module(f"platforms.{source['type']}").Options.model_validate(source)
        brands = [Brand(key=key, **table) for key, table in config["brands"].items()]
        assert [brand.name for brand in brands] == ["Caffè Aurora", "Tè Lumaca"]
