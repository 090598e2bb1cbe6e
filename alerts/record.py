"""Writes what triage decided: opens a case or joins one, with its reasons, draft and notifications.

All of it happens in the caller's transaction. Why people are told is for `alerts.triage`.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from alerts import alike, bundles, cases, clocks, notices, sla, storm, vanished, virality
from alerts.card import platform_label
from alerts.cases import Desk
from alerts.drafts.compose import DraftReply
from alerts.gather import Gathered
from alerts.replies.keeping import row_of
from alerts.replies.sending import draft_of, seen_edits
from alerts.triage import DONE, RANK, Decision, Facts, Found, ahead, decide, home
from store.tables import Audit, Case, CaseStatus, Mention, Reason

LEADING = ("edited", "came_back")  # what a line in a thread is about, where they are among the reasons
News = dict[str, Any]  # what a line says besides its reason
REOPENING = {"edited", "came_back", "urgent", "negative", "viral"}


def fresh(found: Gathered, mention_id: int, decision: Decision) -> tuple[Found, ...]:
    """The reasons that have not been told yet."""
    told = found.told.get(mention_id, set())
    return tuple(reason for reason in decision.found if (reason.kind, reason.occurrence) not in told)


def wants_draft(found: Gathered, mention_id: int, decision: Decision) -> bool:
    """Whether people are about to be told of words that have no draft yet, or read those they were told in new ones."""
    if (mention_id, found.mentions[mention_id].revision) in found.drafted or decision.answered:
        return False
    drafted_before = any(mention_id == drafted for drafted, _ in found.drafted)
    return drafted_before or bool(fresh(found, mention_id, decision))


def is_quiet(found: Gathered, mention_id: int) -> bool:
    """Whether `record` has nothing to do: most mentions, which cost the less for it."""
    facts = found.facts(mention_id)
    return facts.case is None and not fresh(found, mention_id, decide(facts))


def record(
    session: Session,
    found: Gathered,
    facts: Facts,
    decision: Decision,
    draft: DraftReply | None,
    channels: tuple[str, ...],
) -> None:
    """Tells what is new about a mention, once: run again with the same facts it does nothing."""
    mention = facts.mention
    reasons = fresh(found, mention.id or 0, decision)
    case = facts.case
    if reasons:
        case = _tell(session, found, facts, decision, reasons, channels)
    if case is not None:
        if _keep_draft(session, found, mention, case, draft) and not reasons:
            _show(session, case, found)
        _note_answer(session, found, case, facts, decision, channels)
        _note_gone(session, found, case, facts, decision, channels)
        _note_growth(session, found, case, facts, reasons)


def _tell(
    session: Session,
    found: Gathered,
    facts: Facts,
    decision: Decision,
    reasons: tuple[Found, ...],
    channels: tuple[str, ...],
) -> Case | None:
    sky = found.skies[facts.brand.key]
    place = storm.place(facts, decision, home(facts, decision, found.near(facts.mention)), sky)
    known = place.case
    if known is None and _is_muted(found, facts, decision):
        _keep_reasons(session, None, facts, reasons)
        return facts.case
    if facts.case is not None and facts.case is not known:
        _close_praise(session, facts.case, found, channels)
    case = known or _open(session, facts, decision, place)
    begun = _begin_storm(session, case, facts, place, sky) if place.begins else []
    rows = begun + _keep_reasons(session, case, facts, reasons)
    joins = facts.mention.case_id != case.id
    facts.mention.case_id = case.id
    found.remember(facts.mention, case)
    alike.keep(session, facts.mention, found.alike.keys_of(facts.mention), facts.now)
    if known is None:
        bundles.tell(session, found.routing, facts, case, channels)
        sky.unsent += case.urgency == "critical" and notices.ROUTED in channels
        if not case.storm and storm.is_complaint(facts, decision):
            written = facts.mention.published_at
            sky.openings.append(storm.Opening(facts.now, written, case.urgency, storm.words_of(facts)))
    else:
        unheard = _is_alarm(case, decision, found.now)
        news = _update(session, found, case, facts, decision, reasons, channels)
        if alarm := unheard and not news:
            news = {"alarm": True, "to": [case.owner] if case.owner else []}
        if not case.storm or place.begins or news:  # in a storm its message counts those that join
            bundles.review(session, found.routing, facts, case)
            news |= {"event": "joined"} if joins else {}
            until = bundles.quiet_until(found.routing, facts, case)
            key = _alarm_key(session, case, found.now) if alarm else None
            _write_line(session, case, rows, news, channels, found, until, key)
    return case


def _is_alarm(case: Case, decision: Decision, now: datetime) -> bool:
    """Whether somebody has a storm in hand, or has put it aside, who is to hear of one more critical mention in it: its
    clock to the first answer has stopped, and its message only counts."""
    asleep = case.snoozed_until is not None and case.snoozed_until > now
    unheard = case.status == CaseStatus.ACKNOWLEDGED or (asleep and case.status == CaseStatus.OPEN)
    return case.storm and unheard and decision.urgency == "critical"


def _alarm_key(session: Session, case: Case, now: datetime) -> str:
    """One alarm is enough for as long as complaints are counted over, or until a person has done something since."""
    people = select(func.max(Audit.id)).where(col(Audit.case_id) == case.id, col(Audit.who) != cases.SYSTEM)
    done = session.scalar(people) or 0
    return f"alarm:{case.id}:{done}:{int(now.timestamp() // storm.WINDOW.total_seconds())}"


def _begin_storm(
    session: Session, case: Case, facts: Facts, place: storm.Place, sky: storm.Sky
) -> list[Reason]:
    """From here on many are told as one; the first of its reasons holds what they are about."""
    case.storm = True
    sky.storms.append(storm.Storm(case, storm.stems_of(place.words), facts.now))
    detail = {"mention": facts.mention.id}
    session.add(Audit(at=facts.now, who=cases.SYSTEM, action="storm", case_id=case.id, detail=detail))
    return _keep_reasons(session, case, facts, (Found("spike", case.id or 0, place.words),))


def _is_muted(found: Gathered, facts: Facts, decision: Decision) -> bool:
    """Whether a person wants no new cases of this source: the reasons are kept, for the brief to list the mention."""
    return facts.mention.source in found.muted and decision.urgency != "critical"


def _open(session: Session, facts: Facts, decision: Decision, place: storm.Place) -> Case:
    brand, now = facts.brand, facts.now
    praise = decision.channel == "praise"
    case = Case(
        brand=brand.key,
        mention_id=facts.mention.id,
        urgency=decision.urgency,
        channel="crisis" if place.begins else decision.channel,
        opened_at=now,
        due_at=None if praise else sla.due(now, decision.urgency, brand),
    )
    session.add(case)
    session.flush()
    session.add(Audit(at=now, who=cases.SYSTEM, action="open", case_id=case.id, after=case.status))
    clocks.wind(session, case, brand, now, cases.SYSTEM)
    return case


def _keep_reasons(
    session: Session, case: Case | None, facts: Facts, reasons: tuple[Found, ...]
) -> list[Reason]:
    rows = [
        Reason(
            mention_id=facts.mention.id or 0,
            case_id=case.id if case else None,
            kind=reason.kind,
            occurrence=reason.occurrence,
            detail=list(reason.detail),
            at=facts.now,
        )
        for reason in reasons
    ]
    session.add_all(rows)
    if case is not None:
        case.reasons = list(dict.fromkeys([*case.reasons, *(reason.kind for reason in reasons)]))
    session.flush()
    return rows


def _update(
    session: Session,
    found: Gathered,
    case: Case,
    facts: Facts,
    decision: Decision,
    reasons: tuple[Found, ...],
    channels: tuple[str, ...],
) -> News:
    """A known case has news: it may become more urgent, show other words, and open again."""
    news: News = {}
    if not decision.harmless:
        critical = decision.urgency == "critical"
        if not case.storm or critical:  # else its next mention would wake it at once
            _wake(session, case, facts)
        if _weighs_more(case, facts, decision):
            case.mention_id = facts.mention.id
        if RANK[decision.urgency] > RANK[case.urgency]:
            _raise_urgency(session, case, facts, decision.urgency)
            news["raised"] = decision.urgency
        if case.status in DONE and {reason.kind for reason in reasons} & _reopening(case):
            session.flush()
            desk = Desk(session, found.brands, channels, found.now)
            cases.reopen(desk, case.id or 0, cases.SYSTEM, {"mention": facts.mention.id})
            return news | {"reopened": True}
        if (
            news or critical or not case.storm or case.id not in found.shown
        ):  # once a batch is enough for a storm
            clocks.wind(session, case, facts.brand, facts.now, cases.SYSTEM)
    _show(session, case, found, _rest(case, decision, news))
    return news


def _rest(case: Case, decision: Decision, news: News) -> timedelta | None:
    """How long the message of a storm rests before it shows a mention; that it is critical now shows at once."""
    if news.get("raised") == "critical":
        return None
    return notices.rest(case) if decision.urgency == "critical" else notices.STORM_REST


def _show(session: Session, case: Case, found: Gathered, rest: timedelta | None = notices.STORM_REST) -> None:
    """The case's message is to show what is new; that of a storm not at each mention, but after `rest`."""
    if case.storm and rest == notices.STORM_REST and case.id in found.shown:
        case.version += 1
        return
    cases.touch(session, case, found.now, rest if case.storm else None)
    found.shown.add(case.id or 0)


