"""Instagram's part of the Graph API for the brand's account: its posts with their comments, posts that tag it."""

import zlib
from datetime import timedelta

from demo.graph import Edge, Node
from demo.graph import answer as graph_answer
from demo.places import Response, Visit
from demo.world import Post, World

USER, NAME = "17841400000000042", "caffeaurora"
SOURCE = f"""
[[sources]]
name = "instagram"
type = "instagram"
brand = "aurora"
user_id = "{USER}"
account = "@{NAME}"
base_url = "$base_url/instagram"
"""
SECRETS = {"INSTAGRAM_TOKEN": "piazza-instagram-token"}
OWN = {
    "17900000000000001": timedelta(days=-5),
    "17900000000000002": timedelta(days=-2),
    "17900000000000003": timedelta(days=-1),
    "17900000000000004": timedelta(hours=-20),
}


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    found = [post for post in world.posts("instagram") if post.about_brand]
    return {f"tagged/{_id(post)}" if post.more["kind"] == "tagged" else _id(post) for post in found}


def answer(visit: Visit) -> Response:
    """The account, its posts and their comments as nodes; posts of others stand in its list of tags alone."""
    return graph_answer(visit, next(iter(SECRETS.values())), _nodes(visit.world))


def _nodes(world: World) -> dict[str, Node]:
    posts = world.posts("instagram")
    said = [post for post in posts if post.more["kind"] == "comment"]
    comments = [_comment(world, post) for post in said]
    comments += [_reply(world, post) for post in said if post.answer]
    comments.sort(key=lambda node: node["timestamp"], reverse=True)
    for node in comments:
        below = [one for one in comments if one["parent_id"] == node["id"]]
        node["replies"] = Edge(below, "timestamp")
    own = [_own(world, name, at, comments) for name, at in sorted(OWN.items(), reverse=True)]
    tagged = [_tagged(world, post) for post in posts if post.more["kind"] == "tagged"]
    account = {
        "id": USER,
        "username": NAME,
        "media": Edge(own, "timestamp"),
        "tags": Edge(tagged, "timestamp"),
    }
    return {node["id"]: node for node in (account, *own, *comments)}


def _own(world: World, name: str, at: timedelta, comments: list[Node]) -> Node:
    media = _media(world, name, at, NAME)
    here = [node for node in comments if node["media"]["id"] == name and not node["parent_id"]]
    return media | {"comments": Edge(here, "timestamp"), "comments_count": len(here)}


def _media(world: World, name: str, at: timedelta, username: str) -> Node:
    return {
        "id": name,
        "caption": None,
        "username": username,
        "permalink": f"https://www.instagram.com/p/{zlib.crc32(name.encode()):x}/",
        "timestamp": _when(world, at),
        "media_type": "IMAGE",
        "like_count": 0,
        "comments_count": 0,
        "comments": Edge([], "timestamp"),
    }


def _comment(world: World, post: Post) -> Node:
    above = _id(_by_key(world, post.reply_to)) if post.reply_to else None
    said = _said(world, _id(post), above, post.at, post.text, post.more["post"])
    return said | {"username": post.author, "from": _person(post), "like_count": post.likes}


def _reply(world: World, post: Post) -> Node:
    assert post.answer is not None
    said = _said(world, f"{_id(post)}1", _id(post), post.answer.at, post.answer.text, post.more["post"])
    return said | {"username": NAME, "from": {"id": USER, "username": NAME}}


def _said(world: World, name: str, above: str | None, at: timedelta, text: str, on: str) -> Node:
    return {
        "id": name,
        "text": text,
        "timestamp": _when(world, at),
        "parent_id": above,
        "like_count": 0,
        "media": _media(world, on, OWN[on], NAME),
    }


def _tagged(world: World, post: Post) -> Node:
    counts = {"like_count": post.likes, "comments_count": post.replies}
    return _media(world, _id(post), post.at, post.author) | {"caption": post.text} | counts


def _person(post: Post) -> Node:
    return {"id": str(10_000_000_000 + zlib.crc32(post.author.encode())), "username": post.author}


def _id(post: Post) -> str:
    return f"1800{zlib.crc32(post.key.encode()):012d}"


def _by_key(world: World, key: str) -> Post:
    return next(post for post in world.posts("instagram") if post.key == key)


def _when(world: World, at: timedelta) -> str:
    return f"{world.when(at):%Y-%m-%dT%H:%M:%S+0000}"
