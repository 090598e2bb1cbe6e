"""The crawling process: reads its job on standard input, writes events on standard output, ends by itself.

It is separate so that a crash, a leak or a hang in a crawl cannot hurt the service; `crawlers.run` starts it.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from pydantic import ValidationError
from scrapy.crawler import AsyncCrawlerProcess

import platforms
from crawlers.addresses import without_secrets
from crawlers.collector import Collector
from crawlers.job import AnyEvent, CrawlJob, Finished, SourceReport, Started, find_brand
from crawlers.peek import Peek
from crawlers.pipeline import Keeper
from crawlers.reading import Reading
from crawlers.scrapy_settings import SETTINGS, agent
from store.db import Database
from store.logs import log_to

log = logging.getLogger(__name__)

MARGIN = 0.1  # share of the budget kept for closing what is not finished
ORPHAN_CHECK = 1.0  # seconds
Tell = Callable[[AnyEvent], None]


def main() -> int:
    """Runs the job on standard input. Exit status 0: every source was reported, failed ones included."""
    _log_to_stderr()
    job = CrawlJob.model_validate_json(sys.stdin.buffer.read())
    tell = _teller(_own_stdout())
    tell(Started(pid=os.getpid()))
    run(job, tell)
    return 0


def run(job: CrawlJob, tell: Tell) -> None:
    """Reads all sources of the job and tells what happens; returns when each has been reported."""
    if job.peek:
        _read(Peek(tell), job, tell)
        return
    db = Database(job.database_url)
    _read(Keeper(db), job, tell)
    db.close()


def _read(keeper: Keeper, job: CrawlJob, tell: Tell) -> None:
    readings = [reading for table in job.sources if (reading := _open(keeper, job, table, tell))]
    if readings:
        ends_at = time.monotonic() + (job.ends_at - time.time() if job.ends_at else job.budget)
        _crawl(keeper, readings, tell, ends_at - MARGIN * job.budget, job)


def _open(keeper: Keeper, job: CrawlJob, table: dict[str, Any], tell: Tell) -> Reading | None:
    """The reading of one source; None, and reported, where its configuration is wrong."""
    try:
        platform = platforms.get(str(table.get("type")))
        options = platform.options.model_validate(table)
        brand = find_brand(job.brands, table)
        if brand is None:
            raise ValueError(f"there is no brand {options.brand!r}: name it in [brands.{options.brand}]")
        if platform.pushed:
            told = f"nothing is asked there: others post to /in/{options.name}"
            tell(Finished(report=SourceReport(source=options.name, status="skipped", error=told)))
            return None
        return keeper.open(options, brand, platform)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    except KeyError as error:
        problems = f"there is no platform {error}: known are {', '.join(platforms.names())}"
    except ValueError as error:
        problems = str(error)
    name = str(table.get("name", "?"))
    log.warning(
        "source misconfigured: %s", problems, extra={"action": "source_misconfigured", "source": name}
    )
    tell(Finished(report=SourceReport(source=name, status="error", error=problems)))
    return None


def _crawl(keeper: Keeper, readings: list[Reading], tell: Tell, ends_at: float, job: CrawlJob) -> None:
    process = AsyncCrawlerProcess({**SETTINGS, **agent(job.contact), **job.settings})
    crawler = process.create_crawler(Collector)
    task = process.crawl(crawler, keeper=keeper, readings=readings, tell=tell, ends_at=ends_at)
    watch = task.get_loop().create_task(_watch(crawler, ends_at, job.service or os.getppid()))
    process.start(stop_after_crawl=True, install_signal_handlers=False)
    watch.cancel()
    if task.done() and (error := task.exception()):
        raise error


async def _watch(crawler: Any, ends_at: float, service: int) -> None:
    """Ends the run at its time, on SIGTERM and when the service is gone."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set() and os.getppid() == service and time.monotonic() < ends_at:
        pause = min(ORPHAN_CHECK, max(ends_at - time.monotonic(), 0.01))
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            continue
    why = (
        "the run was stopped"
        if stop.is_set()
        else "its time was over: the other sources or this one were too slow"
    )
    await crawler.spider.close_all(why)
    # What still waits for a server would keep the engine from closing; everything is committed and told.
    sys.stderr.flush()
    os._exit(0)


def _log_to_stderr() -> None:
    log_to(sys.stderr, logging.WARNING)  # that a source was read is told by the events
    for handler in logging.getLogger().handlers:
        handler.addFilter(_without_queries)


def _without_queries(record: logging.LogRecord) -> bool:
    """What libraries say of an address, without the part that may hold a token."""
    if not record.name.startswith("crawlers"):
        record.msg, record.args = without_secrets(record.getMessage()), None
    return True


def _own_stdout() -> TextIO:
    """Standard output for events alone: what a library prints goes to standard error."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _teller(stream: TextIO) -> Tell:
    def tell(event: AnyEvent) -> None:
        try:
            stream.write(event.model_dump_json() + "\n")
            stream.flush()
        except BrokenPipeError:  # nobody listens any more
            os._exit(1)

    return tell
