"""Trustpilot's interface: the reviews of one business unit, for who has a key; the private list for who signs in."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs

from demo.places import Response, Visit, as_json
from demo.world import Post, World

UNIT = "5f0c1d2e3b4a596877665544"
SOURCE = f"""
[[sources]]
name = "trustpilot"
type = "trustpilot"
brand = "aurora"
business_unit = "{UNIT}"
base_url = "$base_url/trustpilot"

[[sources]]
name = "trustpilot-private"
type = "trustpilot"
brand = "aurora"
business_unit = "{UNIT}"
private = true
base_url = "$base_url/trustpilot"
token_url = "$base_url/trustpilot/v1/oauth/oauth-business-users-for-applications/accesstoken"
"""
SECRETS = {"TRUSTPILOT_API_KEY": "piazza-key", "TRUSTPILOT_API_SECRET": "piazza-secret"}
TOKEN = "piazza-trust"  # noqa: S105 (the demo's own)
MOST = 100
_TOKEN_PATH = "/v1/oauth/oauth-business-users-for-applications/accesstoken"  # noqa: S105
_PUBLIC, _PRIVATE = f"/v1/business-units/{UNIT}/reviews", f"/v1/private/business-units/{UNIT}/reviews"


def ids(world: World) -> set[str]:
    return {post.key for post in world.posts("trustpilot")}


def answer(visit: Visit) -> Response:
    if visit.path == _TOKEN_PATH:
        return _token(visit)
    if visit.path == _PUBLIC and visit.headers.get("apikey") != SECRETS["TRUSTPILOT_API_KEY"]:
        return _error(401, "Invalid API key")
    if visit.path == _PRIVATE and visit.headers.get("authorization") != f"Bearer {TOKEN}":
        return _error(401, "Invalid access token")
    if visit.path not in (_PUBLIC, _PRIVATE):
        return _error(404, "Business unit not found")
    size, page = visit.number("perPage", 20), visit.number("page", 1)
    if size > MOST or visit.query.get("orderBy", "createdat.desc") != "createdat.desc":
        return _error(400, "Bad request")
    posts = [
        post for post in visit.world.posts("trustpilot") if visit.query.get("language") in (None, post.lang)
    ]
    shown = posts[size * (page - 1) : size * page]
    return as_json({"links": [], "reviews": [_review(visit.world, post) for post in shown]})


def _token(visit: Visit) -> Response:
    both = ":".join(SECRETS.values())
    basic = f"Basic {base64.b64encode(both.encode()).decode()}"
    grant = parse_qs(visit.body.decode("utf-8", "replace")).get("grant_type")
    if visit.method != "POST" or visit.headers.get("authorization") != basic:
        return _error(401, "Invalid client credentials")
    if grant != ["client_credentials"]:
        return _error(400, "Unsupported grant type")
    return as_json({"access_token": TOKEN, "token_type": "bearer", "expires_in": "359999"})


def _review(world: World, post: Post) -> dict[str, Any]:
    review: dict[str, Any] = {
        "id": post.key,
        "stars": int(post.stars or 0),
        "title": post.title,
        "text": post.text,
        "language": post.lang,
        "createdAt": world.when(post.at).isoformat(),
        "updatedAt": world.when(post.at).isoformat() if post.more.get("edited") else None,
        "isVerified": True,
        "numberOfLikes": post.likes,
        "status": "active",
        "businessUnit": {"id": UNIT, "displayName": "Caffè Aurora"},
        "consumer": {
            "id": f"c{post.key[1:]}",
            "displayName": post.author,
            "numberOfReviews": 1,
        },
        "companyReply": None,
    }
    if post.answer:
        review["companyReply"] = {
            "text": post.answer.text,
            "createdAt": world.when(post.answer.at).isoformat(),
            "updatedAt": None,
        }
    return review


def _error(status: int, told: str) -> Response:
    return Response(json.dumps({"message": told, "errorCode": status}).encode(), "application/json", status)
