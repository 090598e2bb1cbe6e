"""Conditional requests: a place is asked for only where it is not as it was when it was read last (RFC 9110, 13)."""

from collections.abc import Mapping

from crawlers.base import Page

_CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
NAMES = frozenset(_CONDITIONS)  # under which a cursor keeps what the server said
LONGEST = 500  # characters kept of one


def conditions(kept: Mapping[str, str]) -> dict[str, str]:
    """The headers that ask for news only."""
    return {header: kept[name] for name, header in _CONDITIONS.items() if kept.get(name)}


def validators(page: Page) -> dict[str, str]:
    """What the server calls this version of the page."""
    return {name: page.headers[name][:LONGEST] for name in _CONDITIONS if page.headers.get(name)}
