"""A model words drafts while nothing critical waits: outside of every transaction, the most urgent first, within a
budget; triage goes on whatever it does."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.drafts.generator.rewriter import Rewritten
from alerts.replies.generating import SEEN, Watch, rewrite_drafts
from store.db import Database
from store.tables import Mention, MentionState
from tests.alerts.belt import BRANDS, CRITICAL, GLAD, Belt
from tests.alerts.drafts.requests import request


@dataclass
class Model:
    """Words every draft anew and says in which order; `meanwhile` happens as it writes."""

    meanwhile: Callable[[], Any] = lambda: None
    asked: list[str] = field(default_factory=list)
    left: list[float] = field(default_factory=list)

    def __call__(
        self, request: DraftRequest, draft: DraftReply, *, seconds: float, stop: Callable[[], bool]
    ) -> Rewritten:
        self.asked.append(request.seed)
        self.left.append(seconds)
        self.meanwhile()
        if stop():
            return Rewritten(draft, "something critical waits")
        return Rewritten(replace(draft, reply=f"Generato ({request.seed})", generator="llm"))


@pytest.fixture
def belt(db: Database, now: datetime) -> Belt:
    return Belt(db, now)


def generators(belt: Belt) -> list[str]:
    return [draft.generator for draft in belt.drafts()]


def test_a_generated_draft_is_kept_as_such(belt: Belt) -> None:
    belt.put("r1", urgency="high")
    belt.look(rewrite=Model())
    (draft,) = belt.drafts()
    assert (draft.generator, draft.reply) == ("llm", "Generato (aurora:appstore:r1:1)")
    assert draft.moves == ["m1"]


def test_the_most_urgent_are_worded_first(belt: Belt) -> None:
    model = Model()
    belt.put("glad", **GLAD)
    belt.put("normal")
    belt.put("high", urgency="high")
    belt.look(rewrite=model)
    assert [seed.split(":")[2] for seed in model.asked] == ["high", "normal", "glad"]


def test_a_batch_with_a_critical_mention_waits_for_no_model(belt: Belt) -> None:
    model = Model()
    belt.put("r1")
    belt.put("r2", **CRITICAL)
    belt.look(rewrite=model)
    assert model.asked == []
    assert generators(belt) == ["phrases", "phrases"]


def test_a_critical_mention_whose_draft_fails_is_not_kept_waiting_either(belt: Belt) -> None:
    model = Model()
    belt.composer.poison = "veleno"
    belt.put("r1")
    belt.put("r2", "veleno nel caffè", **CRITICAL)
    belt.look(rewrite=model)
    assert model.asked == []


def test_a_critical_mention_that_comes_meanwhile_ends_the_wait_of_the_batch(belt: Belt) -> None:
    model = Model(lambda: belt.put("r9", **CRITICAL))
    for name in ("r1", "r2", "r3"):
        belt.put(name)
    belt.look(rewrite=model)
    assert len(model.asked) == 1
    assert generators(belt) == ["phrases"] * 3


def test_what_words_make_critical_counts_too_and_other_mentions_do_not(belt: Belt) -> None:
    watch = Watch(belt.db, BRANDS, belt.now)
    assert not watch()
    belt.put("r1")
    belt.put("r2", **GLAD)
    assert not watch()
    belt.put("r3", "Se non mi rispondete mi ammazzo.", urgency="normal")
    assert watch()


def test_a_critical_mention_is_seen_behind_a_long_backlog(belt: Belt) -> None:
    belt.put("first", **CRITICAL)
    for number in range(SEEN + 5):
        belt.put(f"r{number}", **GLAD)
    watch = Watch(belt.db, BRANDS, belt.now)
    assert [watch(), watch(), watch()] == [False, True, True]


def test_what_cannot_be_looked_at_may_be_critical(belt: Belt, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **more: Any) -> Any:
        raise RuntimeError

    belt.put("r1")
    monkeypatch.setattr("alerts.replies.generating.gather", fails)
    assert Watch(belt.db, BRANDS, belt.now)()


def test_a_service_that_stops_waits_for_no_model(belt: Belt) -> None:
    model = Model()
    belt.put("r1")
    belt.look(rewrite=model, stopping=lambda: True)
    assert (model.asked, generators(belt)) == ([], ["phrases"])


def test_while_a_model_writes_others_write_to_the_database(belt: Belt) -> None:
    """On SQLite a transaction held open would make this wait, and fail."""
    number = belt.put("r1")
    model = Model(
        lambda: belt.change(lambda session: setattr(session.get_one(Mention, number), "stars", 2.0))
    )
    belt.look(rewrite=model)
    assert belt.mention(number).stars == 2.0
    assert belt.mention(number).state == MentionState.TRIAGED
    assert generators(belt) == ["llm"]


def test_what_the_budget_does_not_reach_stays_composed() -> None:
    drafts = {number: _draft(number) for number in (3, 1, 2)}
    requests = {number: request(seed=f"a:b:{number}:1") for number in drafts}
    times = iter([0.0, 0.0, 25.0, 60.0])
    model = Model()
    rewrite_drafts(drafts, requests, model, lambda: False, clock=lambda: next(times), budget=60.0)
    assert model.left == [60.0, 35.0]
    assert {number: draft.generator for number, draft in drafts.items()} == {3: "llm", 1: "llm", 2: "phrases"}


def _draft(number: int) -> DraftReply:
    return DraftReply(
        "it", f"Grazie {number}", None, None, 1, None, "characters", "help", (), (f"m{number}",)
    )
