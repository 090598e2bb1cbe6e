"""WordPress's REST interface: the comments of the site, held ones for who signs in with an application password."""

import base64
import json
from datetime import UTC
from typing import Any

from demo.places import Response, Visit, as_json
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "blog"
type = "wordpress"
brand = "aurora"
base_url = "$base_url/wordpress"
user = "redazione"
team = ["2"]
"""
SECRETS = {"WORDPRESS_APP_PASSWORD": "abcd EFGH ijkl MNOP"}
USER = "redazione"
MOST = 100
ROUTE = "/wp-json/wp/v2/comments"


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds: a comment's number is one of its site."""
    return {
        f"127.0.0.1/wordpress/{post.key}" for post in world.posts("wordpress") if "ours" not in post.marks
    }


def answer(visit: Visit) -> Response:
    if visit.path != ROUTE:
        return error(404, "rest_no_route", "No route was found matching the URL and request method.")
    signed_in = visit.headers.get("authorization")
    if signed_in and signed_in != basic(USER, *SECRETS.values()):
        return error(401, "incorrect_password", "The provided password is an invalid application password.")
    wanted = visit.query.get("status", "approve")
    if wanted != "approve" and not signed_in:
        return error(401, "rest_forbidden_param", "Query parameter not permitted: status")
    posts = visit.world.posts("wordpress")
    if not signed_in:
        posts = [post for post in posts if post.more.get("status", "approved") == "approved"]
    return listed(visit, [_comment(visit, post) for post in posts])


def listed(visit: Visit, found: list[dict[str, Any]]) -> Response:
    """One page of a collection, newest first, with its totals in the headers; `include` names ids, `after` a time."""
    if include := visit.query.get("include"):
        found = [one for one in found if str(one["id"]) in include.split(",")]
    if visit.query.get("parent_exclude") == "0":
        found = [one for one in found if one["parent"]]
    if after := visit.query.get("after"):
        found = [one for one in found if one["date_gmt"] > after]
    size = visit.number("per_page", 10)
    if not 0 < size <= MOST:
        return error(400, "rest_invalid_param", "Invalid parameter(s): per_page")
    pages = -(-len(found) // size)
    start = size * (visit.number("page", 1) - 1)
    totals = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
    return as_json(found[start : start + size], totals)


def error(status: int, code: str, message: str) -> Response:
    """As WordPress tells it."""
    told = {"code": code, "message": message, "data": {"status": status}}
    return Response(json.dumps(told).encode(), "application/json; charset=UTF-8", status)


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def comment(visit: Visit, post: Post, page: str) -> dict[str, Any]:
    """A comment as both the blog and the shop show it; `page` is the address it stands on."""
    at = visit.world.when(post.at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    author = int(post.more.get("user", 0))
    paragraphs = "".join(f"<p>{part}</p>\n" for part in post.text.split("\n\n"))
    return {
        "id": int(post.key),
        "post": int(post.more.get("post", 0)),
        "parent": int(post.reply_to or 0),
        "author": author,
        "author_name": post.author,
        "author_url": "",
        "date": at,
        "date_gmt": at,
        "content": {"rendered": paragraphs},
        "link": f"{page}#comment-{post.key}",
        "status": post.more.get("status", "approved"),
        "type": "comment",
        "meta": [],
    }


def _comment(visit: Visit, post: Post) -> dict[str, Any]:
    found = comment(visit, post, f"{visit.base_url}/wordpress/?p={post.more['post']}")
    if "up" in visit.query.get("_embed", ""):
        found["_embedded"] = {
            "up": [{"id": found["post"], "type": "post", "title": {"rendered": post.product}}]
        }
    return found
