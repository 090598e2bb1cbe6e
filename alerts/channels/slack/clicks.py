"""From a click, or what a modal sends, to a move of a case; and what the person is told. Knows nothing of Bolt.

The moves are `alerts.cases`'s and `alerts.deeds`'s; how the views look is `modals`', `menu`'s and `home`'s.
"""

import itertools
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from alerts import bundles, cases, deeds, exclusions, samples, sla
from alerts.card import Card, load_card
from alerts.cases import Desk, Move, Repeated
from alerts.channels.slack import commands, home, kit, menu, modals
from alerts.channels.slack.blocks import Message
from alerts.channels.slack.escape import plain
from alerts.channels.slack.kit import Block
from alerts.channels.slack.modals import (
    Correction,
    Counted,
    Replied,
    Reply,
    Report,
    Resolution,
    Said,
    Submission,
)
from alerts.drafts import letters
from alerts.drafts.compose import DraftReply, DraftRequest, compose
from alerts.routing import Routing
from alerts.telling import name_of
from alerts.words import N_, Words
from store import labels
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.errors import Permanent
from store.mention import storable, text_key
from store.tables import Audit, Case, CaseStatus, Draft, Mention, Notification, NotificationKind

log = logging.getLogger(__name__)

REWRITTEN = ("reply", "another_wording", "warn", "ask_to_quote")
MORNING, EVENING = time(9), time(18)  # where the brand's hours say nothing
ADDRESSES = 10  # of one message that are looked up
FASTER = {
    CaseStatus.ACKNOWLEDGED: N_("{who} was faster: acknowledged {when}."),
    CaseStatus.REPLIED: N_("It has been answered meanwhile, {when}."),
    CaseStatus.RESOLVED: N_("{who} was faster: resolved {when}."),
    CaseStatus.DISMISSED: N_("{who} was faster: dismissed {when}."),
}
_VALUE = re.compile(r"\d{1,15}(?:\.\d{1,15}\.\d{1,9})?", re.ASCII)
_METADATA = re.compile(r"(\d{1,15})\.(\d{1,9})\.(\d{1,15})\.(\d{1,9})", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s<>|\"'`]{3,2000}")


@dataclass(frozen=True, slots=True)
class Clicked:
    """What a person clicked on: a case, where the button says so its version and the words that were seen, and what
    they chose."""

    case_id: int
    who: str
    mention_id: int | None = None
    revision: int | None = None
    chosen: str = ""
    version: int | None = None


