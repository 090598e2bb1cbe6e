"""Google Play: the reviews with a text that were written or changed in about the last week, the last changed first.

No look-up by id: it would take one request for each review, and every read shows the newest ones' votes anyway.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.families import google
from crawlers.text import tidy
from platforms import signin
from platforms.google_play import Options
from platforms.signin import TokenRequest
from store.errors import Permanent, Transient

LIMIT = 100
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_PERMISSION = "in the Play Console give the service account the right to see the app and to answer reviews"


class Spider(base.Spider[Options]):
    def sign_in(self) -> TokenRequest:
        options = self.context.options
        key = self.context.secret(options.key_env)
        return signin.for_service_account(key, SCOPE, self.context.now, options.token_url)

    def first(self) -> list[Fetch]:
        return [self._fetch()]

    def parse(self, page: Page) -> Parsed:
        """An app without recent reviews answers `{}`."""
        whole = answers.whole(page, "reviews")
        if not isinstance(whole, dict) or "error" in whole:
            raise Permanent("no reviews", f"{page.host} answered without reviews: check base_url and package")
        parsed = answers.read(self.context, tables(whole, "reviews"), self._values, "review")
        token = string(whole, "tokenPagination", "nextPageToken")
        return replace(parsed, next=(self._fetch(page.number + 1, token),) if token else ())

    def refusal(self, page: Page) -> Permanent | Transient | None:
        if page.status == 404:
            return Permanent("no such app", "check package, and that the app belongs to this Play account")
        return google.refusal(page, self.context.now, _PERMISSION)

    def _fetch(self, number: int = 1, token: str | None = None) -> Fetch:
        options = self.context.options
        words: dict[str, Any] = {"maxResults": LIMIT} | ({"token": token} if token else {})
        path = f"androidpublisher/v3/applications/{options.package}/reviews?{urlencode(words)}"
        headers = {"Authorization": f"Bearer {self.token}"}
        return Fetch(f"{options.base_url.rstrip('/')}/{path}", number, headers=headers)

    def _values(self, review: Entry) -> Values | None:
        """`reviewerLanguage` is the device's, and may be another than the review's: it is left to be detected.

        The only date is that of the last change: it stands for the publication of what is seen for the first time.
        """
        comments = tables(review, "comments")
        users = [found for one in comments if (found := table(one, "userComment"))]
        if not users:
            return None
        user = users[-1]
        reply = next((found for one in reversed(comments) if (found := table(one, "developerComment"))), {})
        title, text = _parts(string(user, "originalText") or string(user, "text") or "")
        name, options = string(review, "reviewId") or "", self.context.options
        words = urlencode({"id": options.package, "reviewId": name})
        answer = tidy(string(reply, "text") or "")
        return {
            "external_id": name,
            "title": title or None,
            "text": text,
            "author": google.author(string(review, "authorName")),
            "stars": _stars(user),
            "published_at": self._moment(user),
            "url": f"https://play.google.com/store/apps/details?{words}",
            "place": options.app or options.package,
            "likes": number(user, "thumbsUpCount"),
            "answer": answer or None,
            "answered_at": self._moment(reply) if answer else None,
        }

    def _moment(self, comment: Entry) -> datetime | None:
        """`lastModified`: seconds since 1970 as text, and nanoseconds."""
        seconds = number(comment, "lastModified", "seconds")
        nanos = number(comment, "lastModified", "nanos") or 0
        if not seconds or seconds >= 10**11:
            return None
        found = datetime.fromtimestamp(seconds, UTC).replace(microsecond=min(nanos // 1000, 999_999))
        return parse_date(found, self.context.now)


def _parts(written: str) -> tuple[str, str]:
    """Title and text: where people could write both, a tab stands between them."""
    title, tab, text = written.partition("\t")
    return (tidy(title), tidy(text)) if tab else ("", tidy(written))


def _stars(user: Entry) -> float | None:
    found = number(user, "starRating")
    return float(found) if found and 1 <= found <= 5 else None
