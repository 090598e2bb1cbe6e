"""A reply goes out: what is asked of whoever signs it, and what is kept of what they sent.

Nothing is published from here: a person does that, on the platform, and says so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from alerts import cases
from alerts.card import not_redrafted
from alerts.cases import Desk, Move
from alerts.replies import edits
from alerts.replies.signing import needs_reader
from alerts.telling import DRAFT_WAITS
from alerts.words import N_
from store.tables import Case, CaseStatus, Draft, Mention

ME = "me"  # whoever marks the reply as sent has read it
NO_READER = N_(
    "This reply is in a language that not everybody here reads, and it has no gloss: please say who has read it."
)
NO_READERS = N_(
    "Some who wrote here have drafts in a language that not everybody here reads, without a gloss: please say who has "
    "read them."
)
TO_DO = (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a person tells of a reply that went out: who has read it (`ME`, or a name; empty: nobody said), whether it
    went out `as_it_stands` in Ascolto, else its words (`text`; empty: not told)."""

    read_by: str = ""
    as_it_stands: bool = False
    text: str = ""


def mark_sent(
    desk: Desk,
    case_id: int,
    who: str,
    told: Sent | None = None,
    promise: str | None = None,
    promised_by: datetime | None = None,
) -> Move:
    """A person answered the customer: `cases.mark_replied`, once somebody has read what needs a reader, with how far
    it went from its draft. Its words are not kept."""
    told = told or Sent()
    case = cases.locked(desk.session, case_id)
    draft = draft_of(desk.session, case)
    lang = _language(desk.session, case, draft)
    detail: dict[str, Any] = {}
    gloss = draft is not None and draft.gloss is not None
    edited = case.reply is not None or bool(told.text)
    if waits(case, draft) and not told.text and case.status in TO_DO:
        return Move(False, case, who, desk.now, refused=DRAFT_WAITS)
    reader = who if told.read_by == ME else cases.line_of(told.read_by)
    needed = bool(_reply(case, draft)) and needs_reader(lang, desk.reads, gloss=gloss, edited=edited)
    others = unread_beside(desk.session, case, desk.reads)
    if (needed or others) and not reader and case.status in TO_DO:
        return Move(False, case, who, desk.now, refused=NO_READER if needed else NO_READERS)
    if needed or others or reader:
        mine = (lang,) if needed or not others else ()
        detail["reader"] = {"who": reader, "lang": ", ".join(dict.fromkeys((*mine, *others)))}
    if draft is not None and draft.reply:
        detail["edits"] = _edits(case, draft, told)
    return cases.mark_replied(desk, case_id, who, promise, promised_by, detail)


def waits(case: Case, draft: Draft | None) -> bool:
    """Whether what the case shows is a draft that is about to be written anew: its words are nobody's to send."""
    return case.reply is None and draft is not None and draft.outdated and not not_redrafted(draft)


def unread_beside(session: Session, case: Case, reads: str) -> tuple[str, ...]:
    """In a storm, the languages of the drafts for others than the one that is shown which go out only once somebody who
    reads them has; for those who wait for a reply."""
    if not case.storm or not reads:
        return ()
    waiting = (
        select(Draft.lang)
        .join(Mention, (col(Mention.id) == Draft.mention_id) & (col(Mention.revision) == Draft.revision))
        .where(col(Draft.case_id) == case.id, col(Draft.mention_id) != (case.mention_id or 0))
        .where(col(Draft.reply).is_not(None), col(Draft.gloss).is_(None))
        .where(col(Mention.answer).is_(None), col(Mention.gone_at).is_(None))
        .distinct()
    )
    return tuple(
        sorted(lang for lang in session.exec(waiting) if needs_reader(lang, reads, gloss=False, edited=False))
    )


def seen_edits(draft: Draft | None, answer: str) -> dict[str, Any]:
    """How far an answer that was seen on the platform went from the draft; nothing where it is another text."""
    if draft is None or not draft.reply:
        return {}
    found = edits.compare(draft.reply, draft.sentences, answer, draft.lang)
    return {"edits": found.to_json()} if found.distance < edits.UNLIKE else {}


def draft_of(session: Session, case: Case) -> Draft | None:
    """The draft to the words that the case shows."""
    chosen = (
        select(Draft)
        .join(Mention, col(Mention.id) == col(Draft.mention_id))
        .where(col(Draft.mention_id) == case.mention_id, col(Draft.revision) == col(Mention.revision))
    )
    return session.exec(chosen.execution_options(populate_existing=True)).first()


def _reply(case: Case, draft: Draft | None) -> str:
    return case.reply or (draft.reply if draft else None) or ""


def _language(session: Session, case: Case, draft: Draft | None) -> str:
    if draft is not None:
        return draft.lang
    mention = session.get(Mention, case.mention_id) if case.mention_id else None
    return (mention.lang if mention else None) or ""


def _edits(case: Case, draft: Draft, told: Sent) -> dict[str, Any]:
    """Where a person wrote a reply in Ascolto, that is what they sent, unless they say otherwise. A draft that somebody
    copied may have been changed on the way: unless they say so, nobody knows."""
    sent = told.text or (_reply(case, draft) if told.as_it_stands else case.reply)
    if not sent:
        return dict(edits.UNTOLD)
    return edits.compare(draft.reply or "", draft.sentences, sent, draft.lang).to_json()
