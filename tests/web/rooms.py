"""The inbox with its dashboard, sources and settings, over a configuration file, as the service puts it together."""

from datetime import datetime
from pathlib import Path

from fastapi.testclient import TestClient

from alerts.channels.slack.listener import Listener
from alerts.words import Words
from configuration.live import Live
from inbox import sections
from store.db import Database
from store.visits import Role
from tests.configuration.files import written
from tests.web.site import ADDRESS, KEY, WHO, link
from web.app import create_app


def rooms(
    db: Database,
    now: datetime,
    folder: Path,
    lang: str = "en",
    role: Role = Role.MANAGER,
    who: str = WHO,
) -> TestClient:
    """A browser that is signed in there."""
    live = Live(written(folder), db)
    listener = Listener(
        db,
        Words(lang),
        live.brands,
        lambda: None,
        lambda: now,
        routing=live.routing,
        follow=live.follow,
    )
    app = create_app(listener, key=KEY, sections=sections(live))
    client = TestClient(app, base_url=ADDRESS, follow_redirects=False, raise_server_exceptions=False)
    assert client.post("/sign-in", data={"key": link(db, now, role, who)}).status_code == 303
    return client
