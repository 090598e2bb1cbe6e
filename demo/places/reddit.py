"""Reddit's interface: a token for an application, search in posts, comments of a community, look-up by ids."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs

from demo.places import Response, Visit, as_json
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "reddit"
type = "reddit"
brand = "aurora"
query = "caffè aurora"
subreddits = ["caffe"]
base_url = "$base_url/reddit"
token_url = "$base_url/reddit/api/v1/access_token"
"""
SECRETS = {"REDDIT_CLIENT_ID": "piazza", "REDDIT_CLIENT_SECRET": "piazza-secret"}
TOKEN = "piazza-token"  # noqa: S105 (the demo's own)
MOST = 100


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    return {_name(post) for post in world.posts("reddit") if post.about_brand}


def answer(visit: Visit) -> Response:
    """A token by client credentials; everything else needs it. Limits are told in three headers."""
    if visit.path == "/api/v1/access_token":
        return _token(visit)
    if visit.headers.get("authorization") != f"Bearer {TOKEN}":
        return _error(401, "Unauthorized")
    posts = visit.world.posts("reddit")
    if visit.path == "/api/info":
        wanted = visit.query.get("id", "").split(",")
        return _listing(visit, [post for post in posts if _name(post) in wanted], paged=False)
    *_, subreddit, kind = ["", *visit.path.strip("/").split("/")]
    comments = kind == "comments"
    if kind not in ("search", "comments"):
        return _error(404, "Not Found")
    found = [post for post in posts if bool(post.reply_to) == comments]
    if subreddit:
        found = [post for post in found if post.more["subreddit"] == subreddit]
    if not comments:
        words = visit.query.get("q", "").casefold().split()
        found = [post for post in found if words and all(word in _searched(post) for word in words)]
    return _listing(visit, found)


def _token(visit: Visit) -> Response:
    both = ":".join(SECRETS.values())
    basic = f"Basic {base64.b64encode(both.encode()).decode()}"
    grant = parse_qs(visit.body.decode("utf-8", "replace")).get("grant_type")
    if visit.method != "POST" or visit.headers.get("authorization") != basic:
        return _error(401, "Unauthorized")
    if grant != ["client_credentials"]:
        return as_json({"error": "unsupported_grant_type"})
    return as_json({"access_token": TOKEN, "token_type": "bearer", "expires_in": 86400, "scope": "*"})


def _listing(visit: Visit, found: list[Post], paged: bool = True) -> Response:
    """Newest first; `after` names the last thing of the page before."""
    names = [_name(post) for post in found]
    after = visit.query.get("after", "")
    start = names.index(after) + 1 if paged and after in names else 0
    limit = min(visit.number("limit", 25), MOST) if paged else MOST
    page = found[start : start + limit]
    more = paged and start + limit < len(found)
    body = {
        "kind": "Listing",
        "data": {
            "after": _name(page[-1]) if more and page else None,
            "before": None,
            "dist": len(page),
            "children": [{"kind": _name(post)[:2], "data": _thing(visit.world, post)} for post in page],
        },
    }
    used = visit.earlier % 90
    limits = {
        "x-ratelimit-used": str(used),
        "x-ratelimit-remaining": f"{100.0 - used}",
        "x-ratelimit-reset": "60",
    }
    return as_json(body, limits)


def _thing(world: World, post: Post) -> dict[str, Any]:
    at, community, name = world.when(post.at).timestamp(), post.more["subreddit"], _name(post)
    thing: dict[str, Any] = {
        "id": name[3:],
        "name": name,
        "author": post.author,
        "author_fullname": f"t2_{post.author.casefold()}",
        "subreddit": community,
        "created_utc": at,
        "edited": at + 60 if post.more.get("edited") else False,
        "ups": post.likes,
        "score": post.likes,
    }
    if post.reply_to:
        above = f"t3_{post.reply_to}"
        link = f"/r/{community}/comments/{post.reply_to}/_/{name[3:]}/"
        return thing | {"body": post.text, "link_id": above, "parent_id": above, "permalink": link}
    return thing | {
        "title": post.title,
        "selftext": post.text,
        "num_comments": post.replies,
        "permalink": f"/r/{community}/comments/{name[3:]}/_/",
    }


def _name(post: Post) -> str:
    return f"{'t1' if post.reply_to else 't3'}_{post.key}"


def _searched(post: Post) -> str:
    return f"{post.title or ''} {post.text}".casefold()


def _error(status: int, told: str) -> Response:
    return Response(json.dumps({"message": told, "error": status}).encode(), "application/json", status)
