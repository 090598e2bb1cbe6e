"""What a person has turned off for a time, and when it holds."""

from datetime import datetime, timedelta

from sqlmodel import select

from store import switches
from store.db import Database
from store.status import Turned, read_status
from store.tables import Audit

HOUR = timedelta(hours=1)


def test_a_switch_holds_until_its_time(database: Database, now: datetime) -> None:
    with database.write() as session:
        switches.set(session, switches.mute("app"), now + HOUR, "marta", now)
        switches.set(session, switches.pause("aurora"), None, "marta", now)
    with database.read() as session:
        assert switches.on(session, "mute:app", now)
        assert not switches.on(session, "mute:app", now + HOUR)
        assert switches.on(session, "pause:aurora", now + 1000 * HOUR)
        assert not switches.on(session, "pause:other", now)
        assert [row.name for row in switches.standing(session, now)] == ["mute:app", "pause:aurora"]
        assert [row.name for row in switches.standing(session, now + HOUR)] == ["pause:aurora"]


def test_a_later_word_counts(database: Database, now: datetime) -> None:
    with database.write() as session:
        switches.set(session, "mute:app", None, "marta", now)
        switches.set(session, "mute:app", now + HOUR, "luca", now)
    with database.read() as session:
        (row,) = switches.standing(session, now)
    assert (row.until, row.set_by) == (now + HOUR, "luca")


def test_turning_off_is_told_once_and_each_turn_is_in_the_audit_log(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        assert not switches.off(session, "mute:app", "marta", now)
        switches.set(session, "mute:app", now + HOUR, "marta", now)
        assert switches.off(session, "mute:app", "luca", now)
        assert not switches.off(session, "mute:app", "luca", now)
        switches.set(session, "pause:aurora", now + HOUR, "marta", now)
        assert not switches.off(session, "pause:aurora", "luca", now + 2 * HOUR)  # its time was over
    with database.read() as session:
        told = [(row.action, row.who, row.source, row.after) for row in session.exec(select(Audit))]
    assert told == [
        ("mute", "marta", "app", "on"),
        ("mute", "luca", "app", "off"),
        ("pause", "marta", None, "on"),
    ]


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
