"""The morning and the week after it, as three people live it: Marta at the desk, Luca beside her, Anna on call."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from alerts.channels.slack import menu
from alerts.channels.slack.forms.not_about_us import COUNT
from store.tables import Case
from tests.fake_slack import Failure, FakeSlack, fake_slack
from tests.walk.desk import TEAM, Desk
from tests.walk.record import ROME
from tests.walk.world import Clock, Died, Pool, Transport, living, posts

BEGINS = datetime(2026, 11, 24, 7, 42, tzinfo=ROME)
RACED = "queue"  # the case for which two click in the same instant: who wins is not known beforehand
OTHER_WORDS = (
    "Buongiorno, ci preoccupa molto quello che racconta. La chiamo subito: mi scriva il numero a "
    "assistenza@aurora.example. Giulia, Caffè Aurora"
)


def walk(folder: Path) -> Desk:
    """Plays all of it. `folder` keeps the database."""
    clock = Clock(BEGINS)
    with fake_slack(clock=clock) as slack:
        desk = Desk(slack, clock, posts())
        with life(desk, folder, "signed HTTP"):
            before_opening(desk, slack)
        with life(desk, folder, "signed HTTP", last=6):
            the_process_dies(desk)
        with life(desk, folder, "Socket Mode"):
            after_the_restart(desk)
            the_case_list(desk)
            the_rest(desk, slack)
            the_week(desk)
            desk.finish()
    return desk


@contextmanager
def life(desk: Desk, folder: Path, transport: Transport, last: int = 0) -> Iterator[None]:
    with living(folder, desk.slack, desk.clock, transport, last) as begun:
        desk.life = begun
        yield


def before_opening(desk: Desk, slack: FakeSlack) -> None:
    desk.title("Before opening: Slack over signed HTTP, and it stumbles")
    slack.fail(
        "chat.postMessage",
        Failure(status=429, retry_after=9, skip=7),  # on the eighth message
        Failure(status=503, skip=1),
        Failure(drop=True, accepted=True, skip=1),  # Slack took it, and its answer was lost
        Failure(status=500, accepted=True),
    )
    desk.read(1)
    desk.work()
    desk.until("Tue 24 Nov 08:04")
    first, second = (
        desk.payload("anna", "ginger", "acknowledge"),
        desk.payload("luca", "ginger", "acknowledge"),
    )
    desk.both("anna", first, "luca", second, "ginger")
    view = desk.open("anna", "ginger", "edit")
    desk.in_modal("anna", view, menu.action("another"))
    desk.submit("anna", "edit", desk.modal("edit"), reply=OTHER_WORDS)
    desk.work()
    desk.do("anna", "ginger", "copy")
    desk.do("anna", "ginger", "callback")
    desk.do(
        "anna", "ginger", "note", note="Chiamata: respira bene, ha preso l'antistaminico. Lotto 2611 fermato."
    )
    desk.do("anna", "ginger", "replied", promise="l'esito del laboratorio", by="2026-11-26")


def the_process_dies(desk: Desk) -> None:
    desk.title("Half past eight: the process is killed between Slack's answer and the note of it")
    desk.clock.now = datetime(2026, 11, 24, 8, 31, tzinfo=ROME)
    desk.read(2)
    try:
        desk.work()
    except Died:
        desk.look()
        desk.note("", "the process is killed")


def after_the_restart(desk: Desk) -> None:
    desk.title("A new process on the same database: Slack over Socket Mode")
    desk.clock.advance(25)
    looked = desk.count("conversations.history")
    desk.note("", "the process starts")
    desk.work()
    looked = desk.count("conversations.history") - looked
    assert looked, "nobody looked for the message in doubt"
    desk.note("", "the message in doubt was looked for by its key, found, and not sent again")


def the_case_list(desk: Desk) -> None:
    """Each thing that can be done, at least once."""
    desk.title("Marta's morning: every button, menu entry and form")
    desk.until("Tue 24 Nov 08:45")
    desk.home("marta")
    desk.command("marta", "status")
    desk.command("marta", "mute press 2h")
    desk.in_home("marta", "twice", menu.MENU)
    desk.in_modal("marta", desk.modal("menu"), menu.action("acknowledge"))
    desk.work()
    desk.do("marta", "twice", "another")
    desk.do("marta", "twice", "words")
    desk.do("marta", "twice", "profile")
    desk.do("marta", "twice", "replied")
    desk.do("marta", "twice", "resolve_as", how="refund", note="38,40 € restituiti")

    desk.do("marta", "insult", "warn")
    desk.do("marta", "insult", "hide")
    desk.do("marta", "insult", "resolve_as", how="nothing")
    desk.do("marta", "rival", "open")
    desk.do("marta", "rival", "report", rule="fake", evidence="Dice lui stesso di non avere mai ordinato")
    desk.do("marta", "rival", "outcome", outcome="pending")
    desk.do("marta", "rival", "outcome", outcome="removed")
    desk.do("marta", "rival", "resolve_as", how="nothing")

    view = desk.open("marta", "borealis", "not_about_us")
    desk.in_modal("marta", view, COUNT, value="aurora")
    desk.in_modal("marta", desk.modal("not_about_us"), COUNT, value="aurora boreale")
    desk.submit("marta", "not_about_us", desk.modal("not_about_us"), phrase="aurora boreale")
    desk.work()
    desk.do("marta", "joke", "false_alarm_as", sentiment="positive", urgency="low", category="praise")
    desk.from_thread("marta", "joke")
    desk.do("marta", "joke", "false_alarm_as", more=True, urgency="low")
    desk.do("marta", "job", "not_relevant", more=True)
    desk.from_thread("marta", "job")
    desk.do("marta", "job", "not_relevant")

    desk.do("marta", "sunday", "assign_me")
    desk.do("marta", "sunday", "replied")
    desk.do("marta", "sunday", "resolve_as", how="explained")
    desk.do("marta", "parcel", "assign", to="luca")
    desk.do("luca", "parcel", "replied")
    desk.do("luca", "parcel", "resolve_as", how="apology")
    desk.do("marta", "lid", "acknowledge")
    desk.do("marta", "lid", "copy")
    desk.copied("marta", "lid")
    desk.do("marta", "lid", "resolve_as", how="replacement")
    desk.do("marta", "bitter", "replied")
    desk.do("marta", "bitter", "resolve_as", how="explained")
    desk.do("luca", "descaler", "acknowledge")
    desk.do("luca", "descaler", "replied")
    desk.do("luca", "descaler", "resolve_as", how="explained")

    desk.do("marta", "grinder", "snooze_hour")
    desk.do("marta", "gift", "snooze_morning", more=True)
    desk.do("marta", "coupon", "snooze_monday")
    desk.do("marta", "spoon", "snooze_morning")
    desk.do("marta", "spoon", "wake")
    desk.do("marta", "spoon", "replied")
    desk.do("marta", "spoon", "resolve_as", how="replacement")

    desk.do("luca", "thanks", "assign_me")
    desk.do("luca", "thanks", "ask_to_quote")
    desk.do("luca", "thanks", "note", note="Chiesta per la pagina della Moka Sole")
    desk.do("luca", "thanks", "resolve_as", how="nothing")
    desk.do("luca", "bravo", "another")
    desk.do("luca", "bravo", "ask_to_quote")
    desk.do("luca", "bravo", "replied")
    desk.do("luca", "bravo", "resolve_as", how="nothing")


def the_rest(desk: Desk, slack: FakeSlack) -> None:
    desk.title("The third wave, and what is left of the forty")
    desk.until("Tue 24 Nov 10:05")
    slack.fail("chat.postMessage", Failure(status=503), Failure(drop=True))
    desk.read(3)
    desk.work()
    desk.do("luca", "burn", "acknowledge")
    desk.do("luca", "burn", "replied")
    desk.do("luca", "burn", "resolve_as", how="moved_to_private")
    race(desk)
    desk.shortcut("luca", "Ha senso rispondere a loro? https://press.example/recipe")
    desk.do("luca", "recipe", "replied")
    desk.do("luca", "recipe", "resolve_as", how="explained")
    desk.command("marta", "search cappuccino")
    desk.command("marta", "pause 30m")
    desk.command("marta", "go-on")
    desk.command("marta", "exclusions")
    desk.command("marta", "include aurora boreale")
    desk.command("marta", "help")
    desk.old("marta", "rude", menu.RESOLVE)
    desk.old("marta", "price", menu.FALSE_ALARM)
    desk.home("marta")
    desk.in_home("marta", "price", menu.REOPEN)
    desk.do("marta", "price", "replied")
    desk.do("marta", "price", "reopen")
    desk.do("marta", "price", "replied")
    desk.do("marta", "price", "resolve_as", how="explained")
    desk.from_thread("marta", "sunday")
    desk.do("marta", "sunday", "replied")
    desk.do("marta", "sunday", "resolve_as", how="explained")
    desk.many("marta", "wholesale wrong invoice", "acknowledge", "replied")
    desk.many("marta", "wholesale invoice", "resolve_as", how="explained")
    desk.do("marta", "wrong", "resolve_as", how="replacement")
    desk.many("luca", "milk cup seat courier", "acknowledge", "replied", "resolve_as", how="apology")
    desk.many("luca", "hours app_crash", "replied", "resolve_as", how="explained")
    desk.many("marta", "unsubscribe kiosk subscription", "replied", "resolve_as", how="refund")
    desk.many("luca", "filter", "acknowledge", "replied", "resolve_as", how="replacement")
    desk.do("marta", "plastic", "acknowledge")
    desk.do("luca", "smile", "copy")
    desk.do("luca", "smile", "ask_to_quote")
    desk.do("luca", "smile", "make_case")
    desk.do("luca", "smile", "replied")
    desk.do("luca", "smile", "resolve_as", how="nothing")
    desk.check("By noon")


def race(desk: Desk) -> None:
    """Two in the very same instant, on two threads: one has it, the other is told, and nobody is told twice."""
    desk.clock.advance(20)
    payloads = {who: desk.payload(who, RACED, "acknowledge") for who in ("anna", "luca")}
    desk.note("", f"anna and luca: Acknowledge · {desk.called(RACED)}, in the very same instant")
    told = len(desk.slack.private)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(desk.alive.say, payloads.values()))
    Pool.work.done()
    with desk.alive.service.db.read() as session:
        owner = session.get_one(Case, desk.case(RACED)).owner or ""
    winner = next(who for who in payloads if owner.endswith(who))
    (loser,) = [who for who in payloads if who != winner]
    (only,) = desk.slack.private[told:]
    assert only["user"] == TEAM[loser]
    assert only["text"].startswith(f"{winner} was faster: acknowledged")
    desk.keep_quiet_about(winner, RACED)
    desk.note("", "  one of them has the case; only the other reads: … was faster: acknowledged …")
    desk.work()
    desk.do("marta", RACED, "assign_me", more=True)


def the_week(desk: Desk) -> None:
    desk.title("A week of clocks")
    desk.until("Tue 24 Nov 11:40")  # the grinder is back after its hour
    desk.do("marta", "grinder", "replied")
    desk.do("marta", "grinder", "resolve_as", how="refund")
    desk.again("login")
    desk.do("marta", "login", "resolve_as", how="explained")
    desk.until("Wed 25 Nov 09:30")  # nobody has touched the cold cappuccino, and the queue has no answer
    desk.do("anna", "cold", "acknowledge")
    desk.do("anna", "cold", "replied")
    desk.do("anna", "cold", "resolve_as", how="apology")
    desk.do("marta", RACED, "replied")
    desk.do("marta", RACED, "resolve_as", how="escalated")
    desk.do("marta", "plastic", "replied")
    desk.do("marta", "plastic", "resolve_as", how="explained")
    desk.do("marta", "gift", "replied")
    desk.do("marta", "gift", "resolve_as", how="replacement")
    desk.again("bitter")
    desk.do("marta", "bitter", "acknowledge")
    desk.do("marta", "bitter", "replied")
    desk.do("marta", "bitter", "resolve_as", how="refund")
    desk.until("Thu 26 Nov 15:00")  # the promise about the ginger biscuits is due today
    desk.do("anna", "ginger", "note", note="Esito: tracce di nocciola. Richiamo del lotto 2611.")
    desk.do("anna", "ginger", "resolve_as", how="moved_to_private")
    desk.again("descaler")
    desk.do("luca", "descaler", "acknowledge")
    desk.do("luca", "descaler", "replied")
    desk.do("luca", "descaler", "resolve_as", how="refund")
    desk.check("On Thursday evening")
    desk.until("Mon 30 Nov 09:10")  # what was put aside until Monday
    desk.do("marta", "coupon", "replied")
    desk.do("marta", "coupon", "resolve_as", how="apology")
    desk.until("Tue 1 Dec 18:00")  # a week after the repairs: is all well now?
    desk.from_thread("marta", "lid")
    desk.do("marta", "lid", "replied")
    desk.do("marta", "lid", "resolve_as", how="explained")
    desk.command("marta", "exclusions")
    desk.command("marta", "include aurora boreale")
    desk.until("Thu 3 Dec 18:00")
    desk.check("At the end")
