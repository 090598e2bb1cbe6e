"""Phrases that hold the brand's name and mean something else: proposed with what they would have removed, adopted once,
and from then on no reason to tell anybody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from alerts import cases, exclusions
from alerts.exclusions import Adopted, Proposal
from store.brand import Brand
from store.db import Database
from store.tables import Audit, Exclusion, Mention
from tests.alerts.belt import BAD, BRANDS, CRITICAL, Belt
from tests.alerts.rows import add_case, add_mention, desk

MARTA, LUCA = "slack:U0MARTA:marta", "slack:U0LUCA:luca"
AURORA = Brand(key="aurora", name="Aurora", aliases=("caffè aurora",))
SKY = "Stanotte a Tromsø: un'AURORA  Boréale da togliere il fiato"
CUP = "All'Aurora il caffè era freddo"


def post(session: Session, now: datetime, number: int, text: str, **fields: Any) -> Mention:
    """A post found by a search for the brand's name."""
    known = {"platform": "mastodon", "source": "toots", "title": None, "stars": None}
    return add_mention(session, now, number, **known | {"text": text} | fields)


def proposed(session: Session, mention: Mention, brand: Brand = AURORA) -> Proposal | None:
    return exclusions.propose(session, brand, mention)


def test_it_says_what_it_would_have_removed(database: Database, now: datetime) -> None:
    with database.write() as session:
        seen = post(session, now, 1, SKY)
        add_case(session, seen, now)
        post(session, now, 2, "L'aurora boreale vista dall'aereo")
        post(session, now, 3, "Aurora\nboreale: la guida")
        post(
            session, now, 4, "L'aurora boreale e poi un caffè da Caffè Aurora"
        )  # names the brand elsewhere too
        post(session, now, 5, "Le aurore boreali")  # does not name it
        post(session, now, 6, CUP)
        post(session, now, 7, "aurora boreale", brand="berta")
        assert proposed(session, seen) == Proposal("aurora boreale", mentions=3, cases=1, own=0)


def test_what_people_found_relevant_counts_as_their_own(database: Database, now: datetime) -> None:
    with database.write() as session:
        shop = post(session, now, 1, "Aurora bar chiuso oggi")
        case = add_case(session, shop, now)
        cases.acknowledge(desk(session, now), case.id or 0, MARTA)
        other = post(session, now, 2, "Aurora bar Pigneto, buono")
        found = exclusions._weigh(session, AURORA, (), "aurora bar")
        assert found == Proposal("aurora bar", mentions=2, cases=1, own=1)
        better = proposed(session, other)
        assert better == Proposal("aurora bar pigneto", mentions=1, cases=0, own=0)
        cases.dismiss(desk(session, now), case.id or 0, MARTA)  # thought better of it
        assert exclusions._weigh(session, AURORA, (), "aurora bar").own == 0


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Princess Aurora wakes up", "aurora wakes"),
        ("La principessa Aurora", "principessa aurora"),
        ("la Aurora", None),
        ("Aurora e il mare", None),
        ("Che bella alba", None),
        ("Aurora", None),
        ("Aurora, boreale", None),
        ("", None),
    ],
)
def test_the_phrase_is_the_name_with_a_word_that_tells(
    db: Database, now: datetime, text: str, phrase: str | None
) -> None:
    with db.write() as session:
        found = proposed(session, post(session, now, 1, text))
    assert (found.phrase if found else None) == phrase


def test_signs_in_a_name_are_no_pattern(database: Database, now: datetime) -> None:
    brand = Brand(key="aurora", name="a.*%_(")
    with database.write() as session:
        post(session, now, 2, "abcd (x test")
        found = proposed(session, post(session, now, 1, "a.*%_( testo"), brand)
    assert found is None or found.mentions == 1


def test_one_click_adopts_and_the_second_hears_of_the_first(database: Database, now: datetime) -> None:
    def click(who: str) -> Adopted:
        with database.write() as session:
            return exclusions.adopt(desk(session, now, brand=AURORA), "aurora", " Aurora  BOREALE ", who)

    with ThreadPoolExecutor(2) as people:
        done = list(people.map(click, (MARTA, LUCA)))
    assert sorted(one.done for one in done) == [False, True]
    (won,) = [one for one in done if one.done]
    assert {(one.phrase, one.by, one.at) for one in done} == {("aurora boreale", won.by, now)}
    with database.write() as session:
        (row,) = session.exec(select(Exclusion)).all()
        (trace,) = session.exec(select(Audit)).all()
        assert (row.added_by, row.added_at) == (won.by, now)
        assert (trace.action, trace.who, trace.detail["phrase"]) == ("exclude", won.by, "aurora boreale")
        at = desk(session, now, brand=AURORA)
        assert exclusions.withdraw(at, "aurora", "Aurora boreale", MARTA)
        assert not exclusions.withdraw(at, "aurora", "Aurora boreale", MARTA)
        assert session.exec(select(Exclusion)).all() == []


