"""Which review is which: names that sites give, names made where they give none, and the pairing of those with rows.

A made name never contains text or stars, or an edit would look like a new review.
"""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

# The same review moves from page to page: what only counts pages is no part of its address.
_PAGING = {
    "page",
    "p",
    "pg",
    "paged",
    "pagina",
    "seite",
    "start",
    "offset",
    "cpage",
    "pagenumber",
    "page_no",
    "from",
}
_REVIEW_WORDS = re.compile(
    r"review|recens|avis|opini|bewert|comment|rating|feedback|critic|rezens|avalia", re.IGNORECASE
)
# Names that many people share say nothing about who wrote.
_NOBODY = {
    "anonymous",
    "anonimo",
    "anónimo",
    "anônimo",
    "anonym",
    "anonyme",
    "utente",
    "guest",
    "customer",
    "cliente",
    "client",
    "kunde",
    "user",
    "verified buyer",
    "acquirente verificato",
    "a google user",
    "un utente di google",
}
LONGEST = 200  # characters of a site's own id; longer ones are hashed
SIMILAR = 0.6  # difflib's ratio from which two texts without author are one, edited


def address(url: str) -> str:
    """An address without scheme and paging: equal for the same thing on whichever page it stands."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [(name, given) for name, given in parse_qsl(parts.query) if name.lower() not in _PAGING]
    query = f"?{urlencode(kept)}" if kept else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}{query}{fragment}"


def given_ids(
    offered: Sequence[Sequence[str]], page_url: str, urls: Sequence[str | None]
) -> list[str | None]:
    """One id for each review of a page from its candidates (best first); None where the site gives none of use.

    `urls`: the review's own link, which many sites set to the product's page; it counts only where it looks like
    a review's address. An id that two reviews of the page share names neither.
    """
    host, page = urlsplit(page_url).netloc.lower(), address(page_url)
    options = [
        [name for one in candidates if (name := _named(one, host, page, url))]
        for candidates, url in zip(offered, urls, strict=True)
    ]
    shared = Counter(name for names in options for name in set(names))
    return [next((name for name in names if shared[name] == 1), None) for names in options]


def _named(candidate: str, host: str, page: str, url: str | None) -> str | None:
    if not candidate.startswith(("http://", "https://")):
        return _short(f"{host}:{candidate}")
    try:
        parts = urlsplit(candidate)
    except ValueError:
        return None
    named = address(candidate)
    if named == page or (candidate == url and not _of_review(parts)):
        return None
    return _short(named)


def _of_review(parts: SplitResult) -> bool:
    return bool(parts.fragment) or bool(_REVIEW_WORDS.search(parts.path + "?" + parts.query))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Made:
    """An id that we made. `strong`: author or exact time are in it, so that what differs under it is an edit."""

    key: str
    strong: bool


def made_id(host: str, author: str | None, at: datetime | None, place: str | None) -> Made:
    """A stable id from what an edit does not change: host, author, date, place."""
    parts = (host, (author or "").casefold(), at.isoformat() if at else "", (place or "").casefold())
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:24]
    exact = at is not None and (at.hour, at.minute, at.second) != (0, 0, 0)
    named = bool(author) and (author or "").casefold() not in _NOBODY
    return Made(f"{host}~{digest}", named or exact)


@dataclass(frozen=True, slots=True)
class Known:
    """A stored mention under a made id, or one that is offered: its content's hash and text tell them apart."""

    external_id: str
    content_hash: str
    text: str


def settle(
    key: str, strong: bool, offered: Sequence[Known], stored: Sequence[Known], taken: set[str]
) -> list[str]:
    """The external id of each offered mention that shares the made id `key`: `key`, `key-2`, `key-3`, ...

    The same content keeps its row; what is left pairs with the row that it resembles most (an edit), under a weak
    key only where it does resemble it; the rest is new. `taken`: ids given to others earlier in this crawl.
    """
    ids: dict[int, str] = {}
    by_content = {row.content_hash: row.external_id for row in reversed(stored)}
    for place, one in enumerate(offered):
        if one.content_hash in by_content:
            ids[place] = by_content[one.content_hash]
    free = [row for row in stored if row.external_id not in taken and row.external_id not in ids.values()]
    for place, row in _pairs([(n, one) for n, one in enumerate(offered) if n not in ids], free, strong):
        ids[place] = row.external_id
    used = {row.external_id for row in stored} | taken | set(ids.values())
    for place in range(len(offered)):
        if place not in ids:
            ids[place] = _next_free(key, used)
            used.add(ids[place])
    return [ids[place] for place in range(len(offered))]


def _pairs(offered: list[tuple[int, Known]], stored: list[Known], strong: bool) -> list[tuple[int, Known]]:
    """The most alike first, each at most once."""
    ranked = sorted(
        ((_alike(one.text, row.text), place, row) for place, one in offered for row in stored),
        key=lambda ranking: (-ranking[0], ranking[1], ranking[2].external_id),
    )
    pairs: dict[int, Known] = {}
    used: set[str] = set()
    for likeness, place, row in ranked:
        if place not in pairs and row.external_id not in used and (strong or likeness >= SIMILAR):
            pairs[place] = row
            used.add(row.external_id)
    return list(pairs.items())


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one[:1000], other[:1000], autojunk=False).ratio()


def _next_free(key: str, used: set[str]) -> str:
    number = 1
    while (name := key if number == 1 else f"{key}-{number}") in used:
        number += 1
    return name
