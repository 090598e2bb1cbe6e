"""How fast a mention spreads and how far it will go, from its snapshots. Pure; the forecast itself is `alerts.cascade`.

Engagement = likes + 2 x shares + replies: a share puts the text before new eyes, a like mostly does not. Views are
left out: they live on another scale and most platforms hide them. Speed = gain an hour between the last snapshot
and the newest one that is at least an hour older (the oldest, where none is), and a gain seen in less than an hour
counts as the gain of an hour: the estimate errs downward, never up.

What is usual for a source and an author is what their mentions get in the end: the geometric mean, the author's own
shrunk towards the source's, mentions that are young scaled by what is still to come at their age.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median

from alerts import cascade

WEIGHTS = {"likes": 1, "shares": 2, "replies": 1}
WINDOW = timedelta(hours=1)
SOON = 24.0  # hours: "by tomorrow"
TIMES_USUAL = 5.0
FEWEST = 10  # mentions that must be known before a source has a "usual"
OWN = 5  # mentions of an author that weigh as much as all others of the source
LEAST = 15  # engagement below which nothing is said to spread
COMING = 0.1  # what must be still to come, as a share of what is there: what is over does not spread
CERTAIN = 0.1  # forecasts are told from this share to the other end
FOLLOWING = 0.5  # reactions grow with a power of the followers
FRESH = 0.2  # the least share of its reactions that a post is taken to have had
LIKELY_MIX = 0.5  # share of the engagement from which shares are what is told


@dataclass(frozen=True, slots=True)
class Counts:
    """Engagement at a time; None: the platform did not tell."""

    at: datetime
    likes: int | None = None
    shares: int | None = None
    replies: int | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """`engagement` in all and its `speed` an hour now."""

    engagement: int
    speed: float


@dataclass(frozen=True, slots=True)
class Past:
    """Another mention of the source: its `engagement` at `age`, and its author's followers."""

    engagement: int
    age: timedelta
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Usual:
    """What a mention like this gets in the end, and how many followers its author usually has."""

    engagement: float
    followers: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is known (`engagement`, of which `shares`; `gain` in the last hour) and what is to be expected: `soon` in 24
    hours and `final`, each with 10 % below and 10 % above; `chance` of passing the threshold; `expected` in the end."""

    engagement: int
    shares: int
    gain: int
    soon: tuple[int, int]
    final: tuple[int, int]
    expected: int
    chance: float


def spread(snapshots: Sequence[Counts], published_at: datetime) -> Spread:
    """What the snapshots (any order, any gaps) say; without a count, nothing spreads.

    A single snapshot speaks for the time since publication. A count that goes down or vanishes counts as its
    highest value before: a glitch that heals is no gain.
    """
    told = sorted((s for s in snapshots if _told(s)), key=lambda s: s.at)
    if not told:
        return Spread(0, 0.0)
    last = _highest(told)
    before = [s for s in told if s.at <= told[-1].at - WINDOW] or told[:1]
    if len(told) == 1:
        return Spread(_sum(last), _sum(last) / _hours(told[0].at - published_at))
    base = _highest(before)
    gain = {kind: last[kind] - base[kind] for kind in last if kind in base}
    return Spread(_sum(last), _sum(gain) / _hours(told[-1].at - before[-1].at))


def follow(
    state: cascade.State, told: dict[str, int], snapshot: Counts, published_at: datetime
) -> cascade.State:
    """The state after one more snapshot. `told`, the highest value of each kind so far, is brought up to date; a kind
    that is told for the first time late adds what it has, as if it had come since."""
    _raise(told, snapshot)
    return cascade.seen(state, (snapshot.at - published_at) / WINDOW, _sum(told))


def forecast(
    snapshots: Sequence[Counts],
    published_at: datetime,
    threshold: float,
    usual: Usual | None = None,
    followers: int | None = None,
) -> Forecast | None:
    """How far it will go; None where it is too small to tell."""
    now = spread(snapshots, published_at)
    if not is_enough(now.engagement, threshold):
        return None
    state, told = cascade.born(prior(usual, followers)), dict[str, int]()
    for snapshot in sorted((s for s in snapshots if _told(s)), key=lambda s: s.at):
        state = follow(state, told, snapshot, published_at)
    return of_state(state, told, round(now.speed), threshold)


def of_state(state: cascade.State, told: dict[str, int], gain: int, threshold: float) -> Forecast:
    """What a state that has been followed says."""
    soon, final = cascade.outlook(state, SOON), cascade.outlook(state)
    ends = [(found.quantile(CERTAIN), found.quantile(1 - CERTAIN)) for found in (soon, final)]
    shares = told.get("shares", 0)
    return Forecast(_sum(told), shares, gain, ends[0], ends[1], final.quantile(0.5), final.chance(threshold))


def is_enough(engagement: int, threshold: float) -> bool:
    """Whether there is enough to look ahead from."""
    return engagement >= max(3, min(LEAST, threshold / 20))


def is_viral(ahead: Forecast, sure: float) -> bool:
    """Whether it passes the threshold with this probability, and is not over yet."""
    return ahead.chance >= sure and ahead.expected >= (1 + COMING) * ahead.engagement


def threshold(reach: int, usual: Usual | None) -> float:
    """The engagement that is worth a message: the brand's, and several times what is usual where that is known."""
    return max(reach, TIMES_USUAL * usual.engagement if usual else 0.0)


