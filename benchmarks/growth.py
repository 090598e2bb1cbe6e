"""Whether the belt costs the same with a million mentions, cases and clocks stored as with ten thousand.

Both databases are measured in turn within one run; the figures to read are the ratios.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlmodel import col

from alerts.clocks import any_due, ring_due, wind
from store.brand import Brand
from store.claims import claim, finish
from store.db import Database
from store.labels import at_address
from store.mention import NewMention
from store.mentions import due_looks, known_ids, looked, mark_gone, store_mentions
from store.tables import Case, Mention, MentionState

SMALL, LARGE = 10_000, 1_000_000
BATCH = 100
ROUNDS = 30
RINGS = 20
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)  # from which the old mentions go back, one a second
AURORA = Brand(key="aurora", name="Aurora")
BRANDS = {AURORA.key: AURORA}

_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
INSERT INTO mention (brand, source, platform, external_id, text, published_at, state, revision, content_hash,
                     text_key, author_key, history, first_seen_at, changed_at, attempts, thread, url, look_again_at)
SELECT 'aurora', 'shop', 'page', 'old' || i, 'Recensione numero ' || i, datetime('2026-11-24', '-' || i || ' seconds'),
       'triaged', 1, hex(i), hex(i), hex(i % 5000), 0, '2026-11-24 11:00:00',
       '2026-11-24 11:00:00', 0, 'old' || i, 'https://shop.example/reviews/' || i,
       CASE WHEN i <= 5000 THEN '2026-11-24 10:00:00' END
FROM n
"""

# As after years: of ten cases nine are done, and of those left most ring in days to come.
_FILL_CASES = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
INSERT INTO "case" (id, brand, mention_id, status, urgency, reasons, channel, version, opened_at, storm)
SELECT i, 'aurora', i, CASE WHEN i % 10 THEN 'resolved' ELSE 'open' END,
       CASE i % 4 WHEN 0 THEN 'high' ELSE 'normal' END, '[]', 'alerts', 1, '2026-11-01 09:00:00', 0
FROM n
"""
_FILL_CLOCKS = """
INSERT INTO clock (case_id, kind, started_at, due_at, rings_at, rung, set_by)
SELECT id, 'contact', '2026-11-01 09:00:00', datetime('2026-11-25', '+' || (id % 700) || ' hours'),
       CASE status WHEN 'open' THEN datetime('2026-11-25', '+' || (id % 700) || ' hours') || '.000000' END, 0, 'ascolto'
FROM "case"
"""


def bench() -> dict[str, object]:
    """Milliseconds a batch of 100 for storing, storing again, meeting old mentions again, telling which ids are known,
    finding what to look at, looking, comparing a read of 1000 with what stands, claiming + finishing, finding by
    address, and looking for clocks that ring; for ringing a batch of 20; and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        databases = {rows: _filled(Path(folder) / f"{rows}.db", rows) for rows in (SMALL, LARGE)}
        times: dict[str, dict[int, list[float]]] = {name: {SMALL: [], LARGE: []} for name in _STEPS}
        for number in range(ROUNDS):
            for rows, database in databases.items():
                for name, step in _STEPS.items():
                    times[name][rows].append(_timed(step, database, number))
        sizes = {rows: (Path(folder) / f"{rows}.db").stat().st_size / rows for rows in databases}
        for database in databases.values():
            database.close()
    medians = {
        name: {rows: statistics.median(found) for rows, found in by.items()} for name, by in times.items()
    }
    return {
        "ms_a_batch_of_100": {
            name: {str(rows): round(1000 * seconds, 2) for rows, seconds in by.items()}
            for name, by in medians.items()
        },
        "ratio_1000000_to_10000": {name: round(by[LARGE] / by[SMALL], 2) for name, by in medians.items()},
        "bytes_a_mention": {str(rows): round(size) for rows, size in sizes.items()},
        "rounds": ROUNDS,
    }


