"""X: posts of the last seven days that a search finds, asked for from where the last crawl ended, since each one costs.

Ids hold the moment at which they were given: milliseconds since November 2010 in the upper bits.
"""

import html
import json
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, own_names, string, table, tables
from crawlers.base import Answer, Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.reviews import language
from crawlers.text import tidy
from platforms.x import PAGE, Options
from store.errors import Permanent, Transient

LONGEST_AGO = timedelta(
    days=6, hours=23
)  # what lies before that is not searched, and asking for it is an error
_EPOCH = 1_288_834_974_657  # milliseconds since 1970 from which ids count
_LOW = 22  # bits of an id that tell no time
_TOO_OLD = 1 << 41  # ids before time was in them
_FIELDS = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,in_reply_to_user_id,lang,note_tweet,"
    "public_metrics,referenced_tweets",
    "expansions": "author_id,edit_history_tweet_ids",
    "user.fields": "name,public_metrics,username",
}
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
_NO_LANGUAGE = {"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"}  # X's codes for no words, links, tags
_GONE = (
    "/resource-not-found",
    "/not-authorized-for-resource",
)  # the latter: its author shows it to nobody now
SEARCH, REST = "search", "rest"  # chains; what is kept of the rest is SINCE-UNTIL, two ids
_WHEN_CAPPED = 6 * 3600.0  # seconds before asking whether there are posts in the plan again


