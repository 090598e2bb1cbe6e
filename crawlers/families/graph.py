"""Meta's Graph API as Facebook and Instagram speak it: requests, cursors, usage, and errors in its own words. Pure.

`GraphSpider` is what their readers have in common: comments looked up by their ids, and the limits that answers tell.
"""

import json
import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from crawlers import answers, base
from crawlers.answers import Entry, number, string, table, tables
from crawlers.base import Context, Fetch, Page, Parsed
from crawlers.dates import parse_date
from platforms.graph import GraphOptions
from store.errors import Permanent, Transient

TAGGED = "tagged/"  # before the ids of what others posted: it cannot be asked for by its id
LOOK_UP = 50  # ids in one request
USED_UP = 100  # per cent of a limit
AN_HOUR = 3600.0  # limits without a told end are counted over the last hour
# Codes of errors: https://developers.facebook.com/docs/graph-api/guides/error-handling
_PASSING = {
    1: "the service fails",
    2: "the service is down",
    4: "the app's",
    17: "the user's",
    32: "the page's",
    613: "the",
}
_BUSINESS = range(80_000, 80_015)  # limits by business use case
_NO_TOKEN = {102, 190, 463, 467}
_PERMISSIONS = {10, *range(200, 300)}
_GONE = {33}  # subcode: no such object, or not for us
O_co = TypeVar("O_co", bound=GraphOptions, covariant=True)
_PERMISSION = re.compile(r"\b((?:pages|instagram|business)_[a-z_]{4,60})\b")


def fetch(
    context: Context[Any], path: str, fields: str, number: int = 1, chain: str = "", **words: object
) -> Fetch:
    """A GET of a node or an edge. The token goes into a header: addresses are logged."""
    options: GraphOptions = context.options
    query = urlencode({"fields": fields} | {name: str(value) for name, value in words.items() if value})
    url = f"{options.base_url.rstrip('/')}/{options.version}/{path}?{query}"
    token = context.secret(options.token_env)  # type: ignore[attr-defined]
    return Fetch(url, number, chain, headers={"Authorization": f"Bearer {token}"})


def whole(page: Page) -> dict[str, Any]:
    """The answer as an object. Raises `Permanent` where it is none."""
    found = answers.whole(page, "answer of the Graph API")
    if not isinstance(found, dict):
        raise Permanent("no answer of the Graph API", f"{page.host} sent no object: check base_url")
    return found


def asked_for(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a request with `ids` is answered with: an object for each id, under it."""
    return [{"id": name} | one for name, one in document.items() if isinstance(one, dict)]


def after(edge: Any) -> str | None:
    """The cursor of the next page; `paging.next` itself holds the token and is not followed."""
    return string(edge, "paging", "cursors", "after") if string(edge, "paging", "next") else None


def moment(thing: Entry, name: str, context: Context[Any]) -> datetime | None:
    return parse_date(thing.get(name), context.now)


def since(context: Context[Any]) -> datetime | None:
    """From when on comments are news: the overlap before the last crawl; None at the first."""
    last = parse_date(context.kept.get("read_at"), context.now)
    return last - context.options.overlap if last else None


def oldest(entries: Iterable[Entry], name: str, context: Context[Any]) -> datetime | None:
    """The earliest moment of a list."""
    return min(filter(None, (moment(entry, name, context) for entry in entries)), default=None)


def regained(page: Page) -> float | None:
    """Seconds until the API may be asked again, as its usage headers tell; None: there is room."""
    told = _header(page, "x-business-use-case-usage")
    uses = [
        use
        for listed in told.values()
        if isinstance(listed, list)
        for use in tables({"uses": listed}, "uses")
    ]
    minutes = max((number(use, "estimated_time_to_regain_access") or 0 for use in uses), default=0)
    if minutes:
        return minutes * 60.0
    uses.append(_header(page, "x-app-usage"))
    shares = (
        number(use, name) or 0 for use in uses for name in ("call_count", "total_time", "total_cputime")
    )
    return AN_HOUR if max(shares, default=0) >= USED_UP else None


def refusal(page: Page, token_env: str) -> Permanent | Transient | None:
    """What an error body says; None: it is none."""
    error = _error(page)
    code = number(error, "code")
    if code is None:
        return None
    if code in _PASSING or code in _BUSINESS:
        whose = _PASSING.get(code, "the business's")
        failed = code in (1, 2)
        return Transient(
            f"{whose} (code {code})"
            if failed
            else f"{whose} rate limit is used up (code {code}): read it less often",
            None if failed else regained(page) or AN_HOUR,
        )
    if code in _NO_TOKEN:
        return Permanent("token expired", f"Meta takes the token in {token_env} no more: put a new one there")
    named = sorted(set(_PERMISSION.findall(string(error, "message") or "")))
    if code in _PERMISSIONS or named:
        which = " or ".join(named[:3]) or "what it reads"
        return Permanent("permission missing", f"the token in {token_env} needs {which} (code {code})")
    subcode = number(error, "error_subcode")
    also = f", subcode {subcode}" if subcode else ""
    return Permanent(
        "refused", f"Meta answers with code {code}{also}: check the ids, the token and `version`"
    )


def missing(page: Page) -> bool:
    """Whether an error says that an object is not there: deleted, or no longer for us to see."""
    error = _error(page)
    told = number(error, "error_subcode") in _GONE or "aliases you requested" in (
        string(error, "message") or ""
    )
    return number(error, "code") == 803 or (number(error, "code") == 100 and told)


def _error(page: Page) -> dict[str, Any]:
    try:
        return table(json.loads(page.body.decode("utf-8", "replace")), "error")
    except (ValueError, RecursionError):
        return {}


def _header(page: Page, name: str) -> dict[str, Any]:
    try:
        found = json.loads(page.headers.get(name, "{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class GraphSpider(base.Spider[O_co]):
    """Reads what belongs to one page or account. `comment`: the fields that are asked for of each comment."""

    tells_gone = False  # of each post only the newest comments are read
    look_up_size = LOOK_UP
    looks_late = True
    comment: ClassVar[str]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        return fetch(self.context, "", self.comment, chain="look-up", ids=",".join(ids))

    def looks_up(self, external_id: str) -> bool:
        return "/" not in external_id

    def missing(self, page: Page) -> bool:
        return missing(page)

    def refusal(self, page: Page) -> Permanent | Transient | None:
        return refusal(page, self.context.options.token_env)  # type: ignore[attr-defined]

    def parse(self, page: Page) -> Parsed:
        return replace(self.read(page, whole(page)), wait=regained(page))

    @abstractmethod
    def read(self, page: Page, found: Entry) -> Parsed:
        """What an answer shows; `found` is its object. Raises `Permanent`."""
