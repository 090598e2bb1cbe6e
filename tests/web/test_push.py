"""Posts to `/in/SOURCE` over the application itself."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from platforms.webhook import Options
from store.db import Database
from store.tables import Mention
from tests.alerts.rows import BRAND
from tests.web.site import ADDRESS, app
from web.push import push_router

KEY = base64.b64encode(b"k" * 32).decode()
ENVIRONMENT = {"ASCOLTO_INBOUND_SECRET": f"whsec_{KEY}"}


def client(
    db: Database, now: datetime, wake: Callable[[], object] = lambda: None, **secrets: str
) -> TestClient:
    source = Options(name="zap", type="webhook", brand=BRAND.key)
    router = push_router(db, {"zap": source}, lambda key: BRAND, ENVIRONMENT | secrets, wake, lambda: now)
    return TestClient(app(db, now, routers=[router]), base_url=ADDRESS, raise_server_exceptions=False)


def send(
    to: TestClient, now: datetime, value: Any, name: str = "zap", post: str = "m1", **headers: str
) -> Any:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    at = str(int(now.timestamp()))
    digest = hmac.digest(b"k" * 32, f"{post}.{at}.".encode() + body, hashlib.sha256)
    signed = {
        "webhook-id": post,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    return to.post(
        f"/in/{name}", content=body, headers=signed | {"content-type": "application/json"} | headers
    )


def stored(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Mention)) or 0


def test_a_signed_post_is_stored_and_scoring_is_woken(db: Database, now: datetime) -> None:
    woken = threading.Event()
    answer = send(client(db, now, woken.set), now, {"text": "Il caffè perde"})
    assert (answer.status_code, answer.json()["new"]) == (200, 1)
    assert woken.is_set()
    assert answer.headers["cache-control"] == "no-store"
    woken.clear()
    again = send(client(db, now, woken.set), now, {"text": "Il caffè perde"}, post="m2")
    assert again.json()["unchanged"] == 1
    replayed = send(client(db, now, woken.set), now, {"text": "Il caffè perde"}, post="m2")
    assert (replayed.status_code, replayed.json()["unchanged"]) == (200, 0)
    assert not woken.is_set()
    assert stored(db) == 1


def test_who_has_not_the_secret_is_told_nothing(db: Database, now: datetime) -> None:
    to = client(db, now)
    bad = send(to, now, {"text": "x"}, **{"webhook-signature": "v1,AAAA"})
    unknown = send(to, now, {"text": "x"}, "other")
    unset = send(client(db, now, ASCOLTO_INBOUND_SECRET=""), now, {"text": "x"})
    assert {answer.status_code for answer in (bad, unknown, unset)} == {401}
    assert bad.content == unknown.content == unset.content
    assert stored(db) == 0


def test_what_is_wrong_is_told_to_who_has_it(db: Database, now: datetime) -> None:
    to = client(db, now)
    assert send(to, now, b"no").status_code == 400
    answer = send(to, now, [{"author": "Ada"}])
    assert (answer.status_code, answer.json()["errors"][0]["record"]) == (422, 1)
    assert send(to, now, [{"author": "Ada"}, {"text": "Buono"}]).status_code == 200


def test_a_large_post_is_refused_before_it_is_read(db: Database, now: datetime) -> None:
    assert send(client(db, now), now, b"x" * 1_000_001).status_code == 413


def test_only_posts_are_answered(db: Database, now: datetime) -> None:
    assert client(db, now).get("/in/zap").status_code == 405


def test_a_database_that_is_away_is_an_answer_that_says_to_post_again(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr("web.push.receive", away)
    answer = send(client(db, now), now, {"text": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
