"""Mastodon-compatible instances: statuses found by words (with a token) or on a hashtag's timeline, and single ones."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from pydantic import ValidationError

from crawlers import base
from crawlers.addresses import origin
from crawlers.answers import newest
from crawlers.base import Answer, Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.links import next_header
from crawlers.reviews import language
from crawlers.text import from_html
from platforms.mastodon import Options
from store.errors import Permanent
from store.mention import NewMention

LIMIT = 40  # the most that an instance gives at once
ONE = "one"  # the chain of a look-up
Status = dict[str, Any]


class Spider(base.Spider[Options]):
    look_up_size = 1

    def first(self) -> list[Fetch]:
        options = self.context.options
        if _is_hashtag(options.query):
            tag = quote(options.query.lstrip("#"), safe="")
            return [self._fetch(f"{self._base()}/api/v1/timelines/tag/{tag}?limit={LIMIT}", 1)]
        return [self._search(1)]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        name = quote(ids[0].rpartition("/")[2], safe="")
        return self._fetch(f"{self._base()}/api/v1/statuses/{name}", 1, ONE)

    def parse(self, page: Page) -> Parsed:
        base.expect(page, ("json",), "JSON")
        statuses = _statuses(page)
        threads = _threads(statuses)
        mentions: list[NewMention] = []
        problems: list[str] = []
        undated: set[str] = set()
        for number, status in enumerate(statuses, start=1):
            if self._ours(status):
                continue
            at = parse_date(status.get("created_at"), self.context.now)
            try:
                mentions.append(self._mention(status, at, threads, page))
            except ValidationError as error:
                problems.append(f"status {number}: {error.errors()[0]['msg']}")
                continue
            if at is None:
                undated.add(mentions[-1].external_id)
        return Parsed(
            tuple(mentions),
            () if page.chain == ONE else self._next(page, len(statuses)),
            tuple(problems),
            frozenset(undated),
            passed=sum(map(self._ours, statuses)),
            answers=self._replies(statuses, page),
        )

    def _base(self) -> str:
        return self.context.options.base_url.rstrip("/")

    def _search(self, number: int) -> Fetch:
        words = {
            "q": self.context.options.query,
            "type": "statuses",
            "limit": LIMIT,
            "offset": LIMIT * (number - 1),
        }
        return self._fetch(f"{self._base()}/api/v2/search?{urlencode(words)}", number)

    def _fetch(self, url: str, number: int, chain: str = "") -> Fetch:
        token = self.context.secrets.get(self.context.options.token_env, "").strip()
        return Fetch(url, number, chain, headers={"Authorization": f"Bearer {token}"} if token else {})

    def _next(self, page: Page, count: int) -> tuple[Fetch, ...]:
        """By the Link header where there is one (and it stays on the instance), else by offset while pages are full."""
        if not count:
            return ()
        if link := next_header(page.headers.get("link", "")):
            following = urljoin(page.url, link)
            same = origin(following) == origin(self._base())  # the token goes nowhere else, and not in clear
            return (self._fetch(following, page.number + 1),) if same else ()
        if _is_hashtag(self.context.options.query) or count < LIMIT:
            return ()
        return (self._search(page.number + 1),)

    def _replies(self, statuses: list[Status], page: Page) -> dict[str, Answer]:
        """What the brand has answered, by the id of the status above, which may be on another page."""
        return newest(
            (
                _named(page, status["in_reply_to_id"]),
                Answer(_text(status), parse_date(status.get("created_at"), self.context.now)),
            )
            for status in statuses
            if status.get("in_reply_to_id") and self._ours(status)
        )

    def _ours(self, status: Status) -> bool:
        """Whether the brand itself wrote it: under `account`, or under an alias that is a handle (@brand)."""
        handles = [
            self.context.options.account or "",
            *(a for a in self.context.brand.aliases if a[:1] == "@"),
        ]
        account = str(_dict(status, "account").get("acct", "")).casefold()
        return bool(account) and account in (handle.lstrip("@").casefold() for handle in handles)

    def _mention(
        self, status: Status, at: datetime | None, threads: dict[str, str], page: Page
    ) -> NewMention:
        account = _dict(status, "account")
        return self.context.mention(
            external_id=_named(page, status.get("id")),
            text=_text(status),
            author=account.get("display_name") or account.get("acct"),
            author_id=account.get("url") or account.get("acct"),
            lang=language(status.get("language")),
            published_at=at or self.context.now,
            edited_at=parse_date(status.get("edited_at"), self.context.now),
            url=status.get("url") or status.get("uri"),
            thread=_named(page, threads[str(status.get("id"))]),
            likes=_number(status, "favourites_count"),
            shares=_number(status, "reblogs_count"),
            replies=_number(status, "replies_count"),
            followers=_number(account, "followers_count"),
        )


def _is_hashtag(query: str) -> bool:
    return query.startswith("#") and " " not in query


def _statuses(page: Page) -> list[Status]:
    """Those of a search (`{"statuses": [...]}`) or a timeline (a list), or a single one; a boost stands for what it
    boosts."""
    try:
        whole = json.loads(page.body.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        raise Permanent("no JSON", f"{page.host} sent no JSON: check base_url") from None
    if page.chain == ONE and isinstance(whole, dict) and whole.get("id"):
        whole = [whole]
    found = whole.get("statuses") if isinstance(whole, dict) else whole
    if not isinstance(found, list):
        raise Permanent("no statuses", f"{page.host} answered without statuses: check base_url and query")
    statuses = [_dict(status, "reblog") or status for status in found if isinstance(status, dict)]
    unique = {str(status.get("id")): status for status in statuses if status.get("id")}
    return list(unique.values())


def _threads(statuses: list[Status]) -> dict[str, str]:
    """The first known status of each conversation, by status id: up the replies as far as the page shows them."""
    above = {str(status.get("id")): str(status.get("in_reply_to_id") or "") for status in statuses}
    threads: dict[str, str] = {}
    for name in above:
        top, climbed = name, 0
        while above.get(top) and climbed < len(above):
            top, climbed = above[top], climbed + 1
        threads[name] = top
    return threads


def _named(page: Page, status_id: Any) -> str:
    """Ids are unique within an instance only."""
    return f"{urlsplit(page.url).netloc}/{status_id}"


def _text(status: Status) -> str:
    """The content warning belongs to what a reader sees."""
    warning, content = status.get("spoiler_text"), status.get("content")
    parts = [part for part in (warning, content) if isinstance(part, str) and part]
    return "\n\n".join(filter(None, (from_html(part) for part in parts)))


def _dict(thing: Status, name: str) -> dict[str, Any]:
    found = thing.get(name)
    return found if isinstance(found, dict) else {}


def _number(thing: dict[str, Any], name: str) -> int | None:
    found = thing.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
