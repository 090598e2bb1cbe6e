"""What people do about a case while its status stays: replies, notes, reports to the platform, warnings, new cases.

Each leaves a row in the audit log and a line in the thread, like the moves of `alerts.cases`; what was done already is
not done again, and whoever was slower hears who was faster. Nothing is published or hidden from here: that takes a
person, on the platform.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import Any

from sqlmodel import Session, col, select

from alerts import bundles, cases, notices, routing, sla
from alerts.cases import ANYBODY, UNDONE, Desk, Move, line_of, locked, touch, trace
from alerts.drafts import letters
from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.gather import RECENT, gather
from alerts.replies.keeping import row_of
from alerts.stage import draft_request
from alerts.triage import MATTERS, RANK, REQUESTS, Facts, decide
from alerts.words import N_
from store import labels
from store.errors import Permanent
from store.mention import storable
from store.tables import Audit, Case, Draft, Mention, Reason

RULES = ("fake", "wrong_place", "breaks_rules")
OUTCOMES = ("removed", "kept", "pending")
MAX_REPLY = 20_000  # characters; what the platform takes is for whoever shows the counter
MAX_NOTE = 3_000
TWICE = timedelta(minutes=1)  # within it, the same words by the same person are one click that came twice
QUIET = ("another_wording",)  # seen in the message; a line for each try would bury the story
ASKED = "asked"  # the reason of a case that a person made

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
    said = str(storable(text)).strip()[:MAX_REPLY] or None
    if said == case.reply:
        return replace(cases.too_late(desk.session, case, ("reply",)), same=True)
    case.reply = said
    return _done(desk, case, who, "reply")


def note(desk: Desk, case_id: int, who: str, text: str) -> Move:
    """A person's note, for colleagues alone."""
    case = locked(desk.session, case_id)
    said = str(storable(text)).strip()[:MAX_NOTE]
    if not said:
        return Move(False, case, who, desk.now, refused=NOTHING_SAID)
    last = _last(desk.session, case, "note")
    if (
        last is not None
        and last.who == who
        and last.detail.get("note") == said
        and desk.now - last.at < TWICE
    ):
        return Move(False, case, who, last.at, same=True)
    return _done(desk, case, who, "note", {"note": said})


def offer_callback(desk: Desk, case_id: int, who: str) -> Move:
    """The customer was offered a call."""
    case = locked(desk.session, case_id)
    return _over(desk, case) or _already(desk, case, "callback") or _done(desk, case, who, "callback")


def report(desk: Desk, case_id: int, who: str, rule: str, evidence: str) -> Move:
    """The mention was reported to its platform, by one of RULES. What the platform has kept may be reported again."""
    case = locked(desk.session, case_id)
    if rule not in RULES:
        return Move(False, case, who, desk.now, refused=NO_RULE)
    said = line_of(evidence)
    if not said:
        return Move(False, case, who, desk.now, refused=NO_EVIDENCE)
    last = _last(desk.session, case, "report", "report_outcome")
    if last is not None and last.detail.get("outcome") != "kept":
        return Move(False, case, last.who, last.at)
    detail = {"rule": rule, "evidence": said, "mention": case.mention_id}
    return _done(desk, case, who, "report", detail)


def report_outcome(desk: Desk, case_id: int, who: str, outcome: str) -> Move:
    """What the platform said to the report: one of OUTCOMES."""
    if outcome not in OUTCOMES:
        raise ValueError(f"a report does not end as {outcome!r}")
    case = locked(desk.session, case_id)
    last = _last(desk.session, case, "report", "report_outcome")
    if last is None:
        return Move(False, case, who, desk.now, refused=NOT_REPORTED)
    if last.detail.get("outcome") == outcome:
        return Move(False, case, last.who, last.at)
    return _done(desk, case, who, "report_outcome", {"outcome": outcome})


def warn(desk: Desk, case_id: int, who: str) -> Move:
    """Drafts a warning to the author of spam or abuse, which cites the clause that the mention breaks."""
    facts, case = _facts(desk, case_id)
    if over := _over(desk, case):
        return over
    found = _offence(desk, case, facts)
    if facts is None or isinstance(found, str):
        return Move(False, case, who, desk.now, refused=str(found))
    if known := _already(desk, case, "warn"):
        return known
    offence, clause = found
    draft = letters.warning(draft_request(facts, decide(facts)), offence, clause)
    return _redraft(
        desk, case, facts, draft, who, "warn", {"clause": clause, "revision": facts.mention.revision}
    )


