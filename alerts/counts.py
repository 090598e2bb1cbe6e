"""How unlikely a count is: exact tails of the Poisson and the negative binomial distribution. Pure.

The negative binomial is a Poisson whose rate is itself uncertain (gamma distributed, Greenwood and Yule 1920): with
`spread` the squared coefficient of variation of that rate, the count has the mean m and the variance m + spread x m^2.
Spread 0 is the Poisson. No approximation that fails where counts are small: the Poisson's tail is the sum of its terms,
the negative binomial's an incomplete beta function, by its continued fraction (Lentz's method; DLMF 8.17.22), which is
quick above the mean however large the counts; both until the rest is below one part in 10^12.
"""

from math import exp, inf, lgamma, log, log1p

EXACT = 1e-12  # share of a sum that may be left out
STEPS = 200_000  # at most: more only where counts go into the thousands of millions
LARGEST_SHAPE = (
    1e9  # beyond it the difference of two gammas drowns in rounding, and it is the Poisson to nine digits
)
TINY = 1e-300


def chance_of_at_least(count: float, mean: float, spread: float = 0.0) -> float:
    """The chance (0 to 1) of `count` or more where `mean` are expected. Raises ValueError on what is no count."""
    if not (0 <= count < inf and 0 <= mean < inf and 0 <= spread < inf):
        raise ValueError("a count, a mean and a spread are finite and not negative")
    if count <= 0:
        return 1.0
    if mean == 0:
        return 0.0
    if count > mean:
        first = chance_of(count, mean, spread)
        poisson = spread * LARGEST_SHAPE < 1
        return min(1.0, first * (_terms(count, mean) if poisson else _fraction(count, mean, spread)))
    return max(0.0, 1.0 - _downward(count - 1, mean, spread))


def chance_of(count: float, mean: float, spread: float = 0.0) -> float:
    """The chance of exactly `count` (0 or more) where `mean` (more than 0) are expected."""
    if spread == 0:
        return exp(count * log(mean) - mean - lgamma(count + 1))
    if spread * LARGEST_SHAPE < 1:
        return chance_of(count, mean)
    shape = 1 / spread
    own = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
    return exp(own - shape * log1p(mean * spread) + count * (log(mean) - log(mean + shape)))


def _terms(count: float, mean: float) -> float:
    """The Poisson's tail from `count` on, in units of its first term."""
    term = total = 1.0
    for _ in range(STEPS):
        count += 1
        term *= mean / count
        total += term
        if term < EXACT * total:
            break
    return total


def _fraction(count: float, mean: float, spread: float) -> float:
    """The negative binomial's tail from `count` (above the mean) on, in units of its first term."""
    shape, share = 1 / spread, mean * spread / (1 + mean * spread)
    c, d = 1.0, _inverse(1 - (count + shape) * share / (count + 1))
    total = d
    for step in range(1, STEPS):
        twice = count + 2 * step
        even = step * (shape - step) * share / ((twice - 1) * twice)
        odd = -(count + step) * (count + shape + step) * share / (twice * (twice + 1))
        for part in (even, odd):
            d = _inverse(1 + part * d)
            c = 1 + part / c or TINY
            total *= c * d
        if abs(c * d - 1) < EXACT:
            break
    return total


def _inverse(number: float) -> float:
    return 1 / (number or TINY)


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
