"""The simulated cascades are what they are said to be; the figures are all there and hold on a small run."""

from itertools import pairwise

import numpy as np
import pytest

from benchmarks._cascades import LIFE, POLLED, Cascade, cascades
from benchmarks.virality import measure

SOME = 1500


@pytest.fixture(scope="module")
def posts() -> list[Cascade]:
    return list(cascades(SOME, 3))


def test_the_same_seed_gives_the_same_cascades(posts: list[Cascade]) -> None:
    again = list(cascades(SOME, 3))
    assert all(np.array_equal(one.times, other.times) for one, other in zip(posts, again, strict=True))
    assert any(one.reach() != other.reach() for one, other in zip(posts, cascades(SOME, 4), strict=True))


def test_most_are_small_and_a_few_are_not(posts: list[Cascade]) -> None:
    sizes = sorted(post.reach() for post in posts)
    assert sizes[SOME // 2] < 10
    assert 1 <= sum(size >= 1000 for size in sizes) < SOME / 50
    assert any(post.is_burst for post in posts)


def test_events_are_in_order_and_half_is_half(posts: list[Cascade]) -> None:
    for post in posts:
        assert np.all(np.diff(post.times) >= 0)
        if len(post.times):
            assert 0 <= post.times[0] <= post.times[-1] <= LIFE + 24
            assert post.reach(post.half()) >= post.reach(1e9) / 2


def test_polls_come_late_leave_counts_out_and_take_some_back(posts: list[Cascade]) -> None:
    rng = np.random.default_rng(1)
    polls = [post.polls(rng) for post in posts]
    likes = [[poll.likes for poll in seen] for seen in polls]
    assert any(None in row for row in likes)
    told = [[count for count in row if count is not None] for row in likes]
    assert any(later < sooner for row in told for sooner, later in pairwise(row))
    for post, seen in zip(posts, polls, strict=True):
        ages = [(poll.at - post.published_at).total_seconds() / 3600 for poll in seen]
        assert ages == sorted(ages)
        assert all(0 <= age <= POLLED + 1 for age in ages)


def test_the_figures() -> None:
    found = measure(SOME, 3)
    assert found["posts"] == SOME
    ours, fixed = found["ours"], found["fixed_100"]
    assert isinstance(ours, dict)
    assert isinstance(fixed, dict)
    assert ours["recall"] >= 0.9
    assert ours["false_alarms"] <= fixed["false_alarms"]
    forecasts = found["forecasts"]
    assert isinstance(forecasts, dict)
    assert 0.7 <= forecasts["final_within"] <= 0.9
