"""Rows for the tests of delivery: a mention with its score, its case, its draft and its notifications."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from alerts import notices
from alerts.cases import Desk
from store.brand import Brand
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Case, Draft, Mention, Notification, Reason, Score, SourceRow

BRAND = Brand(key="aurora", name="Caffè Aurora")
TEXT = "Dopo averlo mangiato mia figlia ha la bocca gonfia. Nessuno risponde al telefono."
REPLY = "Gentile Giulia, ci preoccupa molto la reazione di Sua figlia.\nCi chiami subito allo 02 000000."


def add_mention(session: Session, now: datetime, number: int = 1, **fields: Any) -> Mention:
    """Stores a mention, scored."""
    known: dict[str, Any] = {
        "brand": "aurora",
        "source": "app",
        "platform": "appstore",
        "external_id": f"r{number}",
        "text": TEXT,
        "title": "Mai più",
        "author": "giulia_r",
        "stars": 1.0,
        "published_at": now - timedelta(hours=2),
        "url": f"https://apps.example.com/it/app/id1?see=reviews&n={number}",
        "place": "Caffè Aurora App",
        "likes": 12,
        "replies": 3,
    }
    score: dict[str, Any] = {
        name: fields.pop(name) for name in ("why", "lang", "sentiment", "urgency") if name in fields
    }
    done = store_mentions(session, [NewMention(**known | fields)], now=now)
    mention = session.get_one(Mention, (done.new + done.edited + done.refreshed)[0])
    defaults = {
        "lang": "it",
        "sentiment": "negative",
        "urgency": "critical",
        "why": ["bocca gonfia", "mia figlia"],
    }
    session.add(
        Score(
            mention_id=mention.id or 0,
            revision=mention.revision,
            category="complaint",
            model="tiny@1",
            scored_at=now,
            **defaults | score,
        )
    )
    session.flush()
    return mention


def add_case(session: Session, mention: Mention, now: datetime, **fields: Any) -> Case:
    """Opens a case with an urgent reason and a draft; no notification yet."""
    reasons = fields.pop("reasons", [("urgent", []), ("negative", [])])
    known: dict[str, Any] = {"brand": "aurora", "urgency": "critical", "due_at": now + timedelta(minutes=15)}
    case = Case(mention_id=mention.id, opened_at=now, reasons=[r[0] for r in reasons], **known | fields)
    session.add(case)
    session.flush()
    mention.case_id = case.id
    for kind, detail in reasons:
        add_reason(session, case, mention, now, kind, detail)
    session.flush()
    return case


def add_reason(
    session: Session,
    case: Case,
    mention: Mention,
    now: datetime,
    kind: str,
    detail: list[str],
    occurrence: int = 0,
) -> Reason:
    reason = Reason(
        mention_id=mention.id or 0, case_id=case.id, kind=kind, detail=detail, at=now, occurrence=occurrence
    )
    session.add(reason)
    session.flush()
    return reason


def add_draft(session: Session, case: Case, mention: Mention, now: datetime, **fields: Any) -> None:
    known: dict[str, Any] = {"lang": "it", "reply": REPLY, "remedy": "escalate"}
    session.add(
        Draft(
            case_id=case.id or 0,
            mention_id=mention.id or 0,
            revision=mention.revision,
            brand="aurora",
            created_at=now,
            **known | fields,
        )
    )
    session.flush()


def alert(session: Session, now: datetime, number: int = 1, channel: str = "slack", **fields: Any) -> int:
    """A mention, its case and the message of it; gives the case's id."""
    mention = add_mention(session, now, number)
    case = add_case(session, mention, now, **fields)
    notices.announce(session, case, [channel], now)
    return case.id or 0


def add_source(session: Session, **fields: Any) -> SourceRow:
    source = SourceRow(name="app", brand="aurora", type="appstore", **fields)
    session.add(source)
    session.flush()
    return source


def desk(session: Session, now: datetime, channels: Sequence[str] = ("slack",), brand: Brand = BRAND) -> Desk:
    """What a move needs, for one brand."""
    return Desk(session, {brand.key: brand}, channels, now)


def notification(session: Session, key: str) -> Notification:
    return session.exec(select(Notification).where(Notification.key == key)).one()