Deed = Callable[[Desk, Clicked], Move]
Answering = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a click: whether it was done, and what the person is to know (None: they see it)."""

    done: bool
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """What a click needs. `wake`: called when a message must be edited; it must not block. `channels`: where the lines
    of a case's thread go; `detect`: finds the language of a text, for drafts that are written anew."""

    db: Database
    words: Words
    brands: Mapping[str, Brand]
    wake: Callable[[], object]
    clock: Callable[[], datetime] = utcnow
    channels: Sequence[str] = ("slack",)
    sources: Sequence[str] = ()
    compose: Callable[[DraftRequest], DraftReply] = compose
    detect: Callable[[str], str | None] | None = None
    routing: Routing = field(default_factory=Routing)

    # ------------------------------------------------------------------------------------------------ doing

    def knows(self, what: str) -> bool:
        """Whether a click on `what` means something here."""
        return what in MODALS or what in self._deeds() or what in ("copy", "count")

    def clicked(self, value: str, who: str, what: str, answer: Answering, chosen: str = "") -> Told:
        """Does `what` with the case that the button's value names; `answer` tells the person, privately."""
        told = self.do(what, value, who, chosen)
        if told.said:
            answer(told.said)
        return told

    def do(self, what: str, value: str, who: str, chosen: str = "", click: str = "") -> Told:
        """Does `what` at once; with the mark of a click, which Slack may deliver twice, once for all."""
        clicked = named(value, who, chosen)
        if clicked is None:
            return Told(False, self.words._("This case is not there any more."))
        deed = self._deeds()[what]
        return self._done(what, lambda desk: deed(desk, clicked), clicked, click)

    def judged(self, said: str, value: str, who: str) -> Told:
        """Somebody says of a mention that did not alert whether that was right."""
        words = self.words
        if not re.fullmatch(r"\d{1,15}", value, re.ASCII) or said not in samples.SAID:
            return Told(False, words._("This mention is not there any more."))
        try:
            with self.db.write() as session:
                desk = Desk(session, self.brands, self.channels, self.clock(), routing=self.routing)
                answer = samples.answer(desk, int(value), said, who, self.compose, self.detect)
                zone = zone_of(self.brands, answer.case) if answer.case else desk_zone(self.brands)
        except Permanent:
            return Told(False, words._("This mention is not there any more."))
        except Exception as error:
            kind = type(error).__name__
            log.error("a click failed: %s", kind, extra={"action": "slack.click_failed", "what": said})
            return Told(False, words._("That could not be saved. Please click again in a moment."))
        log.info("judged", extra={"action": "slack.judged", "what": said, "done": answer.done})
        self.wake()
        if not answer.done:
            if answer.by == who and answer.said == said:
                return Told(True)
            when = words.when(answer.at, zone, self.clock())
            return Told(False, words._("{who} was faster, {when}.", who=name_of(answer.by), when=when))
        if answer.case is None:
            return Told(True)
        return Told(True, words._("Thank you: it is case {number} now.", number=answer.case.id))

    def submitted(self, what: str, metadata: str, who: str, sent: Submission, click: str = "") -> Told:
        """Does what a modal's submission says; `click` as for `do`."""
        clicked = named(metadata, who)
        if clicked is None:
            return Told(False, self.words._("This case is not there any more."))
        return self._done(what, lambda desk: self._submit(desk, what, clicked, sent), clicked, click)

    def _done(self, what: str, deed: Callable[[Desk], Move], clicked: Clicked, click: str) -> Told:
        try:
            told = self._try(what, deed, clicked, click)
        except Repeated as error:
            return self._twice(what, error.case_id)
        except Exception as error:
            kind = type(error).__name__
            log.error("a click failed: %s", kind, extra={"action": "slack.click_failed", "what": what})
            return Told(False, self.words._("That could not be saved. Please click again in a moment."))
        self.wake()
        return told

    def _twice(self, what: str, case_id: int | None = None) -> Told:
        known = {"action": "slack.clicked_twice", "what": what, "case": case_id}
        log.info("a click came twice", extra=known)
        return Told(True)

    def _try(self, what: str, deed: Callable[[Desk], Move], clicked: Clicked, click: str) -> Told:
        now, who = self.clock(), clicked.who
        with self.db.write() as session:
            desk = Desk(session, self.brands, self.channels, now, click, self.routing)
            # Once more when the case is locked; here, so that nobody is told of a race with themselves.
            if click and cases.is_repeated(desk, clicked.case_id, who):
                raise Repeated(clicked.case_id)
            try:
                move = deed(desk)
            except Permanent as error:
                return Told(False, self._refusal(error))
            known = {"action": "slack.clicked", "what": what, "case": move.case.id, "done": move.done}
            log.info("clicked", extra=known)
            if move.refused:
                return Told(False, self.words._(move.refused))
            if move.changed:
                said = self.words._("There is news about this case, so it stays as it is. Please look again.")
                return Told(False, said)
            if move.done and what == "make_case":
                return Told(True, self.words._("Thank you: it is case {number} now.", number=move.case.id))
            if move.done or move.by == who:
                return Told(True)
            return Told(False, self._too_late(move, zone_of(self.brands, move.case), now))

    def _refusal(self, error: Permanent) -> str:
        if error.reason in REFUSALS:
            return self.words._(REFUSALS[error.reason])
        return self.words._("This case is not there any more.")

    def _too_late(self, move: Move, zone: ZoneInfo, now: datetime) -> str:
        if move.by is None:
            return self.words._("This case has moved on meanwhile.")
        message = N_("{who} was faster, {when}.")
        if move.led:
            message = FASTER.get(CaseStatus(move.case.status), message)
        when = self.words.when(move.at or now, zone, now)
        return self.words._(message, who=name_of(move.by), when=when)

    def _deeds(self) -> dict[str, Deed]:
        """What is done by one click."""
        return {
            "acknowledge": lambda desk, click: cases.acknowledge(desk, click.case_id, click.who),
            "assign_me": lambda desk, click: _assign(desk, click, click.who),
            "assign": lambda desk, click: _assign(desk, click, click.chosen),
            "resolve": lambda desk, click: (
                _unseen(desk, click) or cases.resolve(desk, click.case_id, click.who)
            ),
            "not_relevant": lambda desk, click: (
                _unseen(desk, click) or cases.dismiss(desk, click.case_id, click.who)
            ),
            "false_alarm": _false_alarm,
            "snooze_hour": _snooze("hour"),
            "snooze_morning": _snooze("morning"),
            "snooze_monday": _snooze("monday"),
            "make_case": self._make_matter,
            "wake": lambda desk, click: cases.wake(desk, click.case_id, click.who),
            "reopen": lambda desk, click: cases.reopen(desk, click.case_id, click.who),
            "callback": lambda desk, click: deeds.offer_callback(desk, click.case_id, click.who),
            "another": lambda desk, click: deeds.another_wording(
                desk, click.case_id, click.who, self.compose, self.detect
            ),
            "warn": lambda desk, click: deeds.warn(desk, click.case_id, click.who),
            "hide": lambda desk, click: deeds.hide(desk, click.case_id, click.who),
            "show": lambda desk, click: bundles.show(desk, click.case_id, click.who),
            "ask_to_quote": lambda desk, click: deeds.ask_to_quote(desk, click.case_id, click.who),
        }

    def _make_matter(self, desk: Desk, click: Clicked) -> Move:
        """Praise that is no praise goes on in a case of its own."""
        shown = select(col(Case.mention_id)).where(col(Case.id) == click.case_id)
        mention_id = click.mention_id or desk.session.scalar(shown)
        self._raise_twice(desk, mention_id, click.who)
        return deeds.make_case(
            desk, click.who, mention_id=mention_id, compose=self.compose, detect=self.detect
        )

    def _raise_twice(self, desk: Desk, mention_id: int | None, who: str) -> None:
        """The case that this very click has made, where it has: it is known by it alone. Raises `Repeated`."""
        made = desk.session.scalar(select(col(Mention.case_id)).where(col(Mention.id) == mention_id))
        if desk.click and made and cases.is_repeated(desk, made, who):
            raise Repeated(made)

    def _submit(self, desk: Desk, what: str, clicked: Clicked, sent: Submission) -> Move:
        case_id, who = clicked.case_id, clicked.who
        match sent:
            case Reply(text, before):
                return _save(desk, case_id, who, text, before)
            case Resolution(how, note):
                if news := _unseen(desk, clicked):
                    return news
                move = cases.resolve(desk, case_id, who, how)
                if note and move.done:
                    deeds.note(desk, case_id, who, note)
                return move
            case Replied(promise, by):
                promised_by = self._end_of(desk, case_id, by) if by else None
                return _unseen(desk, clicked) or cases.mark_replied(
                    desk, case_id, who, promise or None, promised_by
                )
            case Correction(sentiment, urgency, category):
                seen = (clicked.mention_id, clicked.revision)
                said = (sentiment, urgency, category)
                return cases.false_alarm(desk, case_id, who, *seen, *said, version=clicked.version)
            case Report(rule, evidence):
                return deeds.report(desk, case_id, who, rule, evidence)
            case Said(text) if what == "note":
                return deeds.note(desk, case_id, who, text)
            case Said(text) if what == "outcome":
                return deeds.report_outcome(desk, case_id, who, text)
            case Said(text):
                return _unseen(desk, clicked) or self._exclude(desk, case_id, who, text)

    def _exclude(self, desk: Desk, case_id: int, who: str, phrase: str) -> Move:
        """The phrase is adopted, and the case was not about the brand."""
        case = cases.locked(desk.session, case_id)
        try:
            exclusions.adopt(desk, case.brand, phrase, who, case_id)
        except exclusions.Ours:
            return Move(False, case, who, desk.now, refused=OURS)
        except (ValueError, KeyError):
            return Move(False, case, who, desk.now, refused=TOO_BARE)
        return cases.dismiss(desk, case_id, who, "not_about_us")

    def _end_of(self, desk: Desk, case_id: int, day: date) -> datetime:
        case = desk.session.get(Case, case_id)
        return end_of_day(day, self.brands.get(case.brand) if case else None, desk.now)

    # ---------------------------------------------------------------------------------------------- showing

    def view(self, what: str, value: str, phrase: str | None = None) -> Block:
        """The modal `what` of a case, as it is now; a sentence where the case is not there."""
        clicked = named(value, "")
        gone = modals.notice(self.words._("This case is not there any more."), self.words)
        if clicked is None:
            return gone
        with self.db.read() as session:
            case = session.get(Case, clicked.case_id)
            if case is None:
                return gone
            card = load_card(session, clicked.case_id, self.brands.get(case.brand), self.clock())
            return self._view(session, what, case, card, phrase)

    def _view(self, session: Session, what: str, case: Case, card: Card, phrase: str | None) -> Block:
        if what == "menu":
            return menu.view(card, past(session, case, card), self.words)
        if what == "edit":
            return modals.edit(card, reply_of(session, case), self.words)
        if what == "not_about_us":
            return modals.not_about_us(card, self._counted(session, case, phrase), self.words)
        return _PLAIN[what](card, self.words)

    def _counted(self, session: Session, case: Case, phrase: str | None) -> Counted | None:
        brand = self.brands.get(case.brand)
        mention = session.get(Mention, case.mention_id) if case.mention_id else None
        if brand is None or mention is None:
            return None
        if phrase is not None:
            chosen = exclusions.weigh(session, brand, str(storable(phrase)), case.id)
            return Counted(chosen.phrase, chosen.mentions, chosen.own)
        found = exclusions.propose(session, brand, mention)
        return Counted(found.phrase, found.mentions, found.own) if found else None

    def home(self, user: str, said: str = "") -> Block:
        """The App Home of a person."""
        now = self.clock()
        with self.db.read() as session:
            asked = commands.Asked(session, self.brands, self.sources, "", now, self.words)
            known = home.load(session, self.brands, self.sources, user, now, commands.standing(asked))
        return home.view(known, self.words, said)

    def command(self, text: str, who: str, click: str = "") -> Message | None:
        """What `/ascolto` answers; nothing to one that has changed something and comes again (`click` as for `do`)."""
        changes = commands.changes(text)
        opened = self.db.write() if changes else self.db.read()
        with opened as session:
            asked = commands.Asked(session, self.brands, self.sources, who, self.clock(), self.words, click)
            if changes and commands.is_repeated(asked):
                self._twice("command")
                return None
            answer = commands.answer(text, asked)
        if changes:
            self.wake()
        log.info("command", extra={"action": "slack.command"})
        return answer

    def copy(self, value: str) -> Message | None:
        """The reply of a case, whole, to be copied; None where there is none."""
        clicked = named(value, "")
        if clicked is None:
            return None
        with self.db.read() as session:
            case = session.get(Case, clicked.case_id)
            reply = reply_of(session, case) if case else ""
        if not reply:
            return None
        words = self.words
        said = words._("Copy this, paste it where the customer wrote, then mark the case as replied:")
        pieces = [kit.verbatim(piece) for _, piece in modals.pieces(reply)]
        done = kit.button(menu.REPLIED, words._("Mark as replied"), value)
        shown = kit.rich(kit.section(kit.text(said)), *pieces)
        return Message(plain(said, 1_000), (shown, kit.actions("ascolto.copy", [done])))

    def from_message(self, channel: str, ts: str, texts: Iterable[str], who: str, click: str = "") -> Block:
        """Makes a case of the mention that a message links to or quotes; of a case's own message, shows the case."""
        with self.db.read() as session:
            case_id = _case_at(session, channel, ts)
            mention_id, ambiguous = (
                (None, False) if case_id else _mention_in(session, list(texts), self.brands)
            )
        if case_id is None and mention_id is not None:
            case_id = self._make_case(mention_id, who, click)
        if case_id is not None:
            return self.view("menu", str(case_id))
        if ambiguous:
            said = self.words._(
                "Several mentions have the address of this link, so it does not say which of them is meant. "
                "Quote the customer's words, or find the mention with /ascolto search."
            )
            return modals.notice(said, self.words)
        said = self.words._(
            "Ascolto has not read what this message links to or quotes, so it cannot be a case yet. "
            "Sources that are watched, and ascolto import, bring it in."
        )
        return modals.notice(said, self.words)

    def _make_case(self, mention_id: int, who: str, click: str) -> int | None:
        try:
            with self.db.write() as session:
                desk = Desk(session, self.brands, self.channels, self.clock(), click, self.routing)
                self._raise_twice(desk, mention_id, who)
                move = deeds.make_case(
                    desk, who, mention_id=mention_id, compose=self.compose, detect=self.detect
                )
                case_id, done = move.case.id, move.done
        except Repeated as error:
            return error.case_id
        self.wake()
        log.info("made a case", extra={"action": "slack.made_case", "case": case_id, "done": done})
        return case_id

    def place_of(self, value: str) -> str | None:
        """The channel in which the case's message stands."""
        clicked = named(value, "")
        if clicked is None:
            return None
        with self.db.read() as session:
            return session.scalar(
                select(col(Notification.address)).where(
                    col(Notification.case_id) == clicked.case_id,
                    col(Notification.kind) == NotificationKind.CASE,
                    col(Notification.channel) == "slack",
                )
            )


