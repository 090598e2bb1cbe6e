"""The world of the walk: one clock that jumps, invented mentions with what a stub scorer says of them, and lives of the
service on one database. Time passes only where the walk lets it pass, so that the same is recorded each time."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Condition, Event
from typing import Any, Literal, TypeVar
from unittest.mock import patch

from sqlalchemy import event
from sqlmodel import Session, col, select

from alerts.channels.base import Channel, Sent
from alerts.channels.slack import listen
from alerts.channels.slack.client import Slack
from alerts.views import View
from alerts.words import Words
from crawlers.health import read_well
from scheduler import Service
from sentiment.scorer import Scored, ScorerInput
from service import open_database, slack_app_of
from settings import Settings, load
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Mention, SourceRow
from tests.alerts.channels.slack.ear import Saying, over_http, over_socket
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack
from workers import Belt

Transport = Literal["signed HTTP", "Socket Mode"]
T = TypeVar("T")
HERE = Path(__file__).parent
PLATFORMS = {"shop": "page", "app": "appstore", "mastodon": "mastodon", "press": "feed"}
CONFIGURATION = """
ui_language = "en"

[brands.aurora]
name = "Caffè Aurora"
aliases = ["aurora"]
languages = ["it", "en", "de", "es", "fr"]
timezone = "Europe/Rome"

[brands.aurora.policy]
hours = "mon-fri 09:00-18:00, sat 09:00-13:00"
holidays = "IT"
on_call = ["@anna", "@luca"]
escalation = ["@luca", "@head-of-care"]
contacts = { default = "assistenza@aurora.example" }
remedies = { product_quality = "refund_replacement", delivery = "apology_fix" }
storm = 30  # each of the forty gets a case of its own here
tripwires = ["bestcapsules"]
clauses = { spam = "3.1", abuse = "3.2" }

[[brands.aurora.policy.faq]]
question = "La boutique de Bologne est-elle ouverte le dimanche ?"
answer = "Oui, de 9 heures à 13 heures."
lang = "fr"

[brands.aurora.voice]
formality = { it = "lei", de = "Sie", fr = "vous", es = "usted" }
signature = "Giulia, Caffè Aurora"

[[sources]]
name = "shop"
type = "page"
brand = "aurora"
url = "https://shop.aurora.example/"

[[sources]]
name = "app"
type = "appstore"
brand = "aurora"
app_id = "123456789"

[[sources]]
name = "mastodon"
type = "mastodon"
brand = "aurora"
query = "caffè aurora"

[[sources]]
name = "press"
type = "feed"
brand = "aurora"
url = "https://press.example/feed.xml"

[slack]
alerts = "#reputation"
praise = "#kudos"
crisis = "#crisis"
ops = "#ops"
"""


class Clock:
    """The only clock of the walk."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Naps(Event):
    """What the service waits on while it keeps Slack's pace: here the clock goes on at once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self.clock.advance(timeout or 0)
        return self.is_set()


@dataclass(frozen=True, slots=True)
class Post:
    """An invented mention: what a spider would yield, and what the stub scorer says of its words."""

    key: str
    wave: int
    new: dict[str, Any]
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    again: dict[str, Any] = field(default_factory=dict)


def posts(file: str = "mentions.toml") -> dict[str, Post]:
    """All of a file of mentions, by key."""
    tables = tomllib.loads((HERE / file).read_text(encoding="utf-8"))
    found = {}
    for key, table in tables.items():
        again = table.pop("again", {})
        said = {table["text"]: _said(table)}
        if later := again.get("edit") or again.get("reply"):
            said[later] = _said(again | {"lang": table["lang"]})
        known = {
            name: table[name]
            for name in ("lang", "stars", "author", "title", "place", "text")
            if name in table
        }
        source = table["source"]
        new = known | {
            "brand": "aurora",
            "source": source,
            "platform": PLATFORMS[source],
            "external_id": key,
            "url": f"https://{source}.example/{key}",
            "thread": key if source == "mastodon" else None,
        }
        found[key] = Post(key, table["wave"], new, said, again)
    return found


def _said(table: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: table[name] for name in ("urgency", "category", "lang")}
    return known | {
        "sentiment": table["mood"],
        "topics": table.get("topics", []),
        "why": table.get("why", []),
    }


class Table:
    """A scorer that knows each text of the walk and nothing else."""

    name = "table@walk"

    def __init__(self, known: Mapping[str, Post]) -> None:
        self._said = {text: said for post in known.values() for text, said in post.said.items()}

    def score(self, inputs: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
        return [self._score(one) for one in inputs]

    def _score(self, one: ScorerInput) -> Scored:
        said = self._said[one.text]
        share = {"negative": 0.95, "neutral": 0.05, "positive": 0.01}[said["sentiment"]]
        level = ("low", "normal", "high", "critical").index(said["urgency"]) / 3
        probs = {"negative": share, "neutral": 0.0, "positive": 1 - share}
        return Scored(
            said["lang"], False, said["sentiment"], 1 - 2 * share, probs, said["urgency"], level,
            {"critical": 0.9 if level == 1 else 0.01}, said["category"], said["topics"], said["why"], self.name,
        )  # fmt: skip


class Work(Condition):
    """How much of what clicks have begun is not done yet."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 0

    def change(self, by: int) -> None:
        with self:
            self.left += by
            self.notify_all()

    def done(self) -> None:
        with self:
            assert self.wait_for(lambda: self.left == 0, timeout=60), "a click is never done"


