"""Whether the volume of a series of counts is abnormal now: a storm. Pure, streaming, constant memory per series.

`Detector.watch` takes one row after another and answers from those up to it. Two judges must agree (formulas and
sources: docs/how-it-decides.md):

- The series' own custom. The count of the last 30 minutes, 2 hours, 6 hours and day (windows that fade) is held against
  what is usual at this hour and weekday (`alerts.usual`), in standard deviations of a Poisson count; that against the
  highest values of each of the last weeks' days: how many interquartile ranges above the median of these is it? The
  mean over the four windows must pass `unusual`. Real series burst; this asks for more than they are used to.
- Chance. The count of the last 1, 6, 24, 72 and 168 hours must be improbable in an exact count model (`alerts.counts`)
  whose rate is uncertain by how little is known yet and by how the days differ: about one error in `err_days`. Where
  counts are low it is this judge that decides.

There is one alarm a day at most: a storm is told when it begins, and again each day that it goes on. None comes in the
first day of a series.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil, exp, sqrt

from alerts.counts import chance_of_at_least
from alerts.usual import AND, DAY, HOUR, LEARNS, LEAST, Usual

WINDOWS = (
    0.5 * HOUR,
    2 * HOUR,
    6 * HOUR,
    DAY,
)  # of the first judge; seconds in which what was counted fades to 1/e
COUNTED = (1, 6, 24, 72, 168)  # hours: windows of the second
DAYS = 28  # whose highest values are remembered
KNOWN_DAYS = 4  # before that, the quarter to three quarters of few days say nothing
EVEN_OF = 0.5  # of the highest value so far: what stands in for the interquartile range until then
FINEST = 1.0  # least interquartile range, in standard deviations
PRIOR_SPREAD, PRIOR_DAYS = 0.1, 7.0  # days differ by a third, until a week or so has told how much
RESEMBLE = (
    0.5  # how much days in a row differ alike: 0 entirely (a week no steadier than a day), 1 not at all
)
REMEMBERED = 28.0  # days: half-life of how much days differ
OVER = 2.0  # rests without anything unusual: the storm is over, and the next alarm is another one's
MOST = 1e12  # a count beyond this is no count of mentions


@dataclass(frozen=True, slots=True)
class Tuning:
    """How much is a spike; `benchmarks.spikes` chooses and measures."""

    unusual: float = 1.13
    err_days: float = 90.0
    windows: tuple[float, ...] = WINDOWS
    days: int = DAYS
    rest: float = DAY  # seconds from one alarm to the next
    fewest: float = 0  # mentions in a spike


@dataclass(frozen=True, slots=True)
class Spike:
    """An alarm. `count` in `hours` where `expected` were usual; `chance` of that; `unusual`: interquartile ranges above
    what the days' highest values mostly were. `began`: not the going on of the one before."""

    at: datetime
    hours: int
    count: float
    expected: float
    chance: float
    unusual: float
    began: bool


@dataclass(slots=True)
class Fading:
    """One window of the first judge."""

    span: float
    seen: float = 0.0
    expected: float = 0.0
    keep: float = 1.0  # what a row leaves of what was there
    widen: float = 1.0  # a fading sum has less variance than a count of the same mean
    top: float = 0.0  # of today
    tops: deque[float] = field(default_factory=deque)
    usual_top: float = 0.0  # median of the tops, at least 0
    ruler: float = 0.0  # their interquartile range; 0: no day is known yet

    def end_day(self) -> None:
        self.tops.append(self.top)
        self.top = 0.0
        known = sorted(self.tops)
        self.usual_top = _quantile(known, 0.5)
        spread = _quantile(known, 0.75) - _quantile(known, 0.25)
        self.ruler = max(spread if len(known) >= KNOWN_DAYS else known[-1] * EVEN_OF, FINEST)


