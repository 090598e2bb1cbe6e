"""Who gets in, what they may do there, and how long: links, visits, roles, hosts, forms."""

import re
from datetime import datetime, timedelta
from threading import Thread

import pytest
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from alerts.inbox import InboxOptions, is_loopback
from alerts.words import N_
from store import visits
from store.db import Database
from store.visits import IDLE, LINK_LASTS, MOST_VISITS, VISIT_LASTS, Role, Visit
from tests.web.site import ADDRESS, KEY, WHO, app, browser, csrf, link, stranger
from web.gate import local, posted, visitor
from web.posted import MOST
from web.site import Section, Site
from web.tries import Tries

PAGES = ["/", "/cases/1", "/?status=open"]
PUBLIC = InboxOptions(url="https://inbox.aurora.example")


def echo(site: Site) -> APIRouter:
    """A section that says who asks and what they posted."""
    router = APIRouter()

    @router.post("/echo")
    def said(request: Request) -> HTMLResponse:
        return HTMLResponse(f"{visitor(request).who}: {posted(request).get('said')}")

    return router


ECHO = Section("/echo", N_("Inbox"), echo)


@pytest.mark.parametrize("page", PAGES)
def test_without_signing_in_nothing_is_shown(db: Database, now: datetime, page: str) -> None:
    answer = stranger(db, now).get(page)
    assert answer.status_code == 403
    assert "Please sign in first." in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("key", ["", "wrong", "è\x00", "x" * 5_000])
def test_only_a_link_that_was_made_opens(db: Database, now: datetime, key: str) -> None:
    client = stranger(db, now)
    link(db, now)
    answer = client.post("/sign-in", data={"key": key})
    assert answer.status_code == 403
    assert "opens nothing any more" in answer.text
    assert client.get("/").status_code == 403


