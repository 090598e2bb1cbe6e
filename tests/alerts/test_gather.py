"""The facts for a batch: all that matters, by a fixed number of queries that each use an index."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from alerts import cases
from alerts.alike import RECENT as COPIES
from alerts.gather import MEMORY, NEIGHBOURS, Gathered, by_urgency, gather
from alerts.triage import Facts, Neighbours
from alerts.virality import FEWEST
from store.db import Database
from store.tables import Case, Draft, Mention
from tests.alerts.belt import BRANDS, CRITICAL, GLAD, PLAIN, Belt
from tests.alerts.queries import counted, noted
from tests.alerts.rows import desk

COPY = "Lo stesso lungo testo, copiato parola per parola su due siti diversi."


@pytest.fixture
def belt(database: Database, now: datetime) -> Belt:
    return Belt(database, now)


@pytest.fixture
def small(db: Database, now: datetime) -> Belt:
    return Belt(db, now)


def gathered(belt: Belt, *ids: int, **options: Any) -> Gathered:
    with belt.db.write() as session:
        return gather(session, ids, BRANDS, belt.now, **options)


def facts(belt: Belt, number: int) -> Facts:
    return gathered(belt, number).facts(number)


def near(belt: Belt, number: int) -> Neighbours:
    found = gathered(belt, number)
    return found.near(found.mentions[number])


# ---------------------------------------------------------------------------- one mention


def test_a_new_mention_with_its_score(belt: Belt) -> None:
    number = belt.put("r1", "L'avvocato vi scrive.", likes=3, **CRITICAL)
    given = facts(belt, number)
    assert given.score is not None
    assert (given.mention.id, given.urgency, given.brand.key, given.now) == (
        number,
        "critical",
        "aurora",
        belt.now,
    )
    assert [hit.word for hit in given.hits] == ["avvocato"]
    assert [shot.likes for shot in given.snapshots] == [3]
    assert (given.usual, given.previous, given.case, list(given.earlier)) == (None, None, None, [])


def test_tripwires_are_looked_for_in_title_and_text_and_the_language_the_model_saw(small: Belt) -> None:
    number = small.put("r1", "Das ist ja Gift!", title="Salmonella", score_lang="de", lang="en")
    assert [hit.word for hit in facts(small, number).hits] == ["Salmonella", "Gift"]


def test_the_language_of_the_platform_where_the_model_saw_none(small: Belt) -> None:
    number = small.put("r1", "Das ist ja Gift!", score_lang=None, lang="de-AT")
    assert [hit.word for hit in facts(small, number).hits] == ["Gift"]


def test_an_edited_mention_brings_what_it_said_before(belt: Belt) -> None:
    belt.put("r1", "Prima.", stars=4.0, **GLAD)
    belt.put("r1", "Seconda.", stars=3.0, **PLAIN)
    number = belt.put("r1", "Terza.", stars=1.0)
    given = facts(belt, number)
    assert given.previous is not None
    assert (given.previous.text, given.previous.revision, given.mention.revision) == ("Seconda.", 2, 3)
    assert given.sentiment == "negative"  # the score of the present words, and of no others


def test_a_mention_without_a_score_yet_is_unread(small: Belt) -> None:
    number = small.put("r1", stars=1.0)
    with small.db.write() as session:
        session.execute(text("DELETE FROM score"))
    assert not facts(small, number).is_read


def test_what_was_told_and_drafted_is_known(belt: Belt) -> None:
    case = belt.alert("r1", **CRITICAL)
    found = gathered(belt, 1)
    assert found.told == {1: {("urgent", 0), ("negative", 0)}}
    assert found.drafted == {(1, 1)}
    assert found.facts(1).case is not None
    assert found.cases[case.id or 0].id == case.id
    assert [mention.id for mention in found.members[case.id or 0]] == [1]


def test_the_latest_wordings_of_each_brand(belt: Belt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.gather.RECENT", 8)
    for number in range(10):
        belt.put(f"r{number}")
    belt.put("b1", brand="berta")
    belt.triage()
    found = gathered(belt, 1, 11)
    moves = [draft.moves for draft in belt.drafts() if draft.brand == "aurora"]
    assert found.recent == {"aurora": moves[::-1][:8], "berta": [["m11"]]}


def test_a_brand_that_is_not_configured_is_left_out(small: Belt) -> None:
    stranger, known = small.put("r1", brand="nobody"), small.put("r2")
    assert list(gathered(small, stranger, known).mentions) == [known]


# ---------------------------------------------------------------------------- the author


def test_what_its_author_wrote_before_with_the_cases_of_it(belt: Belt) -> None:
    case = belt.alert("r1", author="ada")
    belt.put("r2", author="ada", **PLAIN)
    belt.put("r3", author="ada", platform="mastodon")
    belt.put("r4", author="ada", brand="berta")
    belt.put("r5", author="other")
    number = belt.put("r6", author="Ada")
    earlier = {e.mention.external_id: e.case and e.case.id for e in facts(belt, number).earlier}
    assert earlier == {"r1": case.id, "r2": None}


def test_what_was_written_long_ago_is_forgotten(small: Belt) -> None:
    day = timedelta(days=1)
    small.put("r1", author="ada", published_at=small.now - MEMORY - day)
    small.put("r2", author="ada", published_at=small.now - MEMORY + day)
    number = small.put("r3", author="ada")
    assert {e.mention.external_id for e in facts(small, number).earlier} == {"r2"}


def test_nobody_in_particular_wrote_nothing_before(small: Belt) -> None:
    small.put("r1", author=None)
    assert list(facts(small, small.put("r2", author=None)).earlier) == []


# ---------------------------------------------------------------------------- neighbours


def test_the_case_of_the_thread_and_of_the_same_text(belt: Belt) -> None:
    thread = belt.alert("r1")
    copy = belt.alert("r2", COPY)
    number = belt.put("r3", COPY, thread="r1", author="x")
    found = near(belt, number)
    assert found.thread is not None
    assert found.copy is not None
    assert (found.thread.id, found.copy.id) == (thread.id, copy.id)


@pytest.mark.parametrize(
    "fields",
    [{"platform": "mastodon"}, {"brand": "berta"}, {"thread": "another"}],
    ids=lambda fields: next(iter(fields)),
)
def test_a_thread_is_one_place(small: Belt, fields: dict[str, Any]) -> None:
    small.alert("r1")
    assert near(small, small.put("r2", **{"thread": "r1", "author": "x"} | fields)) == Neighbours()


@pytest.mark.parametrize(
    ("age", "known"), [(COPIES - timedelta(hours=1), True), (COPIES + timedelta(hours=1), False)]
)
def test_a_copy_counts_for_a_week(small: Belt, age: timedelta, known: bool) -> None:
    small.alert("r1", COPY)
    small.now += age
    assert (near(small, small.put("r2", COPY, author="x")).copy is not None) is known


WEIGHT = [("resolved", "praise"), ("dismissed", "alerts"), ("open", "praise"), ("acknowledged", "alerts")]


@pytest.mark.parametrize(("lighter", "heavier"), list(itertools.pairwise(WEIGHT)))
@pytest.mark.parametrize("turned", [False, True], ids=["younger", "older"])
def test_of_two_cases_what_is_open_and_then_what_people_handle(
    small: Belt, lighter: tuple[str, str], heavier: tuple[str, str], turned: bool
) -> None:
    two = [lighter, heavier]
    for number, (status, channel) in enumerate(two[::-1] if turned else two, 1):
        small.alert(f"r{number}", COPY, author=f"p{number}")
        small.change(lambda s, n=number: _own_case(s, n, small.now))  # type: ignore[misc]
        small.change(lambda s, n=number, a=status, b=channel: _become(s, n, a, b))  # type: ignore[misc]
    found = near(small, small.put("r9", COPY, author="x")).copy
    assert found is not None
    assert (found.status, found.channel) == heavier


def _own_case(session: Session, number: int, now: datetime) -> None:
    case = Case(brand="aurora", opened_at=now)
    session.add(case)
    session.flush()
    session.get_one(Mention, number).case_id = case.id


def _become(session: Session, number: int, status: str, channel: str) -> None:
    case = session.get_one(Case, session.get_one(Mention, number).case_id)
    case.status, case.channel = status, channel


def test_of_equals_the_youngest(small: Belt) -> None:
    first = small.alert("r1", COPY)
    small.change(lambda s: cases.resolve(desk(s, small.now), first.id or 0, "marta"))
    second = small.alert("r2", COPY, author="x")
    small.change(lambda s: cases.resolve(desk(s, small.now), second.id or 0, "marta"))
    found = near(small, small.put("r3", COPY, author="y")).copy
    assert found is not None
    assert found.id == second.id


def test_a_mention_that_found_a_home_is_seen_by_the_next_of_its_batch(belt: Belt) -> None:
    case = belt.alert("r0")
    first, second = belt.put("r1", COPY), belt.put("r2", COPY, author="x", thread="r1")
    found = gathered(belt, first, second)
    assert found.near(found.mentions[second]) == Neighbours()
    home = found.cases.setdefault(case.id or 0, case)
    found.remember(found.mentions[first], home)
    assert found.near(found.mentions[second]) == Neighbours(home, home)
    assert [mention.id for mention in found.members[case.id or 0]] == [first]


# ---------------------------------------------------------------------------- what is usual


def test_what_is_usual_for_a_source_is_read_where_something_happens(belt: Belt) -> None:
    for number in range(FEWEST):
        belt.put(f"r{number}", likes=30, source="busy", followers=200, **PLAIN)
    fast = belt.put("fast", likes=500, source="busy")
    alone = belt.put("alone", likes=500, source="quiet")
    slow = belt.put("slow", likes=5, source="busy")
    found = gathered(belt, fast, alone, slow)
    assert set(found.usual) == {fast}
    assert 30 <= found.usual[fast].engagement < 60
    assert found.usual[fast].followers == 200
    assert found.facts(fast).usual == found.usual[fast]
    assert gathered(belt, slow).usual == {}


def test_an_authors_own_mentions_say_more_than_others(belt: Belt) -> None:
    for number in range(FEWEST):
        belt.put(f"r{number}", likes=3, source="busy", author=f"p{number}", **PLAIN)
    for number in range(5):
        belt.put(f"loud{number}", likes=900, source="busy", author="loud", **PLAIN)
    loud = belt.put("loud", likes=500, source="busy", author="loud")
    quiet = belt.put("quiet", likes=500, source="busy", author="quiet")
    found = gathered(belt, loud, quiet)
    assert found.usual[loud].engagement > 3 * found.usual[quiet].engagement


# ---------------------------------------------------------------------------- the price


def filled(belt: Belt, count: int) -> list[int]:
    ids = [
        belt.put(
            f"r{n}", COPY if n % 3 else "", author=f"p{n % 4}", thread=f"t{n % 5}", likes=400, **CRITICAL
        )
        for n in range(count)
    ]
    belt.triage()
    return ids


def test_a_batch_costs_the_same_number_of_queries_however_large(small: Belt) -> None:
    ids = filled(small, 24)
    with counted(small.db) as one:
        gathered(small, ids[0])
    with counted(small.db) as many:
        gathered(small, *ids)
    assert len(one) == len(many) <= 24


def test_every_query_uses_an_index(small: Belt) -> None:
    """On SQLite, whose plans say so: nothing is read from end to end, nor all of a brand's mentions."""
    ids = filled(small, 6)
    with noted(small.db) as made:
        gathered(small, *ids)
    read = [(query, bound) for query, bound in made if query.startswith("SELECT")]
    assert len(read) > 8
    for query, bound in read:
        with small.db.engine.connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", bound).all()
        plan = [str(row[3]) for row in rows]
        assert not [step for step in plan if step.startswith("SCAN mention")], query
        assert not [
            step
            for step in plan
            if step.endswith("(brand=?)") and not {"draft", "exclusion"} & set(step.split())
        ], query


