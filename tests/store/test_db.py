"""The database: migrations make the tables the code declares, on both engines; moments stay aware UTC."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

from store.db import MIGRATIONS, Database
from store.tables import Case, Draft, SourceRow

ROW = """
INSERT INTO mention (brand, source, platform, external_id, url, text, published_at, state, revision, content_hash,
                     history, first_seen_at, changed_at, attempts)
VALUES ('aurora', 'shop', 'page', :id, :url, 'Buono', '2026-11-24 10:00:00', 'triaged', 1, 'x', false,
        '2026-11-24 11:00:00', '2026-11-24 11:00:00', 0)
"""

DUE = "2026-11-24 12:00:00+00:00"
CASE = """
INSERT INTO "case" (id, brand, status, urgency, channel, reasons, opened_at, due_at, version)
VALUES (:id, 'aurora', :status, 'high', 'alerts', '[]', '2026-11-24 10:00:00', :due, 1)
"""
AUDIT = """
INSERT INTO audit (at, who, action, case_id, detail) VALUES ('2026-11-24 12:00:00', 'ascolto', 'overdue', 1, '{}')
"""
NOTIFICATION = """
INSERT INTO notification (key, kind, channel, target, case_id, priority, body, state, created_at, attempts, unsure,
                          shown_version)
VALUES ('case:1:slack', 'case', 'slack', 'alerts', 1, 2, '{}', 'sent', '2026-11-24 10:00:00', 0, false, 1)
"""
OLD_CASE = """
INSERT INTO "case" (id, brand, status, urgency, channel, reasons, opened_at, version, storm)
VALUES (1, 'aurora', 'open', 'high', 'alerts', '[]', '2026-11-24 10:00:00', 1, false)
"""
DRAFT = """
INSERT INTO draft (case_id, mention_id, revision, brand, lang, reply, remedy, checks, moves, generator, created_at)
VALUES (1, :mention, 1, 'aurora', 'it', 'Ci scusiamo.', 'apology_fix', '[]', '[]', 'phrases', '2026-11-24 10:00:00')
"""


def test_migrations_and_tables_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": _is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, SQLModel.metadata) == []


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    """The full text is the database's own: SQLite keeps it in tables, PostgreSQL in an index over an expression."""
    return "mention_search" not in (name or "")


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.write() as session:
        session.add(SourceRow(name="shop", brand="aurora", type="page"))
    database.migrate()
    with database.read() as session:
        assert session.get(SourceRow, "shop") is not None


def test_addresses_that_no_index_holds_go(database: Database) -> None:
    """Until 0004 an address had so many characters; now so many bytes, which on PostgreSQL an index holds."""
    with database.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        for number, url in enumerate(("https://shop.example/" + "é" * 1_900, "https://shop.example/1")):
            connection.execute(text(ROW), {"id": f"r{number}", "url": url})
        command.upgrade(config, "head")
        kept = [row.url for row in connection.execute(text("SELECT url FROM mention ORDER BY id"))]
    long = None if database.engine.dialect.name == "postgresql" else "https://shop.example/" + "é" * 1_900
    assert kept == [long, "https://shop.example/1"]


def test_cases_of_before_keep_their_clocks_and_all_that_hangs_on_them(database: Database) -> None:
    """0005 adds a column to a table that others hold on to; what waits for an answer gets its clock as a row."""
    with database.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        for number, (status, due) in enumerate(
            (("open", DUE), ("acknowledged", DUE), ("open", None), ("resolved", DUE)), 1
        ):
            connection.execute(text(CASE), {"id": number, "status": status, "due": due})
        connection.execute(text(AUDIT))
        connection.execute(text(NOTIFICATION))
        command.upgrade(config, "head")
        clocks = connection.execute(text("SELECT case_id, kind, rung FROM clock ORDER BY case_id")).all()
        told = connection.execute(text("SELECT count(*) FROM notification WHERE case_id = 1")).scalar()
        calm = connection.execute(text('SELECT count(*) FROM "case" WHERE NOT storm')).scalar()
        command.downgrade(config, "0004")
        kept = connection.execute(text('SELECT count(*) FROM "case"')).scalar()
        command.upgrade(config, "head")
    assert list(map(tuple, clocks)) == [(1, "contact", 1), (2, "reply", 0)]
    assert (told, calm, kept) == (1, 4, 4)


def test_drafts_of_before_have_no_trace_and_stay(database: Database) -> None:
    """0006 adds columns to tables that others hold on to; a draft of before says of no sentence what allows it."""
    with database.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        connection.execute(text(ROW), {"id": "r1", "url": None})
        connection.execute(text(OLD_CASE))
        mention = connection.execute(text("SELECT id FROM mention")).scalar()
        connection.execute(text(DRAFT), {"mention": mention})
        connection.execute(text(AUDIT))
        command.upgrade(config, "head")
    with database.read() as session:
        draft, case = session.exec(select(Draft)).one(), session.exec(select(Case)).one()
    assert (draft.reply, draft.sentences, draft.status_note, case.statements) == (
        "Ci scusiamo.",
        [],
        None,
        {},
    )
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        kept = connection.execute(text("SELECT reply FROM draft")).scalar()
        trail = connection.execute(text("SELECT count(*) FROM audit")).scalar()
        command.upgrade(config, "head")
    assert (kept, trail) == ("Ci scusiamo.", 1)


def test_moments_come_back_aware_in_utc(database: Database) -> None:
    rome = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.write() as session:
        session.add(SourceRow(name="shop", brand="aurora", type="page", last_ok_at=rome))
    with database.read() as session:
        row = session.exec(select(SourceRow)).one()
    assert row.last_ok_at == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert row.last_ok_at is not None
    assert row.last_ok_at.utcoffset() == timedelta(0)


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(SourceRow(name="shop", brand="aurora", type="page"))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.get(SourceRow, "shop") is None


def test_sqlite_waits_for_another_writer_instead_of_failing(db: Database) -> None:
    with db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 30_000


def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("INSERT INTO snapshot (mention_id, at) VALUES (4711, '2026-01-01 00:00:00')"))


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/folder/a.db")
    database.migrate()
    database.close()
    assert (tmp_path / "new/folder/a.db").exists()