def test_a_link_opens_once(db: Database, now: datetime) -> None:
    token = link(db, now)
    first, second = stranger(db, now), stranger(db, now)
    answer = first.post("/sign-in", data={"key": token, "next": "/?status=open"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?status=open")
    assert first.get("/").status_code == 200
    assert second.post("/sign-in", data={"key": token}).status_code == 403


def test_looking_at_a_link_does_not_use_it_up(db: Database, now: datetime) -> None:
    """Chats and mail scanners look at links before people do."""
    token = link(db, now)
    client = stranger(db, now)
    for _ in range(2):
        page = client.get("/sign-in", params={"key": token})
        assert page.status_code == 200
        assert token in page.text
        assert "set-cookie" not in page.headers
    client.head("/sign-in", params={"key": token})
    assert client.post("/sign-in", data={"key": token}).status_code == 303


def test_of_two_at_once_one_comes_in(database: Database, now: datetime) -> None:
    token = link(database, now)
    found: list[Visit | None] = []

    def use() -> None:
        with database.write() as session:
            found.append(visits.use_link(session, token, now))

    threads = [Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one for one in found if one] == [Visit(WHO, Role.MANAGER)]


def test_a_link_is_over_after_an_hour(db: Database, now: datetime) -> None:
    token = link(db, now)
    assert stranger(db, now + LINK_LASTS).post("/sign-in", data={"key": token}).status_code == 403


def test_the_cookie_is_kept_from_scripts_and_other_sites(db: Database, now: datetime) -> None:
    answer = stranger(db, now).post("/sign-in", data={"key": link(db, now)})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "Max-Age" not in cookie  # gone with the browser
    assert "Secure" not in cookie  # on this machine there is no TLS
    public = stranger(db, now, address="https://inbox.aurora.example", options=PUBLIC)
    cookie = public.post("/sign-in", data={"key": link(db, now)}).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    assert public.get("/").headers["strict-transport-security"]


def test_a_cookie_with_another_signature_opens_nothing(db: Database, now: datetime) -> None:
    client = browser(db, now)
    ((name, value),) = client.cookies.items()
    token = value.rpartition(".")[0]
    for forged in (token, f"{token}.", f"{token}.AAAA", value[:-1], f"x{value}", ""):
        other = stranger(db, now)
        other.cookies.set(name, forged)
        assert other.get("/").status_code == 403


def test_a_visit_ends_by_itself(db: Database, now: datetime) -> None:
    client = browser(db, now)

    def later(after: timedelta) -> int:
        there = stranger(db, now + after)
        there.cookies = client.cookies
        return there.get("/").status_code

    assert later(IDLE - timedelta(minutes=1)) == 200
    assert later(2 * IDLE - timedelta(minutes=2)) == 200  # it was used meanwhile
    assert later(4 * IDLE) == 403
    assert later(VISIT_LASTS) == 403


def test_a_page_that_stays_open_keeps_nobody_signed_in(db: Database, now: datetime) -> None:
    client = browser(db, now)

    def later(after: timedelta, **headers: str) -> int:
        there = stranger(db, now + after)
        there.cookies = client.cookies
        return there.get("/", headers=headers).status_code

    assert later(IDLE - timedelta(minutes=1), **{"HX-Request": "true"}) == 200
    assert later(IDLE + timedelta(minutes=1)) == 403


def test_signing_out_ends_the_visit_on_the_server(db: Database, now: datetime) -> None:
    client, other = browser(db, now), browser(db, now)
    thief = stranger(db, now)
    thief.cookies = client.cookies
    assert client.post("/sign-out", data={"csrf": csrf(client)}).status_code == 303
    assert thief.get("/").status_code == 403
    assert other.get("/").status_code == 200


def test_a_person_is_signed_out_everywhere(db: Database, now: datetime) -> None:
    client, same, other = browser(db, now), browser(db, now), browser(db, now, who="luca")
    client.post("/sign-out", data={"csrf": csrf(client), "everywhere": "1"})
    assert [one.get("/").status_code for one in (client, same, other)] == [403, 403, 200]
    with db.write() as session:
        assert visits.end_all(session) == 1
    assert other.get("/").status_code == 403


def test_one_person_has_so_many_visits(db: Database, now: datetime) -> None:
    with db.write() as session:
        tokens = [
            visits.begin(session, Visit(WHO, Role.READER), now + timedelta(seconds=n))
            for n in range(MOST_VISITS + 3)
        ]
    with db.read() as session:
        there = [visits.find(session, one, now + timedelta(minutes=1)) is not None for one in tokens]
    assert there == [False] * 3 + [True] * MOST_VISITS


def test_no_token_stands_in_the_database(db: Database, now: datetime) -> None:
    token = link(db, now)
    client = browser(db, now)
    ((_, value),) = client.cookies.items()
    with db.read() as session:
        kept = str(session.connection().exec_driver_sql("select * from web_link").all())
        kept += str(session.connection().exec_driver_sql("select * from web_visit").all())
    assert token not in kept
    assert value.rpartition(".")[0] not in kept


def test_a_form_without_its_token_changes_nothing(db: Database, now: datetime) -> None:
    client, other = browser(db, now, sections=[ECHO]), browser(db, now, sections=[ECHO])
    for wrong in ("", "wrong", csrf(other), "è"):
        answer = client.post("/echo", data={"csrf": wrong, "said": "hello"})
        assert answer.status_code == 400
        assert "so nothing was changed" in answer.text
    answer = client.post("/echo", data={"csrf": csrf(client), "said": "hello"})
    assert (answer.status_code, answer.text) == (200, f"{WHO}: hello")


def test_a_form_of_another_site_changes_nothing(db: Database, now: datetime) -> None:
    client = browser(db, now, sections=[ECHO])
    good = {"csrf": csrf(client), "said": "hello"}
    for site in ("cross-site", "same-site"):
        assert client.post("/echo", data=good, headers={"sec-fetch-site": site}).status_code == 400
        key = {"key": link(db, now)}
        assert client.post("/sign-in", data=key, headers={"sec-fetch-site": site}).status_code == 400
    assert client.post("/echo", data=good, headers={"sec-fetch-site": "same-origin"}).status_code == 200


def test_forms_of_other_kinds_and_sizes_are_refused(db: Database, now: datetime) -> None:
    client = browser(db, now, sections=[ECHO])
    token = csrf(client)
    large = {"csrf": token, "said": "x" * MOST}
    assert client.post("/echo", data=large).status_code == 400
    assert client.post("/echo", json={"csrf": token}).status_code == 400
    assert client.post("/echo", data={"csrf": token}, files={"f": b"x"}).status_code == 400
    many = "&".join(f"f{n}=1" for n in range(2_000))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/echo", content=f"csrf={token}&{many}", headers=kind).status_code == 400


def test_a_reader_changes_nothing(db: Database, now: datetime) -> None:
    client = browser(db, now, role=Role.READER, sections=[ECHO])
    assert client.get("/").status_code == 200
    answer = client.post("/echo", data={"csrf": csrf(client)})
    assert answer.status_code == 403
    assert "change nothing" in answer.text
    assert client.post("/sign-out", data={"csrf": csrf(client)}).status_code == 303


def test_too_many_tries_wait(db: Database, now: datetime) -> None:
    client = stranger(db, now, tries=Tries(3))
    answers = [client.post("/sign-in", data={"key": "wrong"}).status_code for _ in range(5)]
    assert answers == [403, 403, 403, 429, 429]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 90)), max_size=40))
