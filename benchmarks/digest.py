"""How long the weekly digest takes to count and to write with a year of mentions stored: ten thousand, and a million.

On SQLite and, where its wheel is installed, on PostgreSQL. One mention in ten has a case. The picture is drawn apart,
by a stage of its own, and timed apart.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import text

from alerts import digest
from alerts.digest import Period
from alerts.views import Report
from alerts.words import Words
from store.brand import Brand
from store.db import Database

SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 5
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # Monday, 8 in Rome
AURORA = Brand(key="aurora", name="Caffè Aurora")
YEAR = 365 * 86_400
PERIODS = ("2026-W47", "2026-10")
WORDS = Words("it", lasting=True)
TOPICS = (
    '["delivery"]', '["support_response"]', '["product_quality"]', '["staff"]', '["price_value"]', '[]',
    '["waiting_time"]', '["delivery", "support_response"]', '["refund_payment"]', '["taste_food"]', '["app_website"]',
)  # fmt: skip
# `at` gives the moment so many seconds before now, `json` what a column of JSON takes; both differ by engine.
_MENTIONS = """
INSERT INTO mention (id, brand, source, platform, external_id, url, text, author, stars, published_at, state, revision,
    content_hash, author_key, history, first_seen_at, changed_at, attempts, place, likes, shares, replies, answered_at)
SELECT i, 'aurora', 'source-' || (i % 7), CASE i % 4 WHEN 0 THEN 'google' WHEN 1 THEN 'trustpilot' ELSE 'bluesky' END,
    'm' || i, 'https://reviews.example/' || i,
    'Ho ordinato il numero ' || i || ' e non sono contento di come è andata: il pacco è arrivato tardi, la scatola era '
    || 'aperta e il caffè non era quello che avevo scelto. Ci tornerò solo se qualcosa cambia. '
    || CASE WHEN i % 50 = 3 THEN 'Ho provato al telefono per tre giorni e nessuno risponde.' ELSE 'Peccato.' END,
    'cliente' || (i % 50000), 1 + i % 5, {at}, 'triaged', 1, 'h' || i, 'k' || (i % 50000), {false}, {at}, {at}, 0,
    'Caffè Aurora ' || (i % 6), i % 40, i % 11, i % 5, CASE WHEN i % 3 = 0 THEN {at} END
FROM n
"""
_SCORES = """
INSERT INTO score (mention_id, revision, lang, unsupported, sentiment, sentiment_score, sentiment_probs, urgency,
    urgency_score, urgency_probs, category, topics, why, model, scored_at)
SELECT i, 1, 'it', {false}, CASE WHEN i % 10 < 4 THEN 'negative' WHEN i % 10 < 6 THEN 'neutral' ELSE 'positive' END,
    CASE WHEN i % 10 < 4 THEN -0.9 WHEN i % 10 < 6 THEN 0.0 ELSE 0.97 END,
    {json}'{{"negative": 0.013, "neutral": 0.017, "positive": 0.97}}',
    CASE WHEN i % 100 = 1 THEN 'critical' WHEN i % 20 = 2 THEN 'high' ELSE 'normal' END, 0.2,
    {json}'{{"critical": 0.01, "high": 0.1, "low": 0.4, "normal": 0.49}}', 'complaint',
    CASE i % 11 {topics} END, {json}'["il pacco è arrivato tardi", "la scatola era aperta"]', 'built-in@1', {at}
FROM n
"""
_CASES = """
INSERT INTO "case" (id, brand, mention_id, status, urgency, reasons, channel, version, opened_at, due_at, replied_at,
    resolved_at, resolution, storm, statements)
SELECT i, 'aurora', i,
    CASE WHEN i < 3000 AND i % 100 = 10 THEN 'open' WHEN i % 30 = 0 THEN 'dismissed' ELSE 'replied' END,
    CASE WHEN i % 20 = 0 THEN 'high' ELSE 'normal' END, {json}'["negative"]', 'alerts', 3, {at}, {later},
    CASE WHEN (i < 3000 AND i % 100 = 10) OR i % 30 = 0 THEN NULL ELSE {reply} END, NULL,
    CASE WHEN i % 60 = 0 THEN 'false_alarm' END, {false}, {json}'{{}}'
