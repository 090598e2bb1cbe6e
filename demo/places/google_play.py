"""Google Play's interface: a token for a service account that signs who it is, and an app's reviews of a week."""

import json
import re
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.google import fields, granted, no_grant, paged, refused, unauthenticated
from demo.places import Response, Visit, as_json
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "play"
type = "google_play"
brand = "aurora"
package = "example.aurora.app"
app = "Aurora"
base_url = "$base_url/google_play"
token_url = "$base_url/google_play/token"
"""
ISSUER, AUDIENCE = "reader@piazza.iam.example", "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN = "ya29.piazza-play"  # noqa: S105 (the demo's own)
PACKAGE = "example.aurora.app"
MOST = 100
SHOWN_FOR = timedelta(days=7)
_PATH = re.compile(r"^/androidpublisher/v3/applications/([^/]+)/reviews$")


def _account(key: rsa.RSAPrivateKey) -> str:
    """The JSON file that Google gives for a service account."""
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {"type": "service_account", "private_key_id": "k1", "private_key": text}
    return json.dumps(account | {"client_email": ISSUER, "token_uri": AUDIENCE})


_KEY = rsa.generate_private_key(65537, 2048)  # of this process; nothing secret lies in the sources
SECRETS = {"GOOGLE_PLAY_KEY": _account(_KEY)}
WRONG = {"GOOGLE_PLAY_KEY": _account(rsa.generate_private_key(65537, 2048))}


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    return {_name(post) for post in _shown(world)}


def answer(visit: Visit) -> Response:
    if visit.path == "/token":
        return _token(visit)
    if visit.headers.get("authorization") != f"Bearer {TOKEN}":
        return unauthenticated()
    asked = _PATH.match(visit.path)
    if asked is None or visit.method != "GET":
        return refused(404, "Not found.", "notFound")
    if asked[1] != PACKAGE:
        return refused(
            404, f"No application was found for the given package name: {asked[1]}.", "applicationNotFound"
        )
    return _reviews(visit)


def _token(visit: Visit) -> Response:
    form = fields(visit)
    try:
        claims = jwt.decode(
            form.get("assertion", ""),
            _KEY.public_key(),
            ["RS256"],
            audience=AUDIENCE,
            leeway=60,
        )
    except jwt.PyJWTError:
        return no_grant()
    asked = (visit.method, form.get("grant_type"), claims.get("iss"), claims.get("scope"))
    return granted(TOKEN) if asked == ("POST", GRANT, ISSUER, SCOPE) else no_grant()


def _reviews(visit: Visit) -> Response:
    size = min(visit.number("maxResults", 10), MOST)
    try:
        shown, token = paged(_shown(visit.world), visit.query.get("token", ""), size)
    except ValueError:
        return refused(400, "Invalid pagination token.", "badRequest")
    body: dict[str, Any] = {"reviews": [_review(visit.world, post) for post in shown]} if shown else {}
    return as_json(body | ({"tokenPagination": {"nextPageToken": token}} if token else {}))


def _shown(world: World) -> list[Post]:
    """What was written or changed in the last week and has words, the last changed first."""
    found = [post for post in world.posts("google_play") if post.text and -_changed(post) <= SHOWN_FOR]
    return sorted(found, key=_changed, reverse=True)


def _review(world: World, post: Post) -> dict[str, Any]:
    user = {
        "text": f"{post.title or ''}\t{post.text}",
        "lastModified": _timestamp(world, _changed(post)),
        "starRating": round(post.stars or 0),
        "reviewerLanguage": post.more.get("device_language", post.lang),
        "device": "oriole",
        "androidOsVersion": 34,
        "appVersionCode": 812,
        "appVersionName": post.version or "8.1.2",
        "thumbsUpCount": post.likes,
        "thumbsDownCount": 0,
    }
    comments: list[dict[str, Any]] = [{"userComment": user}]
    if post.answer:
        reply = {"text": post.answer.text, "lastModified": _timestamp(world, post.answer.at)}
        comments.append({"developerComment": reply})
    return {"reviewId": _name(post), "authorName": post.author, "comments": comments}


def _timestamp(world: World, at: timedelta) -> dict[str, Any]:
    return {"seconds": str(int(world.when(at).timestamp())), "nanos": 913000000}


def _changed(post: Post) -> timedelta:
    return -timedelta(minutes=post.more["edited"]) if "edited" in post.more else post.at


def _name(post: Post) -> str:
    return f"gp:AOqpT{post.key}"
