"""The inbox in a real browser: the system's Chromium, driven by playwright. Without one, these tests are skipped, but
where `ASCOLTO_BROWSER` says that there must be one.

`ASCOLTO_SHOTS` names a folder for screenshots, which CI keeps.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from store.db import Database
from store.tables import Snapshot
from tests.alerts.rows import add_case, add_draft, add_mention
from tests.web.site import app, link
from tests.web.slack_door import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
LATE = (
    "Consegna in ritardo di due settimane, nessuno risponde alle e-mail.",
    "Ordine 1142: la tazza è arrivata rotta.",
    "Il punto vendita di Bologna era sporco.",
    "Prezzo raddoppiato da un giorno all'altro senza avviso.",
    "Ho aspettato quaranta minuti per un espresso.",
)
SHOTS = os.environ.get("ASCOLTO_SHOTS")
PATIENCE = 15_000  # milliseconds until a test that waits for nothing fails


@pytest.fixture(scope="module")  # longer, and its loop would be in the way of other tests
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        if os.environ.get("ASCOLTO_BROWSER"):
            pytest.fail("ASCOLTO_BROWSER is set, and there is no Chromium")
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def shelf(db: Database) -> Database:
    """A few cases as they come: critical, a storm of reactions, a question, one in German."""
    with db.write() as session:
        mention = add_mention(session, NOW)
        case = add_case(
            session, mention, NOW, reasons=[("urgent", ["bocca gonfia"]), ("tripwire", ["allergia"])]
        )
        add_draft(session, case, mention, NOW, gloss="Dear Giulia, we are worried about your daughter.")
        viral = add_mention(
            session,
            NOW,
            2,
            text="La macchina del caffè perde acqua da tre settimane e nessuno risponde. Mai più!",
            author="marco.b",
            platform="bluesky",
            title=None,
            stars=None,
            urgency="high",
            likes=900,
            shares=310,
            replies=80,
        )
        spreading = add_case(
            session,
            viral,
            NOW,
            urgency="high",
            reasons=[("viral", ["reactions", "310", "1290", "6000", "9000"])],
        )
        add_draft(session, spreading, viral, NOW)
        for hours, likes in ((6, 20), (5, 60), (4, 150), (3, 330), (2, 520), (1, 760)):
            session.add(
                Snapshot(
                    mention_id=viral.id or 0,
                    at=NOW - timedelta(hours=hours),
                    likes=likes,
                    shares=likes // 3,
                    replies=likes // 10,
                )
            )
        german = add_mention(
            session, NOW, 3, text="Ist die Filiale am Sonntag offen?", author="Jürgen", lang="de", title=None,
            stars=None, urgency="normal", platform="google", likes=None, replies=None, why=[], sentiment="neutral",
        )  # fmt: skip
        add_case(session, german, NOW, urgency="normal", reasons=[("request", [])])
        for number, said in enumerate(LATE, 4):
            late = add_mention(
                session, NOW, number, text=said, title=None, author=f"cliente{number}", urgency="normal", stars=2.0,
                platform="trustpilot", why=["ritardo"], likes=None, replies=None,
            )  # fmt: skip
            add_case(session, late, NOW, urgency="normal", reasons=[("negative", [])])
    return db


@pytest.fixture
def visit(chromium: Any, shelf: Database) -> Iterator[Callable[..., Any]]:
    """Opens a page for somebody who has just followed the printed link."""
    with serving(app(shelf, NOW, "en")) as english, serving(app(shelf, NOW, "it")) as italian:
        opened = []

        def go(lang: str = "en", **context: Any) -> Any:
            where = chromium.new_context(
                base_url={"en": english, "it": italian}[lang],
                viewport=context.pop("viewport", None),
                **context,
            )
            where.set_default_timeout(PATIENCE)
            page = where.new_page()
            faults: list[str] = []
            page.on(
                "console",
                lambda said: (
                    faults.append(said.text) if said.type == "error" and "422" not in said.text else None
                ),
            )
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.faults = faults
            opened.append((where, faults))
            page.goto(f"/sign-in?key={link(shelf, NOW)}")
            page.get_by_role("button").click()
            page.wait_for_selector("h1")
            return page

        yield go
        for where, faults in opened:
            where.close()
            assert faults == []


@pytest.fixture
def shot() -> Callable[[Any, str], None]:
    """Keeps a picture of the whole page, where somebody wants them."""

    def take(page: Any, name: str) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)

    return take
