"""Two Discourse forums for members: the brand's own, read as a whole, and one of coffee lovers, searched by words.

Posts newest first, 50 a page; a search shows beginnings only.
"""

import json
import re
from datetime import timedelta
from html import escape
from typing import Any

from demo.places import Response, Visit, as_json
from demo.places.mastodon import fold
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "forum"
type = "discourse"
brand = "aurora"
own = true
api_username = "ascolto"
base_url = "$base_url/discourse/aurora"

[[sources]]
name = "tazzina"
type = "discourse"
brand = "aurora"
query = "caffè aurora"
accounts = ["aurora_giulia"]
api_username = "ascolto"
base_url = "$base_url/discourse/tazzina"
"""
SECRETS = {"DISCOURSE_API_KEY": "piazza-key"}
STAFF = {"aurora_giulia"}
PAGE = 50
_TERM = re.compile(r"\b(?:after|order|before|in|status):\S+")


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds: posts are known by their forum's address."""
    posts = [post for post in world.posts("discourse") if post.about_brand and post.author not in STAFF]
    return {f"127.0.0.1/discourse/{post.more['forum']}/{post.key}" for post in posts}


def answer(visit: Visit) -> Response:
    _, forum, *rest = visit.path.split("/")
    path = "/".join(rest)
    posts = [post for post in visit.world.posts("discourse") if post.more["forum"] == forum]
    if visit.headers.get("api-key") != SECRETS["DISCOURSE_API_KEY"]:
        told = "You are not permitted to view the requested resource. The API username or key is invalid."
        return _error(403, "invalid_access", told)
    if path == "posts.json":
        before = visit.number("before", 1 << 40)
        shown = sorted((post for post in posts if int(post.key) < before), key=lambda post: -int(post.key))
        return as_json({"latest_posts": [_post(visit, post, posts) for post in shown[:PAGE]]})
    if match := re.fullmatch(r"posts/(\d+)\.json", path):
        found = [post for post in posts if post.key == match[1]]
        if not found:
            return _error(404, "not_found", "The requested URL or resource could not be found.")
        single = _post(visit, found[0], posts)
        return as_json({name: value for name, value in single.items() if not name.startswith("topic_title")})
    if path == "search.json":
        return _search(visit, posts)
    return _error(404, "not_found", "The requested URL or resource could not be found.")


def _search(visit: Visit, posts: list[Post]) -> Response:
    asked = visit.query.get("q", "")
    words = fold(_TERM.sub(" ", asked)).split()
    page = max(visit.number("page", 1), 1)
    found = [post for post in posts if words and all(word in fold(post.text) for word in words)]
    if match := re.search(r"after:(\d{4}-\d\d-\d\d)", asked):
        found = [post for post in found if _stamp(visit, post.at) >= match[1]]
    shown = found[(page - 1) * PAGE : page * PAGE]
    topics = {_topic(post, posts).key: _topic(post, posts) for post in shown}
    body = {
        "posts": [_beginning(visit, post, posts) for post in shown],
        "topics": [{"id": int(key), "title": topic.title} for key, topic in topics.items()],
        "users": [],
        "categories": [],
        "tags": [],
        "groups": [],
        "grouped_search_result": {
            "more_posts": None,
            "more_users": None,
            "more_categories": None,
            "term": asked,
            "search_log_id": 1,
            "more_full_page_results": True if len(found) > page * PAGE else None,
            "can_create_topic": False,
            "error": None,
            "post_ids": [int(post.key) for post in shown],
            "user_ids": [],
            "category_ids": [],
            "tag_ids": [],
            "group_ids": [],
        },
    }
    return as_json(body)


def _beginning(visit: Visit, post: Post, posts: list[Post]) -> dict[str, Any]:
    return {
        "id": int(post.key),
        "name": "",
        "username": post.author,
        "avatar_template": "",
        "created_at": _stamp(visit, post.at),
        "like_count": post.likes,
        "blurb": post.text[:60] + "...",
        "post_number": _place(post, posts),
        "topic_id": int(_topic(post, posts).key),
    }


def _post(visit: Visit, post: Post, posts: list[Post]) -> dict[str, Any]:
    topic, staff = _topic(post, posts), post.author in STAFF
    above = next((one for one in posts if one.key == post.more.get("to")), None)
    replies = [one for one in posts if one.more.get("to") == post.key]
    like = {"id": 2, "count": post.likes, "can_act": False}
    return {
        "id": int(post.key),
        "name": post.more.get("name", ""),
        "username": post.author,
        "avatar_template": "",
        "created_at": _stamp(visit, post.at),
        "cooked": f"<p>{escape(post.text)}</p>",
        "raw": post.text,
        "post_number": _place(post, posts),
        "post_type": post.more.get("post_type", 1),
        "posts_count": 1 + sum(one.reply_to == topic.key for one in posts),
        "updated_at": _stamp(visit, post.at + timedelta(minutes=2 if post.more.get("edited") else 0)),
        "version": 2 if post.more.get("edited") else 1,
        "reply_count": len(replies),
        "reply_to_post_number": _place(above, posts) if above else None,
        "reads": post.more.get("reads", 1),
        "score": 0.2,
        "topic_id": int(topic.key),
        "topic_slug": "t",
        "topic_title": topic.title or "",
        "topic_html_title": escape(topic.title or ""),
        "actions_summary": [like] if post.likes else [],
        "moderator": False,
        "admin": staff,
        "staff": staff,
        "user_id": 1,
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
        "post_url": f"/t/t/{topic.key}/{_place(post, posts)}",
    }


def _topic(post: Post, posts: list[Post]) -> Post:
    return next((one for one in posts if one.key == post.reply_to), post)


def _place(post: Post, posts: list[Post]) -> int:
    """The number of a post within its topic."""
    topic = _topic(post, posts)
    inside = sorted(int(one.key) for one in posts if one.reply_to == topic.key)
    return 1 if post is topic else 2 + inside.index(int(post.key))


def _stamp(visit: Visit, at: timedelta) -> str:
    return visit.world.when(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(status: int, kind: str, told: str) -> Response:
    body = {"errors": [told], "error_type": kind}
    return Response(json.dumps(body).encode(), "application/json; charset=utf-8", status)
