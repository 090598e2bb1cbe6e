"""Where pages become rows: each in a transaction of its own, the last one together with the source's cursor."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from crawlers import health, rhythm
from crawlers.base import Context, Fetch, Page, Parsed
from crawlers.budget import Purse, quota
from crawlers.cursor import Cursor, made_for
from crawlers.pairing import settled
from crawlers.reading import Reading
from crawlers.second_looks import due, missed
from crawlers.spiders import get
from platforms.base import Platform, SourceOptions
from store import robots
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.mention import NewMention
from store.mentions import (
    Stored,
    known_ids,
    looked,
    mark_gone,
    store_answers,
    store_mentions,
)
from store.tables import Mention, SourceRow

log = logging.getLogger(__name__)

DOUBTFUL = 3  # more than so many, and more than this share of what was listed, do not vanish
DOUBTFUL_SHARE = 0.3  # at once without doubt: then the next crawl has to agree


@dataclass(slots=True)
class Kept:
    """What the storing of a page brought; `gone` and `done` only with the last one."""

    new: int = 0
    edited: int = 0
    refreshed: int = 0
    unchanged: int = 0
    late: int = 0
    gone: int = 0
    next: list[Fetch] = field(default_factory=list)
    done: bool = False
    complaint: str | None = None


class Keeper:
    """Stores what readings find. Its methods block: they belong on one thread of their own."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._purses: dict[tuple[str, str], Purse] = {}  # by whom is counted, and the day

    def open(self, options: SourceOptions, brand: Brand, platform: Platform) -> Reading:
        """The reading of a source, from where its row stands; the row is made where there is none."""
        with self._db.write() as session:
            row = session.get(SourceRow, options.name)
            if row is None:
                row = SourceRow(name=options.name, brand=options.brand, type=options.type)
                session.add(row)
            shape = made_for(options, brand)
            cursor = Cursor.load(row.cursor, shape)
            first_read = row.first_read_at is None or row.cursor.get("made_for") != shape
            spider = get(options.type)(Context(options, brand, utcnow(), cursor.kept))
            read_until = row.last_ok_at if row.first_read_at else None
            reading = Reading(spider, platform, cursor, first_read, read_until)
            _set(row, {"quota": quota(options, platform, spider.context.secrets)})
            reading.purse = self._purse(session, row, reading.today)
            if spider.look_up_size:
                reading.due = due(session, reading)
        return reading

    def _purse(self, session: Session, row: SourceRow, today: str) -> Purse:
        """What the source, and whoever is counted with it, has used of the day; one for all of them in this run."""
        purse = self._purses.setdefault((row.quota or f"source {row.name}", today), Purse())
        if row.name not in purse.used:
            counted = col(SourceRow.quota) == row.quota if row.quota else col(SourceRow.name) == row.name
            spent = select(col(SourceRow.name), col(SourceRow.spent)).where(
                counted, col(SourceRow.spent_on) == today
            )
            # What is known already is newer than the rows, which are written at the end of a read.
            noted = {name: units for name, units in session.execute(spent)}  # noqa: C416 - rows are no pairs to mypy
            purse.used = {row.name: 0} | noted | purse.used
        return purse

    def known_robots(self, place: str) -> bytes | None:
        """What a host said in its robots.txt within the last day; None where nothing is known of it."""
        with self._db.read() as session:
            return robots.known(session, place, utcnow())

    def keep_robots(self, place: str, body: bytes) -> None:
        """Commits what a host says in its robots.txt."""
        with self._db.write() as session:
            robots.keep(session, place, body, utcnow())

    def keep(self, reading: Reading, page: Page, parsed: Parsed) -> Kept:
        """Commits one page, and with the last one what the whole read has shown."""
        now, options = utcnow(), reading.context.options
        mentions, others = reading.take(page, parsed)
        with self._db.write() as session:
            mentions = settled(session, mentions, parsed, reading.seen)
            stored = store_mentions(
                session,
                mentions,
                now=now,
                history_before=reading.history_before,
                watched=bool(reading.spider.look_up_size),
                late=reading.spider.looks_late,
            )
            stored.refreshed += _answered(session, reading, mentions, parsed, now)
            kept = Kept(len(stored.new), len(stored.edited), len(stored.refreshed), stored.unchanged)
            kept.late = _late(session, reading, stored)
            reading.fresh = reading.fresh or bool(stored.new)
            named = [lead.external_id for lead in parsed.leads]
            ids = [m.external_id for m in mentions] + others + named
            known = known_ids(session, options.brand, options.type, named) if named else set()
            all_known = not stored.new and known.issuperset(named)
            kept.next = reading.follow(page, parsed, ids, all_known) + reading.follow_leads(parsed, known)
            if reading.open == 1 and not kept.next and not reading.failed:
                self._finish(session, reading, kept, now)
        return kept

    def keep_look(self, reading: Reading, asked: Sequence[str], parsed: Parsed) -> Kept:
        """Commits what a look-up shows of stored mentions: their engagement, edits, answers; and what is gone."""
        now, options = utcnow(), reading.context.options
        absent = reading.not_shown(asked, parsed)
        reading.lost += len(absent)
        if reading.lost > max(DOUBTFUL, DOUBTFUL_SHARE * max(len(asked), len(reading.due))):
            log.warning(
                "many mentions vanished at once: waiting for the next look",
                extra={"action": "many_vanished", "source": options.name, "count": reading.lost},
            )
            absent = set()
        reading.looked.update(asked)
        reading.missed |= absent - parsed.lost
        shown = set(asked) - (absent & parsed.lost)
        with self._db.write() as session:
            known = known_ids(session, options.brand, options.type, asked)
            stored = store_mentions(
                session, [mention for mention in parsed.mentions if mention.external_id in known], now=now
            )
            replies = {name: (one.text, one.at) for name, one in parsed.answers.items()}
            answered = store_answers(session, options.brand, options.type, replies, now) if replies else []
            kept = Kept(
                edited=len(stored.edited),
                refreshed=len(set(stored.refreshed) | set(answered)),
                unchanged=stored.unchanged,
            )
            named, late = (options.brand, options.type), reading.spider.looks_late
            lost = looked(session, options.name, named, asked, shown, now, late)
            if reading.open == 1 and not reading.failed:
                self._finish(session, reading, kept, now)
            kept.gone += len(lost)
        return kept

    def finish(self, reading: Reading) -> Kept:
        """Ends a reading whose last page brought nothing to store."""
        kept = Kept()
        with self._db.write() as session:
            self._finish(session, reading, kept, utcnow())
        return kept

    def fail(self, reading: Reading, error: str, retry_after: float | None, alarm: bool) -> None:
        """Notes a read that failed; what it stored stays, the cursor stays where it was."""
        options = reading.context.options
        with self._db.write() as session:
            row = session.get(SourceRow, options.name)
            if row is None:
                return
            values = health.read_badly(
                row,
                error,
                now=utcnow(),
                chance=random.random(),
                retry_after=retry_after,
                alarm=alarm,
                every=options.every,
            )
            _set(
                row,
                values
                | _spent(row, reading)
                | {"next_check_at": reading.next_check(values["next_check_at"])},
            )

    def _finish(self, session: Session, reading: Reading, kept: Kept, now: datetime) -> None:
        row = session.get_one(SourceRow, reading.context.options.name)
        self._conclude(session, reading, row, kept, now)
        kept.done = True
        _set(row, _spent(row, reading))  # last: what is asked for on the way would write the row twice

    def _conclude(
        self, session: Session, reading: Reading, row: SourceRow, kept: Kept, now: datetime
    ) -> None:
        options = reading.context.options
        if reading.cut:  # the next read begins where this one did
            until = reading.next_check(now + options.every)
            kept.complaint = None if reading.pages else _left_alone(until)
            _set(row, health.put_off(_left_alone(until), now=now, until=until))
            if reading.pages:
                _set(row, {"failures": 0, "down_since": None, "last_ok_at": now})
            return
        if reading.idle:
            kept.complaint = reading.complaint()
            _set(row, health.put_off(kept.complaint, now=now, until=reading.tomorrow))
            return
        every = reading.next_check(now + options.every) - now
        why = None if kept.new or reading.fresh else rhythm.silence(session, row, now)
        if _is_empty(reading, row):
            values = health.read_empty(row, now=now, every=every)
            kept.complaint = values["last_error"]
            _set(row, values)
            return
        gone, doubted = _gone(session, reading, now)
        kept.gone = gone + missed(session, reading, now)
        told = reading.found or not row.usual_results
        results = None if reading.unchanged or not told else reading.found / max(reading.pages, 1)
        silent = health.quiet(row, why, now=now) if why else {}
        kept.complaint = why
        read = health.read_well(row, results=results, now=now, every=every)
        _set(row, read | silent | {"cursor": reading.next_cursor(doubted).dump()})
        complaint = reading.complaint()
        if every > options.every and not complaint:
            complaint = _left_alone(now + every)
        if complaint:
            log.warning(complaint, extra={"action": "source_complaint", "source": options.name})
            _set(row, {"last_error": complaint, "last_error_at": now})


