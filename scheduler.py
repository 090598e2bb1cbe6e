"""The service: every stage as a step, the clocks that wake them, and how all of it starts and stops.

The only module that knows every stage. APScheduler fires clocks and does no work itself: it wakes actors
(`workers.Belt`). What one stage finishes wakes the next at once; the sweep finds what a lost wake-up left lying.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlmodel import Session

from alerts import alike, briefs, bundles, clocks, digest, pausing, spike_cases
from alerts.channels.base import Channel, Gallery
from alerts.drafts.compose import compose
from alerts.heartbeat import Heart
from alerts.outbox import deliver_waiting
from alerts.pictures import upload_waiting
from alerts.replies.generating import Rewrite, any_queued, word_next
from alerts.replies.redrafting import any_waiting, redraft_waiting
from alerts.stage import check_sources, triage_waiting
from alerts.views import Report
from alerts.words import Words
from configuration.live import Live
from crawlers.health import watch_pushed
from crawlers.job import BUDGET, AnyEvent, CrawlJob, PageStored, Setting, SourceReport
from crawlers.run import collect
from platforms.base import SourceOptions
from settings import Settings
from store import claims, labels, plan, status
from store.brand import zone_of
from store.clock import utcnow
from store.db import Database
from store.lock import OnlyOne
from store.retention import expire
from store.tables import Mention, Notification, PictureRow
from store.window import Window
from workers import QUEUES, Belt, Stage

if TYPE_CHECKING:
    from sentiment.scorer import Scorer
    from sentiment.stage import Scores

log = logging.getLogger(__name__)
T = TypeVar("T")

DUE = 2  # seconds between looks for sources whose time has come
SWEEP = 5  # seconds between looks for rows that wait and that nobody was woken for
RING = 3  # seconds between looks for clocks of cases that ring
CALM = timedelta(
    minutes=5
)  # after a look that could not ring all that was due, before the next of what is not critical
JUMP = timedelta(minutes=1)  # a clock that goes back further has been set
CHECK = 20  # seconds between looks at sources that went down
BRIEF = 30  # seconds between looks whether the time of a brief has come
BEAT = 60  # seconds between two calls of the address that notices a silence
REST = timedelta(minutes=1)  # a source that is still due after its read is not read again before
DELIVER = "deliver"  # wakes the delivery of every channel
PICTURES = "pictures"  # wakes who draws and uploads the pictures of messages
WORD = "word"  # has a chat model word drafts anew, where there is one
MARGIN = timedelta(minutes=1)  # a lease outlasts the crawl it is for
RETENTION = CronTrigger(hour=3, minute=40, timezone="UTC")
REFIT = "refit"  # wakes who fits the brands' thresholds to what people said
WEEKLY = CronTrigger(day_of_week="sun", hour=3, minute=10, timezone="UTC")  # when little is scored


@dataclass(slots=True)
class Service:
    """One running Ascolto. `channels` by name; `scorer` gives the model, loaded at the first text.

    `rewrite` has a chat model word drafts anew, where there is one. `on_event` and `on_report` are told of a crawl as
    it goes; `around` may wrap each stage (to time it).
    """

    settings: Settings
    db: Database
    channels: Mapping[str, Channel]
    scorer: "Callable[[], Scores]"
    belt: Belt
    rewrite: Rewrite | None = None
    clock: Callable[[], datetime] = utcnow
    on_event: Callable[[AnyEvent], None] | None = None
    on_report: Callable[[SourceReport], None] | None = None
    around: Callable[[Stage], Stage] = lambda stage: stage
    crawl_settings: Mapping[str, Setting] = field(default_factory=dict)
    live: Live = field(default=None)  # type: ignore[assignment]  # made of the two above where it is not given
    words: Words = field(init=False)
    _only: OnlyOne = field(init=False)
    _clocks: BackgroundScheduler | None = field(init=False, default=None)
    _calm_until: datetime | None = field(init=False, default=None)
    _looked_at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.words = Words(self.settings.ui_language)
        self._only = OnlyOne(self.settings.database_url)
        self.live = self.live or Live(self.settings, self.db)
        self.belt.add(
            self.around(replace(stage, step=self._following(stage.step))) for stage in self.stages()
        )

    def _following(self, step: Callable[[], T]) -> Callable[[], T]:
        """The same by the settings that hold when it begins: what people changed meanwhile is taken over first."""

        def followed() -> T:
            self.follow()
            return step()

        return followed

    def follow(self) -> None:
        """Goes on by what file and database say now. Clocks that hang on other hours are put right, as at a start."""
        self.live.follow()
        if self.settings is not self.live.settings:
            self.settings, self._looked_at = self.live.settings, None

    def stages(self) -> list[Stage]:
        """What is done, in the order of the belt. The most urgent first, where threads are scarce: delivery. Each
        channel delivers by itself, so that a server that hangs holds up no other channel."""
        return [
            Stage("collect", "crawl", self.collect_due, wakes="score"),
            Stage("score", "score", self.score, wakes="triage"),
            Stage("triage", "alert", self.triage, wakes=DELIVER, priority=1),
            *(
                Stage(
                    f"{DELIVER}.{name}",
                    "alert",
                    partial(self.deliver, name),
                    wakes=PICTURES if isinstance(channel, Gallery) else None,
                    priority=0,
                    group=DELIVER,
                )
                for name, channel in self.channels.items()
            ),
            Stage(PICTURES, "alert", self.draw, wakes=DELIVER, priority=9),
            Stage("ring", "alert", self.ring, wakes=DELIVER, priority=2),
            Stage("check", "alert", self.check, wakes=DELIVER),
            *([Stage(WORD, "alert", self.word, wakes=DELIVER, priority=9)] if self.rewrite else []),
            Stage(REFIT, "score", self.refit),
        ]

    # The steps: each does one piece of work and says whether there was any.

    def collect_due(self) -> bool:
        """Reads the sources whose time has come, all in one child process."""
        sources = {source.name: (source.brand, source.type) for source in self._open()}
        lease = timedelta() if self.belt.local else timedelta(seconds=BUDGET) + MARGIN
        with self.db.write() as session:
            names = plan.take_due(session, sources, self.clock(), lease)
        if names:
            self.collect(names)
            with self.db.write() as session:
                plan.rest(session, names, self.clock(), self.clock() + REST)
        return bool(names)

    def collect(self, names: Iterable[str]) -> list[SourceReport]:
        """Reads these sources now; one report each."""
        job = CrawlJob(
            database_url=self.settings.database_url,
            sources=[self.settings.source(name) for name in names],
            brands=list(self.settings.brands.values()),
            contact=self.settings.service.contact,
            settings=dict(self.crawl_settings),
        )
        reports = collect(job, self._heard, self.belt.stopping)
        for report in reports:
            level = logging.INFO if report.status == "ok" else logging.WARNING
            told = {
                "action": "collected",
                "source": report.source,
                "status": report.status,
                "new": report.new,
            }
            log.log(level, "source read", extra=told)
            if self.on_report is not None:
                self.on_report(report)
        return reports

    def _heard(self, event: AnyEvent) -> None:
        """A page is committed: what it added is scored, what changed about known mentions is triaged, at once."""
        if isinstance(event, PageStored) and event.work:
            self.belt.wake("score")
            self.belt.wake("triage")
        if self.on_event is not None:
            self.on_event(event)

    def score(self) -> bool:
        from sentiment.stage import score_waiting  # torch is loaded where texts are scored, and only there

        return score_waiting(self.db, self.scorer(), clock=self.clock) > 0

    def triage(self) -> bool:
        from sentiment.language import detect

        taken = triage_waiting(
            self.db,
            self.settings.brands,
            channels=list(self.channels),
            now=self.clock(),
            compose=partial(compose, reader=self.settings.ui_language),
            detect=lambda text: detect(text).lang,
            routing=self.settings.slack,
            worded_later=self.rewrite is not None,
        )
        if taken and self.rewrite is not None:
            self.belt.wake(WORD)
        anew = redraft_waiting(
            self.db,
            self.settings.brands,
            now=self.clock(),
            compose=partial(compose, reader=self.settings.ui_language),
            detect=lambda text: detect(text).lang,
        )
        return taken + anew > 0

    def word(self) -> bool:
        """One draft that people have been told of is worded anew: apart from all else, which never waits for it."""
        from sentiment.language import detect

        return self.rewrite is not None and word_next(
            self.db,
            self.settings.brands,
            now=self.clock(),
            clock=self.clock,
            rewrite=self.rewrite,
            detect=lambda text: detect(text).lang,
            stopping=self.belt.stopping.is_set,
        )

    def deliver(self, name: str) -> bool:
        """What waits for the channel of this name."""
        if self._tell_pauses():
            self.belt.wake(DELIVER)  # it is told in the other channels too
        sent = deliver_waiting(
            self.db,
            self.channels,
            self.settings.brands,
            report=self._report,
            clock=self.clock,
            wait=self.belt.stopping.wait,
            stop=self.belt.stopping.is_set,
            only=name,
            make_room=self._make_room,
            links=self.settings.inbox.links,
        )
        return sent > 0

    def draw(self) -> bool:
        """The pictures of messages that are out: no message waits for them."""
        return (
            upload_waiting(
                self.db,
                self.channels,
                self.settings.brands,
                report=self._report,
                clock=self.clock,
                stop=self.belt.stopping.is_set,
            )
            > 0
        )

    def _report(self, session: Session, row: Notification, now: datetime) -> Report:
        return digest.report(session, row, now, brands=self.settings.brands, words=self.words)

    def _make_room(self, session: Session, brand: str | None = None) -> None:
        """What a pause (of one brand, or of all) or an outage held back floods no channel."""
        bundles.make_room(session, self.settings.slack, self.settings.brands, self.clock(), brand)

    def _tell_pauses(self) -> int:
        """That somebody paused what can wait, or that it goes on."""
        return pausing.tell(self.db, list(self.channels), self.clock(), self._make_room)

    def ring(self) -> bool:
        """The clocks of cases: what is critical, and of the rest as many as people can take; the others wait."""
        brands, now = self.settings.brands, self.clock()
        calm = self._calm_until is not None and now < self._calm_until <= now + CALM
        limit = 0 if calm else clocks.LIMIT
        done = clocks.ring_due(
            self.db, brands, list(self.channels), now, self.settings.slack.escalation, limit
        )
        if not calm and not done.critical:  # the rest of what is critical rings in the next look
            self._calm_until = now + CALM if done.more else None
        if done.written:
            log.info("clocks rang", extra={"action": "rang", "messages": done.written, "more": done.more})
            self.belt.wake(DELIVER)
        return False

    def check(self) -> bool:
        """Sources that went down or came back, spikes in the volume, pauses that are over. Nothing is left for a second
        look."""
        channels, now = list(self.channels), self.clock()
        pushed = [one.name for one in self.settings.sources if one not in self.settings.polled]
        for name in watch_pushed(self.db, pushed, now) if pushed else []:
            log.warning("source silent", extra={"action": "source_silent", "source": name})
        told = check_sources(self.db, self.settings.brands, channels, now)
        told += spike_cases.look(self.db, self.settings.brands, channels, now, self.settings.slack)
        told += self._tell_pauses()
        if told:
            self.belt.wake(DELIVER)
        return False

    def refit(self) -> bool:
        """Fits the chance from which on a brand's texts are critical to what its people said; what changes is traced.
        Where nobody has said anything the model is not even loaded."""
        with self.db.read() as session:
            said = labels.any_recorded(session)
        if said:
            from sentiment.measuring.disagreement import refit

            for fit in refit(self.db, cast("Scorer", self.scorer()), self.clock()):
                told = {"action": "refitted", "brand": fit.brand, "labels": fit.labels, "critical": fit.after}
                log.info("threshold fitted", extra=told)
        return False

    # The clocks: they only wake.

    def look_for_due(self) -> None:
        with self.db.read() as session:
            names = [source.name for source in self._open()]
            due = plan.any_due(session, names, self.clock())
        if due:
            self.belt.wake("collect")

    def look_for_rings(self) -> None:
        """Wakes who rings the clocks of cases; after a start, and when the machine's clock was set back, what rang in
        a time to come is put right first."""
        now, before = self.clock(), self._looked_at
        self._looked_at = now
        if before is None or now < before - JUMP:
            clocks.realign(self.db, self.settings.brands, now)
        with self.db.read() as session:
            due = clocks.any_due(session, self.settings.brands, now)
        if due:
            self.belt.wake("ring")

    def sweep(self) -> None:
        with self.db.read() as session:
            waiting = status.waiting_for(session, self.clock())
            waiting["triage"] = waiting["triage"] or any_waiting(session, self.settings.brands, self.clock())
        for stage, is_waiting in waiting.items():
            if is_waiting:
                self.belt.wake(stage)
        if self.rewrite is not None:
            with self.db.read() as session:
                queued = any_queued(session, self.settings.brands, self.clock())
            if queued:
                self.belt.wake(WORD)

    def announce_digests(self) -> None:
        """Last week's digest for each brand whose Monday morning has come; each is written once."""
        if digest.announce(self.db, self.settings.brands, list(self.channels), self.clock()):
            self.belt.wake(DELIVER)

    def announce_briefs(self) -> None:
        """The morning's and the evening's brief of each brand whose time has come; each is written once."""
        brands, sources = self.settings.brands, self._watched()
        if briefs.announce(self.db, brands, sources, list(self.channels), self.clock()):
            self.belt.wake(DELIVER)

    def _watched(self) -> list[briefs.Watched]:
        return [
            briefs.Watched(source.name, source.brand, source.every + _closed(source))
            for source in self.settings.sources
        ]

    def _open(self) -> list[SourceOptions]:
        """The sources that may be read at this hour."""
        now, brands = self.clock(), self.settings.brands
        return [
            one
            for one in self.settings.polled
            if one.window is None or Window.parse(one.window).is_open(now, zone_of(brands.get(one.brand)))
        ]

    def expire(self) -> None:
        """Personal data whose time is over go; their messages are edited. Traces that nobody looks at go too."""
        alike.sweep(self.db, self.clock())
        kept = self.settings.retention
        done = expire(self.db, now=self.clock(), texts=kept.texts, authors=kept.authors)
        if done.mentions:
            log.info("expired", extra={"action": "expired", "mentions": done.mentions})
            self.belt.wake(DELIVER)

    # Start and stop.

    def start(self, queues: Iterable[str] = QUEUES, *, clocks: bool = True) -> None:
        """Begins to work. Raises `Permanent` where another process works on this SQLite database."""
        if self.belt.local and self._only.counts:
            self._only.take()
            with self.db.write() as session:  # what a previous life had in hand
                claims.release_all(session, Mention)
                claims.release_all(session, Notification)
                claims.release_all(session, PictureRow)
        self.belt.start(queues)
        if clocks:
            self.start_clocks()
        log.info("started", extra={"action": "started"})

    def start_clocks(self) -> None:
        timers = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        timers.add_job(self._following(self.look_for_rings), "interval", seconds=RING, next_run_time=utcnow())
        timers.add_job(self._following(self.look_for_due), "interval", seconds=DUE, next_run_time=utcnow())
        timers.add_job(self._following(self.sweep), "interval", seconds=SWEEP, next_run_time=utcnow())
        timers.add_job(lambda: self.belt.wake("check"), "interval", seconds=CHECK, next_run_time=utcnow())
        digests, briefed = self._following(self.announce_digests), self._following(self.announce_briefs)
        timers.add_job(digests, next_run_time=utcnow())  # what fell due while nobody was there
        for brand in self.settings.brands.values():
            monday = CronTrigger(day_of_week="mon", hour=digest.HOUR, timezone=brand.zone)
            timers.add_job(digests, monday)
        timers.add_job(briefed, "interval", seconds=BRIEF, next_run_time=utcnow())
        if url := self.settings.heartbeat_url:
            heart = Heart(url, sources=self._watched())
            timers.add_job(
                lambda: heart.beat(self.db, self.channels, self.clock()),
                "interval",
                seconds=BEAT,
                next_run_time=utcnow(),
            )
        timers.add_job(self.expire, RETENTION)
        timers.add_job(lambda: self.belt.wake(REFIT), WEEKLY)
        timers.start()
        self._clocks = timers

    def stop(self, patience: float = 60.0) -> None:
        """Finishes the steps in hand and leaves; rows that wait stay waiting."""
        if self._clocks is not None:
            self._clocks.shutdown(wait=True)
            self._clocks = None
        self.belt.stop(patience)
        self._only.free()
        log.info("stopped", extra={"action": "stopped"})


def _closed(source: SourceOptions) -> timedelta:
    """How long of a day the source is not read."""
    return Window.parse(source.window).closed if source.window else timedelta()
