"""The stage that scores: takes NEW mentions, leaves SCORED ones with what the model says of them.

How a text becomes numbers is the scorer's; what they lead to is triage's.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import delete
from sqlmodel import Session, col, select

from sentiment.scorer import Scored, ScorerInput
from store import claims
from store.clock import utcnow
from store.db import Database
from store.labels import thresholds
from store.tables import Mention, MentionState, Score

log = logging.getLogger(__name__)

LIMIT = 256
LEASE = timedelta(minutes=5)  # far longer than a batch takes on a slow machine
ALERTING = ("critical", "high")


class Scores(Protocol):
    """What this stage needs of a scorer (`sentiment.scorer.Scorer`)."""

    @property
    def name(self) -> str:
        """The model as `name@revision`."""

    def score(self, inputs: Sequence[ScorerInput], explain: bool = False) -> list[Scored]: ...


def score_waiting(
    db: Database, scorer: Scores, *, limit: int = LIMIT, clock: Callable[[], datetime] = utcnow
) -> int:
    """Scores up to `limit` waiting mentions, live ones before history, and gives how many were taken.

    A mention that makes the scorer raise does not stop the others: it is tried again later, and in the end FAILED.
    """
    claim, rows = _take(db, limit, clock())
    if not rows:
        return 0
    with db.read() as session:
        own = thresholds(session, scorer.name)
    scored, errors = _score_each(scorer, [_input(row, own.get(row.brand)) for row in rows])
    now = clock()
    with db.write() as session:
        for row, outcome, error in zip(rows, scored, errors, strict=True):
            if error is None:
                _write(session, row, outcome, scorer.name, claim.token, now)
            else:
                _give_back(session, row, error, claim.token, now)
    return len(rows)


def explained(scorer: Scores, inputs: Sequence[ScorerInput]) -> list[Scored]:
    """Scores, with the reason (`why`) where people will be told: the words cost time that praise is not worth."""
    scored = scorer.score(inputs)
    alerting = [i for i, one in enumerate(scored) if one.urgency in ALERTING or one.sentiment == "negative"]
    if alerting:
        again = scorer.score([inputs[i] for i in alerting], explain=True)
        for i, one in zip(alerting, again, strict=True):
            scored[i] = one
    return scored


def _take(db: Database, limit: int, now: datetime) -> tuple[claims.Claim, list[Mention]]:
    with db.write() as session:
        claim = claims.claim(
            session,
            Mention,
            (MentionState.NEW,),
            now=now,
            lease=LEASE,
            limit=limit,
            first=(col(Mention.history),),
        )
        rows = session.exec(select(Mention).where(col(Mention.id).in_(claim.ids)).order_by(col(Mention.id)))
        return claim, list(rows)


def _input(row: Mention, critical: float | None) -> ScorerInput:
    return ScorerInput(row.text, row.title, row.lang, row.stars, critical_threshold=critical)


def _score_each(
    scorer: Scores, inputs: list[ScorerInput]
) -> tuple[list[Scored | None], list[Exception | None]]:
    """An outcome for each input: a score, None for one without any words, or the error that it caused."""
    scored: list[Scored | None] = [None] * len(inputs)
    errors: list[Exception | None] = [None] * len(inputs)
    wordy = [i for i, one in enumerate(inputs) if one.text or one.title]
    try:
        for i, outcome in zip(wordy, explained(scorer, [inputs[i] for i in wordy]), strict=True):
            scored[i] = outcome
    except Exception:  # somewhere in the batch is a text that the scorer cannot take: find it
        log.exception("batch failed", extra={"action": "score_batch_failed", "rows": len(wordy)})
        for i in wordy:
            try:
                scored[i] = explained(scorer, [inputs[i]])[0]
            except Exception as error:
                errors[i] = error
    return scored, errors


def _write(
    session: Session, row: Mention, outcome: Scored | None, model: str, token: str, now: datetime
) -> None:
    """The score and the new state, unless somebody else has the mention by now (its author edited it)."""
    assert row.id is not None
    if not claims.finish(session, Mention, row.id, token, state=MentionState.SCORED):
        return
    session.execute(delete(Score).where(col(Score.mention_id) == row.id, col(Score.revision) == row.revision))
    session.add(_score(row, outcome, model, now))


def _score(row: Mention, outcome: Scored | None, model: str, now: datetime) -> Score:
    assert row.id is not None
    if outcome is None:  # stars without a word: nobody read anything
        return Score(
            mention_id=row.id,
            revision=row.revision,
            lang=row.lang,
            unsupported=True,
            model=model,
            scored_at=now,
        )
    return Score(
        mention_id=row.id,
        revision=row.revision,
        lang=outcome.lang,
        unsupported=outcome.unsupported,
        sentiment=outcome.sentiment,
        sentiment_score=outcome.sentiment_score,
        sentiment_probs=outcome.sentiment_probs,
        urgency=outcome.urgency,
        urgency_score=outcome.urgency_score,
        urgency_probs=outcome.urgency_probs,
        category=outcome.category,
        topics=list(outcome.topics),
        why=list(outcome.why),
        model=outcome.model,
        scored_at=now,
    )


def _give_back(session: Session, row: Mention, error: Exception, token: str, now: datetime) -> None:
    assert row.id is not None
    log.error(
        "cannot score", extra={"action": "score_failed", "mention": row.id, "error": type(error).__name__}
    )
    claims.retry(
        session,
        Mention,
        row.id,
        token,
        attempt=row.attempts,
        error=f"{type(error).__name__} in the scorer",
        now=now,
    )
