"""What every test may ask for: a moment, a database (SQLite, and PostgreSQL where `database` is asked for)."""

import contextlib
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text

from store.db import Database

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
_numbers = itertools.count(1)

settings.register_profile("ascolto", deadline=None)  # a busy machine is no failure
settings.load_profile("ascolto")


@pytest.fixture
def now() -> datetime:
    """A Tuesday noon in Rome, in winter time."""
    return datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.fixture
def shared() -> Path:
    """The folder of shared specifications, samples and data; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("the shared folder is not here")
    return SHARED


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database in a file of its own."""
    with contextlib.closing(_migrated(f"sqlite:///{tmp_path / 'ascolto.db'}")) as database:
        yield database


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server, started once for all tests."""
    pgserver = pytest.importorskip("pgserver", reason="no PostgreSQL server wheel for this machine")
    server: Any = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database on each of the two engines."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'ascolto.db'}"
    else:
        url = _new_postgres_database(request.getfixturevalue("postgres"))
    with contextlib.closing(_migrated(url)) as opened:
        yield opened


def _migrated(url: str) -> Database:
    opened = Database(url)
    opened.migrate()
    return opened


def _new_postgres_database(server: str) -> str:
    name = f"ascolto_{next(_numbers)}"
    engine = create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?", 1)
