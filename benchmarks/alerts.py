"""From stored to handed to Slack, while 100 mentions a second come in: the service itself, with SQLite and a Slack on
loopback that takes a message a second and channel. Only the model is a stub: it knows its answers, so that the figures
are those of triage, drafts and delivery.
"""

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlmodel import select

from alerts.channels.slack.client import Slack
from alerts.routing import Routing
from alerts.words import Words
from scheduler import Service
from sentiment.scorer import Scored, ScorerInput
from settings import Environment, Settings
from store import claims
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Case, Mention, MentionState
from tests.fake_slack import BOT_TOKEN, Failure, FakeSlack
from workers import Belt

RATE, SECONDS, PAGE = 100, 60, 10  # mentions a second; for so long; stored at once
WARM = 5.0  # seconds at the beginning, in which the service starts, whose mentions are not measured
MIX = {"critical": 0.01, "negative": 0.2, "praise": 0.02, "plain": 0.77}
PATIENCE = 60.0  # seconds for what still waits afterwards
TEXTS = {
    "critical": ("Dopo averlo mangiato mia figlia ha la bocca gonfia, corriamo in ospedale. Ordine {code}.",),
    "negative": (
        "Bolletta {code} addebitata due volte sul conto, ridatemi i soldi.",
        "Il corriere ha perso il pacco {code} e nessuno risponde al telefono.",
        "Applicazione bloccata da stamattina, non riesco ad accedere: {code}.",
        "Camerieri scortesi al tavolo {code}, non ci torneremo mai più.",
        "Cialde rotte e confezione aperta, lotto {code}: una delusione.",
    ),
    "praise": ("Ottimo caffè, servizio gentilissimo, grazie di cuore da {code}!",),
    "plain": ("Oggi passo in centro e poi prendo un caffè con {code}.",),
}
SAID: dict[str, tuple[str, str, str, float]] = {  # sentiment, urgency, category, chance of negative
    "critical": ("negative", "critical", "complaint", 0.97),
    "negative": ("negative", "normal", "complaint", 0.9),
    "praise": ("positive", "low", "praise", 0.01),
    "plain": ("neutral", "low", "other", 0.05),
}


