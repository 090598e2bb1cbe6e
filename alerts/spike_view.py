"""What a card shows of a spike: plain values, text from outside made visible and cut."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from alerts.text import one_line, shown
from store.retention import ERASED
from store.tables import Case, Mention, Score, Series, Spike

NAME = 60  # characters of a source, a topic, a phrase


@dataclass(frozen=True, slots=True)
class Part:
    """Where a spike comes from: `kind` source or topic; `usual`: what was to be expected; None: nobody knows."""

    kind: str
    name: str
    count: int
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class Surge:
    """`count` mentions in `hours` where `usual` were to be expected; `negative`: of criticism alone; `over_at` None: it
    goes on."""

    began_at: datetime
    hours: int
    count: int
    usual: float
    negative: bool = True
    over_at: datetime | None = None
    parts: tuple[Part, ...] = ()
    phrases: tuple[str, ...] = ()


def load(session: Session, case: Case) -> tuple[Surge, list[tuple[Mention, str | None]]] | None:
    """The latest spike that a case tells, and its examples with how urgent each is; None: it tells none."""
    spike = session.scalars(
        select(Spike).where(Spike.case_id == case.id).order_by(col(Spike.id).desc()).limit(1)
    ).first()
    if spike is None:
        return None
    parts = tuple(
        Part(part["kind"], _line(part["name"]), part["count"], part.get("usual")) for part in spike.parts
    )
    surge = Surge(
        spike.began_at,
        spike.hours,
        spike.count,
        spike.expected,
        spike.negative,
        spike.over_at,
        parts,
        tuple(map(_line, spike.phrases)),
    )
    return surge, _examples(session, spike.examples)


def hours(session: Session, case: Case) -> tuple[list[tuple[float, float]], datetime] | None:
    """What came each hour of the last week in the series that leads the case's spike, and what was usual, up to the
    moment that is given; None: it is not there."""
    spike = session.scalars(
        select(Spike).where(Spike.case_id == case.id).order_by(col(Spike.id).desc()).limit(1)
    ).first()
    series = session.get(Series, spike.series[0]) if spike and spike.series else None
    if series is None or not series.state:
        return None
    known = series.state["detector"]
    running = (known["hour_seen"], known["hour_expected"])
    past = [(seen, expected) for seen, expected in series.state["hours"]]
    return [*past, running], datetime.fromtimestamp(known["hour_ends"], UTC)


def _examples(session: Session, ids: list[int]) -> list[tuple[Mention, str | None]]:
    scored = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)
    rows = session.execute(
        select(Mention, Score.urgency).join(Score, scored, isouter=True).where(col(Mention.id).in_(ids))
    )
    found = {mention.id: (mention, urgency) for mention, urgency in rows}
    known = [found[number] for number in ids if number in found]
    return [one for one in known if one[0].gone_at is None and not one[0].external_id.startswith(ERASED)]


def _line(text: str) -> str:
    return shown(one_line(text[:400]), NAME)
