"""Slack's OpenID Connect as its documentation tells it, on this machine: whoever comes is signed in as `person`."""

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse

from web.openid import Places, SlackOpenId

CLIENT, SECRET, TEAM = "25259531569.1115", "shhh-client-secret", "T0AURORA"
WAIT = 30.0


@dataclass
class Door:
    """What it says can be bent: `claims` are put over the true ones, `key` may be another than the one it publishes."""

    person: str = "U0MARTA"
    name: str = "Marta Rossi"
    claims: dict[str, Any] = field(default_factory=dict)
    base: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    signs_with: Any = None
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    keys_read: int = 0

    @property
    def places(self) -> Places:
        base = self.base
        return Places(
            base, f"{base}/openid/connect/authorize", f"{base}/api/openid.connect.token", f"{base}/keys"
        )

    def openid(self, back: str, workspace: str | None = TEAM) -> SlackOpenId:
        return SlackOpenId(CLIENT, SECRET, lambda: workspace, back, self.places)

    def token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.base, "sub": self.person, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce,
            "https://slack.com/team_id": TEAM, "https://slack.com/user_id": self.person, "name": self.name,
        } | self.claims  # fmt: skip
        return jwt.encode(claims, self.signs_with or self.key, self.algorithm, headers={"kid": "one"})


def _app(door: Door) -> FastAPI:
    app = FastAPI()

    @app.get("/openid/connect/authorize")
    def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        door.asked.append(asked)
        code = secrets.token_hex(8)
        door.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    @app.post("/api/openid.connect.token")
    async def token(request: Request) -> JSONResponse:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = door.codes.pop(form.get("code", ""), None)  # a code is good once
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        right = asked is not None and (
            form["client_id"] == CLIENT
            and form["client_secret"] == SECRET
            and form["redirect_uri"] == asked["redirect_uri"]
            and form["grant_type"] == "authorization_code"
            and challenge == asked["code_challenge"]
        )
        if not right or asked is None:
            return JSONResponse({"ok": False, "error": "invalid_code"})
        told = {"ok": True, "access_token": "xoxp-1", "token_type": "Bearer"}
        return JSONResponse(told | {"id_token": door.token(asked["nonce"])})

    @app.get("/keys")
    def keys() -> JSONResponse:
        door.keys_read += 1
        known = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(door.key.public_key()))
        return JSONResponse({"keys": [known | {"kid": "one", "use": "sig", "alg": "RS256"}]})

    return app


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application on a port of its own; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(WAIT)


@contextmanager
def slack_door() -> Iterator[Door]:
    door = Door()
    with serving(_app(door)) as door.base:
        yield door
