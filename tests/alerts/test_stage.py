"""The stage that triages: what fails does not stop the rest, nothing is told twice, and a lost claim writes nothing."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from alerts import cases, notices, record, stage
from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.stage import LEASE, PATIENCE, draft_request, triage_waiting
from alerts.triage import decide
from store import claims
from store.db import Database
from store.retention import forget
from store.tables import Case, CaseStatus, Mention, MentionState, Notification
from tests.alerts.belt import BRANDS, CRITICAL, GLAD, PLAIN, Belt, Composer
from tests.alerts.facts import facts, unread
from tests.alerts.rows import desk


@pytest.fixture
def belt(database: Database, now: datetime) -> Belt:
    return Belt(database, now)


@pytest.fixture
def small(db: Database, now: datetime) -> Belt:
    """On SQLite alone, for what no database can make different."""
    return Belt(db, now)


def test_a_mention_becomes_a_case_with_a_draft_and_a_message(belt: Belt) -> None:
    number = belt.put("r1", urgency="high", why=["freddo"])
    assert belt.look() == 1
    (case,) = belt.cases()
    assert (case.status, case.urgency, case.reasons, case.version) == (
        "open",
        "high",
        ["urgent", "negative"],
        1,
    )
    assert (case.mention_id, case.opened_at, case.due_at) == (number, belt.now, belt.now + timedelta(hours=1))
    (draft,) = belt.drafts()
    assert (draft.reply, draft.mention_id, draft.case_id) == (
        "Grazie (aurora:appstore:r1:1)",
        number,
        case.id,
    )
    assert belt.told() == [f"case:{case.id}:slack"]
    assert (belt.mention(number).state, belt.mention(number).claim) == (MentionState.TRIAGED, None)
    assert [audit.action for audit in belt.audits()] == ["open"]
    assert belt.look() == 0


def test_nobody_is_told_where_there_is_no_reason(small: Belt) -> None:
    number = small.put("r1", **PLAIN)
    small.triage()
    assert small.mention(number).state == MentionState.TRIAGED
    assert (small.cases(), small.notifications(), small.composer.asked) == ([], [], [])


def test_each_channel_is_told(small: Belt) -> None:
    small.channels = ("slack", "console")
    small.alert("r1")
    assert small.told() == ["case:1:slack", "case:1:console"]


def test_the_same_facts_again_do_nothing(belt: Belt) -> None:
    number = belt.put("r1", **CRITICAL)
    belt.triage()
    before = (belt.told(), belt.reasons(number), [case.version for case in belt.cases()], len(belt.audits()))
    for _ in range(3):
        belt.change(lambda session: setattr(session.get_one(Mention, number), "state", MentionState.SCORED))
        assert belt.look() == 1
    assert before == (
        belt.told(),
        belt.reasons(number),
        [c.version for c in belt.cases()],
        len(belt.audits()),
    )
    assert len(belt.composer.asked) == 1


# ---------------------------------------------------------------------------- order


def test_the_most_urgent_of_a_batch_is_told_first(belt: Belt) -> None:
    for number, urgency in enumerate(("low", "normal", "critical", "high")):
        belt.put(f"r{number}", urgency=urgency)
    belt.triage()
    assert [case.urgency for case in belt.cases()] == ["critical", "high", "normal", "normal"]
    assert [seed.split(":")[2] for seed in belt.composer.seeds] == ["r2", "r3", "r1", "r0"]


def test_of_more_than_a_batch_the_most_urgent_are_taken_first(belt: Belt) -> None:
    for number in range(6):
        belt.put(f"r{number}", urgency="critical" if number == 5 else "normal")
    belt.put("old", urgency="critical", history=True)
    assert belt.look(limit=2) == 2
    assert [case.urgency for case in belt.cases()] == ["critical", "normal"]
    assert belt.mention(7).state == MentionState.SCORED  # history waits for what is live


# ---------------------------------------------------------------------------- what fails


def test_a_composer_that_fails_stops_only_its_own_mention(belt: Belt) -> None:
    belt.composer = Composer(poison="guasto")
    bad, good = belt.put("r1", "Questo caffè è guasto."), belt.put("r2")
    assert belt.look() == 2
    assert [case.mention_id for case in belt.cases()] == [good]
    waiting = belt.mention(bad)
    assert (waiting.state, waiting.claim, waiting.attempts) == (MentionState.SCORED, None, 1)
    assert waiting.next_try_at is not None
    assert waiting.next_try_at > belt.now
    assert belt.look() == 0  # not before its time
    belt.composer.poison = "\0"
    belt.later(minutes=1)
    belt.triage()
    assert belt.case_of(bad).reasons == ["negative"]


def test_a_critical_alert_goes_out_without_a_draft(belt: Belt) -> None:
    belt.composer = Composer(poison="guasto")
    number = belt.put("r1", "Questo caffè è guasto.", **CRITICAL)
    belt.look()
    assert belt.case_of(number).urgency == "critical"
    assert belt.drafts() == []
    assert belt.told() == ["case:1:slack"]
    assert belt.mention(number).state == MentionState.TRIAGED


def test_what_has_waited_long_enough_goes_out_without_a_draft(small: Belt) -> None:
    small.composer = Composer(poison="guasto")
    number = small.put("r1", "Questo caffè è guasto.")
    for attempt in range(1, PATIENCE + 1):
        assert small.look() == 1
        told = small.maybe_case_of(number) is not None
        assert told is (attempt == PATIENCE)
        small.later(minutes=15)
    assert small.drafts() == []


def fails_for(number: int, really: Callable[..., Any]) -> Callable[..., Any]:
    def deed(session: Session, found: Any, given: Any, *rest: Any) -> None:
        if given.mention.id == number:
            really(session, found, given, *rest)  # half of the work is done
            raise RuntimeError(f"broken by {given.mention.text}")
        really(session, found, given, *rest)

    return deed


def test_a_poisoned_mention_stops_no_other_and_leaves_nothing(
    belt: Belt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = belt.put("r1", "Un testo segreto che avvelena.", **CRITICAL)
    others = [belt.put(f"r{number}") for number in (2, 3)]
    with monkeypatch.context() as patch:
        patch.setattr(stage, "record", fails_for(bad, record.record))
        belt.look()
    assert [case.mention_id for case in belt.cases()] == others
    assert belt.reasons(bad) == []
    assert (belt.mention(bad).state, belt.mention(bad).case_id) == (MentionState.SCORED, None)
    told = f"{caplog.text} {belt.mention(bad).error}"
    assert "RuntimeError at test_stage.py" in told
    assert "segreto" not in told
    belt.later(minutes=1)
    belt.triage()
    assert belt.case_of(bad).urgency == "critical"
    assert len(belt.told()) == len(set(belt.told())) == 3


def test_a_mention_that_never_goes_well_is_tried_for_ever_and_later_each_time(
    small: Belt, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = small.put("r1")
    monkeypatch.setattr(stage, "record", fails_for(number, record.record))
    waits = []
    for _ in range(claims.MAX_ATTEMPTS + 2):
        assert small.look() == 1
        due = small.mention(number).next_try_at
        assert due is not None
        waits.append(due - small.now)
        small.now = due
    assert waits[-1] > 10 * waits[0]
    assert small.mention(number).state == MentionState.SCORED


def test_what_a_failure_undid_is_not_remembered_by_the_rest_of_the_batch(
    belt: Belt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has the same text: it must not join the case that was never opened."""
    text = "Lo stesso lungo testo, copiato parola per parola su due siti."
    bad, copy = belt.put("r1", text, urgency="high"), belt.put("r2", text, platform="mastodon")
    monkeypatch.setattr(stage, "record", fails_for(bad, record.record))
    belt.look()
    assert belt.case_of(copy).mention_id == copy
    assert len(belt.cases()) == 1


