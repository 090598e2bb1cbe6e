"""Whether a case has a message of its own at once, waits for the end of quiet hours, or is told with others in one
message. The rules are `alerts.routing`'s, the rows `alerts.notices`'s.

A bundle is a row of the outbox that waits for the end of its hour or day; the cases it tells of name it by its key.
None is lost: each case has a message of its own, or names a bundle that is there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy import case as whether
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from alerts import cases, notices, queue, routing
from alerts.cases import Desk, Move
from alerts.notices import IN_THREADS, LIMIT, PRIORITY, ROUTED
from alerts.routing import ANY_BRAND, TARGETS, CaseFacts, Place, Routing
from alerts.triage import Facts
from store import switches
from store.brand import Brand
from store.tables import Case, Notification, NotificationKind, OutboxState, UtcDateTime

HOUR = timedelta(hours=1)
LATEST = 5_000  # notifications that are looked through for those of the last hour: more are a storm's lines


def facts_of(case: Case, facts: Facts) -> CaseFacts:
    """What routing looks at; of several mentions, the one in hand."""
    mention, score = facts.mention, facts.score
    return CaseFacts(
        brand=case.brand,
        severity=case.urgency,
        reasons=tuple(case.reasons),
        lang=(score.lang if score else None) or mention.lang,
        source=mention.source,
        platform=mention.platform,
        place=mention.place,
        target=case.channel,
        storm=case.storm,
        topics=facts.topics,
    )


def tell(session: Session, config: Routing, facts: Facts, case: Case, channels: Sequence[str]) -> int:
    """Announces a new case, where and when and as what the configuration says."""
    now, brand = facts.now, facts.brand
    about = facts_of(case, facts)
    place = routing.route(config, about)
    until = routing.quiet_until(place, brand, now)
    bundle = None
    if ROUTED in channels:
        if place.bundle:
            bundle = _open(session, f"bundle:{place.bundle}:", case, place, _end(place, brand, now), now)
        elif not _stands_alone(about) and _is_full(session, config, case, place, until or now):
            end = until or _end(Place(quiet=place.quiet, bundle="hour"), brand, now)
            bundle = _open(session, LIMIT, case, place, end, now)
    return notices.announce(
        session, case, channels, now, place, until=None if bundle else until, bundle=bundle
    )


def review(session: Session, config: Routing, facts: Facts, case: Case) -> None:
    """A known case has news: it leaves its bundle where it has become another matter, and waits for no quiet hours any
    more where it has become urgent."""
    about = facts_of(case, facts)
    place = routing.route(config, about)
    key = session.scalar(
        select(col(Notification.bundle)).where(
            col(Notification.case_id) == case.id,
            col(Notification.kind) == NotificationKind.CASE,
            col(Notification.state) == OutboxState.BUNDLED,
        )
    )
    limited = key is not None and key.startswith(LIMIT)
    stays = not _stands_alone(about) if limited else place.bundle is not None
    if key is not None and not stays:
        notices.release(session, case)
        notices.outdate_bundles(session, [case.id or 0], facts.now)
    if key is None or not stays:
        notices.reroute(session, case, place, routing.quiet_until(place, facts.brand, facts.now))


def quiet_until(config: Routing, facts: Facts, case: Case) -> datetime | None:
    """Until when a line about the case waits."""
    place = routing.route(config, facts_of(case, facts))
    return routing.quiet_until(place, facts.brand, facts.now)


def show(desk: Desk, case_id: int, who: str) -> Move:
    """A person wants a case of a bundle as a message of its own."""
    case = cases.locked(desk.session, case_id)
    if not notices.release(desk.session, case):
        return cases.too_late(desk.session, case, ("show",))
    cases.trace(desk, case, who, "show", told=False)
    notices.outdate_bundles(desk.session, [case_id], desk.now)
    return Move(True, case, who, desk.now)


def make_room(
    session: Session, config: Routing, brands: Mapping[str, Brand], now: datetime, paused: str | None = None
) -> int:
    """A pause (of the brand `paused`, or of all) or an outage of Slack is over: of the cases whose messages waited each
    place gets as many as it may in an hour, the most urgent and then the oldest first, and the rest in one message at
    the next full hour. What is critical, a storm, a case in whose thread something waits or that a bundle told of, and
    what Slack may have taken all the same keep their own. Gives how many wait for room.
    """
    room: dict[str, int] = {}
    moved = 0
    for row, case in session.execute(_held_back(paused, switches.paused(session, now), now)).all():
        brand = brands.get(case.brand)
        if brand is None:
            continue
        address = row.routed_to or config.address(row.target)
        if address not in room:
            room[address] = config.most_per_hour - _sent(session, config, address, now)
        room[address] -= 1
        if room[address] >= 0:
            continue
        quiet = config.quiet.get(case.brand, config.quiet.get(ANY_BRAND, ()))
        end = _end(Place(quiet=quiet, bundle="hour"), brand, now)
        row.bundle = _open(session, LIMIT, case, Place(channel=row.routed_to), end, now)
        row.state, row.attempts, row.next_try_at, row.error = OutboxState.BUNDLED, 0, None, None
        session.add(row)
        moved += 1
    return moved


def _held_back(paused: str | None, still: frozenset[str], now: datetime) -> Any:
    """Cases with their own messages that would all go now, or soon as they failed; none of them may stand in Slack
    already, nothing waits in their threads, and no pause that goes on (`still`) holds them back."""
    line = aliased(Notification)
    in_thread = exists().where(
        col(line.case_id) == Notification.case_id,
        col(line.channel) == ROUTED,
        col(line.kind).in_(IN_THREADS),
        col(line.state) == OutboxState.WAITING,
    )
    held = (
        select(Notification, Case)
        .join(Case, col(Case.id) == Notification.case_id)
        .where(
            col(Notification.state) == OutboxState.WAITING,
            col(Notification.channel) == ROUTED,
            col(Notification.kind) == NotificationKind.CASE,
            col(Notification.priority) > PRIORITY["critical"],
            col(Notification.unsure).is_(False),
            col(Notification.claim).is_(None),
            col(Notification.bundle).is_(None),
            _goes(now),
            queue.going(still),
            ~col(Case.storm),
            ~in_thread,
        )
        .order_by(col(Notification.priority), col(Notification.id))
        .with_for_update(of=Notification, skip_locked=True)
    )
    return held if paused is None else held.where(col(Notification.brand) == paused)


def _goes(now: datetime) -> ColumnElement[bool]:
    """What goes now; what was tried in vain goes as soon as it may."""
    ripe = or_(col(Notification.next_try_at).is_(None), col(Notification.next_try_at) <= now)
    return or_(col(Notification.attempts) > 0, ripe)


def _stands_alone(about: CaseFacts) -> bool:
    """Whether it has a message of its own however much else there is: what is critical, and a storm."""
    return about.severity == "critical" or about.storm


def _end(place: Place, brand: Brand, now: datetime) -> datetime:
    """When the bundle is sent: never in quiet hours."""
    end = routing.window_end(place.bundle or "hour", brand, now)
    return routing.quiet_until(place, brand, end) or end


def _open(session: Session, kind: str, case: Case, place: Place, end: datetime, now: datetime) -> str:
    """The key of the bundle that is told at `end`, written unless it is there; one that has been sent is edited."""
    named = f"{kind}{case.brand}:{place.channel or case.channel}:{end:%Y%m%dT%H%M%SZ}"
    key = f"{named}:{ROUTED}"
    urgency = case.urgency if kind == LIMIT else "normal"
    while not (
        notices.add(
            session,
            named,
            [ROUTED],
            now,
            kind=NotificationKind.BUNDLE,
            brand=case.brand,
            target=case.channel,
            routed_to=place.channel,
            priority=PRIORITY.get(urgency, PRIORITY["normal"]),
            next_try_at=end,
            body={"span": kind.strip(":").removeprefix("bundle:")},
        )
        or notices.enter(session, key, now)
    ):
        continue  # deleted between the two, as nothing was left for it: it is written again
    return key


def _is_full(session: Session, config: Routing, case: Case, place: Place, at: datetime) -> bool:
    """Whether the place has had, or is to have, as many messages as it may in the hour before `at`."""
    address = place.channel or config.address(case.channel)
    told_at = func.coalesce(Notification.sent_at, Notification.next_try_at, Notification.created_at)
    return _count(session, config, address, told_at, at) >= config.most_per_hour


def _sent(session: Session, config: Routing, address: str, now: datetime) -> int:
    """How many messages of cases and bundles the place has had in the last hour, as far as that counts; a bundle that
    goes now is one of them."""
    goes = and_(
        col(Notification.kind) == NotificationKind.BUNDLE,
        col(Notification.state) == OutboxState.WAITING,
        _goes(now),
    )
    told_at = whether((goes, literal(now, UtcDateTime)), else_=col(Notification.sent_at))
    return _count(session, config, address, told_at, now)


def _count(session: Session, config: Routing, address: str, told_at: Any, at: datetime) -> int:
    targets = [target for target in TARGETS if config.address(target) == address]
    routed = col(Notification.routed_to)
    newest = select(func.max(Notification.id)).scalar_subquery()
    there = (
        select(told_at)
        .where(
            col(Notification.id) > newest - LATEST,
            col(Notification.kind).in_((NotificationKind.CASE, NotificationKind.BUNDLE)),
            col(Notification.channel) == ROUTED,
            or_(routed == address, and_(routed.is_(None), col(Notification.target).in_(targets))),
            col(Notification.state).not_in((OutboxState.BUNDLED, OutboxState.FAILED)),
            col(Notification.priority) > PRIORITY["critical"],
            told_at > at - HOUR,
            told_at <= at,
        )
        .limit(config.most_per_hour)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(there)) or 0
