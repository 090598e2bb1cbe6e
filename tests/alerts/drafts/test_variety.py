"""Which wording is taken, and that two hundred drafts of one matter all differ, neighbours in how they begin and end."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.drafts import plan, writing
from alerts.drafts.phrases import Wording, languages, load
from alerts.drafts.plan import Plan
from alerts.drafts.reading import ARTICLES
from alerts.drafts.request import DraftRequest
from alerts.drafts.sequences import SEQUENCES
from alerts.drafts.variety import TRIES, Choice, is_repeated
from alerts.drafts.writing import Written
from tests.alerts.drafts.requests import NOW, UNREAD, brand, platform, request

MANY = 200  # drafts of one brand of which no two may be the same
WORDINGS = [Wording(id=f"sorry.{n}", form=None, text="") for n in range(1, 5)]


def test_the_seed_decides() -> None:
    chosen = {Choice(str(seed), ()).of(WORDINGS).id for seed in range(40)}
    assert chosen == {wording.id for wording in WORDINGS}
    assert Choice("a", ()).of(WORDINGS) is Choice("a", ()).of(list(reversed(WORDINGS)))


def test_what_was_said_longest_ago_comes_first() -> None:
    recent = (("sorry.3", "x"), ("sorry.1",), ("sorry.2",), ("sorry.4",))
    assert Choice("a", recent).of(WORDINGS).id == "sorry.4"
    assert Choice("a", recent[:3]).of(WORDINGS).id == "sorry.4"


def test_what_the_fewest_have_said_beside_the_rest_comes_before_that() -> None:
    glad = [Wording(id=f"glad.{n}", form=None, text="") for n in (1, 2)]
    choice = Choice("a", (("sorry.1", "glad.1"), ("sorry.2", "glad.2"), ("sorry.2", "glad.2")))
    choice.of(WORDINGS[:1])
    assert choice.of(glad).id == "glad.2"
    assert choice.anew().of(glad).id == "glad.1"


def test_the_newest_row_is_kept_apart_from() -> None:
    recent = (("sorry.1",), ("sorry.2",), ("sorry.2",))
    assert Choice("a", recent).of(WORDINGS[:2]).id == "sorry.1"
    assert Choice("a", recent).of(WORDINGS[:2], apart=True).id == "sorry.2"
    assert Choice("a", recent).of(WORDINGS[:1], apart=True).id == "sorry.1"


def test_what_this_draft_has_had_comes_last() -> None:
    recent = (("sorry.1",), ("sorry.2",), ("sorry.2",), ("sorry.3",))
    assert Choice("a", recent, frozenset({"sorry.1", "sorry.3"})).of(WORDINGS[:3]).id == "sorry.2"
    assert Choice("a", recent, frozenset({"sorry.1", "sorry.2"})).of(WORDINGS[:2]).id == "sorry.1"


def test_another_attempt_chooses_otherwise() -> None:
    chosen = {Choice("a", (("sorry.3",),), attempt=attempt).of(WORDINGS).id for attempt in range(1, TRIES)}
    assert chosen == {wording.id for wording in WORDINGS}


@pytest.mark.parametrize("counts", [(201,), (3, 67), (5, 41), (2, 3, 5, 7), (9, 2, 2, 6), (6, 6, 6)])
def test_no_row_comes_twice_while_there_are_others(counts: Sequence[int]) -> None:
    moves = [
        [Wording(id=f"{m}.{n}", form=None, text="") for n in range(many)] for m, many in enumerate(counts)
    ]
    rows: list[tuple[str, ...]] = []
    for number in range(2 * MANY):
        choice = Choice(str(number), tuple(rows[:MANY]))
        row = tuple(choice.of(move, apart=move is moves[0]).id for move in moves)
        assert row not in rows[: MANY - 1]
        assert not rows or row[0] != rows[0][0]
        rows.insert(0, row)


def test_repeated_is_the_whole_row() -> None:
    assert is_repeated(("a", "b"), (["x"], ["a", "b"]))
    assert is_repeated(("a", "b"), (("a", "b", "private.1"),))
    assert not is_repeated(("a", "b"), (("b", "a"), ("a",)))
    assert not is_repeated((), ((),))


# ---- Whole drafts: the words say nothing to the phrases, so that each case has the fewest ways to be answered ----------

MATTERS: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    "complaint": ("Lorem ipsum dolor.", "negative/normal/complaint", {}),
    "complaint, again": ("Lorem ipsum dolor.", "negative/normal/complaint", {"reasons": ("came_back",)}),
    "complaint, edited": ("Lorem ipsum dolor.", "negative/normal/complaint", {"reasons": ("edited",)}),
    "mixed": ("Lorem ipsum dolor.", "positive/normal/complaint", {}),
    "statement": ("Lorem ipsum dolor.", "negative/normal/complaint", {}),
    "correct": ("Lorem ipsum dolor.", "negative/normal/complaint", {}),
    "answer": ("Lorem ipsum dolor?", "neutral/low/information", {}),
    "information": ("Lorem?", "neutral/low/information", {}),
    "commercial": ("Lorem?", "neutral/low/commercial", {}),
    "assistance": ("Lorem?", "neutral/low/assistance", {}),
    "assistance, sorry": ("Lorem?", "negative/low/assistance", {}),
    "praise": ("Lorem ipsum dolor.", "positive/low/praise", {}),
    "praise, edited": ("Lorem ipsum dolor.", "positive/low/praise", {"reasons": ("edited",)}),
    "praise_open": ("Lorem ipsum dolor.", "positive/normal/praise", {}),
    "praise_point": ("Lorem ipsum dolor, {remark}.", "positive/normal/praise", {}),
    "careful": ("Lorem ipsum dolor.", "neutral/low/other", {}),
    "unread": ("Lorem ipsum dolor.", None, UNREAD),
    "stars_low": ("", None, UNREAD | {"stars": 1}),
    "stars_middle": ("", None, UNREAD | {"stars": 3}),
    "stars_high": ("", None, UNREAD | {"stars": 5}),
    "insult": ("Lorem ipsum dolor.", "negative/low/spam", {}),
    "article_positive": ("Lorem ipsum dolor.", "positive/low/praise", {"platform": platform(name=ARTICLES)}),
    "article_negative": (
        "Lorem ipsum dolor.",
        "negative/low/complaint",
        {"platform": platform(name=ARTICLES)},
    ),
    "article_question": ("Lorem?", "neutral/low/information", {"platform": platform(name=ARTICLES)}),
    "critical": ("Lorem ipsum dolor.", "negative/critical/complaint", {}),
}
OWN: dict[str, tuple[str, dict[str, Any]]] = {
    "answer": ("faq", {"question": "Lorem ipsum dolor?", "answer": "Sit amet."}),
    "correct": (
        "corrections",
        {"words": ["lorem"], "text": "Dolor sit.", "source": "https://aurora.example/x"},
    ),
    "statement": ("statements", {"words": ["lorem"], "text": "Dolor sit."}),
}
"""What the brand says of a matter in its own words, by part of the policy."""
REMARKS = {
    "de": "kleiner Kritikpunkt",
    "en": "one niggle",
    "es": "un pero",
    "fr": "seul bémol",
    "it": "un solo appunto",
    "nl": "klein minpunt",
    "pt": "único senão",
}
NIGHT = datetime(2026, 11, 22, 3, tzinfo=UTC)
SITUATIONS: dict[str, tuple[dict[str, Any], datetime, str | None]] = {
    "open": ({}, NOW, "Marta B."),
    "closed": ({}, NIGHT, None),
    "away": ({"absences": [{"from": "2026-11-20", "to": "2026-12-01"}]}, NOW, "Marta B."),
    "no contact": ({"contacts": {}}, NOW, None),
    "no clock": ({"hours": "always", "holidays": None, "first_contact": {}}, NOW, None),
}
"""What limits the words: the policy, the time, the author."""


def asked(matter: str, lang: str, situation: str, register: str) -> DraftRequest:
    text, label, values = MATTERS[matter]
    limits, now, author = SITUATIONS[situation]
    policy: dict[str, Any] = {"faq": [], "remedies": {}} | limits
    if matter in OWN:
        kind, entry = OWN[matter]
        policy[kind] = [entry | {"lang": lang}]
    mine = brand(policy, {"formality": {lang: register}})
    said = text.replace("{remark}", REMARKS[lang])
    return request(said, label, lang=lang, brand=mine, now=now, author=author, **values)


def planned(one: DraftRequest, matter: str) -> Plan:
    wanted = plan.make(one)
    assert wanted.case == matter.split(",")[0]
    return wanted


@dataclass(slots=True)
class Counting(Choice):
    """Notes among how many wordings it chose; `ends`: where the neighbour's are left out."""

    counts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def of(self, wordings: Sequence[Wording], *, apart: bool = False) -> Wording:
        (self.ends if apart else self.counts).append(len(wordings))
        return Choice.of(self, wordings, apart=apart)

    @property
    def ways(self) -> int:
        return math.prod(self.counts + self.ends)