def _weighs_more(case: Case, facts: Facts, decision: Decision) -> bool:
    """Whether the case's message should show this mention: what is more urgent, and of equals what its author wrote
    last."""
    gain = RANK[decision.urgency] - RANK[case.urgency]
    goes_on = "came_back" in decision.kinds and any(e.mention.id == case.mention_id for e in facts.earlier)
    return case.mention_id is None or gain > 0 or (gain == 0 and goes_on)


def _reopening(case: Case) -> set[str]:
    return REOPENING - {"viral"} if case.status == CaseStatus.DISMISSED else REOPENING


def _raise_urgency(session: Session, case: Case, facts: Facts, urgency: str) -> None:
    """More urgent never means later. The version in its row is the last that did not show it."""
    _wake(session, case, facts)
    _note_news(session, case, facts, cases.RAISED, before=case.urgency, after=urgency, version=case.version)
    case.urgency = urgency
    due = sla.due(facts.now, urgency, facts.brand)
    case.due_at = min((moment for moment in (case.due_at, due) if moment), default=None)
    notices.hasten(session, case)


def _wake(session: Session, case: Case, facts: Facts) -> None:
    """News of a case that was put aside bring it back."""
    if case.snoozed_until is not None and case.snoozed_until > facts.now:
        _note_news(session, case, facts, "wake", before=case.snoozed_until.isoformat(), after=None)
    case.snoozed_until = None


