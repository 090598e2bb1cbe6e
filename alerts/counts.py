"""How unlikely a count is: exact tails of the Poisson and the negative binomial distribution. Pure.

The negative binomial is a Poisson whose rate is itself uncertain (gamma distributed, Greenwood and Yule 1920): with
`spread` the squared coefficient of variation of that rate, the count has the mean m and the variance m + spread x m^2.
Spread 0 is the Poisson. Tails are sums of the terms themselves, each from its neighbour, until the rest is below one
part in 10^12: no approximation that fails where counts are small.
"""

from math import exp, inf, lgamma, log, log1p

EXACT = 1e-12  # share of a sum that may be left out
TERMS = 200_000  # of a sum at most: more only where counts go into the thousands of millions


def chance_of_at_least(count: float, mean: float, spread: float = 0.0, enough: float = 1.0) -> float:
    """The chance (0 to 1) of `count` or more where `mean` are expected; where it is above `enough`, some number between
    `enough` and it (long sums end early). Raises ValueError on what is no count."""
    if not (0 <= count < inf and 0 <= mean < inf and 0 <= spread < inf):
        raise ValueError("a count, a mean and a spread are finite and not negative")
    if count <= 0:
        return 1.0
    if mean == 0:
        return 0.0
    if count > mean:
        return min(1.0, _upward(count, mean, spread, enough))
    return max(0.0, 1.0 - _downward(count - 1, mean, spread))


def chance_of(count: float, mean: float, spread: float = 0.0) -> float:
    """The chance of exactly `count` (0 or more) where `mean` (more than 0) are expected."""
    if spread == 0:
        return exp(count * log(mean) - mean - lgamma(count + 1))
    shape = 1 / spread
    if shape > 1e9:  # the difference of two gammas would drown in rounding; it is the Poisson to nine digits
        return chance_of(count, mean)
    own = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
    return exp(own - shape * log1p(mean * spread) + count * (log(mean) - log(mean + shape)))


def _upward(count: float, mean: float, spread: float, enough: float) -> float:
    term = total = chance_of(count, mean, spread)
    for _ in range(TERMS):
        term *= mean * (1 + count * spread) / ((count + 1) * (1 + mean * spread))
        total += term
        count += 1
        if term < EXACT * total or total > enough:
            break
    return total


def _downward(count: float, mean: float, spread: float) -> float:
    if count < 0:
        return 0.0
    term = total = chance_of(count, mean, spread)
    while count >= 1:
        term *= count * (1 + mean * spread) / (mean * (1 + (count - 1) * spread))
        total += term
        count -= 1
        if term < EXACT * total:
            break
    return total
