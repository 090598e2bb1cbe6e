"""A short belt for the tests of triage: mentions go in with what a model would say of them, cases come out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.stage import triage_waiting
from store.brand import Brand, Policy
from store.db import Database
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Audit, Case, Draft, Mention, MentionState, Notification, Reason, Score

Row = TypeVar("Row", bound=SQLModel)
AURORA = Brand(key="aurora", name="Caffè Aurora", policy=Policy(tripwires=("richiamo",)))
BRANDS = {"aurora": AURORA, "berta": Brand(key="berta", name="Berta")}
SCORE = ("sentiment", "urgency", "category", "negative", "why", "unsupported", "score_lang", "topics")
BAD: dict[str, Any] = {"sentiment": "negative", "category": "complaint", "urgency": "normal", "negative": 0.9}
GLAD: dict[str, Any] = {"sentiment": "positive", "category": "praise", "urgency": "low", "negative": 0.01}
PLAIN: dict[str, Any] = {"sentiment": "neutral", "category": "other", "urgency": "low", "negative": 0.05}
CRITICAL: dict[str, Any] = BAD | {"urgency": "critical", "why": ["ospedale"]}


class Composer:
    """Writes a draft that names what it was asked of; raises at texts that hold `poison`."""

    def __init__(self, poison: str = "\0") -> None:
        self.asked: list[DraftRequest] = []
        self.poison = poison

    def __call__(self, request: DraftRequest) -> DraftReply:
        self.asked.append(request)
        if self.poison in request.text:
            raise RuntimeError(f"cannot compose for {request.text}")
        reply = None if request.category == "spam" else f"Grazie ({request.seed})"
        return DraftReply(
            "it", reply, None, None, 1, None, "characters", "help", (), (f"m{len(self.asked)}",)
        )

    @property
    def seeds(self) -> list[str]:
        return [request.seed for request in self.asked]


@dataclass
class Belt:
    """`now` moves when told. `channels` are those that are told."""

    db: Database
    now: datetime
    composer: Composer = field(default_factory=Composer)
    channels: Sequence[str] = ("slack",)

    def later(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now

    def put(self, name: str, text: str = "", *, history: bool = False, **said: Any) -> int:
        """Stores the mention `name`, or what is new about it, and scores it; gives its id."""
        score = {key: said.pop(key) for key in SCORE if key in said}
        known: dict[str, Any] = {
            "brand": "aurora",
            "source": "app",
            "platform": "appstore",
            "external_id": name,
            "text": text or f"Il caffè numero {name} era freddo, e nessuno si è scusato.",
            "author": f"author of {name}",
            "published_at": self.now - timedelta(hours=1),
        }
        new = NewMention(**known | said)
        with self.db.write() as session:
            before = self.now + timedelta(days=1) if history else None
            store_mentions(session, [new], now=self.now, history_before=before)
            mention = session.exec(
                select(Mention).where(
                    Mention.brand == new.brand,
                    Mention.platform == new.platform,
                    Mention.external_id == name,
                )
            ).one()
            if mention.state == MentionState.NEW:
                session.add(_score(mention, self.now, score))
                mention.state = MentionState.SCORED
            return mention.id or 0

    def look(self, **options: Any) -> int:
        """One step of triage; gives how many mentions it took."""
        known: dict[str, Any] = {"channels": self.channels, "now": self.now, "compose": self.composer}
        return triage_waiting(self.db, BRANDS, **known | options)

    def triage(self) -> None:
        """Steps until nothing may be taken."""
        while self.look():
            pass

    def alert(self, name: str, text: str = "", **said: Any) -> Case:
        """Puts a mention in, triages it and gives its case."""
        number = self.put(name, text, **said)
        self.triage()
        return self.case_of(number)

    def case_of(self, mention_id: int) -> Case:
        case = self.maybe_case_of(mention_id)
        assert case is not None, "it has no case"
        return case

    def maybe_case_of(self, mention_id: int) -> Case | None:
        with self.db.read() as session:
            return session.get(Case, session.get_one(Mention, mention_id).case_id or 0)

    def mention(self, mention_id: int) -> Mention:
        with self.db.read() as session:
            return session.get_one(Mention, mention_id)

    def cases(self) -> list[Case]:
        return self._all(Case)

    def drafts(self) -> list[Draft]:
        return self._all(Draft)

    def notifications(self) -> list[Notification]:
        return self._all(Notification)

    def told(self) -> list[str]:
        """The keys of what was written for the outbox."""
        return [row.key for row in self.notifications()]

    def reasons(self, mention_id: int) -> list[str]:
        return [reason.kind for reason in self._all(Reason) if reason.mention_id == mention_id]

    def audits(self, *actions: str) -> list[Audit]:
        return [audit for audit in self._all(Audit) if not actions or audit.action in actions]

    def change(self, deed: Callable[[Session], Any]) -> None:
        with self.db.write() as session:
            deed(session)

    def _all(self, table: type[Row]) -> list[Row]:
        with self.db.read() as session:
            return list(session.exec(select(table).order_by(col(table.id))))  # type: ignore[attr-defined]


def _score(mention: Mention, now: datetime, said: dict[str, Any]) -> Score:
    known = BAD | {"score_lang": "it"} | said
    negative = known.pop("negative")
    return Score(
        mention_id=mention.id or 0,
        revision=mention.revision,
        lang=known.pop("score_lang"),
        sentiment_probs={"negative": negative, "neutral": 0.0, "positive": 1 - negative},
        model="tiny@1",
        scored_at=now,
        **known,
    )
