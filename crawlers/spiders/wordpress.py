"""WordPress: the comments of a site, newest first; what its team replied is the answer to what it stands under."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, string, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.families import comments
from crawlers.text import from_html
from platforms import signin
from platforms.wordpress import Options
from store.errors import Permanent, Transient

ROUTE = "/wp/v2/comments"


class Spider(base.Spider[Options]):
    rolling: ClassVar[bool] = False
    look_up_size = comments.LIMIT

    def first(self) -> list[Fetch]:
        return [self._list(1)]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        numbers = ",".join(name.rpartition("/")[2] for name in ids)
        return self._fetch({"include": numbers, "per_page": comments.LIMIT}, 1, "look")

    def parse(self, page: Page) -> Parsed:
        options, now = self.context.options, self.context.now
        found = comments.listed(page, "comments")
        threads = _threads(found)
        parsed = answers.read(self.context, found, lambda one: self._values(one, threads), "comment")
        told = comments.replies(found, options.team, comments.site(options.base_url), now)
        following = page.chain != "look" and comments.goes_on(page, found)
        return replace(
            parsed,
            next=(self._list(page.number + 1),) if following else (),
            answers=told,
            passed=len(found) - len(parsed.mentions),
        )

    def refusal(self, page: Page) -> Permanent | Transient | None:
        return comments.refusal(
            page,
            f"user, and the application password in {self.context.options.password_env}",
            "the user needs the right to moderate comments",
        )

    def ends(self, status: int, fetch: Fetch) -> bool:
        return fetch.number > 1 and status in (400, 404, 410)

    def _list(self, page: int) -> Fetch:
        words: dict[str, Any] = {
            "orderby": "date_gmt",
            "order": "desc",
            "per_page": comments.LIMIT,
            "page": page,
        }
        if since := self.context.options.since:
            words["after"] = f"{since.isoformat()}T00:00:00Z"
        return self._fetch(words, page, "")

    def _fetch(self, words: dict[str, Any], page: int, chain: str) -> Fetch:
        options, headers = self.context.options, {}
        if options.user:
            words = words | {"status": "all"}  # approved and held; without a sign-in only what is approved
            password = self.context.secret(options.password_env)
            headers = {"Authorization": signin.basic(options.user, password)}
        url = comments.address(options.base_url, ROUTE, words | {"_embed": "up"}, options.plain_links)
        return Fetch(url, page, chain, headers)

    def _values(self, comment: Entry, threads: Mapping[int, int]) -> Values | None:
        status, kind = string(comment, "status"), string(comment, "type")
        if status not in (None, *comments.SHOWN) or kind not in (None, "comment", "review"):
            return None
        if comments.ours(comment, self.context.options.team):
            return None
        named = comments.site(self.context.options.base_url)
        own, author = number(comment, "id"), number(comment, "author")
        return {
            "external_id": f"{named}/{own}" if own else None,
            "text": comments.text(comment),
            "author": string(comment, "author_name"),
            "author_id": f"{named}/user/{author}" if author else None,
            "published_at": comments.told(comment, self.context.now),
            "url": string(comment, "link"),
            "place": _post(comment),
            "thread": f"{named}/{threads.get(own or 0, own)}",
        }


def _threads(found: Sequence[Entry]) -> dict[int, int]:
    """The first known comment of each conversation, by number: up the parents as far as the page shows them."""
    above = {own: number(one, "parent") or 0 for one in found if (own := number(one, "id"))}
    threads: dict[int, int] = {}
    for own in above:
        top, climbed = own, 0
        while above.get(top) and climbed < len(above):
            top, climbed = above[top], climbed + 1
        threads[own] = top
    return threads


def _post(comment: Entry) -> str | None:
    """The title of what was commented on."""
    (post, *_) = tables(comment, "_embedded", "up") or [{}]
    return from_html(string(post, "title", "rendered") or "") or None
