"""Messages link to the inbox where its public address is known, and to nothing where it is not."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from rich.console import Console

from alerts.brief_words import hidden
from alerts.channels.console import picture
from alerts.channels.email.letter import letter
from alerts.channels.email.message import as_text
from alerts.channels.slack.blocks import render
from alerts.inbox import InboxOptions, Links
from alerts.overview import Brief, Listing
from alerts.views import Bundle, Report, View, linked, load_view
from alerts.words import Words
from store.db import Database
from store.tables import Notification
from tests.alerts.rows import BRAND, alert

WORDS = Words("en")
BASE = "https://inbox.aurora.example"


def links_in(block: Any) -> list[str]:
    if isinstance(block, Mapping):
        own = [block["url"]] if block.get("type") == "link" else []
        return own + [url for value in block.values() for url in links_in(value)]
    if isinstance(block, list | tuple):
        return [url for value in block for url in links_in(value)]
    return []


def test_addresses() -> None:
    links = InboxOptions(url=f"{BASE}/").links
    assert links.case(7) == f"{BASE}/cases/7"
    assert links.queue(brand="aurora", status=None) == f"{BASE}/?brand=aurora"
    assert links.queue() == f"{BASE}/"
    assert links.page("/dashboard") == f"{BASE}/dashboard"
    assert Links().case(7) is Links().queue() is Links().page("/x") is None


@pytest.mark.parametrize("base", [BASE, None])
def test_a_case_links_to_its_page(db: Database, now: datetime, base: str | None) -> None:
    with db.write() as session:
        case = alert(session, now)
        row = Notification(
            key="k", kind="case", channel="slack", case_id=case, brand="aurora", created_at=now
        )
        view = linked(load_view(session, row, {"aurora": BRAND}, now), row, Links(base))
    there = f"{BASE}/cases/{case}"
    assert (there in links_in(render(view, WORDS).blocks)) is (base is not None)
    assert (there in as_text(letter(view, WORDS))) is (base is not None)
    assert (there in shown(view)) is (base is not None)


def shown(view: View) -> str:
    screen = Console(record=True, width=200, file=io.StringIO())
    screen.print(picture(view, WORDS))
    return screen.export_text()


def test_what_is_cut_links_to_the_rest(now: datetime) -> None:
    row = Notification(key="k", kind="brief", channel="slack", brand="aurora", created_at=now)
    brief = Brief("Caffè Aurora", "morning", now, now, now, BRAND.zone, came=Listing((), 30))
    assert hidden(brief.came, WORDS)
    view = linked(brief, row, Links(BASE))
    assert f"{BASE}/?brand=aurora" in links_in(render(view, WORDS).blocks)
    assert f"{BASE}/?brand=aurora" in as_text(letter(view, WORDS))
    assert f"{BASE}/?brand=aurora" in shown(view)
    assert links_in(render(brief, WORDS).blocks) == []
    report = linked(Report("Week", tuple("x" * 2_900 for _ in range(9))), row, Links(BASE))
    assert any(url.startswith(BASE) for url in links_in(render(report, WORDS).blocks))
    assert BASE in as_text(letter(report, WORDS))
    bundle = linked(Bundle("Caffè Aurora", now, BRAND.zone, "day", ()), row, Links(BASE))
    assert isinstance(bundle, Bundle)
    assert bundle.inbox == f"{BASE}/?brand=aurora"
