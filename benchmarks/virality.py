"""Which of 20,000 simulated posts go viral, told how early, and how far they go, against two simple rules.

A post is viral when it has 1,000 of engagement (likes, replies, twice the shares) a week after it was written; a rule
that speaks of one is right. The lead is the time between its word and half of the final size; of a viral post it never
spoke of, none. Each rule sees the same polls (`_cascades`). Ours also knows other posts of the source, of an earlier
month, as the service does. The rules to beat speak once there are 100 interactions, or twice as many as at the last
poll; since any rule is early that speaks often, ours is also shown at the probability at which it is wrong as often."""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from alerts import cascade
from alerts.virality import Counts, Past, Usual, follow, is_enough, is_viral, of_state, prior, usual
from benchmarks._cascades import LIFE, Cascade, cascades
from store.brand import Policy

NUMBER = 20_000
SEED = 2026
REACH = 1000
FIXED = 100
CHECKED = (1.0, 2.0, 4.0, 8.0, 16.0)  # hours after which forecasts are held against what came
ENOUGH = 10  # engagement from which a forecast is checked
DECIMALS = 3


@dataclass(slots=True)
class Told:
    """What the rules said of one post: hours when the simple ones spoke, when ours reached which probability for the
    first time, and for each forecast that was checked, its age and whether the end and the next day lay within."""

    viral: bool
    half: float
    fixed: float | None = None
    doubled: float | None = None
    chances: list[tuple[float, float]] = field(default_factory=list)
    within: list[tuple[float, bool, bool]] = field(default_factory=list)


def bench() -> dict[str, object]:
    """Precision, recall, F1, false alarms and median lead (hours) of each rule, and how often forecasts hold."""
    return measure(NUMBER, SEED)


def measure(number: int, seed: int) -> dict[str, object]:
    """The figures of `bench` for so many posts."""
    start = time.process_time()
    known = _usual(number // 4, seed + 1)
    rng = np.random.default_rng(seed + 2)
    told = [_followed(post, post.polls(rng), known.get(post.source)) for post in cascades(number, seed)]
    sure = Policy().viral_sure
    fixed, doubled = _rule(told, lambda one: one.fixed), _rule(told, lambda one: one.doubled)
    return {
        "posts": number,
        "viral": sum(one.viral for one in told),
        "ours": _ours(told, sure),
        "fixed_100": fixed,
        "doubled": doubled,
        "ours_as_often_wrong_as_fixed_100": _ours(told, _chance_of(told, int(fixed["false_alarms"]))),
        "ours_as_often_wrong_as_doubled": _ours(told, _chance_of(told, int(doubled["false_alarms"]))),
        "forecasts": _held(told),
        "cpu_seconds": round(time.process_time() - start, 1),
    }


def _usual(number: int, seed: int) -> dict[int, Usual]:
    """What the service knows of each source: other posts, by their last poll."""
    past = defaultdict(list)
    for post in cascades(number, seed):
        past[post.source].append(Past(post.reach(), timedelta(hours=LIFE), post.followers))
    return {source: found for source, rows in past.items() if (found := usual(rows)) is not None}


def _followed(post: Cascade, polls: Sequence[Counts], known: Usual | None) -> Told:
    found = Told(post.reach() >= REACH, post.half() if len(post.times) else 0.0)
    state, counts, before, best = cascade.born(prior(known, post.followers)), dict[str, int](), 0, 0.0
    due = list(CHECKED)
    for poll in polls:
        age = (poll.at - post.published_at) / timedelta(hours=1)
        while due and age > due[0]:
            _check(found, post, state, due.pop(0))
        size = state.size
        state = follow(state, counts, poll, post.published_at)
        interactions = sum(counts.values())
        if found.fixed is None and interactions >= FIXED:
            found.fixed = age
        if found.doubled is None and before and interactions >= 2 * before:
            found.doubled = age
        before = interactions
        if state.size > size and is_enough(state.size, REACH):
            ahead = of_state(state, counts, 0, REACH)
            if ahead.chance > best and is_viral(ahead, 0.0):
                best = ahead.chance
                found.chances.append((age, best))
    return found


def _check(found: Told, post: Cascade, state: cascade.State, age: float) -> None:
    if state.size < ENOUGH:
        return
    final, soon = cascade.outlook(state), cascade.outlook(state, 24.0)
    held = final.quantile(0.1) <= post.reach() <= final.quantile(0.9)
    held_soon = soon.quantile(0.1) <= post.reach(state.age + 24) <= soon.quantile(0.9)
    found.within.append((age, held, held_soon))


def _rule(told: Sequence[Told], spoke: Callable[[Told], float | None]) -> dict[str, float]:
    right = [one for one in told if one.viral and spoke(one) is not None]
    wrong = sum(not one.viral and spoke(one) is not None for one in told)
    viral = sum(one.viral for one in told)
    leads = [0.0 if (at := spoke(one)) is None else one.half - at for one in told if one.viral]
    precision, recall = len(right) / max(len(right) + wrong, 1), len(right) / max(viral, 1)
    return {
        "precision": round(precision, DECIMALS),
        "recall": round(recall, DECIMALS),
        "f1": round(2 * precision * recall / max(precision + recall, 1e-9), DECIMALS),
        "false_alarms": wrong,
        "median_lead_hours": round(statistics.median(leads), DECIMALS) if leads else 0.0,
    }


def _ours(told: Sequence[Told], sure: float) -> dict[str, float]:
    def spoke(one: Told) -> float | None:
        return next((age for age, chance in one.chances if chance >= sure), None)

    return {"probability": round(sure, 4)} | _rule(told, spoke)


def _chance_of(told: Sequence[Told], false_alarms: int) -> float:
    """The lowest probability at which ours is wrong no more often than this."""
    wrong = sorted((one.chances[-1][1] for one in told if one.chances and not one.viral), reverse=True)
    return wrong[false_alarms] + 1e-9 if len(wrong) > false_alarms else 0.0


def _held(told: Sequence[Told]) -> dict[str, object]:
    """The shares of forecasts whose 80 % interval held what came."""
    rows = [(age, held, soon, one.viral) for one in told for age, held, soon in one.within]
    share = {f"{age:g}h": [held for at, held, _, _ in rows if at == age] for age in CHECKED}
    return {
        "checked": len(rows),
        "final_within": _mean([held for _, held, _, _ in rows]),
        "next_day_within": _mean([soon for _, _, soon, _ in rows]),
        "final_within_by_age": {age: _mean(held) for age, held in share.items()},
        "final_within_of_viral": _mean([held for _, held, _, viral in rows if viral]),
    }


def _mean(held: Sequence[bool]) -> float | None:
    return round(statistics.fmean(held), DECIMALS) if held else None
