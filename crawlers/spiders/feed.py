"""RSS and Atom through feedparser, asked for only when they changed (ETag, Last-Modified)."""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXException

import feedparser
from pydantic import ValidationError

from crawlers import base, conditional, identity
from crawlers.base import Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.ratings import count
from crawlers.reviews import language
from crawlers.text import from_html, plain
from platforms.feed import Options
from store.errors import Permanent
from store.mention import NewMention


class Spider(base.Spider[Options]):
    def first(self) -> list[Fetch]:
        return [Fetch(self.context.options.url, headers=conditional.conditions(self.context.kept))]

    def parse(self, page: Page) -> Parsed:
        feed = feedparser.parse(page.body, response_headers=_trusted(page), sanitize_html=False)
        if not feed.get("version") and not feed.entries:
            kind = page.content_type or "something else"
            raise Permanent(
                "no feed", f"{page.host} sent {kind[:60]}, not RSS or Atom: check the address of the feed"
            )
        mentions: list[NewMention] = []
        broken = isinstance(feed.get("bozo_exception"), SAXException) and not feed.entries
        problems = ["the feed is not well-formed"] if broken else []
        undated: set[str] = set()
        for number, entry in enumerate(feed.entries, start=1):
            try:
                mention, dated = self._mention(entry, feed.feed, page)
            except ValidationError as error:
                problems.append(f"entry {number}: {error.errors()[0]['msg']}")
                continue
            mentions.append(mention)
            if not dated:
                undated.add(mention.external_id)
        return Parsed(
            mentions=tuple(mentions),
            problems=tuple(problems),
            undated=frozenset(undated),
            kept=conditional.validators(page),
        )

    def _mention(self, entry: Any, feed: Any, page: Page) -> tuple[NewMention, bool]:
        now = self.context.now
        published = _moment(entry, ("published", "created"), now)
        updated = _moment(entry, ("updated",), now)
        at = published or updated
        link = _link(entry, page)
        title = _shown(entry.get("title_detail"))
        mention = self.context.mention(
            external_id=_id(entry, link, title, at, page),
            title=title,
            text=_text(entry),
            author=entry.get("author"),
            lang=_language(entry, feed),
            published_at=at or now,
            edited_at=updated if published and updated and updated > published else None,
            url=link,
            place=_shown(feed.get("title_detail")) or None,
            replies=count(entry.get("slash_comments")),
        )
        return mention, at is not None


def _trusted(page: Page) -> dict[str, str]:
    """The headers that feedparser may use. An address of the page's own resolves its relative links."""
    kind = page.headers.get("content-type", "")
    return {"content-location": page.url} | ({"content-type": kind} if "charset" in kind.lower() else {})


def _moment(entry: Any, names: tuple[str, ...], now: datetime) -> datetime | None:
    """feedparser reads the usual dates as UTC tuples; what it cannot read may still be one of ours."""
    told: dict[str, Any] = dict(entry)  # feedparser's own `get` gives the publication for a missing update
    for name in names:
        parsed = told.get(f"{name}_parsed")
        try:
            moment = datetime(*parsed[:6]) if parsed else told.get(name)  # noqa: DTZ001 - UTC by feedparser
        except (ValueError, TypeError):
            moment = None
        if found := parse_date(moment, now):
            return found
    return None


def _link(entry: Any, page: Page) -> str | None:
    link = entry.get("link")
    try:
        return urljoin(page.url, link) if isinstance(link, str) and link else None
    except ValueError:
        return None


def _id(entry: Any, link: str | None, title: str, at: datetime | None, page: Page) -> str:
    """The guid; a bare one ("123") is only unique with its feed's host. Without one the link, then what is left."""
    given = entry.get("id") or link
    if not given:
        return identity.made_id(page.host, title, at, page.url).key
    bare = "/" not in given and ":" not in given
    return f"{page.host}:{given}" if bare else str(given)


def _text(entry: Any) -> str:
    """The longest of content and summary: many feeds leave one of them empty or cut it short."""
    offered = [*(entry.get("content") or []), entry.get("summary_detail")]
    return max(map(_shown, offered), key=len, default="")


def _shown(detail: Any) -> str:
    """What a reader sees of a title or text; feedparser says of each whether it is HTML."""
    given = detail.get("value") if detail else None
    if not isinstance(given, str):
        return ""
    return plain(given) if detail.get("type") == "text/plain" else from_html(given)


def _language(entry: Any, feed: Any) -> str | None:
    """That of the entry's own words, which Atom may give each; else that of the feed."""
    details = [entry.get("title_detail"), *(entry.get("content") or []), entry.get("summary_detail")]
    told = (language(detail.get("language")) for detail in details if detail)
    return next(filter(None, told), None) or language(feed.get("language"))
