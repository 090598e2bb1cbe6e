"""What is usual follows hours, weekdays and the level, and a storm teaches it little."""

import pytest

from alerts.usual import HOUR, Usual


def shown(usual: Usual, days: int, count: float, first: int = 0) -> list[float]:
    """Rows an hour apart; what was expected of each."""
    return [
        usual.expect(hour % 24, hour // 24 % 7, count, HOUR)[0]
        for hour in range(first * 24, (first + days) * 24)
    ]


def test_a_steady_series_expects_itself() -> None:
    assert shown(Usual(), 30, 7)[-1] == pytest.approx(7)


def test_a_storm_does_not_become_the_custom() -> None:
    usual = Usual()
    shown(usual, 20, 2)
    shown(usual, 1, 200, first=20)
    assert max(shown(usual, 1, 2, first=21)) < 4


def test_a_season_is_learnt_and_at_first_not_believed() -> None:
    usual = Usual()
    early: list[float] = []
    late: list[float] = []
    for hour in range(40 * 24):
        at_ten = hour % 24 == 10
        expected, _ = usual.expect(hour % 24, hour // 24 % 7, 15 if at_ten else 5, HOUR)
        if at_ten:
            (late if hour > 35 * 24 else early).append(expected)
    assert early[1] < 10
    assert late[-1] == pytest.approx(15, rel=0.1)


def test_missing_rows_are_not_zeros() -> None:
    usual = Usual()
    shown(usual, 20, 6)
    assert usual.expect(0, 6, 6, 50 * HOUR)[0] == pytest.approx(6)
    assert usual.expect(1, 6, 6, HOUR)[0] == pytest.approx(6)
    assert usual.a_day == pytest.approx(6 * 24, rel=0.01)


def test_certainty_is_how_many_mentions_are_known() -> None:
    usual = Usual()
    shown(usual, 2, 3)
    assert usual.certainty == pytest.approx(144, rel=0.06)
