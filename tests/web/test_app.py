"""The application: headers on every answer, health, problems told in a sentence; once over a real server."""

import re
from datetime import datetime

import httpx
import pytest
from sqlalchemy import text

from store.db import Database
from tests.alerts.rows import alert
from tests.web.site import app, browser, link, stranger
from tests.web.slack_door import serving
from web.app import HEADERS

WAIT = 30.0  # seconds until a test that hangs fails; none waits so long


@pytest.mark.parametrize(
    "path", ["/", "/cases/1", "/cases/99", "/nowhere", "/healthz", "/static/style.css", "/sign-in?key=wrong"]
)
def test_every_answer_carries_the_headers(db: Database, now: datetime, path: str) -> None:
    with db.write() as session:
        alert(session, now)
    answer = browser(db, now).get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


def test_the_policy_lets_only_what_is_ours_run_and_load() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert set(policy.values()) == {"'none'", "'self'"}


def test_pages_load_only_what_the_policy_allows(db: Database, now: datetime) -> None:
    with db.write() as session:
        case = alert(session, now)
    client = browser(db, now)
    for path in ("/", f"/cases/{case}"):
        page = client.get(path).text
        assert not re.search(
            r"<script(?! src=)|<style|\sstyle=|\son\w+=|<iframe|<img(?! src=./static/)|<meta[^>]+refresh",
            page,
        )
        loaded = re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', page)
        assert loaded
        assert [client.get(one).status_code for one in loaded] == [200] * len(loaded)


def test_health_tells_whether_the_database_answers_and_nothing_else(db: Database, now: datetime) -> None:
    client = stranger(db, now)
    answer = client.get("/healthz", headers={"host": "anything.example"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    with db.write() as session:
        session.execute(text('DROP TABLE "case"'))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "fail", "detail": "the database does not answer"}


def test_a_database_that_does_not_answer_is_told_in_a_sentence(
    db: Database, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    client = browser(db, now)
    with db.write() as session:
        session.execute(text('DROP TABLE "case"'))
    answer = client.get("/")
    assert answer.status_code == 503
    assert "The database does not answer" in answer.text
    assert "no such table" not in answer.text + caplog.text


def test_what_goes_wrong_otherwise_is_told_without_details(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("xoxb-secret")

    monkeypatch.setattr("web.queue.queue_page", broken)
    answer = browser(db, now).get("/")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/cases/0", "/cases/x", "/cases/-1", "/cases/²", f"/cases/{2**31}", "/cases/" + "9" * 400],
)
def test_what_is_not_there_is_told_in_a_sentence(db: Database, now: datetime, path: str) -> None:
    answer = browser(db, now).get(path)
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/static/../app.py", "/static/%2e%2e/app.py"]
)
def test_nothing_else_is_served(db: Database, now: datetime, path: str) -> None:
    assert browser(db, now).get(path).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_nothing_else_is_answered(db: Database, now: datetime, method: str) -> None:
    assert browser(db, now).request(method, "/").status_code == 405


def test_over_a_real_server(db: Database, now: datetime) -> None:
    """The printed link, as a browser follows it."""
    with db.write() as session:
        case = alert(session, now)
    token = link(db, now)
    with (
        serving(app(db, now)) as address,
        httpx.Client(base_url=address, follow_redirects=True, trust_env=False, timeout=WAIT) as client,
    ):
        assert client.get("/").status_code == 403
        assert client.get("/sign-in", params={"key": token}).status_code == 200
        page = client.post("/sign-in", data={"key": token})
        assert (page.status_code, str(page.url)) == (200, f"{address}/")
        assert f'href="/cases/{case}"' in page.text
        assert client.get(f"/cases/{case}").status_code == 200
        rebound = client.get("/", headers={"host": "evil.example"})
        assert rebound.status_code == 403
