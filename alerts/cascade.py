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

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SCALES = 0.05 * 4.0 ** np.arange(7)  # hours: the exponentials that make the power law, 3 minutes to 8.5 days
SLOPE = 0.5  # the exponent of its tail, less one
PASSED = np.array([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.15, 1.4, 1.8])
FADES = np.array([3.0, 12.0, 48.0])  # hours
DIRECT = 0.5 * 2.0 ** np.arange(0, 15)
USUAL_PASSED, PASSED_SPREAD = 0.35, 0.5  # log-normal prior of `passed`
DIRECT_SPREAD = 1.5  # that of `direct` around what is usual, as a standard deviation of its logarithm
USUAL_DIRECT = 5.0
LUMPS = 3.0  # variance of a gain over its mean, where the mean is small
SURPRISE = 2.0  # shape of the gamma that multiplies each expected gain
MEMORY = 0.9  # what a bin leaves of the evidence before it
AGES = 0.05 * 1.35 ** np.arange(29)  # hours, for which forecasts are tabulated
END = 168.0  # hours: the age at which reach is final
STEPS = 40


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
    rows = np.log(np.repeat(PASSED, len(FADES)) / USUAL_PASSED) / PASSED_SPREAD
    # Heavier than a log-normal: the few that go far are what this is for.
    passed = -1.5 * np.log1p(rows**2 / 2)
    width = np.log(DIRECT / max(known.direct, 0.1)) / known.spread
    direct = -2.5 * np.log1p(width**2 / 4)
    belief = passed[:, None] + direct[None, :]
    return State(0.0, 0, np.zeros(len(SCALES)), belief, belief)


def seen(state: State, age: float, size: int) -> State:
    """The state after a poll at `age` that found `size` reactions; a poll no later than the last, or one that found
    fewer, tells nothing."""
    span = age - state.age
    if span <= 0 or size < state.size:
        return state
    gain = size - state.size
    left = np.exp(-span / SCALES)
    share = float(_law() @ (1 - SCALES / span * (1 - left)))
    rate = _passed() * _fresh((state.age + age) / 2)
    old = (rate * float(_law() @ (state.past * (1 - left))))[:, None] + (
        DIRECT * float(_law() @ (np.exp(-state.age / SCALES) * (1 - left)))
    )[None, :]
    mean = old / (1 - np.minimum(rate * share, 0.9))[:, None] + 0.02
    likelihood = gain / LUMPS * np.log(mean) - (gain / LUMPS + SURPRISE) * np.log(mean / LUMPS + SURPRISE)
    belief = state.prior + MEMORY * (state.belief - state.prior) + likelihood
    past = state.past * left + gain * SCALES / span * (1 - left)
    return State(age, size, past, belief - belief.max(), state.prior)


def outlook(state: State, hours: float | None = None) -> Outlook:
    """The total after so many more hours; None: at the end, a week after the post was written."""
    weights = np.exp(state.belief - state.belief.max())
    by_past, by_post = _table(_ahead(state.age) if hours is None else hours)
    row = min(int(np.searchsorted(AGES, state.age)), len(AGES) - 1)
    mean = (by_past[row] @ state.past)[:, None] + (by_post[row] @ np.exp(-state.age / SCALES))[:, None] * DIRECT
    likely = weights > 1e-4
    mean, weights = mean[likely], weights[likely]
    spread = np.sqrt(np.log1p(WIDER / np.maximum(mean, 0.05) + WIDE))
    gains = mean[:, None] * np.exp(spread[:, None] * NODES - 0.5 * (spread**2)[:, None])
    totals = (state.size + gains).ravel()
    order = np.argsort(totals)
    return Outlook(totals[order], (weights[:, None] * NODE_WEIGHTS).ravel()[order])


WIDER, WIDE = 6.0, 0.15
NODES = np.array([-1.645, -0.954, -0.525, -0.172, 0.172, 0.525, 0.954, 1.645])
NODE_WEIGHTS = np.full(len(NODES), 1 / len(NODES))


def _ahead(age: float) -> float:
    return max(END - age, 1.0)


@cache
def _law() -> Floats:
    """The share of each exponential in the power law."""
    weights = SCALES**-SLOPE
    return np.asarray(weights / weights.sum())


@cache
def _passed() -> Floats:
    return np.repeat(PASSED, len(FADES))


def _fresh(age: float) -> Floats:
    """How much of its news a post of this age still has, by row."""
    return np.tile(1 / (1 + age / FADES), len(PASSED))


def _table(hours: float) -> tuple[Floats, Floats]:
    """The expected gain of so many more hours, by age and row: for each unit of excitement left of the past, and for
    each reaction that the post is to bring. The hours are rounded to quarters of an octave, so that few tables are
    made."""
    return _tabulated(round(4 * math.log2(max(hours, 0.25))))


@cache
def _tabulated(quarters: int) -> tuple[Floats, Floats]:
    hours = 2.0 ** (quarters / 4)
    edges = np.concatenate(([0.0], np.geomspace(min(0.05, hours / 4), hours, STEPS)))
    kernels, rows = len(SCALES), len(_passed())
    found = np.zeros((2, len(AGES), rows, kernels))
    for n, age in enumerate(AGES):
        # Unit excitement in each exponential, as a past (scaled by `passed`) and as the post's own (not).
        alive = np.zeros((2, rows, kernels, kernels))
        alive[0] = np.eye(kernels)
        own = np.eye(kernels)
        for start, end in zip(edges, edges[1:], strict=False):
            span = end - start
            left = np.exp(-span / SCALES)
            share = float(_law() @ (1 - SCALES / span * (1 - left)))
            rate = _passed() * _fresh(age + (start + end) / 2)
            gain = rate[None, :, None] * (alive @ (_law() * (1 - left)))
            gain[1] += (own @ (_law() * (1 - left)))[None, :]
            gain /= (1 - np.minimum(rate * share, 0.9))[None, :, None]
            found[:, n] += gain
            alive = alive * left + gain[..., None] * SCALES / span * (1 - left)
            own = own * left
    return found[0], found[1]
