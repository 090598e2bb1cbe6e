"""People are told of the composed draft at once; a model words it afterwards, one draft at a time, and its words take
the draft's place while nobody has the case in hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, update

from alerts import cases, deeds
from alerts.cases import Desk
from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.drafts.generator.rewriter import Rewritten
from alerts.drafts.request import MODEL, PHRASES, QUEUED
from alerts.replies import generating
from alerts.replies.generating import FRESH, any_queued, word_next
from store.db import Database
from store.retention import forget
from store.tables import Case, Draft, Mention, Notification, OutboxState
from tests.alerts.belt import BRANDS, CRITICAL, GLAD, Belt


@dataclass
class Model:
    """Words every draft anew and says in which order; `meanwhile` happens as it writes."""

    meanwhile: Callable[[], Any] = lambda: None
    refused: str = ""
    later: bool = False
    asked: list[DraftRequest] = field(default_factory=list)
    drafts: list[DraftReply] = field(default_factory=list)
    said: list[Sequence[str]] = field(default_factory=list)

    def __call__(
        self, request: DraftRequest, draft: DraftReply, *, said: Sequence[str], stop: Callable[[], bool]
    ) -> Rewritten:
        self.asked.append(request)
        self.drafts.append(draft)
        self.said.append(said)
        self.meanwhile()
        if self.refused:
            return Rewritten(draft, self.refused, self.later)
        return Rewritten(replace(draft, reply=f"Generato ({request.seed})", generator=MODEL))

    @property
    def names(self) -> list[str]:
        return [request.seed.split(":")[2] for request in self.asked]


@pytest.fixture
def belt(db: Database, now: datetime) -> Belt:
    return Belt(db, now)


def tell(belt: Belt) -> None:
    """Triage, with a model configured."""
    while belt.look(worded_later=True):
        pass


def deliver(belt: Belt) -> None:
    """Every message is out, as it stands."""
    belt.change(
        lambda session: session.execute(
            update(Notification).values(state=OutboxState.SENT, message_id="1", sent_at=belt.now)
        )
    )


def word(belt: Belt, model: Model | None = None, **options: Any) -> bool:
    known: dict[str, Any] = {"now": belt.now, "clock": lambda: belt.now, "rewrite": model or Model()}
    return word_next(belt.db, BRANDS, **known | options)


def generators(belt: Belt) -> list[str]:
    return [draft.generator for draft in belt.drafts()]


def is_queued(belt: Belt) -> bool:
    with belt.db.read() as session:
        return any_queued(session, BRANDS, belt.now)


def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, BRANDS, ("slack",), now)


# ---------------------------------------------------------------------------- alerts do not wait


def test_people_are_told_before_a_model_is_asked(belt: Belt) -> None:
    belt.put("r1", urgency="high")
    tell(belt)
    assert belt.told() == ["case:1:slack"]
    (draft,) = belt.drafts()
    assert (draft.generator, draft.reply) == (QUEUED, "Grazie (aurora:appstore:r1:1)")


def test_while_a_model_writes_alerts_go_out(belt: Belt) -> None:
    belt.put("r1", urgency="high")
    tell(belt)

    def others() -> None:
        for number in range(3):
            belt.put(f"s{number}", urgency="high")
        tell(belt)
        assert len(belt.told()) == 4

    assert word(belt, Model(others))
    assert generators(belt) == [MODEL, QUEUED, QUEUED, QUEUED]


def test_without_a_model_nothing_is_queued(belt: Belt) -> None:
    belt.put("r1")
    belt.triage()
    assert generators(belt) == [PHRASES]
    assert not is_queued(belt)
    assert not word(belt)


def test_what_is_grave_is_not_queued(belt: Belt) -> None:
    compose = belt.composer

    def grave(request: DraftRequest) -> DraftReply:
        return replace(compose(request), private_reply="Ci scriva.")

    belt.put("r1", **CRITICAL)
    belt.look(worded_later=True, compose=grave)
    assert generators(belt) == [PHRASES]


def test_what_is_critical_is_not_queued_however_calm_its_draft(belt: Belt) -> None:
    """The draft of a mention that the phrases have calmed has no private reply."""
    belt.put("r1", **CRITICAL)
    belt.put(
        "r2", text="Vi ammazzo tutti.", sentiment="negative", urgency="low"
    )  # critical by its words alone
    tell(belt)
    assert generators(belt) == [PHRASES, PHRASES]
    assert not is_queued(belt)


def test_what_becomes_critical_is_not_shown_to_a_model(belt: Belt) -> None:
    belt.put("r1", urgency="high")
    tell(belt)
    assert generators(belt) == [QUEUED]
    belt.change(lambda session: session.execute(update(Case).values(urgency="critical")))
    assert not is_queued(belt)
    model = Model()
    assert not word(belt, model)
    assert model.asked == []


def test_what_becomes_critical_meanwhile_keeps_its_composed_draft(belt: Belt) -> None:
    belt.put("r1", urgency="high")
    tell(belt)

    def raised() -> None:
        belt.change(lambda session: session.execute(update(Case).values(urgency="critical")))

    assert word(belt, Model(raised))
    assert generators(belt) == [PHRASES]


# ---------------------------------------------------------------------------- what is asked


def test_the_message_is_edited_and_nobody_is_told_again(belt: Belt) -> None:
    belt.put("r1", urgency="high")
    tell(belt)
    deliver(belt)
    told, version = belt.told(), belt.cases()[0].version
    assert word(belt)
    (draft,) = belt.drafts()
    assert (draft.generator, draft.reply, draft.moves) == (MODEL, "Generato (aurora:appstore:r1:1)", ["m1"])
    assert belt.told() == told
    assert [row.state for row in belt.notifications()] == [OutboxState.STALE]
    assert belt.cases()[0].version == version + 1
    assert not is_queued(belt)
    assert not word(belt)


def test_the_most_urgent_comes_first(belt: Belt) -> None:
    model = Model()
    belt.put("glad", **GLAD)
    belt.put("normal")
    belt.put("high", urgency="high")
    tell(belt)
    while word(belt, model):
        pass
    assert model.names == ["high", "normal", "glad"]
    assert generators(belt) == [MODEL] * 3


def test_it_is_asked_as_of_the_time_the_draft_was_composed(belt: Belt) -> None:
    """What a draft says of times was said then."""
    belt.put("r1")
    tell(belt)
    composed_at, composed = belt.now, belt.drafts()[0]
    belt.later(minutes=20)
    model = Model()
    assert word(belt, model)
    assert model.asked[0].now == composed_at
    assert (model.drafts[0].reply, model.drafts[0].moves) == (composed.reply, ("m1",))
    assert belt.drafts()[0].created_at == composed_at


def test_it_is_told_what_the_brands_latest_drafts_say(belt: Belt) -> None:
    for name in ("r1", "r2"):
        belt.put(name)
    belt.put("other", brand="berta")
    tell(belt)
    model = Model()
    word(belt, model)
    assert model.said == [["Grazie (aurora:appstore:r2:1)"]]


def test_a_draft_is_asked_for_once(belt: Belt) -> None:
    model = Model(refused="its text: figures")
    belt.put("r1")
    tell(belt)
    assert word(belt, model)
    assert not word(belt, model)
    assert generators(belt) == [PHRASES]


def test_where_the_model_was_not_heard_out_it_is_asked_again(belt: Belt) -> None:
    belt.put("r1")
    tell(belt)
    assert not word(belt, Model(refused="resting after a failure", later=True))
    assert generators(belt) == [QUEUED]
    assert word(belt)
    assert generators(belt) == [MODEL]


def test_a_service_that_stops_asks_no_model(belt: Belt) -> None:
    model = Model()
    belt.put("r1")
    tell(belt)
    assert not word(belt, model, stopping=lambda: True)
    assert (model.asked, generators(belt)) == ([], [QUEUED])


def test_what_people_have_long_read_stays_as_it_is(belt: Belt) -> None:
    belt.put("r1")
    tell(belt)
    belt.now += FRESH + timedelta(seconds=1)
    assert not is_queued(belt)
    assert not word(belt)


def test_only_the_newest_drafts_are_looked_through(belt: Belt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generating, "SEEN", 2)
    model = Model()
    for number in range(4):
        belt.put(f"r{number}")
    tell(belt)
    while word(belt, model):
        pass
    assert model.names == ["r2", "r3"]


# ---------------------------------------------------------------------------- people come first


def acknowledged(session: Session, now: datetime) -> object:
    return cases.acknowledge(desk(session, now), 1, "marta")


def edited(session: Session, now: datetime) -> object:
    return deeds.save_reply(desk(session, now), 1, "marta", "Cara signora, mi dispiace.")


def sent(session: Session, now: datetime) -> object:
    return cases.mark_replied(desk(session, now), 1, "marta")


def dismissed(session: Session, now: datetime) -> object:
    return cases.dismiss(desk(session, now), 1, "marta")


def snoozed(session: Session, now: datetime) -> object:
    return cases.snooze(desk(session, now), 1, "marta", now + timedelta(hours=2))


def worded_otherwise(session: Session, now: datetime) -> object:
    def compose(request: DraftRequest) -> DraftReply:
        return DraftReply("it", "Altro.", None, None, 1, None, "characters", "help", (), ("m9",))

    return deeds.another_wording(desk(session, now), 1, "marta", compose)


def outdated(session: Session, now: datetime) -> object:
    return session.execute(update(Draft).values(outdated=True))


def gone(session: Session, now: datetime) -> object:
    return session.execute(update(Mention).values(gone_at=now))


def answered(session: Session, now: datetime) -> object:
    return session.execute(update(Mention).values(answer="Grazie."))


def changed(session: Session, now: datetime) -> object:
    return session.execute(update(Mention).values(revision=2))


def erased(session: Session, now: datetime) -> object:
    return forget(session, "appstore", "author of r1", now=now)


@pytest.mark.parametrize(
    "deed",
    [acknowledged, edited, sent, dismissed, snoozed, worded_otherwise, outdated, gone, answered, changed, erased],
)  # fmt: skip
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_what_a_person_has_in_hand_stays_as_it_is(
    belt: Belt, deed: Callable[[Session, datetime], Any], when: str
) -> None:
    belt.put("r1", urgency="high")
    tell(belt)

    def happens() -> None:
        belt.change(lambda session: deed(session, belt.now))

    if when == "before":
        happens()
        assert not is_queued(belt)
        assert not word(belt)
    else:
        assert word(belt, Model(happens))
    drafts = belt.drafts()
    assert [draft.generator for draft in drafts if draft.generator == MODEL] == []
    assert {draft.reply for draft in drafts} <= {"Grazie (aurora:appstore:r1:1)", "Altro."}
    if deed is edited:
        assert belt.cases()[0].reply == "Cara signora, mi dispiace."


# ---------------------------------------------------------------------------- crashes and others at work


class Crash(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("name", ["_gathered", "_keep", "row_of"])
def test_a_crash_leaves_the_composed_draft_and_asks_for_it_no_more(
    belt: Belt, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    belt.put("r1", urgency="high")
    tell(belt)

    def die(*args: object, **named: object) -> None:
        raise Crash

    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(generating, name, die)
        word(belt)
    assert belt.told() == ["case:1:slack"]
    (draft,) = belt.drafts()
    assert (draft.generator, draft.reply) == (PHRASES, "Grazie (aurora:appstore:r1:1)")
    assert not word(belt)


def test_what_raises_leaves_the_composed_draft_and_the_next_is_worded(
    belt: Belt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    belt.put("r1", urgency="high")
    belt.put("r2")
    tell(belt)

    def fails(*args: object) -> None:
        raise RuntimeError("the customer wrote: segreto")

    with monkeypatch.context() as patch:
        patch.setattr(generating, "_gathered", fails)
        assert word(belt)
    assert "segreto" not in caplog.text
    assert word(belt)
    assert generators(belt) == [PHRASES, MODEL]


def test_two_who_look_at_once_ask_for_a_draft_once(belt: Belt) -> None:
    belt.put("r1")
    tell(belt)
    second = Model()
    first = Model(lambda: word(belt, second))
    assert word(belt, first)
    assert (len(first.asked), second.asked) == (1, [])


def test_while_a_model_writes_others_write_to_the_database(belt: Belt) -> None:
    """On SQLite a transaction held open would make this wait, and fail."""
    number = belt.put("r1")
    tell(belt)
    stars = lambda: belt.change(lambda session: setattr(session.get_one(Mention, number), "stars", 2.0))  # noqa: E731
    assert word(belt, Model(stars))
    assert belt.mention(number).stars == 2.0
    assert generators(belt) == [MODEL]


def test_a_mention_that_the_message_does_not_show_edits_no_message(belt: Belt) -> None:
    belt.put("r1", thread="t", author="x")
    tell(belt)
    word(belt)
    belt.later(minutes=1)
    belt.put("r2", thread="t", author="y")
    tell(belt)
    deliver(belt)
    shown = belt.cases()[0].mention_id
    belt.change(lambda session: session.execute(update(Draft).where(col(Draft.mention_id) != shown).values(generator=QUEUED)))  # fmt: skip
    assert word(belt)
    assert [row.state for row in belt.notifications() if row.kind == "case"] == [OutboxState.SENT]
    with belt.db.read() as session:
        assert session.get_one(Case, 1).version == belt.cases()[0].version
