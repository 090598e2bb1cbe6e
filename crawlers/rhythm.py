"""How often a source usually shows something new, told from what is stored, and whether it has fallen silent.

A read may work and show nothing new for a long time: that is normal where little is written, an alarm where much was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session, col, select

from store.tables import Mention, SourceRow

LATEST = 200  # mentions from which the rhythm is told
ENOUGH = 20  # fewer make no rhythm,
SPAN = timedelta(days=7)  # nor do those of a shorter time
TIMES = 3  # a silence so many times as long as the longest pause is none of the usual ones
SHORTEST = timedelta(hours=24)  # of a silence that anybody hears of


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`pause`: the longest between two mentions, one outage aside; `a_day`: how many usually come."""

    newest: datetime
    pause: timedelta
    a_day: float

    def silence(self, now: datetime, watched: datetime) -> str | None:
        """What to tell people who ask why; None: it is no longer quiet than usual, or it was so before anybody
        `watched` it."""
        limit = max(TIMES * self.pause, SHORTEST)
        if now - self.newest <= limit or watched - self.newest > limit:
            return None
        return (
            f"nothing new since {self.newest:%Y-%m-%d %H:%M} UTC, where about {self.a_day:.1f} a day are usual and "
            f"the longest pause was {_span(self.pause)}"
        )


def rhythm_of(moments: Sequence[datetime]) -> Rhythm | None:
    """From when mentions were published, the newest first; None where they are too few to tell."""
    if len(moments) < ENOUGH or moments[0] - moments[-1] < SPAN:
        return None
    pauses = sorted(newer - older for newer, older in pairwise(moments))
    days = (moments[0] - moments[-1]) / timedelta(days=1)
    return Rhythm(moments[0], pauses[-2], (len(moments) - 1) / days)


def silence(session: Session, row: SourceRow, now: datetime) -> str | None:
    """Why the source counts as silent; None where it does not. One look at the end of an index."""
    latest = (
        select(col(Mention.published_at))
        .where(col(Mention.source) == row.name, col(Mention.published_at) <= now)
        .order_by(col(Mention.published_at).desc())
        .limit(LATEST)
    )
    known = rhythm_of(list(session.scalars(latest)))
    return known.silence(now, row.first_read_at or now) if known else None


def _span(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.0f} hours"
