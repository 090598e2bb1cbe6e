"""Apple's feed: its pages and countries, and its odd shapes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.base import Fetch, Parsed
from store.errors import Permanent
from tests.crawlers.spiders.build import page_of, spider

FEED = "https://itunes.apple.com/{}/rss/customerreviews/page={}/id=42/sortby=mostrecent/json"


def source(**options: Any) -> Any:
    return spider("appstore", **{"app_id": "42", "countries": ["it", "us"]} | options)


def read(body: str | bytes, number: int = 1, chain: str = "it") -> Parsed:
    parsed: Parsed = source().parse(page_of(body, kind="application/json", number=number, chain=chain))
    return parsed


def feed(entry: Any, last: int | None = None) -> str:
    link = [{"attributes": {"rel": "last", "href": f"https://x/page={last}/id=42/json"}}] if last else []
    return json.dumps({"feed": {"entry": entry, "link": link}})


def entry(name: str, **more: Any) -> dict[str, Any]:
    return {"id": {"label": name}, "im:rating": {"label": "4"}, "content": {"label": "Bene"}} | more


def test_each_country_is_a_list_of_its_own() -> None:
    assert source().first() == [Fetch(FEED.format("it", 1), 1, "it"), Fetch(FEED.format("us", 1), 1, "us")]
    assert source(base_url="http://127.0.0.1:9/").first()[0].url.startswith("http://127.0.0.1:9/it/rss/")


class TestSamples:
    def test_a_page(self, shared: Path) -> None:
        body = (shared / "samples/constructed/appstore_rss_page1.json").read_bytes()
        entries = json.loads(body)["feed"]["entry"]
        parsed = read(body)
        assert [m.external_id for m in parsed.mentions] == [
            one["id"]["label"] for one in entries if "im:rating" in one
        ]
        assert [m.stars for m in parsed.mentions] == [
            float(one["im:rating"]["label"]) for one in entries if "im:rating" in one
        ]

    def test_a_single_entry_is_an_object(self, shared: Path) -> None:
        body = (shared / "samples/constructed/appstore_rss_single_entry_is_object.json").read_bytes()
        assert isinstance(json.loads(body)["feed"]["entry"], dict)
        assert len(read(body).mentions) == 1

    def test_an_empty_page(self, shared: Path) -> None:
        parsed = read((shared / "samples/constructed/appstore_rss_empty.json").read_bytes())
        assert (parsed.mentions, parsed.next, parsed.problems) == ((), (), ())


class TestPaging:
    def test_the_next_page_is_of_the_same_country(self) -> None:
        assert read(feed([entry("1")]), number=2, chain="us").next == (Fetch(FEED.format("us", 3), 3, "us"),)

    def test_it_ends_with_the_last_page_the_feed_names(self) -> None:
        assert read(feed([entry("1")], last=3), number=2).next
        assert read(feed([entry("1")], last=3), number=3).next == ()

    def test_it_ends_with_an_empty_page(self) -> None:
        assert read(feed([])).next == read(json.dumps({"feed": {}})).next == ()

    @pytest.mark.parametrize(
        ("number", "status", "ends"), [(11, 400, True), (2, 404, True), (1, 400, False), (2, 503, False)]
    )
    def test_apples_400_beyond_the_last_page_is_the_end(self, number: int, status: int, ends: bool) -> None:
        assert source().ends(status, Fetch(FEED.format("it", number), number, "it")) is ends


class TestHostile:
    @pytest.mark.parametrize(
        "body", ["", "{}", "[]", "null", '{"feed": null}', '{"feed": []}', "<html>", "[" * 50_000]
    )
    def test_what_is_no_feed_says_so(self, body: str) -> None:
        with pytest.raises(Permanent, match="no App Store feed"):
            read(body)

    def test_the_app_itself_is_no_review_and_names_the_place(self) -> None:
        app = {"im:name": {"label": "Aurora App"}, "title": {"label": "Aurora App - Aurora"}}
        assert [(m.external_id, m.place) for m in read(feed([app, entry("1")])).mentions] == [
            ("1", "Aurora App")
        ]

    def test_the_author_stands_in_for_a_missing_id(self) -> None:
        nobody = {"im:rating": {"label": "4"}, "content": {"label": "Bene"}}
        named = nobody | {"author": {"name": {"label": "Ida"}}}
        parsed = read(feed([named, nobody]))
        assert [m.external_id for m in parsed.mentions] == ["42:Ida"]
        assert parsed.problems == ("entry 2: neither id nor author",)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["label", "attributes", "im:rating", "id", "author", "link", "rel", "href", "updated"]
                    ),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=15,
        )
    )
    def test_any_entry_is_survived(self, tree: Any) -> None:
        read(feed([tree, {"im:rating": tree}, entry("1", author=tree, updated=tree, link=tree)]))
