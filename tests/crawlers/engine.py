"""A Scrapy engine inside the tests: crawls run here, on a reactor in a thread of its own, without a new process each.

What starts, stops and ends that process is tested with real ones, in test_run.py and test_child.py.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor
from twisted.internet.abstract import isIPAddress
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IResolverSimple
from zope.interface import implementer  # type: ignore[import-untyped]

from crawlers import child
from crawlers.collector import Collector
from crawlers.job import AnyEvent, CrawlJob, Finished, PageStored, SourceReport, Waited
from crawlers.pipeline import Keeper
from crawlers.scrapy_settings import SETTINGS
from store.db import Database

LONGEST = 120.0  # seconds after which a crawl that does not end fails its test


@dataclass(slots=True)
class Told:
    """What a crawl told, in its order."""

    events: list[AnyEvent] = field(default_factory=list)

    @property
    def reports(self) -> dict[str, SourceReport]:
        return {one.report.source: one.report for one in self.events if isinstance(one, Finished)}

    @property
    def report(self) -> SourceReport:
        (report,) = self.reports.values()
        return report

    @property
    def pages(self) -> list[PageStored]:
        return [one for one in self.events if isinstance(one, PageStored)]

    @property
    def waits(self) -> list[Waited]:
        return [one for one in self.events if isinstance(one, Waited)]


@implementer(IResolverSimple)
@dataclass(slots=True)
class Names:
    """All the names that this internet has; nothing is asked outside."""

    known: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        if isIPAddress(name):
            return succeed(name)
        self.asked.append(name)
        return succeed(self.known[name]) if name in self.known else fail(DNSLookupError(name))


class Engine:
    """Runs crawls one after another. `names` resolves the hosts that a test gives it."""

    def __init__(self) -> None:
        self.names = Names()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="reactor", daemon=True)
        self._thread.start()
        assert ready.wait(30)

    def _run(self, ready: threading.Event) -> None:
        install_reactor(SETTINGS["TWISTED_REACTOR"])
        from twisted.internet import reactor  # exists only once it is installed

        self.reactor = cast(Any, reactor)
        self.reactor.installResolver(self.names)
        self._loop = asyncio.get_event_loop()
        self.reactor.callWhenRunning(ready.set)
        self.reactor.run(installSignalHandlers=False)
        self._loop.close()

    def stop(self) -> None:
        self.reactor.callFromThread(self.reactor.stop)
        self._thread.join(30)

    def crawl(self, job: CrawlJob, on_event: Callable[[AnyEvent], None] | None = None) -> Told:
        """Runs a job as the crawling process does; `on_event` is called from the reactor's thread."""
        told = Told()

        def tell(event: AnyEvent) -> None:
            told.events.append(event)
            if on_event is not None:
                on_event(event)

        db = Database(job.database_url)
        try:
            task = asyncio.run_coroutine_threadsafe(self._crawl(db, job, tell), self._loop)
            task.result(LONGEST)
        finally:
            db.close()
        return told

    async def _crawl(self, db: Database, job: CrawlJob, tell: Callable[[AnyEvent], None]) -> None:
        keeper = Keeper(db)
        opened = [child._open(keeper, job, table, tell) for table in job.sources]
        readings = [reading for reading in opened if reading is not None]
        if readings:
            runner = AsyncCrawlerRunner({**SETTINGS, **job.settings})
            crawler = runner.create_crawler(Collector)
            ends_at = time.monotonic() + job.budget
            await runner.crawl(crawler, keeper=keeper, readings=readings, tell=tell, ends_at=ends_at)
