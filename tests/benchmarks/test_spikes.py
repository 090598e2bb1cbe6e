"""The rule that chooses is blind to the series left out, and brands and figures are what they say."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alerts.spikes import Detector, Tuning
from benchmarks import _brands
from benchmarks.spikes import UNUSUAL, choose, labelled, leave_one_out, scaled

SIZES = {"one": 2, "two": 3, "three": 1}


def raw(best: dict[str, float]) -> dict[Tuning, dict[str, float]]:
    """Scores that fall from the best `unusual` of each series."""
    return {
        Tuning(unusual=unusual): {name: size - abs(unusual - best[name]) for name, size in SIZES.items()}
        for unusual in UNUSUAL
    }


def test_the_rule_looks_for_a_wide_hill() -> None:
    found = raw(dict.fromkeys(SIZES, UNUSUAL[6]))
    found[Tuning(unusual=UNUSUAL[11])] = {name: float(size) for name, size in SIZES.items()}
    assert choose(found, SIZES, SIZES).unusual == pytest.approx(UNUSUAL[6], rel=0.11)


def test_a_series_left_out_has_no_say() -> None:
    def chosen(third: float) -> Any:
        found: Any = leave_one_out(raw({"one": 1.1, "two": 1.3, "three": third}), SIZES)
        return found["by_series"]["three"]["unusual"]

    assert chosen(0.8) == chosen(2.2)


def test_a_score_is_0_for_nothing_and_100_for_all() -> None:
    assert scaled({name: -size for name, size in SIZES.items()}, SIZES) == 0
    assert scaled({name: float(size) for name, size in SIZES.items()}, SIZES) == 100


def test_without_labelled_series_there_is_no_score(tmp_path: Path) -> None:
    assert labelled(tmp_path) is None


@pytest.mark.parametrize("a_day", [5, 40])
def test_a_brand_has_the_mentions_it_is_said_to_have(a_day: int) -> None:
    counts = _brands.mentions(np.random.default_rng(3), a_day, 700)
    assert counts.mean() * 24 == pytest.approx(a_day, rel=0.05)
    by_hour = counts.reshape(-1, 24).mean(0)
    assert by_hour[3] < by_hour[20] / 5
    by_day = counts.reshape(-1, 24).sum(1)[: 7 * 100].reshape(-1, 7).mean(0)
    assert by_day[6] < by_day[1]


def test_the_same_seed_gives_the_same_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("BRANDS", 2), ("STORMS", 3), ("QUIET_DAYS", 60)):
        monkeypatch.setattr(_brands, name, value)
    first: Any = _brands.quiet_and_storms(Detector, 20, 1)
    assert first == _brands.quiet_and_storms(Detector, 20, 1)
    assert first["10_times_for_1_days"]["found"] == 1.0
