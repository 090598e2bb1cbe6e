"""TripAdvisor's Content API: the newest five reviews of each location in each language."""

from urllib.parse import quote, urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.ratings import stars
from crawlers.reviews import language
from crawlers.text import tidy
from platforms.tripadvisor import Options
from store.errors import Permanent


class Spider(base.Spider[Options]):
    def first(self) -> list[Fetch]:
        options = self.context.options
        return [self._reviews(place, one) for place in options.locations for one in options.languages]

    def parse(self, page: Page) -> Parsed:
        whole = answers.whole(page, "reviews")
        if not isinstance(table(whole).get("data"), list):
            raise Permanent("no reviews", f"{page.host} answered without reviews: check locations")
        place = self.context.options.locations.get(page.chain.partition(" ")[0])
        return answers.read(
            self.context, tables(whole, "data"), lambda one: self._values(one, place), "review"
        )

    def _reviews(self, location: str, tongue: str) -> Fetch:
        options = self.context.options
        words = {"language": tongue, "key": self.context.secret(options.key_env)}
        url = f"{options.base_url.rstrip('/')}/location/{quote(location, safe='')}/reviews"
        return Fetch(
            f"{url}?{urlencode(words)}",
            chain=f"{location} {tongue}",
            headers={"Accept": "application/json"},
        )

    def _values(self, review: Entry, place: str | None) -> Values:
        reply, now = table(review, "owner_response"), self.context.now
        return {
            "external_id": string(review, "id"),
            "title": string(review, "title"),
            "text": tidy(string(review, "text") or ""),
            "author": string(review, "user", "username"),
            "stars": stars(review.get("rating")),
            "lang": language(review.get("lang")),
            "published_at": parse_date(review.get("published_date"), now),
            "url": string(review, "url"),
            "place": place or string(review, "location_id"),
            "likes": number(review, "helpful_votes"),
            "answer": tidy(string(reply, "text") or "") or None,
            "answered_at": parse_date(reply.get("published_date"), now),
        }