def test_of_a_busy_source_only_the_latest_are_asked(small: Belt) -> None:
    for number in range(FEWEST):
        small.put(f"r{number}", likes=30, **PLAIN)
    fast = small.put("fast", likes=500)
    with counted(small.db) as made:
        gathered(small, fast)
    assert [query for query in made if "UNION" not in query and "LIMIT" in query]
    assert NEIGHBOURS < 1000


# ---------------------------------------------------------------------------- order


def test_the_most_urgent_first_then_as_they_came_and_wordless_ones_last(small: Belt) -> None:
    said: list[dict[str, Any]] = [
        {"urgency": "normal"},
        {"urgency": "high"},
        {"urgency": "high", "text": "👍"},
        {"urgency": "critical"},
        {"urgency": "high"},
    ]
    ids = [small.put(f"r{n}", **{"text": ""} | values) for n, values in enumerate(said)]
    found = gathered(small, *ids)
    assert by_urgency(found, [*ids, 999]) == [ids[n] for n in (3, 1, 4, 2, 0)]


def test_a_mention_without_a_score_comes_last(small: Belt) -> None:
    one, other = small.put("r1"), small.put("r2", urgency="normal")
    found = gathered(small, one, other)
    del found.scores[one]
    assert by_urgency(found, [one, other]) == [other, one]


def test_nothing_is_changed(belt: Belt) -> None:
    ids = filled(belt, 4)
    before = [draft.moves for draft in belt.drafts()]
    with counted(belt.db) as made:
        found = gathered(belt, *ids, lock=True)
        [found.facts(number) for number in ids]
    assert all(query.startswith(("SELECT", "BEGIN", "(SELECT")) for query in made), made
    assert [draft.moves for draft in belt.drafts()] == before
    assert all(isinstance(draft, Draft) for draft in belt.drafts())
