"""Apple's public feed of customer reviews as JSON: the newest 500 of each country, where everything is a label."""

import json
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from crawlers import base
from crawlers.base import Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.ratings import count, stars
from crawlers.text import tidy
from platforms.appstore import Options
from store.errors import Permanent
from store.mention import NewMention

_LAST_PAGE = "page="


class Spider(base.Spider[Options]):
    def first(self) -> list[Fetch]:
        return [self._fetch(country, 1) for country in self.context.options.countries]

    def ends(self, status: int, fetch: Fetch) -> bool:
        """Beyond its last page Apple answers 400 with a text."""
        return fetch.number > 1 and status in (400, 404, 410)

    def parse(self, page: Page) -> Parsed:
        base.expect(page, ("json", "javascript", "text"), "JSON")
        feed = _feed(page)
        entries = _listed(feed.get("entry"))
        app = next((_label(entry, "im:name") for entry in entries if "im:rating" not in entry), None)
        mentions: list[NewMention] = []
        problems: list[str] = []
        undated: set[str] = set()
        for number, entry in enumerate(entries, start=1):
            if "im:rating" not in entry:  # in some feeds the first entry is the app itself
                continue
            at = parse_date(_label(entry, "updated"), self.context.now)
            name = self._named(entry)
            if name is None:
                problems.append(f"entry {number}: neither id nor author")
                continue
            try:
                mentions.append(self._mention(name, entry, app, at, page))
            except ValidationError as error:
                problems.append(f"entry {number}: {error.errors()[0]['msg']}")
                continue
            if at is None:
                undated.add(mentions[-1].external_id)
        return Parsed(tuple(mentions), self._next(feed, mentions, page), tuple(problems), frozenset(undated))

    def _fetch(self, country: str, number: int) -> Fetch:
        options = self.context.options
        path = f"{country}/rss/customerreviews/page={number}/id={options.app_id}/sortby=mostrecent/json"
        return Fetch(f"{options.base_url.rstrip('/')}/{path}", number, country)

    def _next(self, feed: dict[str, Any], mentions: list[NewMention], page: Page) -> tuple[Fetch, ...]:
        last = _last_page(feed)
        if not mentions or (last is not None and page.number >= last):
            return ()
        return (self._fetch(page.chain, page.number + 1),)

    def _named(self, entry: dict[str, Any]) -> str | None:
        """Without an id the author's page stands in: Apple keeps one review for each author and app."""
        author = entry.get("author")
        who = _label(author, "uri") or _label(author, "name")
        return _label(entry, "id") or (who and f"{self.context.options.app_id}:{who}")

    def _mention(
        self, name: str, entry: dict[str, Any], app: str | None, at: datetime | None, page: Page
    ) -> NewMention:
        author = entry.get("author")
        return self.context.mention(
            external_id=name,
            title=_label(entry, "title"),
            text=tidy(_label(entry, "content") or ""),
            author=_label(author, "name"),
            author_id=_label(author, "uri"),
            stars=stars(_label(entry, "im:rating")),
            published_at=at or self.context.now,
            url=_href(entry),
            place=app or f"App Store {page.chain.upper()}",
            likes=count(_label(entry, "im:voteSum")),
        )


def _feed(page: Page) -> dict[str, Any]:
    try:
        whole = json.loads(page.body.decode("utf-8-sig", "replace"), strict=False)
        feed = whole["feed"]
    except (ValueError, RecursionError, KeyError, TypeError):
        feed = None
    if not isinstance(feed, dict):
        raise Permanent(
            "no feed", f"{page.host} sent no App Store feed: check base_url, app_id and countries"
        )
    return feed


def _listed(entry: Any) -> list[dict[str, Any]]:
    """`entry` is a list, a single object, or missing."""
    entries = entry if isinstance(entry, list) else [entry]
    return [one for one in entries if isinstance(one, dict)]


def _label(thing: Any, name: str) -> str | None:
    found = thing.get(name) if isinstance(thing, dict) else None
    label = found.get("label") if isinstance(found, dict) else found
    return str(label) if isinstance(label, str | int | float) and str(label) else None


def _href(entry: dict[str, Any]) -> str | None:
    for link in _listed(entry.get("link")):
        attributes = link.get("attributes")
        if isinstance(attributes, dict) and isinstance(attributes.get("href"), str):
            return str(attributes["href"])
    return None


def _last_page(feed: dict[str, Any]) -> int | None:
    """The number of the last page, from the feed's own link to it."""
    for link in _listed(feed.get("link")):
        attributes = link.get("attributes")
        if isinstance(attributes, dict) and attributes.get("rel") == "last":
            return count(str(attributes.get("href", "")).partition(_LAST_PAGE)[2].partition("/")[0])
    return None
