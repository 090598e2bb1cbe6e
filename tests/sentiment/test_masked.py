"""Guessing hidden words: which are hidden, and that the encoder gets better at it."""

import random
from pathlib import Path

import numpy as np
import torch

from sentiment.batch import Collator
from sentiment.loop import CPU
from sentiment.masked import MASK, Guesser, _hide, frequent, guess_words
from sentiment.recipe import RECIPES
from sentiment.text import clean, words
from tests.sentiment.conftest import TINY

COLLATE = Collator(TINY.encoder_size, TINY.limit, np.ones(16, np.float32))


def test_frequent_words_are_numbered_by_frequency() -> None:
    assert frequent([["b", "a", "b"], ["c"]], 2) == {"b": 0, "a": 1}


def test_hidden_words_are_told_with_their_places() -> None:
    rows = [["a", "b"] * 20, ["a"]]
    guess = _hide([list(row) for row in rows], {"a": 0, "b": 1}, COLLATE, random.Random(1))
    assert 0 < len(guess.places) < 20
    for place, wanted in zip(guess.places.tolist(), guess.wanted.tolist(), strict=True):
        row, column = divmod(place, 40)
        assert rows[row][column] == "ab"[wanted]


def test_texts_without_known_words_cost_nothing() -> None:
    guess = _hide([["x"]], {}, COLLATE, random.Random(1))
    assert len(guess.places) == 0
    assert Guesser(TINY, 3)(guess.batch, guess.places).shape == (0, 3)


def test_no_author_can_write_the_mask() -> None:
    assert MASK not in words(clean(f"a{MASK}b {MASK}"))


def test_it_learns(tmp_path: Path) -> None:
    texts = [["uno", "due", "tre", "quattro"]] * 60
    encoder = guess_words(texts, TINY, RECIPES["smoke"], 1, tmp_path / "m.pt", COLLATE, CPU)
    assert all(torch.isfinite(value).all() for value in encoder.state_dict().values())
    assert (tmp_path / "m.pt").exists()
