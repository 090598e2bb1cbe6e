"""Yelp's Places API: at most three excerpts of each business, in Yelp's own order."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from crawlers import answers, base
from crawlers.answers import Entry, Values, string, table, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.ratings import stars
from crawlers.reviews import language
from crawlers.text import tidy
from platforms.yelp import Options
from store.errors import Permanent, Transient

LIMIT = 3
OMITTED = "[…]"  # what stands where Yelp cut the words
_PACIFIC = ZoneInfo("America/Los_Angeles")  # the zone that Yelp's times are in


class Spider(base.Spider[Options]):
    tells_gone: ClassVar[bool] = False

    def first(self) -> list[Fetch]:
        return [self._reviews(business) for business in self.context.options.businesses]

    def parse(self, page: Page) -> Parsed:
        whole = answers.whole(page, "reviews")
        if not isinstance(table(whole).get("reviews"), list):
            raise Permanent("no reviews", f"{page.host} answered without reviews: check businesses")
        told = whole.get("possible_languages")
        tongue = language(told[0]) if isinstance(told, list) and len(told) == 1 else None
        place = self.context.options.businesses.get(page.chain)
        found = tables(whole, "reviews")
        return answers.read(self.context, found, lambda one: self._values(one, place, tongue), "review")

    def refusal(self, page: Page) -> Permanent | Transient | None:
        try:
            code = string(answers.whole(page, "answer"), "error", "code") or ""
        except Permanent:
            return None
        if code == "ACCESS_LIMIT_REACHED":
            return Transient("Yelp: the calls of this day are used up")
        if code.startswith("TOKEN_"):
            return Permanent("the sign-in was refused", f"check the key in {self.context.options.key_env}")
        if code == "BUSINESS_NOT_FOUND":
            return Permanent("no such business", f"check businesses: {page.chain[:100]}")
        return None

    def _reviews(self, business: str) -> Fetch:
        options = self.context.options
        words: dict[str, Any] = {"limit": LIMIT, "sort_by": "yelp_sort"}
        if options.locale:
            words["locale"] = options.locale
        url = f"{options.base_url.rstrip('/')}/v3/businesses/{quote(business, safe='')}/reviews"
        headers = {"Authorization": f"Bearer {self.context.secret(options.key_env)}"}
        return Fetch(f"{url}?{urlencode(words)}", chain=business, headers=headers)

    def _values(self, review: Entry, place: str | None, tongue: str | None) -> Values:
        return {
            "external_id": string(review, "id"),
            "text": _excerpt(string(review, "text") or ""),
            "author": string(review, "user", "name"),
            "author_id": string(review, "user", "id"),
            "stars": stars(review.get("rating")),
            "lang": tongue,
            "published_at": _moment(review, self.context.now),
            "url": string(review, "url"),
            "place": place,
        }


def _excerpt(text: str) -> str:
    """Marked as one where Yelp cut it, so that nobody takes it for all that was written."""
    text = tidy(text)
    bare = text.removesuffix("…").removesuffix("...")
    return text if bare == text else f"{bare.rstrip()} {OMITTED}"


def _moment(review: Entry, now: datetime) -> datetime | None:
    """`2026-05-15 08:23:08`, on the clock of California."""
    at = parse_date(review.get("time_created"), now)
    return at.replace(tzinfo=_PACIFIC).astimezone(UTC) if at else None
