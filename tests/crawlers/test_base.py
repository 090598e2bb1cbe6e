"""The ground of all spiders."""

import pytest

from crawlers import spiders
from crawlers.base import Fetch, Page, Spider, expect
from store.errors import Permanent


def test_a_page_says_what_it_is_and_where_from() -> None:
    page = Page("https://Shop.example:81/p", b"", {"content-type": "Text/HTML; charset=utf-8"})
    assert (page.content_type, page.host) == ("text/html", "shop.example")
    assert Page("https://shop.example/p", b"").content_type == ""


def test_what_was_not_asked_for_is_refused_and_a_missing_type_passes() -> None:
    expect(Page("https://shop.example/p", b""), ("json",), "JSON")
    expect(
        Page("https://shop.example/p", b"", {"content-type": "application/activity+json"}), ("json",), "JSON"
    )
    with pytest.raises(Permanent, match=r"shop\.example sent text/html, not JSON"):
        expect(Page("https://shop.example/p", b"", {"content-type": "text/html"}), ("json",), "JSON")


def test_each_platform_has_its_spider_and_no_other_name_has_one() -> None:
    assert {"page", "feed", "appstore", "mastodon"} <= set(spiders.names())
    for name in spiders.names():
        assert issubclass(spiders.get(name), Spider)
    with pytest.raises(KeyError):
        spiders.get("__init__")
    with pytest.raises(KeyError):
        spiders.get("../cli")


@pytest.mark.parametrize(
    ("number", "status", "ends"), [(1, 404, False), (2, 404, True), (2, 410, True), (2, 500, False)]
)
def test_a_later_page_that_is_not_there_ends_the_list(number: int, status: int, ends: bool) -> None:
    spider = spiders.get("feed").__new__(spiders.get("feed"))
    assert spider.ends(status, Fetch("https://shop.example/p", number)) is ends
