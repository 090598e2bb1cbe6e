"""`ascolto demo`: the whole job on the small internet, over HTTP, on SQLite in a temporary folder, polled twice.

It runs the service as it is (`scheduler.Service`): the same stages, actors and channels; only the clocks are ours.
"""

import io
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import SecretStr

import service as services
import settings as configuration
from alerts.channels.base import Channel
from alerts.channels.console import Console
from alerts.words import Words
from crawlers.job import AnyEvent, SourceReport, Waited
from demo.internet import Internet
from demo.screen import Screen
from demo.summary import Summary, summarize
from scheduler import DELIVER, Service
from settings import Settings
from store import claims
from store.clock import utcnow
from store.tables import Mention, MentionState, Notification, OutboxState
from workers import Stage

LOOK = 0.05  # seconds between looks whether anything still waits
PATIENCE = 300.0  # seconds until what Slack does not take is left to the next start
UNDONE = {
    Mention: (MentionState.NEW, MentionState.SCORED),
    Notification: (OutboxState.WAITING, OutboxState.STALE),
}


@dataclass(slots=True)
class Times:
    """Seconds that each stage was at work; stages work side by side, and those of a group count as one."""

    seconds: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def around(self, stage: Stage) -> Stage:
        def step() -> bool:
            with self.of(stage.group or stage.name):
                return stage.step()

        return replace(stage, step=step)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            with self._lock:
                self.seconds[name] = self.seconds.get(name, 0.0) + spent


@dataclass(slots=True)
class Heard:
    """What the crawls told: servers that asked for patience, and the reports of each poll."""

    screen: Screen
    waited: list[Waited] = field(default_factory=list)
    polls: list[list[SourceReport]] = field(default_factory=list)

    def event(self, event: AnyEvent) -> None:
        if isinstance(event, Waited):
            self.waited.append(event)
            self.screen.waited(event)

    def report(self, report: SourceReport) -> None:
        self.polls[-1].append(report)
        self.screen.source(report)


def run_demo(*, as_json: bool, serve: bool) -> int:
    """Runs it and prints what happened; gives the exit status."""
    folder = Path(tempfile.mkdtemp(prefix="ascolto-demo-"))
    with ExitStack() as running:
        internet = running.enter_context(Internet(utcnow()))
        settings = _settings(internet, folder)
        words = Words(settings.ui_language)
        console = Console(io.StringIO() if as_json else sys.stdout, words)
        screen = Screen(console.screen, words)
        times, heard = Times(), Heard(screen)
        service = services.open_service(
            settings,
            _channels(settings, console),
            around=times.around,
            on_event=heard.event,
            on_report=heard.report,
        )
        running.callback(service.db.close)
        running.callback(service.stop)
        screen.begin(internet.base_url)
        service.scorer()  # a model that cannot be read is told now
        service.start(clocks=False)
        _poll(service, heard, times, lambda: screen.poll(1))
        internet.advance()
        _poll(service, heard, times, lambda: screen.poll(2))
        summary = _summary(service, heard, times)
        screen.end(summary, folder / "ascolto.db")
        if as_json:
            sys.stdout.write(summary.to_json() + "\n")
        if serve:
            _serve(service, screen)
    return 1 if summary.errors else 0


def _settings(internet: Internet, folder: Path) -> Settings:
    """The demo's own configuration; of the environment only the model and Slack count."""
    path = folder / "ascolto.toml"
    path.write_text(internet.config(), encoding="utf-8")
    settings = configuration.load(path)
    environment = configuration.Environment(_env_file=".env" if Path(".env").is_file() else None)
    url = SecretStr(f"sqlite:///{folder / 'ascolto.db'}")
    return settings.model_copy(
        update={
            "ui_language": "it" if os.environ.get("LANG", "").startswith("it") else "en",
            "environment": environment.model_copy(update={"database_url": url, "broker_url": None}),
        }
    )


def _channels(settings: Settings, console: Console) -> dict[str, Channel]:
    """The terminal, and Slack too where there is a token for it; nobody gets a mail or a call from a demo."""
    channels: dict[str, Channel] = {"console": console}
    if slack := services.open_slack(settings):
        channels["slack"] = slack
    return channels


def _poll(service: Service, heard: Heard, times: Times, announce: Callable[[], None]) -> None:
    """One read of all sources, and all that follows from it."""
    announce()
    heard.polls.append([])
    with times.of("collect"):
        service.collect([source.name for source in service.settings.sources])
    _settle(service)
    service.belt.wake("check")
    _settle(service)


def _settle(service: Service) -> None:
    """Waits until nothing waits any more."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and not (
        service.belt.quiet and not _undone(service) and service.belt.quiet
    ):
        for stage in ("score", "triage", DELIVER):
            service.belt.wake(stage)
        time.sleep(LOOK)  # a look that is on its way is no quiet


def _undone(service: Service) -> bool:
    with service.db.read() as session:
        counts = {table: claims.waiting(session, table) for table in UNDONE}
    return any(counts[table].get(state) for table, states in UNDONE.items() for state in states)


def _summary(service: Service, heard: Heard, times: Times) -> Summary:
    with service.db.read() as session:
        return summarize(session, service.settings.brands, heard.polls, heard.waited, times.seconds, utcnow())


def _serve(service: Service, screen: Screen) -> None:
    """Stays up with the inbox and Slack's buttons until it is told to stop."""
    told = services.stop_on_signals()
    with ExitStack() as running:
        running.enter_context(services.slack_ear(service))
        address = running.enter_context(services.web_server(service, "127.0.0.1", 0))
        screen.serving(address)
        told.wait()
