"""Whether this is the only process that works on a SQLite database: two would take back each other's work.

PostgreSQL needs no such lock: there leases decide, and what a dead process held comes free when they end. What only one
at a time may do there has a lock of its own (`alone`).
"""

import fcntl
from pathlib import Path
from typing import IO

from sqlalchemy import make_url, text
from sqlmodel import Session

from store.errors import Permanent

TRIAGE = "ascolto.triage"  # who opens cases by what comes in


def alone(session: Session, name: str) -> None:
    """Nobody else does what has this name until the transaction ends: on PostgreSQL by an advisory lock; SQLite has one
    writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


class OnlyOne:
    """Held from `take` until `free` or the end of the process, however it ends."""

    def __init__(self, database_url: str) -> None:
        url = make_url(database_url)
        named = url.database if url.get_backend_name() == "sqlite" else None
        self._path = Path(f"{named}.lock") if named and named != ":memory:" else None
        self._file: IO[bytes] | None = None

    @property
    def counts(self) -> bool:
        """Whether there is anything to lock: a SQLite database in a file."""
        return self._path is not None

    def take(self) -> None:
        """Raises `Permanent` where another process has it."""
        if self._path is None or self._file is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            mend = (
                "stop it, or let several work together with PostgreSQL and a broker (ASCOLTO_DATABASE_URL, "
                "ASCOLTO_BROKER_URL)"
            )
            raise Permanent("another Ascolto is at work on this database", mend) from None
        self._file = file

    def free(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
