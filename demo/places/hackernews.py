"""Hacker News as Algolia serves it: search by date with filters, and single items with what is below them."""

import re
from datetime import timedelta
from html import escape
from typing import Any

from demo.places import Response, Visit, as_json
from demo.places.mastodon import fold
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "hackernews"
type = "hackernews"
brand = "aurora"
query = "caffè aurora"
accounts = ["aurora_roastery"]
base_url = "$base_url/hackernews"
"""
SECRETS: dict[str, str] = {}
BRAND = "aurora_roastery"
MOST, SHOWN = 1000, 1000  # hits a page, and of a search
_BOUND = re.compile(r"created_at_i(<=|>=|<|>)(\d+)")


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    return {post.key for post in world.posts("hackernews") if post.about_brand and post.author != BRAND}


def answer(visit: Visit) -> Response:
    posts = visit.world.posts("hackernews")
    kind, _, name = visit.path.removeprefix("/api/v1/").partition("/")
    if kind == "items":
        found = [post for post in posts if post.key == name]
        return as_json(_item(visit, found[0], posts)) if found else _error(404, "Not Found")
    if kind != "search_by_date":
        return _error(404, "Not Found")
    words = fold(visit.query.get("query", "")).split()
    wanted = [
        post for post in posts if all(word in fold(f"{post.title or ''} {post.text}") for word in words)
    ]
    wanted = [post for post in wanted if _tagged(visit.query.get("tags", ""), post)]
    for sign, bound in _BOUND.findall(visit.query.get("numericFilters", "")):
        wanted = [post for post in wanted if _holds(_seconds(visit, post.at), sign, int(bound))]
    wanted = wanted[:SHOWN]
    size, page = min(visit.number("hitsPerPage", 20), MOST), visit.number("page", 0)
    shown = wanted[page * size : (page + 1) * size]
    return as_json(
        {
            "hits": [_hit(visit, post, posts) for post in shown],
            "nbHits": len(wanted),
            "page": page,
            "nbPages": -(-len(wanted) // size),
            "hitsPerPage": size,
            "exhaustiveNbHits": True,
            "query": visit.query.get("query", ""),
            "params": "",
            "processingTimeMS": 1,
        }
    )


def _tagged(tags: str, post: Post) -> bool:
    """Tags are joined by "and"; those in brackets by "or"."""
    own = {"comment" if post.reply_to else "story", f"author_{post.author}"}
    either = re.findall(r"\(([^)]*)\)", tags)
    each = [tag for tag in re.sub(r"\([^)]*\)", "", tags).split(",") if tag]
    return own.issuperset(each) and all(own.intersection(group.split(",")) for group in either)


def _holds(seconds: int, sign: str, bound: int) -> bool:
    return {
        "<": seconds < bound,
        "<=": seconds <= bound,
        ">": seconds > bound,
        ">=": seconds >= bound,
    }[sign]


def _hit(visit: Visit, post: Post, posts: list[Post]) -> dict[str, Any]:
    story = _story(post, posts)
    text = escape(post.text)
    hit: dict[str, Any] = {
        "created_at": _stamp(visit, post.at),
        "created_at_i": _seconds(visit, post.at),
        "author": post.author,
        "objectID": post.key,
        "_tags": ["comment" if post.reply_to else "story", f"author_{post.author}", f"story_{story.key}"],
        "_highlightResult": {"author": {"value": post.author, "matchLevel": "none", "matchedWords": []}},
    }
    if post.reply_to:
        return hit | {
            "comment_text": text,
            "story_id": int(story.key),
            "story_title": story.title,
            "parent_id": int(post.reply_to),
        }
    return hit | {
        "title": post.title,
        "story_text": text or None,
        "url": post.more.get("url"),
        "points": post.likes,
        "num_comments": _below(post, posts),
        "story_id": int(post.key),
    }


def _item(visit: Visit, post: Post, posts: list[Post]) -> dict[str, Any]:
    return {
        "id": int(post.key),
        "created_at": _stamp(visit, post.at),
        "created_at_i": _seconds(visit, post.at),
        "type": "comment" if post.reply_to else "story",
        "author": post.author,
        "title": post.title,
        "url": post.more.get("url"),
        "text": escape(post.text) or None,
        "points": None if post.reply_to else post.likes,
        "parent_id": int(post.reply_to) if post.reply_to else None,
        "story_id": int(_story(post, posts).key),
        "children": [_item(visit, below, posts) for below in posts if below.reply_to == post.key],
        "options": [],
    }


def _story(post: Post, posts: list[Post]) -> Post:
    above = next((one for one in posts if one.key == post.reply_to), None)
    return _story(above, posts) if above else post


def _below(post: Post, posts: list[Post]) -> int:
    return sum(1 + _below(one, posts) for one in posts if one.reply_to == post.key)


def _seconds(visit: Visit, at: timedelta) -> int:
    return int(visit.world.when(at).timestamp())


def _stamp(visit: Visit, at: timedelta) -> str:
    return visit.world.when(at).isoformat().replace("+00:00", "Z")


def _error(status: int, told: str) -> Response:
    answered = as_json({"status": status, "error": told})
    return Response(answered.body, answered.content_type, status)
