"""What Google's interfaces in the demo's internet share: the shape of their errors, and tokens for people."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from demo.places import Response, Visit, as_json

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
}


def refused(code: int, message: str, reason: str | None = None, detail: str | None = None) -> Response:
    """An error as Google words it: `reason` in the list of errors, `detail` as an ErrorInfo."""
    error: dict[str, Any] = {"code": code, "message": message, "status": _STATUS[code]}
    if reason:
        error["errors"] = [{"message": message, "domain": "global", "reason": reason}]
    if detail:
        info = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": detail,
            "domain": "googleapis.com",
        }
        error["details"] = [info]
    return Response(json.dumps({"error": error}).encode(), "application/json; charset=UTF-8", code)


def unauthenticated() -> Response:
    return refused(
        401, "Request had invalid authentication credentials.", "authError", "ACCESS_TOKEN_INVALID"
    )


def fields(visit: Visit) -> dict[str, str]:
    """The fields of a form that was sent."""
    return {name: values[-1] for name, values in parse_qs(visit.body.decode("utf-8", "replace")).items()}


def renewed(visit: Visit, known: Mapping[str, str], token: str) -> Response:
    """A token for a refresh token; `known`: what the form must hold beside `grant_type`."""
    form = fields(visit)
    if visit.method != "POST" or form.get("grant_type") != "refresh_token":
        return _oauth(400, "unsupported_grant_type")
    if any(form.get(name) != value for name, value in known.items() if name != "refresh_token"):
        return _oauth(401, "invalid_client")
    return (
        granted(token)
        if form.get("refresh_token") == known["refresh_token"]
        else _oauth(400, "invalid_grant")
    )


def granted(token: str) -> Response:
    return as_json({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})


def no_grant() -> Response:
    return _oauth(400, "invalid_grant")


def _oauth(status: int, error: str) -> Response:
    return Response(json.dumps({"error": error}).encode(), "application/json; charset=utf-8", status)


def paged(found: list[Any], token: str, limit: int) -> tuple[list[Any], str | None]:
    """A page and the token of the next; ValueError for a token that nobody gave out."""
    start = int(token.removeprefix("page-")) if token else 0
    if not 0 <= start <= len(found):
        raise ValueError(token)
    following = start + limit
    return found[start:following], f"page-{following}" if following < len(found) else None