def _note_news(session: Session, case: Case, facts: Facts, action: str, **detail: Any) -> None:
    detail = {"mention": facts.mention.id, **detail}
    session.add(Audit(at=facts.now, who=cases.SYSTEM, action=action, case_id=case.id, detail=detail))


def _write_line(
    session: Session,
    case: Case,
    rows: list[Reason],
    news: News,
    channels: tuple[str, ...],
    found: Gathered,
    until: datetime | None,
    key: str | None = None,
) -> None:
    """One line for all that is new, named after what a reader wants to know first. `key`: its own, where one line
    stands for what comes later too."""
    lead = next((row for row in rows if row.kind in LEADING), rows[0])
    body = news | {"reasons": [row.id for row in rows]}
    key = key or f"reason:{lead.id}"
    written = notices.line(session, case, key, channels, found.now, reason_id=lead.id, until=until, **body)
    if "event" in news and (written or "alarm" not in news):
        detail = {"mention": lead.mention_id}
        session.add(Audit(at=found.now, who=cases.SYSTEM, action="join", case_id=case.id, detail=detail))


def _close_praise(session: Session, case: Case, found: Gathered, channels: tuple[str, ...]) -> None:
    """Praise that its author took back is no praise: the matter goes on in a case of its own, elsewhere."""
    desk = Desk(session, found.brands, channels, found.now)
    cases.resolve(desk, case.id or 0, cases.SYSTEM, "edited")


def _keep_draft(
    session: Session, found: Gathered, mention: Mention, case: Case, draft: DraftReply | None
) -> bool:
    """Keeps the draft for these words, unless there is one."""
    written = (mention.id or 0, mention.revision)
    if draft is None or written in found.drafted:
        return False
    found.drafted.add(written)
    row = row_of(case, mention, draft, found.now)
    row.outdated = (
        draft.lang in case.statements
    )  # it was written before anybody knew to which storm it belongs
    session.add(row)
    return True


