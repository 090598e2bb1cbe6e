"""What is written down at the end: threads, the audit log as a table, and whether what was promised holds."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from alerts.telling import name_of
from store.tables import (
    Audit,
    Case,
    CaseStatus,
    Clock,
    Mention,
    MentionState,
    Notification,
    NotificationKind,
    OutboxState,
    Reason,
)
from tests.fake_slack import PEOPLE, FakeSlack, Message

ROME = ZoneInfo("Europe/Rome")
STORIES = ("ginger", "bitter", "descaler")
"""The cases whose threads are shown whole: a danger, an edited review, a customer who comes back."""
TO_DO, UNDONE = (
    (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED),
    (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED, CaseStatus.REPLIED),
)
WIDTHS = (16, 4, 8, 16, 27)


@dataclass(frozen=True, slots=True)
class Found:
    """What was counted between the database and Slack."""

    cases: int
    undone: int
    in_lists: int
    without_one_message: int
    twice: int
    lost: int
    without_clock: int

    @property
    def holds(self) -> bool:
        return not (self.without_one_message or self.twice or self.lost or self.without_clock)

    @property
    def said(self) -> str:
        own = self.cases - self.without_one_message - self.in_lists
        lists = f", {self.in_lists} told in a list" if self.in_lists else ""
        return (
            f"{self.cases} cases, {self.undone} of them not done; {own} with exactly one message{lists}; "
            f"{self.twice} messages twice, {self.lost} lost; {self.without_clock} without a clock."
        )


def check(session: Session, slack: FakeSlack) -> Found:
    """Holds every case against what stands in Slack."""
    cases = session.exec(select(Case)).all()
    keys = Counter(message.key for message in slack.messages)
    rows = session.exec(select(Notification)).all()
    of_cases = {row.case_id: row for row in rows if row.kind == NotificationKind.CASE}
    lists = {case: row.bundle for case, row in of_cases.items() if row.state == OutboxState.BUNDLED}
    told_by = {case: lists.get(case) or row.key for case, row in of_cases.items()}
    unsent = {OutboxState.BUNDLED, OutboxState.LEFT_OUT}  # in a list; with nothing to say
    running = set(session.exec(select(Clock.case_id).where(col(Clock.rings_at).is_not(None))))
    return Found(
        len(cases),
        sum(case.status in UNDONE for case in cases),
        len(lists),
        sum(keys[told_by.get(case.id, "")] != 1 for case in cases),
        sum(count - 1 for key, count in keys.items() if key),
        sum(row.state != OutboxState.SENT or not keys[row.key] for row in rows if row.state not in unsent)
        + _untold(session),
        sum(_is_forgotten(case, running) for case in cases),
    )


def _untold(session: Session) -> int:
    """Mentions that nobody has judged yet, or that people should be told of and that have no case."""
    without_case = and_(col(Mention.case_id).is_(None), col(Mention.id).in_(select(Reason.mention_id)))
    chosen = select(func.count()).where(or_(col(Mention.state) != MentionState.TRIAGED, without_case))
    return session.scalar(chosen) or 0


def _is_forgotten(case: Case, running: set[int]) -> bool:
    """Whether nobody would be reminded: to do, and no clock runs; or answered, and nobody owns it. Praise may wait."""
    if case.channel == "praise":
        return False
    return (case.status in TO_DO and case.id not in running) or (
        case.status == CaseStatus.REPLIED and not case.owner
    )


def story(slack: FakeSlack, message: Message, case: int) -> Iterator[str]:
    """The message of a case as it ended, and its thread."""
    yield from ("", "", f"The thread of case {case}", "=" * len(f"The thread of case {case}"), "")
    yield f"[{message.text}]  (edited {len(message.history)} times)"
    for line in slack.thread(message):
        said = line.text.splitlines()
        yield f"  ↳ {said[0]}" + ("  (in the channel too)" if line.broadcast else "")
        yield from (f"    {more}" for more in said[1:] if more.strip())


def read_out(message: Message) -> Iterator[str]:
    """All that a message shows, a line for each line that people see."""
    for block in message.blocks:
        match block["type"]:
            case "header":
                yield block["text"]["text"]
            case "context":
                yield "   ".join(element["text"] for element in block["elements"])
            case "actions":
                yield " ".join(
                    f"[{element['text']['text']}]" for element in block["elements"] if "text" in element
                )
            case "rich_text":
                for part in block["elements"]:
                    yield from _paragraph(part)


def _paragraph(part: dict[str, Any]) -> Iterator[str]:
    if part["type"] == "rich_text_list":
        yield from (f"• {_plain(row)}" for row in part["elements"])
    else:
        sign = "│ " if part["type"] in ("rich_text_quote", "rich_text_preformatted") else ""
        yield from (f"{sign}{line}" for line in _plain(part).splitlines() if line.strip())


def _plain(part: dict[str, Any]) -> str:
    said = (piece.get("text") or piece.get("fallback") or _person(piece) for piece in part["elements"])
    return "".join(said).strip()


def _person(piece: dict[str, Any]) -> str:
    return f"@{PEOPLE.get(piece.get('user_id', ''), '?')}"


def log(session: Session, raced: int, winner: str) -> Iterator[str]:
    """The audit log, a row each. Who won the race for the case `raced` differs from walk to walk: it reads `one`."""
    yield from ("", "", "The audit log", "=============", "")
    yield _row("when (Rome)", "case", "who", "action", "from → to", "what")
    yield _row(*("-" * width for width in WIDTHS), "-" * 30)
    for row in session.exec(select(Audit).order_by(col(Audit.id))):
        who = name_of(row.who)
        detail = _detail(row.detail)
        if row.case_id == raced and winner:
            # Whom the policy names (@luca) is the same in each walk, whoever won.
            who, detail = (re.sub(rf"(?<!@)\b{winner}\b", "one", said) for said in (who, detail))
        moved = f"{row.before or ''} → {row.after}" if row.after and row.after != row.before else ""
        at = row.at.astimezone(ROME)
        yield _row(f"{at:%a %d %b %H:%M}", str(row.case_id or ""), who, row.action, moved.strip(), detail)


def end(session: Session, slack: FakeSlack) -> Iterator[str]:
    found = check(session, slack)
    by_status = Counter(session.exec(select(Case.status)).all())
    asked = Counter(method for method, _ in slack.calls)
    rows = session.exec(select(Audit.id)).all()
    yield from ("", "", "In the end", "==========", "")
    yield f"Cases:     {found.cases}: " + ", ".join(
        f"{count} {status}" for status, count in sorted(by_status.items())
    )
    own = found.cases - found.without_one_message - found.in_lists
    yield f"Messages:  {len(slack.messages)} in Slack, {own} of them of cases, one each"
    if found.in_lists:
        yield f"In a list: {found.in_lists} case{'s' if found.in_lists > 1 else ''} that nobody wanted as a message"
    yield f"Twice:     {found.twice}"
    yield f"Lost:      {found.lost}"
    yield f"No clock:  {found.without_clock} of what is to do"
    yield f"Asked:     {asked['chat.postMessage']} posts, {asked['chat.update']} edits"
    yield f"Audit log: {len(rows)} rows"


def _row(*cells: str) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=False)]
    return "  ".join([*padded, *cells[len(WIDTHS) :]]).rstrip()


def _detail(detail: dict[str, Any]) -> str:
    known = {
        name: value
        for name, value in detail.items()
        if value not in (None, "", [], {}) and name not in LEFT_OUT
    }
    said = ", ".join(f"{name}: {_value(value)}" for name, value in known.items())
    return said if len(said) <= 90 else said[:89] + "…"


LEFT_OUT = ("moves", "answer", "revision", "click")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(name_of(str(one)) for one in value)
    return name_of(str(value))
