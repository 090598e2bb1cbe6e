"""The service: stages as steps, clocks that only wake, one process on a SQLite database, a clean start and stop."""

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from alerts import clocks
from alerts.channels.base import Sent
from alerts.channels.console import Console
from alerts.drafts.generator.rewriter import Rewritten
from alerts.drafts.request import MODEL, QUEUED, DraftReply, DraftRequest
from alerts.heartbeat import Heart
from alerts.views import View
from alerts.words import Words
from crawlers.job import SourceReport
from demo.internet import Internet
from scheduler import WORD, Service
from sentiment.scorer import Scored, ScorerInput
from settings import Settings, load
from store import chosen, claims, labels, switches
from store.clock import utcnow
from store.db import Database
from store.errors import Permanent
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Case, Draft, Mention, MentionState, Notification, OutboxState, SourceRow
from tests.alerts.rows import alert
from tests.sentiment.labelling import label
from workers import Belt

WAIT = 60.0  # seconds until a test that hangs fails; none waits so long


class Grumbler:
    """A model to which everything is negative and high."""

    name = "grumbler@1"

    def score(self, inputs: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
        probs = {"negative": 0.9, "neutral": 0.08, "positive": 0.02}
        levels = {"low": 0.0, "normal": 0.1, "high": 0.8, "critical": 0.1}
        return [
            Scored("it", False, "negative", -0.88, probs, "high", 0.6, levels, "complaint", [], [], self.name)
            for _ in inputs
        ]


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


@pytest.fixture
def settings(internet: Internet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    path = tmp_path / "ascolto.toml"
    path.write_text(internet.config(), encoding="utf-8")
    monkeypatch.setenv("ASCOLTO_DATABASE_URL", f"sqlite:///{tmp_path / 'ascolto.db'}")
    for name in ("ASCOLTO_BROKER_URL", "SLACK_BOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return load(path)


@pytest.fixture
def make(settings: Settings) -> Iterator[Callable[..., Service]]:
    opened: list[Service] = []

    def build(**options: object) -> Service:
        db = Database(settings.database_url)
        db.migrate()
        console = Console(io.StringIO(), Words("en"))
        options = {"channels": {"console": console}, "belt": Belt()} | options
        service = Service(settings=settings, db=db, scorer=Grumbler, **options)  # type: ignore[arg-type]
        opened.append(service)
        return service

    yield build
    for service in opened:
        service.stop()
        service.db.close()


def offer(
    service: Service, text: str = "La consegna è in ritardo di tre settimane.", name: str = "x1"
) -> int:
    new = NewMention(
        brand="aurora",
        source="shop-moka",
        platform="page",
        external_id=name,
        text=text,
        published_at=utcnow(),
    )
    with service.db.write() as session:
        return store_mentions(session, [new], now=utcnow()).new[0]


def test_each_step_takes_what_the_one_before_left(make: Callable[..., Service]) -> None:
    service = make()
    assert not service.score()
    number = offer(service)
    assert service.score()
    assert service.triage()
    assert service.deliver("console")
    with service.db.read() as session:
        assert session.get_one(Mention, number).state == MentionState.TRIAGED
        assert session.exec(select(Case)).one().urgency == "high"
        assert session.exec(select(Notification)).one().state == OutboxState.SENT
    assert [service.score(), service.triage(), service.deliver("console")] == [False, False, False]


class Model:
    """Words drafts anew once it is let go on."""

    def __init__(self) -> None:
        self.asked, self.goes_on = threading.Event(), threading.Event()

    def __call__(self, request: DraftRequest, draft: DraftReply, **more: object) -> Rewritten:
        self.asked.set()
        assert self.goes_on.wait(WAIT)
        return Rewritten(replace(draft, reply="Parole di un modello.", generator=MODEL))


def test_no_alert_waits_for_a_model_that_writes(make: Callable[..., Service]) -> None:
    model = Model()
    service = make(rewrite=model)
    offer(service)
    service.score()
    assert service.triage()
    assert not model.asked.is_set()
    assert service.deliver("console")
    writes = threading.Thread(target=service.word)
    writes.start()
    assert model.asked.wait(WAIT)
    offer(service, "Anche il secondo ordine è in ritardo.", "x2")
    assert [service.score(), service.triage(), service.deliver("console")] == [True] * 3
    with service.db.read() as session:
        assert [row.state for row in session.exec(select(Notification))] == [OutboxState.SENT] * 2
    model.goes_on.set()
    writes.join(WAIT)
    with service.db.read() as session:
        drafts = session.exec(select(Draft).order_by(col(Draft.id))).all()
    assert [draft.generator for draft in drafts] == [MODEL, QUEUED]
    assert service.word()
    assert not service.word()


def test_a_model_is_woken_by_triage_and_by_the_sweep_where_there_is_one(
    make: Callable[..., Service],
) -> None:
    service = make(rewrite=Model())
    assert WORD in {stage.name for stage in service.stages()}
    woken: list[str] = []
    service.belt.wake = woken.append  # type: ignore[method-assign, assignment]
    service.sweep()
    offer(service)
    service.score()
    assert woken == []
    service.triage()
    service.sweep()
    assert woken == [WORD, "deliver", WORD]
    plain = make()
    assert WORD not in {stage.name for stage in plain.stages()}
    assert not plain.word()


def test_sources_that_are_due_are_read_once_and_wait_for_their_next_time(
    make: Callable[..., Service], internet: Internet
) -> None:
    reports: list[SourceReport] = []
    service = make(on_report=reports.append)
    assert service.collect_due()
    assert {report.status for report in reports} == {"ok"}
    assert len(reports) == len(service.settings.sources)
    asked = len(internet.requests)
    assert not service.collect_due()
    assert len(internet.requests) == asked
    with service.db.read() as session:
        assert all(
            row.next_check_at and row.next_check_at > utcnow() for row in session.exec(select(SourceRow))
        )


def test_from_a_clock_to_a_card_without_anybody_looking(make: Callable[..., Service]) -> None:
    """The whole belt, woken by its clocks: the first source due ends in a delivered card."""
    delivered = threading.Event()
    stream = io.StringIO()

    class Watched(Console):
        def post(self, *args: object, **named: object) -> object:  # type: ignore[override]
            sent = super().post(*args, **named)  # type: ignore[arg-type]
            delivered.set()
            return sent

    service = make(channels={"console": Watched(stream, Words("en"))})
    service.start()
    assert delivered.wait(WAIT)
    service.stop()
    assert "High" in stream.getvalue()  # whichever source was the first: not all give stars


def test_a_mail_server_that_hangs_holds_up_nothing_in_slack(make: Callable[..., Service]) -> None:
    hangs, goes_on, delivered = threading.Event(), threading.Event(), threading.Event()

    class Hanging(Console):
        name = "email"

        def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
            hangs.set()
            assert goes_on.wait(2 * WAIT)
            return super().post(address, view, key, thread)

    class Prompt(Console):
        name = "slack"

        def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
            sent = super().post(address, view, key, thread)
            delivered.set()
            return sent

    channels = {"email": Hanging(io.StringIO(), Words("en")), "slack": Prompt(io.StringIO(), Words("en"))}
    service = make(channels=channels)
    service.start(clocks=False)
    with service.db.write() as session:
        alert(session, utcnow(), 1, "email", urgency="high")
    service.belt.wake("deliver")
    assert hangs.wait(WAIT)
    with service.db.write() as session:
        alert(session, utcnow(), 2, "slack", urgency="critical")
    service.belt.wake("deliver")
    try:
        assert delivered.wait(WAIT)
    finally:
        goes_on.set()
    service.stop()
    with service.db.read() as session:
        states = {row.channel: row.state for row in session.exec(select(Notification))}
    assert states == {"email": OutboxState.SENT, "slack": OutboxState.SENT}


def test_the_sweep_wakes_the_stage_that_has_work(make: Callable[..., Service]) -> None:
    service = make()
    woken: list[str] = []
    service.belt.wake = woken.append  # type: ignore[method-assign, assignment]
    service.sweep()
    assert woken == []
    offer(service)
    service.sweep()
    assert woken == ["score"]
    service.score()
    service.sweep()
    assert woken == ["score", "triage"]


def test_a_clock_wakes_the_crawl_only_when_a_source_is_due(make: Callable[..., Service]) -> None:
    now = [utcnow()]
    service = make(clock=lambda: now[0])
    woken: list[str] = []
    service.belt.wake = woken.append  # type: ignore[method-assign, assignment]
    service.look_for_due()
    assert woken == ["collect"]
    with service.db.write() as session:
        for source in service.settings.sources:
            row = SourceRow(name=source.name, brand=source.brand, type=source.type)
            row.next_check_at = now[0] + timedelta(minutes=5)
            session.add(row)
    service.look_for_due()
    assert woken == ["collect"]
    now[0] += timedelta(minutes=6)
    service.look_for_due()
    assert woken == ["collect", "collect"]


def test_outside_its_hours_a_source_is_not_due(make: Callable[..., Service]) -> None:
    now = [datetime(2026, 11, 24, 20, 59, tzinfo=UTC)]  # in Rome an hour later
    service = make(clock=lambda: now[0])
    tables = [source.model_copy(update={"window": "22:00-06:00"}) for source in service.settings.sources]
    service.settings = service.settings.model_copy(update={"sources": tuple(tables)})
    woken: list[str] = []
    service.belt.wake = woken.append  # type: ignore[method-assign, assignment]
    service.look_for_due()
    assert (woken, service.collect_due()) == ([], False)
    with service.db.read() as session:
        assert session.exec(select(SourceRow)).all() == []
    now[0] += timedelta(minutes=1)
    service.look_for_due()
    assert woken == ["collect"]


def test_silent_sources_are_told_by_the_check(make: Callable[..., Service]) -> None:
    service = make()
    with service.db.write() as session:
        session.add(SourceRow(name="mastodon", brand="aurora", type="mastodon", down_since=service.clock()))
    assert not service.check()
    with service.db.read() as session:
        assert [row.kind for row in session.exec(select(Notification))] == ["source"]


@pytest.fixture
def late(make: Callable[..., Service]) -> tuple[Service, list[datetime], list[str]]:
    """A service with one case, its clock, and whom it wakes."""
    now = [datetime(2026, 11, 24, 11, 0, tzinfo=UTC)]  # a Tuesday in opening hours
    service = make(clock=lambda: now[0])
    offer(service)
    service.score()
    service.triage()
    woken: list[str] = []
    service.belt.wake = woken.append  # type: ignore[method-assign, assignment]
    return service, now, woken


def reminders(service: Service) -> int:
    with service.db.read() as session:
        return len(session.exec(select(Notification).where(Notification.kind == "reminder")).all())


def test_a_clock_that_is_due_rings_and_wakes_delivery(
    late: tuple[Service, list[datetime], list[str]],
) -> None:
    service, now, woken = late
    service.look_for_rings()
    assert woken == []
    now[0] += timedelta(hours=9)
    service.look_for_rings()
    assert woken == ["ring"]
    assert not service.ring()
    assert woken == ["ring", "deliver"]
    assert reminders(service) == 1
    service.look_for_rings()
    assert woken == ["ring", "deliver"]


def test_what_is_too_much_for_one_look_waits_for_calm(
    late: tuple[Service, list[datetime], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, now, _ = late
    limits: list[int] = []

    def ring_due(*given: object) -> clocks.Rung:
        limits.append(given[-1])  # type: ignore[arg-type]
        return clocks.Rung(20, more=len(limits) != 3)

    monkeypatch.setattr(clocks, "ring_due", ring_due)
    for seconds in (0, 3, 300, 3):
        now[0] += timedelta(seconds=seconds)
        service.ring()
    assert limits == [20, 0, 20, 20]
    now[0] -= timedelta(days=1)  # set back: the calm is none of this time
    service.ring()
    assert limits[-1] == 20


def test_clocks_are_set_right_at_the_start_and_when_time_goes_back(
    late: tuple[Service, list[datetime], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, now, _ = late
    seen: list[datetime] = []
    monkeypatch.setattr(clocks, "realign", lambda db, brands, moment: seen.append(moment))
    expected = [now[0]]
    for step in (3, 3, -30, 3, -7200, 3):
        service.look_for_rings()
        now[0] += timedelta(seconds=step)
        if step < -60:
            expected.append(now[0])
    service.look_for_rings()
    assert seen == expected


def test_a_second_service_on_the_same_sqlite_database_is_refused(make: Callable[..., Service]) -> None:
    first, second = make(), make()
    first.start(clocks=False)
    with pytest.raises(Permanent, match="another Ascolto"):
        second.start(clocks=False)
    first.stop()
    second.start(clocks=False)


def test_what_a_killed_life_had_in_hand_is_free_at_once(make: Callable[..., Service]) -> None:
    service = make()
    offer(service)
    with service.db.write() as session:
        taken = claims.claim(
            session, Mention, [MentionState.NEW], now=utcnow(), lease=timedelta(hours=1), limit=1
        )
    assert taken.ids
    assert not service.score()
    service.start((), clocks=False)
    assert service.score()


def test_the_digest_is_announced_by_the_brands_calendar(make: Callable[..., Service]) -> None:
    monday = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    service = make(clock=lambda: monday)
    new = NewMention(
        brand="aurora",
        source="s",
        platform="page",
        external_id="1",
        text="Ciao",
        published_at=monday - timedelta(days=2),
    )
    with service.db.write() as session:
        store_mentions(session, [new], now=monday - timedelta(days=2))
    service.announce_digests()
    service.announce_digests()
    with service.db.read() as session:
        assert [row.key for row in session.exec(select(Notification))] == ["digest:aurora:2026-W47:console"]
    assert service.deliver("console")


def test_personal_data_expire(make: Callable[..., Service]) -> None:
    now = [utcnow()]
    service = make(clock=lambda: now[0])
    number = offer(service, "Sono Ada e abito qui.")
    now[0] += timedelta(days=800)
    service.expire()
    with service.db.read() as session:
        assert session.get_one(Mention, number).text == ""


def test_thresholds_follow_what_people_said_by_themselves(make: Callable[..., Service]) -> None:
    class Alarmed(Grumbler):
        """Finds a chance of critical of 0.1 everywhere, and calls it so from 0.3 on."""

        model = SimpleNamespace(critical_threshold=0.3)

    def unloaded() -> Alarmed:
        raise AssertionError("nobody said anything")

    service = make()
    service.scorer = unloaded
    service.refit()
    with service.db.write() as session:
        for number in range(20):
            label(session, service.clock(), f"Il forno ha preso fuoco, {number}.", urgency="critical")
    service.scorer = Alarmed
    service.refit()
    with service.db.read() as session:
        assert labels.thresholds(session, Alarmed.name)["aurora"] <= 0.1


def test_stop_finishes_the_step_in_hand(make: Callable[..., Service]) -> None:
    began, go_on = threading.Event(), threading.Event()

    class Slow(Grumbler):
        def score(self, inputs: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
            began.set()
            assert go_on.wait(WAIT)
            return super().score(inputs, explain)

    service = make()
    service.scorer = Slow
    number = offer(service)
    service.start(clocks=False)
    service.belt.wake("score")
    assert began.wait(WAIT)
    stopping = threading.Thread(target=service.stop)
    stopping.start()
    go_on.set()
    stopping.join(WAIT)
    assert not stopping.is_alive()
    with service.db.read() as session:
        assert session.get_one(Mention, number).state == MentionState.SCORED


def test_the_briefs_are_looked_for_and_written_once(make: Callable[..., Service]) -> None:
    now = [datetime(2026, 11, 24, 7, 0, tzinfo=UTC)]  # half an hour before the first
    service = make(clock=lambda: now[0])
    woken: list[str] = []
    service.belt.wake = woken.append  # type: ignore[method-assign, assignment]
    service.announce_briefs()
    assert woken == []
    now[0] += timedelta(minutes=31)
    service.announce_briefs()  # nothing has happened: that one is settled
    assert woken == []
    now[0] += timedelta(days=1)
    with service.db.write() as session:
        for brand in service.settings.brands:
            source = next(one for one in service.settings.sources if one.brand == brand)
            session.add(SourceRow(name=source.name, brand=brand, type=source.type, failures=1))
    service.announce_briefs()
    service.announce_briefs()
    assert woken == ["deliver"]
    with service.db.read() as session:
        rows = session.exec(select(Notification).where(col(Notification.state) != "left_out")).all()
    assert {row.kind for row in rows} == {"brief"}
    assert len(rows) == len(service.settings.brands)


def test_a_pause_is_told_before_anything_waits_for_it(make: Callable[..., Service]) -> None:
    service = make()
    offer(service)
    service.score()
    service.triage()
    with service.db.write() as session:
        switches.set(session, switches.pause(switches.ALL), None, "marta", utcnow())
    woken: list[str] = []
    service.belt.wake = woken.append  # type: ignore[method-assign, assignment]
    assert service.deliver("console")
    assert woken == ["deliver"]  # the other channels tell it too
    with service.db.read() as session:
        states = {row.kind: row.state for row in session.exec(select(Notification))}
    assert states == {"case": OutboxState.WAITING, "switch": OutboxState.SENT}
    with service.db.write() as session:
        switches.off(session, switches.pause(switches.ALL), "marta", utcnow())
    service.check()
    service.deliver("console")
    with service.db.read() as session:
        assert {row.state for row in session.exec(select(Notification))} == {OutboxState.SENT}


def test_the_heart_beats_while_the_clocks_run(
    make: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    beaten = threading.Event()

    def beat(heart: Heart, *_: object) -> bool:
        assert heart.url == "https://hc.example/x"
        assert [one.name for one in heart.sources] == [one.name for one in service.settings.sources]
        beaten.set()
        return True

    monkeypatch.setattr(Heart, "beat", beat)
    service = make()
    known = service.settings.environment.model_copy(
        update={"heartbeat_url": SecretStr("https://hc.example/x")}
    )
    service.settings = service.settings.model_copy(update={"environment": known})
    service.start((), clocks=True)
    assert beaten.wait(WAIT)
    service.stop()


def test_settings_chosen_in_the_inbox_are_taken_over_by_the_next_step(
    make: Callable[..., Service], settings: Settings
) -> None:
    service = make()
    brand = next(iter(settings.brands))
    name = f"brands.{brand}.policy.hours"
    service.belt.look("ring")
    service.look_for_rings()
    with service.db.write() as session:
        chosen.write(session, name, "always", old=None, who="slack:U1:Marta", now=utcnow())
    assert len(service.settings.brands[brand].policy.hours) != 7
    service.belt.look("ring")
    assert len(service.settings.brands[brand].policy.hours) == 7
    assert len(service.live.brands[brand].policy.hours) == 7
    assert service._looked_at is None  # clocks are put right, as at a start
