"""How far a cascade goes: a self-exciting point process, read from counts between polls. Pure, and incremental.

The process (Hawkes; for cascades Zhao et al., SEISMIC, KDD 2015; Mishra et al., CIKM 2016): the post brings `direct`
reactions, each reaction `passed` more, both after a delay with a power-law density. The news fades: what a reaction
passes on falls as 1 / (1 + age / fades). The power law is a sum of exponentials (Bochud and Challet 2007), so that a
cascade's whole past is one number for each of them and an update costs the same at any age.

Polls give counts, no events. Of the `gain` reactions between two polls the times are unknown and taken as uniform, so
that with `old` reactions expected from the past, and `share` of what they pass on falling into the same bin, the
expected gain m of a bin solves m = old + passed x share x m. Gains scatter more than Poisson's (audiences have heavy
tails): negative binomial, with a likelihood that forgets, since what a post was an hour ago it need not be now.

`direct`, `passed` and `fades` are unknown: their posterior is kept on a grid. What is usual for source and author, and
the author's followers, make the prior, so that a post of ten minutes is not yet a wild one. docs/how-it-decides.md has
the formulas.
"""

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# The grid: what a reaction passes on, how fast the news fades (hours), how long people take to react (hours; until
# then the law is flat), what the post itself brings.
PASSED = np.array([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0, 1.3, 1.7])
FADES = np.array([2.5, 20.0])
KNEES = np.array([0.05, 0.4])
DIRECT = 0.5 * 2.4 ** np.arange(0, 11)

SCALES = 0.05 * 4.0 ** np.arange(7)  # hours: the exponentials that make the power law, 3 minutes to 8.5 days
SLOPE = 0.6  # the exponent of its tail, less one
USUAL_PASSED, PASSED_SPREAD, PASSED_TAIL = 0.35, 0.5, 1.5  # prior of `passed`: Student's t of its logarithm
USUAL_DIRECT, DIRECT_SPREAD, DIRECT_TAIL = (
    5.0,
    1.5,
    2.5,
)  # that of `direct` where nothing is known of the source
LUMPS = 3.0  # variance of a gain over its mean, where the mean is small: a share counts as two and is heard by many
SURPRISE = 2.0  # shape of the gamma that multiplies each expected gain
MEMORY = 0.8  # what a poll leaves of the evidence before it
PUBLIC = (
    2000.0  # reactions at which a cascade begins to run out of people; one that is larger has a larger public
)
LUMPS_AHEAD, SURPRISE_AHEAD = 2.0, 0.05  # the same two for forecasts: variance over mean, and over its square
NODES = np.array([-1.534, -0.887, -0.489, -0.157, 0.157, 0.489, 0.887, 1.534])  # equally likely normal values

AGES = 0.05 * 1.35 ** np.arange(29)  # hours, for which forecasts are tabulated
STEPS = 60
QUICK = 1 / 12  # hours
END = 168.0  # hours: the age at which reach is final


@dataclass(frozen=True, slots=True)
class Prior:
    """`direct`: how many reactions the author's audience is expected to bring by itself; `spread`: how unsure that is,
    as a standard deviation of its logarithm."""

    direct: float = USUAL_DIRECT
    spread: float = DIRECT_SPREAD


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What is known of a cascade at `age` (hours): `size` reactions so far; `past`, for each exponential, how much
    excitement is left; `belief`, the logarithm of the posterior by `passed` and `fades` (rows) and `direct`."""

    age: float
    size: int
    past: Floats
    belief: Floats
    prior: Floats


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many reactions there will be, as equally likely totals (ascending) with their weights."""

    totals: Floats
    weights: Floats

    def quantile(self, share: float) -> int:
        """The total that is not passed with this probability."""
        below = np.cumsum(self.weights)
        return int(self.totals[min(int(np.searchsorted(below, share * below[-1])), len(below) - 1)])

    def chance(self, total: float) -> float:
        """The probability of so many or more."""
        return float(self.weights[self.totals >= total].sum() / self.weights.sum())


def born(prior: Prior | None = None) -> State:
    """A cascade at age zero."""
    known = prior or Prior()
    # Heavier tails than a log-normal's: the few that go far are what this is for.
    rows = np.log(_rows().passed / USUAL_PASSED) / PASSED_SPREAD
    passed = -PASSED_TAIL * np.log1p(rows**2 / (2 * PASSED_TAIL - 1))
    width = np.log(DIRECT / max(known.direct, 0.1)) / known.spread
    direct = -DIRECT_TAIL * np.log1p(width**2 / (2 * DIRECT_TAIL - 1))
    belief = passed[:, None] + direct[None, :]
    return State(0.0, 0, np.zeros(len(SCALES)), belief, belief)