def figures(ahead: Forecast) -> tuple[str, ...]:
    """What people are told: unit, count, gain in the last hour, and the ends of the forecast by tomorrow.

    Shares are the unit where they are most of the engagement: the forecast is split as the engagement is now."""
    told = (ahead.engagement, ahead.gain, *ahead.soon)
    if ahead.engagement == 0 or WEIGHTS["shares"] * ahead.shares < LIKELY_MIX * ahead.engagement:
        return ("reactions", *map(str, told))
    return ("shares", *(str(round(ahead.shares * number / ahead.engagement)) for number in told))


def is_news(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the picture differs from the one that was told so much that its message should be edited: a third more
    there already, or the middle of the forecast half up or a third down. Figures of another form are news."""
    if len(before) != len(after) or before[0] != after[0]:
        return True
    (count, _, low, high), (count_now, _, low_now, high_now) = (
        [max(int(number), 1) for number in told[1:]] for told in (before, after)
    )
    turn = math.sqrt(low_now * high_now / (low * high))
    return count_now >= count * 4 / 3 or not 2 / 3 < turn < 3 / 2


def usual(others: Sequence[Past], own: Iterable[Past] = ()) -> Usual | None:
    """What is usual for a source (`others`), and for an author on it (`own`); None: too few to tell."""
    if len(others) < FEWEST:
        return None
    logs = [_final(past) for past in own]
    mean = (sum(logs) + OWN * fmean(map(_final, others))) / (len(logs) + OWN)
    known = [past.followers for past in others if past.followers]
    return Usual(math.expm1(mean), median(known) if len(known) >= FEWEST else None)


def prior(usual: Usual | None, followers: int | None) -> cascade.Prior:
    """What is expected of a post before anybody has reacted."""
    if usual is None:
        return cascade.Prior()
    direct = max(usual.engagement, 1.0)
    if not (usual.followers and followers):
        return cascade.Prior(direct, 1.3)
    return cascade.Prior(direct * (followers / usual.followers) ** FOLLOWING, 1.0)


def _final(past: Past) -> float:
    """The logarithm of one more than a mention's engagement in the end."""
    return math.log1p(past.engagement / max(cascade.done(past.age / WINDOW), FRESH))


def _told(snapshot: Counts) -> bool:
    return any(getattr(snapshot, kind) is not None for kind in WEIGHTS)


def _highest(snapshots: Sequence[Counts]) -> dict[str, int]:
    """The highest value of each kind that was ever told."""
    found: dict[str, int] = {}
    for snapshot in snapshots:
        _raise(found, snapshot)
    return found


def _raise(found: dict[str, int], snapshot: Counts) -> None:
    for kind in WEIGHTS:
        value = getattr(snapshot, kind)
        if value is not None:
            found[kind] = max(value, found.get(kind, 0))


def _sum(counts: dict[str, int]) -> int:
    return sum(WEIGHTS[kind] * value for kind, value in counts.items())


def _hours(span: timedelta) -> float:
    return max(span / WINDOW, 1.0)
