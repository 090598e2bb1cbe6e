"""How a platform lets us in: secrets that stand in the environment, and tokens that are asked for with them.

Pure: what is to be asked, and what the answer gives. Whoever has a connection asks. A token lives for one run.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from store.errors import Permanent

LIFE = timedelta(minutes=15)  # of what we sign ourselves; Apple takes 20 minutes at most, Google an hour
MOST = 20_000  # characters of a token
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A POST whose answer holds a token."""

    url: str
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=tuple(_FORM.items()), repr=False)


def secret(secrets: Mapping[str, str], name: str) -> str:
    """The secret that the environment holds under `name`. Raises `Permanent` where it holds none."""
    found = secrets.get(name, "").strip()
    if not found:
        raise Permanent("not signed in", f"{name} is not set: put it into the environment or into .env")
    return found


def basic(user: str, password: str) -> str:
    """The header's value for a name and a password. RFC 7617."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def refreshed(url: str, client_id: str, client_secret: str, refresh_token: str) -> TokenRequest:
    """A new access token for a person's consent. RFC 6749, section 6."""
    return _form(
        url,
        grant_type="refresh_token",
        client_id=client_id,
        client_secret=client_secret,
        refresh_token=refresh_token,
    )


def lengthened(url: str, app_id: str, app_secret: str, token: str) -> TokenRequest:
    """A token that lasts for one that ends within hours, as Meta's Graph API exchanges them."""
    return _form(
        url,
        grant_type="fb_exchange_token",
        client_id=app_id,
        client_secret=app_secret,
        fb_exchange_token=token,
    )


def life_of(answer: bytes) -> timedelta | None:
    """How long the token of an answer lives; None where it does not say, or does not end."""
    try:
        seconds = json.loads(answer)["expires_in"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    known = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < 1e9
    return timedelta(seconds=seconds) if known else None


def asked_of_a_person(
    address: str,
    client_id: str,
    scopes: Sequence[str],
    redirect: str,
    state: str,
    verifier: str,
    more: Any = (),
) -> str:
    """Where a person consents. RFC 6749, section 4.1.1, with a challenge by RFC 7636 (S256)."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    fields = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect,
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **dict(more),
    }
    return f"{address}{'&' if '?' in address else '?'}{urlencode(fields)}"


def for_code(
    url: str, client_id: str, client_secret: str, code: str, redirect: str, verifier: str
) -> TokenRequest:
    """The tokens for the code that came of a consent. RFC 6749, section 4.1.3."""
    return _form(
        url,
        grant_type="authorization_code",
        code=code,
        redirect_uri=redirect,
        client_id=client_id,
        client_secret=client_secret,
        code_verifier=verifier,
    )


def for_client(url: str, client_id: str, client_secret: str) -> TokenRequest:
    """A token of the application's own. RFC 6749, section 4.4, the secret in a Basic header."""
    body = urlencode({"grant_type": "client_credentials"}).encode()
    return TokenRequest(url, body, (*_FORM.items(), ("Authorization", basic(client_id, client_secret))))


def for_service_account(key: str, scope: str, now: datetime, url: str | None = None) -> TokenRequest:
    """A token for a Google service account; `key` is the JSON file it was given. RFC 7523, section 2.1.

    `url` asks somebody other than the key's own `token_uri`. Raises `Permanent` where the key is none.
    """
    try:
        account = json.loads(key)
        asked = url or str(account["token_uri"])
        claims = {
            "iss": account["client_email"],
            "scope": scope,
            "aud": account["token_uri"],
            "iat": now,
            "exp": now + LIFE,
        }
        headers = {"kid": account["private_key_id"]} if account.get("private_key_id") else None
        assertion = jwt.encode(claims, account["private_key"], "RS256", headers)
    except (ValueError, KeyError, TypeError, jwt.PyJWTError):
        raise Permanent(
            "no service account", "the key is not the JSON file that Google gives for a service account"
        ) from None
    return _form(asked, grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=assertion)


def signed_es256(private_key: str, key_id: str, claims: Mapping[str, Any], now: datetime) -> str:
    """A token of our own making (App Store Connect). `private_key`: the PEM text of the `.p8` file.

    Raises `Permanent` where the key is none.
    """
    dated = {**claims, "iat": now, "exp": now + LIFE}
    try:
        return jwt.encode(dated, private_key.replace("\\n", "\n"), "ES256", {"kid": key_id})
    except (ValueError, TypeError, jwt.PyJWTError):
        raise Permanent("no key", "the private key is not the text of the .p8 file") from None


def token_of(answer: bytes, name: str = "access_token") -> str:
    """The token in a JSON answer. Raises `Permanent` where there is none."""
    try:
        found = json.loads(answer)[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        found = None
    if (
        not isinstance(found, str)
        or not found.isascii()
        or not found.isprintable()
        or not 0 < len(found) < MOST
    ):
        raise Permanent("no token", "the sign-in was answered without one: check the credentials")
    return found


def _form(url: str, **fields: str) -> TokenRequest:
    return TokenRequest(url, urlencode(fields).encode())
