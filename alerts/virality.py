"""How fast a mention spreads, from its snapshots, against what is usual for its source. Pure; no forecast yet.

Engagement = likes + 2 x shares + replies: a share puts the text before new eyes, a like mostly does not. Views are
left out: they live on another scale and most platforms hide them. Speed = gain an hour between the last snapshot
and the newest one that is at least an hour older (the oldest, where none is), and a gain seen in less than an hour
counts as the gain of an hour: the estimate errs downward, never up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

WEIGHTS = {"likes": 1, "shares": 2, "replies": 1}
WINDOW = timedelta(hours=1)
TIMES_USUAL = 5.0
FEWEST = 10  # mentions that must be known before a source has a "usual"


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


def usual(speeds: Sequence[float]) -> float | None:
    """The usual speed of a source (the median of its mentions'); None: too few to tell."""
    return median(speeds) if len(speeds) >= FEWEST else None


def lifetime_speed(counts: Counts, published_at: datetime) -> float:
    """Engagement an hour over the whole life so far: what `usual` is made of."""
    return _sum(_highest([counts])) / _hours(counts.at - published_at)


def is_viral(speed: float, threshold: int, usual_speed: float | None) -> bool:
    """`threshold` an hour, and several times what is usual for the source where that is known."""
    return speed >= threshold and speed >= TIMES_USUAL * (usual_speed or 0.0)


def _told(snapshot: Counts) -> bool:
    return any(getattr(snapshot, kind) is not None for kind in WEIGHTS)


def _highest(snapshots: Sequence[Counts]) -> dict[str, int]:
    """The highest value of each kind that was ever told."""
    found: dict[str, int] = {}
    for snapshot in snapshots:
        for kind in WEIGHTS:
            value = getattr(snapshot, kind)
            if value is not None:
                found[kind] = max(value, found.get(kind, 0))
    return found


def _sum(counts: dict[str, int]) -> int:
    return sum(WEIGHTS[kind] * value for kind, value in counts.items())


def _hours(span: timedelta) -> float:
    return max(span / WINDOW, 1.0)
