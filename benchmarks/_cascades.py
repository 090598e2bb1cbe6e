"""Simulated cascades for `benchmarks.virality`: who shares what, event by event, and what polls would see of it.

Nothing here is taken from the estimator (`alerts.cascade`). Events are single shares, likes and replies, not counts;
only shares are seen by others; each share has an audience of its own with an infinite variance; reaction times follow
a power law whose exponent and knee differ from post to post; interest fades by a law the estimator does not have; days
and nights breathe; polls come late or never, leave counts out, and now and then take some likes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from alerts.virality import Counts

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LIFE = 7 * 24.0  # hours a cascade is followed: its final size is what it has then
POLL = 0.25  # hours between polls
POLLED = 48.0  # hours for which there are polls, as in the service
SOURCES = 100
MOST = 60_000  # interactions that one share brings, and that a cascade has, at the utmost
START = datetime(2026, 3, 2, tzinfo=UTC)
KINDS = ("likes", "shares", "replies")
LIKE, SHARE, REPLY = range(3)


@dataclass(frozen=True, slots=True)
class Cascade:
    """One post: `times` (hours since it was written, ascending) and `kinds` of all that was done with it."""

    source: int
    followers: int | None
    times: Floats
    kinds: Whole
    is_burst: bool
    published_at: datetime

    def reach(self, hours: float = LIFE) -> int:
        """Likes, replies and twice the shares after so many hours."""
        kinds = self.kinds[: np.searchsorted(self.times, hours, side="right")]
        return len(kinds) + int((kinds == SHARE).sum())

    def half(self) -> float:
        """Hours until half of its final size."""
        weights = np.cumsum(1 + (self.kinds == SHARE))
        return float(self.times[np.searchsorted(weights, weights[-1] / 2)])

    def polls(self, rng: np.random.Generator) -> list[Counts]:
        """What is stored of the polls: those that saw other counts than the one before."""
        number = int(POLLED / POLL)
        at = POLL * (np.arange(number) + rng.random()) + rng.uniform(0, 0.03, number)
        at = at[rng.random(number) > 0.1]
        seen = np.stack(
            [np.searchsorted(self.times[self.kinds == kind], at, side="right") for kind in range(3)], axis=1
        )
        seen[:, LIKE] -= (rng.random(len(at)) < 0.02) * (seen[:, LIKE] * 0.05).astype(int)
        left_out = rng.random(seen.shape) < 0.02
        found: list[Counts] = []
        before: tuple[int | None, ...] = (0, 0, 0)
        for hours, row, out in zip(at.tolist(), seen.tolist(), left_out.tolist(), strict=True):
            told = tuple(None if gone else count for count, gone in zip(row, out, strict=True))
            if told != before:
                found.append(Counts(self.published_at + timedelta(hours=hours), *told))
                before = told
        return found


@dataclass(frozen=True, slots=True)
class _Posts:
    """What posts are like, one value each. `direct`: interactions of those the author reaches; `passed`: shares that
    a share brings, at first; `knee` (hours) and `slope` of the reaction times; `fades` (hours): how long it is news;
    `public`: whom it can reach at all; `clock`: the hour it is written at; `burst`: what bots add."""

    source: Whole
    followers: Floats
    direct: Floats
    passed: Floats
    shared: Floats
    knee: Floats
    slope: Floats
    fades: Floats
    public: Floats
    clock: Floats
    burst: Floats


def cascades(number: int, seed: int) -> Iterator[Cascade]:
    """So many, the same for the same seed."""
    rng = np.random.default_rng(seed)
    posts = _posts(number, rng)
    owner, times, kinds = _events(posts, rng)
    order = np.lexsort((times, owner))
    owner, times, kinds = owner[order], times[order], kinds[order]
    edges = np.searchsorted(owner, np.arange(number + 1))
    is_told = rng.random(number) < 0.6
    for n in range(number):
        part = slice(edges[n], edges[n + 1])
        followers = int(posts.followers[n]) if is_told[n] else None
        written = START + timedelta(hours=float(posts.clock[n]))
        yield Cascade(
            int(posts.source[n]), followers, times[part], kinds[part], bool(posts.burst[n] > 0), written
        )


def _posts(number: int, rng: np.random.Generator) -> _Posts:
    loud = np.random.default_rng(5).lognormal(0.0, 0.8, SOURCES)  # what sources are like stays
    source = rng.integers(0, SOURCES, number)
    audience = rng.lognormal(0.0, 1.3, number)
    passed = np.minimum(rng.lognormal(np.log(0.4), 0.6, number), 1.8)
    slow = rng.random(number) < 0.01
    passed = np.where(slow, rng.uniform(0.9, 1.25, number), passed)
    knee = rng.lognormal(np.log(0.25), 0.7, number) * np.where(slow, 6.0, 1.0)
    fades = rng.lognormal(np.log(14.0), 0.6, number) * np.where(slow, 6.0, 1.0)
    return _Posts(
        source=source,
        followers=300 * loud[source] * audience * rng.lognormal(0.0, 0.4, number),
        direct=2.5 * loud[source] * audience * rng.lognormal(0.0, 0.6, number),
        passed=passed,
        shared=rng.beta(4, 14, number),
        knee=knee,
        slope=rng.uniform(0.35, 1.1, number),
        fades=fades,
        public=np.minimum(rng.lognormal(np.log(6000), 1.0, number), MOST),
        clock=rng.uniform(0, 24 * 28, number),
        burst=np.where(rng.random(number) < 0.01, rng.integers(60, 500, number), 0.0),
    )


def _events(posts: _Posts, rng: np.random.Generator) -> tuple[Whole, Floats, Whole]:
    """Generation by generation: of which post, when, which kind."""
    number = len(posts.source)
    owner, times = np.arange(number), np.zeros(number)
    mean = posts.direct
    taken = np.zeros(number)
    parts = [_bursts(posts, rng)]
    while len(owner):
        children = np.minimum(rng.poisson(mean), MOST)
        owner, times = np.repeat(owner, children), np.repeat(times, children)
        times = times + _delays(posts.knee[owner], posts.slope[owner], rng)
        fresh = 1 / (1 + (times / posts.fades[owner]) ** 1.6)
        hour = np.sin(2 * np.pi * (times + posts.clock[owner] - 8) / 24)
        left = np.maximum(1 - taken / posts.public, 0)[owner]
        kept = (times < LIFE) & (rng.random(len(times)) < left * fresh * (1 + 0.5 * hour) / 1.5)
        owner, times = owner[kept], times[kept]
        taken += np.bincount(owner, minlength=number)
        chance = rng.random(len(owner))
        kinds = np.where(chance < posts.shared[owner], SHARE, np.where(chance < 0.9, LIKE, REPLY))
        parts.append((owner, times, kinds))
        shares = kinds == SHARE
        owner, times = owner[shares], times[shares]
        heard = np.minimum(
            (rng.pareto(1.7, len(owner)) + 1) * 0.7 / 1.7, 300.0
        )  # mean 1, variance without end
        # 1.5: as many as a share brings at noon on average, before its news fades.
        mean = 1.5 * posts.passed[owner] / posts.shared[owner] * heard
    owners, moments, done = zip(*parts, strict=True)
    return np.concatenate(owners), np.concatenate(moments), np.concatenate(done)


def _delays(knee: Floats, slope: Floats, rng: np.random.Generator) -> Floats:
    """Flat up to the knee, then a power law (Zhao et al. 2015, section 3.1)."""
    flat = rng.random(len(knee)) < slope / (1 + slope)
    chance = 1 - rng.random(len(knee))
    return np.where(flat, knee * chance, knee * chance ** (-1 / slope))


def _bursts(posts: _Posts, rng: np.random.Generator) -> tuple[Whole, Floats, Whole]:
    """Bots: all within minutes, seen by nobody."""
    size = posts.burst.astype(np.int64)
    owner = np.repeat(np.arange(len(size)), size)
    start = rng.uniform(0, 12, len(size))
    times = start[owner] + rng.exponential(0.08, len(owner))
    return owner, times, np.where(rng.random(len(owner)) < 0.7, LIKE, SHARE)