class Spider(base.Spider[Options]):
    tells_gone = False
    only_news = True
    goes_on = True
    look_up_size = PAGE
    failed_cost = 0  # posts are what costs

    def first(self) -> list[Fetch]:
        return [self._search()]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        return self._fetch("/2/tweets", {"ids": ",".join(ids)}, chain="look-up", cost=len(ids))

    def looks_up(self, external_id: str) -> bool:
        return external_id.isascii() and external_id.isdigit() and len(external_id) <= 19

    def parse(self, page: Page) -> Parsed:
        found = answers.whole(page, "answer of X")
        if not isinstance(found, dict) or not found.keys() & {"data", "meta", "errors"}:
            raise Permanent("no answer of X", f"{page.host} answered without posts: check base_url")
        shown = tables(found, "data")
        posts = _newest_versions(
            [*shown, *tables(found, "includes", "tweets")], {_first(one) for one in shown}
        )
        people = {string(user, "id"): user for user in tables(found, "includes", "users")}
        known = self.context.kept.get("own_id", "")
        ours = {name for name, user in people.items() if name and self._ours(user)} | (
            {known} if known else set()
        )
        parsed = answers.read(
            self.context,
            [post for post in posts if string(post, "author_id") not in ours],
            lambda post: self._values(post, people.get(string(post, "author_id"), {}), ours),
            "post",
        )
        parsed = replace(
            parsed,
            answers=self._answers([post for post in posts if string(post, "author_id") in ours]),
            cost=len(shown),
        )
        if page.chain == "look-up":
            lost, unsaid = _told_of(tables(found, "errors"))
            return replace(parsed, lost=lost, unsaid=unsaid)
        cut = self._cut(page, shown, string(found, "meta", "next_token"))
        return replace(
            parsed,
            next=cut.next,
            lists=cut.lists,
            kept={**self._kept(page, shown, ours), **(cut.kept or {})} or None,
        )

    def refusal(self, page: Page) -> Permanent | Transient | None:
        """RFC 7807: the problem's type says what it is. A 429 without one waits for the headers' reset."""
        try:
            problem = table({"it": json.loads(page.body.decode("utf-8", "replace"))}, "it")
        except (ValueError, RecursionError):
            return None
        kind = (string(problem, "type") or "").rpartition("/")[2]
        token = self.context.options.token_env
        if kind == "usage-capped":
            period = (string(problem, "period") or "").lower()
            return Transient(
                f"the posts of the plan are used up ({period or 'no period told'})", _WHEN_CAPPED
            )
        if page.status == 401:
            return Permanent(
                "not signed in", f"X does not take the bearer token in {token}: put a valid one there"
            )
        if page.status == 402:
            return Permanent("no credits", "X reads no more until the account of the app has credits again")
        if page.status == 403:
            why = " ".join(filter(None, (string(problem, "title"), string(problem, "reason"))))[:100]
            return Permanent(
                "not allowed", f"X refuses the app ({why or kind or 'no reason told'}): check its project"
            )
        if page.status == 400:
            told = [string(one, "message") for one in tables(problem, "errors")]
            why = (next(filter(None, told), None) or string(problem, "detail") or kind)[:200]
            return Permanent("a request that X does not take", f"{why}: check `query`")
        return None

    def _search(self, number: int = 1, token: str | None = None, rest: bool = False) -> Fetch:
        """What is new; or the `rest` that earlier reads had no pages or posts of the day left for."""
        most = self.context.options.requests_per_day or 2 * PAGE
        size = PAGE // 2 if rest and most < 2 * PAGE else PAGE  # else a small day has never room for both
        words: dict[str, Any] = {"query": self._query(), "max_results": size, "sort_order": "recency"}
        since, until = (self._rest() or ("", "")) if rest else (self._since(), "")
        words |= {"since_id": since} if since else {}
        words |= {"until_id": until} if until else {}
        words |= {"next_token": token} if token else {}
        return self._fetch("/2/tweets/search/recent", words, number, REST if rest else SEARCH, size)

    def _fetch(
        self, path: str, words: dict[str, Any], number: int = 1, chain: str = "", cost: int = 1
    ) -> Fetch:
        """`cost` in posts: until the answer shows how many it holds, as many as it may hold."""
        options = self.context.options
        token = self.context.secret(options.token_env)
        url = f"{options.base_url.rstrip('/')}{path}?{urlencode(words | _FIELDS)}"
        return Fetch(url, number, chain, {"Authorization": f"Bearer {token}"}, cost=cost)

    def _query(self) -> str:
        """The words, with the brand's own replies beside them; each post once, not each time it is passed on."""
        words, account = self.context.options.query, (self.context.options.account or "").lstrip("@")
        if account:
            words = f"(({words}) OR (from:{account} is:reply))"
        elif "is:retweet" not in words:
            words = f"({words})"
        return words if "is:retweet" in words else f"{words} -is:retweet"

    def _since(self) -> str:
        """The id after which posts are asked for: the overlap before the newest that is known. Empty: all of them."""
        at = _moment(self.context.kept.get("newest_id", ""))
        if at is None:
            return ""
        start = at - self.context.options.overlap
        return str(_id_at(start)) if self._is_searched(start) else ""

    def _rest(self) -> tuple[str, str] | None:
        """Between which ids earlier reads left something out; the first is empty where they had no beginning."""
        since, _, until = self.context.kept.get(REST, "").partition("-")
        end, start = _moment(until), _moment(since)
        if end is None or not self._is_searched(end):
            return None
        return (since if start and self._is_searched(start) else "", until)

    def _cut(self, page: Page, shown: Sequence[Entry], token: str | None) -> Parsed:
        """What follows a page, and what is left out if it is the last that is read.

        Where the new posts end too early already, an older rest goes into one with theirs. Once they reach what was
        known (pages behind that carry True), that rest is read beside what is looked at again for late posts.
        """
        rest, known = self._rest(), self.context.kept.get("newest_id", "")
        ids = [int(name) for post in shown if (name := string(post, "id")) and _moment(name)]
        new = page.chain == SEARCH
        reached = new and (
            page.carried is True or not token or bool(_moment(known) and ids and min(ids) <= int(known))
        )
        following = (
            (replace(self._search(page.number + 1, token, not new), carried=reached),) if token else ()
        )
        if reached and page.carried is not True:
            lists = (self._search(rest=True),) if rest else ()
            told = rest or page.number > 1 or self.context.kept.get(REST)  # else nothing has to be taken back
            return Parsed(next=following, lists=lists, kept={REST: "-".join(rest or ())} if told else {})
        if reached or (token and not ids):
            return Parsed(next=following, kept={})
        since = rest[0] if rest else self._since()
        return Parsed(next=following, kept={REST: f"{since}-{min(ids)}" if token else ""})

    def _is_searched(self, at: datetime) -> bool:
        return at > self.context.now - LONGEST_AGO

    def _kept(self, page: Page, shown: Sequence[Entry], ours: AbstractSet[str]) -> dict[str, str]:
        """The newest id that was ever seen, which the first page holds; the brand's own number."""
        kept = {"own_id": min(ours)} if ours else {}
        if page.number > 1 or page.chain == REST:
            return kept
        known = [self.context.kept.get("newest_id", ""), *(string(post, "id") or "" for post in shown)]
        dated = [
            name for name in known if (at := _moment(name)) and at <= self.context.now + timedelta(hours=1)
        ]
        return kept | ({"newest_id": max(dated, key=int)} if dated else {})

    def _values(self, post: Entry, author: Entry, ours: AbstractSet[str]) -> Values:
        name, first = string(post, "id") or "", _first(post)
        counts, handle = table(post, "public_metrics"), string(author, "username") or ""
        page = handle if _HANDLE.fullmatch(handle) else "i"
        passed_on = [
            count for one in ("retweet_count", "quote_count") if (count := number(counts, one)) is not None
        ]
        told, code = parse_date(post.get("created_at"), self.context.now), language(post.get("lang"))
        edited = first != name
        return {
            "external_id": first,
            "text": _text(post),
            "author": string(author, "name") or handle or None,
            "author_id": string(post, "author_id"),
            "lang": None if code in _NO_LANGUAGE else code,
            "published_at": (self._made(first) if edited else told) or self._made(first) or told,
            "edited_at": (told or self._made(name)) if edited else None,
            "url": f"https://x.com/{page}/status/{name}" if name.isascii() and name.isdigit() else None,
            "thread": first if _opens(post, ours) else string(post, "conversation_id") or first,
            "likes": number(counts, "like_count"),
            "shares": sum(passed_on) if passed_on else None,
            "replies": number(counts, "reply_count"),
            "views": number(counts, "impression_count"),
            "followers": number(author, "public_metrics", "followers_count"),
        }

    def _answers(self, own: Sequence[Entry]) -> dict[str, Answer]:
        """The brand's replies by what they reply to; the newest of several."""
        found: dict[str, Answer] = {}
        for post in reversed(own):  # pages show the newest first
            for above in tables(post, "referenced_tweets"):
                if string(above, "type") == "replied_to" and (name := string(above, "id")):
                    found[name] = Answer(_text(post), parse_date(post.get("created_at"), self.context.now))
        return found

    def _ours(self, user: Entry) -> bool:
        names = own_names(self.context, filter(None, (self.context.options.account,)))
        return (string(user, "username") or "").casefold() in names

    def _made(self, name: str) -> datetime | None:
        at = _moment(name)
        return at if at and at <= self.context.now + timedelta(hours=1) else None


