"""Signatures that the scheme's own package accepts, and secrets that no error repeats."""

import base64
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from alerts.channels.webhook.signing import headers, message_id, secret_of
from tests.conftest import ROOT
from tests.hook_server import SECRET


@settings(max_examples=40)
@given(st.binary(min_size=24, max_size=64), st.text(max_size=200))
def test_a_signature_is_good_to_the_schemes_own_package(key: bytes, text: str) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    body = text.encode()
    signed = headers(secret_of(secret), "msg_1", int(time.time()), body)
    Webhook(secret).verify(body, signed, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", signed, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, signed | {"webhook-id": "msg_2"}, json_parse=False)


def test_the_example_of_the_documents_accepts_it_too() -> None:
    """The function that readers copy, as it stands there."""
    text = (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
    code = next(code for code in re.findall(r"```python\n(.*?)```", text, re.S) if "is_genuine" in code)
    names: dict[str, object] = {}
    exec(code, names)
    genuine = names["is_genuine"]
    assert callable(genuine)
    now, body = int(time.time()), "{è}".encode()
    signed = headers(secret_of(SECRET), "msg_1", now, body)
    assert genuine(SECRET, signed, body)
    assert not genuine(SECRET, signed, body + b" ")
    assert not genuine(SECRET, headers(secret_of(SECRET), "msg_1", now - 400, body), body)
    assert not genuine("whsec_" + base64.b64encode(bytes(32)).decode(), signed, body)


def test_a_secret_may_lack_its_padding() -> None:
    assert secret_of(SECRET.rstrip("=")) == secret_of(SECRET)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "hunter2",
        "whsec_",
        "whsec_hunter2",
        "whsec_" + "A" * 100,
        "whsec_" + "é" * 40,
        "whsec_!" + "A" * 40,
    ],
)
def test_what_is_no_secret_is_told_without_its_value(secret: str) -> None:
    with pytest.raises(ValueError, match="write whsec_ and 24 to 64") as raised:
        secret_of(secret)
    assert "hunter2" not in str(raised.value)


def test_an_id_is_stable_and_holds_no_dot() -> None:
    assert message_id("case:1:webhook@1") == message_id("case:1:webhook@1") != message_id("case:1:webhook@2")
    assert re.fullmatch(r"msg_[0-9a-f]{32}", message_id("x"))
