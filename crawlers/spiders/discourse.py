"""Discourse: the newest posts of a whole forum, or posts found by words, each of which is then read in full."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import lxml.html

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.base import Answer, Fetch, Lead, Page, Parsed
from crawlers.dates import parse_date
from crawlers.text import element_text, plain
from platforms.discourse import Options
from store.errors import Permanent, Transient

REGULAR = 1  # the type of what people write; the others are notes of moderation and of the forum itself
LIKE = 2  # the action that is a like


class Spider(base.Spider[Options]):
    look_up_size = 1

    def first(self) -> list[Fetch]:
        if self.context.options.query:
            return [self._search(1)]
        return [self._fetch("/posts.json", {}, 1, "posts")]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        return self._one(ids[0].rpartition("/")[2])

    def parse(self, page: Page) -> Parsed:
        whole = table(answers.whole(page, "posts"))
        kind, _, wanted = page.chain.partition(" ")
        if kind == "search":
            return self._found(page, whole)
        if not isinstance(whole.get("latest_posts"), list):
            raise Permanent("no posts", f"{page.host} answered without posts: check base_url")
        posts = tables(whole, "latest_posts")
        replies = self._replies(posts)
        if kind == "post":
            shown = [post for post in posts if string(post, "id") == wanted]
            return replace(answers.read(self.context, shown, self._values, "post"), answers=replies)
        parsed = answers.read(self.context, posts, self._values, "post")
        oldest = min((at for post in posts if (at := number(post, "id"))), default=None)
        following = () if oldest is None else (self._before(oldest, page.number + 1, "posts"),)
        return replace(parsed, next=following, answers=replies)

    def refusal(self, page: Page) -> Permanent | Transient | None:
        """A limit is told in the body as well, and a forum that only members may read."""
        try:
            told = table(answers.whole(page, "error"))
        except Permanent:
            return None
        kind = string(told, "error_type")
        if kind == "rate_limit":
            return Transient(f"{page.host}: too many requests", number(told, "extras", "wait_seconds"))
        if kind in ("not_logged_in", "invalid_access"):
            mend = f"set `api_username`, and a key in {self.context.options.api_key_env}"
            return Permanent("not signed in", f"{page.host} shows this to members only: {mend}")
        return None

    def _search(self, number: int) -> Fetch:
        options = self.context.options
        since = self.context.now - options.history
        words = {"q": f"{options.query} after:{since:%Y-%m-%d} order:latest", "page": number}
        return self._fetch("/search.json", words, number, "search")

    def _one(self, name: str) -> Fetch:
        """One post, as lists show it: by itself it would come without the title of its topic."""
        after = int(name) + 1 if name.isascii() and name.isdecimal() and len(name) < 16 else 1
        return self._before(after, 1, f"post {name}")

    def _before(self, post: int, number: int, chain: str) -> Fetch:
        return self._fetch("/posts.json", {"before": post}, number, chain)

    def _fetch(self, path: str, words: Mapping[str, Any], number: int, chain: str) -> Fetch:
        options = self.context.options
        headers = {}
        if options.api_username:
            headers = {
                "Api-Key": self.context.secret(options.api_key_env),
                "Api-Username": options.api_username,
            }
        asked = f"?{urlencode(words)}" if words else ""
        return Fetch(f"{options.base_url.rstrip('/')}{path}{asked}", number, chain, headers)

    def _found(self, page: Page, whole: Entry) -> Parsed:
        """A search shows only the beginning of each post: those that are not known yet are read one by one."""
        if not isinstance(whole.get("grouped_search_result"), dict):
            raise Permanent("no results", f"{page.host} answered without results: check base_url")
        leads = []
        for post in tables(whole, "posts"):
            name = string(post, "id")
            if name and name.isdecimal() and not self._ours(post):
                at = parse_date(post.get("created_at"), self.context.now)
                leads.append(Lead(self._name(name), self._one(name), at))
        more = leads and whole["grouped_search_result"].get("more_full_page_results")
        return Parsed(leads=tuple(leads), next=(self._search(page.number + 1),) if more else ())

    def _name(self, post: str) -> str:
        """Ids are unique within a forum only."""
        parts = urlsplit(self.context.options.base_url)
        return f"{parts.hostname}{parts.path.rstrip('/')}/{post}"

    def _ours(self, post: Entry) -> bool:
        options = self.context.options
        accounts = {account.lstrip("@").casefold() for account in options.accounts}
        staff = options.own and any(post.get(flag) is True for flag in ("staff", "admin", "moderator"))
        return staff or (string(post, "username") or "").casefold() in accounts

    def _replies(self, posts: Sequence[Entry]) -> dict[str, Answer]:
        """What the brand has answered. Who replies to no post in particular answers the topic's first."""
        by_place = {
            (string(post, "topic_id"), string(post, "post_number")): string(post, "id") for post in posts
        }
        found = []
        for post in filter(self._ours, posts):
            place = (string(post, "topic_id"), string(post, "reply_to_post_number") or "1")
            above = by_place.get(place)
            if above and above != string(post, "id"):
                found.append((self._name(above), Answer(_text(post), self._written_at(post, "created_at"))))
        return answers.newest(found)

    def _values(self, post: Entry) -> Values | None:
        name, topic = string(post, "id"), string(post, "topic_id")
        gone = post.get("hidden") is True or post.get("user_deleted") is True or post.get("deleted_at")
        if gone or post.get("post_type", REGULAR) != REGULAR or self._ours(post):
            return None
        first = number(post, "post_number") == 1
        title = string(post, "topic_title") if first else None
        written, edited = self._written_at(post, "created_at"), self._written_at(post, "updated_at")
        versions = number(post, "version") or 1
        return {
            "external_id": self._name(name) if name else None,
            "title": plain(title) if title else None,
            "text": _text(post),
            "author": string(post, "name") or string(post, "username"),
            "author_id": self._name(f"u/{username}") if (username := string(post, "username")) else None,
            "published_at": written,
            "edited_at": edited if versions > 1 else None,
            "url": self._link(post, topic),
            "thread": self._name(f"t/{topic}") if topic else None,
            "likes": _likes(post),
            "replies": number(post, "reply_count"),
            "views": number(post, "reads"),
        }

    def _written_at(self, post: Entry, name: str) -> datetime | None:
        return parse_date(post.get(name), self.context.now)

    def _link(self, post: Entry, topic: str | None) -> str | None:
        place = string(post, "post_number")
        if not topic or not place:
            return None
        slug = quote(string(post, "topic_slug") or "-", safe="")
        return f"{self.context.options.base_url.rstrip('/')}/t/{slug}/{quote(topic, safe='')}/{quote(place, safe='')}"


def _likes(post: Entry) -> int | None:
    """Where actions are told and a like is not among them, there is none."""
    if not isinstance(post.get("actions_summary"), list):
        return number(post, "like_count")
    return next((number(one, "count") for one in _actions(post) if one.get("id") == LIKE), 0)


def _actions(post: Entry) -> Iterable[Entry]:
    return tables(post, "actions_summary")


def _text(post: Entry) -> str:
    """What its author wrote: without the posts of others that are quoted in it."""
    cooked = string(post, "cooked") or ""
    try:
        root = lxml.html.fragment_fromstring(cooked, create_parent="div")
    except (ValueError, AssertionError, lxml.etree.LxmlError):  # what libxml2 refuses as a whole
        return plain(cooked)
    for quoted in root.xpath(".//aside[contains(concat(' ', @class, ' '), ' quote ')]"):
        quoted.drop_tree()
    return element_text(root)