def hide(desk: Desk, case_id: int, who: str) -> Move:
    """Records that the mention is to be hidden on its platform, by a person there: only spam or abuse, and only after
    a warning about these very words."""
    facts, case = _facts(desk, case_id)
    if over := _over(desk, case):
        return over
    found = _offence(desk, case, facts)
    if facts is None or isinstance(found, str):
        return Move(False, case, who, desk.now, refused=str(found))
    warned = _last(desk.session, case, "warn")
    if warned is None or warned.detail.get("revision") != facts.mention.revision:
        return Move(False, case, who, desk.now, refused=NOT_WARNED)
    return _already(desk, case, "hide") or _done(
        desk, case, who, "hide", {"clause": found[1], "mention": facts.mention.id}
    )


def ask_to_quote(desk: Desk, case_id: int, who: str) -> Move:
    """Drafts the question whether the brand may quote the author's praise."""
    facts, case = _facts(desk, case_id)
    if over := _over(desk, case):
        return over
    if case.channel != "praise" or facts is None:
        return Move(False, case, who, desk.now, refused=NO_PRAISE)
    if known := _already(desk, case, "ask_to_quote"):
        return known
    draft = letters.may_we_quote(draft_request(facts, decide(facts)))
    return _redraft(desk, case, facts, draft, who, "ask_to_quote")


def another_wording(
    desk: Desk, case_id: int, who: str, compose: Compose, detect: Detect | None = None
) -> Move:
    """Writes the draft anew with other wordings than it ever had. A person's own reply goes back to the draft, and
    stays in the audit log."""
    facts, case = _facts(desk, case_id)
    if case.status not in UNDONE:
        return cases.too_late(desk.session, case)
    known = None if facts is None else _draft(desk.session, facts.mention)
    if facts is None or known is None:
        return Move(False, case, who, desk.now, refused=NOTHING_ELSE)
    own, others = _wordings(desk.session, case, known)
    request = draft_request(facts, decide(facts), [*own, *others], detect)
    draft = compose(replace(request, had=frozenset(chain.from_iterable(own))))
    if draft.reply in (None, known.reply):
        return Move(False, case, who, desk.now, refused=NOTHING_ELSE)
    before = list(known.moves)
    return _redraft(desk, case, facts, draft, who, "another_wording", {"moves": before})


def make_case(
    desk: Desk,
    who: str,
    mention_id: int | None = None,
    url: str | None = None,
    compose: Compose | None = None,
    detect: Detect | None = None,
) -> Move:
    """Opens a case for a mention that has none, by its number or its address; one that is done opens again, and praise
    becomes a matter. `done` False: it has a case that is not done. Raises `Permanent` where no such mention is
    stored."""
    session = desk.session
    mention = _wanted(session, mention_id, url)
    if mention.brand not in desk.brands:
        raise Permanent("brand_unknown", f"the brand of mention {mention.id} is not in the configuration")
    known = locked(session, mention.case_id) if mention.case_id else None
    if known is not None and known.channel != "praise":
        if known.status in UNDONE:
            return cases.too_late(session, known, ("open", "reopen"))
        return cases.reopen(desk, known.id or 0, who, {"mention": mention.id})
    facts = gather(session, [mention.id or 0], desk.brands, desk.now).facts(mention.id or 0)
    case = _open(desk, facts, who)
    if known is not None:
        cases.resolve(desk, known.id or 0, cases.SYSTEM, "made_a_case")
    if compose is not None and _draft(session, mention) is None:
        _keep(desk, case, mention, compose(draft_request(facts, decide(facts), (), detect)))
    return Move(True, case, who, desk.now)


def _wanted(session: Session, mention_id: int | None, url: str | None) -> Mention:
    """The mention, which nobody else makes a case of meanwhile. Raises `Permanent`."""
    if mention_id is None and url:
        mention_id = max(labels.at_address(session, url.strip()), default=None)
    chosen = select(Mention).where(Mention.id == mention_id).with_for_update()
    mention = session.exec(chosen.execution_options(populate_existing=True)).first() if mention_id else None
    if mention is None or not mention.content_hash:
        raise Permanent("no_such_mention", "no such mention is in the database, or it was erased")
    return mention


def _open(desk: Desk, facts: Facts, who: str) -> Case:
    session, mention = desk.session, facts.mention
    urgency = max("normal", facts.urgency, decide(facts).urgency, key=RANK.__getitem__)
    case = Case(
        brand=mention.brand,
        mention_id=mention.id,
        urgency=urgency,
        reasons=[ASKED],
        opened_at=desk.now,
        due_at=sla.due(desk.now, urgency, facts.brand),
    )
    session.add(case)
    session.flush()
    mention.case_id = case.id
    told = session.exec(
        select(Reason.id).where(Reason.mention_id == mention.id, Reason.kind == ASKED)
    ).first()
    if told is None:
        session.add(Reason(mention_id=mention.id or 0, case_id=case.id, kind=ASKED, at=desk.now))
    place = routing.route(desk.routing, bundles.facts_of(case, facts))
    notices.announce(
        session, case, desk.channels, desk.now, place
    )  # at once, and alone: somebody asked for it
    trace(desk, case, who, "open", {"mention": mention.id}, after=case.status)
    cases.wind(desk, case, who)
    return case


