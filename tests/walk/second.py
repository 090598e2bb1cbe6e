"""The second part of the walk: a week with a storm, with quiet hours, bundles, rules, and briefs.

The same desk as in `tests.walk.story`, with a configuration of its own; played on a database of its own, and recorded
in a file of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from alerts import overview
from alerts.channels.slack import menu
from store.tables import Case, Mention, Notification, NotificationKind, Sample
from tests.fake_slack import Message, fake_slack
from tests.walk.desk import A_CLICK, TEAM, WAITING, Desk, short
from tests.walk.record import ROME, read_out
from tests.walk.world import CONFIGURATION, Clock, Died, Post, living, posts

BEGINS = datetime(2026, 12, 14, 7, 20, tzinfo=ROME)
MINUTE, PAGES, PAGE = 60, 6, 54  # the storm: within a minute, in so many reads of so many mentions
LATER = 18  # that join it afterwards
HANDFUL = 6  # messages that a storm may become, its critical case and the bundle of its first cases included
SHOWN = 130  # characters of a line of a message
SOON = timedelta(minutes=1)  # what goes out by itself within this long is waited for
CHANNELS = ("reputation", "kudos", "crisis", "ops", "bologna", "aurora-de")
TABLES = """
quiet = "mon-sun 19:00-08:00"     # what is not urgent waits
bundle = "hour"                   # normal criticism and requests come together
most_per_hour = 3

[[slack.rules]]
places = ["bologna"]
channel = "#bologna"
people = ["@luca"]
bundle = "no"

[[slack.rules]]
languages = ["de"]
channel = "#aurora-de"
bundle = "no"

[[slack.rules]]
platforms = ["feed"]
bundle = "day"
"""
PREFACE = """\
The second part of the recorded walk: a storm of several hundred complaints within a minute, a critical one in the middle
of it, quiet hours, rules, bundles, and the briefs with what was not shown.

