"""What people do about a case while its status stays: replies, notes, reports to the platform, warnings, new cases.

Each leaves a row in the audit log and a line in the thread, like the moves of `alerts.cases`; what was done already is
not done again, and whoever was slower hears who was faster. Nothing is published or hidden from here: that takes a
person, on the platform.
"""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session, col, select

from alerts import cases
from alerts.cases import ANYBODY, UNDONE, Desk, Move, line_of, locked, touch, trace
from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.words import N_
from store.errors import Permanent
from store.mention import storable
from store.tables import Audit, Case

RULES = ("fake", "wrong_place", "breaks_rules")
OUTCOMES = ("removed", "kept", "pending")
MAX_REPLY = 20_000  # characters; what the platform takes is for whoever shows the counter
MAX_NOTE = 3_000

NO_RULE = N_(
    "Criticism breaks no rule of a platform: answer it. What is fake, misplaced or forbidden is reported."
)
NO_EVIDENCE = N_("Please say what shows it: the platform will ask.")
NOT_REPORTED = N_("It has not been reported to the platform yet.")
NO_OFFENCE = N_("Criticism is answered, never hidden: this is for spam and abuse alone.")
NO_CLAUSE = N_("The brand's policy has no clause for this: add it to clauses in the configuration.")
NOT_WARNED = N_("First the author is warned, with the clause; hiding comes after that.")
NO_PRAISE = N_("Only praise is asked to be quoted.")
NOTHING_ELSE = N_("There is no other wording for this reply.")
NOTHING_SAID = N_("There is nothing in it.")

Compose = Callable[[DraftRequest], DraftReply]
Detect = Callable[[str], str | None]


def save_reply(desk: Desk, case_id: int, who: str, text: str, seen: str | None = ANYBODY) -> Move:
    """Keeps `text` as the case's reply, to be shown instead of the draft; an empty one goes back to the draft.
    `seen`: the reply that the person began from (None: the draft); where there is another by now, nothing is kept."""
    case = locked(desk.session, case_id)
    if case.status not in UNDONE:
        return cases.too_late(desk.session, case)
    if seen not in (ANYBODY, case.reply):
        return cases.too_late(desk.session, case, ("reply",))
    case.reply = str(storable(text)).strip()[:MAX_REPLY] or None
    return _done(desk, case, who, "reply")


def note(desk: Desk, case_id: int, who: str, text: str) -> Move:
    """A person's note, for colleagues alone."""
    case = locked(desk.session, case_id)
    said = str(storable(text)).strip()[:MAX_NOTE]
    if not said:
        return Move(False, case, who, desk.now, refused=NOTHING_SAID)
    return _done(desk, case, who, "note", {"note": said})


def offer_callback(desk: Desk, case_id: int, who: str) -> Move:
    """The customer was offered a call."""
    case = locked(desk.session, case_id)
    return _already(desk, case, "callback") or _done(desk, case, who, "callback")


def report(desk: Desk, case_id: int, who: str, rule: str, evidence: str) -> Move:
    """The mention was reported to its platform, by one of RULES."""
    case = locked(desk.session, case_id)
    if rule not in RULES:
        return Move(False, case, who, desk.now, refused=NO_RULE)
    said = line_of(evidence)
    if not said:
        return Move(False, case, who, desk.now, refused=NO_EVIDENCE)
    detail = {"rule": rule, "evidence": said, "mention": case.mention_id}
    return _already(desk, case, "report") or _done(desk, case, who, "report", detail)


def report_outcome(desk: Desk, case_id: int, who: str, outcome: str) -> Move:
    """What the platform said to the report: one of OUTCOMES."""
    if outcome not in OUTCOMES:
        raise ValueError(f"a report does not end as {outcome!r}")
    case = locked(desk.session, case_id)
    if _last(desk.session, case, "report") is None:
        return Move(False, case, who, desk.now, refused=NOT_REPORTED)
    return _done(desk, case, who, "report_outcome", {"outcome": outcome})


def warn(desk: Desk, case_id: int, who: str) -> Move:
    """Drafts a warning to the author, which cites the clause that the mention breaks."""
    case = locked(desk.session, case_id)
    return Move(False, case, who, desk.now, refused=NO_OFFENCE)


def hide(desk: Desk, case_id: int, who: str) -> Move:
    """Records that the mention is to be hidden on its platform; only after a warning."""
    case = locked(desk.session, case_id)
    return Move(False, case, who, desk.now, refused=NOT_WARNED)


def ask_to_quote(desk: Desk, case_id: int, who: str) -> Move:
    """Drafts the question whether the brand may quote the author's praise."""
    case = locked(desk.session, case_id)
    if case.channel != "praise":
        return Move(False, case, who, desk.now, refused=NO_PRAISE)
    return _already(desk, case, "ask_to_quote") or _done(desk, case, who, "ask_to_quote")


def another_wording(
    desk: Desk, case_id: int, who: str, compose: Compose, detect: Detect | None = None
) -> Move:
    """Writes the draft anew with other wordings."""
    case = locked(desk.session, case_id)
    return Move(False, case, who, desk.now, refused=NOTHING_ELSE)


def make_case(
    desk: Desk,
    who: str,
    mention_id: int | None = None,
    url: str | None = None,
    compose: Compose | None = None,
    detect: Detect | None = None,
) -> Move:
    """Opens a case for a mention that has none, by its number or its address; one that is done opens again.
    `done` False: it has a case that is not done. Raises `Permanent` where no such mention is stored."""
    raise Permanent("no_such_mention", "no such mention")


def _done(desk: Desk, case: Case, who: str, action: str, detail: dict[str, Any] | None = None) -> Move:
    trace(desk, case, who, action, detail)
    touch(desk.session, case, desk.now)
    return Move(True, case, who, desk.now)


def _already(desk: Desk, case: Case, action: str) -> Move | None:
    """Who did it since the case was last opened."""
    last = _last(desk.session, case, action)
    return Move(False, case, last.who, last.at) if last else None


def _last(session: Session, case: Case, *actions: str) -> Audit | None:
    """The last of these since the case was last opened."""
    mine = select(Audit).where(Audit.case_id == case.id, col(Audit.action).in_([*actions, "reopen"]))
    last = session.exec(mine.order_by(col(Audit.id).desc()).limit(1)).first()
    return last if last is not None and last.action != "reopen" else None
