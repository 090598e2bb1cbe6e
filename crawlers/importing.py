"""Mentions from a file: CSV (any usual dialect) or JSON lines, row by row in constant memory.

A bad line is reported by its number and the rest goes on. A row without an id gets one from what it says, so that
the same file twice adds nothing.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crawlers.dates import parse_date
from crawlers.ratings import count, stars
from crawlers.reading import HISTORY
from crawlers.rows import Row, opened, rows
from store.db import Database
from store.mention import FIELDS, NewMention, storable
from store.mentions import BATCH, Stored, store_mentions
from store.tables import SourceRow

_LANG = re.compile(r"^[a-zA-Z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
_COUNTS = ("likes", "shares", "replies", "views")
TYPE = "import"  # of a source that only imports know


@dataclass(frozen=True, slots=True)
class Into:
    """Where the mentions belong. `columns`: the column of the file for a field of ours, where they differ."""

    brand: str
    source: str
    platform: str
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadLine:
    line: int
    error: str


@dataclass(slots=True)
class Imported:
    """What an import did. `unchanged` counts what was known already, and what was erased and stays away."""

    new: int = 0
    edited: int = 0
    unchanged: int = 0
    errors: int = 0

    def add(self, stored: Stored, rows: int) -> None:
        self.new += len(stored.new)
        self.edited += len(stored.edited)
        self.unchanged += rows - len(stored.new) - len(stored.edited)


def import_file(
    db: Database, path: Path, into: Into, *, now: datetime, on_error: Callable[[BadLine], None]
) -> Imported:
    """Stores the mentions of a file in batches; `on_error` hears of each bad line. Raises `Permanent` for a file
    that cannot be read at all.

    As with any source, what is older than 48 hours at the first import into it is history; into a source that is
    crawled, which finds its news by itself, every import is like the first.
    """
    done = Imported()
    before = now - HISTORY if is_first(db, into) else None
    mentions = _mentions(path, into, now, done, on_error)
    while batch := list(islice(mentions, BATCH)):
        with db.write() as session:
            done.add(store_mentions(session, batch, now=now, history_before=before), len(batch))
    note_read(db, into, now)
    return done


def is_first(db: Database, into: Into) -> bool:
    """Whether what comes is the first that the source ever brought."""
    with db.read() as session:
        row = session.get(SourceRow, into.source)
        return row is None or row.type != TYPE or row.first_read_at is None


def note_read(db: Database, into: Into, now: datetime) -> None:
    """A source that only imports know has been read; one that is crawled has its own first read."""
    with db.write() as session:
        row = session.get(SourceRow, into.source)
        if row is None:
            row = SourceRow(name=into.source, brand=into.brand, type=TYPE)
        if row.type == TYPE:
            row.first_read_at, row.last_ok_at = row.first_read_at or now, now
            session.add(row)


def _mentions(
    path: Path, into: Into, now: datetime, done: Imported, on_error: Callable[[BadLine], None]
) -> Iterator[NewMention]:
    with opened(path) as file:
        for line, row in rows(file, FIELDS, into.columns):
            try:
                if isinstance(row, str):
                    raise ValueError(row)
                yield mention_of(row, into, now)
            except ValueError as error:
                done.errors += 1
                on_error(BadLine(line, told(error)))


def told(error: ValueError) -> str:
    """What is wrong with a record, without what it says."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{first['loc'][0]}: {str(first['msg']).removeprefix('Value error, ')}"


def mention_of(row: Row, into: Into, now: datetime, undated: datetime | None = None) -> NewMention:
    """The mention that a record describes; `undated` stands in for a missing date. Raises ValueError (pydantic's
    ValidationError is one) with the field and what is wrong with it."""
    values = {name: value for name in FIELDS if (value := row.get(name)) not in (None, "")}
    published = parse_date(_plain(values.get("published_at")), now)
    if published is None and values.get("published_at") is None:
        published = undated
    if published is None:
        raise ValueError(_no_date(values.get("published_at")))
    text = values.get("text", "")
    if not isinstance(text, str):
        raise ValueError("text: must be a text")
    rating = _stars(values.get("stars"))
    if not text.strip() and not values.get("title") and rating is None:
        raise ValueError("text: is missing, and there are no stars")
    for name in ("external_id", "thread"):
        if isinstance(values.get(name, ""), bool) or not isinstance(values.get(name, ""), str | int | float):
            raise ValueError(f"{name}: must be a text or a number")
    if not isinstance(values.get("answer", ""), str):
        raise ValueError("answer: must be a text")
    known = {
        "brand": into.brand,
        "source": into.source,
        "platform": into.platform,
        # Two exports may count their rows alike: an id is one of its source.
        "external_id": f"{into.source}/{values.get('external_id') or _made_id(values)}",
        "text": text,
        "published_at": published,
        "stars": rating,
        "edited_at": _date(values, "edited_at", now),
        "answered_at": _date(values, "answered_at", now),
        # An id of the same source, as its own.
        "thread": f"{into.source}/{values['thread']}" if values.get("thread") else None,
        "lang": _lang(values.get("lang")),
        **{name: count(values.get(name)) for name in _COUNTS},
    }
    return NewMention.model_validate(values | known)


def _date(values: Mapping[str, Any], name: str, now: datetime) -> datetime | None:
    value = _plain(values.get(name))
    found = parse_date(value, now)
    if found is None and value not in (None, ""):
        raise ValueError(_no_date(value, name))
    return found


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _no_date(value: Any, name: str = "published_at") -> str:
    if value is None:
        return "published_at: is missing: name its column with --map published_at=Column"
    return f"{name}: {str(value)[:40]!r} is no date: write it as 2026-11-24 or 2026-11-24T10:30:00Z"


def _stars(value: Any) -> float | None:
    if value is None:
        return None
    found = stars(value)
    if found is None:
        raise ValueError(f"stars: {str(value)[:40]!r} are no stars: write 1 to 5, or such as 8/10")
    return found


def _lang(value: Any) -> str | None:
    """What is no code of a language is left to detection."""
    return value.strip().lower() if isinstance(value, str) and _LANG.match(value.strip()) else None


def _made_id(values: Mapping[str, Any]) -> str:
    """From what does not change: not from likes, nor from stars or text alone that an author may edit."""
    said = [
        storable(str(values.get(name, ""))).strip()
        for name in ("author", "published_at", "text", "title", "stars", "url")
    ]
    return "row-" + hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:32]