def _facts(desk: Desk, case_id: int) -> tuple[Facts | None, Case]:
    """What is known of the mention that the case shows; None where it was erased, or its brand is configured no more.
    The mention before the case, as triage takes them, so that two never wait for one another."""
    session = desk.session
    shown = session.exec(select(Case.mention_id).where(Case.id == case_id)).first()
    mention = None if shown is None else labels.held(session, shown)
    case = locked(session, case_id)
    if mention is None or mention.brand not in desk.brands or case.mention_id != mention.id:
        return None, case
    return gather(session, [mention.id or 0], desk.brands, desk.now).facts(mention.id or 0), case


def _offence(desk: Desk, case: Case, facts: Facts | None) -> tuple[str, str] | str:
    """What the mention is guilty of and the clause it breaks; a message where it is not, or there is none. A matter
    in rude words is a matter."""
    if facts is None:
        return NO_OFFENCE
    mention, said = facts.mention, labels.latest(desk.session, facts.mention)
    category = (said.category if said else None) or facts.category
    rude = letters.is_abusive(
        f"{mention.title or ''}\n{mention.text}", facts.score.lang if facts.score else mention.lang
    )
    matter = category in REQUESTS or bool(facts.score and MATTERS & set(facts.score.topics))
    if category == "spam":
        offence = "abuse" if rude or facts.sentiment == "negative" else "spam"
    elif rude and not matter:
        offence = "abuse"
    else:
        return NO_OFFENCE
    clause = facts.brand.policy.clauses.get(offence, "").strip()
    return (offence, clause) if clause else NO_CLAUSE


def _draft(session: Session, mention: Mention) -> Draft | None:
    mine = select(Draft).where(Draft.mention_id == mention.id, Draft.revision == mention.revision)
    return session.exec(mine.execution_options(populate_existing=True)).first()


def _wordings(session: Session, case: Case, draft: Draft) -> tuple[list[list[str]], list[list[str]]]:
    """What this draft has said before, and what the brand's latest drafts say; the latest first."""
    mine = select(Audit.detail).where(Audit.case_id == case.id, Audit.action == "another_wording")
    before = [
        row.get("moves") or [] for row in session.exec(mine.order_by(col(Audit.id).desc()).limit(RECENT))
    ]
    others = select(Draft.moves).where(Draft.brand == case.brand, Draft.id != draft.id)
    latest = session.exec(others.order_by(col(Draft.id).desc()).limit(RECENT))
    return [list(draft.moves), *before], [list(row) for row in latest]


def _redraft(
    desk: Desk,
    case: Case,
    facts: Facts,
    draft: DraftReply,
    who: str,
    action: str,
    detail: dict[str, Any] | None = None,
) -> Move:
    """The case shows this draft from now on; a reply that a person had written is kept in the audit log alone."""
    was = {"was": case.reply} if case.reply else {}
    case.reply = None
    _keep(desk, case, facts.mention, draft)
    return _done(desk, case, who, action, (detail or {}) | was)


def _keep(desk: Desk, case: Case, mention: Mention, draft: DraftReply) -> None:
    desk.session.add(row_of(case, mention, draft, desk.now, _draft(desk.session, mention)))
    desk.session.flush()


def _done(desk: Desk, case: Case, who: str, action: str, detail: dict[str, Any] | None = None) -> Move:
    trace(desk, case, who, action, detail, told=action not in QUIET)
    touch(desk.session, case, desk.now)
    return Move(True, case, who, desk.now)


def _over(desk: Desk, case: Case) -> Move | None:
    """Who has closed the case: nothing is drafted or done about it before it opens again."""
    return None if case.status in UNDONE else cases.too_late(desk.session, case)


def _already(desk: Desk, case: Case, action: str) -> Move | None:
    """Who did it since the case was last opened."""
    last = _last(desk.session, case, action)
    return Move(False, case, last.who, last.at) if last else None


def _last(session: Session, case: Case, *actions: str) -> Audit | None:
    """The last of these since the case was last opened."""
    mine = select(Audit).where(Audit.case_id == case.id, col(Audit.action).in_([*actions, "reopen"]))
    last = session.exec(mine.order_by(col(Audit.id).desc()).limit(1)).first()
    return last if last is not None and last.action != "reopen" else None
