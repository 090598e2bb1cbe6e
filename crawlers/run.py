"""Starts a crawl in a process of its own and tells what it does; survives whatever happens in there."""

import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawlers.health import record_failure
from crawlers.job import (
    AnyEvent,
    CrawlJob,
    Event,
    Finished,
    PageStored,
    SourceReport,
    Waited,
    read_event,
)
from store.clock import utcnow
from store.db import Database

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[1]
GRACE = 5.0  # seconds that a stopped crawl gets to put down what it holds
TICK = 0.2  # seconds between looks at the clock and at `stop`
OnEvent = Callable[[AnyEvent], None]


@dataclass(slots=True)
class _Tally:
    """What is known of each source while the process runs: the report, or the counts that its pages told."""

    on_event: OnEvent | None
    reports: dict[str, SourceReport] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def take(self, event: AnyEvent) -> None:
        if isinstance(event, Finished):
            self.reports[event.report.source] = event.report
        elif isinstance(event, PageStored):
            self._add(
                event.source, new=event.new, edited=event.edited, refreshed=event.refreshed, late=event.late
            )
        elif isinstance(event, Waited):
            self._add(event.source, waited=1)
        if self.on_event is not None:
            self.on_event(event)

    def _add(self, source: str, **more: int) -> None:
        counts = self.counts.setdefault(source, {})
        for name, number in more.items():
            counts[name] = counts.get(name, 0) + number


def collect(
    job: CrawlJob, on_event: OnEvent | None = None, stop: threading.Event | None = None
) -> list[SourceReport]:
    """Reads the sources of `job` once; one report each, in their order. Raises only what `on_event` raises.

    `on_event` is called in this thread with each event as it comes: a `PageStored` means committed rows that the
    next stage can take. When `stop` is set the crawl puts down what it holds and ends. After `job.budget` seconds
    the process and all it started are killed. What was committed stays in every case.
    """
    began = time.monotonic()
    tally = _Tally(on_event)
    end = _attend(job, tally, stop, began + job.budget)
    # One poisonous page must not take the other sources with it: each that is left gets a process of its own.
    for table in _unreported(job, tally) if end.crashed and len(job.sources) > 1 else []:
        left = job.budget - (time.monotonic() - began)
        if left > 1 and not (stop and stop.is_set()):
            alone = job.model_copy(update={"sources": [table], "budget": left})
            end = _attend(alone, tally, stop, began + job.budget)
            _report_missing(alone, tally, end)
    _report_missing(job, tally, end)
    return [tally.reports[_name(table)] for table in job.sources]


@dataclass(frozen=True, slots=True)
class _End:
    """How the process ended; `crashed`: neither by itself nor by us."""

    crashed: bool
    why: str


def _attend(job: CrawlJob, tally: _Tally, stop: threading.Event | None, ends_at: float) -> _End:
    """Runs one process to its end, whichever it is."""
    process = _start(job, ends_at)
    lines = _lines(process)
    try:
        return _listen(process, lines, tally, stop, ends_at)
    finally:
        _kill(process)


def _start(job: CrawlJob, ends_at: float) -> subprocess.Popen[bytes]:
    started = job.model_copy(
        update={"ends_at": time.time() + ends_at - time.monotonic(), "service": os.getpid()}
    )
    path = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "crawlers.run"],  # -P: folders of the user's own are not ours
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
        start_new_session=True,  # so that whatever it starts can be ended with it
    )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it died at once; its exit status says so
        process.stdin.write(started.to_json().encode())
        process.stdin.close()
    return process


def _lines(process: subprocess.Popen[bytes]) -> "queue.Queue[bytes | None]":
    """The lines of its standard output as they come; None when it is closed."""
    lines: queue.Queue[bytes | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for line in stream:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, name="crawl-events", daemon=True).start()
    return lines


def _listen(
    process: subprocess.Popen[bytes],
    lines: "queue.Queue[bytes | None]",
    tally: _Tally,
    stop: threading.Event | None,
    ends_at: float,
) -> _End:
    stopping = False
    while True:
        now = time.monotonic()
        if now >= ends_at:
            log.error("crawl over its time", extra={"action": "crawl_killed"})
            return _End(False, "the run was stopped" if stopping else "the crawl took too long and was ended")
        if stop is not None and stop.is_set() and not stopping:
            stopping, ends_at = True, min(ends_at, now + GRACE)
            _signal(process, signal.SIGTERM)
        try:
            line = lines.get(timeout=min(TICK, ends_at - now))
        except queue.Empty:
            continue
        if line is None:
            return _ended(process, ends_at)
        if event := read_event(line):
            tally.take(event)


def _ended(process: subprocess.Popen[bytes], ends_at: float) -> _End:
    try:
        status = process.wait(timeout=max(ends_at - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        return _End(False, "the crawl took too long and was ended")
    if status == 0:
        return _End(False, "the crawl ended without a word about it: please report this")
    how = f"signal {-status}" if status < 0 else f"exit status {status}"
    log.error("crawl died: %s", how, extra={"action": "crawl_died", "status": status})
    return _End(True, f"the crawl died ({how})")


def _unreported(job: CrawlJob, tally: _Tally) -> list[dict[str, Any]]:
    return [table for table in job.sources if _name(table) not in tally.reports]


def _report_missing(job: CrawlJob, tally: _Tally, end: _End) -> None:
    """An error for each source without a report, in the list and on its row."""
    missing = _unreported(job, tally)
    for table in missing:
        counts = tally.counts.get(_name(table), {})
        report = SourceReport(source=_name(table), status="error", error=end.why, **counts)
        tally.take(Finished(report=report))
    if missing and not job.peek:
        _note(job, missing, end.why)


def _note(job: CrawlJob, missing: list[dict[str, Any]], why: str) -> None:
    try:
        db = Database(job.database_url)
        with db.write() as session:
            for table in missing:
                brand, kind = str(table.get("brand")), str(table.get("type"))
                record_failure(session, _name(table), brand, kind, why, now=utcnow())
        db.close()
    except Exception:  # the reports say the same; a database that is away must not hide them
        log.exception("could not note failures", extra={"action": "fail_unnoted"})


def _name(table: dict[str, Any]) -> str:
    return str(table.get("name", "?"))


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:  # once it is reaped its number may be somebody else's
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the process and all it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


__all__ = ["CrawlJob", "Event", "SourceReport", "collect"]

if __name__ == "__main__":
    from crawlers.child import main

    sys.exit(main())
