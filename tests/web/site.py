"""The inbox as a browser meets it: signed in, on this machine's own address."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from alerts.words import Words
from store.brand import Brand
from store.db import Database
from tests.alerts.rows import BRAND
from web.app import create_app

KEY = "k3y-for-this-run"
ADDRESS = "http://127.0.0.1:8765"
OTHER = Brand(key="lumaca", name="Tè Lumaca")


def app(db: Database, now: datetime, lang: str = "en", routers: Sequence[APIRouter] = ()) -> FastAPI:
    brands = {brand.key: brand for brand in (BRAND, OTHER)}
    return create_app(db, brands, Words(lang), key=KEY, routers=routers, clock=lambda: now)


def stranger(db: Database, now: datetime, lang: str = "en") -> TestClient:
    """A browser without the key."""
    return TestClient(
        app(db, now, lang), base_url=ADDRESS, follow_redirects=False, raise_server_exceptions=False
    )


def browser(db: Database, now: datetime, lang: str = "en") -> TestClient:
    """A browser that has opened the printed link."""
    client = stranger(db, now, lang)
    assert client.get("/", params={"key": KEY}).status_code == 303
    return client
