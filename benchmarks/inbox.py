"""How long a page of the queue takes with a million mentions stored: as it opens, with every filter, and in searches.

A request goes through the whole application, from the cookie to the page; only the network is left out.
"""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import text

from alerts.channels.slack.listener import Listener
from alerts.words import Words
from store import visits
from store.brand import Brand
from store.db import Database
from store.visits import Role
from web.app import create_app

ROWS = 1_000_000
ROUNDS = 6
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
AURORA = Brand(key="aurora", name="Aurora")
ADDRESS = "http://127.0.0.1:8765"

# One word in all of them, others in one of ten to one of a hundred thousand.
_MENTIONS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
INSERT INTO mention (id, brand, source, platform, external_id, text, author, published_at, state, revision, lang,
                     content_hash, author_key, history, first_seen_at, changed_at, attempts, thread, url, stars)
SELECT i, 'aurora', 'shop', CASE i % 5 WHEN 0 THEN 'google' WHEN 1 THEN 'trustpilot' WHEN 2 THEN 'appstore'
       WHEN 3 THEN 'bluesky' ELSE 'page' END, 'old' || i,
       'Il caffè numero ' || i || ' del gruppo g' || (i % 10) || ' e della serie s' || (i % 1000) || ' di r' ||
       (i % 100000) || ': la consegna era in ritardo e nessuno ha risposto al telefono.', 'cliente' || (i % 50000),
       datetime('2026-11-24', '-' || i || ' seconds'), 'triaged', 1,
       CASE WHEN i % 500 = 0 THEN 'de' WHEN i % 3 THEN 'it' ELSE 'en' END, hex(i), hex(i % 50000), 0,
       '2026-11-24 10:00:00', '2026-11-24 10:00:00', 0, 'old' || i, 'https://shop.example/reviews/' || i, 1 + i % 5
FROM n
"""
# Every fifth has a case; of fifty cases one is to do.
_CASES = """
INSERT INTO "case" (id, brand, mention_id, status, urgency, reasons, channel, version, opened_at, due_at, storm, owner,
                    statements)
SELECT id / 5, 'aurora', id, CASE WHEN id % 250 = 0 THEN 'open' WHEN id % 250 = 5 THEN 'dismissed' ELSE 'resolved' END,
       CASE id / 5 % 7 WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'low' ELSE 'normal' END, '["negative"]',
       'alerts', 1, '2026-11-01 09:00:00',
       CASE WHEN id % 250 = 0 THEN datetime('2026-11-25', '+' || (id % 700) || ' minutes') || '.000000' END, 0,
       CASE WHEN id % 1000 = 0 THEN 'marta' END, '{}'
FROM mention WHERE id % 5 = 0
"""
_SCORES = """
INSERT INTO score (mention_id, revision, lang, unsupported, sentiment, urgency, category, topics, why, model, scored_at)
SELECT id, 1, lang, 0, 'negative', 'normal', 'complaint', CASE WHEN id % 2000 = 0 THEN '["ethics_discrimination"]'
       WHEN id % 2 THEN '["delivery"]' ELSE '["staff", "delivery"]' END, '[]', 'm@1', '2026-11-24 10:00:00'
FROM mention WHERE id % 5 = 0
"""
PAGES = {
    "open": "/",
    "resolved": "/?status=resolved",
    "severity": "/?status=all&severity=critical",
    "platform": "/?platform=google&status=resolved",
    "language": "/?language=de&status=all",
    "topic": "/?topic=ethics_discrimination&status=resolved",
    "owner": "/?owner=marta",
    "nothing": "/?platform=yelp&status=resolved",
    "next": "/?status=resolved&after=50000",
    "every_word": "/?q=caffe",
    "some": "/?q=g5",
    "few": "/?q=s500+consegna",
    "phrase": "/?q=%22consegna+era+in+ritardo%22",
    "rare": "/?q=r50000",
    "beginning": "/?q=cliente4*",
    "filtered": "/?q=caffe&language=de&severity=critical",
    "no_such": "/?q=zebra",
}


def bench() -> dict[str, object]:
    """Milliseconds a page, the median and the 95th percentile over all kinds of pages, and of each kind the median."""
    with tempfile.TemporaryDirectory() as folder:
        db = filled(Path(folder) / "inbox.db", ROWS)
        client = _signed_in(db)
        times: dict[str, list[float]] = {name: [] for name in PAGES}
        for number in range(ROUNDS + 1):
            for name, path in PAGES.items():
                start = time.perf_counter()
                answer = client.get(path)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path}: {answer.status_code}")
                if number:  # the first round warms caches up
                    times[name].append((time.perf_counter() - start) * 1000)
        db.close()
    every = sorted(one for own in times.values() for one in own)
    return {
        "mentions": ROWS,
        "cases": ROWS // 5,
        "median_ms": round(statistics.median(every), 1),
        "p95_ms": round(every[int(len(every) * 0.95)], 1),
        "pages_ms": {name: round(statistics.median(own), 1) for name, own in times.items()},
    }


def filled(path: Path, rows: int) -> Database:
    """A database with so many mentions, a case to every fifth."""
    db = Database(f"sqlite:///{path}")
    db.migrate()
    with db.write() as session:
        for statement in (_MENTIONS, _CASES, _SCORES):
            session.execute(text(statement), {"rows": rows} if ":rows" in statement else {})
        session.execute(text("UPDATE mention SET case_id = id / 5 WHERE id % 5 = 0"))
    with db.write() as session:
        session.execute(text("ANALYZE"))
    return db


def _signed_in(db: Database) -> TestClient:
    listener = Listener(db, Words("en"), {AURORA.key: AURORA}, lambda: None, lambda: NOW)
    client = TestClient(create_app(listener, key="bench"), base_url=ADDRESS)
    with db.write() as session:
        token = visits.make_link(session, "marta", Role.MANAGER, NOW)
    client.post("/sign-in", data={"key": token})
    return client