TOO_BARE = N_("Choose a phrase that says more than the brand's name.")
OURS = N_(
    "Mentions that colleagues have taken up as yours hold this phrase: choose another, nothing was excluded."
)
REFUSALS = {
    "no_such_case": N_("This case is not there any more."),
    "no_such_mention": N_("This mention is not there any more."),
}
_PLAIN: dict[str, Callable[[Card, Words], Block]] = {
    "resolve_as": modals.resolve,
    "replied": modals.replied,
    "false_alarm_as": modals.false_alarm,
    "note": modals.note,
    "report": modals.report,
    "outcome": modals.outcome,
}
MODALS = frozenset({"menu", "edit", "not_about_us", *_PLAIN})
"""What a click opens."""


def named(value: str, who: str, chosen: str = "") -> Clicked | None:
    """What a button's value, or a modal's memory, names; None for what no button of ours says."""
    if known := _METADATA.fullmatch(value):
        case_id, version, mention_id, revision = map(int, known.groups())
        if not mention_id:  # the case has lost its mention: its author was forgotten
            return Clicked(case_id, who, chosen=chosen, version=version)
        return Clicked(case_id, who, mention_id, revision, chosen, version)
    if not _VALUE.fullmatch(value):
        return None
    case_id, *seen = map(int, value.split("."))
    if not seen:
        return Clicked(case_id, who, chosen=chosen)
    return Clicked(case_id, who, seen[0], seen[1], chosen)