def seen(state: State, age: float, size: int) -> State:
    """The state after a poll at `age` that found `size` reactions. Never back in time, never fewer: a clock that jumps,
    or reactions that were taken back, are no evidence; a gain within less than `QUICK` counts as one in that time."""
    gain = max(size - state.size, 0)
    if age <= state.age and gain == 0:
        return state
    age, span = max(age, state.age), max(age - state.age, QUICK)
    left = np.exp(-span / SCALES)
    law = _rows().law
    share = law @ (1 - SCALES / span * (1 - left))
    rate = _rows().rate((state.age + age) / 2)
    inherited = rate * (law @ (state.past * (1 - left)))
    old = inherited[:, None] + (law @ (np.exp(-state.age / SCALES) * (1 - left)))[:, None] * DIRECT
    mean = old / (1 - np.minimum(rate * share, 0.9))[:, None] + 0.02
    likelihood = gain / LUMPS * np.log(mean) - (gain / LUMPS + SURPRISE) * np.log(mean / LUMPS + SURPRISE)
    belief = state.prior + MEMORY * (state.belief - state.prior) + likelihood
    past = state.past * left + gain * SCALES / span * (1 - left)
    return State(age, state.size + gain, past, belief - belief.max(), state.prior)


def outlook(state: State, hours: float | None = None) -> Outlook:
    """The total after so many more hours; None: at the end, a week after the post was written."""
    weights = np.exp(state.belief - state.belief.max())
    by_past, by_post = _table(_ahead(state.age) if hours is None else hours)
    row = min(int(np.searchsorted(AGES, state.age)), len(AGES) - 1)
    mean = (by_past[row] @ state.past)[:, None] + (by_post[row] @ np.exp(-state.age / SCALES))[
        :, None
    ] * DIRECT
    likely = weights > 1e-4
    mean, weights = mean[likely], weights[likely]
    # Who reacts has not reacted before: with a public of P, each reaction lowers the next ones' rate by 1 / P.
    public = PUBLIC + state.size
    mean = public * np.log1p(mean / public)
    spread = np.sqrt(np.log1p(LUMPS_AHEAD / np.maximum(mean, 0.05) + SURPRISE_AHEAD))
    gains = mean[:, None] * np.exp(spread[:, None] * NODES - 0.5 * (spread**2)[:, None])
    totals = (state.size + gains).ravel()
    order = np.argsort(totals)
    return Outlook(totals[order], np.repeat(weights, len(NODES))[order])


def done(age: float) -> float:
    """The share of its reactions that a usual post has had at this age (hours)."""
    left = np.exp(-max(age, 0.0) / SCALES)
    return float(1 - _rows().law.mean(axis=0) @ left)


def _ahead(age: float) -> float:
    return max(END - age, 1.0)


@dataclass(frozen=True, slots=True)
class _Rows:
    """One value a row: `passed`, `fades`, and (rows, exponentials) `law`, the share of each in its power law."""

    passed: Floats
    fades: Floats
    law: Floats

    def rate(self, age: float) -> Floats:
        """What a reaction passes on at this age of the post."""
        return self.passed / (1 + age / self.fades)


@cache
def _rows() -> _Rows:
    passed, fades, knees = (grid.ravel() for grid in np.meshgrid(PASSED, FADES, KNEES, indexing="ij"))
    at, knee = SCALES[None, :], knees[:, None]
    weights = (at + knee) ** -SLOPE * (1 - np.exp(-2 * at / knee))
    return _Rows(passed, fades, weights / weights.sum(axis=1, keepdims=True))


def _table(hours: float) -> tuple[Floats, Floats]:
    """The expected gain of so many more hours, by age and row: for each unit of excitement left of the past, and for
    each reaction that the post is to bring. The hours are rounded to quarters of an octave, so that few tables are
    made."""
    return _tabulated(round(4 * math.log2(max(hours, 0.25))))


@cache
def _tabulated(quarters: int) -> tuple[Floats, Floats]:
    hours = 2.0 ** (quarters / 4)
    edges = np.concatenate(([0.0], np.geomspace(min(0.05, hours / 4), hours, STEPS)))
    kernels, rows = len(SCALES), len(_rows().passed)
    law = _rows().law
    found = np.zeros((2, len(AGES), rows, kernels))
    for n, age in enumerate(AGES):
        # Unit excitement in each exponential, as a past (scaled by `passed`) and as the post's own (not).
        alive = np.zeros((2, rows, kernels, kernels))
        alive[0] = np.eye(kernels)
        own = np.ones(kernels)
        for start, end in pairwise(edges):
            span = end - start
            left = np.exp(-span / SCALES)
            share = law @ (1 - SCALES / span * (1 - left))
            rate = _rows().rate(age + (start + end) / 2)
            gain = rate[None, :, None] * np.einsum("prek,rk->pre", alive, law * (1 - left))
            gain[1] += law * (own * (1 - left))
            gain /= (1 - np.minimum(rate * share, 0.9))[None, :, None]
            found[:, n] += gain
            alive = alive * left + gain[..., None] * SCALES / span * (1 - left)
            own = own * left
    return found[0], found[1]
