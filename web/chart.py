"""The engagement of a mention over time, as a picture in SVG: what was seen, and how far it is expected to go.

The picture holds numbers, times and words of ours alone; a table beside it says the same to those who cannot see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from alerts.card import Card
from alerts.words import Words
from store.tables import Snapshot

WIDE, HIGH = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 26
MOST = 300  # of the latest snapshots
AHEAD = timedelta(hours=24)
TICKS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the grid, with what stands beside it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """In units of the picture: the line of what was seen, the corners of what is expected (empty: nothing is), and the
    grid. `rows`: the same as a table, the latest first; `said`: in a sentence."""

    line: str
    dots: tuple[tuple[float, float], ...]
    ahead: str
    across: tuple[Mark, ...]
    along: tuple[Mark, ...]
    rows: tuple[tuple[str, str], ...]
    said: str
    expected: str = ""
    wide: int = WIDE
    high: int = HIGH
    left: int = LEFT
    right: int = WIDE - RIGHT
    bottom: int = HIGH - BOTTOM


def engagement(session: Session, card: Card, words: Words) -> Chart | None:
    """The chart of the mention that the case shows; None: there is nothing to draw yet."""
    latest = (
        select(Snapshot)
        .where(col(Snapshot.mention_id) == card.mention_id)
        .order_by(col(Snapshot.at).desc())
        .limit(MOST)
    )
    rows = sorted(session.scalars(latest), key=lambda row: row.at)
    what, low, high = _expected(card)
    points = [(row.at, count) for row in rows if (count := _count(row, what)) is not None]
    if len(points) < 2 or not any(count for _, count in points):
        return None
    return draw(points, card, words, (low, high) if high else None, what)


def draw(
    points: Sequence[tuple[datetime, int]],
    card: Card,
    words: Words,
    ahead: tuple[int, int] | None,
    what: str = "reactions",
) -> Chart:
    """`points` in the order of time, two at least; `ahead`: between what it is expected to be in a day's time."""
    start, last = points[0][0], points[-1][0]
    end = last + AHEAD if ahead else last
    span = max((end - start).total_seconds(), 1.0)
    top = _round_up(max([count for _, count in points] + ([ahead[1]] if ahead else [])))

    def x(at: datetime) -> float:
        return round(LEFT + (at - start).total_seconds() / span * (WIDE - LEFT - RIGHT), 1)

    def y(count: float) -> float:
        return round(HIGH - BOTTOM - count / top * (HIGH - TOP - BOTTOM), 1)

    dots = tuple((x(at), y(count)) for at, count in points)
    corners = [dots[-1], (x(end), y(ahead[1])), (x(end), y(ahead[0]))] if ahead else []
    count = points[-1][1]
    said = (
        words.n("{count} share", "{count} shares", count)
        if what == "shares"
        else words.n("{count} reaction", "{count} reactions", count)
    )
    expected = ""
    if ahead:
        ends = {"low": words.number(ahead[0]), "high": words.number(ahead[1])}
        expected = words._("expected by tomorrow: {low} to {high}", **ends)
    return Chart(
        line=" ".join(f"{one},{other}" for one, other in dots),
        dots=dots[-40:],
        ahead=" ".join(f"{one},{other}" for one, other in corners),
        across=tuple(
            Mark(y(top * n / TICKS), words.number(round(top * n / TICKS))) for n in range(TICKS + 1)
        ),
        along=tuple(
            Mark(
                x(start + (end - start) * n / 3),
                words.when(start + (end - start) * n / 3, card.zone, card.now),
            )
            for n in (0, 1, 2)
        ),
        rows=tuple(
            (words.when(at, card.zone, card.now), words.number(count)) for at, count in reversed(points)
        ),
        said=said,
        expected=expected,
    )


def _expected(card: Card) -> tuple[str, int, int]:
    """What the forecast counts, and between which ends it will be by tomorrow, as the reason to tell says it."""
    for why in card.whys:
        if why.kind == "viral" and len(why.detail) == 5 and all(part.isdecimal() for part in why.detail[1:]):
            low, high = (int(part[:12]) for part in why.detail[3:])
            return why.detail[0], low, max(low, high)
    return "reactions", 0, 0


def _count(row: Snapshot, what: str) -> int | None:
    if what == "shares":
        return row.shares
    told = [count for count in (row.likes, row.shares, row.replies) if count is not None]
    return sum(told) if told else None


def _round_up(number: int) -> int:
    """To a figure that a grid is read by."""
    unit = 10 ** max(len(str(max(number, 1))) - 1, 0)
    step: int = next(n for n in (1, 2, 4, 8, 10) if n * unit >= number)
    return int(max(step * unit, TICKS))
