"""Mentions a second from HTTP page to database, without scoring: pages of 20 reviews in JSON-LD, AutoThrottle off.

The pages come from a server in a process of its own; the crawl runs in its own process too, as in the service. A bare
Scrapy spider that only parses reads the same pages in turn with it (`benchmarks._bare`).
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import func, select

from crawlers.job import AnyEvent, CrawlJob, PageStored, Started
from crawlers.run import collect
from store.brand import Brand
from store.db import Database
from store.tables import Mention

PAGES = 500  # of one list
REVIEWS = 20  # a page
LISTS = 4  # for the figures with several sources at once
ROUNDS = 5  # of a bare spider, a first crawl and a second one, of so many pages each
SHORT = 120
SETTINGS = {
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
}
NEWEST = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
BODY = (
    "La consegna è arrivata in ritardo di tre giorni e la confezione era aperta: due cialde rotte su dieci, il "
    "resto buono come sempre. Ho scritto all'assistenza, aspetto ancora una risposta. Numero d'ordine {number}."
)


def bench() -> dict[str, object]:
    """Mentions a second for one list of pages and for four at once, first and second crawl, and memory in MiB; and how
    many times as long as a bare spider's that only parses a crawl takes.

    `*_with_start` counts from nothing, the start of the process included; the others from the first page on.
    """
    # A process of its own: the peak memory of its children is that of this crawl alone.
    done = subprocess.run([sys.executable, "-m", "benchmarks.crawl"], check=True, capture_output=True)
    figures: dict[str, object] = json.loads(done.stdout)
    return figures


def measure() -> dict[str, object]:
    """The figures of `bench`, taken in this process."""
    with _server() as base_url:
        one, again = _crawl(base_url, lists=1)
        several, _ = _crawl(base_url, lists=LISTS)
        beside = {lists: _beside_bare(base_url, lists) for lists in (1, LISTS)}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "mentions_per_second": one["rate"],
        "mentions_per_second_with_start": one["rate_with_start"],
        "mentions_per_second_four_sources": several["rate"],
        "unchanged_mentions_per_second": again["rate"],
        "start_seconds": one["start"],
        "mentions": PAGES * REVIEWS,
        "pages": PAGES,
        "reviews_per_page": REVIEWS,
        "peak_memory_mib": round(peak, 1),
        "times_bare_one_source": beside[1],
        "times_bare_four_sources": beside[LISTS],
        "rounds": ROUNDS,
        "load": round(os.getloadavg()[0], 1),
    }


def _beside_bare(base_url: str, lists: int) -> dict[str, float]:
    """Medians of the rounds: time and processor time of a crawl as multiples of the bare spider's, start apart."""
    urls = [_address(base_url, number, SHORT // lists) for number in range(lists)]
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        command = [sys.executable, "-m", "benchmarks._bare", *urls]
        done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 (our own)
        bare = json.loads(done.stdout)
        if bare["mentions"] != SHORT * REVIEWS:
            raise RuntimeError(f"the bare spider parsed {bare['mentions']} mentions")
        for name, one in zip(("first", "unchanged"), _crawl(base_url, lists, SHORT), strict=True):
            found.setdefault(name, []).append(one["seconds"] / bare["seconds"])
            found.setdefault(f"{name}_processor", []).append(one["processor"] / bare["processor"])
    return {name: round(statistics.median(each), 2) for name, each in found.items()}


def processor(pid: int) -> float:
    """Seconds of processor time that a running process has taken; 0 where the system does not tell (no /proc)."""
    try:
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _address(base_url: str, number: int, pages: int) -> str:
    return f"{base_url}/list-{number}?pages={pages}"


def brand() -> Brand:
    return Brand(key="aurora", name="Caffè Aurora")


def _crawl(base_url: str, lists: int, pages: int = PAGES) -> tuple[dict[str, float], dict[str, float]]:
    """The same crawl twice, into an empty database and over what it stored."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        db = Database(url)
        db.migrate()
        first = _once(url, base_url, lists, pages // lists)
        with db.read() as session:
            stored = session.scalar(select(func.count()).select_from(Mention))
        if stored != pages * REVIEWS:
            raise RuntimeError(f"{stored} mentions stored instead of {pages * REVIEWS}")
        second = _once(url, base_url, lists, pages // lists)
        db.close()
    return first, second


def _once(database_url: str, base_url: str, lists: int, pages: int) -> dict[str, float]:
    sources = [
        {
            "name": f"list-{number}",
            "type": "page",
            "brand": "aurora",
            "url": _address(base_url, number, pages),
            "pages": pages,
            "overlap": "3650d",  # the second crawl reads everything again
        }
        for number in range(lists)
    ]
    job = CrawlJob(
        database_url=database_url, sources=sources, brands=[brand()], budget=300, settings=SETTINGS
    )
    times: list[float] = []
    spent: list[float] = []
    pid = 0

    def note(event: AnyEvent) -> None:
        nonlocal pid
        if isinstance(event, Started):
            pid = event.pid
        if isinstance(event, PageStored):
            times.append(time.perf_counter())
            if len(times) in (1, pages * lists):
                spent.append(processor(pid))

    start = time.perf_counter()
    reports = collect(job, note)
    errors = [report.error for report in reports if report.error]
    if errors or len(times) != pages * lists:
        raise RuntimeError(f"the crawl failed after {len(times)} pages: {errors}")
    # The first page's own time is part of the start; the rate counts the pages after it.
    return {
        "rate": round((len(times) - 1) * REVIEWS / (times[-1] - times[0]), 1),
        "rate_with_start": round(len(times) * REVIEWS / (times[-1] - start), 1),
        "start": round(times[0] - start, 3),
        "seconds": times[-1] - times[0],
        "processor": spent[-1] - spent[0],
    }


@contextmanager
def _server() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.crawl", "serve"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().decode().strip()
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler that hangs up is no error of the shop."""


class _Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        body = page(self.path).encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        """Silent."""


def page(path: str) -> str:
    """A product page of a shop: some markup around, 20 reviews in JSON-LD, a link to the next page."""
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    if "pages" not in query:
        return ""
    pages, number = int(query["pages"][0]), int(query.get("page", ["1"])[0])
    first = (number - 1) * REVIEWS
    product = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": f"Capsule Alba {parts.path}",
        "review": [_review(parts.path, first + n) for n in range(REVIEWS)],
    }
    more = (
        f'<a rel="next" href="{parts.path}?pages={pages}&page={number + 1}">avanti</a>'
        if number < pages
        else ""
    )
    shown = "".join(f"<article><h3>{n}</h3><p>{BODY}</p></article>" for n in range(REVIEWS))
    script = json.dumps(product, ensure_ascii=False)
    return (
        f'<!doctype html><html lang="it"><head><title>Capsule</title><script type="application/ld+json">{script}'
        f"</script></head><body><nav>{'<a href=#>voce</a>' * 40}</nav>{shown}{more}</body></html>"
    )


def _review(path: str, number: int) -> dict[str, object]:
    return {
        "@type": "Review",
        "@id": f"{path}#r{number}",
        "author": {"@type": "Person", "name": f"cliente {number}"},
        "datePublished": (NEWEST - timedelta(minutes=7 * number)).isoformat(),
        "name": f"Ordine {number}",
        "reviewBody": BODY.format(number=number),
        "reviewRating": {"@type": "Rating", "ratingValue": str(1 + number % 5), "bestRating": "5"},
    }


def _serve() -> None:
    server = _Server(("127.0.0.1", 0), _Shop)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        _serve()
    else:
        sys.stdout.write(json.dumps(measure()) + "\n")
