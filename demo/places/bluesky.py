"""Bluesky's interface: a session for an app password, search by cursor, look-up of 25 posts, an account's feed."""

import json
from datetime import timedelta
from typing import Any

from demo.places import Response, Visit, as_json
from demo.places.mastodon import fold
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "bluesky"
type = "bluesky"
brand = "aurora"
query = "caffè aurora"
identifier = "ascolto.piazza.example"
accounts = ["caffeaurora.example"]
base_url = "$base_url/bluesky"
"""
SECRETS = {"BLUESKY_APP_PASSWORD": "piaz-za00-app0-pass"}
IDENTIFIER = "ascolto.piazza.example"
BRAND = "caffeaurora.example"
TOKEN = "piazza-session"  # noqa: S105 (the demo's own)
MOST, TOGETHER = 100, 25
_SIGN_IN = "/xrpc/com.atproto.server.createSession"


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    return {uri(post) for post in world.posts("bluesky") if post.about_brand and _handle(post) != BRAND}


def uri(post: Post) -> str:
    return f"at://{_did(_handle(post))}/app.bsky.feed.post/{post.key}"


def answer(visit: Visit) -> Response:
    """A session by app password; search and look-up need it. Limits are told in three headers."""
    if visit.path == _SIGN_IN:
        return _session(visit)
    if visit.headers.get("authorization") != f"Bearer {TOKEN}":
        return _error(401, "AuthMissing", "Authentication Required")
    posts = visit.world.posts("bluesky")
    if visit.path == "/xrpc/app.bsky.feed.getPosts":
        asked = visit.listed("uris")
        if not 0 < len(asked) <= TOGETHER:
            return _error(400, "InvalidRequest", 'Error: Params must have the property "uris"')
        return _told(visit, {"posts": [_view(visit, post) for post in posts if uri(post) in asked]})
    if visit.path == "/xrpc/app.bsky.feed.getAuthorFeed":
        theirs = [post for post in posts if visit.query.get("actor") in (_handle(post), _did(_handle(post)))]
        return _told(visit, {"feed": [{"post": _view(visit, post)} for post in theirs[:MOST]]})
    if visit.path != "/xrpc/app.bsky.feed.searchPosts":
        return _error(501, "MethodNotImplemented", "Method Not Implemented")
    words = fold(visit.query.get("q", "")).split()
    limit = visit.number("limit", 25)
    if not words or not 0 < limit <= MOST:
        return _error(400, "InvalidRequest", "Error: Params must have a valid q and limit")
    found = [post for post in posts if all(word in fold(post.text) for word in words)]
    since = visit.query.get("since", "")
    found = [post for post in found if _stamp(visit, post.at) >= since]
    start = visit.number("cursor", 0)
    body: dict[str, Any] = {"posts": [_view(visit, post) for post in found[start : start + limit]]}
    if start + limit < len(found):
        body["cursor"] = str(start + limit)
    return _told(visit, body)


def _session(visit: Visit) -> Response:
    if visit.method != "POST":
        return _error(405, "InvalidRequest", "Incorrect HTTP method")
    try:
        told = json.loads(visit.body)
        given = told["identifier"], told["password"]
    except (ValueError, KeyError, TypeError):
        return _error(400, "InvalidRequest", "Input must be an object with identifier and password")
    if given != (IDENTIFIER, *SECRETS.values()):
        return _error(401, "AuthenticationRequired", "Invalid identifier or password")
    return as_json(
        {
            "did": _did(IDENTIFIER),
            "handle": IDENTIFIER,
            "accessJwt": TOKEN,
            "refreshJwt": f"{TOKEN}-refresh",
            "active": True,
        }
    )


def _view(visit: Visit, post: Post) -> dict[str, Any]:
    handle = _handle(post)
    record: dict[str, Any] = {
        "$type": "app.bsky.feed.post",
        "text": post.text,
        "createdAt": _stamp(visit, post.at),
    }
    if post.lang:
        record["langs"] = [post.lang]
    if post.reply_to:
        above = next(one for one in visit.world.posts("bluesky") if one.key == post.reply_to)
        strong = {"uri": uri(above), "cid": _cid(above)}
        record["reply"] = {"root": strong, "parent": strong}
    if link := post.more.get("link"):
        record["facets"] = [_facet(post.text, post.more["shown"], link)]
    return {
        "uri": uri(post),
        "cid": _cid(post),
        "author": {"did": _did(handle), "handle": handle, "displayName": post.author, "labels": []},
        "record": record,
        "bookmarkCount": 0,
        "replyCount": post.replies,
        "repostCount": post.shares,
        "likeCount": post.likes,
        "quoteCount": post.more.get("quotes", 0),
        "indexedAt": _stamp(visit, post.at),
        "labels": [],
    }


def _facet(text: str, shown: str, link: str) -> dict[str, Any]:
    """Where a link stands: in bytes of UTF-8, as Bluesky counts."""
    start = len(text[: text.index(shown)].encode())
    return {
        "index": {"byteStart": start, "byteEnd": start + len(shown.encode())},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": link}],
    }


def _handle(post: Post) -> str:
    return str(post.more["handle"])


def _did(handle: str) -> str:
    return f"did:web:{handle}"


def _cid(post: Post) -> str:
    return f"bafyreipiazza{post.key}"


def _stamp(visit: Visit, at: timedelta) -> str:
    return visit.world.when(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _told(visit: Visit, body: dict[str, Any]) -> Response:
    limits = {
        "RateLimit-Limit": "3000",
        "RateLimit-Remaining": str(2999 - visit.earlier % 2000),
        "RateLimit-Reset": str(int(visit.world.now.timestamp()) + 300),
        "RateLimit-Policy": "3000;w=300",
    }
    return as_json(body, limits)


def _error(status: int, name: str, message: str) -> Response:
    return Response(
        json.dumps({"error": name, "message": message}).encode(), "application/json; charset=utf-8", status
    )
