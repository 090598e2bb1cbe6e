"""What counts as the open internet, also in the odd spellings that have been used to hide a private address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.addresses import configured, literal, origin, place, without_secrets


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Getting https://a.example/p?key=s3cret took longer", "Getting https://a.example/p took longer"),
        ("<GET https://me:pw@a.example/p?key=s3cret>", "<GET https://a.example/p>"),
        ("what now? nothing", "what now? nothing"),
    ],
)
def test_without_secrets(text: str, told: str) -> None:
    assert without_secrets(text) == told


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("HTTPS://Shop.Example./p?q", "https://shop.example:443"),
        ("http://user:word@shop.example:81/", "http://shop.example:81"),
        ("http://[::1]/", "http://[::1]:80"),
        ("http://[::1/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_origin(url: str, found: str) -> None:
    assert origin(url) == found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://shop.example/p", ("shop.example", 80)),
        ("https://Shop.Example./p", ("shop.example", 443)),
        ("https://shop.example:8443", ("shop.example", 8443)),
        ("http://user:word@10.0.0.1:81/", ("10.0.0.1", 81)),
        ("http://[::1]:9000/", ("::1", 9000)),
        ("ftp://shop.example/", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("http://shop.example:many/", None),
        ("http://[::1/", None),
        ("//shop.example/", None),
        ("", None),
    ],
)
def test_place(url: str, found: tuple[str, int] | None) -> None:
    assert place(url) == found


@given(st.text(max_size=60))
def test_place_never_raises(url: str) -> None:
    assert place(url) is None or len(place(url) or ()) == 2


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("localhost", None),
        ("127.1", None),  # a resolver reads these as 127.0.0.1, so a resolver is asked
        ("0x7f000001", None),
        ("2130706433", None),
    ],
)
def test_literal(host: str, found: str | None) -> None:
    assert literal(host) == found


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        (("10.0.0.5", 8080), True),
        (("10.0.0.5", 80), True),
        (("10.0.0.5", 443), True),  # from http to https on the same host
        (("10.0.0.5", 6379), False),
        (("10.0.0.6", 8080), False),
        (("localhost", 8080), False),
    ],
)
def test_configured(wanted: tuple[str, int], allowed: bool) -> None:
    assert configured(wanted, [("10.0.0.5", 8080), ("shop.example", 443)]) is allowed


def test_a_mail_server_has_a_place_too() -> None:
    assert place("imaps://Mail.example/INBOX") == ("mail.example", 993)
    assert place("imap://127.0.0.1:1143/INBOX") == ("127.0.0.1", 1143)
    assert not configured(("10.0.0.7", 993), [("10.0.0.7", 1143)])