@dataclass(slots=True)
class Detector:
    """The state of one series: about 1,000 numbers, however long it is."""

    tuning: Tuning = Tuning()
    usual: Usual = field(default_factory=Usual)
    fading: list[Fading] = field(default_factory=list)
    hours: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=max(COUNTED)))
    hour_seen: float = 0.0  # of the hour that runs
    hour_expected: float = 0.0
    hour_ends: float = 0.0
    day_learnt: float = 0.0  # of today
    day_expected: float = 0.0
    day_ends: float = 0.0
    differed: float = 0.0  # how far days were from what was expected of them, beyond chance, faded
    squares: float = 0.0
    first: float | None = None
    last: float = 0.0
    gap: float = -1.0
    alarmed: float | None = None
    above: float | None = None  # when it last was abnormal
    blind: float = 0.0  # what is older and comes late is of a time that nobody watched
    unusual: float = 0.0  # of the row before: what an alarm needs more of than the tuning has

    def __post_init__(self) -> None:
        self.fading = self.fading or [
            Fading(span, tops=deque(maxlen=self.tuning.days)) for span in self.tuning.windows
        ]

    def watch(self, at: datetime, count: float) -> Spike | None:
        """An alarm, or None. Times must not go back; without a zone they are UTC. Raises ValueError on what is no
        count, and where time goes back: the state is then as before."""
        if not 0 <= count <= MOST:
            raise ValueError(f"no count: {count}")
        now = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        if self.first is None:
            self.first = self.last = now
            self.hour_ends, self.day_ends = now + HOUR, now + DAY
        if now < self.last:
            raise ValueError("earlier than the row before")
        gap, self.last = now - self.last, now
        if now >= self.hour_ends or now >= self.day_ends:
            self._turn(now)
        expected, learnt = self.usual.expect(at.hour, at.weekday(), count, gap)
        self.hour_seen += count
        self.hour_expected += expected
        self.day_learnt += learnt
        self.day_expected += expected
        unusual = self.unusual = self._unusual(count, expected, gap)
        if now - self.first < DAY or unusual <= self.tuning.unusual:
            return None
        if self.alarmed is not None and now - self.alarmed < self.tuning.rest:
            self.above = now
            return None
        found = self._improbable()
        if found is None:
            return None
        began = self.above is None or now - self.above >= OVER * self.tuning.rest
        self.above = self.alarmed = now
        hours, seen, usual, chance = found
        return Spike(at, hours, seen, usual, chance, unusual, began)

    def add_late(self, at: datetime, count: float) -> bool:
        """Counts what belongs to a row of the past that has been watched without it, as if it had been there then; it
        shows in the next row. False: so old that nothing here remembers its hour, or of a time that was passed over."""
        when = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        back = max(ceil((self.hour_ends - HOUR - when) / HOUR), 0)
        if self.first is None or back > len(self.hours) or when < self.blind:
            return False
        seen, expected = self.hours[-back] if back else (self.hour_seen, self.hour_expected)
        most = LEARNS * expected + AND
        learnt = min(seen + count, most) - min(seen, most)
        if back:
            self.hours[-back] = (seen + count, expected)
        else:
            self.hour_seen += count
        if when >= self.day_ends - DAY:
            self.day_learnt += learnt
        self.usual.add_late(at.hour, at.weekday(), learnt)
        for window in self.fading:
            window.seen += count * exp(-max(self.last - when, 0.0) / window.span)
        return True

    def move(self, seconds: float) -> None:
        """The clock was set: all that was seen counts as so much later (less than 0: earlier), and nothing fades."""
        if self.first is not None:
            self.first += seconds
        for name in ("last", "hour_ends", "day_ends", "blind"):
            setattr(self, name, getattr(self, name) + seconds)
        if seconds > 0:
            self.blind = self.last
        self.alarmed = None if self.alarmed is None else self.alarmed + seconds
        self.above = None if self.above is None else self.above + seconds

    def of_last(self, hours: int) -> tuple[float, float]:
        """What was seen in about so many hours until now, and what was to be expected."""
        past = list(self.hours)[len(self.hours) - min(hours - 1, len(self.hours)) :]
        return (
            self.hour_seen + sum(seen for seen, _ in past),
            self.hour_expected + sum(expected for _, expected in past),
        )

    def _turn(self, now: float) -> None:
        """Ends the hours and the days that are over."""
        while now >= self.hour_ends:
            self.hours.append((self.hour_seen, self.hour_expected))
            self.hour_seen = self.hour_expected = 0.0
            self.hour_ends += HOUR
            if now - self.hour_ends > max(COUNTED) * HOUR:  # a long silence: nothing of before is left
                self.hours.clear()
                self.hour_ends = now + HOUR
        if now >= self.day_ends:
            for window in self.fading:
                window.end_day()
            self._learn_day(self.day_expected, self.day_learnt)
            self.day_learnt = self.day_expected = 0.0
            self.day_ends += DAY * (1 + (now - self.day_ends) // DAY)

    def _learn_day(self, expected: float, learnt: float) -> None:
        """How much days differ: moments, as a fading mean over squares."""
        fade = 0.5 ** (1 / REMEMBERED)
        self.differed = self.differed * fade + (learnt - expected) ** 2 - expected
        self.squares = self.squares * fade + expected**2

    def _unusual(self, count: float, expected: float, gap: float) -> float:
        """Interquartile ranges above the usual highest values of a day, the mean of the windows, this row included."""
        if gap != self.gap:
            self.gap = gap
            for window in self.fading:
                window.keep = exp(-gap / window.span)
                window.widen = 1 / (1 + window.keep)
        total = 0.0
        for window in self.fading:  # written out here: a call a window would be a third of the time of a row
            window.seen = seen = window.seen * window.keep + count
            window.expected = usual = window.expected * window.keep + expected
            deviation = (seen - usual) / sqrt(usual * window.widen + 1)
            if deviation > window.top:
                window.top = deviation
            if window.ruler:
                total += (deviation - window.usual_top) / window.ruler
        return total / len(self.fading)

    def _improbable(self) -> tuple[int, float, float, float] | None:
        """Hours, count, expectation and chance of the window that errs least often, where one passes."""
        today = max(self.usual.a_day, LEAST) ** 2 * PRIOR_DAYS
        days_differ = max(0.0, (self.differed + PRIOR_SPREAD * today) / (self.squares + today))
        unknown = 1 / max(self.usual.certainty, 1.0)
        best: tuple[float, int, float, float, float] | None = None
        seen, expected = self.hour_seen, self.hour_expected
        past = iter(reversed(self.hours))
        hours = 1
        for span in COUNTED:
            while hours < span:
                hours += 1
                more = next(past, (0.0, 0.0))
                seen, expected = seen + more[0], expected + more[1]
            allowed = span / 24 / self.tuning.err_days / len(COUNTED)
            if seen <= expected or seen < self.tuning.fewest:
                continue
            spread = unknown + days_differ * min(1.0, (24 / span) ** RESEMBLE)
            chance = chance_of_at_least(round(seen), expected, spread)
            if best is None or chance / allowed < best[0]:
                best = (chance / allowed, span, seen, expected, chance)
        return best[1:] if best and best[0] <= 1 else None


def _quantile(known: list[float], share: float) -> float:
    """By linear interpolation; `known` ascends."""
    place = (len(known) - 1) * share
    low = int(place)
    high = min(low + 1, len(known) - 1)
    return known[low] + (known[high] - known[low]) * (place - low)