def test_a_brand_that_is_not_configured_waits_for_a_mend(
    belt: Belt, caplog: pytest.LogCaptureFixture
) -> None:
    stranger, known = belt.put("r1", brand="nobody"), belt.put("r2")
    belt.look()
    assert belt.maybe_case_of(known) is not None
    waiting = belt.mention(stranger)
    assert waiting.state == MentionState.SCORED
    assert "add it, or forget" in (waiting.error or "")
    assert "brand_unknown" in [getattr(entry, "action", "") for entry in caplog.records]


# ---------------------------------------------------------------------------- crashes and lost claims


class Crash(BaseException):
    """The process dies here."""


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (stage, "_write_drafts"),
        (stage, "_tell"),
        (stage, "_give_back"),
        (record, "_keep_draft"),
        (notices, "announce"),
        (claims, "finish"),
    ],
)
def test_a_crash_at_any_step_leads_to_nothing_twice(
    belt: Belt, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    numbers = [belt.put(f"r{n}", urgency=urgency) for n, urgency in enumerate(("critical", "high"))]

    def die(*args: object, **named: object) -> None:
        raise Crash

    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(place, name, die)
        belt.look()
    assert (belt.cases(), belt.told()) == ([], [])
    assert belt.look() == 0  # the lease of the dead still runs
    belt.later(seconds=LEASE.total_seconds() + 1)
    belt.triage()
    assert sorted(case.mention_id or 0 for case in belt.cases()) == numbers
    assert belt.told() == [f"case:{case.id}:slack" for case in belt.cases()]
    assert len(belt.drafts()) == 2


def meanwhile(deed: Callable[[], object]) -> Callable[[DraftRequest], DraftReply]:
    """A composer during whose work something else happens, once."""
    compose, done = Composer(), threading.Event()

    def write(request: DraftRequest) -> DraftReply:
        if not done.is_set():
            done.set()
            deed()
        return compose(request)

    return write


def test_an_edit_meanwhile_takes_the_mention_away(belt: Belt) -> None:
    """Nothing is told of the old words; the new ones are scored first."""
    number, other = belt.put("r1", **CRITICAL), belt.put("r2")
    edit = lambda: belt.put("r1", "Tutto risolto, grazie mille davvero!", **GLAD)  # noqa: E731
    belt.look(compose=meanwhile(edit))
    assert belt.maybe_case_of(number) is None
    assert belt.case_of(other).reasons == ["negative"]
    belt.triage()
    assert belt.case_of(number).channel == "praise"
    assert [draft.revision for draft in belt.drafts() if draft.mention_id == number] == [2]


def test_news_meanwhile_are_looked_at_again(belt: Belt) -> None:
    number = belt.put("r1")
    belt.look(compose=meanwhile(lambda: belt.put("r1", answer="Ci dispiace molto.")))
    assert belt.maybe_case_of(number) is None
    belt.triage()
    assert belt.maybe_case_of(number) is None  # answered before anybody was told
    assert belt.told() == []


def test_an_erasure_meanwhile_is_final(belt: Belt) -> None:
    number = belt.put("r1", author="giulia")

    def erase() -> None:
        belt.change(lambda session: forget(session, "appstore", "giulia", now=belt.now))

    belt.look(compose=meanwhile(erase))
    belt.triage()
    assert (belt.cases(), belt.drafts(), belt.mention(number).text) == ([], [], "")


def test_a_lease_that_ran_out_writes_nothing(belt: Belt) -> None:
    number = belt.put("r1")

    def somebody_else() -> None:
        belt.later(seconds=LEASE.total_seconds() + 1)
        belt.triage()

    started = belt.now
    belt.look(compose=meanwhile(somebody_else), now=started)
    assert len(belt.cases()) == 1
    assert belt.told() == ["case:1:slack"]
    assert belt.reasons(number) == ["negative"]


def test_many_workers_at_once_open_one_case_for_one_matter(belt: Belt) -> None:
    text = "Lo stesso lungo testo, copiato parola per parola su otto siti."
    for number in range(8):
        belt.put(f"r{number}", text, source=f"s{number}", author=f"p{number}")
    everybody = threading.Barrier(4)

    def work(_: int) -> int:
        everybody.wait(30)
        return triage_waiting(belt.db, BRANDS, channels=["slack"], now=belt.now, compose=Composer(), limit=2)

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(work, range(4))) == 8
    assert len(belt.cases()) == 1
    lines = [key for key in belt.told() if key.startswith("reason:")]
    assert len(lines) == len(set(lines)) == 7


