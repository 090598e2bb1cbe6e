"""Bluesky: posts found by words, the newest first, and again by their addresses; what the brand has answered."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.base import Answer, Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.reviews import language
from crawlers.text import tidy
from platforms import signin
from platforms.bluesky import Options
from platforms.signin import TokenRequest
from store.errors import Permanent, Transient

LIMIT = 100  # the most that a search gives at once
KIND = "app.bsky.feed.post"
HIDDEN = {"!takedown", "!suspend", "!hide"}  # what moderation has taken out of sight
_PLAIN = re.compile(r"[A-Za-z0-9._:~-]{1,500}")  # what handles, DIDs and record keys are made of
_JSON = (("Content-Type", "application/json"), ("Accept", "application/json"))


class Spider(base.Spider[Options]):
    look_up_size = 25

    def sign_in(self) -> TokenRequest | None:
        options = self.context.options
        if options.identifier is None:
            return None
        told = {
            "identifier": options.identifier.lstrip("@"),
            "password": self.context.secret(options.password_env),
        }
        return TokenRequest(self._url("com.atproto.server.createSession"), json.dumps(told).encode(), _JSON)

    def signed_in(self, answer: bytes) -> str:
        return signin.token_of(answer, "accessJwt")

    def first(self) -> list[Fetch]:
        return [self._search(1), *(self._feed(account) for account in self.context.options.accounts)]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        return self._fetch("app.bsky.feed.getPosts", [("uris", uri) for uri in ids], 1, "posts")

    def parse(self, page: Page) -> Parsed:
        whole = table(answers.whole(page, "posts"))
        if page.chain.startswith("answers "):
            return Parsed(answers=self._replies([table(shown, "post") for shown in tables(whole, "feed")]))
        if not isinstance(whole.get("posts"), list):
            raise Permanent("no posts", f"{page.host} answered without posts: check base_url")
        posts = tables(whole, "posts")
        parsed = answers.read(self.context, posts, self._values, "post")
        cursor = string(whole, "cursor") if page.chain == "search" and posts else None
        following = (self._search(page.number + 1, cursor),) if cursor else ()
        return replace(parsed, next=following, answers=self._replies(posts))

    def refusal(self, page: Page) -> Permanent | Transient | None:
        """Bluesky names its errors; a search without sign-in is refused by most servers."""
        try:
            named = string(answers.whole(page, "error"), "error")
        except Permanent:
            named = None
        if named == "ExpiredToken":
            return Transient("the session ended during the read")
        if named == "BadQueryString":
            return Permanent("bad query", "Bluesky does not understand `query`")
        if page.status in (401, 403) and not self.token:
            wanted = f"set `identifier`, and an app password in {self.context.options.password_env}"
            return Permanent("not signed in", f"{page.host} lets only accounts search: {wanted}")
        return None

    def ends(self, status: int, fetch: Fetch) -> bool:
        """Without sign-in some servers show the first page only."""
        return super().ends(status, fetch) or (
            fetch.number > 1 and status in (401, 403) and not self.context.options.identifier
        )

    def _search(self, number: int, cursor: str | None = None) -> Fetch:
        since = self.context.now - self.context.options.history
        words = [
            ("q", self.context.options.query),
            ("sort", "latest"),
            ("since", f"{since:%Y-%m-%dT%H:%M:%SZ}"),
            ("limit", str(LIMIT)),
        ]
        if cursor:
            words.append(("cursor", cursor))
        return self._fetch("app.bsky.feed.searchPosts", words, number, "search")

    def _feed(self, account: str) -> Fetch:
        """The newest posts of an account of the brand, in which its replies are."""
        words = [("actor", account.lstrip("@")), ("filter", "posts_with_replies"), ("limit", str(LIMIT))]
        return self._fetch("app.bsky.feed.getAuthorFeed", words, 1, f"answers {account}")

    def _fetch(self, method: str, words: list[tuple[str, str]], number: int, chain: str) -> Fetch:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return Fetch(f"{self._url(method)}?{urlencode(words)}", number, chain, headers)

    def _url(self, method: str) -> str:
        return f"{self.context.options.base_url.rstrip('/')}/xrpc/{method}"

    def _ours(self, post: Entry) -> bool:
        own = answers.own_names(self.context, self.context.options.accounts)
        return any((string(post, "author", name) or "").casefold() in own for name in ("did", "handle"))

    def _replies(self, posts: Iterable[Entry]) -> dict[str, Answer]:
        """What the brand has answered, by the address of the post that it answers."""
        return answers.newest(
            (
                string(post, "record", "reply", "parent", "uri"),
                Answer(_text(table(post, "record")), self._written_at(post)),
            )
            for post in posts
            if self._ours(post)
        )

    def _values(self, post: Entry) -> Values | None:
        uri, author, record = string(post, "uri"), table(post, "author"), table(post, "record")
        if self._ours(post) or self._kept_out(post, author):
            return None
        langs = record.get("langs")
        return {
            "external_id": uri,
            "title": string(record, "embed", "external", "title"),
            "text": _text(record),
            "author": string(author, "displayName") or string(author, "handle"),
            "author_id": string(author, "did") or string(author, "handle"),
            "lang": language(langs[0]) if isinstance(langs, list) and len(langs) == 1 else None,
            "published_at": self._written_at(post),
            "url": _link(uri, author),
            "thread": string(record, "reply", "root", "uri") or uri,
            "likes": number(post, "likeCount"),
            "shares": _sum(number(post, "repostCount"), number(post, "quoteCount")),
            "replies": number(post, "replyCount"),
        }

    def _kept_out(self, post: Entry, author: Entry) -> bool:
        """What moderation hides is no mention any more; who asks not to be shown outside is read only signed in."""
        told = {
            string(label, "val")
            for label in tables(post, "labels") + tables(author, "labels")
            if label.get("neg") is not True
        }
        return bool(told & HIDDEN) or (not self.token and "!no-unauthenticated" in told)

    def _written_at(self, post: Entry) -> datetime | None:
        """What the author's app says, which may run ahead; never later than the server saw it."""
        told = [table(post, "record").get("createdAt"), post.get("indexedAt")]
        moments = [moment for at in told if (moment := parse_date(at, self.context.now))]
        return min(moments, default=None)