def counted() -> Counting:
    return Counting("a", ())


def test_every_case_is_there() -> None:
    assert {matter.split(",")[0] for matter in MATTERS} == set(SEQUENCES)


@pytest.mark.parametrize("lang", languages())
def test_each_matter_can_be_answered_in_more_than_two_hundred_ways(lang: str) -> None:
    few = []
    for register, situation, matter in itertools.product(load(lang).language.registers, SITUATIONS, MATTERS):
        one, choice = asked(matter, lang, situation, register), counted()
        writing.public(planned(one, matter), one.brand, None, choice, frozenset())
        if choice.ways <= MANY or min(choice.ends) < 2 or len(choice.ends) < 2:
            few.append((register, situation, matter, choice.ways, choice.ends))
    assert few == []


@pytest.mark.parametrize("lang", languages())
def test_each_grave_matter_too_in_public_and_in_private(lang: str) -> None:
    few = []
    for situation in SITUATIONS:
        one = asked("critical", lang, situation, load(lang).formal)
        general = planned(one, "critical")
        for kind in load(lang).kinds:
            wanted = replace(general, reading=replace(general.reading, kind=kind))
            here, there = counted(), counted()
            writing.public(wanted, one.brand, None, here, frozenset())
            writing.private(wanted, one.brand, there, frozenset())
            if min(here.ways, there.ways) <= MANY or min(here.ends) < 2:
                few.append((situation, kind.id, here.ways, there.ways, here.ends))
    assert few == []