def reply_of(session: Session, case: Case) -> str:
    """The whole reply of a case: a person's, else the draft to the words that are shown."""
    if case.reply is not None:
        return case.reply
    drafted = (
        select(col(Draft.reply))
        .join(Mention, col(Mention.id) == col(Draft.mention_id))
        .where(col(Draft.mention_id) == case.mention_id, col(Draft.revision) == col(Mention.revision))
    )
    return session.scalar(drafted) or ""


def past(session: Session, case: Case, card: Card) -> menu.Past:
    """What was done with the case since it was last opened, and whether its words are spam or abuse."""
    rows = session.scalars(
        select(col(Audit.action))
        .where(col(Audit.case_id) == case.id)
        .order_by(col(Audit.id).desc())
        .limit(200)
    )
    actions = itertools.takewhile(lambda action: action != "reopen", rows)
    mention = session.get(Mention, case.mention_id) if case.mention_id else None
    said = f"{mention.title or ''}\n{mention.text}" if mention else ""
    unfair = card.category == "spam" or letters.is_abusive(said, card.lang)
    return menu.Past(frozenset(actions), unfair)


def snooze_until(when: str, now: datetime, urgency: str, brand: Brand | None) -> datetime:
    """When a case that is put aside comes back: in open hours of the brand, which for what is critical are all."""
    zone = brand.zone if brand else ZoneInfo("UTC")
    if when == "hour":
        later = now + timedelta(hours=1)
        return (brand and sla.next_opening(later, sla.calendar(brand, urgency))) or later
    today = now.astimezone(zone).date()
    day = today + timedelta(days=1 if when == "morning" else 7 - today.weekday())
    calendar = sla.calendar(brand, "normal") if brand else None
    begins = MORNING if calendar is None or calendar.always else time.min
    moment = datetime.combine(day, begins, tzinfo=zone)
    opening = calendar and sla.next_opening(moment, calendar)
    return opening or datetime.combine(day, MORNING, tzinfo=zone)


