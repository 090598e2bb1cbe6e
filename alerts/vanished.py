"""Grave criticism that is no longer to be seen on the brand's own page: did we delete it?

Only the brand and the author can remove a mention there, and criticism is answered, not hidden: people are asked aloud.
Not where they hid spam or abuse in two steps, as the policy allows, or the platform removed what they reported.
"""

from sqlmodel import Session, col, select

import platforms
from alerts.triage import Decision, Facts
from store.tables import Audit, Case, Mention

GRAVE = ("critical", "high")
EVENT = "vanished"  # of the line in the thread, and of the case's history


def is_alarm(session: Session, case: Case, facts: Facts, decision: Decision) -> bool:
    """Whether people are to be asked for it. `case`: the mention's."""
    mention = facts.mention
    if mention.gone_at is None or not _on_own_page(mention):
        return False
    levels = {decision.urgency, facts.urgency}
    if case.mention_id == mention.id:
        levels.add(case.urgency)  # also of what was answered, or spread
    return bool(levels & set(GRAVE)) and not _is_explained(session, case, mention)


def _on_own_page(mention: Mention) -> bool:
    name = mention.platform
    return name in platforms.names() and platforms.get(name).own


def _is_explained(session: Session, case: Case, mention: Mention) -> bool:
    """Whether the case's history says why it is gone."""
    deeds = select(Audit).where(
        Audit.case_id == case.id, col(Audit.action).in_(("hide", "report_outcome", "report"))
    )
    rows = session.exec(deeds.order_by(col(Audit.id))).all()
    reported = hidden = removed = False
    for row in rows:
        about = row.detail.get("mention", case.mention_id) == mention.id
        if row.action == "report":
            reported = about
        elif row.action == "hide":
            hidden = hidden or about
        else:
            removed = removed or (reported and row.detail.get("outcome") == "removed")
    return hidden or removed
