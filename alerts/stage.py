"""The stage that triages: takes SCORED mentions, leaves TRIAGED ones with their cases, drafts and notifications.

Also the checks that the time fires: sources that went down or came back, first reads that ended. Why people are told
is for `alerts.triage`; the clocks of cases for `alerts.clocks`; delivery for `alerts.outbox`.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func
from sqlmodel import Session, col, select

import platforms
from alerts import tally
from alerts.checks import check_sources, list_starts
from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.drafts.request import QUEUED, is_brief
from alerts.gather import Gathered, by_urgency, gather
from alerts.record import is_quiet, record, wants_draft
from alerts.routing import Routing
from alerts.triage import RANK, Decision, Facts, decide
from platforms.base import Platform
from store import claims
from store.brand import Brand
from store.db import Database
from store.lock import TRIAGE, alone
from store.logs import place
from store.tables import Mention, MentionState, Score

__all__ = ["check_sources", "draft_request", "list_starts", "triage_waiting"]
log = logging.getLogger(__name__)

LIMIT = 50
LEASE = timedelta(minutes=5)
PATIENCE = 3  # tries after which an alert goes out without the draft that cannot be written
NO_BRAND = "its brand is not in the configuration: add it, or forget its mentions"
Compose = Callable[[DraftRequest], DraftReply]
Detect = Callable[[str], str | None]


@dataclass(slots=True)
class Batch:
    """The mentions in hand: their drafts, what went wrong with which, and which are `critical`."""

    claim: claims.Claim
    critical: set[int] = field(default_factory=set)
    drafts: dict[int, DraftReply] = field(default_factory=dict)
    errors: dict[int, Exception] = field(default_factory=dict)


class LostClaim(Exception):
    """Somebody else has the mention by now: it changed, or our lease ran out."""


def triage_waiting(
    db: Database,
    brands: Mapping[str, Brand],
    *,
    channels: Sequence[str],
    now: datetime,
    compose: Compose,
    limit: int = LIMIT,
    detect: Detect | None = None,
    routing: Routing | None = None,
    worded_later: bool = False,
) -> int:
    """Triages up to `limit` waiting mentions and gives how many were taken. `worded_later`: a chat model may word the
    drafts anew, once people have been told (`alerts.replies.generating`); nothing here waits for one.

    A mention that makes a step raise does not stop the others: it is tried again later. Drafts are written before
    the transaction that tells people, so that no writer waits for them; what is told is decided inside it, on
    facts that nobody changes meanwhile.
    """
    batch = Batch(_claim(db, now, limit))
    if batch.claim.ids:
        _write_drafts(db, batch, brands, now, compose, detect)
        if worded_later:
            batch.drafts = {
                number: draft if number in batch.critical else _queued(draft)
                for number, draft in batch.drafts.items()
            }
        with db.write() as session:
            alone(session, TRIAGE)  # so that two never open two cases for one matter
            _tell(session, batch, brands, tuple(channels), now, routing or Routing())
    if len(batch.claim.ids) < limit:
        list_starts(db, brands, channels, now)
    return len(batch.claim.ids)


def _claim(db: Database, now: datetime, limit: int) -> claims.Claim:
    """Live mentions before history; the most urgent first, where more wait than one batch takes."""
    with db.write() as session:
        first: list[SQLColumnExpression[Any]] = [col(Mention.history)]
        waiting = select(func.count()).where(
            col(Mention.state) == MentionState.SCORED, col(Mention.history).is_(False)
        )
        if (session.scalar(waiting) or 0) > limit:
            first.append(case((col(Mention.history), 0), else_=_waiting_rank()))
        return claims.claim(
            session, Mention, (MentionState.SCORED,), now=now, lease=LEASE, limit=limit, first=first
        )


def _waiting_rank() -> ColumnElement[int]:
    """0 for the most urgent; asked of live mentions only, since history may be long."""
    rank = case({name: 3 - rank for name, rank in RANK.items()}, value=col(Score.urgency), else_=3)
    return func.coalesce(
        select(func.min(rank))
        .where(col(Score.mention_id) == Mention.id, col(Score.revision) == Mention.revision)
        .correlate(Mention)
        .scalar_subquery(),
        3,
    )


def _write_drafts(
    db: Database,
    batch: Batch,
    brands: Mapping[str, Brand],
    now: datetime,
    compose: Compose,
    detect: Detect | None,
) -> None:
    with db.read() as session:
        found = gather(session, batch.claim.ids, brands, now)
    for mention_id in by_urgency(found, batch.claim.ids):
        try:
            facts = found.facts(mention_id)
            decision = decide(facts)
            if wants_draft(found, mention_id, decision):
                request = draft_request(facts, decision, found.recent.get(facts.brand.key, ()), detect)
                if request.critical or request.urgency == "critical":
                    batch.critical.add(mention_id)  # however calm the draft is
                draft = batch.drafts[mention_id] = compose(request)
                found.recent.setdefault(facts.brand.key, []).insert(0, list(draft.moves))
        except Exception as error:
            _note_error(batch, mention_id, error, found)


def _queued(draft: DraftReply) -> DraftReply:
    """What a model may word; a matter with a private reply is grave and gets the holding reply as it is."""
    is_fixed = draft.reply is None or draft.private_reply is not None
    return draft if is_fixed else replace(draft, generator=QUEUED)


def _note_error(batch: Batch, mention_id: int, error: Exception, found: Gathered) -> None:
    """A critical alert, or one that has waited, goes out without a draft; any other is tried again."""
    log.error("mention failed: %s", place(error), extra={"action": "triage_failed", "mention": mention_id})
    score, mention = found.scores.get(mention_id), found.mentions[mention_id]
    critical = score is not None and score.urgency == "critical"
    if mention.attempts < PATIENCE and not critical:
        batch.errors[mention_id] = error


def draft_request(
    facts: Facts, decision: Decision, recent: Sequence[Sequence[str]] = (), detect: Detect | None = None
) -> DraftRequest:
    """What a draft for this mention is asked of; `recent`: the wordings of the brand's latest drafts."""
    mention, score, home = facts.mention, facts.score, facts.case
    read = score if facts.is_read else None
    return DraftRequest(
        text=mention.text,
        title=mention.title,
        author=mention.author,
        stars=mention.stars,
        platform=_platform(mention.platform),
        place=mention.place,
        published_at=mention.published_at,
        lang=_lang(mention, score),
        sentiment=facts.sentiment,
        sentiment_probs=read.sentiment_probs if read else None,
        urgency=read.urgency if read else None,
        category=facts.category,
        topics=facts.topics,
        reasons=decision.kinds,
        critical=decision.urgency == "critical",
        brand=facts.brand,
        now=facts.now,
        seed=f"{mention.brand}:{mention.platform}:{mention.external_id}:{mention.revision}",
        recent=tuple(tuple(moves) for moves in recent),
        detect=detect,
        statements=home.statements if home is not None and home.storm else {},
    )


