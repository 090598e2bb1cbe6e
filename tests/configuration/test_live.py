"""What runs takes over what people choose: at the next piece of work, with one small read where nothing changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from configuration.live import Live
from settings import Settings
from store.db import Database
from tests.configuration.files import HOURS, choose, written


@pytest.fixture
def file(tmp_path: Path) -> Settings:
    return written(tmp_path)


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(db.engine, "before_cursor_execute", hear)


def test_what_is_chosen_counts_at_the_next_look(database: Database, file: Settings, now: datetime) -> None:
    live = Live(file, database)
    live.follow()
    brands, before = live.brands, live.brands["aurora"]
    choose(database, file, now, HOURS, "always")
    choose(database, file, now, "slack.alerts", "#care")
    assert brands["aurora"] is before
    assert live.follow()
    assert len(brands["aurora"].policy.hours) == 7
    assert (live.address("alerts"), live.routing().alerts) == ("#care", "#care")


def test_looking_costs_one_read_where_nothing_changed(
    database: Database, file: Settings, now: datetime
) -> None:
    choose(database, file, now, HOURS, "always")
    live = Live(file, database)
    assert live.follow()
    known = live.settings
    with statements(database) as heard:
        assert not live.follow()
    assert len([one for one in heard if one.startswith("SELECT")]) == 1
    assert live.settings is known


def test_a_database_that_does_not_answer_changes_nothing(db: Database, file: Settings, now: datetime) -> None:
    choose(db, file, now, HOURS, "always")
    live = Live(file, db)
    live.follow()
    with db.write() as session:
        session.execute(text("DROP TABLE settings_version"))
    assert not live.follow()
    assert len(live.brands["aurora"].policy.hours) == 7


def test_without_a_choice_the_very_settings_of_the_file_hold(db: Database, file: Settings) -> None:
    live = Live(file, db)
    assert not live.follow()
    assert live.settings is file
    assert list(live.brands) == ["aurora"]
    assert len(live.brands) == 1
