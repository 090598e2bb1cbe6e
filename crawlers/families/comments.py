"""Comments as WordPress's REST interface gives them: of a blog, and the replies to a shop's reviews."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from crawlers import answers
from crawlers.answers import Entry, number, string
from crawlers.base import Answer, Page
from crawlers.dates import parse_date
from crawlers.text import from_html
from store.errors import Permanent
from store.mention import MAX_TEXT

LIMIT = 100  # the most that WordPress gives at once
SHOWN = ("approved", "hold")  # the others are spam, or in the bin
_SIGN_IN = (
    "incorrect_password",
    "invalid_username",
    "invalid_email",
    "rest_not_logged_in",
    "application_passwords_disabled",
    "woocommerce_rest_authentication_error",
)
_NOT_ALLOWED = (
    "rest_forbidden",
    "rest_forbidden_param",
    "rest_forbidden_status",
    "woocommerce_rest_cannot_view",
)


def site(base_url: str) -> str:
    """What stands before a comment's number: it is unique within its site only."""
    parts = urlsplit(base_url)
    return f"{parts.hostname or ''}{parts.path.rstrip('/')}"


def address(base_url: str, route: str, words: Mapping[str, Any], plain_links: bool) -> str:
    """The address of a route such as `/wp/v2/comments`."""
    root = base_url.rstrip("/")
    if plain_links:
        return f"{root}/?{urlencode({'rest_route': route} | dict(words))}"
    return f"{root}/wp-json{route}?{urlencode(words)}"


def listed(page: Page, wanted: str) -> list[Entry]:
    """The entries of a page. Raises `Permanent` where it is no list; `wanted` says of what it should have been one."""
    whole = answers.whole(page, wanted)
    if not isinstance(whole, list):
        raise Permanent(f"no {wanted}", f"{page.host} answered without a list: check base_url")
    return [one for one in whole if isinstance(one, dict)]


def goes_on(page: Page, entries: Sequence[Entry]) -> bool:
    """Whether a page follows: by the number of pages that WordPress tells, else while they are full."""
    total = page.headers.get("x-wp-totalpages", "")
    if total.isascii() and total.isdigit():
        return bool(entries) and page.number < int(total[:9])
    return len(entries) >= LIMIT


def ours(comment: Entry, team: Sequence[str]) -> bool:
    """Whether one of the team wrote it. A name alone proves nothing: who is not signed in to the site can take any."""
    author = number(comment, "author")
    if not author:
        return False
    name = (string(comment, "author_name") or "").casefold()
    # A number in `team` is an id: nobody becomes one of the team by calling himself "1".
    return any(str(author) == one if one.isdecimal() else name == one.casefold() for one in team)


def text(comment: Entry) -> str:
    """What a reader sees of it, as it can be stored."""
    return from_html(string(comment, "content", "rendered") or "")[:MAX_TEXT]


def told(comment: Entry, now: datetime) -> datetime | None:
    return parse_date(comment.get("date_gmt"), now)


def replies(comments: Sequence[Entry], team: Sequence[str], named: str, now: datetime) -> dict[str, Answer]:
    """The team's replies by the external id of what they answer; of several the first in the list."""
    found: dict[str, Answer] = {}
    for one in comments:
        above = number(one, "parent")
        if above and ours(one, team) and string(one, "status") in (None, "approved") and text(one):
            found.setdefault(f"{named}/{above}", Answer(text(one), told(one, now)))
    return found


def refusal(page: Page, sign_in: str, right: str) -> Permanent | None:
    """What an error of WordPress means; `sign_in` names what to check, `right` what the user needs."""
    try:
        code = string(answers.whole(page, "answer"), "code")
    except Permanent:
        return None
    if code in _SIGN_IN:
        return Permanent("the sign-in was refused", f"check {sign_in}")
    if code in _NOT_ALLOWED:
        return Permanent("not allowed", right)
    if code == "rest_no_route":
        return Permanent("no such interface", "the site does not serve it: check base_url and plain_links")
    return None