def test_a_click_meanwhile_is_not_lost(belt: Belt) -> None:
    """Marta resolves the case while the customer's return is being triaged."""
    first = belt.alert("r1")
    belt.later(minutes=10)
    second = belt.put("r2", thread="r1", author="author of r1", published_at=belt.now)

    def click() -> None:
        belt.change(lambda session: cases.resolve(desk(session, belt.now), first.id or 0, "marta"))

    belt.look(compose=meanwhile(click))
    case = belt.case_of(second)
    assert (case.id, case.status) == (first.id, CaseStatus.OPEN)  # who writes again opens it
    assert [audit.action for audit in belt.audits("resolve", "reopen")] == ["resolve", "reopen"]


# ---------------------------------------------------------------------------- what a draft is asked of


def test_a_draft_is_asked_of_all_that_is_known() -> None:
    given = facts(
        text="Era freddo.",
        title="Mai più",
        stars=1.0,
        place="Negozio",
        sentiment="negative",
        urgency="high",
        category="complaint",
        negative=0.9,
    )
    assert given.score is not None
    given.score.topics = ["product_quality"]
    request = draft_request(given, decide(given), [["m1", "m2"]], lambda text: "it")
    assert (request.text, request.title, request.author, request.stars) == (
        "Era freddo.",
        "Mai più",
        "giulia",
        1.0,
    )
    assert request.platform is not None
    assert (request.platform.name, request.place, request.lang) == ("page", "Negozio", "it")
    assert (request.sentiment, request.urgency, request.category) == ("negative", "high", "complaint")
    assert (request.topics, request.reasons) == (("product_quality",), ("urgent", "negative"))
    assert (request.seed, request.recent) == ("aurora:page:r1:1", (("m1", "m2"),))
    assert request.detect is not None
    assert request.now == given.now


