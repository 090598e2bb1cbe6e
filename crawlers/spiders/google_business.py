"""Google Business Profile: each location's reviews, those that changed last first.

Locations are asked one by one. `locations:batchGetReviews` would ask for all at once, but does not promise that a new
review of the last location stands before an old one of the first.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, string, table, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.families import google
from crawlers.text import tidy
from platforms.google_business import Options
from platforms.signin import TokenRequest
from store.errors import Permanent, Transient

LIMIT = 50  # the most that Google gives at once
STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
UNSEEN = ("PENDING", "REJECTED")  # a reply that no customer sees
_TRANSLATED = re.compile(r"^[^\S\n]*\(Translated by Google\)[^\S\n]*", re.MULTILINE)
_ORIGINAL = re.compile(r"^[^\S\n]*\(Original\)[^\S\n]*", re.MULTILINE)
_PERMISSION = "sign in as an owner or manager of the location, and check account and locations"


class Spider(base.Spider[Options]):
    rolling: ClassVar[bool] = False

    def sign_in(self) -> TokenRequest:
        return google.consented(self.context)

    def first(self) -> list[Fetch]:
        return [self._fetch(location) for location in self.context.options.locations]

    def parse(self, page: Page) -> Parsed:
        """A location without reviews answers `{}`."""
        whole = answers.whole(page, "reviews")
        if not isinstance(whole, dict) or "error" in whole:
            raise Permanent("no reviews", f"{page.host} answered without reviews: check base_url")
        location = page.chain
        parsed = answers.read(
            self.context, tables(whole, "reviews"), lambda review: self._values(review, location), "review"
        )
        token = string(whole, "nextPageToken")
        return replace(parsed, next=(self._fetch(location, page.number + 1, token),) if token else ())

    def refusal(self, page: Page) -> Permanent | Transient | None:
        return google.refusal(page, self.context.now, _PERMISSION)

    def _fetch(self, location: str, number: int = 1, token: str | None = None) -> Fetch:
        options = self.context.options
        words: dict[str, Any] = {"pageSize": LIMIT, "orderBy": "update_time desc"}
        if token:
            words["pageToken"] = token
        within = f"v4/accounts/{options.account}/locations/{quote(location, safe='')}"
        url = f"{options.base_url.rstrip('/')}/{within}/reviews?{urlencode(words)}"
        return Fetch(url, number, location, headers={"Authorization": f"Bearer {self.token}"})

    def _values(self, review: Entry, location: str) -> Values:
        """The id holds the location's number, by which a reply finds it; the account may change, so it does not."""
        name, reviewer = string(review, "reviewId"), table(review, "reviewer")
        created = self._moment(review, "createTime")
        updated = self._moment(review, "updateTime")
        reply = table(review, "reviewReply")
        answer = original(string(reply, "comment") or "")
        if string(reply, "reviewReplyState") in UNSEEN:
            answer = ""
        return {
            "external_id": f"{location}/{name}" if name else "",
            "text": original(string(review, "comment") or ""),
            "author": None
            if reviewer.get("isAnonymous") is True
            else google.author(string(reviewer, "displayName")),
            "stars": STARS.get(string(review, "starRating") or ""),
            "published_at": created or updated,
            "edited_at": updated if created and updated and updated > created else None,
            "place": self.context.options.locations.get(location),
            "answer": answer or None,
            "answered_at": self._moment(reply, "updateTime") if answer else None,
        }

    def _moment(self, thing: Entry, name: str) -> datetime | None:
        return parse_date(thing.get(name), self.context.now)


def original(comment: str) -> str:
    """What the author wrote, without Google's translation before or behind it.

    >>> original("(Translated by Google) Good coffee\\n\\n(Original)\\nBuon caffè")
    'Buon caffè'
    >>> original("Buon caffè\\n\\n(Translated by Google)\\nGood coffee")
    'Buon caffè'
    """
    translated = _TRANSLATED.search(comment)
    if translated is None:
        return tidy(comment)
    before, behind = comment[: translated.start()], comment[translated.end() :]
    if before.strip():
        return tidy(before)
    if written := _ORIGINAL.search(behind):
        return tidy(behind[written.end() :])
    return tidy(behind)
