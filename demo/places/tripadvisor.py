"""TripAdvisor's Content API: the newest five reviews of a location in a language, for who has a key."""

import json
from typing import Any

from demo.places import Response, Visit, as_json
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "tripadvisor"
type = "tripadvisor"
brand = "aurora"
locations = { 9000001 = "Aurora, Bologna", 9000002 = "Aurora, Trieste" }
languages = ["it", "en"]
base_url = "$base_url/tripadvisor/api/v1"
"""
SECRETS = {"TRIPADVISOR_API_KEY": "piazza-trip"}
MOST = 5
LOCATIONS = ("9000001", "9000002")


def ids(world: World) -> set[str]:
    """Of each location and language the newest five."""
    posts = world.posts("tripadvisor")
    return {
        str(post.key)
        for location in LOCATIONS
        for language in ("it", "en")
        for post in _newest(posts, location, language)
    }


def answer(visit: Visit) -> Response:
    if visit.query.get("key") != SECRETS["TRIPADVISOR_API_KEY"]:
        return _error(403, "ForbiddenException", "The key is not known")
    location = visit.path.removeprefix("/api/v1/location/").removesuffix("/reviews")
    if location not in LOCATIONS:
        return _error(404, "NotFoundException", "There is no such location")
    posts = _newest(visit.world.posts("tripadvisor"), location, visit.query.get("language", "en"))
    return as_json({"data": [_review(visit.world, post) for post in posts]})


def _newest(posts: list[Post], location: str, language: str) -> list[Post]:
    return [post for post in posts if post.more["location"] == location and post.lang == language][:MOST]


def _review(world: World, post: Post) -> dict[str, Any]:
    review: dict[str, Any] = {
        "id": int(post.key),
        "lang": post.lang,
        "location_id": int(post.more["location"]),
        "published_date": world.when(post.at).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "rating": int(post.stars or 0),
        "helpful_votes": post.likes,
        "url": f"https://www.tripadvisor.com/ShowUserReviews-r{post.key}",
        "text": post.text,
        "title": post.title,
        "is_machine_translated": False,
        "user": {"username": post.author},
        "subratings": {},
    }
    if post.answer:
        review["owner_response"] = {
            "id": int(post.key) + 1,
            "lang": post.lang,
            "text": post.answer.text,
            "title": "Risposta del proprietario",
            "author": "Caffè Aurora",
            "published_date": world.when(post.answer.at).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    return review


def _error(status: int, kind: str, told: str) -> Response:
    body = {"error": {"message": told, "type": kind, "code": status}}
    return Response(json.dumps(body).encode(), "application/json", status)
