"""Has a chat model word composed drafts anew, once people have been told: no alert waits for it.

Triage tells people of the composed draft and notes that a model may word it (`QUEUED`). Here one draft after the other
is taken, the most urgent first; the model is asked outside of every transaction, and its words take the draft's place
while nobody has the case in hand: messages are edited, nobody is told again. Each draft is taken once, so a crash
meanwhile leaves the composed one, which was told already, and no draft can crash the service twice.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import CursorResult, Select, case, func, select, update
from sqlmodel import Session, col

from alerts import cases, notices
from alerts.drafts.generator.rewriter import Rewritten
from alerts.drafts.request import PHRASES, QUEUED, DraftReply, DraftRequest
from alerts.gather import RECENT, gather
from alerts.replies.keeping import draft_in, row_of
from alerts.stage import draft_request
from alerts.triage import RANK, decide
from store import labels
from store.brand import Brand
from store.db import Database
from store.logs import place
from store.tables import Case, CaseStatus, Draft, Mention

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=30)  # later people have read the composed draft
CRITICAL = "critical"
SEEN = 500  # of the newest drafts that are looked through for one that is queued


class Rewrite(Protocol):
    """What `Rewriter.rewrite` does."""

    def __call__(
        self, request: DraftRequest, draft: DraftReply, *, said: Sequence[str], stop: Callable[[], bool]
    ) -> Rewritten: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A draft in hand: its row as it was read, what it was asked of, and what the brand's latest drafts say."""

    row: Draft
    request: DraftRequest
    draft: DraftReply
    said: Sequence[str]


def any_queued(session: Session, brands: Mapping[str, Brand], now: datetime) -> bool:
    """Whether a draft is to be shown to a model."""
    return session.scalar(_queued(brands, now).limit(1)) is not None


def word_next(
    db: Database,
    brands: Mapping[str, Brand],
    *,
    now: datetime,
    clock: Callable[[], datetime],
    rewrite: Rewrite,
    detect: Callable[[str], str | None] | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Has the most urgent draft that is queued worded anew; False: none is, or the model is not to be asked now, and it
    is queued as before. `clock`: the time when the answer is there."""
    with db.read() as session:
        row = session.scalar(_queued(brands, now).limit(1))
    if row is None or stopping() or not _mark(db, row, QUEUED, PHRASES):
        return False
    known: dict[str, Any] = {"mention": row.mention_id}
    try:
        taken = _gathered(db, row, brands, detect)
        done = rewrite(taken.request, taken.draft, said=taken.said, stop=stopping)
    except Exception as error:
        log.error("draft not worded anew: %s", place(error), extra=known | {"action": "draft_not_generated"})
        return True
    if done.later:
        _mark(db, row, PHRASES, QUEUED)
        log.debug(done.refused, extra=known | {"action": "generating_waits"})
        return False
    kept = not done.refused and _keep(db, row, done.draft, clock())
    why = done.refused or ("a model worded the draft" if kept else "somebody was faster")
    log.info(why, extra=known | {"action": "draft_generated" if kept else "draft_not_generated"})
    return True


def _queued(brands: Mapping[str, Brand], now: datetime) -> Select[Draft]:
    """The drafts that a model may word, the most urgent first, then as they came; none of a case that is critical,
    whatever made it so: a case never becomes less urgent."""
    newest = select(func.coalesce(func.max(col(Draft.id)), 0)).scalar_subquery()
    rank = case(RANK, value=col(Case.urgency), else_=0)
    return (
        select(Draft)
        .join(Case, col(Case.id) == col(Draft.case_id))
        .join(Mention, (col(Mention.id) == Draft.mention_id) & (col(Mention.revision) == Draft.revision))
        .where(col(Draft.id) > newest - SEEN, col(Draft.generator) == QUEUED, col(Draft.outdated).is_(False))
        .where(col(Draft.brand).in_(list(brands)), col(Draft.created_at) > now - FRESH)
        .where(col(Case.status) == CaseStatus.OPEN, col(Case.reply).is_(None))
        .where(col(Case.snoozed_until).is_(None), col(Case.urgency) != CRITICAL)
        .where(col(Mention.answer).is_(None), col(Mention.gone_at).is_(None))
        .order_by(rank.desc(), col(Draft.id))
    )


def _is_free(case: Case, mention: Mention, row: Draft, before: Draft) -> bool:
    """Whether the draft is still what was taken, and nobody has the case in hand."""
    same = (row.reply, row.moves, row.generator) == (before.reply, before.moves, PHRASES)
    return (
        same
        and case.urgency != CRITICAL
        and not row.outdated
        and row.revision == mention.revision
        and (case.status, case.reply, case.snoozed_until) == (CaseStatus.OPEN, None, None)
        and (mention.answer, mention.gone_at) == (None, None)
    )


def _mark(db: Database, row: Draft, before: str, after: str) -> bool:
    """False: somebody else has taken the draft, or it is another one by now."""
    with db.write() as session:
        marked: CursorResult[Any] = session.execute(  # type: ignore[assignment]
            update(Draft)
            .where(col(Draft.id) == row.id, col(Draft.generator) == before, col(Draft.reply) == row.reply)
            .values(generator=after)
        )
        return marked.rowcount == 1


def _gathered(
    db: Database, row: Draft, brands: Mapping[str, Brand], detect: Callable[[str], str | None] | None
) -> Taken:
    """At the time when the draft was composed, whose hours and days it names."""
    with db.read() as session:
        found = gather(session, [row.mention_id], brands, row.created_at)
        facts = found.facts(row.mention_id)
        request = draft_request(facts, decide(facts), (), detect)
        others = select(col(Draft.reply)).where(col(Draft.brand) == row.brand, col(Draft.id) != row.id)
        said = session.scalars(others.order_by(col(Draft.id).desc()).limit(RECENT))
        return Taken(row, request, draft_in(row, request.platform), [text for text in said if text])


def _keep(db: Database, before: Draft, draft: DraftReply, now: datetime) -> bool:
    """Puts the words of the model in the draft's place, and has the message edited that shows it. The mention before
    the case, as triage takes them, so that two never wait for one another."""
    with db.write() as session:
        mention = labels.held(session, before.mention_id)
        if mention is None:
            return False
        case = cases.locked(session, before.case_id)
        mine = select(Draft).where(col(Draft.id) == before.id).with_for_update()
        row = session.scalar(mine.execution_options(populate_existing=True))
        if row is None or row.case_id != case.id or not _is_free(case, mention, row, before):
            return False
        session.add(row_of(case, mention, draft, row.created_at, row))  # as of when it was composed
        if case.mention_id == mention.id:
            cases.touch(session, case, now, notices.rest(case))
        return True
