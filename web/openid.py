"""Sign in with Slack: OpenID Connect's code flow, with state, nonce and PKCE (RFC 7636), for one workspace alone.

Slack's contract: https://docs.slack.dev/authentication/sign-in-with-slack and the methods openid.connect.token and
openid.connect.userInfo. What comes back is believed only as far as Slack's own keys sign it.
"""

import base64
import hashlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt

log = logging.getLogger(__name__)
TIMEOUT = 10.0  # seconds for one answer of Slack
KEYS_KEPT = 3600.0  # seconds
KEYS_AGAIN = 60.0  # at the soonest, when a token names a key that is not known
LEEWAY = 60  # seconds that two clocks may differ
LARGEST = 1_000_000  # bytes of an answer
TEAM, ENTERPRISE, USER = (
    "https://slack.com/team_id",
    "https://slack.com/enterprise_id",
    "https://slack.com/user_id",
)


class NotProved(Exception):
    """Nobody has proved who they are; `why` is for the log: a word, never what was sent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Places:
    """Where Slack answers."""

    issuer: str = "https://slack.com"
    authorize: str = "https://slack.com/openid/connect/authorize"
    token: str = "https://slack.com/api/openid.connect.token"  # noqa: S105  (an address)
    keys: str = "https://slack.com/openid/connect/keys"


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in under way, as the browser's own signed cookie keeps it. `next`: where it goes on."""

    state: str
    nonce: str
    verifier: str
    next: str

    @classmethod
    def new(cls, location: str) -> "Pending":
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, location)

    def to_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom Slack vouches for."""

    user: str
    name: str


class SlackOpenId:
    """One app of ours at Slack. `workspace` gives the id of the only team (or organisation) whose people come in; it
    may ask Slack. `back`: the address of ours to which Slack sends people."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        workspace: Callable[[], str | None],
        back: str,
        places: Places | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._id, self._secret, self._workspace, self._back = client_id, client_secret, workspace, back
        self._places, self._timer = places or Places(), timer
        self._keys: Mapping[str, Any] = {}
        self._asked = float("-inf")
        self._lock = Lock()

    def address(self, pending: Pending) -> str:
        """Where the browser is sent to."""
        hashed = hashlib.sha256(pending.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": self._id,
            "redirect_uri": self._back,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": base64.urlsafe_b64encode(hashed).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        team = self._workspace()
        if team and team.startswith("T"):
            asked["team"] = team
        return f"{self._places.authorize}?{urlencode(asked)}"

    def person(self, pending: Pending, state: str, code: str) -> Person:
        """Who has come back. Raises `NotProved`."""
        if not secrets.compare_digest(state.encode("utf-8", "replace"), pending.state.encode()):
            raise NotProved("state")
        if not code or len(code) > 2_000:
            raise NotProved("code")
        told = self._post(code, pending.verifier)
        claims = self._claims(str(told.get("id_token") or ""))
        if not secrets.compare_digest(
            str(claims.get("nonce", "")).encode("utf-8", "replace"), pending.nonce.encode()
        ):
            raise NotProved("nonce")
        workspace = self._workspace()
        if not workspace or workspace not in (claims.get(TEAM), claims.get(ENTERPRISE)):
            raise NotProved("workspace")
        user = str(claims.get(USER) or claims["sub"])
        if not re.fullmatch(r"[UW][A-Z0-9]{2,20}", user):
            raise NotProved("user")
        return Person(user, str(claims.get("name") or user))

    def _post(self, code: str, verifier: str) -> Mapping[str, Any]:
        form = {
            "client_id": self._id,
            "client_secret": self._secret,
            "code": code,
            "code_verifier": verifier,
            "grant_type": "authorization_code",
            "redirect_uri": self._back,
        }
        told = self._ask("POST", self._places.token, data=form)
        if told.get("ok") is not True:
            raise NotProved("token")
        return told

    def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            key = self._key(str(jwt.get_unverified_header(token).get("kid") or ""))
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._id,
                issuer=self._places.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "aud", "iss", "sub", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise NotProved(f"id_token: {type(error).__name__}") from None
        return claims

    def _key(self, name: str) -> Any:
        with self._lock:
            age = self._timer() - self._asked
            if age > KEYS_KEPT or (name not in self._keys and age > KEYS_AGAIN):
                found = jwt.PyJWKSet.from_dict(dict(self._ask("GET", self._places.keys)))
                self._keys = {str(key.key_id): key.key for key in found.keys if key.key_type == "RSA"}
                self._asked = self._timer()
            if name not in self._keys:
                raise NotProved("key")
            return self._keys[name]

    def _ask(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        try:
            with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client:
                answer = client.request(method, address, **more)
            told = answer.json() if answer.status_code == 200 and len(answer.content) <= LARGEST else None
        except (httpx.HTTPError, ValueError) as error:
            raise NotProved(f"Slack does not answer: {type(error).__name__}") from None
        if not isinstance(told, dict):
            raise NotProved(f"Slack answers {answer.status_code}")
        return told
