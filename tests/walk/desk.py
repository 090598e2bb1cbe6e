"""What people do at the desk: clicks, menus, modals, commands, as Slack would send them; and what is written down of it.

Each click takes its time, is done before the next, and delivery follows it, as the service would wake it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from alerts.channels.slack import menu, modals
from alerts.channels.slack.forms import FORMS
from alerts.channels.slack.listen import SHORTCUT
from alerts.words import Words
from store.mention import NewMention
from store.tables import Clock, Mention, Notification, NotificationKind, OutboxState
from tests.fake_slack import FakeSlack, Message
from tests.walk.record import ROME, STORIES, check, end, log, story
from tests.walk.world import Clock as Time
from tests.walk.world import Life, Pool, Post, case_of

TEAM = {"marta": "U0MARTA", "luca": "U0LUCA", "anna": "U0ANNA"}
A_CLICK = 20  # seconds between two clicks
SWEEP = 5  # seconds until what rests after a failed send is looked at again
SHOWN = 110  # characters of a line that is written down
PREFACE = """\
A recorded walk: forty cases of one bad morning, from alert to resolved, and the week after.

The service is the real one (store, triage, drafts, outbox, clocks, Slack's client and listener); Slack is a fake on this
machine, the clock jumps, and what the model would say of each text stands in a table (tests/walk/mentions.toml). The
brand and its customers are invented. `make walk` plays it again; `python -m tests.walk --write` writes this file anew."""
WAITING = (OutboxState.WAITING, OutboxState.STALE)
Block = dict[str, Any]


@dataclass(slots=True)
class Desk:
    """`lines` is what is written down; `used` are the action ids, menu entries, modals and commands that were used."""

    slack: FakeSlack
    clock: Time
    posts: Mapping[str, Post]
    preface: str = PREFACE
    lines: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    life: Life | None = None
    _seen: int = 0
    _told: int = 0
    _day: str = ""
    winner: str = ""
    raced: int = 0

    # ------------------------------------------------------------------------------------------ writing down

    @property
    def text(self) -> str:
        """All that was written down."""
        return "\n".join([self.preface, *self.lines]) + "\n"

    def note(self, who: str, said: str, at: datetime | None = None) -> None:
        now = (at or self.clock()).astimezone(ROME)
        day = f"{now:%A %-d %B %Y}"
        if day != self._day:
            self._day = day
            self.lines += [day, "-" * len(day)] if not self.lines[-1] else ["", day, "-" * len(day)]
        self.lines.append(f"{now:%H:%M:%S}  {who:<11} {said}")

    def title(self, said: str) -> None:
        self.lines += ["", "", said, "=" * len(said), ""]

    def look(self) -> None:
        """Writes down what has come to Slack since the last look: new messages, clocks that rang, and lines of threads
        that show in the channel too."""
        for message in self.slack.messages[self._seen :]:
            name = next(name for name, known in self.slack.channels.items() if known == message.channel)
            at = datetime.fromtimestamp(int(message.ts.partition(".")[0]), tz=ROME)
            if message.thread_ts is None:
                self.note(f"#{name}", short(message.text), at)
            elif message.broadcast or message.text.startswith("⏰"):
                where = "↳" if message.broadcast else "↳ (in the thread)"
                self.note(
                    f"#{name}",
                    f"  {where} case {self._numbers()[message.thread_ts]}: {short(message.text)}",
                    at,
                )
        self._seen = len(self.slack.messages)
        for told in self.slack.private[self._told :]:
            who = next(name for name, known in TEAM.items() if known == told["user"])
            self.note("", f"  only {who} reads: {short(' / '.join(told['text'].splitlines()))}")
        self._told = len(self.slack.private)

    def _numbers(self) -> dict[str, int]:
        """The cases by the ts of their messages."""
        of_cases = select(Notification.message_id, Notification.case_id).where(
            col(Notification.kind) == NotificationKind.CASE
        )
        with self.alive.service.db.read() as session:
            return {ts: case for ts, case in session.execute(of_cases) if ts and case}

    # ------------------------------------------------------------------------------------------------- time

    @property
    def alive(self) -> Life:
        assert self.life is not None
        return self.life

    def work(self) -> None:
        """The service does what there is to do now; sends that failed are tried again a few seconds later."""
        self.alive.work()
        for _ in range(60):
            if not self.waits():
                break
            self.clock.advance(SWEEP)
            self.alive.work()
        self.look()

    def waits(self) -> int:
        """Messages that are not delivered."""
        with self.alive.service.db.read() as session:
            return (
                session.scalar(
                    select(func.count()).select_from(Notification).where(col(Notification.state).in_(WAITING))
                )
                or 0
            )

    def until(self, when: str) -> None:
        """Lets time pass to "Thu 26 Nov 09:00", in Rome: from one clock that rings to the next."""
        moment = datetime.strptime(f"{when} 2026", "%a %d %b %H:%M %Y").replace(tzinfo=ROME)
        assert f"{moment:%a}" == when[:3], when
        while True:
            now, ring = self.clock(), self.next_ring()
            if ring is None or ring > moment:
                break
            self.clock.now = max(ring, now + timedelta(seconds=30))
            self.work()
        self.clock.now = max(self.clock.now, moment.astimezone(self.clock.now.tzinfo))
        self.work()

    def next_ring(self) -> datetime | None:
        """When something happens by itself next."""
        with self.alive.service.db.read() as session:
            return session.scalars(
                select(Clock.rings_at)
                .where(col(Clock.rings_at).is_not(None))
                .order_by(col(Clock.rings_at))
                .limit(1)
            ).first()

    # --------------------------------------------------------------------------------------------- mentions

    def read(self, wave: int) -> None:
        """The sources are read, and what is new is stored."""
        found = [self._mention(post) for post in self.posts.values() if post.wave == wave]
        self.note("", f"{len(found)} mentions are read from shop, app, Mastodon and press")
        self.alive.read(found)

    def again(self, key: str) -> None:
        """The author writes again (an edit, or another post in the thread), or the brand's own answer is seen."""
        post, now = self.posts[key], self.clock()
        new, again = self._mention(post), post.again
        if text := again.get("edit"):
            new.text, new.stars, new.edited_at = text, again["stars"], now
            told = f"{new.author} changes the review: {text}"
        elif text := again.get("reply"):
            new.external_id, new.text, new.published_at = f"{key}-2", text, now
            told = f"{new.author} writes again: {text}"
        else:
            new.answer, new.answered_at = again["answer"], now
            told = f"the brand answers {new.author} on the platform itself"
        self.note("", short(told))
        self.alive.read([new])
        self.work()

    def _mention(self, post: Post) -> NewMention:
        with self.alive.service.db.read() as session:
            known = session.scalar(select(Mention.published_at).where(col(Mention.external_id) == post.key))
        return NewMention(**post.new, published_at=known or self.clock() - timedelta(minutes=12))

    # ----------------------------------------------------------------------------------------------- clicks

    def do(self, who: str, key: str, what: str, **values: Any) -> None:
        """A click on the message of a case: a button, an entry of its short menu, or one under *More*; and where it opens
        a modal, the modal with `values`. `assign` takes `to`; `more`: under *More* also where it is nearer at hand."""
        self._click(who, key, what, values.pop("to", None), more=values.pop("more", False))
        Pool.work.done()
        if what in FORMS:
            self.submit(who, what, **values)
        self.work()

    def many(self, who: str, keys: str, *steps: str, **values: Any) -> None:
        """The same with several cases, one after the other."""
        for key in keys.split():
            for what in steps:
                self.do(who, key, what, **(values if what == steps[-1] else {}))

    def open(self, who: str, key: str, what: str) -> Block:
        """A click that opens a modal, which stays open."""
        self._click(who, key, what)
        Pool.work.done()
        return self.modal(what)

    def submit(self, who: str, what: str, view: Block | None = None, **values: Any) -> None:
        view = view or self.modal(what)
        if any(block.get("block_id") == "reader" for block in view["blocks"]):
            values = {"reader": "me"} | values  # an edited reply has no gloss
        self.used.add(view["callback_id"])
        said = ", ".join(f"{name}: {value}" for name, value in values.items())
        self.note("", f"  {view['submit']['text']}: {short(said or '(as it stands)')}")
        self.send(who, self.slack.submission(view, TEAM[who], who, **values))

    def in_modal(self, who: str, view: Block, action: str, **chosen: Any) -> None:
        """A click inside a modal, which then shows something else."""
        self.used.add(action)
        self.note(who, f"  in the form: {_name(action)}" + (f" “{chosen['value']}”" if chosen else ""))
        self.send(who, self.slack.in_view(view, action, TEAM[who], who, **chosen))

    def modal(self, what: str) -> Block:
        found = [v for v in self.slack.views.values() if v.get("callback_id") == f"ascolto.modal.{what}.v1"]
        assert found, f"no modal {what}: {[v.get('callback_id') for v in self.slack.views.values()]}"
        return found[-1]

    def old(self, who: str, key: str, action: str) -> None:
        """A click on a message of a version before modals: its button did at once what it says."""
        payload = self.slack.payload(self.message(key), menu.MORE, TEAM[who], who)
        payload["actions"] = [{"type": "button", "action_id": action, "value": str(self.case(key))}]
        self.used.add(action)
        self.note(who, f"{_name(action)} · {self.called(key)} (a button of an earlier version)")
        self.send(who, payload)
        self.work()

    def copied(self, who: str, key: str) -> None:
        """*Mark as replied* under the reply that was handed out to copy, which only the person sees."""
        (button,) = [
            e for b in self.slack.private[-1]["blocks"] if b["type"] == "actions" for e in b["elements"]
        ]
        payload = self.slack.payload(self.message(key), menu.MORE, TEAM[who], who)
        payload["actions"] = [button]
        self.used.add(button["action_id"])
        self.note(who, f"{button['text']['text']} · {self.called(key)} (under the copied reply)")
        self.send(who, payload)
        self.submit(who, "replied")
        self.work()

    def from_thread(self, who: str, key: str) -> None:
        """*Reopen* on the line of the thread that told the end."""
        lines = [m for m in self.slack.thread(self.message(key)) if menu.REOPEN in m.buttons()]
        self.used.add(menu.REOPEN)
        self.note(who, f"Reopen · {self.called(key)} (in its thread)")
        self.send(who, self.slack.payload(lines[-1], menu.REOPEN, TEAM[who], who))
        self.work()

    def home(self, who: str) -> Block:
        self.used.add("app_home_opened")
        self.send(who, self.slack.home_opened(TEAM[who]))
        view = self.slack.homes[TEAM[who]]
        heads = [b["text"]["text"] for b in view["blocks"] if b["type"] == "header"]
        rows = sum("accessory" in b for b in view["blocks"])
        self.note(who, f"opens the App Home: {', '.join(heads)}; {rows} cases are listed")
        return view

    def in_home(self, who: str, key: str, action: str) -> None:
        view, case = self.slack.homes[TEAM[who]], self.case(key)
        buttons = [
            b["accessory"] for b in view["blocks"] if b.get("accessory", {}).get("action_id") == action
        ]
        (button,) = [b for b in buttons if b["value"].startswith(f"{case}.")]
        self.used.add(action)
        self.note(who, f"{button['text']['text']} · {self.called(key)} (in the App Home)")
        self.send(who, self.slack.in_view(view, action, TEAM[who], who, value=button["value"]))
        self.work()

    def command(self, who: str, text: str) -> None:
        self.used.add(f"/ascolto {text.partition(' ')[0]}")
        self.note(who, f"/ascolto {text}")
        self.send(who, self.slack.command(text, TEAM[who], who))
        self.look()

    def shortcut(self, who: str, text: str) -> None:
        """*Make this a case* on a colleague's message in Slack."""
        self.used.add(SHORTCUT)
        self.note(who, f"Make this a case · on a message in #reputation: {text}")
        message = {"ts": "1.000001", "text": text}
        self.send(
            who, self.slack.shortcut(SHORTCUT, message, self.slack.channels["reputation"], TEAM[who], who)
        )
        self.work()

    # ----------------------------------------------------------------------------------------------- finding

    def case(self, key: str) -> int:
        with self.alive.service.db.read() as session:
            return case_of(session, key)

    def message(self, key: str) -> Message:
        """The one message of a case."""
        with self.alive.service.db.read() as session:
            ts = session.scalar(
                select(Notification.message_id).where(
                    col(Notification.case_id) == case_of(session, key),
                    col(Notification.kind) == NotificationKind.CASE,
                )
            )
        return next(m for m in self.slack.messages if m.ts == ts)

    def shown(self, key: str) -> list[str]:
        """The buttons of a case's message, by what they do."""
        return [action.split(".")[2] for action in self.message(key).buttons()]

    def count(self, method: str) -> int:
        """How often Slack was asked for it."""
        return sum(call[0] == method for call in self.slack.calls)

    def both(self, first: str, one: Block, second: str, other: Block, key: str) -> None:
        """Two click on what they both still see; the first a blink earlier."""
        self.clock.advance(A_CLICK)
        self.note(first, f"Acknowledge · {self.called(key)}")
        self.send(first, one, at_once=True)
        self.note(second, f"Acknowledge · {self.called(key)}, a blink later")
        self.send(second, other, at_once=True)
        self.look()
        self.work()

    def keep_quiet_about(self, winner: str, key: str) -> None:
        """Who won a real race differs from walk to walk: it is not written down."""
        self.winner, self.raced = winner, self.case(key)
        self._told = len(self.slack.private)

    def payload(self, who: str, key: str, what: str) -> Block:
        """What a click on the message sends, without sending it."""
        message = self.message(key)
        action = menu.action(what)
        if action in message.buttons():
            self.used.add(action)
            return self.slack.payload(message, action, TEAM[who], who)
        self.used |= {menu.MORE, f"menu:{what}"}
        return self.slack.chosen(message, what, TEAM[who], who)

    def _click(self, who: str, key: str, what: str, to: str | None = None, *, more: bool = False) -> None:
        self.clock.advance(A_CLICK)
        near = self._near(key)
        if what in near and not more:
            self.note(who, f"{near[what]} · {self.called(key)}")
            self.send(who, self.payload(who, key, what), at_once=True)
            return
        self.send(who, self.payload(who, key, "menu"))
        view = self.modal("menu")
        action = menu.action(what)
        self.used.add(action)
        chosen = {"selected_user": TEAM[to]} if to else {}
        self.note(who, f"More: {menu.LABELS[what]}{f' ({to})' if to else ''} · {self.called(key)}")
        self.send(who, self.slack.in_view(view, action, TEAM[who], who, **chosen), at_once=True)

    def send(self, who: str, payload: Block, *, at_once: bool = False) -> None:
        if not at_once:
            self.clock.advance(A_CLICK)
        self.alive.say(payload)
        Pool.work.done()
        self._close_notices()

    def _close_notices(self) -> None:
        """People close a form that only tells them something, and wait for one that is not there yet."""
        assert self.slack.wait_for(lambda: not any(map(_is_loading, list(self.slack.views.values())))), (
            "it stays empty"
        )
        for number, view in list(self.slack.views.items()):
            if not view.get("submit") and view.get("callback_id") != "ascolto.modal.menu.v1":
                first = view["blocks"][0]
                said = (first.get("text") or first["elements"][0])["text"]
                if not said.startswith("Done"):
                    self.note("", f"  the form says: {short(said)}")
                del self.slack.views[number]

    def _near(self, key: str) -> dict[str, str]:
        """What the buttons and the short menu under a case's message do, with what they are called."""
        found = {}
        for action, element in self.message(key).buttons().items():
            for option in element.get("options", []):
                found[option["value"].partition(":")[0]] = f"⋯ {option['text']['text']}"
            if element["type"] == "button":
                found[action.split(".")[2]] = element["text"]["text"]
        return found

    def called(self, key: str) -> str:
        return f"case {self.case(key)} ({self.posts[key].new.get('author', key)})"

    # ---------------------------------------------------------------------------------------------- checking

    def check(self, when: str) -> None:
        """What must hold at any time; writes it down."""
        with self.alive.service.db.read() as session:
            found = check(session, self.slack)
        self.lines += ["", f"{when}: {found.said}"]
        assert found.holds, found

    def finish(self, stories: Sequence[str] = STORIES) -> None:
        """The threads of a few cases, the audit log as a table, and what was counted."""
        with self.alive.service.db.read() as session:
            for key in stories:
                self.lines += story(self.slack, self.message(key), case_of(session, key))
            self.lines += log(session, self.raced, self.winner)
            self.lines += end(session, self.slack)


def _is_loading(view: Block) -> bool:
    """Whether it stands until the database has answered."""
    return bool(view["blocks"] == modals.loading(Words("en"))["blocks"])


def _name(action: str) -> str:
    what = re.sub(r"^ascolto\.case\.|\.v1$", "", action)
    return menu.LABELS.get(what, what.replace("_", " ").capitalize())


def short(text: str, most: int = SHOWN) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
