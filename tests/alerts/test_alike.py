"""What a mention may belong with is found by rows: in every process, for a week, at the same cost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from alerts import alike, cases
from alerts.card import load_card
from store.db import Database
from store.retention import expire, forget
from store.tables import Trace
from tests.alerts.belt import AURORA, CRITICAL, GLAD, Belt
from tests.alerts.queries import counted
from tests.alerts.rows import desk
from tests.alerts.test_copies import LONG, changed

EDITED = changed(LONG, 4, 20) + " #caffeaurora"
PATTERN = "Il mio ordine {} non è mai arrivato, e al telefono non risponde mai nessuno da due settimane."


@pytest.fixture
def belt(database: Database, now: datetime) -> Belt:
    return Belt(database, now)


@pytest.fixture
def small(db: Database, now: datetime) -> Belt:
    return Belt(db, now)


def rows(belt: Belt) -> list[Trace]:
    with belt.db.read() as session:
        return list(session.exec(select(Trace)))


def test_a_copy_in_other_words_joins(belt: Belt) -> None:
    first = belt.alert("r1", LONG)
    belt.later(days=6)
    second = belt.alert("r2", EDITED, platform="mastodon", source="m", author="x")
    third = belt.alert("r3", LONG[:140] + "…", platform="x", source="x", author="y")
    assert first.id == second.id == third.id
    assert len(belt.drafts()) == 3  # one for each writer
    assert [audit.action for audit in belt.audits("join")] == ["join", "join"]


def test_copies_of_one_batch_are_one_case(belt: Belt) -> None:
    numbers = [
        belt.put(f"r{n}", text, source=f"s{n}", author=f"p{n}")
        for n, text in enumerate((LONG, EDITED, changed(LONG, 30)))
    ]
    belt.triage()
    assert {belt.case_of(number).id for number in numbers} == {1}


@pytest.mark.parametrize(
    ("text", "fields", "days"),
    [
        (EDITED, {"brand": "berta"}, 0),
        (EDITED, {}, 8),
        (EDITED, GLAD, 0),  # praise joins no matter
        ("Ottimo!", {}, 0),
    ],
    ids=["brand", "later", "praise", "short"],
)
def test_what_does_not_join(small: Belt, text: str, fields: dict[str, Any], days: int) -> None:
    first = small.alert("r1", "Ottimo!" if text == "Ottimo!" else LONG)
    small.later(days=days)
    second = small.alert("r2", text, **{"author": "x", "platform": "mastodon", "source": "m"} | fields)
    assert second.id != first.id


def test_letters_of_one_pattern_stay_apart(small: Belt) -> None:
    assert small.alert("r1", PATTERN.format(4711)).id != small.alert("r2", PATTERN.format(4712)).id


@pytest.mark.parametrize("move", [cases.resolve, cases.dismiss])
def test_what_is_done_is_not_joined_by_a_new_danger(belt: Belt, move: Any) -> None:
    first = belt.alert("r1", LONG)
    belt.change(lambda s: move(desk(s, belt.now), first.id or 0, "marta"))
    second = belt.alert("r2", f"{EDITED} Mia figlia è in ospedale.", author="x", **CRITICAL)
    assert (second.id != first.id, second.status, second.urgency) == (True, "open", "critical")


def test_a_danger_in_a_copy_is_told_aloud(belt: Belt) -> None:
    first = belt.alert("r1", LONG)
    belt.change(lambda s: cases.acknowledge(desk(s, belt.now), first.id or 0, "marta"))
    second = belt.alert("r2", f"{EDITED} Mia figlia è in ospedale.", author="x", **CRITICAL)
    assert (second.id, second.urgency) == (first.id, "critical")
    lines = [row.body for row in belt.notifications() if row.kind == "thread"]
    assert [body["raised"] for body in lines if "raised" in body] == ["critical"]


def test_a_crowd_of_copies_makes_the_case_a_storm(belt: Belt) -> None:
    for number in range(14):
        belt.alert(f"r{number}", changed(LONG, number, number + 20), author=f"p{number}", platform="x")
    assert [case.storm for case in belt.cases()] == [True]


def test_the_same_person_on_another_platform_joins(belt: Belt) -> None:
    first = belt.alert("r1", author="giulia_r82", platform="x")
    second = belt.alert(
        "r2", "Ancora nessuna risposta.", author="giulia_r82", platform="trustpilot", stars=1.0
    )
    other = belt.alert("r3", "Ancora nessuna risposta!", author="Giulia R.", platform="google")
    assert (second.id == first.id, other.id == first.id) == (True, False)


def test_the_card_tells_how_many_and_where(belt: Belt) -> None:
    case = belt.alert("r1", LONG, platform="x")
    belt.alert("r2", EDITED, platform="mastodon", author="x")
    belt.alert("r3", LONG, platform="x", author="y")
    with belt.db.read() as session:
        shown = load_card(session, case.id or 0, AURORA, belt.now)
    assert (shown.mentions, shown.places) == (3, (("X", 2), ("Mastodon", 1)))


def test_without_a_case_no_traces(small: Belt) -> None:
    small.put("r1", LONG, sentiment="neutral", urgency="low", category="other", negative=0.0)
    small.triage()
    assert rows(small) == []


def test_of_a_flood_few_traces_are_kept(small: Belt) -> None:
    for number in range(30):
        small.alert(f"r{number}", LONG, author=f"p{number}")
    assert len(rows(small)) <= alike.SLOTS * 22


def test_old_traces_go(belt: Belt) -> None:
    belt.alert("r1", LONG)
    belt.later(days=6)
    assert alike.sweep(belt.db, belt.now) == 0
    belt.later(days=9)
    assert alike.sweep(belt.db, belt.now) > 0
    assert rows(belt) == []


def test_who_is_erased_leaves_no_trace(belt: Belt) -> None:
    belt.alert("r1", LONG, author="giulia_r82", platform="x")
    belt.change(lambda session: forget(session, "x", "giulia_r82", now=belt.now))
    assert rows(belt) == []


def test_with_the_names_go_the_traces(belt: Belt) -> None:
    case = belt.alert("r1", LONG, author="giulia_r82", platform="x")
    belt.change(lambda s: cases.resolve(desk(s, belt.now), case.id or 0, "marta"))
    expire(belt.db, now=belt.later(days=2), texts=timedelta(days=100), authors=timedelta(days=1))
    assert rows(belt) == []


def test_looking_takes_two_queries_that_use_keys(small: Belt) -> None:
    for number in range(5):
        small.alert(f"r{number}", PATTERN.format(4711 + number))
    found = [small.mention(number) for number in (1, 2, 3)]
    with small.db.read() as session, counted(small.db) as made:
        alike.look(session, found, small.now)
    assert len([query for query in made if query.startswith("SELECT")]) == 2
    with small.db.read() as session:
        query = select(Trace).where(col(Trace.week).in_((1, 2)), col(Trace.key).in_((1, 2, 3)))
        plan = session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN "
            + str(query.compile(small.db.engine, compile_kwargs={"literal_binds": True}))
        )
        assert all("USING PRIMARY KEY (week=? AND key=?)" in str(row) for row in plan)