def test_what_nobody_read_is_not_passed_on_as_if_it_were() -> None:
    given = facts(text="Erittäin huono.", stars=1.0, score=unread(), platform="gone", lang="fi")
    request = draft_request(given, decide(given))
    assert (request.sentiment, request.sentiment_probs, request.urgency, request.category) == (None,) * 4
    assert (request.topics, request.reasons, request.lang, request.platform) == (
        (),
        ("negative",),
        "fi",
        None,
    )


def test_neighbours_know_each_others_wordings(small: Belt) -> None:
    for number in range(3):
        small.put(f"r{number}")
    small.triage()
    assert [request.recent for request in small.composer.asked] == [
        (),
        (("m1",),),
        (("m2",), ("m1",)),
    ]
    small.put("r9")
    small.triage()
    assert small.composer.asked[-1].recent == (("m3",), ("m2",), ("m1",))


def test_no_text_reaches_a_log(small: Belt, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    small.composer = Composer(poison="segreto")
    small.put("r1", "Un testo segreto di Giulia.")
    small.triage()
    assert "segreto" not in caplog.text
    assert "author of" not in caplog.text


def test_every_table_row_of_a_case_points_at_it(belt: Belt) -> None:
    number = belt.put("r1", **CRITICAL)
    belt.triage()
    with belt.db.read() as session:
        (case,) = belt.cases()
        assert session.get_one(Mention, number).case_id == case.id
        assert session.get_one(Notification, 1).case_id == case.id
        assert session.get_one(Case, case.id).brand == "aurora"
