"""Which queries a block of code makes, for the tests of what a page, a card or a batch costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from store.db import Database


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements made inside."""
    with noted(db) as made:
        statements: list[str] = []
        yield statements
        statements += [statement for statement, _ in made]


@contextmanager
def noted(db: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements made inside, with what was bound to them."""
    made: list[tuple[str, Any]] = []

    def note(connection: object, cursor: object, statement: str, bound: Any, *rest: object) -> None:
        if statement != "BEGIN":
            made.append((statement, bound))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
