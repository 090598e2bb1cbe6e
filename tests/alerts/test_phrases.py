"""Phrases that are new: what several write now and did not before."""

import pytest

from alerts.phrases import Written, new, odds

USUAL = [Written(f"Il caffè era freddo e nessuno si è scusato, tavolo {n}", f"b{n}") for n in range(40)]


def now(text: str, many: int = 8, authors: int = 8) -> list[Written]:
    return [Written(text, f"a{n % authors}") for n in range(many)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Il pacco non arriva mai.", "pacco"),
        ("Le colis n'est jamais livré !", "colis"),
        ("Das Paket kommt nicht an", "paket"),
        ("الطرد لم يصل", "الطرد"),
    ],
)
def test_what_many_write_now_is_new(text: str, expected: str) -> None:
    assert any(expected in phrase.lower() for phrase in new(now(text), USUAL))


def test_what_is_usual_is_not_new() -> None:
    assert new(now("Il caffè era freddo e nessuno si è scusato"), USUAL) == []


def test_one_author_is_no_trend() -> None:
    assert new(now("Il pacco non arriva mai", authors=2), USUAL) == []
    assert new(now("Il pacco non arriva mai", authors=3), USUAL) != []


def test_the_brand_is_no_news() -> None:
    found = new(now("Caffè Aurora, pacco perso"), USUAL, ["Caffè Aurora", "#caffeaurora"])
    assert found == ["pacco perso"]


def test_each_phrase_tells_something_else_and_is_whole() -> None:
    found = new(now("Il corriere dice di averlo consegnato. Rimborso negato"), USUAL)
    words = [word for phrase in found for word in phrase.split() if len(word) > 3]
    assert len(words) == len(set(words))
    assert not any("consegnato Rimborso" in phrase for phrase in found)


def test_without_a_week_before_nothing_is_sure() -> None:
    assert new([], []) == []
    assert new(now("Il pacco non arriva mai", many=3), []) == []


def test_a_flood_of_letters_is_no_trouble() -> None:
    assert isinstance(new(now("\u0000\ud800" + "a" * 5_000 + "\n" * 500), USUAL), list)


def test_more_now_than_before_is_more_odds() -> None:
    assert odds(10, 20, 1, 100) > odds(5, 20, 1, 100) > 0
    assert odds(1, 100, 10, 20) < 0
    assert odds(2, 2, 0, 0) < 1.96
