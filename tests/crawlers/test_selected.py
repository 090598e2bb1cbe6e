"""Reviews by CSS selectors."""

from datetime import UTC, datetime

import pytest

from crawlers.markup import parse_html
from crawlers.reviews import Review
from crawlers.selected import next_href, selected
from platforms.page import Selectors

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
PAGE = """
<section>
  <article class="r" id="r1"><h4>Sì</h4><div class="t"><p>Buono.</p><p>Torno.</p></div>
    <i class="a">Marta</i><time datetime="2026-11-20">l'altro ieri</time><b class="s" data-n="8">8</b>
    <div class="reply">Grazie!</div></article>
  <article class="r" id="r2"><div class="t">Secco</div><i class="a"></i><time>ieri</time></article>
  <article class="r" id="r3"><div class="t"> </div></article>
</section>
<nav><a class="prev" href="?page=1">prima</a><a class="more" href="?page=3">dopo</a></nav>
"""
SELECTORS = Selectors(
    review="article.r", id="article::attr(id)", title="h4", text=".t", author=".a::text",
    date="time::attr(datetime)", stars=".s::attr(data-n)", best=10, answer=".reply", next="a.more",
)  # fmt: skip


def read(selectors: Selectors = SELECTORS, page: str = PAGE) -> list[Review]:
    tree = parse_html(page)
    assert tree is not None
    return selected(tree, selectors, NOW)


def test_each_match_is_a_review_and_empty_ones_are_left_out() -> None:
    full, bare = read()
    assert full == Review(
        text="Buono.\n\nTorno.",
        title="Sì",
        author="Marta",
        stars=4.0,
        published_at=datetime(2026, 11, 20, tzinfo=UTC),
        ids=("r1",),
        answer="Grazie!",
    )
    assert bare == Review(text="Secco", ids=("r2",))


def test_only_review_and_text_are_needed() -> None:
    assert read(Selectors(review=".r", text=".t")) == [Review(text="Buono.\n\nTorno."), Review(text="Secco")]


def test_text_nodes_are_joined() -> None:
    assert read(Selectors(review=".r", text=".t p::text"))[0].text == "Buono. Torno."


def test_a_selector_without_a_match_finds_nothing() -> None:
    assert read(Selectors(review=".none", text=".t")) == []
    assert [one.stars for one in read(SELECTORS.model_copy(update={"stars": ".none"}))] == [None, None]


def test_a_selector_that_names_no_elements_finds_nothing() -> None:
    assert read(Selectors(review="article.r::attr(id)", text=".t")) == []


@pytest.mark.parametrize(
    ("selector", "href"),
    [
        ("a.more", "?page=3"),
        ("a.more::attr(href)", "?page=3"),
        ("a.none", None),
        ("nav", None),
    ],
)
def test_next(selector: str, href: str | None) -> None:
    tree = parse_html(PAGE)
    assert tree is not None
    assert next_href(tree, selector) == href
