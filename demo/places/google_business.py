"""Google Business Profile's interface: a token for a refresh token, and the reviews of each location."""

import re
from datetime import timedelta
from typing import Any

from demo.google import paged, refused, renewed, unauthenticated
from demo.places import Response, Visit, as_json
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "google"
type = "google_business"
brand = "aurora"
account = "1001"
locations = { 2001 = "Caffè Aurora, Torino", 2002 = "Caffè Aurora, Lecce" }
base_url = "$base_url/google_business"
token_url = "$base_url/google_business/token"
"""
SECRETS = {
    "GOOGLE_CLIENT_ID": "piazza.apps.example",
    "GOOGLE_CLIENT_SECRET": "piazza-secret",
    "GOOGLE_BUSINESS_REFRESH_TOKEN": "1//piazza-refresh",
}
TOKEN = "ya29.piazza-business"  # noqa: S105 (the demo's own)
ACCOUNT, LOCATIONS = "1001", ("2001", "2002")
MOST = 50
_STARS = {1: "ONE", 2: "TWO", 3: "THREE", 4: "FOUR", 5: "FIVE"}
_PATH = re.compile(r"^/v4/accounts/([^/]+)/locations/([^/]+)/reviews$")


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    return {f"{post.more['location']}/{_name(post)}" for post in world.posts("google_business")}


def answer(visit: Visit) -> Response:
    if visit.path == "/token":
        client, secret, refresh = SECRETS.values()
        form = {"client_id": client, "client_secret": secret, "refresh_token": refresh}
        return renewed(visit, form, TOKEN)
    if visit.headers.get("authorization") != f"Bearer {TOKEN}":
        return unauthenticated()
    asked = _PATH.match(visit.path)
    if asked is None or visit.method != "GET":
        return refused(404, "Requested entity was not found.", "notFound")
    if asked[1] != ACCOUNT or asked[2] not in LOCATIONS:
        return refused(403, "The caller does not have permission", "forbidden")
    return _reviews(visit, asked[2])


def _reviews(visit: Visit, location: str) -> Response:
    """Those that changed last first; a location without any answers an empty object."""
    size = visit.number("pageSize", MOST)
    if not 1 <= size <= MOST or visit.query.get("orderBy", "update_time desc") != "update_time desc":
        return refused(400, "Request contains an invalid argument.", "badRequest")
    found = [post for post in visit.world.posts("google_business") if post.more["location"] == location]
    found.sort(key=lambda post: (_changed(visit.world, post), post.key), reverse=True)
    try:
        shown, token = paged(found, visit.query.get("pageToken", ""), size)
    except ValueError:
        return refused(400, "Request contains an invalid argument.", "badRequest")
    if not shown:
        return as_json({})
    body: dict[str, Any] = {
        "reviews": [_review(visit.world, post) for post in shown],
        "averageRating": round(sum(post.stars or 0 for post in found) / len(found), 1),
        "totalReviewCount": len(found),
    }
    return as_json(body | ({"nextPageToken": token} if token else {}))


def _review(world: World, post: Post) -> dict[str, Any]:
    """What was written in another language than English comes with a translation; a rating alone has no comment."""
    location = post.more["location"]
    nameless = not post.author
    review: dict[str, Any] = {
        "name": f"accounts/{ACCOUNT}/locations/{location}/reviews/{_name(post)}",
        "reviewId": _name(post),
        "reviewer": {"displayName": post.author or "A Google User"}
        | ({"isAnonymous": True} if nameless else {}),
        "starRating": _STARS[round(post.stars or 0)],
        "createTime": f"{world.when(post.at):%Y-%m-%dT%H:%M:%S}.123456Z",
        "updateTime": f"{_changed(world, post)}.123456Z",
    }
    translation = post.more.get("translation")
    if translation:
        review["comment"] = f"(Translated by Google) {translation}\n\n(Original)\n{post.text}"
    elif post.text:
        review["comment"] = post.text
    if post.answer:
        at = f"{world.when(post.answer.at):%Y-%m-%dT%H:%M:%SZ}"
        review["reviewReply"] = {"comment": post.answer.text, "updateTime": at}
    return review


def _changed(world: World, post: Post) -> str:
    at = -timedelta(minutes=post.more["edited"]) if "edited" in post.more else post.at
    return f"{world.when(at):%Y-%m-%dT%H:%M:%S}"


def _name(post: Post) -> str:
    return f"AbFvOq{post.key}"
