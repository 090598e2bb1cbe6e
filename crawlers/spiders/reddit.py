"""Reddit: posts found by words, the newest comments of named communities, and both again by their ids."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, own_names, string, table, tables
from crawlers.base import Answer, Fetch, Page, Parsed
from crawlers.text import tidy
from platforms import signin
from platforms.reddit import Options
from platforms.signin import TokenRequest
from store.errors import Permanent

LIMIT = 100  # the most that Reddit gives at once
ANSWERS = "answers "  # how the chains of the brand's accounts begin
REMOVED = ("[deleted]", "[removed]")


class Spider(base.Spider[Options]):
    look_up_size = LIMIT

    def sign_in(self) -> TokenRequest:
        options, secret = self.context.options, self.context.secret
        return signin.for_client(
            options.token_url, secret(options.client_id_env), secret(options.client_secret_env)
        )

    def first(self) -> list[Fetch]:
        return [
            self._list("search"),
            *(self._list("comments", name) for name in self.context.options.subreddits),
            *(self._by(name) for name in self.context.options.accounts),
        ]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        return self._fetch(f"/api/info?{urlencode({'id': ','.join(ids), 'raw_json': 1})}", 1, "info")

    def parse(self, page: Page) -> Parsed:
        listing = table(answers.whole(page, "listing"), "data")
        if "children" not in listing:
            raise Permanent("no listing", f"{page.host} answered without posts: check base_url and query")
        things = [table(child, "data") for child in tables(listing, "children")]
        replies = self._replies(things)
        if page.chain.startswith(ANSWERS):
            return Parsed(answers=replies)
        parsed = replace(answers.read(self.context, things, self._values, "post"), answers=replies)
        if page.chain == "info":
            removed = [string(thing, "name") for thing in things if _is_removed(thing)]
            return replace(parsed, lost=frozenset(name for name in removed if name))
        return replace(parsed, next=self._next(page, string(listing, "after")))

    def absent(self, page: Page) -> bool:
        """An account that is suspended, or renamed, is no fault of the search."""
        return page.chain.startswith(ANSWERS) and page.status in (403, 404)

    def _by(self, account: str) -> Fetch:
        """The newest comments of an account of the brand, wherever they stand."""
        words = urlencode({"limit": LIMIT, "raw_json": 1, "sort": "new"})
        return self._fetch(f"/user/{quote(account, safe='')}/comments?{words}", 1, f"{ANSWERS}{account}")

    def _ours(self, thing: Entry) -> bool:
        names = own_names(self.context, self.context.options.accounts)
        return (string(thing, "author") or "").casefold() in names

    def _replies(self, things: Sequence[Entry]) -> dict[str, Answer]:
        """What the brand has answered, by the post or comment above it."""
        return answers.newest(
            (
                string(thing, "parent_id"),
                Answer(tidy(string(thing, "body") or ""), _moment(thing, "created_utc")),
            )
            for thing in things
            if self._ours(thing) and not _is_removed(thing)
        )

    def _list(self, kind: str, subreddit: str = "", number: int = 1, after: str | None = None) -> Fetch:
        words: dict[str, Any] = {"limit": LIMIT, "raw_json": 1}
        if kind == "search":
            words |= {"q": self.context.options.query, "sort": "new", "type": "link"}
        if after:
            words["after"] = after
        within = f"/r/{quote(subreddit, safe='')}" if subreddit else ""
        return self._fetch(f"{within}/{kind}?{urlencode(words)}", number, f"{kind} {subreddit}".strip())

    def _fetch(self, path: str, number: int, chain: str) -> Fetch:
        url = self.context.options.base_url.rstrip("/") + path
        return Fetch(url, number, chain, headers={"Authorization": f"Bearer {self.token}"})

    def _next(self, page: Page, after: str | None) -> tuple[Fetch, ...]:
        kind, _, subreddit = page.chain.partition(" ")
        if not after or kind not in ("search", "comments"):
            return ()
        return (self._list(kind, subreddit, page.number + 1, after),)

    def _values(self, thing: Entry) -> Values | None:
        """A post has title and text, a comment its text; what was removed is no mention any more."""
        name, author = string(thing, "name") or "", string(thing, "author")
        comment = name.startswith("t1_")
        text = string(thing, "body" if comment else "selftext") or ""
        if self._ours(thing) or _is_removed(thing):
            return None
        return {
            "external_id": name,
            "title": None if comment else string(thing, "title"),
            "text": tidy(text),
            "author": author,
            "author_id": string(thing, "author_fullname") or author,
            "published_at": _moment(thing, "created_utc"),
            "edited_at": _moment(thing, "edited"),
            "url": _link(thing),
            "place": f"r/{community}" if (community := string(thing, "subreddit")) else None,
            "thread": string(thing, "link_id") if comment else name,
            "likes": number(thing, "ups"),
            "replies": number(thing, "num_comments"),
        }


def _is_removed(thing: Entry) -> bool:
    words = "body" if (string(thing, "name") or "").startswith("t1_") else "selftext"
    return string(thing, "author") in REMOVED or string(thing, words) in REMOVED


def _moment(thing: Entry, name: str) -> datetime | None:
    """Seconds since 1970; `edited` is false where nothing was."""
    seconds = thing.get(name)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e11:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _link(thing: Entry) -> str | None:
    """Where the post or comment stands; older answers give no permalink for comments."""
    if (permalink := string(thing, "permalink")) and permalink.startswith("/"):
        return f"https://www.reddit.com{permalink}"
    link, name = string(thing, "link_url"), string(thing, "id")
    return f"{link.rstrip('/')}/{name}/" if link and name else None
