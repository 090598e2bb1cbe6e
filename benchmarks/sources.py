"""Every source on pages in its platform's own shape, from the demo's internet grown large: parsed, and read to SQLite.

And a hundred sources that are due at once, each on a host of its own, with the pace of the service.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._serving import Table, brand, serving, walk
from benchmarks._world import Place
from crawlers.job import AnyEvent, CrawlJob, SourceReport, Started
from crawlers.run import collect
from store.clock import utcnow
from store.db import Database

TIMES = 60  # how often each post of the demo stands there, to fill pages
AT_ONCE, TIMES_AT_ONCE = 100, 5
ROUNDS = 5
QUICK: dict[str, bool | int | float] = {
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
}


def bench() -> dict[str, object]:
    """By source: mentions, pages, mentions a second as parsed (median of rounds) and as read to SQLite, from the
    loaded process on.

    `at_once`: a first and a second read of a hundred sources, in seconds of time and of processor, and the crawling
    process's peak memory in MiB.
    """
    # A process of its own: the peak memory of its children is that of these crawls alone.
    done = subprocess.run([sys.executable, "-m", "benchmarks.sources"], check=True, capture_output=True)
    figures: dict[str, object] = json.loads(done.stdout)
    return figures


def measure(times: int = TIMES, at_once: int = AT_ONCE, rounds: int = ROUNDS) -> dict[str, object]:
    """The figures of `bench`, taken in this process."""
    together = _at_once(at_once)
    return {"at_once": together, "sources": _each(times, rounds), "load": round(os.getloadavg()[0], 1)}


def _at_once(count: int) -> dict[str, Any]:
    with serving(TIMES_AT_ONCE, count) as sources, tempfile.TemporaryDirectory() as folder:
        url = _database(folder)
        first, again = _read(url, sources, {}), _read(url, sources, {})
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"sources": count, "first": first, "unchanged": again, "peak_memory_mib": round(peak, 1)}


def _each(times: int, rounds: int) -> dict[str, dict[str, float]]:

    found: dict[str, dict[str, float]] = {}
    with Place(utcnow(), times) as place:
        for source in place.sources():
            spider, pages = walk(place, source)
            taken = []
            for _ in range(rounds):
                start = time.perf_counter()
                for page, _ in pages:
                    spider.parse(page)
                taken.append(time.perf_counter() - start)
            mentions = sum(len(parsed.mentions) for _, parsed in pages)
            parsed_rate = round(mentions / statistics.median(taken), 1)
            found[source["name"]] = {
                "mentions": mentions,
                "pages": len(pages),
                "parsed_per_second": parsed_rate,
            }
    with serving(times) as sources:
        for source in sources:
            with tempfile.TemporaryDirectory() as folder:
                read = _read(_database(folder), [source], QUICK)
            found[source["name"]] |= {
                "type": source["type"],
                "stored": read["new"],
                "stored_per_second": round(read["new"] / (read["seconds"] - read["start_seconds"]), 1),
            }
    return found


def _database(folder: str) -> str:
    url = f"sqlite:///{Path(folder) / 'bench.db'}"
    db = Database(url)
    db.migrate()
    db.close()
    return url


def _read(url: str, sources: list[Table], settings: dict[str, Any]) -> dict[str, Any]:
    """One crawl. `start_seconds` until its process has loaded what it needs."""
    brands = [brand(key) for key in sorted({source["brand"] for source in sources})]
    job = CrawlJob(database_url=url, sources=sources, brands=brands, budget=280, settings=settings)
    began: list[float] = []

    def note(event: AnyEvent) -> None:
        if isinstance(event, Started):
            began.append(time.perf_counter())

    start, before = time.perf_counter(), _processor()
    reports = collect(job, note)
    seconds = time.perf_counter() - start
    _all_well(reports)
    return {
        "seconds": round(seconds, 2),
        "start_seconds": round(began[0] - start, 2),
        "processor_seconds": round(_processor() - before, 2),
        "requests": sum(report.requests for report in reports),
        "new": sum(report.new for report in reports),
    }


def _all_well(reports: list[SourceReport]) -> None:
    errors = {report.source: report.error for report in reports if report.error}
    if errors:
        raise RuntimeError(f"{len(errors)} sources failed: {dict(list(errors.items())[:5])}")


def _processor() -> float:
    """Seconds of processor time that the ended children of this process took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure()) + "\n")