class Pool(ThreadPoolExecutor):
    """Threads whose work is counted."""

    work = Work()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        def counted() -> T:
            try:
                return fn(*args, **kwargs)
            finally:
                self.work.change(-1)

        self.work.change(1)
        return super().submit(counted)


class Crew(Pool, listen.Crew):
    def __init__(self) -> None:
        super().__init__()
        self.opening.shutdown()
        self.opening = Pool(listen.OPENING, thread_name_prefix="slack-open")


class Died(BaseException):
    """The process is killed: nothing after this line is done."""


class Mortal:
    """Slack as a process sees it that is killed right after Slack took its message number `last`."""

    def __init__(self, slack: Slack, last: int) -> None:
        self.slack, self.left = slack, last
        self.name, self.edits, self.instant, self.lanes = slack.name, slack.edits, slack.instant, slack.lanes

    def address(self, target: str) -> str:
        return self.slack.address(target)

    def takes(self, target: str, view: View) -> bool:
        return self.slack.takes(target, view)

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        sent = self.slack.post(address, view, key, thread)
        self.left -= 1
        if not self.left:
            raise Died
        return sent

    def edit(self, sent: Sent, view: View, key: str) -> None:
        self.slack.edit(sent, view, key)

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        return self.slack.find(address, key, since, thread)


@dataclass(slots=True)
class Life:
    """One life of the service, with its ear on Slack."""

    service: Service
    say: Saying
    clock: Clock

    def read(self, found: Sequence[NewMention]) -> None:
        """What a crawl leaves: the mentions, and that their sources were read well."""
        service, now = self.service, self.clock()
        with service.db.write() as session:
            store_mentions(session, found, now=now)
            for source in service.settings.sources:
                row = session.get(SourceRow, source.name)
                row = row or SourceRow(name=source.name, brand=source.brand, type=source.type)
                for name, value in read_well(row, results=10, now=now, every=timedelta(minutes=5)).items():
                    setattr(row, name, value)
                session.add(row)

    def work(self) -> None:
        """The stages in the order of the belt, until nothing is left to do now; what rests a few seconds after a send
        that failed is waited for, as the sweep would."""
        service = self.service
        while service.score():
            pass
        while service.triage():
            pass
        service.look_for_rings()
        service.ring()
        service.check()
        for name in service.channels:
            service.deliver(name)


@contextmanager
def living(
    folder: Path,
    slack: FakeSlack,
    clock: Clock,
    transport: Transport,
    last: int = 0,
    *,
    known: Mapping[str, Post] | None = None,
    configuration: str = CONFIGURATION,
) -> Iterator[Life]:
    """A life from its start to its end. `last`: it is killed after so many messages. `known`: what is written; left
    out, `mentions.toml`."""
    settings = configure(folder, slack, configuration)
    channel: Channel = Slack(BOT_TOKEN, settings.slack.address, Words("en"), api_url=slack.url)
    if last:
        assert isinstance(channel, Slack)
        channel = Mortal(channel, last)
    belt = Belt()
    belt.stopping = Naps(clock)
    with ExitStack() as ending:
        db = open_database(settings)
        db.engine.dispose()
        event.listen(db.engine, "connect", _trust_the_machine)
        ending.callback(db.close)
        scorer = Table(posts() if known is None else known)
        service = Service(settings, db, {"slack": channel}, lambda: scorer, belt, clock=clock)
        service.start((), clocks=False)
        ending.callback(service.stop)
        with patch.object(listen, "Crew", Crew):
            app = slack_app_of(service)
        assert app is not None
        opened = over_http if transport == "signed HTTP" else over_socket
        say = ending.enter_context(opened(slack, app))
        yield Life(service, say, clock)


def _trust_the_machine(connection: Any, _: object) -> None:
    """The process dies here, the machine does not: nobody waits for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def configure(folder: Path, slack: FakeSlack, configuration: str = CONFIGURATION) -> Settings:
    """Settings from files, as anybody's; what the walker's own environment says of Slack does not count."""
    (folder / "ascolto.toml").write_text(configuration, encoding="utf-8")
    variables = {
        "ASCOLTO_DATABASE_URL": f"sqlite:///{folder / 'ascolto.db'}",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.url,
    }
    with patch.dict("os.environ", variables):
        return load(folder / "ascolto.toml", required=True)


def case_of(session: Session, key: str) -> int:
    """The case of a mention of the walk."""
    return session.scalar(select(col(Mention.case_id)).where(col(Mention.external_id) == key)) or 0