def test_tries_are_counted_by_place_over_a_minute(knocks: list[tuple[str, int]]) -> None:
    start = datetime(2026, 11, 28, 12).astimezone()
    tries, let = Tries(3), [("", start)][:0]
    for place, second in sorted(knocks, key=lambda one: one[1]):
        at = start + timedelta(seconds=second)
        mine = [when for known, when in let if known == place and when > at - timedelta(minutes=1)]
        assert tries.allows(place, at) == (len(mine) < 3)
        if len(mine) < 3:
            let.append((place, at))


@pytest.mark.parametrize(
    ("location", "goes"),
    [
        ("/cases/3?x=1", "/cases/3?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/sign-out", "/"),
        ("/x\\..\\", "/"),
    ],
)
def test_nobody_is_led_elsewhere(location: str, goes: str) -> None:
    assert local(location) == goes


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
@pytest.mark.parametrize(
    "host", ["evil.example", "inbox.aurora.example.evil.example", "inbox.aurora.example:81"]
)
def test_another_name_for_this_machine_shows_nothing(
    db: Database, now: datetime, page: str, host: str
) -> None:
    """DNS rebinding: the browser sends the cookie to whoever it takes for the same host."""
    answer = browser(db, now, options=PUBLIC).get(page, headers={"host": host})
    assert answer.status_code == 403
    assert "only under its public address" in answer.text


def test_a_link_under_another_name_is_not_used(db: Database, now: datetime) -> None:
    token = link(db, now)
    client = stranger(db, now)
    answer = client.post("/sign-in", data={"key": token}, headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert client.post("/sign-in", data={"key": token}).status_code == 303


def test_routers_are_answered_for_any_host_without_signing_in(db: Database, now: datetime) -> None:
    router = APIRouter()

    @router.post("/slack/events")
    def receive() -> str:
        return "heard"

    client = TestClient(app(db, now, routers=[router]), base_url=ADDRESS)
    answer = client.post("/slack/events", headers={"host": "ascolto.example.com"})
    assert (answer.status_code, answer.json()) == (200, "heard")


def test_after_signing_in_one_comes_back_to_where_one_was(db: Database, now: datetime) -> None:
    page = stranger(db, now).get("/cases/3").text
    assert re.search(r'value="/cases/3"|Please sign in', page)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://Inbox.Aurora.example/", "https://inbox.aurora.example"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("https://inbox.aurora.example:443", "https://inbox.aurora.example"),
        ("https://inbox.aurora.example:8443", "https://inbox.aurora.example:8443"),
        ("http://inbox.aurora.example", None),
        ("https://inbox.aurora.example/path", None),
        ("https://user@inbox.aurora.example", None),
        ("ftp://inbox.aurora.example", None),
        ("https://", None),
        ("", None),
    ],
)
def test_the_public_address_is_https_unless_it_is_this_machine(url: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(ValueError, match="no address of an inbox"):
            InboxOptions(url=url)
    else:
        assert InboxOptions(url=url).url == kept
    assert KEY
