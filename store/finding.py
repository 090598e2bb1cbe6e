"""The queue with filters and a search, a page at a time: what `store.queue` orders, and only what is wanted of it.

A page looks through its order in growing pieces until it is full, and through `MOST` cases at most: so it costs the
same however many there are. Where it stops before the end, it says from where to go on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlmodel import Session, col

from store.queue import TO_DO, latest_cases, waiting_cases
from store.search import Term, hits, newest
from store.tables import Case, CaseStatus, Mention, Score

GROWS, LARGEST = 4, 8_000
MOST = 8_000  # cases, or mentions that a search has hit, that one page looks through
EVERY = tuple(CaseStatus)
NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must hold of a case, or of the mention that it shows; None: anything. `owner`: NOBODY for none; `terms`:
    words that one of its mentions holds."""

    statuses: tuple[str, ...] = TO_DO
    brand: str | None = None
    urgency: str | None = None
    language: str | None = None
    platform: str | None = None
    topic: str | None = None
    owner: str | None = None
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of cases in their order. `further`: where the next page begins, None at the end; `full`: there is a page of
    them, and not only the end of what one page looks through."""

    cases: tuple[int, ...]
    further: int | None = None
    full: bool = False


def find(session: Session, wanted: Wanted, after: int | None = None, limit: int = 25) -> Found:
    """A page of what is wanted. Without a search, `after` is the case where the page before ended: the most urgent come
    first, or the youngest, where what is done is wanted too. With one, it is the mention: the newest come first."""
    if wanted.terms:
        return _searched(session, wanted, after, limit)
    waiting = {*TO_DO, CaseStatus.REPLIED}.issuperset(wanted.statuses)

    def piece(place: int | None, size: int) -> list[tuple[int, int]]:
        known: dict[str, Any] = {"brand": wanted.brand, "after": place, "limit": size}
        if waiting:
            ids = waiting_cases(session, wanted.statuses, urgency=wanted.urgency, **known)
        else:
            ids = latest_cases(session, wanted.statuses, **known)
        return [(one, one) for one in ids]

    return _gather(piece, lambda ids: _filtered(session, wanted, ids), after, limit)


def owners(session: Session) -> list[str]:
    """Whoever owns a case that is not done."""
    undone = [*TO_DO, CaseStatus.REPLIED]
    chosen = select(col(Case.owner)).where(col(Case.status).in_(undone), col(Case.owner).is_not(None))
    return sorted(str(owner) for owner in session.scalars(chosen.distinct().limit(200)))


def _searched(session: Session, wanted: Wanted, after: int | None, limit: int) -> Found:
    first = after if after is not None else 2**31

    def piece(place: int | None, size: int) -> list[tuple[int, int]]:
        ids = hits(session, wanted.terms, place or first, size)
        chosen = select(col(Mention.id), col(Mention.case_id)).where(col(Mention.id).in_(ids))
        cases = {row[0]: row[1] for row in session.execute(chosen)}
        return [(one, cases.get(one) or 0) for one in ids]

    def kept(ids: Sequence[int]) -> set[int]:
        return _filtered(session, wanted, [one for one in ids if one])

    found = _gather(piece, kept, after, limit)
    if after is None or not found.cases:
        return found
    # A case stands where its newest hit does: it was on a page before where that is newer than this page.
    latest = newest(session, wanted.terms, found.cases)
    cases = tuple(one for one in found.cases if latest.get(one, 0) < after)
    return Found(cases, found.further, found.full)


def _gather(
    piece: Callable[[int | None, int], list[tuple[int, int]]],
    kept: Callable[[Sequence[int]], set[int]],
    after: int | None,
    limit: int,
) -> Found:
    """`piece` gives places and their cases, in order, from after a place on; `kept` those of the cases that are
    wanted."""
    found: dict[int, int] = {}
    place, size, looked = after, limit + 1, 0
    while looked < MOST:
        candidates = piece(place, size)
        wanted = kept([case for _, case in candidates])
        for at, case in candidates:
            if case in wanted and case not in found:
                if len(found) == limit:
                    return Found(tuple(found), place, full=True)
                found[case] = at
            place = at
        if len(candidates) < size:
            return Found(tuple(found))
        looked, size = looked + size, min(size * GROWS, LARGEST)
    return Found(tuple(found), place)


def _filtered(session: Session, wanted: Wanted, ids: Sequence[int]) -> set[int]:
    """Which of these cases are wanted."""
    conditions = [*_of_case(wanted), *_of_mention(wanted)]
    if not ids:
        return set()
    if not conditions and not wanted.terms:
        return set(ids)
    chosen = select(col(Case.id)).where(col(Case.id).in_(ids), *conditions)
    if wanted.terms:
        chosen = chosen.where(col(Case.status).in_(wanted.statuses))
    if _of_mention(wanted):
        chosen = chosen.join(Mention, col(Mention.id) == Case.mention_id)
    if wanted.language or wanted.topic:
        scored = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)
        chosen = chosen.join(Score, scored, isouter=True)
    return {one for one in session.scalars(chosen) if one is not None}


def _of_case(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.brand and wanted.terms:
        found.append(col(Case.brand) == wanted.brand)
    if wanted.urgency:
        found.append(col(Case.urgency) == wanted.urgency)
    if wanted.owner:
        found.append(col(Case.owner).is_(None) if wanted.owner == NOBODY else col(Case.owner) == wanted.owner)
    return found


def _of_mention(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.platform:
        found.append(col(Mention.platform) == wanted.platform)
    if wanted.language:
        lang = func.coalesce(Score.lang, Mention.lang)
        found.append(or_(lang == wanted.language, lang.like(f"{wanted.language}-%")))
    if wanted.topic:  # a list of JSON, which both databases keep as text such as ["delivery", "price"]
        found.append(cast(col(Score.topics), String).like(f'%"{wanted.topic}"%'))
    return found
