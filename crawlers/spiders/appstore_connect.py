"""App Store Connect: all reviews of an app in all countries, newest first, each with the developer's response."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, string, table, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.ratings import stars
from crawlers.text import tidy
from platforms import signin
from platforms.appstore_connect import Options
from store.errors import Permanent, Transient

LIMIT = 200  # the most that Apple gives at once
AUDIENCE = "appstoreconnect-v1"


class Spider(base.Spider[Options]):
    look_up_size = 1  # Apple shows one review by its id

    def sign_in(self) -> None:
        """Nobody is asked: the run's token is one that we sign."""
        options = self.context.options
        self.token = signin.signed_es256(
            self.context.secret(options.key_env),
            options.key_id,
            {"iss": options.issuer_id, "aud": AUDIENCE},
            self.context.now,
        )

    def first(self) -> list[Fetch]:
        words = {"sort": "-createdDate", "include": "response", "limit": LIMIT}
        return [self._fetch(f"/v1/apps/{self.context.options.app_id}/customerReviews", words)]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        return self._fetch(f"/v1/customerReviews/{quote(ids[0], safe='')}", {"include": "response"}, "look")

    def parse(self, page: Page) -> Parsed:
        whole = answers.whole(page, "reviews")
        held = table(whole).get("data")
        if not isinstance(held, list | dict):
            raise Permanent("no reviews", f"{page.host} answered without reviews: check app_id")
        found = [one for one in (held if isinstance(held, list) else [held]) if isinstance(one, dict)]
        responses = {string(one, "id"): one for one in tables(whole, "included")}
        parsed = answers.read(self.context, found, lambda one: self._values(one, responses), "review")
        following, problem = self._next(page, string(whole, "links", "next"))
        return Parsed(parsed.mentions, following, parsed.problems + problem, parsed.undated)

    def refusal(self, page: Page) -> Permanent | Transient | None:
        options = self.context.options
        if page.status == 401:
            return Permanent(
                "the sign-in was refused", f"check issuer_id, key_id and the key in {options.key_env}"
            )
        if page.status == 403:
            return Permanent("not allowed", "the key's role may not read customer reviews")
        return None

    def _fetch(self, path: str, words: Mapping[str, Any], chain: str = "") -> Fetch:
        url = f"{self.context.options.base_url.rstrip('/')}{path}?{urlencode(words)}"
        return Fetch(url, chain=chain, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _next(self, page: Page, link: str | None) -> tuple[tuple[Fetch, ...], tuple[str, ...]]:
        """Apple links to the next page; our token goes to no other place than the one that was configured."""
        if not link:
            return (), ()
        if not link.startswith(f"{self.context.options.base_url.rstrip('/')}/"):
            return (), ("the link to the next page leads elsewhere",)
        return (Fetch(link, page.number + 1, page.chain, self._headers()),), ()

    def _values(self, review: Entry, responses: Mapping[str | None, Entry]) -> Values:
        """A response counts from the moment it was written, though Apple may show it a day later."""
        told, now = table(review, "attributes"), self.context.now
        reply = table(
            responses.get(string(review, "relationships", "response", "data", "id"), {}), "attributes"
        )
        country = string(told, "territory")
        return {
            "external_id": string(review, "id"),
            "title": string(told, "title"),
            "text": tidy(string(told, "body") or ""),
            "author": string(told, "reviewerNickname"),
            "stars": stars(told.get("rating")),
            "published_at": parse_date(told.get("createdDate"), now),
            "url": f"https://apps.apple.com/app/id{self.context.options.app_id}",
            "place": f"App Store {country}" if country else None,
            "answer": tidy(string(reply, "responseBody") or "") or None,
            "answered_at": parse_date(reply.get("lastModifiedDate"), now),
        }
