"""Words become numbers that depend on the words alone, and never on the process."""

import math
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.features import WORD_FEATURES, bag, ends, rated, slots_of_words, word_features

NO = [3708, 1129, 4292, 3104]
WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), max_size=12)


@given(WORDS)
def test_features_stay_within_the_table(words: list[str]) -> None:
    found = bag(words, 128)
    assert len(found.ids) == len(found.counts)
    assert ((found.ids >= 0) & (found.ids < 128)).all()
    assert all(len(word_features(word, 128)) <= WORD_FEATURES for word in words)


def test_hashes_are_the_same_for_ever() -> None:
    """A model folder names this way of hashing: other numbers here would spoil every folder."""
    assert word_features("no", 10_000).tolist() == NO
    assert bag(["no"], 10_000).ids.tolist()[:2] == [crc32(b"w no") % 10_000, crc32(b"b ^ no") % 10_000]


def test_accents_do_not_part_words_in_the_linear_path() -> None:
    assert np.array_equal(bag(["perché"], 4_096).ids, bag(["perche"], 4_096).ids)


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
    owned = {slot for slots in slots_of_words(words, 4_096) for slot in slots}
    assert owned == set(bag(words, 4_096).ids.tolist())


def test_ends_keep_head_and_tail() -> None:
    assert list(ends(["a", "b", "c", "d"], 3)) == ["a", "b", "d"]
    assert list(ends(["a"], 3)) == ["a"]
