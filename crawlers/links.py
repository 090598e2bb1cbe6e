"""Where a list goes on: `rel=next` in a page or in the Link header (RFC 8288)."""

import re

import lxml.etree
import lxml.html

from crawlers.base import Page

_NEXT = lxml.etree.XPath(
    "(//link | //a)[@href and contains(concat(' ', translate(normalize-space(@rel), 'NEXT', 'next'), ' '), ' next ')]"
)
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w!#$%&*+.^`|~-]+\s*=\s*(?:"[^"]*"|[^",;<>\s]+))*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]+))', re.IGNORECASE)


def next_link(tree: lxml.html.HtmlElement, page: Page) -> str | None:
    """The address of the next page as the page gives it, relative or not."""
    for element in _NEXT(tree):
        if href := element.get("href", "").strip():
            return str(href)
    return next_header(page.headers.get("link", ""))


def next_header(header: str) -> str | None:
    """The target of `rel="next"` in a Link header."""
    for target, parameters in _LINK.findall(header[:10_000]):
        rels = _REL.search(parameters)
        if rels and "next" in (rels[1] or rels[2] or "").lower().split():
            return str(target).strip() or None
    return None
