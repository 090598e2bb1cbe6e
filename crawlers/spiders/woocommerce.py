"""WooCommerce: the reviews of a shop's products, newest first. The shop's replies are comments of WordPress."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, string, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.families import comments
from crawlers.ratings import stars
from crawlers.text import from_html
from platforms import signin
from platforms.woocommerce import Options
from store.errors import Permanent, Transient

ROUTE = "/wc/v3/products/reviews"


class Spider(base.Spider[Options]):
    rolling: ClassVar[bool] = False
    look_up_size = comments.LIMIT

    def first(self) -> list[Fetch]:
        return [self._list(1), *([self._replies()] if self.context.options.team else [])]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        numbers = ",".join(name.rpartition("/")[2] for name in ids)
        return self._fetch({"include": numbers, "per_page": comments.LIMIT}, 1, "look")

    def parse(self, page: Page) -> Parsed:
        options, now = self.context.options, self.context.now
        if page.chain == "replies":
            found = comments.listed(page, "comments")
            return Parsed(answers=comments.replies(found, options.team, comments.site(options.base_url), now))
        found = comments.listed(page, "reviews")
        parsed = answers.read(self.context, found, self._values, "review")
        following = page.chain != "look" and comments.goes_on(page, found)
        return replace(
            parsed,
            next=(self._list(page.number + 1),) if following else (),
            passed=len(found) - len(parsed.mentions),
        )

    def refusal(self, page: Page) -> Permanent | Transient | None:
        options = self.context.options
        return comments.refusal(
            page,
            f"the consumer key in {options.key_env} and its secret in {options.secret_env}",
            "the consumer key needs the right to read",
        )

    def ends(self, status: int, fetch: Fetch) -> bool:
        return fetch.number > 1 and status in (400, 404, 410)

    def _list(self, page: int) -> Fetch:
        words = {"orderby": "date_gmt", "order": "desc", "per_page": comments.LIMIT, "page": page}
        return self._fetch(words, page, "reviews")

    def _replies(self) -> Fetch:
        """The newest comments that stand under others; WooCommerce's own interface shows reviews alone."""
        options = self.context.options
        words = {
            "orderby": "date_gmt",
            "order": "desc",
            "per_page": comments.LIMIT,
            "parent_exclude": 0,
        }
        return Fetch(
            comments.address(options.base_url, "/wp/v2/comments", words, options.plain_links), 1, "replies"
        )

    def _fetch(self, words: dict[str, Any], page: int, chain: str) -> Fetch:
        options, secret = self.context.options, self.context.secret
        words = words | {"status": options.status}
        url = comments.address(options.base_url, ROUTE, words, options.plain_links)
        basic = signin.basic(secret(options.key_env), secret(options.secret_env))
        return Fetch(url, page, chain, {"Authorization": basic})

    def _values(self, review: Entry) -> Values | None:
        if string(review, "status") not in (None, *comments.SHOWN):
            return None
        if comments.ours(_as_comment(review), self.context.options.team):
            return None
        named, own = comments.site(self.context.options.base_url), number(review, "id")
        return {
            "external_id": f"{named}/{own}" if own else None,
            "text": from_html(string(review, "review") or ""),
            "author": string(review, "reviewer"),
            "stars": stars(review.get("rating")),
            "published_at": parse_date(review.get("date_created_gmt"), self.context.now),
            "url": self._link(review, own),
            "place": _product(review),
        }

    def _link(self, review: Entry, own: int | None) -> str | None:
        """On the product's page, where the shop tells it; older shops tell its number only."""
        page, product = string(review, "product_permalink"), number(review, "product_id")
        if not page and product:
            page = f"{self.context.options.base_url.rstrip('/')}/?post_type=product&p={product}"
        return f"{page.partition('#')[0]}#comment-{own}" if page else None


def _as_comment(review: Entry) -> Entry:
    """Who wrote it, as WordPress tells it. What the team replies on the product's page itself counts as a review too;
    only a link tells that somebody was signed in."""
    (who, *_) = tables(review, "_links", "reviewer") or [{}]
    user = (string(who, "href") or "").rpartition("/users/")[2]
    return {"author": user, "author_name": string(review, "reviewer")}


def _product(review: Entry) -> str | None:
    """Its name, or its number where the shop tells no more."""
    if name := from_html(string(review, "product_name") or ""):
        return name
    return f"#{product}" if (product := number(review, "product_id")) else None
