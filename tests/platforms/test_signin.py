"""What is asked for a token, and what an answer gives."""

import base64
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from platforms import signin
from store.errors import Permanent

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def form(asked: signin.TokenRequest) -> dict[str, list[str]]:
    return parse_qs(asked.body.decode())


def test_a_secret_is_taken_from_the_environment_and_its_absence_named() -> None:
    assert signin.secret({"TOKEN": " s3cret\n"}, "TOKEN") == "s3cret"
    for empty in ({}, {"TOKEN": " "}):
        with pytest.raises(Permanent, match="TOKEN is not set"):
            signin.secret(empty, "TOKEN")


def test_refresh_and_client_credentials() -> None:
    asked = signin.refreshed("https://id.example/token", "me", "s3cret", "again")
    assert form(asked) == {
        "grant_type": ["refresh_token"],
        "client_id": ["me"],
        "client_secret": ["s3cret"],
        "refresh_token": ["again"],
    }
    asked = signin.for_client("https://id.example/token", "me", "s3cret")
    assert form(asked) == {"grant_type": ["client_credentials"]}
    assert dict(asked.headers)["Authorization"] == f"Basic {base64.b64encode(b'me:s3cret').decode()}"
    assert "s3cret" not in repr(asked)


def test_a_service_account_signs_who_it_is() -> None:
    key = rsa.generate_private_key(65537, 2048)
    account = {
        "client_email": "reader@piazza.example",
        "token_uri": "https://id.example/token",
        "private_key": pem(key),
        "private_key_id": "k1",
    }
    asked = signin.for_service_account(json.dumps(account), "reviews", NOW, "http://127.0.0.1/token")
    assert asked.url == "http://127.0.0.1/token"
    (assertion,) = form(asked)["assertion"]
    assert jwt.get_unverified_header(assertion)["kid"] == "k1"
    claims = jwt.decode(
        assertion,
        key.public_key(),
        ["RS256"],
        audience="https://id.example/token",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert (claims["iss"], claims["scope"], claims["exp"] - claims["iat"]) == (
        "reader@piazza.example",
        "reviews",
        900,
    )


def test_es256_is_signed_by_the_key_also_where_its_lines_are_written_as_one() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    for text in (pem(key), pem(key).replace("\n", "\\n")):
        token = signin.signed_es256(text, "K1", {"iss": "me", "aud": "appstoreconnect-v1"}, NOW)
        assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": "K1", "typ": "JWT"}
        claims = jwt.decode(
            token,
            key.public_key(),
            ["ES256"],
            audience="appstoreconnect-v1",
            options={"verify_exp": False, "verify_iat": False},
        )
        assert claims["iss"] == "me"


@pytest.mark.parametrize(
    "key", ["", "{}", "[]", "not json", '{"client_email": 1, "token_uri": 2, "private_key": 3}', "\ud800"]
)
def test_what_is_no_key_is_told_without_it(key: str) -> None:
    with pytest.raises(Permanent, match="service account"):
        signin.for_service_account(key, "reviews", NOW)
    with pytest.raises(Permanent, match=r"\.p8"):
        signin.signed_es256(key, "K1", {}, NOW)


def test_a_token_is_what_the_answer_names_and_nothing_else() -> None:
    assert signin.token_of(b'{"access_token": "abc.def"}') == "abc.def"
    for answer in (
        b"",
        b"[]",
        b"{}",
        b'{"access_token": 7}',
        b'{"access_token": ""}',
        b'{"access_token": "a\\r\\nX: y"}',
        b"[" * 100_000,
    ):
        with pytest.raises(Permanent, match="answered without one"):
            signin.token_of(answer)