def bench() -> dict[str, object]:
    """Seconds from stored to handed to Slack for critical mentions (median, 95th percentile, target 2 s), and the
    messages a thousand mentions became."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(Path(folder), RATE, WARM + SECONDS, warm=WARM)


def measure(
    folder: Path, rate: int, seconds: float, pace: timedelta = timedelta(seconds=1), warm: float = 0.0
) -> dict[str, object]:
    """The figures for `rate` mentions a second over `seconds`, of which the first `warm` are not measured; `pace`:
    between two messages to one channel."""
    slack = Watched(("reputation", "kudos", "crisis", "ops"))
    slack.start()
    service, feed = _service(folder, slack, pace), Feed(rate, seconds, warm)
    try:
        service.start(("score", "alert"))
        feed.run(service)
        waited = _wait_for(lambda: _is_done(service.db, slack, feed))
        return _figures(service.db, slack, feed) | {"seconds_after_the_last": round(waited, 1)}
    finally:
        service.stop()
        service.db.close()
        slack.stop()


class Watched(FakeSlack):
    """Notes when each message was handed over, by its key."""

    def __init__(self, channels: tuple[str, ...]) -> None:
        super().__init__(channels)
        self.handed: dict[str, list[float]] = {}

    def call(self, method: str, asked: dict[str, Any], token: str) -> tuple[Failure, dict[str, Any]]:
        if method.startswith("chat."):
            key = asked["metadata"]["event_payload"]["key"]
            self.handed.setdefault(key, []).append(time.time())
        return super().call(method, asked, token)


class Stub:
    """The model's place: it knows each text's answer by the words it was made of."""

    name = "stub@1"

    def score(self, inputs: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
        return [self._scored(kind_of(one.text)) for one in inputs]

    def _scored(self, kind: str) -> Scored:
        sentiment, urgency, category, negative = SAID[kind]
        probs = {"negative": negative, "neutral": 0.0, "positive": 1 - negative}
        levels = {"low": 0.0, "normal": 0.0, "high": 0.0, "critical": 0.0} | {urgency: 1.0}
        return Scored(
            "it", False, sentiment, 1 - 2 * negative, probs, urgency, 0.5, levels, category, [], [], self.name
        )


def kind_of(text: str) -> str:
    """What a text of this measure is."""
    return next(
        kind for kind, texts in TEXTS.items() if any(text.startswith(one[: one.index("{")]) for one in texts)
    )


@dataclass
class Feed:
    """Stores mentions at a steady rate. `stored`: when each critical one was committed, by its external id; those of
    the first `warm` seconds, in which the service starts, are not measured."""

    rate: int
    seconds: float
    warm: float = 0.0
    stored: dict[str, float] = field(default_factory=dict)
    count: int = 0
    late: float = 0.0

    def run(self, service: Service) -> None:
        chance, start, pause = random.Random(1), time.monotonic(), threading.Event()
        for page in range(round(self.rate * self.seconds / PAGE)):
            due = start + page * PAGE / self.rate
            pause.wait(max(0.0, due - time.monotonic()))
            self.late = max(self.late, time.monotonic() - due)
            mentions = [self._mention(chance) for _ in range(PAGE)]
            with service.db.write() as session:
                store_mentions(session, mentions, now=utcnow())
            moment = time.time()
            if page * PAGE >= self.rate * self.warm:
                self.stored |= {m.external_id: moment for m in mentions if kind_of(m.text) == "critical"}
            service.belt.wake("score")

    def _mention(self, chance: random.Random) -> NewMention:
        self.count += 1
        kind = chance.choices(list(MIX), list(MIX.values()))[0]
        code = "".join(chance.choices("bcdfglmnprstvz", k=8))
        return NewMention(
            brand="aurora",
            source="feed",
            platform="page",
            external_id=f"m{self.count}",
            text=chance.choice(TEXTS[kind]).format(code=code),
            author=f"cliente {self.count}",
            published_at=utcnow(),
        )


def _service(folder: Path, slack: FakeSlack, pace: timedelta) -> Service:
    url = f"sqlite:///{folder / 'alerts.db'}"
    routing = Routing(alerts="#reputation", praise="#kudos", crisis="#crisis", ops="#ops")
    settings = Settings(
        ui_language="it",
        brands={"aurora": Brand(key="aurora", name="Caffè Aurora")},
        slack=routing,
        environment=Environment.model_construct(database_url=SecretStr(url)),
    )
    db = Database(url)
    db.migrate()
    channel = Slack(BOT_TOKEN, routing.address, Words("it"), api_url=slack.url, pace=pace)
    return Service(settings, db, {"slack": channel}, Stub, Belt())


def _wait_for(condition: Callable[[], bool]) -> float:
    start, pause = time.monotonic(), threading.Event()
    while not condition() and time.monotonic() - start < PATIENCE:
        pause.wait(0.1)
    return time.monotonic() - start


def _is_done(db: Database, slack: Watched, feed: Feed) -> bool:
    """Whether all is triaged and each critical mention handed over, by a message or an edit since it was stored;
    praise may still wait."""
    with db.read() as session:
        states = claims.waiting(session, Mention)
    if states.get(MentionState.NEW) or states.get(MentionState.SCORED):
        return False
    homes = _homes(db, feed)
    return all(
        any(moment >= stored for moment in slack.handed.get(homes.get(name, ("", False))[0], ()))
        for name, stored in feed.stored.items()
    )


def _homes(db: Database, feed: Feed) -> dict[str, tuple[str, bool]]:
    """The key of the message that tells of each critical mention, and whether that is a storm's."""
    with db.read() as session:
        rows = session.exec(
            select(Mention.external_id, Case.id, Case.storm)
            .join(Case, Mention.case_id == Case.id)  # type: ignore[arg-type]
            .where(Mention.external_id.in_(list(feed.stored)))  # type: ignore[attr-defined]
        ).all()
    return {name: (f"case:{case_id}:slack", storm) for name, case_id, storm in rows}


def _figures(db: Database, slack: Watched, feed: Feed) -> dict[str, object]:
    own: list[float] = []
    joined: list[float] = []
    never = 0
    homes = _homes(db, feed)
    for name, stored in feed.stored.items():
        key, storm = homes.get(name, ("", False))
        moments = [moment for moment in slack.handed.get(key, ()) if moment >= stored]
        if not moments:
            never += 1
        else:
            (joined if storm else own).append(moments[0] - stored)
    posts = len(slack.messages)
    return {
        "mentions": feed.count,
        "mentions_per_second": feed.rate,
        "seconds_behind_at_worst": round(feed.late, 2),
        "critical": len(feed.stored),
        "critical_seconds": _spread(own),
        "critical_joined_a_storm": len(joined),
        "critical_joined_seconds": _spread(joined),
        "critical_never": never,
        "messages": {name: len(slack.in_channel(name)) for name in slack.channels},
        "messages_per_1000_mentions": round(1000 * posts / feed.count, 1),
        "edits": sum(len(message.history) for message in slack.messages),
        "scores": "a stub's: the model is left out",
    }


def _spread(seconds: Iterable[float]) -> dict[str, float] | None:
    found = sorted(seconds)
    if not found:
        return None
    place = max(0, -(-95 * len(found) // 100) - 1)  # the nearest rank
    return {
        "median": round(statistics.median(found), 2),
        "p95": round(found[place], 2),
        "most": round(found[-1], 2),
    }