def drafts(one: DraftRequest, wanted: Plan) -> list[tuple[Written, Written | None]]:
    """As many drafts of one matter as must differ, each with the rows of those before it."""
    found: list[tuple[Written, Written | None]] = []
    rows: list[tuple[str, ...]] = []
    for number in range(MANY):
        choice = Choice(str(number), tuple(rows))
        here = writing.public(wanted, one.brand, one.platform, choice, frozenset())
        there = None
        if wanted.case == "critical":
            there = writing.private(wanted, one.brand, choice, frozenset())
        rows.insert(0, here.moves + (there.moves if there else ()))
        found.append((here, there))
    return found


@pytest.mark.parametrize("matter", MATTERS)
def test_two_hundred_drafts_of_one_matter_differ(matter: str) -> None:
    """In the language and the situation that leave it the fewest ways."""

    def ways(lang: str, situation: str) -> int:
        one, choice = asked(matter, lang, situation, load(lang).formal), counted()
        writing.public(planned(one, matter), one.brand, None, choice, frozenset())
        return choice.ways

    lang, situation = min(itertools.product(languages(), ("away", "no contact")), key=lambda of: ways(*of))
    one = asked(matter, lang, situation, load(lang).formal)
    found = drafts(one, planned(one, matter))
    texts = [here.text for here, _ in found]
    private = [there.text for _, there in found if there]
    assert len(set(texts)) == MANY
    assert len(set(private)) == len(private)
    for (one_before, _), (after, _) in itertools.pairwise(found):
        assert one_before.sentences[0].text != after.sentences[0].text
        assert one_before.sentences[-1].text != after.sentences[-1].text


def test_they_differ_in_a_short_room_too() -> None:
    one = replace(asked("complaint", "it", "open", "lei"), platform=platform(300))
    texts = [here.text for here, _ in drafts(one, planned(one, "complaint"))]
    assert len(set(texts)) == MANY
    assert max(len(text) for text in texts) <= 300
