"""Where a list goes on, in pages and in headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.base import Page
from crawlers.links import next_header, next_link
from crawlers.markup import parse_html


def link_in(body: str, header: str = "") -> str | None:
    tree = parse_html(f"<html><body>{body}</body></html>")
    assert tree is not None
    return next_link(tree, Page("https://shop.example/p", b"", {"link": header} if header else {}))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<a rel="next" href="?page=2">avanti</a>', "?page=2"),
        ('<a rel="nofollow Next" href="/p2">avanti</a>', "/p2"),
        ('<link rel="next" href="https://shop.example/p2">', "https://shop.example/p2"),
        ('<a rel="next">avanti</a><a rel="next" href=" /p3 ">avanti</a>', "/p3"),
        ('<a rel="next" href="">avanti</a>', None),
        ('<a rel="nextish" href="/p2">no</a>', None),
        ('<a rel="prev" href="/p0">indietro</a>', None),
        ('<a href="/p2">next</a>', None),
        ("", None),
    ],
)
def test_next_in_the_page(body: str, found: str | None) -> None:
    assert link_in(body) == found


def test_the_page_goes_before_the_header() -> None:
    header = '</h2>; rel="next"'
    assert link_in('<a rel="next" href="/p2">', header) == "/p2"
    assert link_in("", header) == "/h2"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (
            '<https://a.example/?max_id=1>; rel="next", <https://a.example/?min_id=9>; rel="prev"',
            "https://a.example/?max_id=1",
        ),
        (
            '<https://a.example/?min_id=9>; rel="prev", <https://a.example/?max_id=1>; rel="next"',
            "https://a.example/?max_id=1",
        ),
        ("<https://a.example/2>; rel=next", "https://a.example/2"),
        ('<https://a.example/2>; title="a, b; c"; rel="last next"', "https://a.example/2"),
        ('<>; rel="next"', None),
        ('<https://a.example/2>; rel="nextish"', None),
        ("", None),
        ("<" * 100_000, None),
    ],
)
def test_next_in_the_header(header: str, found: str | None) -> None:
    assert next_header(header) == found


@given(st.text(st.sampled_from('<>;="rel next,'), max_size=80))
def test_any_header_is_survived(header: str) -> None:
    assert next_header(header) is None or isinstance(next_header(header), str)
