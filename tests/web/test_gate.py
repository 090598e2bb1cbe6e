"""Who gets in: the key once, then its cookie; this machine's own names alone."""

from datetime import datetime

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from store.db import Database
from tests.web.site import ADDRESS, KEY, app, browser, stranger
from web.gate import Gate, is_loopback

PAGES = ["/", "/cases/1", "/?status=open"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("key", [None, "", "wrong", KEY[:-1], f"{KEY}x", "è\x00"])
def test_without_the_key_nothing_is_shown(db: Database, now: datetime, page: str, key: str | None) -> None:
    answer = stranger(db, now).get(page, params=None if key is None else {"key": key})
    assert answer.status_code == 403
    assert "opens with the link that Ascolto printed" in answer.text
    assert "set-cookie" not in answer.headers
    assert KEY not in answer.text


def test_the_right_key_becomes_a_cookie_and_leaves_the_address(db: Database, now: datetime) -> None:
    answer = stranger(db, now).get("/", params={"status": "open", "key": KEY, "brand": "a&b"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?status=open&brand=a%26b"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Domain" not in cookie
    assert "Max-Age" not in cookie  # gone with the browser


def test_the_cookie_opens_every_page(db: Database, now: datetime) -> None:
    client = browser(db, now)
    assert client.get("/").status_code == 200
    assert client.get("/cases/1").status_code == 404


def test_a_cookie_of_another_run_opens_nothing(db: Database, now: datetime) -> None:
    client = stranger(db, now)
    client.cookies.set(Gate("the run before").cookie, "the run before")
    assert client.get("/").status_code == 403
    client.cookies.set(Gate(KEY).cookie, "the run before")
    assert client.get("/").status_code == 403


def test_two_runs_on_one_machine_keep_their_cookies_apart() -> None:
    assert Gate("one").cookie != Gate("two").cookie


def test_an_empty_key_opens_nothing() -> None:
    assert not Gate("").opens("")


@given(st.text())
def test_only_the_key_itself_opens(given: str) -> None:
    assert Gate(KEY).opens(given) == (given == KEY)


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost", True),
        ("LOCALHOST:8765", True),
        ("127.0.0.1:8765", True),
        ("127.8.0.1", True),
        ("[::1]:8765", True),
        ("", False),
        ("evil.example", False),
        ("evil.example:8765", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("127.0.0.1@evil.example", False),
        ("evil.example@127.0.0.1", False),
        ("evil.example/127.0.0.1", False),
        ("127.0.0.1/evil", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("192.168.1.4:8765", False),
        ("[::1", False),
        ("localhost:port", False),
    ],
)
def test_which_names_are_this_machine(host: str, ours: bool) -> None:
    assert is_loopback(host) is ours


@given(st.text(max_size=40))
def test_no_host_header_breaks_the_look(host: str) -> None:
    assert is_loopback(host) in (True, False)


@pytest.mark.parametrize("page", PAGES)
def test_another_name_for_this_machine_shows_nothing(db: Database, now: datetime, page: str) -> None:
    """DNS rebinding: the browser sends the key's cookie to whoever it takes for the same host."""
    answer = browser(db, now).get(page, headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert "only under the address of its own machine" in answer.text


def test_the_right_key_under_another_name_is_not_accepted(db: Database, now: datetime) -> None:
    answer = stranger(db, now).get("/", params={"key": KEY}, headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_routers_are_answered_for_any_host_without_the_key(db: Database, now: datetime) -> None:
    router = APIRouter()

    @router.post("/slack/events")
    def receive() -> str:
        return "heard"

    client = TestClient(app(db, now, routers=[router]), base_url=ADDRESS)
    answer = client.post("/slack/events", headers={"host": "ascolto.example.com"})
    assert (answer.status_code, answer.json()) == (200, "heard")
