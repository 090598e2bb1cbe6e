"""Reviews as schema.org JSON-LD, in the shapes that real shops use: nested, in a graph, in lists, loosely typed."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from demo.world import Post

_ROME = ZoneInfo("Europe/Rome")
Node = dict[str, Any]


def date_of(post: Post, written: datetime) -> str:
    """Four shops in five give the day only; the rest a local time with its offset."""
    if "day" in post.markup:
        return written.date().isoformat()
    return written.astimezone(_ROME).isoformat()


def review_node(post: Post, url: str, brand: str, when: Callable[[Any], datetime]) -> Node:
    """One Review. `url` identifies it unless its markup says otherwise; `when` turns an offset into a time."""
    node: Node = {
        "@type": ["Review"] if "type-list" in post.markup else "Review",
        **_identity(post, url),
        "author": _author(post),
        "datePublished": date_of(post, when(post.at)),
        "reviewRating": _rating(post),
    }
    if post.title:
        node["name"] = post.title
    if post.text:
        node["description" if "description" in post.markup else "reviewBody"] = post.text
    if post.answer:
        node["comment"] = {
            "@type": "Comment",
            "author": {"@type": "Organization", "name": brand},
            "text": post.answer.text,
            "datePublished": when(post.answer.at).isoformat(),
        }
    return node


def _identity(post: Post, url: str) -> Node:
    if "no-id" in post.markup:
        return {}
    return {"identifier": post.key} if "identifier" in post.markup else {"@id": url}


def _author(post: Post) -> Any:
    if "author-str" in post.markup:
        return post.author
    person = {"@type": "Person", "name": post.author}
    return [person] if "author-list" in post.markup else person


def _rating(post: Post) -> Node:
    stars = post.stars or 0
    if "best10" in post.markup:
        return {"@type": "Rating", "ratingValue": f"{stars * 2:g}", "bestRating": "10"}
    return {"@type": "Rating", "ratingValue": stars if "rating-number" in post.markup else f"{stars:g}"}


def scripts(product: Node, reviews: list[Node], layout: int) -> list[str]:
    """The JSON-LD scripts of one page; `layout` picks one of three shapes (0 nested, 1 graph, 2 apart)."""
    if layout % 3 == 0:
        nested = reviews[0] if len(reviews) == 1 else reviews
        return [_script({"@context": "https://schema.org/", **product, "review": nested})]
    about = [node | {"itemReviewed": {"@id": product["@id"]}} for node in reviews]
    if layout % 3 == 1:
        shop = {"@type": "Organization", "name": product["brand"]["name"]}
        return [_script({"@context": "https://schema.org", "@graph": [shop, product, *about]})]
    apart = [{"@context": "http://schema.org", **node} for node in about]
    return [_script({"@context": "http://schema.org", **product}), _script(apart)]


def _script(value: Any) -> str:
    """JSON that cannot end its script element early, whatever a customer wrote."""
    return json.dumps(value, ensure_ascii=False, indent=1).replace("<", "\\u003c").replace(">", "\\u003e")
