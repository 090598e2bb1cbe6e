"""Hacker News through Algolia: stories and comments by words, newest first; single ones with what is below them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.base import Answer, Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.text import from_html, plain
from platforms.hackernews import Options
from store.errors import Permanent

LIMIT = 100
KINDS = ("story", "comment", "poll")
DEEPEST = 200  # levels of comments that are counted


class Spider(base.Spider[Options]):
    look_up_size = 1

    def first(self) -> list[Fetch]:
        return [self._search(1), *(self._by(account) for account in self.context.options.accounts)]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        return self._fetch(f"/items/{quote(ids[0], safe='')}", 1, "item")

    def parse(self, page: Page) -> Parsed:
        whole = table(answers.whole(page, "hits"))
        if page.chain == "item":
            return self._item(whole)
        if not isinstance(whole.get("hits"), list):
            raise Permanent("no hits", f"{page.host} answered without hits: check base_url")
        hits = tables(whole, "hits")
        replies = self._replies(hits)
        if page.chain != "search":
            return Parsed(answers=replies)
        parsed = answers.read(self.context, hits, self._values, "hit")
        return replace(parsed, next=self._next(page, whole, hits), answers=replies)

    def _item(self, item: Entry) -> Parsed:
        """A story or comment by itself is named in other words than in a search, and shows what was answered."""
        as_hit = dict(item) | {
            "objectID": string(item, "id"),
            "story_id": None if item.get("type") == "story" else item.get("story_id"),
            "num_comments": _below(item) if item.get("type") == "story" else None,
            "comment_text" if item.get("type") == "comment" else "story_text": item.get("text"),
        }
        parsed = answers.read(self.context, [as_hit], self._values, "item")
        return replace(parsed, answers=self._replies(tables(item, "children")))

    def _search(self, number: int, before: int | None = None) -> Fetch:
        """Pages by time, not by number: Algolia shows a search's first thousand only."""
        since = int((self.context.now - self.context.options.history).timestamp())
        bounds = f"created_at_i>{since}" + (f",created_at_i<={before}" if before is not None else "")
        words = {
            "query": self.context.options.query,
            "tags": f"({','.join(KINDS)})",
            "numericFilters": bounds,
            "hitsPerPage": LIMIT,
        }
        return self._fetch(f"/search_by_date?{urlencode(words)}", number, "search")

    def _by(self, account: str) -> Fetch:
        """The newest comments of an account of the brand."""
        words = {"tags": f"comment,author_{account}", "hitsPerPage": LIMIT}
        return self._fetch(f"/search_by_date?{urlencode(words)}", 1, f"answers {account}")

    def _fetch(self, path: str, number: int, chain: str) -> Fetch:
        return Fetch(f"{self.context.options.base_url.rstrip('/')}/api/v1{path}", number, chain)

    def _next(self, page: Page, whole: Entry, hits: Sequence[Entry]) -> tuple[Fetch, ...]:
        oldest = min((at for hit in hits if (at := number(hit, "created_at_i"))), default=None)
        if oldest is None or (number(whole, "nbPages") or 0) < 2:
            return ()
        return (self._search(page.number + 1, oldest),)

    def _ours(self, hit: Entry) -> bool:
        accounts = {account.casefold() for account in self.context.options.accounts}
        return (string(hit, "author") or "").casefold() in accounts

    def _replies(self, hits: Iterable[Entry]) -> dict[str, Answer]:
        """What the brand has answered; in a search and in an item texts have different names."""
        return answers.newest(
            (
                string(hit, "parent_id"),
                Answer(
                    from_html(string(hit, "comment_text") or string(hit, "text") or ""), self._written_at(hit)
                ),
            )
            for hit in hits
            if self._ours(hit)
        )

    def _values(self, hit: Entry) -> Values | None:
        """A story has a title and perhaps a text, a comment its text. What was deleted has neither."""
        name, comment = string(hit, "objectID"), string(hit, "comment_text")
        title = None if comment else string(hit, "title")
        text = comment or string(hit, "story_text") or ""
        if self._ours(hit) or (name and not (title or text)):
            return None
        return {
            "external_id": name,
            "title": plain(title) if title else None,
            "text": from_html(text),
            "author": string(hit, "author"),
            "author_id": string(hit, "author"),
            "published_at": self._written_at(hit),
            "url": f"https://news.ycombinator.com/item?id={name}" if name and name.isdecimal() else None,
            "thread": string(hit, "story_id") or name,
            "likes": number(hit, "points"),
            "replies": number(hit, "num_comments"),
        }

    def _written_at(self, hit: Entry) -> datetime | None:
        return parse_date(hit.get("created_at_i"), self.context.now) or parse_date(
            hit.get("created_at"), self.context.now
        )


def _below(item: Entry) -> int:
    """How many comments stand below, at every depth."""
    count, waiting = 0, [(item, 0)]
    while waiting:
        above, depth = waiting.pop()
        below: list[dict[str, Any]] = tables(above, "children") if depth < DEEPEST else []
        count += len(below)
        waiting += [(one, depth + 1) for one in below]
    return count
