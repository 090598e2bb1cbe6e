"""Switches: on for a time, or until somebody says so; a trace of each turn."""

from datetime import datetime, timedelta

from sqlmodel import select

from store import switches
from store.db import Database
from store.status import Turned, read_status
from store.tables import Audit

HOUR = timedelta(hours=1)


def test_on_for_a_time(database: Database, now: datetime) -> None:
    with database.write() as session:
        switches.set(session, switches.mute("app"), now + HOUR, "marta", now)
        assert switches.on(session, "mute:app", now)
        assert not switches.on(session, "mute:app", now + HOUR)
        assert switches.muted(session, now) == {"app"}
        assert switches.muted(session, now + HOUR) == frozenset()
        assert switches.paused(session, now) == frozenset()
        assert not switches.off(session, "mute:app", "luca", now + HOUR)


def test_a_later_word_counts_longer_or_shorter(database: Database, now: datetime) -> None:
    with database.write() as session:
        switches.set(session, "pause:aurora", None, "marta", now)
        row = switches.set(session, "pause:aurora", now + HOUR, "luca", now)
        assert (row.until, row.set_by, switches.turned_off_by(row)) == (now + HOUR, "luca", None)
        assert switches.off(session, "pause:aurora", "anna", now)
        assert switches.turned_off_by(row) == "anna"
        assert not switches.on(session, "pause:aurora", now)
        assert switches.standing(session, now) == []
        assert [(row.who, row.before, row.after) for row in session.exec(select(Audit))] == [
            ("marta", "off", "on"), ("luca", "off", "on"), ("anna", "on", "off"),
        ]  # fmt: skip


def test_a_brand_is_paused_by_name_or_with_all(database: Database, now: datetime) -> None:
    with database.write() as session:
        switches.set(session, switches.pause("aurora"), None, "marta", now)
        assert [switches.is_paused(session, brand, now) for brand in ("aurora", "berta")] == [True, False]
        switches.set(session, switches.pause(switches.ALL), None, "marta", now)
        assert switches.is_paused(session, "berta", now)


def test_the_status_says_what_is_off(database: Database, now: datetime) -> None:
    with database.write() as session:
        switches.set(session, "pause:aurora", now + HOUR, "marta", now)
        switches.set(session, "mute:app", now - HOUR, "marta", now)
    with database.read() as session:
        assert read_status(session, now=now).switches == (Turned("pause:aurora", now + HOUR, "marta", now),)