def _text(post: Entry) -> str:
    """All of a long post; X writes <, > and & as entities."""
    return tidy(html.unescape(string(post, "note_tweet", "text") or string(post, "text") or ""))


def _first(post: Entry) -> str:
    """The id under which a post was written first: each edit gives it a new one."""
    history = post.get("edit_history_tweet_ids")
    first = history[0] if isinstance(history, list) and history else None
    return first if isinstance(first, str) and first else string(post, "id") or ""


def _opens(post: Entry, ours: AbstractSet[str]) -> bool:
    """Whether it replies to a post of the brand that stands by itself: all such replies are one conversation to X, and
    as many matters as there are customers to us."""
    above = {
        string(one, "id") for one in tables(post, "referenced_tweets") if string(one, "type") == "replied_to"
    }
    return string(post, "in_reply_to_user_id") in ours and string(post, "conversation_id") in above


def _newest_versions(posts: Sequence[Entry], wanted: set[str]) -> list[Entry]:
    """Of each wanted post its last version, in the order of the page."""
    newest: dict[str, Entry] = {}
    for post in posts:
        name = _first(post)
        if name in wanted and _order(post) >= _order(newest.get(name, {})):
            newest[name] = post
    return list(newest.values())


def _order(post: Entry) -> int:
    name = string(post, "id") or ""
    return int(name) if name.isascii() and name.isdigit() and len(name) <= 19 else 0


def _moment(name: str) -> datetime | None:
    """When an id was given; None where it is none, or from before ids told the time."""
    if not (name.isascii() and name.isdigit() and len(name) <= 19) or int(name) < _TOO_OLD:
        return None
    return datetime.fromtimestamp(((int(name) >> _LOW) + _EPOCH) / 1000, UTC)


def _id_at(moment: datetime) -> int:
    """The lowest id that could be given at this moment."""
    return max(1, (int(moment.timestamp() * 1000) - _EPOCH) << _LOW)


def _told_of(problems: Sequence[Entry]) -> tuple[frozenset[str], frozenset[str]]:
    """Posts that are gone, and those that only could not be looked at this time."""
    lost: set[str] = set()
    unsaid: set[str] = set()
    for problem in problems:
        gone = (string(problem, "type") or "").endswith(_GONE)
        if name := string(problem, "resource_id") or string(problem, "value"):
            (lost if gone else unsaid).add(name)
    return frozenset(lost), frozenset(unsaid)