def _lang(mention: Mention, score: Score | None) -> str | None:
    """Of a word or two, the language is what the platform says it is; a guess would be wrong too often."""
    if is_brief(f"{mention.title or ''} {mention.text}"):
        return mention.lang
    return (score.lang if score else None) or mention.lang


def _platform(name: str) -> Platform | None:
    try:
        return platforms.get(name)
    except KeyError:
        return None


def _tell(
    session: Session,
    batch: Batch,
    brands: Mapping[str, Brand],
    channels: tuple[str, ...],
    now: datetime,
    routing: Routing,
) -> None:
    ids = batch.claim.ids
    found = gather(session, ids, brands, now, lock=True)
    found.routing = routing
    _keep_topics(found)
    quiet: list[int] = []
    for mention_id in by_urgency(found, ids):
        if mention_id in batch.errors:
            continue
        try:
            if is_quiet(found, mention_id):
                quiet.append(mention_id)
                continue
            with session.begin_nested():
                _tell_one(session, batch, found, mention_id, channels)
        except Exception as error:
            if not isinstance(error, LostClaim):
                told = {"action": "triage_failed", "mention": mention_id}
                log.error("mention failed: %s", place(error), extra=told)
                batch.errors[mention_id] = error
            # What was undone may have left its mark on what was gathered.
            found = gather(session, ids, brands, now, lock=True)
            found.routing = routing
    claims.finish_all(session, Mention, quiet, batch.claim.token, state=MentionState.TRIAGED)
    tally.count(session, found, [number for number in ids if number not in batch.errors])
    _give_back(session, batch, found, now)


def _keep_topics(found: Gathered) -> None:
    """The brand's own topics stand beside the model's, for all who count them."""
    for mention_id, score in found.scores.items():
        facts = found.facts(mention_id)
        if facts.brand.topics and (told := list(facts.topics)) != score.topics:
            score.topics = told


def _tell_one(
    session: Session, batch: Batch, found: Gathered, mention_id: int, channels: tuple[str, ...]
) -> None:
    facts = found.facts(mention_id)
    record(session, found, facts, decide(facts), batch.drafts.get(mention_id), channels)
    session.flush()
    if not claims.finish(session, Mention, mention_id, batch.claim.token, state=MentionState.TRIAGED):
        raise LostClaim


def _give_back(session: Session, batch: Batch, found: Gathered, now: datetime) -> None:
    """What failed waits for another try; so does what belongs to a brand that the configuration does not name."""
    session.flush()
    for mention_id, error in batch.errors.items():
        mention = found.mentions[mention_id]
        claims.retry(
            session,
            Mention,
            mention_id,
            batch.claim.token,
            attempt=mention.attempts,
            error=place(error),
            now=now,
            give_up=None,
        )
    for mention_id in set(batch.claim.ids) - set(found.mentions):
        log.warning("brand not configured", extra={"action": "brand_unknown", "mention": mention_id})
        claims.retry(
            session,
            Mention,
            mention_id,
            batch.claim.token,
            attempt=claims.MAX_ATTEMPTS,
            error=NO_BRAND,
            now=now,
            give_up=None,
        )
