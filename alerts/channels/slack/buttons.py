"""What each button does at once: a table from its name (`menu.LABELS`) to a move of `alerts.cases` or `alerts.deeds`.

What asks for more first is a form (`forms`).
"""

from collections.abc import Callable

from sqlmodel import col, select

from alerts import bundles, cases, deeds, sla
from alerts.cases import Desk, Move, Repeated
from alerts.channels.slack import seen
from alerts.channels.slack.listener import Writing
from alerts.channels.slack.seen import Clicked
from store.tables import Case, Mention

Deed = Callable[[Desk, Clicked, Writing], Move]


def make_case(desk: Desk, mention_id: int | None, who: str, writing: Writing) -> Move:
    """A case for a mention that did not alert. Raises `Repeated` where this very click has made it: nothing but the
    case itself knows that."""
    made = desk.session.scalar(select(col(Mention.case_id)).where(col(Mention.id) == mention_id))
    if desk.click and made and cases.is_repeated(desk, made, who):
        raise Repeated(made)
    return deeds.make_case(desk, who, mention_id=mention_id, compose=writing.compose, detect=writing.detect)


def _plain(move: Callable[[Desk, int, str], Move]) -> Deed:
    return lambda desk, clicked, writing: move(desk, clicked.case_id, clicked.who)


def _closing(move: Callable[[Desk, int, str], Move]) -> Deed:
    return lambda desk, clicked, writing: seen.news(desk, clicked) or move(desk, clicked.case_id, clicked.who)


def _snooze(choice: str) -> Deed:
    def put_aside(desk: Desk, clicked: Clicked, writing: Writing) -> Move:
        if news := seen.news(desk, clicked):
            return news
        case = cases.locked(desk.session, clicked.case_id)
        until = sla.snooze(choice, desk.now, desk.brands.get(case.brand), case.urgency)
        return cases.snooze(desk, clicked.case_id, clicked.who, until)

    return put_aside


def _assign_me(desk: Desk, clicked: Clicked, writing: Writing) -> Move:
    return _give(desk, clicked, clicked.who)


def _assign(desk: Desk, clicked: Clicked, writing: Writing) -> Move:
    return _give(desk, clicked, clicked.chosen)


def _give(desk: Desk, clicked: Clicked, to: str) -> Move:
    """Who has seen that somebody has the case may take it over; who has not is told who was faster."""
    case = cases.locked(desk.session, clicked.case_id)
    stale = clicked.version is not None and clicked.version != case.version
    if stale and case.owner not in (None, clicked.who, to):
        return cases.too_late(desk.session, case, ("assign", "acknowledge"))
    return cases.assign(desk, clicked.case_id, clicked.who, to)


def _false_alarm(desk: Desk, clicked: Clicked, writing: Writing) -> Move:
    words = (clicked.mention_id, clicked.revision)
    return cases.false_alarm(desk, clicked.case_id, clicked.who, *words, version=clicked.version)


def _another(desk: Desk, clicked: Clicked, writing: Writing) -> Move:
    return deeds.another_wording(desk, clicked.case_id, clicked.who, writing.compose, writing.detect)


def _make_matter(desk: Desk, clicked: Clicked, writing: Writing) -> Move:
    """Praise that is no praise goes on in a case of its own."""
    shown = select(col(Case.mention_id)).where(col(Case.id) == clicked.case_id)
    return make_case(desk, clicked.mention_id or desk.session.scalar(shown), clicked.who, writing)


DEEDS: dict[str, Deed] = {
    "acknowledge": _plain(cases.acknowledge),
    "assign_me": _assign_me,
    "assign": _assign,
    "resolve": _closing(cases.resolve),
    "not_relevant": _closing(cases.dismiss),
    "false_alarm": _false_alarm,
    "snooze_hour": _snooze("hour"),
    "snooze_morning": _snooze("tomorrow"),
    "snooze_monday": _snooze("monday"),
    "wake": _plain(cases.wake),
    "reopen": _plain(cases.reopen),
    "callback": _plain(deeds.offer_callback),
    "another": _another,
    "warn": _plain(deeds.warn),
    "hide": _plain(deeds.hide),
    "show": _plain(bundles.show),
    "ask_to_quote": _plain(deeds.ask_to_quote),
    "make_case": _make_matter,
}
