"""Yelp's Places API: three excerpts of a business at most, for who has a key; limits are told in headers."""

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from demo.places import Response, Visit, as_json
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "yelp"
type = "yelp"
brand = "aurora"
businesses = { caffe-aurora-bologna = "Aurora, Bologna", caffe-aurora-trieste = "Aurora, Trieste" }
locale = "it_IT"
base_url = "$base_url/yelp"
"""
SECRETS = {"YELP_API_KEY": "piazza-yelp"}
MOST, LONGEST, DAILY = 3, 160, 500
BUSINESSES = ("caffe-aurora-bologna", "caffe-aurora-trieste")
_PACIFIC = ZoneInfo("America/Los_Angeles")


def ids(world: World) -> set[str]:
    posts = world.posts("yelp")
    return {post.key for business in BUSINESSES for post in _shown(posts, business)}


def answer(visit: Visit) -> Response:
    if visit.headers.get("authorization") != f"Bearer {SECRETS['YELP_API_KEY']}":
        return _error(401, "TOKEN_INVALID", "Invalid access token or authorization header.")
    business = visit.path.removeprefix("/v3/businesses/").removesuffix("/reviews")
    if business not in BUSINESSES:
        return _error(404, "BUSINESS_NOT_FOUND", "The requested business could not be found.")
    posts = _shown(visit.world.posts("yelp"), business)
    body = {
        "reviews": [_review(visit.world, post) for post in posts],
        "total": len(posts),
        "possible_languages": sorted({post.lang for post in posts if post.lang}),
    }
    midnight = (visit.world.now + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    limits = {
        "RateLimit-DailyLimit": str(DAILY),
        "RateLimit-Remaining": str(DAILY - visit.earlier % 400),
        "RateLimit-ResetTime": midnight.isoformat(),
    }
    return as_json(body, limits)


def _shown(posts: list[Post], business: str) -> list[Post]:
    """Yelp's own order is not that of time: what people found useful comes first."""
    found = [post for post in posts if post.more["business"] == business]
    return sorted(found, key=lambda post: post.likes, reverse=True)[:MOST]


def _review(world: World, post: Post) -> dict[str, Any]:
    at = world.when(post.at).astimezone(_PACIFIC)
    cut = len(post.text) > LONGEST
    return {
        "id": post.key,
        "url": f"https://www.yelp.com/biz/{post.more['business']}?hrid={post.key}",
        "text": f"{post.text[: LONGEST - 3]}..." if cut else post.text,
        "rating": int(post.stars or 0),
        "time_created": at.strftime("%Y-%m-%d %H:%M:%S"),
        "user": {
            "id": f"u-{post.key}",
            "profile_url": f"https://www.yelp.com/user_details?userid=u-{post.key}",
            "image_url": None,
            "name": post.author,
        },
    }


def _error(status: int, code: str, told: str) -> Response:
    body = {"error": {"code": code, "description": told}}
    return Response(json.dumps(body).encode(), "application/json", status)
