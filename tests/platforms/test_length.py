"""Lengths in each unit, held to the examples that the platforms publish or that their rules imply."""

import pytest

from platforms.length import Unit, measure

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # three people and two joiners: one thing to a reader


@pytest.mark.parametrize(
    ("text", "unit", "length"),
    [
        ("", "characters", 0),
        ("perché", "characters", 6),
        ("perché", "bytes", 7),
        ("e\u0301", "graphemes", 1),
        (FAMILY, "characters", 5),
        (FAMILY, "graphemes", 1),
        (FAMILY, "weighted", 2),
        ("\U0001f1ee\U0001f1f9", "graphemes", 1),
        ("perché", "weighted", 6),
        ("日本", "weighted", 4),
        ("vedi https://example.com/a/very/long/path?with=query", "weighted", 28),
        ("a" * 300, "weighted", 300),
    ],
)
def test_measure(text: str, unit: Unit, length: int) -> None:
    assert measure(text, unit) == length


def test_a_lone_surrogate_has_a_length_too() -> None:
    assert measure("\ud83d", "bytes") == 3
