"""The inbox as a browser meets it: signed in, on this machine's own address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from alerts.channels.slack.listener import Listener
from alerts.words import Words
from store import visits
from store.brand import Brand
from store.db import Database
from store.visits import Role
from tests.alerts.rows import BRAND
from web.app import create_app

KEY = "k3y-of-this-database"
ADDRESS = "http://127.0.0.1:8765"
OTHER = Brand(key="lumaca", name="Tè Lumaca")
BRANDS = {brand.key: brand for brand in (BRAND, OTHER)}
WHO = "marta"


def app(
    db: Database, now: datetime, lang: str = "en", routers: Sequence[APIRouter] = (), **options: Any
) -> FastAPI:
    listener = Listener(db, Words(lang), BRANDS, lambda: None, lambda: now)
    return create_app(listener, key=KEY, routers=routers, **options)


def stranger(
    db: Database, now: datetime, lang: str = "en", address: str = ADDRESS, **options: Any
) -> TestClient:
    """A browser that nobody has signed in with."""
    return TestClient(
        app(db, now, lang, **options), base_url=address, follow_redirects=False, raise_server_exceptions=False
    )


def link(db: Database, now: datetime, role: Role = Role.MANAGER, who: str = WHO) -> str:
    """The token of a new one-time link."""
    with db.write() as session:
        return visits.make_link(session, who, role, now)


def browser(
    db: Database,
    now: datetime,
    lang: str = "en",
    role: Role = Role.MANAGER,
    who: str = WHO,
    **options: Any,
) -> TestClient:
    """A browser that has opened the printed link."""
    client = stranger(db, now, lang, **options)
    assert client.post("/sign-in", data={"key": link(db, now, role, who)}).status_code == 303
    return client


def csrf(client: TestClient, path: str = "/") -> str:
    """What the forms of this browser hold."""
    return client.get(path).text.partition('name="csrf" value="')[2].partition('"')[0]
