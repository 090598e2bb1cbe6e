"""Facebook's Graph API for the brand's page: recommendations, its posts with their comments, posts that tag it."""

import zlib
from datetime import timedelta
from typing import Any

from demo.graph import Edge, Node
from demo.graph import answer as graph_answer
from demo.places import Response, Visit
from demo.world import Post, World

PAGE, NAME = "190000000042", "Caffè Aurora"
SOURCE = f"""
[[sources]]
name = "facebook"
type = "facebook"
brand = "aurora"
page_id = "{PAGE}"
base_url = "$base_url/facebook"
"""
SECRETS = {"FACEBOOK_PAGE_TOKEN": "piazza-page-token"}
OWN = {
    "7001": timedelta(days=-6),
    "7002": timedelta(days=-3),
    "7003": timedelta(days=-2),
    "7004": timedelta(days=-1),
}


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    kinds = {"recommendation": "recommendation/", "tagged": "tagged/", "comment": ""}
    return {
        f"{kinds[post.more['kind']]}{_id(world, post)}"
        for post in world.posts("facebook")
        if post.about_brand
    }


def answer(visit: Visit) -> Response:
    """The page, its posts and their comments as nodes; all else is not there."""
    return graph_answer(visit, next(iter(SECRETS.values())), _nodes(visit.world))


def _nodes(world: World) -> dict[str, Node]:
    posts = world.posts("facebook")
    comments = [_comment(world, post) for post in posts if post.more["kind"] == "comment"]
    comments += [_reply(world, post) for post in posts if post.more["kind"] == "comment" and post.answer]
    comments.sort(key=lambda node: node["created_time"], reverse=True)
    for node in comments:
        node["comments"] = Edge([one for one in comments if (one["parent"] or {}).get("id") == node["id"]])
    own = [_own(world, name, at, comments) for name, at in sorted(OWN.items(), reverse=True)]
    tagged = [_tagged(world, post) for post in posts if post.more["kind"] == "tagged"]
    page = {
        "id": PAGE,
        "name": NAME,
        "published_posts": Edge(own),
        "tagged": Edge(tagged),
        "ratings": Edge(
            [_recommendation(world, post) for post in posts if post.more["kind"] == "recommendation"]
        ),
    }
    return {node["id"]: node for node in (page, *own, *comments)}


def _own(world: World, name: str, at: timedelta, comments: list[Node]) -> Node:
    here = [node for node in comments if node["id"].startswith(f"{name}_")]
    return _post(world, f"{PAGE}_{name}", at) | {"from": _page(), "comments": Edge(here)}


def _post(world: World, name: str, at: timedelta) -> Node:
    return {
        "id": name,
        "message": None,
        "created_time": _when(world, at),
        "permalink_url": f"https://www.facebook.com/{name.replace('_', '/posts/')}",
        "shares": None,
        "reactions": Edge([]),
        "comments": Edge([]),
    }


def _comment(world: World, post: Post) -> Node:
    name, above = _id(world, post), post.reply_to and _id(world, _by_key(world, post.reply_to))
    return _said(world, name, above, post.at, post.text) | {
        "from": {"id": _person(post), "name": post.author},
        "like_count": post.likes,
        "comment_count": post.replies,
    }


def _reply(world: World, post: Post) -> Node:
    assert post.answer is not None
    name = f"{_id(world, post)}1"
    return _said(world, name, _id(world, post), post.answer.at, post.answer.text) | {"from": _page()}


def _said(world: World, name: str, above: str | None, at: timedelta, text: str) -> Node:
    on, number = name.split("_")
    reply = f"{above.split('_')[1]}&reply_comment_id={number}" if above else number
    return {
        "id": name,
        "message": text,
        "message_tags": None,
        "created_time": _when(world, at),
        "parent": {"id": above} if above else None,
        "permalink_url": f"https://www.facebook.com/{PAGE}/posts/{on}?comment_id={reply}",
        "like_count": 0,
        "comment_count": 0,
    }


def _recommendation(world: World, post: Post) -> Node:
    name = _id(world, post)
    said = [_said(world, f"{name}_1", None, post.answer.at, post.answer.text)] if post.answer else []
    story = {"id": name, "comments": Edge([one | {"from": _page()} for one in said])}
    return {
        "created_time": _when(world, post.at),
        "has_rating": post.stars is not None,
        "has_review": True,
        "rating": int(post.stars) if post.stars else None,
        "recommendation_type": post.more.get("recommendation"),
        "review_text": post.text,
        "reviewer": {"id": _person(post), "name": post.author},
        "open_graph_story": story,
    }


def _tagged(world: World, post: Post) -> Node:
    counts: dict[str, Any] = {
        "reactions": Edge([{"id": str(number)} for number in range(post.likes)]),
        "shares": {"count": post.shares},
    }
    said = {"message": post.text, "from": {"id": _person(post), "name": post.author}}
    return _post(world, _id(world, post), post.at) | said | counts


def _id(world: World, post: Post) -> str:
    number = zlib.crc32(post.key.encode())
    if post.more["kind"] == "comment":
        return f"{post.more['post']}_{number}"
    return f"{_person(post)}_{number}" if post.more["kind"] == "tagged" else str(number)


def _by_key(world: World, key: str) -> Post:
    return next(post for post in world.posts("facebook") if post.key == key)


def _person(post: Post) -> str:
    return str(10_000_000_000 + zlib.crc32(post.author.encode()))


def _page() -> Node:
    return {"id": PAGE, "name": NAME}


def _when(world: World, at: timedelta) -> str:
    return f"{world.when(at):%Y-%m-%dT%H:%M:%S+0000}"