As in the first part (walk.txt) the service is the real one; Slack is a fake on this machine, the clock jumps, and what
the model would say of each text stands in a table (tests/walk/second.toml). The brand and its customers are invented.
What is indented under a message is what it shows. `make walk` plays it again; `python -m tests.walk --write` writes
this file anew."""
STORM = f"bill-{PAGE - 1:03}"  # a mention that is surely one of the storm
ANSWER = (
    "Avete ragione: un errore del sistema ha addebitato due volte alcuni ordini. Stiamo stornando tutto, entro "
    "domani mattina. Giulia, Caffè Aurora"
)
STATEMENT = (
    "Un errore del nostro sistema ha addebitato due volte alcuni ordini: lo stiamo correggendo, e ogni addebito doppio "
    "viene stornato."
)
DOUBLE = (
    "Mi avete addebitato due volte lo stesso ordine: {euros} euro spariti dal conto.",
    "Addebitato due volte l'ordine di stamattina, {euros} euro dal conto. Ridatemeli.",
    "Anche a me: ordine pagato una volta, addebitato due volte. {euros} euro in meno sul conto.",
    "Due volte {euros} euro dal conto per un ordine solo, addebitato stanotte. Chi risponde?",
)


def storm() -> dict[str, Post]:
    """Hundreds of complaints about one matter, no two of them the same."""
    said: dict[str, Any] = {
        "sentiment": "negative",
        "urgency": "normal",
        "category": "complaint",
        "lang": "it",
    }
    said |= {"topics": ["refund_payment"], "why": []}
    found = {}
    for number in range(PAGES * PAGE + LATER):
        euros = f"{11 + number % 79},{10 + number // 79}"
        key, text = f"bill-{number:03}", DOUBLE[number % len(DOUBLE)].format(euros=euros)
        source, platform = (("app", "appstore"), ("shop", "page"))[number % 2]
        new = {
            "brand": "aurora",
            "source": source,
            "platform": platform,
            "external_id": key,
            "url": f"https://{source}.example/{key}",
            "lang": "it",
            "stars": 1,
            "author": f"cliente {number + 1}",
            "text": text,
        }
        found[key] = Post(key, 0, new, {text: said})
    return found


class LaterDesk(Desk):
    """A desk that also knows what waits for its hour: quiet hours, bundles, briefs."""

    pages = 0  # of the storm that have been read
    before = 0  # messages that were there before it

    def title(self, said: str) -> None:
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        super().title(said)

    def work(self) -> None:
        """As ever, with all sources read and the briefs whose time has come."""
        self.alive.read([])
        self.alive.service.announce_briefs()
        super().work()

    def waits(self) -> int:
        """What is not delivered, though nothing holds it back."""
        chosen = select(func.count()).where(
            col(Notification.state).in_(WAITING),
            func.coalesce(Notification.next_try_at, self.clock()) < self.clock() + SOON,
        )
        with self.alive.service.db.read() as session:
            return session.scalar(chosen) or 0

    def next_ring(self) -> datetime | None:
        """The clock that rings next, or what waits for its hour, or the next brief."""
        now, brand = self.clock(), self.alive.service.settings.brands["aurora"]
        waiting = select(func.min(Notification.next_try_at)).where(
            col(Notification.state).in_(WAITING), col(Notification.next_try_at) > now
        )
        with self.alive.service.db.read() as session:
            held = session.scalar(waiting)
        today = now.astimezone(ROME).date()
        times = [time for time in (brand.briefs.morning, brand.briefs.evening) if time is not None]
        days = [today, today + timedelta(days=1)]
        brief = [datetime.combine(day, time, tzinfo=ROME) for day in days for time in times]
        known = [super().next_ring(), held, *(moment for moment in brief if moment > now)]
        return min((moment for moment in known if moment is not None), default=None)

    # ----------------------------------------------------------------------------------------------- the storm

    def rain(self) -> None:
        """The storm, page by page, with the critical mention in the middle of it."""
        while self.pages < PAGES:
            first, self.pages = self.pages * PAGE, self.pages + 1
            self.page(first, PAGE, *(["insulin"] if self.pages == PAGES // 2 else []))
            self.clock.advance(MINUTE / PAGES)
        self.work()

    def page(self, first: int, count: int, *others: str) -> None:
        """A page of the storm is read, and the service does at once what there is to do."""
        keys = [*(f"bill-{number:03}" for number in range(first, first + count)), *others]
        mentions = [self._mention(self.posts[key]) for key in keys]
        for mention in mentions:
            mention.published_at = self.clock() - timedelta(seconds=50)
        self.alive.read(mentions)
        self.alive.work()

    def joined(self, key: str) -> int:
        """How many mentions the case of this one has."""
        with self.alive.service.db.read() as session:
            chosen = select(func.count()).where(col(Mention.case_id) == self.case(key))
            return session.scalar(chosen) or 0

    def alone(self) -> list[str]:
        """The first complaints of the storm, which had cases of their own before it was one."""
        return [key for key in sorted(self.posts) if key.startswith("bill-") and not self.is_storm(key)]

    def called(self, key: str) -> str:
        return f"case {self.case(key)} (the storm)" if self.is_storm(key) else super().called(key)

    def is_storm(self, key: str) -> bool:
        with self.alive.service.db.read() as session:
            return session.get_one(Case, self.case(key)).storm

    # ------------------------------------------------------------------------------------- bundles and briefs

    def bundle(self, key: str) -> Message:
        """The message that tells of a case with others."""
        chosen = select(Notification.bundle).where(
            col(Notification.case_id) == self.case(key), col(Notification.kind) == NotificationKind.CASE
        )
        with self.alive.service.db.read() as session:
            (message,) = self.slack.by_key(session.scalar(chosen) or "")
        return message

    def show(self, who: str, key: str) -> None:
        """*Show* under a case of a bundle."""
        self.clock.advance(A_CLICK)
        self.note(who, f"Show · {self.called(key)} (in the list)")
        action = menu.show(self.case(key))
        self.used.add(menu.SHOW)
        self.send(who, self.slack.payload(self.bundle(key), action, TEAM[who], who), at_once=True)
        self.work()

    def brief(self, moment: str) -> Message:
        """The latest brief of that moment of the day."""
        return [m for m in self.slack.messages if m.key.endswith(f":{moment}:slack")][-1]

    def judge(self, who: str, key: str, said: str, seen: Message | None = None) -> None:
        """*Right* or *Should have told me* under a mention that was not shown; `seen`: as the brief was before."""
        message = seen or self.brief(overview.MORNING)
        with self.alive.service.db.read() as session:
            of_mention = select(Sample.id).join(Mention).where(col(Mention.external_id) == key)
            number = str(session.scalar(of_mention))
        action, button = next(
            (action, button)
            for action, button in message.buttons().items()
            if button["value"] == number and action.startswith(f"ascolto.sample.{said}.")
        )
        self.clock.advance(A_CLICK)
        self.used.add(action.rpartition(".")[0])
        self.note(who, f"{button['text']['text']} · “{short(self.posts[key].new['text'])}”")
        self.send(who, self.slack.payload(message, action, TEAM[who], who), at_once=True)
        self.work()

    def read_out(self, message: Message) -> None:
        """Writes down all that a message shows now."""
        self.lines += ["", *(f"    {short(line, SHOWN)}" for line in read_out(message)), ""]

    def drawn(self) -> list[str]:
        """What was drawn for the brief of the morning, in its order."""
        values = [b["value"] for b in self.brief(overview.MORNING).buttons().values()]
        with self.alive.service.db.read() as session:
            rows = session.execute(select(Sample.id, Mention.external_id).join(Mention)).all()
        return sorted({key for number, key in rows if str(number) in values})


def second(folder: Path) -> LaterDesk:
    """Plays all of it. `folder` keeps the database."""
    clock = Clock(BEGINS)
    with fake_slack(channels=CHANNELS, clock=clock) as slack:
        desk = LaterDesk(slack, clock, {**posts("second.toml"), **storm()}, PREFACE)
        with life(desk, folder):
            the_night_is_over(desk)
        with life(desk, folder, last=2):
            the_storm_begins(desk)
        with life(desk, folder):
            the_storm_goes_on(desk)
            the_afternoon(desk)
            the_evening(desk)
            the_next_day(desk)
            desk.finish((STORM, "insulin"))
    return desk


@contextmanager
def life(desk: LaterDesk, folder: Path, last: int = 0) -> Iterator[None]:
    configuration = CONFIGURATION.replace(
        "storm = 30  # each of the forty gets a case of its own here", "storm = 5"
    )
    begun = living(
        folder,
        desk.slack,
        desk.clock,
        "Socket Mode",
        last,
        known=desk.posts,
        configuration=configuration + TABLES,
    )
    with begun as desk.life:
        yield


def the_night_is_over(desk: LaterDesk) -> None:
    desk.title("Monday: the end of the quiet hours, and the brief of the morning")
    desk.read(1)
    desk.work()
    desk.until("Mon 14 Dec 08:00")
    desk.read_out(desk.bundle("late"))
    desk.until("Mon 14 Dec 08:30")
    desk.read_out(desk.brief(overview.MORNING))
    before, drawn = replace(desk.brief(overview.MORNING)), desk.drawn()
    desk.judge("marta", "screw", "missed")
    for key in [key for key in drawn if key != "screw"][:2]:
        desk.judge("marta", key, "right")
    desk.judge("luca", "screw", "right", before)
    desk.show("marta", "code")
    desk.do("marta", "code", "replied")
    desk.do("marta", "code", "resolve_as", how="explained")
    desk.show("marta", "late")
    desk.do("marta", "late", "acknowledge")
    desk.do("luca", "tables", "acknowledge")
    desk.many("luca", "tables", "replied", "resolve_as", how="apology")
    desk.many("luca", "mug", "replied", "resolve_as", how="replacement")
    desk.many("anna", "leak", "replied", "resolve_as", how="replacement")
    desk.many("anna", "screw", "replied", "resolve_as", how="escalated")
    desk.do("luca", "warm", "resolve_as", how="nothing")
    desk.note("", "the list of 08:00 now reads")
    desk.read_out(desk.bundle("late"))
    desk.until("Mon 14 Dec 09:00")  # what comes by the day comes when the brand opens
    desk.show("luca", "column")
    desk.do("luca", "column", "not_relevant")
    desk.check("Before the storm")


def the_storm_begins(desk: LaterDesk) -> None:
    desk.title(
        "A quarter past ten: hundreds of complaints within a minute, and the process is killed amid them"
    )
    desk.until("Mon 14 Dec 10:14")
    desk.before = len(desk.slack.messages)
    desk.note(
        "", f"{PAGES * PAGE} mentions of one matter come in within a minute, and a critical one amid them"
    )
    try:
        desk.rain()
    except Died:
        desk.look()
        desk.note("", f"the process is killed, after {desk.pages} of {PAGES} pages")


def the_storm_goes_on(desk: LaterDesk) -> None:
    desk.title("A new process on the same database: the rest of the storm")
    desk.clock.advance(5)
    desk.note("", "the process starts; the rest is read")
    desk.rain()
    desk.look()
    desk.note("", f"the storm's message counts {desk.joined(STORM)} mentions")
    desk.read_out(desk.message(STORM))
    desk.do("anna", "insulin", "acknowledge")
    desk.do("marta", STORM, "acknowledge")
    desk.do("anna", "insulin", "callback")
    desk.do("anna", "insulin", "replied")
    desk.do("anna", "insulin", "resolve_as", how="refund", note="Stornato subito, carta di nuovo attiva")
    desk.do("marta", STORM, "statement", statement_it=STATEMENT)
    desk.do("marta", STORM, "writers")
    desk.do("marta", STORM, "edit", reply=ANSWER)
    desk.do("marta", STORM, "note", note="Banca avvisata: storni entro domani mattina.")
    desk.until("Mon 14 Dec 10:40")
    desk.page(PAGES * PAGE, LATER)
    desk.work()
    desk.note("", f"{LATER} more join it: {desk.joined(STORM)} mentions, and no new message")
    desk.until("Mon 14 Dec 11:00")  # the first few had cases of their own, before it was a storm
    desk.read_out(desk.bundle("bill-000"))
    came = [message for message in desk.slack.messages[desk.before :] if message.thread_ts is None]
    assert len(came) <= HANDFUL, [message.text for message in came]
    desk.lines.append(f"{PAGES * PAGE + LATER + 1} mentions became {len(came)} messages.")
    desk.do("marta", STORM, "replied", promise="lo storno degli addebiti doppi", by="2026-12-15")
    *first, last = desk.alone()
    for key in first:
        desk.show("marta", key)
        desk.do("marta", key, "resolve_as", how="explained")
    desk.home("marta")  # what stands in a list can be seen to from there too
    desk.in_home("marta", last, menu.MENU)
    desk.in_modal("marta", desk.modal("menu"), menu.action("resolve_as"))
    desk.submit("marta", "resolve_as", how="explained")
    desk.work()
    desk.note("", "the list of 11:00 now reads")
    desk.read_out(desk.bundle(last))
    desk.do("marta", "late", "replied")
    desk.do("marta", "late", "resolve_as", how="apology")
    desk.check("After the storm")


def the_afternoon(desk: LaterDesk) -> None:
    desk.title("The afternoon: more than the channel takes in an hour")
    for when, wave in (("Mon 14 Dec 15:35", 3), ("Mon 14 Dec 15:50", 4)):
        desk.until(when)
        desk.read(wave)
        desk.work()
    desk.until("Mon 14 Dec 16:00")
    desk.read_out(desk.bundle("queue"))
    desk.read_out(desk.bundle("party"))
    desk.many("marta", "gift_card", "replied", "resolve_as", how="refund")
    desk.many("luca", "closed", "replied", "resolve_as", how="apology")
    desk.do("luca", "beans", "acknowledge")
    for key in ("wobble", "queue"):
        desk.show("anna", key)
        desk.do("anna", key, "acknowledge")
    desk.do("anna", "wobble", "replied", promise="il tecnico", by="2026-12-16")
    desk.many("anna", "queue", "replied", "resolve_as", how="apology")
    desk.until("Mon 14 Dec 16:40")
    desk.many("luca", "beans", "replied", "resolve_as", how="replacement")
    desk.until("Mon 14 Dec 17:30")
    desk.read_out(desk.brief(overview.EVENING))


def the_evening(desk: LaterDesk) -> None:
    desk.title("The evening: quiet hours again")
    desk.until("Mon 14 Dec 21:30")
    desk.read(5)
    desk.work()
    desk.note("", "what is high has come at once; criticism and praise wait for the morning")


def the_next_day(desk: LaterDesk) -> None:
    desk.title("Tuesday: what waited, and the end of the storm")
    desk.until("Tue 15 Dec 08:30")
    desk.read_out(desk.brief(overview.MORNING))
    desk.many("luca", "parcel", "replied", "resolve_as", how="refund")
    desk.do("luca", "smile", "resolve_as", how="nothing")
    desk.show("marta", "syrup")
    desk.many("marta", "syrup party", "replied", "resolve_as", how="explained")
    desk.until("Tue 15 Dec 11:00")
    desk.do("marta", STORM, "resolve_as", how="refund", note="Tutti gli addebiti doppi sono stornati.")
    desk.do("anna", "wobble", "resolve_as", how="replacement")
    desk.until("Tue 22 Dec 18:00")  # a week after the repairs: is all well now?
    desk.check("At the end")
