"""Trustpilot: the reviews of a business unit by its interface, and those in a page that a person saved."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import lxml.etree

from crawlers import answers, base, markup
from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.base import Context, Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.ratings import stars
from crawlers.reviews import language
from crawlers.text import tidy
from platforms import signin
from platforms.signin import TokenRequest
from platforms.trustpilot import Options
from store.errors import Permanent

LIMIT = 100  # the most that Trustpilot gives at once
_NEXT_DATA = lxml.etree.XPath("//script[@id='__NEXT_DATA__']/text()")


class Spider(base.Spider[Options]):
    def sign_in(self) -> TokenRequest | None:
        options, secret = self.context.options, self.context.secret
        if not options.private:
            return None
        return signin.for_client(options.token_url, secret(options.key_env), secret(options.secret_env))

    def first(self) -> list[Fetch]:
        return [self._list(1)]

    def parse(self, page: Page) -> Parsed:
        whole = answers.whole(page, "reviews")
        if not isinstance(table(whole).get("reviews"), list):
            raise Permanent("no reviews", f"{page.host} answered without reviews: check business_unit")
        found = tables(whole, "reviews")
        parsed = answers.read(self.context, found, self._values, "review")
        return replace(parsed, next=(self._list(page.number + 1),) if len(found) >= LIMIT else ())

    def _list(self, page: int) -> Fetch:
        options = self.context.options
        words: dict[str, Any] = {"orderBy": "createdat.desc", "perPage": LIMIT, "page": page}
        if options.language and not options.private:
            words["language"] = options.language
        scope = "private/" if options.private else ""
        url = f"{options.base_url.rstrip('/')}/v1/{scope}business-units/{options.business_unit}/reviews"
        headers = (
            {"Authorization": f"Bearer {self.token}"}
            if options.private
            else {"apikey": self.context.secret(options.key_env)}
        )
        return Fetch(f"{url}?{urlencode(words)}", page, headers=headers)

    def _values(self, review: Entry) -> Values | None:
        reply = table(review, "companyReply")
        now = self.context.now
        return {
            **_common(review),
            "stars": stars(review.get("stars")),
            "published_at": parse_date(review.get("createdAt"), now),
            "edited_at": parse_date(review.get("updatedAt"), now),
            "place": string(review, "businessUnit", "displayName"),
            "likes": number(review, "numberOfLikes"),
            "answer": tidy(string(reply, "text") or "") or None,
            "answered_at": parse_date(reply.get("updatedAt") or reply.get("createdAt"), now),
        }


def saved(page: Page, context: Context[Any]) -> Parsed:
    """The reviews in a page of Trustpilot as a browser saved it. Raises `Permanent` where it is none."""
    business, found = _in_page(page.body)

    def values(review: Entry) -> Values | None:
        dates, reply = table(review, "dates"), table(review, "reply")
        if review.get("isPending") is True:
            return None
        return {
            **_common(review),
            "stars": stars(review.get("rating")),
            "published_at": parse_date(dates.get("publishedDate"), context.now),
            "edited_at": parse_date(dates.get("updatedDate"), context.now),
            "place": string(business, "displayName"),
            "likes": number(review, "likes"),
            "answer": tidy(string(reply, "message") or "") or None,
            "answered_at": parse_date(reply.get("updatedDate") or reply.get("publishedDate"), context.now),
        }

    return answers.read(context, found, values, "review")


def _common(review: Entry) -> Values:
    """What both tell alike."""
    own, tongue = string(review, "id"), review.get("language")
    return {
        "external_id": own,
        "title": string(review, "title"),
        "text": tidy(string(review, "text") or ""),
        "author": string(review, "consumer", "displayName"),
        "author_id": string(review, "consumer", "id"),
        "lang": language(tongue),
        "url": f"https://www.trustpilot.com/reviews/{own}" if own and own.isalnum() else None,
    }


def _in_page(body: bytes) -> tuple[Entry, Sequence[Entry]]:
    """Business unit and reviews from the JSON that the page carries for its own scripts."""
    tree = markup.parse_html(body.decode("utf-8-sig", "replace"))
    for script in _NEXT_DATA(tree) if tree is not None else ():
        try:
            shown = table(json.loads(script, strict=False), "props", "pageProps")
        except (ValueError, RecursionError):
            continue
        if isinstance(shown.get("reviews"), list):
            return table(shown, "businessUnit"), tables(shown, "reviews")
    raise Permanent("no saved page", "it is no page of reviews that was saved from Trustpilot")
