"""Reviews by CSS selectors, for sites without markup."""

from datetime import datetime
from functools import lru_cache

import lxml.etree
import lxml.html
from parsel import css2xpath

from crawlers.dates import parse_date
from crawlers.ratings import stars
from crawlers.reviews import Review
from crawlers.text import element_text, tidy
from platforms.page import Selectors


def selected(tree: lxml.html.HtmlElement, selectors: Selectors, now: datetime) -> list[Review]:
    """One review for each match of `selectors.review`, in the order of the page; what is empty is left out."""
    elements = [
        element for element in _xpath(selectors.review)(tree) if isinstance(element, lxml.html.HtmlElement)
    ]
    found = (_review(element, selectors, now) for element in elements)
    return list(dict.fromkeys(review for review in found if review.text or review.title or review.stars))


def next_href(tree: lxml.html.HtmlElement, selector: str) -> str | None:
    """The link to the next page as the page gives it: an attribute, or the `href` of the element."""
    for found in _xpath(selector)(tree):
        href = found if isinstance(found, str) else found.get("href")
        if href and href.strip():
            return str(href).strip()
    return None


def _review(element: lxml.html.HtmlElement, selectors: Selectors, now: datetime) -> Review:
    name = _one(element, selectors.id)
    return Review(
        text=_one(element, selectors.text) or "",
        title=_one(element, selectors.title),
        author=_one(element, selectors.author),
        stars=stars(_one(element, selectors.stars), selectors.best),
        published_at=parse_date(_one(element, selectors.date), now),
        ids=(name,) if name else (),
        answer=_one(element, selectors.answer),
    )


def _one(element: lxml.html.HtmlElement, selector: str | None) -> str | None:
    """All text nodes of the first element, or all matched strings (`::text`), as one text."""
    if selector is None:
        return None
    matches = _xpath(selector)(element)
    if matches and not isinstance(matches[0], str):
        return element_text(matches[0]) or None
    return tidy(" ".join(str(match) for match in matches)) or None


@lru_cache(maxsize=256)
def _xpath(selector: str) -> lxml.etree.XPath:
    return lxml.etree.XPath(css2xpath(selector))
