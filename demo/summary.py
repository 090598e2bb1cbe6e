"""What a run of the demo found, in figures: read from the database at the end, printed as JSON or as tables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from alerts.card import load_card
from crawlers.job import SourceReport, Waited
from store.brand import Brand
from store.clock import iso
from store.tables import Case, Draft, Mention, MentionState, Notification, Reason, Score, SourceRow

Counts = dict[str, int]
UNREAD = "not read"


@dataclass(frozen=True, slots=True)
class Summary:
    """The fields are those of `demo --json` in design.md. `seconds`: work by stage, side by side."""

    polls: list[Counts]
    mentions: int
    by_source: Counts
    by_sentiment: Counts
    by_urgency: Counts
    alerts_by_reason: Counts
    cases: int
    notifications: int
    drafts: int
    alerts: list[dict[str, Any]]
    seconds: dict[str, float]
    recovered: list[str]
    errors: list[str]

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


def summarize(
    session: Session,
    brands: Mapping[str, Brand],
    polls: Sequence[Sequence[SourceReport]],
    waited: Sequence[Waited],
    seconds: Mapping[str, float],
    now: datetime,
) -> Summary:
    """Counts everything that stands in the database, and tells each alert."""
    scored = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)
    every_score = (
        select(col(Score.sentiment), func.count()).select_from(Mention).join(Score, scored, isouter=True)
    )
    urgencies = (
        select(col(Score.urgency), func.count()).select_from(Mention).join(Score, scored, isouter=True)
    )
    down = select(col(SourceRow.name), func.count()).where(col(SourceRow.down_since).is_not(None))
    reasons = _counts(session, select(col(Reason.kind), func.count()).group_by(col(Reason.kind)))
    if sources := _counts(session, down.group_by(col(SourceRow.name))):
        reasons["source_down"] = len(sources)
    return Summary(
        polls=[_poll(reports) for reports in polls],
        mentions=_count(session, Mention),
        by_source=_counts(session, select(col(Mention.source), func.count()).group_by(col(Mention.source))),
        by_sentiment=_counts(session, every_score.group_by(col(Score.sentiment))),
        by_urgency=_counts(session, urgencies.group_by(col(Score.urgency))),
        alerts_by_reason=reasons,
        cases=_count(session, Case),
        notifications=_count(session, Notification),
        drafts=_count(session, Draft),
        alerts=[_alert(session, case, brands, now) for case in _cases(session)],
        seconds={name: round(spent, 2) for name, spent in seconds.items()},
        recovered=[f"{one.source}: {one.reason}, again after {one.seconds:.1f} s" for one in waited],
        errors=[f"{one.source}: {one.error}" for reports in polls for one in reports if one.error]
        + _unfinished(session)
        + _undelivered(session),
    )


def _poll(reports: Sequence[SourceReport]) -> Counts:
    names = ("new", "edited", "refreshed", "late", "gone")
    return {name: sum(getattr(report, name) for report in reports) for name in names}


def _count(session: Session, table: Any) -> int:
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def _counts(session: Session, query: Any) -> Counts:
    rows = {str(name) if name is not None else UNREAD: int(count) for name, count in session.execute(query)}
    return dict(sorted(rows.items(), key=lambda row: (-row[1], row[0])))


def _cases(session: Session) -> list[Case]:
    return list(session.scalars(select(Case).order_by(col(Case.id))))


def _alert(session: Session, case: Case, brands: Mapping[str, Brand], now: datetime) -> dict[str, Any]:
    card = load_card(session, case.id or 0, brands.get(case.brand), now)
    return {
        "platform": card.platform,
        "lang": card.lang,
        "reasons": [why.kind for why in card.whys],
        "urgency": card.urgency,
        "quote": card.quote,
        "draft": card.draft.reply if card.draft else None,
        "due": iso(card.due_at) if card.due_at else None,
    }


def _unfinished(session: Session) -> list[str]:
    rows = session.execute(
        select(col(Mention.state), col(Mention.error), func.count())
        .where(col(Mention.state) != MentionState.TRIAGED)
        .group_by(col(Mention.state), col(Mention.error))
    )
    return [f"{count} mentions are still {state}: {error or 'not taken yet'}" for state, error, count in rows]


def _undelivered(session: Session) -> list[str]:
    rows = session.execute(
        select(col(Notification.channel), col(Notification.error), func.count())
        .where(col(Notification.state) != "sent")
        .group_by(col(Notification.channel), col(Notification.error))
    )
    return [f"{channel}: {count} not delivered: {error or 'still waiting'}" for channel, error, count in rows]
