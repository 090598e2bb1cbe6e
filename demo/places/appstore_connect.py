"""App Store Connect's interface: the reviews of one app, for who signs a token with the team's key."""

import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from demo.places import Response, Visit, as_json
from demo.world import Post, World

APP_ID, ISSUER, KEY_ID = "1900000042", "piazza-issuer", "PIAZZA0001"
SOURCE = f"""
[[sources]]
name = "app-own"
type = "appstore_connect"
brand = "aurora"
app_id = "{APP_ID}"
issuer_id = "{ISSUER}"
key_id = "{KEY_ID}"
base_url = "$base_url/appstore_connect"
"""
MOST, HOURLY = 200, 3500


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    made = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.decode()


# Made anew whenever this internet starts: a key of anybody's stands nowhere.
_KEY, _OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
SECRETS = {"APPSTORE_CONNECT_KEY": _pem(_KEY)}
WRONG = {"APPSTORE_CONNECT_KEY": _pem(_OTHER)}


def ids(world: World) -> set[str]:
    return {post.key for post in world.posts("appstore_connect")}


def answer(visit: Visit) -> Response:
    if not _signed(visit.headers.get("authorization", "")):
        return _error(401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.")
    posts = visit.world.posts("appstore_connect")
    if visit.path.startswith("/v1/customerReviews/"):
        wanted = visit.path.removeprefix("/v1/customerReviews/")
        found = [post for post in posts if post.key == wanted]
        if not found:
            return _error(404, "NOT_FOUND", "The specified resource does not exist")
        return _document(visit, _review(visit.world, found[0]), found, {"self": _own(visit)})
    if visit.path != f"/v1/apps/{APP_ID}/customerReviews":
        return _error(404, "NOT_FOUND", "The specified resource does not exist")
    size = visit.number("limit", 20)
    if size > MOST or visit.query.get("sort") not in (None, "-createdDate"):
        return _error(400, "PARAMETER_ERROR.INVALID", "A parameter has an invalid value")
    start = visit.number("cursor", 0)
    shown = posts[start : start + size]
    links = {"self": _own(visit)}
    if start + size < len(posts):
        links["next"] = f"{_own(visit)}?cursor={start + size}&limit={size}&include=response"
    return _document(visit, [_review(visit.world, post) for post in shown], shown, links)


def _signed(header: str) -> bool:
    try:
        token = header.removeprefix("Bearer ")
        claims = jwt.decode(token, _KEY.public_key(), ["ES256"], audience="appstoreconnect-v1")
        return bool(claims["iss"] == ISSUER and jwt.get_unverified_header(token)["kid"] == KEY_ID)
    except (jwt.PyJWTError, KeyError):
        return False


def _own(visit: Visit) -> str:
    return f"{visit.base_url}/appstore_connect{visit.path}"


def _document(visit: Visit, shown: Any, posts: list[Post], links: dict[str, str]) -> Response:
    body: dict[str, Any] = {"data": shown, "links": links}
    if "response" in visit.query.get("include", ""):
        body["included"] = [_response(visit.world, post) for post in posts if post.answer]
    if isinstance(shown, list):
        body["meta"] = {"paging": {"total": len(visit.world.posts("appstore_connect")), "limit": MOST}}
    left = HOURLY - visit.earlier % 3000
    return as_json(body, {"X-Rate-Limit": f"user-hour-lim:{HOURLY};user-hour-rem:{left};"})


def _review(world: World, post: Post) -> dict[str, Any]:
    review: dict[str, Any] = {
        "type": "customerReviews",
        "id": post.key,
        "attributes": {
            "rating": int(post.stars or 0),
            "title": post.title,
            "body": post.text,
            "reviewerNickname": post.author,
            "createdDate": world.when(post.at).isoformat(),
            "territory": post.country,
        },
        "relationships": {"response": {}},
    }
    if post.answer:
        review["relationships"]["response"] = {
            "data": {"type": "customerReviewResponses", "id": f"a{post.key}"}
        }
    return review


def _response(world: World, post: Post) -> dict[str, Any]:
    assert post.answer is not None
    return {
        "type": "customerReviewResponses",
        "id": f"a{post.key}",
        "attributes": {
            "responseBody": post.answer.text,
            "lastModifiedDate": world.when(post.answer.at).isoformat(),
            "state": post.more.get("state", "PUBLISHED"),
        },
    }


def _error(status: int, code: str, told: str) -> Response:
    errors = [{"status": str(status), "code": code, "title": told, "detail": told}]
    return Response(json.dumps({"errors": errors}).encode(), "application/json", status)
