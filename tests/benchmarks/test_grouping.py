"""The measure of grouping: copies are planted as it says, and its figures tell a good finder from a bad one."""

from typing import Any

import pytest

from alerts import copies
from benchmarks import names
from benchmarks._copies import planted
from benchmarks.grouping import accuracy, cost


def test_it_is_a_benchmark() -> None:
    assert {"grouping", "topics"} <= set(names())


def test_the_same_seed_plants_the_same() -> None:
    assert planted(500, 3) == planted(500, 3)
    assert planted(500, 3) != planted(500, 4)


def test_copies_come_after_what_they_copy() -> None:
    seen: set[int] = set()
    rows = planted(3000, 3)
    assert len(rows) == 3000
    for row in rows:
        assert row.copy is None or row.matter in seen
        seen.add(row.matter)
    assert {row.copy for row in rows} >= {
        None,
        "same",
        "edited",
        "cut",
        "hashtags",
        "retweet",
        "remark",
        "all",
    }


def test_its_figures_are_those_of_what_joins(monkeypatch: pytest.MonkeyPatch) -> None:
    found: Any = accuracy(400, 3)
    assert found["precision"] >= 0.9
    assert found["recall"] >= 0.9
    monkeypatch.setattr("alerts.copies.is_copy", lambda one, other: False)
    nothing: Any = accuracy(400, 3)
    assert nothing["recall"] == 0
    monkeypatch.setattr("alerts.copies.is_copy", lambda one, other: one != other and copies.FEWEST > 0)
    all_of_it: Any = accuracy(400, 3)
    assert all_of_it["precision"] < found["precision"]


def test_cost_is_told_for_both_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.grouping.ROUNDS", 2)
    found: Any = cost(100, 1000)
    assert set(found["ms_a_mention"]) == {"100", "1000"}
    assert found["ratio"] > 0
