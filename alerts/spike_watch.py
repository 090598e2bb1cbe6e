"""Shows each series what was counted for it, a quarter of an hour at a time, and says which of them are abnormal.

Everything it needs is in the rows (`store.tables.Series`): a restart goes on where the last look ended, and looking
twice finds nothing. A clock that jumps stops the time of a series instead of emptying or filling it. What to make of
what it finds is `alerts.spike_cases`'s.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlmodel import Session, col, select

from alerts.series_state import restored, stored
from alerts.spikes import Detector, Spike, Tuning
from alerts.tally import STEP, floor
from store.brand import Brand
from store.tables import Series

LONGEST = timedelta(days=7)  # without a look: beyond it nobody knows what came
BACK = timedelta(hours=1)  # a clock that goes back further was set; up to it, time catches up
LATELY = timedelta(hours=6)  # an alarm of a row before that is no news, unless what it was about goes on
FEWEST = 5  # mentions in a spike that is told


@dataclass(slots=True)
class Seen:
    """A series after the look: its latest alarm, if it is news, and whether it is above its custom now."""

    row: Series
    detector: Detector
    alarm: Spike | None
    abnormal: bool


def due(session: Session, brands: Collection[str], now: datetime) -> list[str]:
    """The brands with a series that has a row to see; asked every few seconds, and no dearer with many mentions."""
    here = floor(now)
    late = or_(col(Series.upto) <= here - STEP, col(Series.upto) > here + BACK)
    return sorted(session.scalars(select(Series.brand).where(col(Series.brand).in_(brands), late).distinct()))


def watch(session: Session, brand: Brand, now: datetime) -> list[Seen]:
    """Brings all series of a brand up to now."""
    rows = session.scalars(
        select(Series)
        .where(Series.brand == brand.key)
        .order_by(col(Series.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    many = Counter(row.kind for row in rows)
    found = [see(row, now, brand.zone, tuning(many, row.kind)) for row in rows]
    session.flush()
    return found


def tuning(many: Mapping[str, int], kind: str) -> Tuning:
    """Each of many series may err the less often, so that all of a kind together err as one does."""
    known = Tuning()
    return Tuning(err_days=known.err_days * max(many.get(kind, 1), 1), fewest=FEWEST)


def see(row: Series, now: datetime, zone: ZoneInfo, tuned: Tuning | None = None) -> Seen:
    """Shows one series what waits for it; its row is changed."""
    detector = restored(row.state, tuned)
    here, alarm = floor(now), None
    gap, step = here - row.upto, int(STEP.total_seconds())
    waiting = {int(start): count for start, count in row.waiting.items()}
    if gap > LONGEST or gap < -BACK:
        before, row.upto = int(row.upto.timestamp()), here - STEP
        detector.move((gap - STEP).total_seconds())
        held = sum(waiting.pop(moment) for moment in sorted(waiting) if before <= moment <= before + step)
        waiting[int(here.timestamp()) - step] = held  # what came between the last look and the jump
    start, end = int(row.upto.timestamp()), int(here.timestamp())
    if end > start:
        for late in sorted(moment for moment in waiting if moment < start):
            detector.add_late(datetime.fromtimestamp(late, zone), waiting.pop(late))
        for moment in range(start, end, step):
            found = detector.watch(datetime.fromtimestamp(moment, zone), waiting.pop(moment, 0))
            alarm = found or alarm
        if not row.state:  # it began with its first mention: what comes within a day of that is no news
            detector.first, alarm = float(end), None
        if alarm and here - alarm.at > LATELY and detector.unusual <= detector.tuning.unusual:
            alarm = None
        ahead = sum(waiting.pop(moment) for moment in sorted(waiting) if moment > end)
        if ahead:  # the clock was ahead when these came
            waiting[end] = waiting.get(end, 0) + ahead
        row.waiting = {str(moment): count for moment, count in waiting.items()}
        row.state, row.upto = stored(detector), here
    return Seen(row, detector, alarm, detector.unusual > detector.tuning.unusual)


def alarms(found: Sequence[Seen]) -> list[Seen]:
    """Those with an alarm: the brand's before a source's or a topic's, criticism before all, the largest first."""
    return sorted((one for one in found if one.alarm), key=rank)


def rank(one: Seen) -> tuple[bool, bool, float]:
    seen, expected = one.detector.of_last(24)
    return one.row.kind != "brand", not one.row.negative, expected - seen