def _filled(path: Path, rows: int) -> Database:
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.write() as session:
        session.execute(text(_FILL), {"rows": rows})
        session.execute(text(_FILL_CASES), {"rows": rows})
        session.execute(text(_FILL_CLOCKS))
    return database


def _page(number: int) -> list[NewMention]:
    return [
        NewMention(
            brand="aurora",
            source="shop",
            platform="page",
            external_id=f"new{number}-{i}",
            text=f"Il caffè numero {i} della tornata {number} è arrivato freddo.",
            author=f"cliente{i}",
            published_at=NOW,
        )
        for i in range(BATCH)
    ]


def _store(database: Database, number: int) -> None:
    with database.write() as session:
        store_mentions(session, _page(number), now=NOW)


def _old(number: int) -> list[str]:
    """Ids of mentions that stand there from the start, other ones each round."""
    return [f"old{(number * BATCH + i) % SMALL + 1}" for i in range(BATCH)]


def _meet(database: Database, number: int) -> None:
    """Old mentions as a page shows them once more, with other counts: each is written."""
    shown = [
        one.model_copy(update={"external_id": name, "likes": number})
        for one, name in zip(_page(number), _old(number), strict=True)
    ]
    with database.write() as session:
        store_mentions(session, shown, now=NOW)


def _known(database: Database, number: int) -> None:
    with database.read() as session:
        if len(known_ids(session, "aurora", "page", _old(number))) != BATCH:
            raise RuntimeError("old mentions are not known")


def _due(database: Database, number: int) -> None:
    with database.read() as session:
        due_looks(session, "shop", NOW, BATCH)


def _looked(database: Database, number: int) -> None:
    names = _old(number)
    with database.write() as session:
        looked(session, "shop", ("aurora", "page"), names, set(names), NOW)


def _gone(database: Database, number: int) -> None:
    """A read of the newest thousand shows them all."""
    with database.write() as session:
        mark_gone(
            session,
            "shop",
            {f"old{i}" for i in range(1, 1001)},
            since=MIDNIGHT - timedelta(seconds=1000),
            now=NOW,
        )


def _claim(database: Database, number: int) -> None:
    order = [col(Mention.history)]
    with database.write() as session:
        taken = claim(
            session,
            Mention,
            [MentionState.NEW],
            now=NOW,
            lease=timedelta(minutes=1),
            limit=BATCH,
            first=order,
        )
        for row in taken.ids:
            finish(session, Mention, row, taken.token, state=MentionState.TRIAGED)


def _find(database: Database, number: int) -> None:
    with database.read() as session:
        for i in range(BATCH):
            at_address(session, f"https://shop.example/reviews/{number * BATCH + i}")


def _look(database: Database, number: int) -> None:
    with database.read() as session:
        for _ in range(BATCH):
            any_due(session, BRANDS, NOW)


def _ring(database: Database, number: int) -> None:
    """Twenty cases whose time is over since a minute: opened, and rung."""
    moment = NOW - timedelta(minutes=1)
    with database.write() as session:
        for _ in range(RINGS):
            case = Case(brand=AURORA.key, urgency="high", opened_at=NOW - timedelta(hours=1), due_at=moment)
            session.add(case)
            session.flush()
            wind(session, case, AURORA, NOW - timedelta(hours=1), "ascolto")
    done = ring_due(database, BRANDS, ["slack"], NOW)
    if done.written != RINGS:
        raise RuntimeError(f"{done.written} clocks rang, not {RINGS}")


_STEPS: dict[str, Callable[[Database, int], None]] = {
    "store": _store,
    "store_again": _store,
    "meet_again": _meet,
    "known_ids": _known,
    "due_looks": _due,
    "looked": _looked,
    "compare_1000": _gone,
    "claim_finish": _claim,
    "find_by_address": _find,
    "look_for_rings": _look,
    "ring_20": _ring,
}


def _timed(step: Callable[[Database, int], None], database: Database, number: int) -> float:
    start = time.perf_counter()
    step(database, number)
    return time.perf_counter() - start
