"""Has a batch's composed drafts worded anew by a generator, as long as nothing critical waits: outside of every
transaction, for so many seconds a batch, the most urgent first. What the time does not reach stays as it was composed.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Protocol

from sqlmodel import col, select

from alerts.drafts.generator.rewriter import Rewritten
from alerts.drafts.request import DraftReply, DraftRequest
from alerts.gather import gather
from alerts.triage import decide
from store.brand import Brand
from store.db import Database
from store.logs import place
from store.tables import Mention, MentionState

log = logging.getLogger(__name__)

BUDGET = 60.0  # seconds a batch; its lease is longer
SEEN = 50  # mentions that wait and are looked at, at once


class Rewrite(Protocol):
    """What `Rewriter.rewrite` does."""

    def __call__(
        self, request: DraftRequest, draft: DraftReply, *, seconds: float, stop: Callable[[], bool]
    ) -> Rewritten: ...


def rewrite_drafts(
    drafts: dict[int, DraftReply],
    requests: Mapping[int, DraftRequest],
    rewrite: Rewrite,
    stop: Callable[[], bool],
    *,
    clock: Callable[[], float] = monotonic,
    budget: float = BUDGET,
) -> None:
    """Puts generated drafts in the place of composed ones, in the order of `requests` (by the mention's id)."""
    ends = clock() + budget
    for mention_id, request in requests.items():
        left = ends - clock()
        if left <= 0 or stop():
            log.info("the rest stays composed", extra={"action": "generating_ended", "mention": mention_id})
            return
        done = rewrite(request, drafts[mention_id], seconds=left, stop=stop)
        drafts[mention_id] = done.draft
        told = {"action": "draft_not_generated" if done.refused else "draft_generated", "mention": mention_id}
        log.info(done.refused or "a model worded the draft", extra=told)


@dataclass(slots=True)
class Watch:
    """Says whether a mention that waits for triage is critical, or the service stops. Each mention is looked at once,
    and what was said once holds."""

    db: Database
    brands: Mapping[str, Brand]
    now: datetime
    stopping: Callable[[], bool] = lambda: False
    seen: set[int] = field(default_factory=set)
    over: bool = False

    def __call__(self) -> bool:
        try:
            self.over = self.over or self.stopping() or self._critical_waits()
        except Exception as error:  # what cannot be looked at may be critical
            log.warning("cannot see what waits: %s", place(error), extra={"action": "generating_ended"})
            self.over = True
        return self.over

    def _critical_waits(self) -> bool:
        with self.db.read() as session:
            waiting = (
                select(Mention.id)
                .where(col(Mention.state) == MentionState.SCORED, col(Mention.history).is_(False))
                .where(col(Mention.id).not_in(self.seen))
                .order_by(col(Mention.id).desc())
                .limit(SEEN)
            )
            ids = tuple(number for number in session.exec(waiting) if number is not None)
            if not ids:
                return False
            self.seen.update(ids)
            found = gather(session, ids, self.brands, self.now)
            return any(decide(found.facts(number)).urgency == "critical" for number in found.mentions)
