"""A spike as a case: one for a brand, from its first alarm until it is over; what it shows follows the figures.

The whole brand's series lead; those of sources and topics are reasons, and open the case alone where nothing shows in
the whole yet. A storm of complaints (`alerts.storm`) that is on is the same matter: the spike is told in its case; and
a storm that begins while a spike of criticism is on begins in the spike's (`alerts.gather`). Writes what
`alerts.spike_watch` found, in the same transaction.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func
from sqlmodel import Session, col, select

from alerts import cases, clocks, notices, phrases, routing, sla, spike_watch, storm
from alerts.cases import SYSTEM
from alerts.gather import storms_on
from alerts.routing import CaseFacts, Routing
from alerts.spike_watch import Seen
from alerts.tally import BRAND, SOURCE, STEP
from alerts.triage import DONE, RANK
from store.brand import Brand
from store.db import Database
from store.lock import TRIAGE, alone
from store.tables import Audit, Case, Mention, Score, Spike

CALM = timedelta(hours=6)  # without anything abnormal: it is over
USUAL = timedelta(days=7)  # before a spike, that its phrases are held against
READ = 500  # mentions of a spike, and of the time before, that are read
AGAIN = timedelta(hours=1)  # until they are read again while it goes on
EXAMPLES = 3
PARTS = 3  # of each kind that are told
LEAST_PART = 3  # mentions
ABOVE = 1.5  # times the usual
NEWS = 4 / 3  # as many as were told: the message is edited
HOURS = 168  # that a series remembers


@dataclass(slots=True)
class Desk:
    """What writing needs."""

    session: Session
    brand: Brand
    channels: tuple[str, ...]
    now: datetime
    routing: Routing


def look(
    db: Database,
    brands: Mapping[str, Brand],
    channels: Sequence[str],
    now: datetime,
    config: Routing | None = None,
) -> int:
    """Brings all series up to now, opens, follows and ends spikes; gives how many cases have news."""
    with db.read() as session:
        due = spike_watch.due(session, list(brands), now)
    told = 0
    for key in due:
        with db.write() as session:
            alone(session, TRIAGE)
            desk = Desk(session, brands[key], tuple(channels), now, config or Routing())
            told += follow(desk, spike_watch.watch(session, brands[key], now))
    return told


def follow(desk: Desk, found: Sequence[Seen]) -> int:
    """What the series of a brand say of it now; gives how many cases have news."""
    spike = _latest(desk)
    raised = spike_watch.alarms(found)
    if spike is not None and spike.over_at is None:
        return int(_go_on(desk, spike, found, raised))
    if not raised:
        return 0
    if spike is not None and not any(one.alarm and one.alarm.began for one in raised):
        case = desk.session.get_one(Case, spike.case_id)
        if case.status not in DONE:
            spike.over_at = None
            _say(desk, case, spike, "spike_again")
            _go_on(desk, spike, found, raised)
            return 1
    _begin(desk, found, raised)
    return 1


def _latest(desk: Desk) -> Spike | None:
    chosen = select(Spike).where(Spike.brand == desk.brand.key).order_by(col(Spike.id).desc()).limit(1)
    return desk.session.scalars(chosen.with_for_update()).first()


def _begin(desk: Desk, found: Sequence[Seen], raised: Sequence[Seen]) -> None:
    lead = raised[0]
    assert lead.alarm is not None
    negative = any(one.row.negative for one in raised)
    began = lead.alarm.at.astimezone(desk.now.tzinfo) + STEP - timedelta(hours=lead.alarm.hours)
    known = _storm(desk, began) if negative else None
    case = known or _open(desk, negative)
    spike = Spike(
        brand=desk.brand.key,
        case_id=case.id or 0,
        negative=negative,
        began_at=began,
        last_at=desk.now,
        looked_at=desk.now,
        hours=lead.alarm.hours,
        count=round(lead.alarm.count),
        expected=lead.alarm.expected,
        series=[one.row.id or 0 for one in raised],
    )
    _read(desk, spike, found)
    desk.session.add(spike)
    desk.session.flush()
    detail = {"spike": spike.id, "count": spike.count, "hours": spike.hours}
    desk.session.add(Audit(at=desk.now, who=SYSTEM, action="spike", case_id=case.id, detail=detail))
    if known is not None:
        cases.touch(desk.session, case, desk.now)
    else:
        _announce(desk, case)


def _storm(desk: Desk, began: datetime) -> Case | None:
    """The storm that is on and took most of the mentions since."""
    on = [
        case
        for case, words, last_at in storms_on(desk.session, {desk.brand.key}, desk.now, lock=True)
        if storm.is_on(storm.Storm(case, storm.stems_of(words or ()), last_at or case.opened_at), desk.now)
    ]
    if not on:
        return None
    counted = dict(
        desk.session.execute(
            select(Mention.case_id, func.count())
            .where(col(Mention.case_id).in_([case.id for case in on]), Mention.first_seen_at >= began)
            .group_by(col(Mention.case_id))
        ).all()
    )
    most = max(on, key=lambda case: counted.get(case.id, 0))
    return most if counted.get(most.id) else None


def _open(desk: Desk, negative: bool) -> Case:
    urgency = "high" if negative else "normal"
    case = Case(
        brand=desk.brand.key,
        urgency=urgency,
        reasons=["spike"],
        opened_at=desk.now,
        due_at=sla.due(desk.now, urgency, desk.brand),
    )
    desk.session.add(case)
    desk.session.flush()
    desk.session.add(Audit(at=desk.now, who=SYSTEM, action="open", case_id=case.id, after=case.status))
    clocks.wind(desk.session, case, desk.brand, desk.now, SYSTEM)
    return case


def _announce(desk: Desk, case: Case) -> None:
    """At once, as a storm is: it is about many, and waits for no bundle."""
    about = CaseFacts(case.brand, case.urgency, tuple(case.reasons), target=case.channel, storm=True)
    place = routing.route(desk.routing, about)
    notices.announce(desk.session, case, desk.channels, desk.now, place)


def _go_on(desk: Desk, spike: Spike, found: Sequence[Seen], raised: Sequence[Seen]) -> bool:
    """Brings a spike that is on up to date; whether its case has news."""
    case = cases.locked(desk.session, spike.case_id)
    joined = [one for one in raised if one.row.id not in spike.series]
    spike.series = [*spike.series, *(one.row.id or 0 for one in joined)]
    grave = not spike.negative and any(one.row.negative for one in joined)
    spike.negative = spike.negative or grave
    if any(one.abnormal for one in found if one.row.id in spike.series):
        spike.last_at = desk.now
    elif desk.now - spike.last_at >= CALM:
        spike.over_at = spike.last_at
        _say(desk, case, spike, "spike_over")
        return True
    hours, count, expected = _measured(desk, spike, found)
    if not joined and count < NEWS * spike.count:
        return False
    spike.hours, spike.count, spike.expected = hours, count, expected
    if joined or desk.now - spike.looked_at >= AGAIN:
        _read(desk, spike, found)
    if case.status in DONE:
        return False
    if grave and RANK[case.urgency] < RANK["high"]:
        case.urgency = "high"
        notices.hasten(desk.session, case)
    cases.touch(desk.session, case, desk.now)
    return True


def _measured(desk: Desk, spike: Spike, found: Sequence[Seen]) -> tuple[int, int, float]:
    """Hours, count and usual count since it began, in the series that leads."""
    lead = min((one for one in found if one.row.id in spike.series), key=spike_watch.rank)
    hours = min(max(ceil((desk.now - spike.began_at) / timedelta(hours=1)), 1), HOURS)
    count, expected = lead.detector.of_last(hours)
    return hours, round(count), expected


def _say(desk: Desk, case: Case, spike: Spike, event: str) -> None:
    """A line in the thread, and the message shows it."""
    desk.session.add(
        Audit(at=desk.now, who=SYSTEM, action=event, case_id=case.id, detail={"spike": spike.id})
    )
    if case.status in DONE:
        return
    key = f"{event}:{spike.id}:{int(desk.now.timestamp())}"
    notices.line(desk.session, case, key, desk.channels, desk.now, event=event)
    cases.touch(desk.session, case, desk.now)


def _read(desk: Desk, spike: Spike, found: Sequence[Seen]) -> None:
    """What it is about: where most of it comes from, which phrases are new, and three examples."""
    spike.looked_at = desk.now
    now = _mentions(desk, spike.negative, spike.began_at, desk.now)
    before = _mentions(desk, spike.negative, spike.began_at - USUAL, spike.began_at)
    spike.parts = _parts(spike, found) if spike.negative else _sources(now)
    spike.phrases = phrases.new(
        [_written(mention) for mention, _ in now],
        [_written(mention) for mention, _ in before],
        (desk.brand.name, *desk.brand.aliases),
    )
    spike.examples = _examples(now)


def _mentions(
    desk: Desk, negative: bool, since: datetime, until: datetime
) -> list[tuple[Mention, str | None]]:
    """The latest that were written in this time, with how urgent each is; of them criticism alone, where it is about
    that."""
    scored = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)
    chosen = (
        select(Mention, Score.urgency)
        .join(Score, scored, isouter=True)
        .where(Mention.brand == desk.brand.key, Mention.published_at >= since, Mention.published_at < until)
        .where(col(Mention.gone_at).is_(None))
        .order_by(col(Mention.published_at).desc())
        .limit(READ)
    )
    if negative:
        few = col(Score.sentiment).is_(None) & (col(Mention.stars) <= 2)
        chosen = chosen.where((col(Score.sentiment) == "negative") | few)
    return [(mention, urgency) for mention, urgency in desk.session.execute(chosen)]


def _written(mention: Mention) -> phrases.Written:
    return phrases.Written(f"{mention.title or ''}\n{mention.text}", mention.author_key)


def _parts(spike: Spike, found: Sequence[Seen]) -> list[dict[str, object]]:
    """The sources and topics with the most above their usual."""
    parts = []
    for one in found:
        seen, expected = one.detector.of_last(spike.hours)
        if one.row.kind != BRAND and one.row.negative and seen >= max(LEAST_PART, ABOVE * expected):
            parts.append((seen - expected, one.row.kind, one.row.name, round(seen), expected))
    parts.sort(key=lambda part: (-part[0], part[2]))
    taken = Counter[str]()
    told: list[dict[str, object]] = []
    for _, kind, name, seen, expected in parts:
        taken[kind] += 1
        if taken[kind] <= PARTS:
            told.append({"kind": kind, "name": name, "count": seen, "usual": round(expected, 2)})
    return told


def _sources(now: Sequence[tuple[Mention, str | None]]) -> list[dict[str, object]]:
    counts = Counter(mention.source for mention, _ in now)
    return [{"kind": SOURCE, "name": name, "count": count} for name, count in counts.most_common(PARTS)]


def _examples(now: Sequence[tuple[Mention, str | None]]) -> list[int]:
    """The most urgent, then what most people have seen, each by another author and none the text of another."""

    def weight(one: tuple[Mention, str | None]) -> tuple[int, int, int]:
        mention, urgency = one
        return (
            -RANK.get(urgency or "low", 0),
            -sum(count or 0 for count in mention.engagement[:3]),
            mention.id or 0,
        )

    chosen: list[Mention] = []
    for mention, _ in sorted(now, key=weight):
        other = all(
            (one.author_key is None or one.author_key != mention.author_key)
            and (one.text_key is None or one.text_key != mention.text_key)
            for one in chosen
        )
        if other and len(chosen) < EXAMPLES:
            chosen.append(mention)
    return [mention.id or 0 for mention in chosen]
