"""Writes drafts anew whose storm has another statement: one storm's at a time, the one that is shown first.

As triage does, it writes them before the transaction that keeps them, and keeps none that was overtaken meanwhile.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from alerts import cases
from alerts.card import NOT_REDRAFTED, not_redrafted
from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.drafts.letters import LETTERS
from alerts.gather import RECENT, Gathered, gather
from alerts.replies import outdating
from alerts.replies.keeping import row_of
from alerts.stage import draft_request
from alerts.triage import decide
from store.brand import Brand
from store.db import Database
from store.logs import place
from store.tables import Case, Draft, Mention

log = logging.getLogger(__name__)
LIMIT = 50
RETRY = timedelta(minutes=2)  # until a draft that could not be written anew is tried again


def any_waiting(session: Session, brands: Mapping[str, Brand], now: datetime) -> bool:
    """Whether a draft is to be written anew."""
    return session.execute(_outdated(brands, now).limit(1)).first() is not None


def redraft_waiting(
    db: Database,
    brands: Mapping[str, Brand],
    *,
    now: datetime,
    compose: Callable[[DraftRequest], DraftReply],
    detect: Callable[[str], str | None] | None = None,
    limit: int = LIMIT,
) -> int:
    """Writes up to `limit` drafts of one storm and gives how many were looked at. One that cannot be written
    loses its words, since its storm may not say them any more, and is tried again after `RETRY`. A letter that a person
    asked for, such as a warning, stays as it was."""
    with db.read() as session:
        first = session.execute(_outdated(brands, now).order_by(col(Draft.id)).limit(1)).first()
        needless = first is None and outdating.any_to_clear(session)
        if first is not None:
            case = first.Case
            ids = _next(session, brands, case, limit, now)
            found = gather(session, ids, brands, now)
            recent = _before(session, case, ids)
    if first is None:
        if needless:
            with db.write() as session:
                outdating.clear(session)
        return 0
    written = _written(found, ids, recent, compose, detect)
    with db.write() as session:
        _keep(session, found, case, ids, written)
    return len(ids)


def _outdated(brands: Mapping[str, Brand], now: datetime) -> Select[Case, int]:
    """Drafts to words that are the author's last, in cases that are not done; those without words, which may have
    failed, once they have rested."""
    return (
        select(Case, col(Draft.mention_id))
        .join(Draft, col(Draft.case_id) == Case.id)
        .join(
            Mention,
            (col(Mention.id) == Draft.mention_id) & (col(Mention.revision) == Draft.revision),
        )
        .where(col(Draft.outdated), col(Draft.brand).in_(list(brands)))
        .where(or_(col(Draft.reply).is_not(None), col(Draft.created_at) <= now - RETRY))
        .where(col(Case.status).in_(cases.UNDONE))
    )


def _next(session: Session, brands: Mapping[str, Brand], case: Case, limit: int, now: datetime) -> list[int]:
    """The mention that the case shows, then the others as they came."""
    mine = _outdated(brands, now).where(col(Case.id) == case.id)
    shown = (col(Draft.mention_id) == (case.mention_id or 0)).desc()
    return [
        row.mention_id for row in session.execute(mine.order_by(shown, col(Draft.mention_id)).limit(limit))
    ]


def _before(session: Session, case: Case, ids: Sequence[int]) -> list[list[str]]:
    """The wordings of the drafts before these in the storm, the nearest first; the one that is shown has no place among
    them."""
    ids = [number for number in ids if number != case.mention_id]
    mine = select(col(Draft.moves)).where(
        col(Draft.case_id) == case.id, col(Draft.mention_id) < min(ids, default=0)
    )
    return list(session.scalars(mine.order_by(col(Draft.mention_id).desc()).limit(RECENT)))


def _written(
    found: Gathered,
    ids: Sequence[int],
    recent: list[list[str]],
    compose: Callable[[DraftRequest], DraftReply],
    detect: Callable[[str], str | None] | None,
) -> dict[int, DraftReply]:
    """Each unlike those before it."""
    written: dict[int, DraftReply] = {}
    for number in ids:
        try:
            facts = found.facts(number)
            written[number] = compose(draft_request(facts, decide(facts), recent[:RECENT], detect))
            recent.insert(0, list(written[number].moves))
        except Exception as error:
            known = {"action": "redraft_failed", "mention": number}
            log.error("draft not written anew: %s", place(error), extra=known)
    return written


def _keep(
    session: Session,
    found: Gathered,
    before: Case,
    ids: Sequence[int],
    written: Mapping[int, DraftReply],
) -> None:
    case = cases.locked(session, before.id or 0)
    if case.statements != before.statements:
        return  # a person was faster: the next look writes them
    rows = session.scalars(
        select(Draft)
        .where(col(Draft.case_id) == case.id, col(Draft.mention_id).in_(ids), col(Draft.outdated))
        .order_by(col(Draft.id))
        .with_for_update()
    )
    for row in rows:
        mention, draft = found.mentions[row.mention_id], written.get(row.mention_id)
        if row.revision != mention.revision:
            continue
        if any(move.startswith(LETTERS) for move in row.moves):
            row.outdated = False
            continue
        again = draft is None and not_redrafted(row)
        session.add(row_of(case, mention, draft, found.now, row) if draft else _emptied(row, found.now))
        if row.mention_id == case.mention_id and not again:
            cases.touch(session, case, found.now)


def _emptied(row: Draft, now: datetime) -> Draft:
    """A draft that could not be written anew, without what it said: it is still to be."""
    row.reply = row.private_reply = row.gloss = row.status_note = None
    row.moves, row.sentences = [], []
    row.checks = [{"name": NOT_REDRAFTED, "ok": False, "detail": ""}]
    row.created_at = now
    return row
