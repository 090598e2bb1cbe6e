"""What people were not shown: a few mentions a day that did not alert, drawn at random, for somebody to judge.

The answers measure how much is missed. Each day of a brand has one draw, seeded by both: a second look draws the same.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col

from alerts import deeds
from alerts.cases import Desk
from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.overview import EVENING, MORNING, brief_key
from store import labels
from store.brand import Brand
from store.errors import Permanent
from store.tables import (
    Case,
    Mention,
    MentionState,
    Notification,
    OutboxState,
    Reason,
    Sample,
)

RIGHT, MISSED = "right", "missed"
SAID = (RIGHT, MISSED)
DAY = timedelta(days=1)
LONGEST = timedelta(days=4)  # how long ago the last draw may have been, for the days since to be drawn from
SHOWN = 10  # at most so many in one brief
LATEST = timedelta(
    days=14
)  # how long before its first read a mention may have been published and still counts
Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a click. `done` False: somebody had answered; `said` and `by` are theirs. `case`: what `missed`
    made, or found."""

    done: bool
    said: str
    by: str
    at: datetime
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """Of `looked_at` mentions that did not alert, `missed` should have. The interval is Wilson's, of 95 %. The share is
    unweighted: each day has as many samples however many mentions it had, so it is biased where days with more of them
    miss more, or less, than others; how many there were to draw from is not kept."""

    looked_at: int
    missed: int

    @property
    def share(self) -> float | None:
        return self.missed / self.looked_at if self.looked_at else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.missed, self.looked_at) if self.looked_at else None


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson 1927): it also holds where there are few, or none."""
    share, weight = hits / total, Z * Z / total
    middle = (share + weight / 2) / (1 + weight)
    half = Z / (1 + weight) * math.sqrt(share * (1 - share) / total + weight / (4 * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def draw(session: Session, brand: Brand, day: date, at: datetime) -> list[Sample]:
    """The samples of that day of the brand: those there are, or new ones from what was read since the last draw (in the
    24 hours before `at`, where that was longer ago than `LONGEST`). Each day since has as many."""
    known = list(
        session.scalars(
            select(Sample)
            .where(col(Sample.brand) == brand.key, col(Sample.drawn_at) == at)
            .order_by(col(Sample.id))
        )
    )
    if known:
        return known
    found_by_day = [list(session.scalars(_unshown(brand, *span))) for span in _days(session, brand, at)]
    by_day = [ids for ids in found_by_day if ids]
    each = min(brand.briefs.samples, SHOWN // max(1, len(by_day)))
    chosen = random.Random(f"{brand.key}:{day.isoformat()}")
    drawn = [number for ids in by_day for number in chosen.sample(ids, min(each, len(ids)))]
    found = session.execute(select(col(Mention.id), col(Mention.revision)).where(col(Mention.id).in_(drawn)))
    revisions = {row[0]: row[1] for row in found}
    rows = [
        Sample(brand=brand.key, mention_id=number, revision=revisions[number], drawn_at=at)
        for number in drawn
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _days(session: Session, brand: Brand, at: datetime) -> list[tuple[datetime, datetime]]:
    """The days since the last draw, the first first: on some no brief is written, as nobody is there to read it."""
    last = session.scalar(
        select(func.max(col(Sample.drawn_at))).where(
            col(Sample.brand) == brand.key, col(Sample.drawn_at) < at, col(Sample.drawn_at) >= at - LONGEST
        )
    )
    since = last or at - DAY
    number = max(1, round((at - since) / DAY))  # where the clocks change, a day has another length
    ends = [since + (at - since) / number * step for step in range(number)] + [at]
    return list(pairwise(ends))


def answer(
    desk: Desk,
    sample_id: int,
    said: str,
    who: str,
    compose: Callable[[DraftRequest], DraftReply] | None = None,
    detect: Callable[[str], str | None] | None = None,
) -> Answer:
    """A person says that not telling them was right, or that they should have been told: that makes a case and a
    label. The first answer counts. Raises `Permanent` where the sample was erased."""
    if said not in SAID:
        raise ValueError(f"a sample is not {said!r}")
    session = desk.session
    number = session.scalar(select(col(Sample.mention_id)).where(col(Sample.id) == sample_id))
    # The mention before anything that hangs on it, as whoever erases takes them.
    chosen = select(Mention).where(col(Mention.id) == number, col(Mention.content_hash) != "")
    mention = session.scalars(chosen.with_for_update()).first()
    sample = session.get(Sample, sample_id, populate_existing=True)
    if mention is None or sample is None:
        raise Permanent("no_such_mention", "no such mention is in the database, or it was erased")
    first: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Sample)
        .where(col(Sample.id) == sample_id, col(Sample.said).is_(None))
        .values(said=said, said_by=who, said_at=desk.now)
        .execution_options(synchronize_session=False)
    )
    session.refresh(sample)
    if first.rowcount == 0:
        return Answer(False, sample.said or "", sample.said_by or "", sample.said_at or desk.now)
    case = _missed(desk, sample, mention, who, compose, detect) if said == MISSED else None
    _show_anew(desk, sample)
    return Answer(True, said, who, desk.now, case)


def rate(session: Session, brand: Brand, since: datetime, until: datetime) -> Rate:
    """What the samples that were drawn in that time, and judged, say: the share among them, whatever day each is of."""
    rows = session.execute(
        select(col(Sample.said), func.count())
        .where(
            col(Sample.brand) == brand.key,
            col(Sample.drawn_at) >= since,
            col(Sample.drawn_at) < until,
            col(Sample.said).is_not(None),
        )
        .group_by(col(Sample.said))
    )
    counts = {row[0]: row[1] for row in rows}
    return Rate(sum(counts.values()), counts.get(MISSED, 0))


def read_between(brand: Brand, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Mentions that were first seen in that time; how long ago they were published is bounded, so that the index over
    it keeps the cost the same however many there are."""
    return (
        col(Mention.brand) == brand.key,
        col(Mention.published_at) >= since - LATEST,
        col(Mention.first_seen_at) >= since,
        col(Mention.first_seen_at) < until,
        col(Mention.history).is_(False),
        col(Mention.content_hash) != "",
    )


