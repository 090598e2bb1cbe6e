"""From schema.org nodes to reviews: who, when, how many stars, which words; what shops write loosely is read kindly."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from crawlers.dates import parse_date
from crawlers.markup import DEEPEST, Node, children, index, types, value
from crawlers.ratings import count, stars
from crawlers.text import plain

_NO_OPINION = {"ClaimReview", "MediaReview"}  # fact checks: a verdict on a claim, not on the brand
_LANGUAGE = re.compile(r"^[a-zA-Z]{2,3}(?=$|[-_])")
_BODIES = ("reviewBody", "description", "text", "articleBody")
_AUTHORED = {"Person", "Organization"}


@dataclass(frozen=True, slots=True)
class Review:
    """A review as its page tells it. `ids` are the names it may be known by, best first; they may not be unique."""

    text: str = ""
    title: str | None = None
    author: str | None = None
    author_id: str | None = None
    stars: float | None = None
    published_at: datetime | None = None
    edited_at: datetime | None = None
    ids: tuple[str, ...] = ()
    url: str | None = None
    place: str | None = None
    lang: str | None = None
    likes: int | None = None
    answer: str | None = None
    answered_at: datetime | None = None


def reviews(nodes: list[Node], url: str, now: datetime, ours: Callable[[str], bool]) -> list[Review]:
    """All reviews in the nodes of one syntax, in the order of the page, each once.

    `ours` says of a name whether it is the brand's: its comment on a review is the answer.
    """
    known = index(nodes)
    found = (_review(node, about, known, url, now, ours) for node, about in _find(nodes))
    return list(dict.fromkeys(review for review in found if review is not None))


def _find(nodes: list[Node]) -> Iterator[tuple[Node, str | None]]:
    """Each Review node with the name of what it hangs on."""
    seen: set[int] = set()
    waiting: list[tuple[Any, str | None, int]] = [(node, None, 0) for node in reversed(nodes)]
    while waiting:
        node, about, depth = waiting.pop()
        if id(node) in seen or depth > DEEPEST:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            if _is_review(node):
                yield node, about
            elif (named := _name(value(node, "name"))) and not _AUTHORED.intersection(types(node)):
                about = named
        waiting += reversed([(child, about, depth + 1) for child in children(node)])


def _is_review(node: Node) -> bool:
    return any(
        name == "Recommendation" or (name.endswith("Review") and name not in _NO_OPINION)
        for name in types(node)
    )


def _review(
    node: Node,
    about: str | None,
    known: dict[str, Node],
    url: str,
    now: datetime,
    ours: Callable[[str], bool],
) -> Review | None:
    text = _text(node)
    place = _name(_followed(value(node, "itemReviewed"), known)) or about
    title = _line(value(node, "name")) or _line(value(node, "headline"))
    given = _stars(_followed(value(node, "reviewRating"), known))
    if not text and not (title and title != place) and given is None:
        return None  # a reference to a review elsewhere
    author = _followed(_first(value(node, "author")) or _first(value(node, "creator")), known)
    answer, answered_at = _answer(node, known, now, ours)
    return Review(
        text=text,
        title=title if title not in (place, text) else None,
        author=_name(author),
        author_id=_author_id(author, url),
        stars=given,
        published_at=_date(node, ("datePublished", "dateCreated", "uploadDate"), now),
        edited_at=_date(node, ("dateModified",), now),
        ids=tuple(_ids(node, url)),
        url=_url(value(node, "url"), url),
        place=place,
        lang=language(value(node, "inLanguage")),
        likes=count(_first(value(node, "upvoteCount"))),
        answer=answer,
        answered_at=answered_at,
    )


def language(given: Any) -> str | None:
    """The two- or three-letter code of `en-US`, `{"name": "it"}`; None for anything else."""
    given = _first(given)
    if isinstance(given, dict):
        given = value(given, "alternateName") or value(given, "name")
    match = _LANGUAGE.match(given.strip()) if isinstance(given, str) else None
    return match[0].lower() if match else None


def _text(node: Node) -> str:
    for name in _BODIES:
        found = _first(value(node, name))
        if isinstance(found, str) and (text := plain(found)):
            return text
    return ""


def _stars(rating: Any) -> float | None:
    rating = _first(rating)
    if not isinstance(rating, dict):
        return stars(rating)
    best, worst = _first(value(rating, "bestRating")), _first(value(rating, "worstRating"))
    return stars(_first(value(rating, "ratingValue")), best, worst)


def _answer(
    node: Node, known: dict[str, Node], now: datetime, ours: Callable[[str], bool]
) -> tuple[str | None, datetime | None]:
    """The first comment by an organisation or under the brand's name.

    schema.org has no property for the owner's response; sites use `comment`, where customers write as well, and
    one of theirs taken for the brand's would silence an alert.
    """
    for entry in _all(value(node, "comment")):
        comment = _followed(entry, known)
        if isinstance(comment, dict) and (text := _text(comment)):
            by = _followed(value(comment, "author"), known)
            organisation = isinstance(by, dict) and bool(types(by)) and "Person" not in types(by)
            if organisation or ours(_name(by) or ""):
                return text, _date(comment, ("datePublished", "dateCreated"), now)
    return None, None


def _date(node: Node, names: tuple[str, ...], now: datetime) -> datetime | None:
    for name in names:
        if found := parse_date(_first(value(node, name)), now):
            return found
    return None


def _ids(node: Node, url: str) -> Iterator[str]:
    own = node.get("@id")
    if isinstance(own, str) and own.strip() and not own.startswith("_:"):
        yield _joined(url, own) or own.strip()
    for entry in _all(value(node, "identifier")):
        named = value(entry, "value") or entry.get("@id") if isinstance(entry, dict) else entry
        if isinstance(named, str | int) and not isinstance(named, bool) and str(named).strip():
            yield str(named).strip()
    if address := _url(value(node, "url"), url):
        yield address


def _url(given: Any, base: str) -> str | None:
    given = _first(given)
    if isinstance(given, dict):
        given = given.get("@id")
    if not isinstance(given, str) or not given.strip():
        return None
    return _joined(base, given)


def _joined(base: str, given: str) -> str | None:
    try:
        joined = urljoin(base, given.strip())
    except ValueError:  # an address such as http://[
        return None
    return joined if joined.startswith(("http://", "https://")) else None


def _author_id(author: Any, url: str) -> str | None:
    """The address of a person; an id within this page (`#author-1`) names somebody else on the next."""
    author = _first(author)
    if not isinstance(author, dict):
        return None
    own = author.get("@id")
    if isinstance(own, str) and not own.startswith(("_:", "#")):
        return _joined(url, own)
    return _url(value(author, "url"), url)


def _name(thing: Any) -> str | None:
    thing = _first(thing)
    if isinstance(thing, dict):
        named = _first(value(thing, "name"))
        if named is None:
            named = " ".join(
                filter(None, (_line(value(thing, part)) for part in ("givenName", "familyName")))
            )
        thing = named
    return _line(thing)


def _line(given: Any) -> str | None:
    given = _first(given)
    if isinstance(given, int | float) and not isinstance(given, bool):
        given = str(given)
    return plain(given).replace("\n", " ") or None if isinstance(given, str) else None


def _followed(thing: Any, known: dict[str, Node]) -> Any:
    """The node that a bare `{"@id": ...}` refers to."""
    thing = _first(thing)
    if isinstance(thing, dict) and len(thing) <= 2 and isinstance(thing.get("@id"), str):
        return known.get(thing["@id"], thing)
    return thing


def _first(given: Any) -> Any:
    while isinstance(given, list):
        given = given[0] if given else None
    return given["@value"] if isinstance(given, dict) and "@value" in given else given


def _all(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [] if given is None else [given]
