"""How well copies are found among 100,000 mentions, and what finding costs as they become more.

The mentions go through the rows that triage uses (`alerts.alike`), fifty at a time, each with a case: a copy takes the
case of what it was found to copy. The thresholds of `alerts.copies` were set on other seeds than the one here.
"""

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import insert, text
from sqlmodel import Session, col, select

from alerts import alike
from benchmarks._copies import Planted, planted
from store.db import Database
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Case, Mention

MENTIONS = 100_000
SMALL, LARGE = 10_000, 1_000_000
BATCH = 50
ROUNDS = 30
SEED = 11
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
_CASES = 'INSERT INTO "case" (id, brand, status, urgency, reasons, channel, version, opened_at, storm, statements) '
_CASES += "VALUES (1, 'aurora', 'open', 'normal', '[]', 'alerts', 1, '2026-11-24 11:00:00', 0, '{}')"
_OLD = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
INSERT INTO mention (id, brand, source, platform, external_id, text, published_at, state, revision, content_hash,
                     history, first_seen_at, changed_at, attempts, case_id)
SELECT i, 'aurora', 'shop', 'page', 'old' || i, 'Recensione numero ' || i, '2026-11-24 10:00:00', 'triaged', 1, hex(i),
       0, '2026-11-24 10:00:00', '2026-11-24 10:00:00', 0, 1
FROM n
"""
# Twenty traces a mention, as texts have, spread over all numbers; in their order, so that they are quickly written.
_TRACES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 20 * :rows - 1)
INSERT INTO trace (week, key, slot, mention_id)
SELECT :week, (i - 10 * :rows) * (9223372036854775807 / (10 * :rows)), 0, 1 + i / 20
FROM n
"""


def bench() -> dict[str, object]:
    """Precision and recall of joining, by what was done to the copies, and milliseconds of processor time a mention for
    looking and keeping with ten thousand and a million mentions stored; both targets are 0.95."""
    return accuracy(MENTIONS, SEED) | {"cost": cost(SMALL, LARGE), "seed": SEED}


def accuracy(number: int, seed: int) -> dict[str, object]:
    """Precision: of those that joined a case, how many joined that of their matter; recall: of the planted copies."""
    with tempfile.TemporaryDirectory() as folder:
        database = _opened(Path(folder) / "grouping.db")
        found, seconds = _walk(database, planted(number, seed))
        database.close()
    copies = [(one, first, joined) for one, first, joined in found if one.copy]
    joins = [(one.matter == joined) for one, _, joined in found if joined is not None]
    right = Counter(one.copy for one, _, joined in copies if joined == one.matter)
    made, tenth = Counter(one.copy for one, _, _ in copies), max(1, len(seconds) // 10)
    return {
        "mentions": len(found),
        "copies": len(copies),
        "precision": round(sum(joins) / max(1, len(joins)), 4),
        "recall": round(sum(right.values()) / max(1, len(copies)), 4),
        "recall_by_copy": {str(name): round(right[name] / made[name], 4) for name in sorted(made, key=str)},
        "ms_a_mention": {
            "first_tenth": round(1000 * statistics.mean(seconds[:tenth]) / BATCH, 3),
            "last_tenth": round(1000 * statistics.mean(seconds[-tenth:]) / BATCH, 3),
        },
    }


def cost(small: int, large: int) -> dict[str, object]:
    """Milliseconds a mention for looking and keeping, in batches of fifty that find what was stored in the same run
    and nothing of old; both databases in turn."""
    with tempfile.TemporaryDirectory() as folder:
        databases = {rows: _filled(Path(folder) / f"{rows}.db", rows) for rows in (small, large)}
        times: dict[int, list[float]] = {rows: [] for rows in databases}
        feeds = {rows: _batches(planted(ROUNDS * BATCH, SEED)) for rows in databases}
        for number in range(ROUNDS):
            for rows, database in databases.items():
                batch = next(feeds[rows])
                times[rows].append(_step(database, batch, f"{number}", {})[1])
        for database in databases.values():
            database.close()
    medians = {str(rows): round(1000 * statistics.median(found) / BATCH, 3) for rows, found in times.items()}
    return {"ms_a_mention": medians, "ratio": round(medians[str(large)] / medians[str(small)], 2)}


def _walk(
    database: Database, mentions: Iterable[Planted]
) -> tuple[list[tuple[Planted, int, int | None]], list[float]]:
    """Each with the matter of the case that it joined, None for one of its own; and seconds of each batch."""
    matters: dict[int, int] = {}
    found: list[tuple[Planted, int, int | None]] = []
    seconds: list[float] = []
    for number, batch in enumerate(_batches(mentions)):
        joined, spent = _step(database, batch, str(number), matters)
        seconds.append(spent)
        found += [(one, number, matter) for one, matter in zip(batch, joined, strict=True)]
    return found, seconds


def _batches(mentions: Iterable[Planted]) -> Iterator[list[Planted]]:
    rows = iter(mentions)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _step(
    database: Database, batch: list[Planted], name: str, matters: dict[int, int]
) -> tuple[list[int | None], float]:
    """Stores a batch, then joins cases; gives the matters of those joined, and seconds for that alone. There is a case
    for each mention, with its number; `matters`: what those are about that have mentions."""
    with database.write() as session:
        ids = store_mentions(
            session, [_mention(one, f"{name}-{n}") for n, one in enumerate(batch)], now=NOW
        ).new
    with database.write() as session:
        session.execute(insert(Case), [{"id": number, "brand": "aurora", "opened_at": NOW} for number in ids])
        rows = list(
            session.scalars(select(Mention).where(col(Mention.id).in_(ids)).order_by(col(Mention.id)))
        )
        begun = time.process_time()
        joined = _join(session, rows, batch, matters)
        session.flush()
    return joined, time.process_time() - begun


def _join(
    session: Session, rows: list[Mention], batch: list[Planted], matters: dict[int, int]
) -> list[int | None]:
    near, joined = alike.look(session, rows, NOW), list[int | None]()
    for row, one in zip(rows, batch, strict=True):
        copied = next(near.copies_of(row), None)
        row.case_id = row.id if copied is None else copied.case_id
        if copied is None:
            matters[row.id or 0] = one.matter
        joined.append(None if copied is None else matters.get(row.case_id or 0))
        near.add(row)
        alike.keep(session, row, near.keys_of(row), NOW)
    return joined


def _mention(one: Planted, name: str) -> NewMention:
    return NewMention(
        brand="aurora", source="shop", platform="page", external_id=name, text=one.text, published_at=NOW
    )


def _opened(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    database.migrate()
    return database


def _filled(path: Path, rows: int) -> Database:
    database = _opened(path)
    with database.write() as session:
        session.execute(text(_CASES))
        session.execute(text(_OLD), {"rows": rows})
        session.execute(text(_TRACES), {"rows": rows, "week": alike.week(NOW)})
    return database