def _unshown(brand: Brand, since: datetime, until: datetime) -> Any:
    """Those that were judged to need nobody. Not what the brand has answered already, nor what a mute held back."""
    told = select(col(Reason.id)).where(col(Reason.mention_id) == Mention.id).exists()
    sampled = select(col(Sample.id)).where(col(Sample.mention_id) == Mention.id).exists()
    return (
        select(col(Mention.id))
        .where(
            *read_between(brand, since, until),
            col(Mention.state) == MentionState.TRIAGED,
            col(Mention.case_id).is_(None),
            col(Mention.answer).is_(None),
            col(Mention.gone_at).is_(None),
            ~told,
            ~sampled,
        )
        .order_by(col(Mention.id))
    )


def _missed(
    desk: Desk,
    sample: Sample,
    mention: Mention,
    who: str,
    compose: Callable[[DraftRequest], DraftReply] | None,
    detect: Callable[[str], str | None] | None,
) -> Case:
    case = deeds.make_case(desk, who, mention_id=mention.id, compose=compose, detect=detect).case
    if (
        mention.revision == sample.revision
    ):  # of words that its author has changed since, nobody said anything
        labels.correct(desk.session, sample.mention_id, who, desk.now, {"urgency": case.urgency})
    return case


def _show_anew(desk: Desk, sample: Sample) -> None:
    """The brief that shows the sample is edited, once more where that is being done right now."""
    brand = desk.brands.get(sample.brand)
    day = sample.drawn_at.astimezone(brand.zone if brand else UTC).date()
    keys = [
        f"{brief_key(sample.brand, day, moment)}:{channel}"
        for moment in (MORNING, EVENING)
        for channel in desk.channels
    ]
    desk.session.execute(
        update(Notification)
        .where(
            col(Notification.key).in_(keys),
            col(Notification.state).in_((OutboxState.SENT, OutboxState.STALE)),
        )
        .values(state=OutboxState.STALE, attempts=0, claim=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
