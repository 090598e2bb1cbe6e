"""What is talked of more or less than usual, and what criticism is about. Pure, but for the examples."""

from collections import Counter
from collections.abc import Mapping
from math import sqrt

from alerts.counts import chance_of, chance_of_at_least

SHOWN = 3  # topics that rise, topics that fall, causes
SPREAD = 0.02  # weeks differ by more than chance: by a seventh, without anything having happened
CHANCE = 0.02  # that a topic which did not change looks as if it did
TIMES = 1.5  # less is not worth a line
FEWEST = 5  # mentions, or mentions to expect, below which a topic is not told
URGENT = 2  # one more that is critical or high counts as so many


def rising(now: Mapping[str, int], usual: Mapping[str, float]) -> list[tuple[str, int, float]]:
    """Topic, mentions, the usual: the most striking first. A topic rises where it is named 1.5 times as often as
    usual, and a negative binomial count with the usual mean reaches that by a chance of 2 % at most."""
    found = []
    for topic, count in now.items():
        expected = usual.get(topic, 0.0)
        if count < FEWEST or count < TIMES * expected:
            continue
        if chance_of_at_least(count, max(expected, 0.5), SPREAD) <= CHANCE:
            found.append((topic, count, expected))
    return sorted(found, key=_strikes, reverse=True)[:SHOWN]


def falling(now: Mapping[str, int], usual: Mapping[str, float]) -> list[tuple[str, int, float]]:
    """The same downwards."""
    found = []
    for topic, expected in usual.items():
        count = now.get(topic, 0)
        if expected < FEWEST or count * TIMES > expected:
            continue
        at_most = 1 - chance_of_at_least(count, expected, SPREAD) + chance_of(count, expected, SPREAD)
        if at_most <= CHANCE:
            found.append((topic, count, expected))
    return sorted(found, key=_strikes)[:SHOWN]


def causes(negative: Mapping[tuple[str, str | None], int]) -> list[tuple[str, int, int]]:
    """By topic and urgency, how many negative mentions; gives topic, negative, of these urgent: first what costs most,
    where an urgent mention counts three times."""
    totals, urgent = Counter[str](), Counter[str]()
    for (topic, urgency), count in negative.items():
        totals[topic] += count
        if urgency in ("critical", "high"):
            urgent[topic] += count
    ranked = sorted(totals, key=lambda topic: (-(totals[topic] + URGENT * urgent[topic]), topic))
    return [(topic, totals[topic], urgent[topic]) for topic in ranked[:SHOWN]]


def _strikes(found: tuple[str, int, float]) -> float:
    _, count, expected = found
    return (count - expected) / sqrt(max(expected, 0.5) + SPREAD * expected * expected)
