"""Which wording is taken."""

from alerts.drafts.phrases import Wording
from alerts.drafts.variety import STRICT, TRIES, Choice, is_repeated

WORDINGS = [Wording(id=f"sorry.{n}", form=None, text="") for n in range(1, 5)]


def test_the_seed_decides() -> None:
    chosen = {Choice(str(seed), ()).of(WORDINGS).id for seed in range(40)}
    assert chosen == {wording.id for wording in WORDINGS}
    assert Choice("a", ()).of(WORDINGS) is Choice("a", ()).of(list(reversed(WORDINGS)))


def test_what_was_said_longest_ago_comes_first() -> None:
    recent = (("sorry.3", "x"), ("sorry.1",), ("sorry.2",), ("sorry.4",))
    assert Choice("a", recent).of(WORDINGS).id == "sorry.4"
    assert Choice("a", recent[:3]).of(WORDINGS).id == "sorry.4"


def test_another_attempt_chooses_otherwise_but_not_what_the_neighbour_said() -> None:
    recent = (("sorry.3",),)
    chosen = {Choice("a", recent, attempt).of(WORDINGS).id for attempt in range(1, STRICT)}
    assert chosen == {"sorry.1", "sorry.2", "sorry.4"}


def test_where_that_is_not_enough_anything_goes() -> None:
    chosen = {Choice("a", (("sorry.3",),), attempt).of(WORDINGS).id for attempt in range(STRICT, TRIES)}
    assert "sorry.3" in chosen


def test_repeated_is_the_whole_row() -> None:
    assert is_repeated(("a", "b"), (["x"], ["a", "b"]))
    assert is_repeated(("a", "b"), (("a", "b", "private.1"),))
    assert not is_repeated(("a", "b"), (("b", "a"), ("a",)))
    assert not is_repeated((), ((),))
