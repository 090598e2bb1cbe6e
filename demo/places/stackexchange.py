"""Stack Exchange's interface: questions by words and tags, by ids, the answers of users; backoff, quota, its errors."""

import json
import re
from html import escape
from typing import Any

from demo.places import Response, Visit, as_json
from demo.places.mastodon import fold
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "stackexchange"
type = "stackexchange"
brand = "aurora"
site = "coffee"
query = "caffè aurora"
accounts = [77]
base_url = "$base_url/stackexchange"
filter = "!ascolto-with-answers"
"""
SECRETS: dict[str, str] = {}
SITE, BRAND = "coffee", 77
FILTERS = {"default", "withbody", "!ascolto-with-answers"}
MOST, QUOTA = 100, 300
_IDS = re.compile(r"^/2\.3/(questions|users)/([\d;]+)(/answers)?$")


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    posts = [post for post in world.posts("stackexchange") if post.about_brand and _user(post) != BRAND]
    return {_external(post) for post in posts}


def _external(post: Post) -> str:
    """A comment is named after the question of the answer that it is written under."""
    if not post.reply_to:
        return f"{SITE}/{post.key}"
    sign = "c" if post.more.get("comment") else "a"
    return f"{SITE}/{post.more.get('question', post.reply_to)}/{sign}{post.key}"


def answer(visit: Visit) -> Response:
    posts = visit.world.posts("stackexchange")
    if visit.query.get("site") != SITE:
        return _error(400, "bad_parameter", "site is required")
    if visit.query.get("filter", "default") not in FILTERS:
        return _error(400, "bad_parameter", "Invalid filter specified")
    size, page = visit.number("pagesize", 30), visit.number("page", 1)
    if size > MOST or page < 1:
        return _error(400, "bad_parameter", "page" if page < 1 else "pagesize")
    questions = [post for post in posts if not post.reply_to]
    if match := _IDS.match(visit.path):
        kind, wanted = match[1], match[2].split(";")
        if len(wanted) > MOST:
            return _error(400, "bad_parameter", "ids")
        if kind == "users":
            theirs = [post for post in posts if post.reply_to and str(_user(post)) in wanted]
            items = [_answer(visit, post, posts) for post in theirs if not post.more.get("comment")]
        else:
            items = [_question(visit, post, posts) for post in questions if post.key in wanted]
    elif visit.path == "/2.3/search/advanced":
        items = [_question(visit, post, posts) for post in questions if _found(visit, post)]
    else:
        return _error(404, "no_method", "no method found with this name")
    body: dict[str, Any] = {
        "items": items[(page - 1) * size : page * size],
        "has_more": len(items) > page * size,
        "quota_max": QUOTA,
        "quota_remaining": QUOTA - 1 - visit.earlier % 200,
    }
    return as_json(body)


def _found(visit: Visit, post: Post) -> bool:
    words = fold(visit.query.get("q", "")).split()
    tags = {tag for tag in visit.query.get("tagged", "").split(";") if tag}
    since = visit.number("fromdate", 0)
    searched = fold(f"{post.title or ''} {post.text}")
    return (
        all(word in searched for word in words)
        and tags <= set(post.more.get("tags", []))
        and _seconds(visit, post) >= since
    )


def _question(visit: Visit, post: Post, posts: list[Post]) -> dict[str, Any]:
    answers = [one for one in posts if one.reply_to == post.key and not one.more.get("comment")]
    question = {
        "question_id": int(post.key),
        "title": escape(post.title or ""),
        "tags": post.more.get("tags", []),
        "link": f"https://{SITE}.example/questions/{post.key}",
        "is_answered": bool(answers),
        "view_count": post.more.get("views", 0),
        "answer_count": len(answers),
        **_common(visit, post),
    }
    if visit.query.get("filter") == "!ascolto-with-answers":
        question |= {
            "answers": [_answer(visit, one, posts) for one in answers],
            "comments": _comments(visit, post, posts),
        }
    return question


def _answer(visit: Visit, post: Post, posts: list[Post]) -> dict[str, Any]:
    answer = {
        "answer_id": int(post.key),
        "question_id": int(post.reply_to or 0),
        "is_accepted": False,
        **_common(visit, post),
    }
    if visit.query.get("filter") == "!ascolto-with-answers":
        answer["comments"] = _comments(visit, post, posts)
    return answer


def _comments(visit: Visit, above: Post, posts: list[Post]) -> list[dict[str, Any]]:
    found = [post for post in posts if post.reply_to == above.key and post.more.get("comment")]
    return [
        {"comment_id": int(post.key), "post_id": int(above.key), **_common(visit, post)} for post in found
    ]


def _common(visit: Visit, post: Post) -> dict[str, Any]:
    common: dict[str, Any] = {
        "owner": {
            "account_id": _user(post) + 1000,
            "reputation": 57,
            "user_id": _user(post),
            "user_type": "registered",
            "display_name": escape(post.author),
            "link": f"https://{SITE}.example/users/{_user(post)}",
        },
        "score": post.likes,
        "creation_date": _seconds(visit, post),
        "last_activity_date": _seconds(visit, post),
        "content_license": "CC BY-SA 4.0",
    }
    if visit.query.get("filter", "default") != "default":
        common["body"] = f"<p>{escape(post.text)}</p>"
    if post.more.get("edited"):
        common["last_edit_date"] = int(visit.world.now.timestamp())
    return common


def _seconds(visit: Visit, post: Post) -> int:
    return int(visit.world.when(post.at).timestamp())


def _user(post: Post) -> int:
    return int(post.more["user"])


def _error(status: int, name: str, message: str) -> Response:
    body = {"error_id": status, "error_name": name, "error_message": message}
    return Response(json.dumps(body).encode(), "application/json; charset=utf-8", status)
