"""Texts are cut into pieces, each with its place; special ones are nobody's to write."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.network.pieces import SPECIAL, UNKNOWN, Pieces, chosen, learnt, with_characters
from sentiment.text import clean
from tests.sentiment.conftest import LETTERS

KNOWN = [("▁buon", -3.0), ("▁", -4.0), ("giorno", -5.0), *((letter, -8.0) for letter in "abdegiklnoru")]


def cut(pieces: Pieces, text: str) -> list[str]:
    [found] = pieces([text])
    return [text[start:end] for start, end in found.spans]


def test_the_likeliest_pieces_cover_the_text() -> None:
    assert cut(Pieces(KNOWN), "buon giorno") == ["buon", " ", "giorno"]


def test_what_is_not_known_is_one_piece_with_a_place() -> None:
    [found] = Pieces(KNOWN)(["buon €"])
    assert found.ids[-1] == UNKNOWN
    assert found.spans[-1] == (5, 6)


@given(st.text(max_size=60))
def test_no_text_gives_a_special_piece(text: str) -> None:
    [found] = LETTERS([clean(text)])
    assert all(number == UNKNOWN or number >= len(SPECIAL) for number in found.ids.tolist())
    assert len(found.ids) == len(found.spans)


def test_a_vocabulary_comes_back_from_its_file(tmp_path: Path) -> None:
    Pieces(KNOWN).write(tmp_path / "pieces.tsv")
    again = Pieces.read(tmp_path / "pieces.tsv")
    assert again.vocabulary == tuple(KNOWN)
    [one], [other] = Pieces(KNOWN)(["buon giorno"]), again(["buon giorno"])
    assert np.array_equal(one.ids, other.ids)


def test_frequent_pieces_and_characters_are_chosen_and_missing_ones_told() -> None:
    kept, missing = chosen(KNOWN, ["buon giorno ora 😀"] * 5 + ["raro €"], 1)
    names = [KNOWN[number][0] for number in kept]
    assert "▁" in names
    assert {"r", "a", "o"} <= set(names)
    assert "k" not in names  # nobody wrote it
    assert missing == ["😀"]
    assert cut(Pieces(with_characters(KNOWN, missing)), "buon😀")[-1] == "😀"


@pytest.mark.parametrize(("size", "pieces"), [(0, 13), (2, 8)])
def test_a_vocabulary_is_learnt_from_texts(size: int, pieces: int) -> None:
    texts = [f"ottimo caffè numero {number}" for number in range(40)]
    [found] = Pieces(learnt(texts, size))(["ottimo caffè"])
    assert UNKNOWN not in found.ids
    assert len(found.ids) == pieces