@pytest.mark.parametrize(
    "phrase",
    ["Aurora", "caffè aurora", "CAFFE", "", " ", "da Caffè Aurora", "l'Aurora", "aurora caffè", "di a"],
)
def test_a_phrase_that_is_the_brand_is_refused(db: Database, now: datetime, phrase: str) -> None:
    with db.write() as session, pytest.raises(ValueError, match="says more"):
        exclusions.adopt(desk(session, now, brand=AURORA), "aurora", phrase, MARTA)


def test_what_is_known_already_is_not_proposed_again(db: Database, now: datetime) -> None:
    with db.write() as session:
        seen = post(session, now, 1, SKY)
        exclusions.adopt(desk(session, now, brand=AURORA), "aurora", "aurora boreale", MARTA)
        found = proposed(session, seen)
    assert found is None


def test_a_phrase_in_what_is_surely_ours_is_refused(database: Database, now: datetime) -> None:
    """But for the case at which it is chosen: whoever looked at that has found that it is about something else."""
    with database.write() as session:
        shop = add_case(session, post(session, now, 1, "Aurora bar chiuso oggi"), now)
        other = add_case(session, post(session, now, 2, "Aurora bar a Oslo"), now)
        at = desk(session, now, brand=AURORA)
        for case in (shop, other):
            cases.acknowledge(at, case.id or 0, MARTA)
        with pytest.raises(exclusions.Ours):
            exclusions.adopt(at, "aurora", "aurora bar", MARTA, other.id)
        assert session.exec(select(Exclusion)).all() == []
        assert exclusions.adopt(at, "aurora", "aurora bar a oslo", MARTA, other.id).done


# ---------------------------------------------------------------------------- triage


@pytest.fixture
def belt(database: Database, now: datetime) -> Belt:
    return Belt(database, now)


SKIES = "Caffè Aurora boreale: una ricetta orribile e deludente"
CUPS = "Da Caffè Aurora il barista era scortese e il caffè freddo"


def adopting(belt: Belt) -> Callable[[Session], Adopted]:
    phrase = "caffè aurora boreale"
    return lambda session: exclusions.adopt(
        desk(session, belt.now, brand=BRANDS["aurora"]), "aurora", phrase, MARTA
    )


def test_triage_tells_nobody_of_what_is_excluded(belt: Belt) -> None:
    before = belt.alert("r1", SKIES, platform="mastodon", **BAD)
    belt.change(adopting(belt))
    after = belt.put("r2", SKIES + "!", platform="mastodon", **BAD)
    own = belt.put("r3", CUPS, platform="mastodon", **BAD)
    both = belt.put("r4", f"{SKIES}. {CUPS}", platform="mastodon", **BAD)
    belt.triage()
    assert belt.maybe_case_of(after) is None
    assert belt.maybe_case_of(own)
    assert belt.maybe_case_of(both)
    assert belt.mention(after).state == "triaged"
    (kept,) = [case for case in belt.cases() if case.id == before.id]
    assert kept.status == "open"  # history stays


def test_an_exclusion_never_silences_what_is_critical(belt: Belt) -> None:
    belt.change(adopting(belt))
    assert belt.alert("r1", SKIES, platform="mastodon", **CRITICAL).urgency == "critical"
    threat = f"{SKIES}. So dove abitate, vengo e vi ammazzo."
    assert belt.alert("r2", threat, platform="mastodon", **BAD).urgency == "critical"
    high = belt.put("r3", f"{SKIES}!", platform="mastodon", **BAD | {"urgency": "high"})
    belt.triage()
    assert belt.maybe_case_of(high) is None


def test_a_page_of_the_brands_own_is_about_it_whatever_it_says(belt: Belt) -> None:
    belt.change(adopting(belt))
    assert belt.alert("r1", SKIES, platform="page", **BAD)