def _note_answer(
    session: Session,
    found: Gathered,
    case: Case,
    facts: Facts,
    decision: Decision,
    channels: tuple[str, ...],
) -> None:
    """The brand's reply was seen on the platform: noted once; the clock stops when nothing else waits."""
    mention = facts.mention
    if not decision.answered or mention.answer is None or case.id is None:
        return
    mark = {"mention": mention.id, "answer": hashlib.sha256(mention.answer.encode()).hexdigest()[:12]}
    if _is_noted(found, case, "answer_noted", mark):
        return
    _note(session, found, case, "answer_noted", mark)
    if case.status not in (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED):
        return
    if case.storm:  # of many mentions one is answered: people say when the matter is
        _show(session, case, found)
        return
    key = f"answered:{mark['mention']}:{mark['answer']}"
    notices.line(session, case, key, channels, found.now, event="answered")
    if all(_is_covered(other, found.members.get(case.id, [])) for other in found.members.get(case.id, [])):
        session.flush()
        desk = Desk(session, found.brands, channels, found.now)
        edits = seen_edits(draft_of(session, case), mention.answer) if case.mention_id == mention.id else {}
        cases.reply_seen(desk, case.id, platform_label(mention.platform), mention.answered_at, edits)
    else:
        _show(session, case, found)


def _is_covered(mention: Mention, members: list[Mention]) -> bool:
    """Whether the brand answered this mention, or wrote in its thread after it."""
    if mention.answer is not None:
        return True
    return any(
        (other.platform, other.thread) == (mention.platform, mention.thread)
        and other.answer is not None
        and other.answered_at is not None
        and other.answered_at >= mention.published_at
        for other in members
    )


def _note_gone(
    session: Session,
    found: Gathered,
    case: Case,
    facts: Facts,
    decision: Decision,
    channels: tuple[str, ...],
) -> None:
    mention, mark = facts.mention, {"mention": facts.mention.id}
    if mention.gone_at is None or _is_noted(found, case, vanished.EVENT, mark):
        return
    if vanished.is_alarm(session, case, facts, decision):
        _ask_why_gone(session, found, case, mention, channels)
        return
    if _is_noted(found, case, "gone", mark):
        return
    _note(session, found, case, "gone", mark)
    if not case.storm:
        notices.line(session, case, f"gone:{mention.id}", channels, found.now, event="gone")
    _show(session, case, found)


def _ask_why_gone(
    session: Session, found: Gathered, case: Case, mention: Mention, channels: tuple[str, ...]
) -> None:
    """Aloud, whatever became of the case; a storm asks once for all that it holds."""
    about = f"storm:{case.id}" if case.storm else str(mention.id)
    news: News = {"event": vanished.EVENT, "mention": mention.id, "to": [case.owner] if case.owner else []}
    if notices.line(session, case, f"{vanished.EVENT}:{about}", channels, found.now, **news):
        _note(session, found, case, vanished.EVENT, {"mention": mention.id})
        _show(session, case, found, None)


def _note_growth(
    session: Session, found: Gathered, case: Case, facts: Facts, reasons: tuple[Found, ...]
) -> None:
    """What is known to spread is told once; afterwards its message shows the new figures, where they tell something
    else than those it shows."""
    mention = facts.mention
    known = ("viral", 0) in found.told.get(mention.id or 0, set())
    if not known or reasons or case.status in DONE or (forecast := ahead(facts)) is None:
        return
    told = session.scalar(
        select(Reason)
        .where(col(Reason.mention_id) == mention.id, col(Reason.kind) == "viral")
        .order_by(col(Reason.id).desc())
        .limit(1)
    )
    figures = virality.figures(forecast)
    if told is not None and virality.is_news(told.detail or (), figures):
        told.detail = list(figures)
        _show(session, case, found)


def _is_noted(found: Gathered, case: Case, action: str, mark: dict[str, Any]) -> bool:
    return any(a.action == action and a.detail == mark for a in found.noted.get(case.id or 0, ()))


def _note(session: Session, found: Gathered, case: Case, action: str, mark: dict[str, Any]) -> None:
    audit = Audit(at=found.now, who=cases.SYSTEM, action=action, case_id=case.id, detail=mark)
    session.add(audit)
    found.noted.setdefault(case.id or 0, []).append(audit)
