"""What people are told of a spike, sentence by sentence."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.replies.grounds import TOPICS
from alerts.spike_view import Part, Surge
from alerts.words import N_, Words

DAY = 24
KINDS = {"topic": N_("Topics: {parts}"), "source": N_("Sources: {parts}")}


def title(surge: Surge, words: Words) -> str:
    """What there is more of than usual."""
    negative = words._("Spike: more criticism than usual")
    return negative if surge.negative else words._("Spike: more mentions than usual")


def figures(surge: Surge, words: Words) -> str:
    """How many, in which time, against what is usual."""
    if surge.negative:
        count = words.n("{count} negative mention", "{count} negative mentions", surge.count)
    else:
        count = words.n("{count} mention", "{count} mentions", surge.count)
    return words._(
        "{count} in {span}, where {usual} would be usual",
        count=count,
        span=span(surge.hours, words),
        usual=_usual(surge.usual, words),
    )


def span(hours: int, words: Words) -> str:
    """Such as 6 hours, 3 days."""
    if hours > 2 * DAY:
        return words.n("{count} day", "{count} days", round(hours / DAY))
    return words.n("{count} hour", "{count} hours", hours)


def lines(surge: Surge, zone: ZoneInfo, now: datetime, words: Words) -> list[str]:
    """The reasons, what matters most first."""
    when = words.when(surge.over_at or surge.began_at, zone, now)
    state = words._("Over since {when}", when=when) if surge.over_at else words._("Since {when}", when=when)
    said = [f"{figures(surge, words)} · {state}"]
    for kind, sentence in KINDS.items():
        if parts := [part for part in surge.parts if part.kind == kind]:
            said.append(words._(sentence, parts=words.listing(_parts(parts, words))))
    if surge.phrases:
        said.append(
            words._("New phrases: {phrases}", phrases=", ".join(f"“{phrase}”" for phrase in surge.phrases))
        )
    return said


def _parts(parts: Sequence[Part], words: Words) -> list[str]:
    told = []
    for part in parts:
        name = words._(TOPICS[part.name]) if part.kind == "topic" and part.name in TOPICS else part.name
        count = words.number(part.count)
        if part.usual is None:
            told.append(f"{name} {count}")
        else:
            usual = _usual(part.usual, words)
            told.append(words._("{name} {count} (usual {usual})", name=name, count=count, usual=usual))
    return told


def _usual(expected: float, words: Words) -> str:
    """No usual is known to more than two figures."""
    if expected < 0.5:
        return words._("hardly any")
    return words.number(round(expected) if expected >= 2 else round(expected, 1))
