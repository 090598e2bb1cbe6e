"""What `ASCOLTO_SMTP_URL` may say, and that no error repeats it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.email.server import Server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp+starttls://ascolto:secret@smtp.example:2587",
            Server("smtp+starttls", "smtp.example", 2587, "ascolto", "secret"),
        ),
        ("smtp+starttls://smtp.example", Server("smtp+starttls", "smtp.example", 587)),
        ("smtps://a%40b.example:p%25%20@[2001:db8::1]/", Server("smtps", "2001:db8::1", 465, "a@b.example", "p% ")),
        ("smtps://me@x.example:p:#1?x@/y@smtp.example", Server("smtps", "smtp.example", 465, "me@x.example", "p:#1?x@/y")),
        ("smtp://localhost", Server("smtp", "localhost", 25)),
        ("smtp://[::1]:1025", Server("smtp", "::1", 1025)),
    ],
)  # fmt: skip
def test_a_server_is_read(url: str, server: Server) -> None:
    assert Server.parse(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smtp.example",
        "http://hunter2@smtp.example",
        "smtp+starttls://ascolto:hunter2@",
        "smtps://ascolto:hunter2@smtp.example:port",
        "smtps://ascolto:hunter2@smtp.example:99999",
        "smtps://ascolto:hunter2@smtp.example/path",
        "smtps://ascolto:hunter2@[::1",
        "smtps://ascolto:hunter2è@smtp.example",
        "smtp://ascolto:hunter2@smtp.example",
        "smtp://10.0.0.1",
    ],
)
def test_what_cannot_be_used_is_told_without_its_values(url: str) -> None:
    with pytest.raises(ValueError) as raised:
        Server.parse(url)
    assert "hunter2" not in str(raised.value)
    assert raised.value.__cause__ is None


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=30))
def test_any_password_arrives_as_it_is(password: str) -> None:
    written = password.replace("%", "%25")
    assert Server.parse(f"smtps://ascolto:{written}@smtp.example".rstrip()).password == password
