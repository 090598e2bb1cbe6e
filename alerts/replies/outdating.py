"""Marks a storm's drafts to be written anew, by one statement however many they are; and clears marks that nobody needs
any more."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_, update
from sqlmodel import Session, col, select

from store.tables import Audit, Case, CaseStatus, Draft, Mention

APPROVED, WITHDRAWN = "statement", "statement_withdrawn"  # the actions in the audit log
DONE = (CaseStatus.RESOLVED, CaseStatus.DISMISSED)


def mark(session: Session, case: Case, langs: Collection[str] | None = None) -> None:
    """The drafts in these languages (None: in all) to words of the storm that still wait."""
    waiting = select(col(Mention.id)).where(
        col(Mention.id) == Draft.mention_id, col(Mention.revision) == Draft.revision, *waits()
    )
    chosen = [col(Draft.case_id) == case.id, waiting.exists()]
    if langs is not None:
        chosen.append(col(Draft.lang).in_(langs))
    _set(session, chosen, True)


def mark_reopened(session: Session, case: Case) -> None:
    """What was marked when the case closed is not known any more: where its statement ever changed, all are marked."""
    changed = select(Audit.id).where(
        col(Audit.case_id) == case.id, col(Audit.action).in_((APPROVED, WITHDRAWN))
    )
    if case.storm and session.exec(changed.limit(1)).first() is not None:
        mark(session, case)


def any_to_clear(session: Session) -> bool:
    return session.exec(select(Draft.id).where(*_needless()).limit(1)).first() is not None


def clear(session: Session) -> None:
    """In cases that are done, and to words that are not the author's last, nothing is written anew."""
    _set(session, _needless(), False)


def waits() -> tuple[ColumnElement[bool], ...]:
    """Of a mention: it still stands, and has no answer."""
    return col(Mention.answer).is_(None), col(Mention.gone_at).is_(None)


def _needless() -> list[ColumnElement[bool]]:
    done = exists().where(col(Case.id) == Draft.case_id, col(Case.status).in_(DONE))
    old = exists().where(col(Mention.id) == Draft.mention_id, col(Mention.revision) != Draft.revision)
    return [col(Draft.outdated).is_(True), or_(done, old)]


def _set(session: Session, chosen: Collection[ColumnElement[bool]], outdated: bool) -> None:
    session.execute(
        update(Draft).where(*chosen).values(outdated=outdated).execution_options(synchronize_session=False)
    )
