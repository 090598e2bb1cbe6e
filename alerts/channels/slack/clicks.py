"""From a click, what a form sends or a command to what was done, and what the person is told. Knows nothing of Bolt.

Which move a button makes is `buttons`'s, what a form sends is `forms`'s, a command `commands`'s; here each is done in
one transaction, once however often Slack delivers it, and whoever was slower hears who was faster.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from alerts import cases
from alerts.cases import Desk, Move, Repeated
from alerts.channels.slack import commands, seen
from alerts.channels.slack.blocks import Message
from alerts.channels.slack.buttons import DEEDS
from alerts.channels.slack.forms import FORMS
from alerts.channels.slack.listener import NO_BRAND, NO_CASE, NO_MENTION, Listener, Told, failed
from alerts.channels.slack.seen import Clicked
from alerts.telling import name_of
from alerts.text import visible
from alerts.words import N_, Words
from store.brand import zone_of
from store.errors import Permanent
from store.tables import CaseStatus

log = logging.getLogger(__name__)

FASTER = {
    CaseStatus.ACKNOWLEDGED: N_("{who} was faster: acknowledged {when}."),
    CaseStatus.REPLIED: N_("It has been answered meanwhile, {when}."),
    CaseStatus.RESOLVED: N_("{who} was faster: resolved {when}."),
    CaseStatus.DISMISSED: N_("{who} was faster: dismissed {when}."),
}
REFUSALS = {"no_such_case": NO_CASE, "no_such_mention": NO_MENTION, "brand_unknown": NO_BRAND}


def do(listener: Listener, what: str, value: str, who: str, chosen: str = "", click: str = "") -> Told:
    """Does `what` with the case that the button's value names; with the mark of a click, which Slack may deliver twice,
    once for all."""
    clicked, writing = seen.read(value, who, chosen), listener.writing
    if clicked is None:
        return Told(False, listener.words._(NO_CASE))
    deed = DEEDS[what]
    return _done(listener, what, lambda desk: deed(desk, clicked, writing), clicked, click)


def submitted(
    listener: Listener, what: str, memory: str, who: str, sent: Any, click: str = "", user: str = ""
) -> Told:
    """Does what the form `what` has sent, of the case in its memory; `click` as for `do`. `user`: the id of who sent
    it."""
    clicked = seen.read(memory, who)
    if clicked is None:
        return Told(False, listener.words._(NO_CASE))
    form = FORMS[what]
    typed, signers = bool(form.typed(sent)), listener.signers if form.signed else {}
    known_as = listener.known_as(user) if signers and user else frozenset()

    def deed(desk: Desk) -> Move:
        move = form.submit(replace(desk, known_as=known_as), clicked, sent)
        return replace(move, names=tuple(signers.get(name, name) for name in move.names))

    return _done(listener, what, deed, clicked, click, typed=typed)


def command(listener: Listener, text: str, who: str, click: str = "") -> Message | None:
    """What `/ascolto` answers; nothing to one that has changed something and comes again (`click` as for `do`)."""
    changes = commands.changes(text)
    opened = listener.db.write() if changes else listener.db.read()
    with opened as session:
        asked = commands.Asked(
            session, listener.brands, listener.sources, who, listener.clock(), listener.words, click
        )
        if changes and commands.is_repeated(asked):
            twice("command")
            return None
        answer = commands.answer(text, asked)
    if changes:
        listener.wake()
    log.info("command", extra={"action": "slack.command"})
    return answer


def twice(what: str, case_id: int | None = None) -> Told:
    """The click was done before: Slack delivered it again."""
    known = {"action": "slack.clicked_twice", "what": what, "case": case_id}
    log.info("a click came twice", extra=known)
    return Told(True)


def _done(
    listener: Listener,
    what: str,
    deed: Callable[[Desk], Move],
    clicked: Clicked,
    click: str,
    *,
    typed: bool = False,
) -> Told:
    """`typed`: the person has written something, which is never lost without a word."""
    try:
        told = _try(listener, what, deed, clicked, click, typed)
    except Repeated as error:
        return twice(what, error.case_id)
    except Exception as error:
        return failed(error, what, listener.words)
    listener.wake()
    return told


def _try(
    listener: Listener, what: str, deed: Callable[[Desk], Move], clicked: Clicked, click: str, typed: bool
) -> Told:
    now, who = listener.clock(), clicked.who
    with listener.db.write() as session:
        desk = listener.desk(session, now, click)
        # Once more when the case is locked; here, so that nobody is told of a race with themselves.
        if click and cases.is_repeated(desk, clicked.case_id, who):
            raise Repeated(clicked.case_id)
        try:
            move = deed(desk)
        except Permanent as error:
            return Told(False, listener.words._(REFUSALS.get(error.reason, NO_CASE)))
        known = {"action": "slack.clicked", "what": what, "case": move.case.id, "done": move.done}
        log.info("clicked", extra=known)
        zone = zone_of(listener.brands.get(move.case.brand))
        return _told(what, move, who, zone, now, listener.words, typed)


def _told(what: str, move: Move, who: str, zone: ZoneInfo, now: datetime, words: Words, typed: bool) -> Told:
    if move.refused and move.names:
        names = words.listing([visible(name) for name in move.names])
        return Told(False, words._(move.refused, names=names))
    if move.refused:
        return Told(False, words._(move.refused))
    if move.changed:
        return Told(False, words._("There is news about this case, so it stays as it is. Please look again."))
    if move.done and what == "make_case":
        return Told(True, words._("Thank you: it is case {number} now.", number=move.case.id))
    if move.done:
        return Told(True)
    if move.by == who and (move.same or not typed):
        return Told(False)
    if move.by == who:
        when = words.when(move.at or now, zone, now)
        return Told(
            False, words._("You have moved this case on yourself, {when}: this was not kept.", when=when)
        )
    return Told(False, _too_late(move, zone, now, words))


def _too_late(move: Move, zone: ZoneInfo, now: datetime, words: Words) -> str:
    if move.by is None:
        return words._("This case has moved on meanwhile.")
    message = N_("{who} was faster, {when}.")
    if move.led:
        message = FASTER.get(CaseStatus(move.case.status), message)
    return words._(message, who=name_of(move.by), when=words.when(move.at or now, zone, now))