def _left_alone(until: datetime) -> str:
    return f"the platform wants to be left alone until {until:%Y-%m-%d %H:%M} UTC"


def _is_empty(reading: Reading, row: SourceRow) -> bool:
    """Whether nothing was shown where something should be. A search that finds little is often empty: whether that is
    too long is told by its rhythm."""
    if reading.found or reading.unchanged or reading.spider.only_news or not row.usual_results:
        return False
    return not reading.platform.open or row.usual_results >= health.USUAL


def _answered(
    session: Session, reading: Reading, mentions: list[NewMention], parsed: Parsed, now: datetime
) -> list[int]:
    """The stored mentions that a reply on this page answers, though they stand on another."""
    options, here = reading.context.options, {mention.external_id for mention in mentions}
    elsewhere = {
        name: (one.text, one.at)
        for name, one in parsed.answers.items()
        if name not in here and reading.answers[name] == one  # else an earlier page has shown a newer one
    }
    return store_answers(session, options.brand, options.type, elsewhere, now) if elsewhere else []


def _spent(row: SourceRow, reading: Reading) -> dict[str, Any]:
    """What the source has used of its day, where that is limited, or counts for others."""
    if reading.context.options.requests_per_day is None and row.quota is None:
        return {}
    return {"spent": reading.spent, "spent_on": reading.today}


def _set(row: SourceRow, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _late(session: Session, reading: Reading, stored: Stored) -> int:
    if reading.first_read or not stored.new or reading.cursor.newest is None:
        return 0
    published = session.scalars(select(col(Mention.published_at)).where(col(Mention.id).in_(stored.new)))
    return reading.late(published)


def _gone(session: Session, reading: Reading, now: datetime) -> tuple[int, bool]:
    """How many mentions were removed, and whether so many seemed to be that it is not believed yet."""
    since = reading.gone_since()
    if since is None:
        return 0, False
    name = reading.context.options.name
    limit = max(DOUBTFUL, DOUBTFUL_SHARE * len(reading.seen))
    with session.begin_nested() as attempt:
        gone = mark_gone(session, name, reading.seen, since=since, now=now)
        if len(gone) > limit and not reading.cursor.doubted:
            attempt.rollback()
            log.warning(
                "many mentions vanished at once: waiting for the next read",
                extra={"action": "many_vanished", "source": name, "count": len(gone)},
            )
            return 0, True
    return len(gone), False
