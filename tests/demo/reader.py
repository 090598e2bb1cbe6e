"""Reads the small internet over HTTP with the libraries that crawlers use, and says what stands there."""

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import extruct
from parsel import Selector

from demo.internet import Internet
from demo.places.appstore import APP_ID
from demo.world import PLACES, Post, read_posts

SEARCH = "/api/v2/search?type=statuses&q=" + quote("caffè aurora")
FEEDS = {"rss": "/stampa/rss.xml", "atom": "/blog/atom.xml"}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


class Review(NamedTuple):
    id: str | None
    author: str
    stars: float
    text: str
    written: date | datetime
    answer: str | None


def get(internet: Internet, target: str, method: str = "GET", **headers: str) -> Answer:
    parts = urlsplit(urljoin(internet.base_url, target))
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), headers=names)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read().decode())
    finally:
        connection.close()


def pages(internet: Internet, start: str) -> list[str]:
    """The pages from `start` along rel=next, as far as robots.txt allows."""
    robots = RobotFileParser()
    robots.parse(get(internet, "/robots.txt").body.splitlines())
    found: list[str] = []
    target: str | None = start
    while target and robots.can_fetch("ascolto", target):
        answer = get(internet, target)
        assert answer.status == 200, target
        found.append(answer.body)
        target = Selector(answer.body).css("a[rel=next]::attr(href)").get()
    return found


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, itself included."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(child)


def moment(text: str) -> date | datetime:
    """A day where the page gives no more, else a time in UTC."""
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).astimezone(UTC)


def review_of(node: dict[str, Any]) -> Review:
    author = node["author"][0] if isinstance(node["author"], list) else node["author"]
    rating = node["reviewRating"]
    comment = node.get("comment")
    return Review(
        id=node.get("@id") or node.get("id") or node.get("identifier"),
        author=author if isinstance(author, str) else author["name"],
        stars=float(rating["ratingValue"]) * 5 / float(rating.get("bestRating", 5)),
        text=node.get("reviewBody") or node.get("description") or "",
        written=moment(node["datePublished"]),
        answer=comment["text"] if comment else None,
    )


def reviews(internet: Internet, slug: str, syntax: str) -> list[Review]:
    found = []
    for page in pages(internet, f"/prodotti/{slug}"):
        extracted = extruct.extract(page, base_url=internet.base_url, syntaxes=[syntax], uniform=True)
        found += [review_of(node) for node in nodes(extracted[syntax]) if "Review" in node.get("@type", "")]
    return found


def shown(internet: Internet, product: str) -> list[Post]:
    return [p for p in internet.world.posts("shop") if p.product == product and p.about_brand]


def app_reviews(internet: Internet, country: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for page in (1, 2, 3):
        path = f"/{country}/rss/customerreviews/page={page}/id={APP_ID}/sortby=mostrecent/json"
        entry = get(internet, path).json()["feed"].get("entry", [])
        found += entry if isinstance(entry, list) else [entry]
    return found


def statuses(internet: Internet) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := get(internet, f"{SEARCH}&limit=10&offset={len(found)}").json()["statuses"]:
        found += page
    return found


def key_of(internet: Internet, status: dict[str, Any]) -> str:
    return next(
        p.key for p in internet.world.posts("mastodon") if internet.external_id(p.key) == status["id"]
    )


def every_post() -> list[Post]:
    """All that is written, whenever it appears."""
    return [post for place in PLACES for post in read_posts(place)]