FROM n WHERE i % 10 = 0
"""
_REST = (
    "UPDATE mention SET case_id = id WHERE id % 10 = 0",
    """INSERT INTO clock (case_id, kind, started_at, due_at, rings_at, rung, set_by)
    SELECT id, 'contact', opened_at, due_at, NULL, 1, 'ascolto' FROM "case" """,
    """INSERT INTO reason (mention_id, case_id, kind, occurrence, detail, at)
    SELECT id, id, CASE WHEN id % 1000 = 0 THEN 'viral' ELSE 'negative' END, 0, {json}'[]', opened_at FROM "case" """,
    """INSERT INTO audit (at, who, action, case_id, detail)
    SELECT opened_at, 'ascolto', 'opened', id, {json}'{{}}' FROM "case" """,
    """INSERT INTO audit (at, who, action, case_id, detail)
    SELECT replied_at, 'slack:U0123456789:marta', 'mark_replied', id, {json}'{{}}' FROM "case"
    WHERE replied_at IS NOT NULL""",
)
_COUNTED = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, :rows))",
}


def bench() -> dict[str, object]:
    """Seconds (median and worst of five rounds, after one that fills the caches) for the figures and words of a week
    and of a month, by engine and number of mentions stored; and for drawing the picture."""
    found: dict[str, object] = {}
    spent: dict[str, float] = {}
    shown: Report | None = None
    for engine, opened in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        for rows in (SMALL, LARGE):
            with opened() as db:
                if db is None:
                    found[engine] = "pgserver is not installed"
                    break
                _fill(db, rows)
                for name in PERIODS:
                    period = Period.parse(name, AURORA.zone)
                    own = time.process_time()
                    times = [_timed(lambda p=period: _written(db, p)) for _ in range(ROUNDS + 1)][1:]  # type: ignore[misc]
                    spent[f"{engine}_{rows}_{name}"] = round((time.process_time() - own) / (ROUNDS + 1), 3)
                    shown = _written(db, period)
                    found[f"{engine}_{rows}_{name}"] = _seconds(times)
    if shown is not None and shown.picture is not None:
        picture = shown.picture
        found["picture"] = _seconds([_timed(lambda: picture.draw(WORDS)) for _ in range(ROUNDS)])
    return {
        "seconds": found,
        "processor_seconds": spent,
        "rounds": ROUNDS,
        "target_seconds": 2.0,
        "load": round(os.getloadavg()[0], 1),
    }


def _written(db: Database, period: Period) -> Report:
    with db.read() as session:
        return digest.write(digest.measure(session, AURORA, period, NOW), AURORA, WORDS)


def _seconds(times: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(times), 3), "worst": round(max(times), 3)}


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _fill(db: Database, rows: int) -> None:
    step = YEAR / rows
    here = _words(db, step)
    topics = " ".join(f"WHEN {n} THEN {here['json']}'{named}'" for n, named in enumerate(TOPICS))
    counted = _COUNTED[db.engine.dialect.name]
    with db.write() as session:
        for statement in (_MENTIONS, _SCORES, _CASES):
            head, _, select = statement.format(topics=topics, **here).partition("SELECT")
            wanted = f"{head} {counted} SELECT{select}"
            session.execute(text(wanted.replace('": ', '"\\: ')), {"rows": rows})
        for statement in _REST:
            session.execute(text(statement.format(**here)))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if "postgres" in db.engine.dialect.name else "ANALYZE"))


def _words(db: Database, step: float) -> dict[str, str]:
    if db.engine.dialect.name == "postgresql":
        at = f"timestamptz '{NOW:%Y-%m-%d %H:%M}+00' - (i * {step}) * interval '1 second'"
        return {
            "at": at, "json": "json ", "false": "false",
            "later": f"{at} + interval '4 hours'", "reply": f"{at} + interval '90 minutes'",
        }  # fmt: skip
    moment = "strftime('%Y-%m-%d %H:%M:%S.000000', '{now}', '-' || CAST(i * {step} AS INTEGER) || ' seconds'{more})"
    now = f"{NOW:%Y-%m-%d %H:%M:%S}"
    at, later, reply = (
        moment.format(now=now, step=step, more=more).replace(":", "\\:")
        for more in ("", ", '+4 hours'", ", '+90 minutes'")
    )
    return {"at": at, "later": later, "reply": reply, "json": "", "false": "0"}


@contextmanager
def _sqlite() -> Iterator[Database | None]:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Database(f"sqlite:///{Path(folder) / 'ascolto.db'}")) as db,
    ):
        db.migrate()
        yield db


@contextmanager
def _postgresql() -> Iterator[Database | None]:
    try:
        pgserver: Any = import_module("pgserver")  # one of the packages that the tests need
    except ImportError:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
            with closing(Database(url)) as db:
                db.migrate()
                yield db
        finally:
            server.cleanup()
