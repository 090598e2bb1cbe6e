"""The pages that the crawl is measured on are what a spider reads, and all of them."""

from benchmarks import crawl, names
from tests.crawlers.spiders.build import page_of, spider

URL = "http://127.0.0.1:1/list-0?pages=3"


def test_a_page_holds_its_reviews_and_leads_on() -> None:
    source = spider("page", url=URL)
    seen: set[str] = set()
    url: str | None = URL
    pages = 0
    while url:
        parsed = source.parse(
            page_of(crawl.page(url.removeprefix("http://127.0.0.1:1")), url, number=pages + 1)
        )
        assert len(parsed.mentions) == crawl.REVIEWS
        assert all(m.stars and m.author and len(m.text) > 100 for m in parsed.mentions)
        assert parsed.undated == parsed.derived.keys() == set()
        seen |= {m.external_id for m in parsed.mentions}
        url = parsed.next[0].url if parsed.next else None
        pages += 1
    assert (pages, len(seen)) == (3, 3 * crawl.REVIEWS)


def test_what_is_no_page_is_empty() -> None:
    assert crawl.page("/robots.txt") == ""


def test_it_runs_without_the_throttle_and_says_so() -> None:
    assert crawl.SETTINGS["AUTOTHROTTLE_ENABLED"] is False
    assert {"crawl", "importing"} <= set(names())
