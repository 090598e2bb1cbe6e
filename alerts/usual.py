"""What is usual in a series of counts: a level, times what the hour, the weekday and the hour of the week make of it.

Constant memory: one level, 24 hours, 7 weekdays and 168 hours of the week (a newsletter each Monday at ten), each a
pair of sums that fade. Robust: a count above twice the
usual teaches no more than twice the usual does, so that a storm does not become the custom of its hour. With little
seen, hours and weekdays are held near 1 (a gamma prior worth `PRIOR_DAYS` days), and `certainty` tells how many
mentions the level rests on.
"""

from dataclasses import dataclass, field

HOUR, DAY = 3_600.0, 86_400.0
HALF_LIFE = 14 * DAY  # of what the level was
SEASON_HALF_LIFE = 21 * DAY  # of what an hour or a weekday saw
MOMENT_HALF_LIFE = 56 * DAY  # of what an hour of the week saw
PRIOR_DAYS = 3.0  # of average hours (or weekdays) that speak for "nothing special";
PRIOR_HOURS, PRIOR_MENTIONS = 4.0, 4.0  # both together, where it is an hour of the week
LEARNS, AND = 2.0, 4.0  # at most so many times the usual, and so many mentions, are learnt from one row
HOURS_UNCLIPPED = 4.0  # at first there is nothing to hold a row against
LEAST = 1e-9


@dataclass(slots=True)
class Part:
    """What an hour of the day or a weekday saw and what the level alone would have expected of it."""

    seen: float = 0.0
    expected: float = 0.0

    def factor(self, prior: float) -> float:
        return (self.seen + prior) / (self.expected + prior)


@dataclass(slots=True)
class Usual:
    """The usual count of a row. Times are seconds; `gap` is the time since the row before."""

    rows: float = 0.0  # that the level rests on, faded
    seen: float = 0.0  # mentions in them, the season taken out, faded
    age: float = 0.0  # seconds since the first row
    hours: list[Part] = field(default_factory=lambda: [Part() for _ in range(24)])
    weekdays: list[Part] = field(default_factory=lambda: [Part() for _ in range(7)])
    moments: list[Part] = field(default_factory=lambda: [Part() for _ in range(168)])
    fade: float = 1.0  # for the gap of the row before: rows come evenly most of the time
    hour_fade: float = 1.0
    weekday_fade: float = 1.0
    moment_fade: float = 1.0
    gap: float = -1.0
    spacing: float = (
        0.0  # what rows are apart: a gap is rows that are missing, not rows that come more seldom
    )

    def expect(self, hour: int, weekday: int, count: float, gap: float) -> tuple[float, float]:
        """The count that was to be expected of this row (from the rows before it), and what of `count` was learnt."""
        if gap != self.gap:
            self.gap = gap
            self.spacing = min(gap, 4 * self.spacing) if self.spacing > 0 else gap
            self.fade = 0.5 ** (gap / HALF_LIFE)
            self.hour_fade = 0.5 ** (gap * 24 / SEASON_HALF_LIFE)  # an hour is seen one hour in 24
            self.weekday_fade = 0.5 ** (gap * 7 / SEASON_HALF_LIFE)
            self.moment_fade = 0.5 ** (gap * 168 / MOMENT_HALF_LIFE)
        level = self.seen / self.rows if self.rows else count
        rows_an_hour = HOUR / self.spacing if self.spacing > 0 else 1.0
        a_day = max(level, LEAST) * 24 * rows_an_hour
        at_hour, at_day = self.hours[hour], self.weekdays[weekday]
        by_hour = at_hour.factor(PRIOR_DAYS * a_day / 24)
        by_day = at_day.factor(PRIOR_DAYS * a_day)
        at_moment = self.moments[weekday * 24 + hour]
        plain = level * by_hour * by_day
        by_moment = at_moment.factor(PRIOR_MENTIONS + PRIOR_HOURS * plain * rows_an_hour)
        expected = plain * by_moment
        learnt = count
        self.age += gap
        if self.age > HOURS_UNCLIPPED * HOUR:
            learnt = min(count, LEARNS * expected + AND)
        self.rows = self.rows * self.fade + 1
        self.seen = self.seen * self.fade + learnt / max(by_hour * by_day * by_moment, 0.1)
        at_hour.seen = at_hour.seen * self.hour_fade + learnt
        at_hour.expected = at_hour.expected * self.hour_fade + level * by_day
        at_day.seen = at_day.seen * self.weekday_fade + learnt
        at_day.expected = at_day.expected * self.weekday_fade + level * by_hour
        at_moment.seen = at_moment.seen * self.moment_fade + learnt
        at_moment.expected = at_moment.expected * self.moment_fade + plain
        return expected, learnt

    def add_late(self, hour: int, weekday: int, learnt: float) -> None:
        """What belongs to a row that was there before, without it."""
        level = max(self.seen / self.rows, LEAST) if self.rows else 1.0
        a_day = level * 24 * (HOUR / self.spacing if self.spacing > 0 else 1.0)
        at_hour, at_day = self.hours[hour], self.weekdays[weekday]
        by_both = at_hour.factor(PRIOR_DAYS * a_day / 24) * at_day.factor(PRIOR_DAYS * a_day)
        at_moment = self.moments[weekday * 24 + hour]
        by_moment = at_moment.factor(PRIOR_MENTIONS + PRIOR_HOURS * a_day / 24 * by_both)
        self.seen += learnt / max(by_both * by_moment, 0.1)
        at_hour.seen += learnt
        at_day.seen += learnt
        at_moment.seen += learnt

    @property
    def a_day(self) -> float:
        """Mentions a day, as long as rows come as they do now."""
        return self.seen / self.rows * DAY / self.spacing if self.rows and self.spacing > 0 else 0.0

    @property
    def certainty(self) -> float:
        """How many mentions the level rests on."""
        return self.seen