def end_of_day(day: date, brand: Brand | None, now: datetime) -> datetime:
    """Until when a promise for that day is kept: the brand's closing time, where that is still to come."""
    zone = brand.zone if brand else ZoneInfo("UTC")
    closing = [o.closes for o in (brand.policy.hours if brand else ()) if o.weekday == day.weekday()]
    ends = min(max(closing, default=EVENING), time(23, 59))
    moment = datetime.combine(day, ends, tzinfo=zone)
    return moment if moment > now else max(datetime.combine(day, time(23, 59), tzinfo=zone), now)


def desk_zone(brands: Mapping[str, Brand]) -> ZoneInfo:
    """The zone of what belongs to no case: the first brand's."""
    return next((brand.zone for brand in brands.values()), ZoneInfo("UTC"))


def zone_of(brands: Mapping[str, Brand], case: Case) -> ZoneInfo:
    brand = brands.get(case.brand)
    return brand.zone if brand else ZoneInfo("UTC")


def addresses(texts: Iterable[str]) -> list[tuple[str, ...]]:
    """The addresses in what Slack tells of a message, each in the ways in which a platform may have written it: as it
    stands first, without its fragment last."""
    found: dict[tuple[str, ...], None] = {}
    for text in texts:
        for address in _ADDRESS.findall(text.replace("&amp;", "&")):
            plain = address.rstrip(".,;:!?)]}*_~")
            ways = (address, plain, plain.rstrip("/"), f"{plain}/", plain.partition("#")[0])
            found.setdefault(tuple(dict.fromkeys(ways)))
    return list(found)[:ADDRESSES]