def _text(record: Entry) -> str:
    """The words, with links that the app has cut short in their full length. Facets count in bytes of UTF-8."""
    text = (string(record, "text") or "").encode("utf-8", "replace")
    for facet in sorted(tables(record, "facets"), key=_start, reverse=True):
        uris = [uri for feature in tables(facet, "features") if (uri := string(feature, "uri"))]
        start, end = _start(facet), number(facet, "index", "byteEnd") or 0
        shown = text[start:end].decode("utf-8", "replace")
        if uris and 0 <= start < end <= len(text) and _is_cut(shown, uris[0]):
            text = text[:start] + uris[0].encode("utf-8", "replace") + text[end:]
    return tidy(text.decode("utf-8", "replace"))


def _start(facet: Entry) -> int:
    return number(facet, "index", "byteStart") or 0


def _is_cut(shown: str, uri: str) -> bool:
    """Whether the text shows the beginning of the address, as apps shorten it."""
    begun = shown.removesuffix("…").removesuffix("...")
    return bool(begun) and uri.removeprefix("https://").removeprefix("http://").startswith(begun)


def _link(uri: str | None, author: Entry) -> str | None:
    """Where people read it. A handle that is not valid any more is told as such: then the DID stands there."""
    place, _, rkey = (uri or "").removeprefix("at://").partition(f"/{KIND}/")
    handle = string(author, "handle")
    named = handle if handle and handle != "handle.invalid" and _PLAIN.fullmatch(handle) else place
    told = _PLAIN.fullmatch(named) and _PLAIN.fullmatch(rkey)
    return f"https://bsky.app/profile/{named}/post/{rkey}" if told else None


def _sum(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
