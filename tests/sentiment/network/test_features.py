"""Words become numbers that depend on the words alone, and never on the process."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.network.features import Bag, bags, own_slots, owned, rated

FOR_EVER = [746, 1063, 1760, 4470, 6006, 1156, 1317, 2015, 2074, 2569, 3121, 3645, 4620, 5498, 6073, 6095, 7053, 7076, 8905,
            9601, 9694]  # fmt: skip
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters=" ")
WORDS = st.lists(st.text(LETTERS, max_size=12), max_size=12)


def bag(words: list[str], size: int, stars: float | None = None) -> Bag:
    [found] = bags([words], size, [stars])
    return found


@given(st.lists(st.tuples(WORDS, st.none() | st.floats(0, 5)), max_size=5))
def test_many_texts_give_the_bags_of_each(texts: list[tuple[list[str], float | None]]) -> None:
    found = bags([words for words, _ in texts], 4_096, [stars for _, stars in texts])
    for one, (words, stars) in zip(found, texts, strict=True):
        alone = bag(words, 4_096, stars)
        assert (one.ids.tolist(), one.split) == (alone.ids.tolist(), alone.split)
        assert np.allclose(one.counts, alone.counts)


@given(WORDS)
def test_features_stay_within_the_table(words: list[str]) -> None:
    found = bag(words, 128)
    assert len(found.ids) == len(found.counts)
    assert ((found.ids >= 0) & (found.ids < 128)).all()


def test_hashes_are_the_same_for_ever() -> None:
    """A model folder names this way of hashing: other numbers here would spoil every folder."""
    assert bag(["no", "gia"], 10_000, 4.0).ids.tolist() == FOR_EVER


def test_each_n_gram_of_a_word_has_its_row() -> None:
    rows = owned(["ciao"], 1 << 30)
    assert (
        len(rows.slots) == len(set(rows.slots.tolist())) == 2 + 5 + 4 + 3 + 2
    )  # itself, its pair, 2- to 5-grams
    assert not set(owned(["ciao"], 1 << 30).slots.tolist()) & set(owned(["bene"], 1 << 30).slots.tolist())


def test_the_same_letters_hash_alike_wherever_they_stand() -> None:
    early, late = (
        own_slots(["fuoco", "x"], 1 << 30),
        own_slots(["molte", "parole", "prima", "fuoco"], 1 << 30),
    )
    assert early[0] == late[3]
    assert set(bag(["fuoco"], 1 << 30).ids[2:]) < set(bag(["un", "fuoco", "spento"], 1 << 30).ids)


def test_a_long_text_is_hashed_like_a_short_one() -> None:
    long = own_slots(["parola"] * 3_000 + ["fuoco"], 1 << 30)
    assert long[-1] == own_slots(["fuoco"], 1 << 30)[0]
    assert len(set(long.tolist())) == 2


def test_a_word_that_comes_twice_counts_a_little_more() -> None:
    once, twice = bag(["bene"], 1 << 20), bag(["bene", "x", "bene"], 1 << 20)
    assert once.counts[0] == pytest.approx(1.0)
    assert twice.counts[0] == pytest.approx(1 + math.log(2))


def test_stars_are_one_more_word() -> None:
    assert len(bag(["x"], 1 << 20, 5.0).ids) == len(bag(["x"], 1 << 20).ids) + 1


@pytest.mark.parametrize(
    ("stars", "whole"), [(None, None), (4.4, 4), (9.0, 5), (-1.0, 0), (math.nan, None), (math.inf, None)]
)
def test_only_usable_ratings_count(stars: float | None, whole: int | None) -> None:
    assert rated(stars) == whole


@given(WORDS)
def test_every_row_of_a_bag_belongs_to_some_word(words: list[str]) -> None:
    found = owned(words, 4_096)
    assert set(found.slots.tolist()) == set(bag(words, 4_096).ids.tolist())
    assert set(found.words.tolist()) <= set(range(len(words)))


def test_each_word_has_the_rows_it_would_have_alone() -> None:
    together = owned(["un", "fuoco"], 1 << 30)
    for number, word in enumerate(("un", "fuoco")):
        own, _, *grams = owned([word], 1 << 30).slots.tolist()
        assert {own, *grams} <= set(together.slots[together.words == number].tolist())