def _false_alarm(desk: Desk, click: Clicked) -> Move:
    seen = (click.mention_id, click.revision)
    return cases.false_alarm(desk, click.case_id, click.who, *seen, version=click.version)


def _unseen(desk: Desk, click: Clicked) -> Move | None:
    """Nobody closes or puts aside what they have not read: where the case says more than they saw, it stays."""
    return cases.unseen(desk, click.case_id, click.mention_id, click.revision, click.version)


def _assign(desk: Desk, click: Clicked, to: str) -> Move:
    """Who has seen that somebody has the case may take it over; who has not is told who was faster."""
    case = cases.locked(desk.session, click.case_id)
    stale = click.version is not None and click.version != case.version
    if stale and case.owner not in (None, click.who, to):
        return cases.too_late(desk.session, case, ("assign", "acknowledge"))
    return cases.assign(desk, click.case_id, click.who, to)


def _snooze(when: str) -> Deed:
    def put_aside(desk: Desk, click: Clicked) -> Move:
        if news := _unseen(desk, click):
            return news
        case = cases.locked(desk.session, click.case_id)
        until = snooze_until(when, desk.now, case.urgency, desk.brands.get(case.brand))
        return cases.snooze(desk, click.case_id, click.who, until)

    return put_aside


def _save(desk: Desk, case_id: int, who: str, text: str, before: str) -> Move:
    """Keeps the reply, unless there is another by now than the one that was edited."""
    case = cases.locked(desk.session, case_id)
    now = reply_of(desk.session, case)
    if modals.fingerprint(now) != before and now != text:
        return cases.too_late(desk.session, case, REWRITTEN)
    return deeds.save_reply(desk, case_id, who, text)


def _case_at(session: Session, channel: str, ts: str) -> int | None:
    return session.scalar(
        select(col(Notification.case_id)).where(
            col(Notification.channel) == "slack",
            col(Notification.address) == channel,
            col(Notification.message_id) == ts,
        )
    )


def _mention_in(
    session: Session, texts: Sequence[str], brands: Mapping[str, Brand]
) -> tuple[int | None, bool]:
    """The mention that a message links to or quotes, and whether there were several at an address: a page of reviews
    is no customer's."""
    ambiguous = False
    for ways in addresses(texts):
        found = next(filter(None, (labels.at_address(session, way) for way in ways)), [])
        if len(found) == 1:
            return found[0], False
        ambiguous = ambiguous or bool(found)
    return _mention_with(session, texts, brands), ambiguous


def _mention_with(session: Session, texts: Sequence[str], brands: Mapping[str, Brand]) -> int | None:
    for text in texts:
        key = text_key(re.sub(r"[*_~`>]", " ", text))
        same = key and session.scalar(
            select(col(Mention.id))
            .where(col(Mention.brand).in_(list(brands)), col(Mention.text_key) == key)
            .where(col(Mention.content_hash) != "")
            .order_by(col(Mention.id).desc())
            .limit(1)
        )
        if same:
            return int(same)
    return None


def texts_of(message: Mapping[str, Any]) -> list[str]:
    """All that a message says, with the addresses it links to."""
    found = [str(message.get("text") or "")]
    for name in ("blocks", "attachments"):
        found += _strings(message.get(name))
    return [str(storable(text[:20_000])) for text in found if text][:200]


def _strings(value: Any, depth: int = 0) -> list[str]:
    if depth > 12:
        return []
    if isinstance(value, Mapping):
        own = [
            str(value[key])
            for key in ("url", "text", "from_url", "original_url", "title_link", "fallback")
            if isinstance(value.get(key), str)
        ]
        return own + [text for part in value.values() for text in _strings(part, depth + 1)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part, depth + 1)]
    return []
