"""Choosing settings: validated as the file is, audited, nobody's change lost; on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from configuration.changing import Edit, mark, read, save
from configuration.choosing import Chosen, value_of
from settings import Settings
from store import chosen as rows
from store.db import Database
from tests.configuration.files import CONTACTS, FAQ, HOURS, choose, seen, written

MARTA, LUCA = "slack:U1:Marta", "slack:U2:Luca"


@pytest.fixture
def file(tmp_path: Path) -> Settings:
    return written(tmp_path)


def current(db: Database, file: Settings) -> Chosen:
    with db.read() as session:
        return read(session, file)


def value(db: Database, file: Settings, name: str) -> Any:
    return value_of(current(db, file).settings.tables, name)


def test_what_is_chosen_counts_instead_of_the_file(database: Database, file: Settings, now: datetime) -> None:
    assert choose(database, file, now, HOURS, "mon-sat 08:00-20:00").done
    counts = current(database, file).settings
    assert len(counts.brands["aurora"].policy.hours) == 6
    assert counts.brands["aurora"].policy.holidays == "IT"
    assert len(file.brands["aurora"].policy.hours) == 5


def test_a_value_that_the_file_could_not_hold_is_refused_in_its_words(
    database: Database, file: Settings, now: datetime
) -> None:
    done = choose(database, file, now, HOURS, "mon-fri 9-18")
    assert not done.done
    assert [(one.name, one.place) for one in done.wrong] == [(HOURS, "")]
    assert done.wrong[0].said.startswith("'mon-fri 9-18' are no hours: write e.g. mon-fri 09:00-18:00")
    assert value(database, file, HOURS) == "mon-fri 09:00-18:00"


@pytest.mark.parametrize(
    ("name", "wrong", "place", "said"),
    [
        (FAQ, [{"question": "a", "answer": "b"}, {"question": "c"}], "[2].answer", "is missing"),
        ("brands.aurora.policy.absences", [{"from": "2026-13-01", "to": "2026-12-02"}], "[1].from", "date"),
        ("brands.aurora.policy.holidays", "Italy", "", "is no country"),
        ("slack.alerts", "reputation", "", "is no Slack channel"),
        ("slack.rules", [{"brand": "aurora"}], "[1]", "changes nothing"),
        ("slack.quiet", {"default": "always"}, ".default", "quiet hours must end"),
        (
            "brands.aurora.voice.phrases",
            [{"move": "praise_close", "lang": "it", "text": "{name}"}],
            "[1]",
            "slot",
        ),
        ("brands.aurora.voice.phrases", [{"move": "nix", "lang": "it", "text": "x"}], "[1]", "no move"),
    ],
)
def test_a_problem_is_told_at_its_place(
    db: Database, file: Settings, now: datetime, name: str, wrong: Any, place: str, said: str
) -> None:
    (found,) = choose(db, file, now, name, wrong).wrong
    assert (found.name, found.place) == (name, place)
    assert said in found.said


def test_each_change_is_audited_with_who_when_old_and_new(
    database: Database, file: Settings, now: datetime
) -> None:
    choose(database, file, now, HOURS, "always")
    later = now + timedelta(hours=1)
    save(database, file, {HOURS: Edit(None, seen(database, file, HOURS), reset=True)}, LUCA, later)
    with database.read() as session:
        last, first = rows.history(session, [HOURS])
    assert (first.who, first.at, first.old, first.new) == (MARTA, now, "mon-fri 09:00-18:00", "always")
    assert (last.who, last.at, last.old, last.new) == (LUCA, later, "always", "mon-fri 09:00-18:00")
    assert (first.reset, last.reset) == (False, True)


def test_a_reset_lets_the_file_count_again_also_when_it_changes(
    database: Database, file: Settings, now: datetime, tmp_path: Path
) -> None:
    choose(database, file, now, HOURS, "always")
    edit = Edit(None, seen(database, file, HOURS), reset=True)
    assert save(database, file, {HOURS: edit}, MARTA, now).changed == (HOURS,)
    other = written(tmp_path, '[brands.aurora]\nname = "x"\npolicy = { hours = "mon 09:00-10:00" }')
    assert value(database, other, HOURS) == "mon 09:00-10:00"
    assert not current(database, other).choices


def test_what_was_never_chosen_is_not_reset(db: Database, file: Settings, now: datetime) -> None:
    edit = Edit(None, seen(db, file, HOURS), reset=True)
    assert save(db, file, {HOURS: edit}, MARTA, now).changed == ()
    with db.read() as session:
        assert rows.version(session) == 0


def test_the_second_of_two_is_told_what_the_first_changed(
    database: Database, file: Settings, now: datetime
) -> None:
    started = seen(database, file, HOURS)
    choose(database, file, now, HOURS, "always", MARTA)
    done = save(database, file, {HOURS: Edit("mon 09:00-10:00", started)}, LUCA, now)
    assert not done.done
    (faster,) = done.faster
    assert (faster.name, faster.value, faster.who, faster.at) == (HOURS, "always", MARTA, now)
    assert value(database, file, HOURS) == "always"
    again = Edit("mon 09:00-10:00", mark(faster.value))
    assert save(database, file, {HOURS: again}, LUCA, now).done
    assert value(database, file, HOURS) == "mon 09:00-10:00"


def test_two_who_change_different_things_lose_nothing(
    database: Database, file: Settings, now: datetime
) -> None:
    marks = {name: seen(database, file, name) for name in (HOURS, CONTACTS)}
    before = {name: value(database, file, name) for name in marks}
    first = {HOURS: Edit("always", marks[HOURS]), CONTACTS: Edit(before[CONTACTS], marks[CONTACTS])}
    second = {
        HOURS: Edit(before[HOURS], marks[HOURS]), CONTACTS: Edit({"default": "x"}, marks[CONTACTS])
    }  # fmt: skip
    assert save(database, file, first, MARTA, now).changed == (HOURS,)
    assert save(database, file, second, LUCA, now).changed == (CONTACTS,)
    assert value(database, file, HOURS) == "always"
    assert value(database, file, CONTACTS) == {"default": "x"}


def test_all_or_nothing(db: Database, file: Settings, now: datetime) -> None:
    edits = {
        HOURS: Edit("always", seen(db, file, HOURS)),
        CONTACTS: Edit(["no"], seen(db, file, CONTACTS)),
    }
    assert not save(db, file, edits, MARTA, now).done
    assert value(db, file, HOURS) == "mon-fri 09:00-18:00"


def test_nothing_chosen_is_chosen_too(database: Database, file: Settings, now: datetime) -> None:
    name = "brands.aurora.policy.holidays"
    assert choose(database, file, now, name, None).done
    assert current(database, file).settings.brands["aurora"].policy.holidays is None
    assert name in current(database, file).choices


@pytest.mark.parametrize("name", ["slack.people", "service.contact", "brands.other.policy.hours", "sources"])
def test_only_some_settings_may_be_chosen(db: Database, file: Settings, now: datetime, name: str) -> None:
    with pytest.raises(KeyError):
        save(db, file, {name: Edit("x", mark(None))}, MARTA, now)


def test_a_choice_about_a_brand_that_went_counts_no_more_and_can_be_reset(
    database: Database, file: Settings, now: datetime, tmp_path: Path
) -> None:
    choose(database, file, now, HOURS, "always")
    other = written(tmp_path, '[brands.luna]\nname = "Luna"')
    (unused,) = current(database, other).unused
    assert unused.choice.name == HOURS
    save(database, other, {HOURS: Edit(None, mark(None), reset=True)}, MARTA, now)
    assert not current(database, other).unused


def test_a_choice_that_no_longer_fits_the_file_is_left_out_and_the_others_count(
    database: Database, file: Settings, now: datetime
) -> None:
    choose(database, file, now, CONTACTS, {"default": "x"})
    with database.write() as session:
        rows.write(session, HOURS, "never ever", old=None, who=MARTA, now=now)
    found = current(database, file)
    assert [one.choice.name for one in found.unused] == [HOURS]
    assert found.unused[0].why.startswith("'never ever' are no hours")
    assert list(found.choices) == [CONTACTS]
    assert found.settings.brands["aurora"].policy.contacts == {"default": "x"}


def test_of_many_at_once_one_is_first_and_all_others_are_told(
    database: Database, file: Settings, now: datetime
) -> None:
    started = seen(database, file, HOURS)

    def try_it(number: int) -> bool:
        edit = Edit(f"mon 0{number}:00-10:00", started)
        return save(database, file, {HOURS: edit}, f"slack:U{number}:x", now).done

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(try_it, range(1, 7)))
    assert done.count(True) == 1
    with database.read() as session:
        assert len(rows.history(session, [HOURS])) == 1
        assert rows.version(session) == 1
