"""Which mentions that have a case a new one may belong with: the same text in other words, the same person elsewhere.

Each mention with a case leaves its traces as rows. A new one looks for rows with the same traces, so that finding costs
the same however many mentions there are, in any process and after any restart; what was found is compared word by
word. Of one trace the latest few are kept, of one mention's many neighbours the nearest few are compared.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, text, tuple_
from sqlmodel import Session, col, select

from alerts import copies, persons
from store.db import Database
from store.tables import Mention, Trace

RECENT = timedelta(days=7)  # mentions seen before are another matter
SLOTS = 4  # the latest mentions of one trace that are kept, about
NEAREST = 8  # mentions that one is compared with
SHARED = 2  # traces in common from which they are: one alone is chance
SWEPT = 5_000  # old rows deleted at once
_KEPT = """
INSERT INTO trace (week, key, slot, mention_id) SELECT :week, kept.value, :slot, :mention FROM {keys} WHERE true
ON CONFLICT (week, key, slot) DO UPDATE SET mention_id = excluded.mention_id
"""
_KEEP_SQLITE = text(_KEPT.format(keys="json_each(:keys) AS kept"))
_KEEP_POSTGRES = text(_KEPT.format(keys="unnest(CAST(:keys AS bigint[])) AS kept(value)"))
_WEEK = timedelta(days=7)
_FIRST = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(slots=True)
class Alike:
    """The mentions of a batch with what may be alike. `keys`: traces by id of mention; `known`: mentions with a case,
    by trace, the latest last."""

    keys: dict[int, tuple[int, ...]] = field(default_factory=dict)
    known: dict[int, list[Mention]] = field(default_factory=dict)

    def mentions(self) -> dict[int, Mention]:
        return {row.id: row for rows in self.known.values() for row in rows if row.id is not None}

    def add(self, mention: Mention) -> None:
        """`mention` has a case now."""
        for key in self.keys_of(mention):
            others = [row for row in self.known.get(key, ()) if row.id != mention.id]
            self.known[key] = [*others[1 - SLOTS :], mention]

    def copies_of(self, mention: Mention) -> Iterator[Mention]:
        own = copies.wording(mention.title, mention.text)
        if own.tells:
            near = self._near(mention)
            yield from (row for row in near if copies.is_copy(own, copies.wording(row.title, row.text)))

    def elsewhere(self, mention: Mention) -> Iterator[Mention]:
        """By the same person on another platform."""
        yield from (row for row in self._near(mention) if persons.is_one(mention, row))

    def keys_of(self, mention: Mention) -> tuple[int, ...]:
        number = mention.id or 0
        if number not in self.keys:
            self.keys[number] = keys_of(mention)
        return self.keys[number]

    def _near(self, mention: Mention) -> list[Mention]:
        """Those with most traces in common, of equals the latest; of this brand, as its traces are."""
        rows: dict[int, Mention] = {}
        shared: Counter[int] = Counter()
        for key in self.keys_of(mention):
            for row in self.known.get(key, ()):
                if row.id != mention.id and row.brand == mention.brand:
                    rows[row.id or 0] = row
                    shared[row.id or 0] += 1
        return [rows[number] for number in _first(shared)]


def look(session: Session, mentions: Iterable[Mention], now: datetime) -> Alike:
    """What may be alike to these mentions, by two queries."""
    found = Alike()
    wanted = {key for mention in mentions for key in found.keys_of(mention)}
    weeks = (week(now) - 1, week(now))
    rows = session.execute(
        select(col(Trace.key), col(Trace.mention_id)).where(
            col(Trace.week).in_(weeks), col(Trace.key).in_(wanted)
        )
    ).all()
    chosen = _nearest(found.keys, rows)
    kept = session.scalars(
        select(Mention).where(
            col(Mention.id).in_(sorted(chosen)),
            col(Mention.case_id).is_not(None),
            col(Mention.first_seen_at) >= now - RECENT,
        )
    )
    by_id = {row.id: row for row in kept}
    for key, number in sorted({(key, number) for key, number in rows}):
        if number in by_id:
            found.known.setdefault(key, []).append(by_id[number])
    return found


def keep(session: Session, mention: Mention, keys: Iterable[int], now: datetime) -> None:
    """Its traces, for those to come: one statement with one value for all, which costs far less than a row each."""
    unique = list(dict.fromkeys(keys))
    if not unique:
        return
    is_postgres = session.get_bind().dialect.name == "postgresql"
    session.execute(
        _KEEP_POSTGRES if is_postgres else _KEEP_SQLITE,
        {
            "week": week(now),
            "slot": (mention.id or 0) % SLOTS,
            "mention": mention.id,
            "keys": unique if is_postgres else json.dumps(unique),
        },
    )


def sweep(db: Database, now: datetime) -> int:
    """Deletes traces that nobody looks at any more; gives how many."""
    place, swept = (col(Trace.week), col(Trace.key), col(Trace.slot)), 0
    while True:
        with db.write() as session:
            old = session.execute(select(*place).where(col(Trace.week) < week(now) - 1).limit(SWEPT)).all()
            if not old:
                return swept
            session.execute(
                delete(Trace)
                .where(tuple_(*place).in_([tuple(row) for row in old]))
                .execution_options(synchronize_session=False)
            )
            swept += len(old)


def keys_of(mention: Mention) -> tuple[int, ...]:
    """Its traces as 64-bit numbers, each brand's its own. What tells a person is enough alone, and counts as two."""
    texts = copies.wording(mention.title, mention.text).traces
    persons_ = (f"{trace}{more}".encode() for trace in persons.traces(mention) for more in ("", " again"))
    return tuple(_key(mention.brand, trace) for trace in (*texts, *persons_))


def _key(brand: str, trace: bytes) -> int:
    digest = hashlib.blake2b(brand.encode() + b"\x1f" + trace, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _nearest(keys: dict[int, tuple[int, ...]], rows: Iterable[tuple[int, int]]) -> set[int]:
    """Of what each mention shares traces with, the nearest."""
    holders: dict[int, list[int]] = {}
    for key, number in rows:
        holders.setdefault(key, []).append(number)
    chosen: set[int] = set()
    for own, traces in keys.items():
        shared = Counter(number for key in traces for number in holders.get(key, ()) if number != own)
        chosen.update(_first(shared))
    return chosen


def _first(shared: Counter[int]) -> list[int]:
    """Of mentions with so many traces in common, the nearest."""
    near = [number for number, count in shared.items() if count >= SHARED]
    return sorted(near, key=lambda number: (-shared[number], -number))[:NEAREST]


def week(now: datetime) -> int:
    return (now - _FIRST) // _WEEK
