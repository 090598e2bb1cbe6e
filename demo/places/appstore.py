"""Apple's public customer-review feed as the App Store serves it: JSON in the clothes of Atom, all values text."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from demo.places import Response, Visit, as_json, not_found, plain
from demo.world import Post

APP_ID = "1900000042"
COUNTRIES = ("it", "us")
PER_PAGE = 6  # Apple: 50
MAX_PAGE = 10
_PATH = re.compile(
    r"^/([a-z]{2})/rss/customerreviews/(?:(page|id)=(\d+)/)(?:(page|id)=(\d+)/)?(?:sortby=mostrecent/)?json$"
)
_CUPERTINO = ZoneInfo("America/Los_Angeles")


def feed(visit: Visit) -> Response:
    """`/COUNTRY/rss/customerreviews/page=N/id=APP/sortby=mostrecent/json`; page and id in either order."""
    match = _PATH.match(visit.path)
    if not match:
        return not_found()
    wanted = {match[2]: match[3], match[4]: match[5]}
    page = int(wanted.get("page", "1"))
    if page > MAX_PAGE:
        return plain(f"CustomerReviews RSS page depth is limited to {MAX_PAGE}", 400)
    if wanted.get("id") != APP_ID or match[1] not in COUNTRIES:
        return as_json({"feed": _head(visit, match[1], 1)})
    return as_json({"feed": _head(visit, match[1], page) | _entries(visit, match[1], page)})


def _head(visit: Visit, country: str, page: int) -> dict[str, Any]:
    stem = f"{visit.base_url}/{country}/rss/customerreviews"
    pages = {"first": 1, "last": MAX_PAGE, "previous": max(page - 1, 1), "next": min(page + 1, MAX_PAGE)}
    links = [
        {"attributes": {"rel": rel, "href": f"{stem}/page={n}/id={APP_ID}/sortby=mostrecent/json"}}
        for rel, n in pages.items()
    ]
    return {
        "author": {"name": {"label": "iTunes Store"}, "uri": {"label": "http://www.apple.com/itunes/"}},
        "updated": {"label": visit.world.now.astimezone(_CUPERTINO).isoformat()},
        "title": {"label": "iTunes Store: Customer Reviews"},
        "link": links,
        "id": {"label": f"{stem}/id={APP_ID}/sortby=mostrecent/json"},
    }


def _entries(visit: Visit, country: str, page: int) -> dict[str, Any]:
    """A list, one bare object where a page holds one review, and no key at all where it holds none."""
    posts = [post for post in visit.world.posts("appstore") if post.country == country]
    entries = [_entry(visit, post) for post in posts[max(page - 1, 0) * PER_PAGE :][:PER_PAGE]]
    if not entries:
        return {}
    return {"entry": entries if len(entries) > 1 else entries[0]}


def _entry(visit: Visit, post: Post) -> dict[str, Any]:
    stem = f"{visit.base_url}/{post.country}"
    return {
        "author": {
            "uri": {"label": f"{stem}/reviews/id{(post.id or '')[-6:]}"},
            "name": {"label": post.author},
            "label": "",
        },
        "updated": {"label": visit.world.when(post.at).astimezone(_CUPERTINO).isoformat()},
        "im:rating": {"label": f"{post.stars:g}"},
        "im:version": {"label": post.version},
        "id": {"label": post.id},
        "title": {"label": post.title},
        "content": {"label": post.text, "attributes": {"type": "text"}},
        "link": {
            "attributes": {"rel": "related", "href": f"{stem}/review?id={APP_ID}&type=Purple%20Software"}
        },
        "im:voteSum": {"label": str(post.likes)},
        "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
        "im:voteCount": {"label": str(post.likes)},
    }
