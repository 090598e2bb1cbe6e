"""Servers that mean harm: each ends its one request with a clear error, within limits, and the honest source beside it
is read."""

import gzip
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawlers.job import AnyEvent, SourceReport, Started
from crawlers.run import collect
from store.db import Database
from tests.crawlers.jobs import job, page_source, texts
from tests.crawlers.site import Answer, Site, put_list, review, reviews_page

MEMORY = 400 * 1024  # KiB that a crawling process may take; an honest one takes about 130,000
TIMEOUT = 2  # seconds for a page, so that what drips ends soon
Serve = Callable[[socket.socket], None]


class Rogue:
    """Speaks HTTP as it likes: `serve` gets the connection once a request has come in."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._stop = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/feed"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            asked = connection.recv(65536)
            if asked.startswith(b"GET /robots.txt"):
                connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            self._serve(connection)

    def __enter__(self) -> "Rogue":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._listening.close()


def feed(url: str, name: str = "rogue") -> dict[str, Any]:
    return {"name": name, "type": "feed", "brand": "aurora", "url": url, "match": False}


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000000\r\n\r\n")
    pause = threading.Event()
    while True:
        connection.sendall(b" ")
        pause.wait(0.05)


def drip_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    pause, number = threading.Event(), 0
    while True:
        number += 1
        connection.sendall(b"X-%d: y\r\n" % number)
        pause.wait(0.05)


def endless_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 8000 + b"\r\n")
    while True:
        connection.sendall((b"X: " + b"y" * 8000 + b"\r\n") * 64)


def endless_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    while True:
        connection.sendall(b"<rss>" * 10_000)


def ten_gigabytes(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 10000000000\r\n\r\n")
    while True:
        connection.sendall(b" " * 100_000)


def cookies(connection: socket.socket) -> None:
    lines = b"".join(b"Set-Cookie: c%d=%s\r\n" % (number, b"v" * 200) for number in range(5000))
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n" + lines + b"Content-Length: 5\r\n\r\n<rss>"
    )


def silent(connection: socket.socket) -> None:
    connection.recv(1)


def nonsense(connection: socket.socket) -> None:
    connection.sendall(b"\x00\xff\x16\x03" * 5000)


def bomb(kind: str) -> bytes:
    """2 GB of blanks, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if kind == "gzip" else 15)
    block = b" " * (1 << 20)
    return b"".join([*(packer.compress(block) for _ in range(2048)), packer.flush()])


LAUGHS = """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">{}]><rss version="2.0"><channel><title>&z9;</title>
<item><guid>1</guid><title>Aurora &z9;</title><description>&z9;</description></item></channel></rss>""".format(
    "".join(
        f'<!ENTITY z{n} "{"&" + (f"z{n - 1}" if n else "a") + ";"}{("&" + (f"z{n - 1}" if n else "a") + ";") * 9}">'
        for n in range(10)
    )
)
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "{url}">]>
<rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>Aurora &x;</title><description>&y;</description>
</item></channel></rss>"""


SERVES = (drip, drip_headers, endless_headers, endless_body, ten_gigabytes, silent, nonsense, cookies)
INWARD = (
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:1/",
    "http://[::ffff:127.0.0.1]/",
    "http://0/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "imap://127.0.0.1/INBOX",
)
ODD = (b"\xff\xfe\xfd" * 1000, b"<rss>" + b"\x80" * 5000, b"\x00" * 5000, b"")


@dataclass
class Watch:
    """Reads at each event of the crawling process how much memory it has taken at the most."""

    process: Path | None = None
    most: int = 0

    def __call__(self, event: AnyEvent) -> None:
        if isinstance(event, Started):
            self.process = Path(f"/proc/{event.pid}/status")
        with suppress(OSError):
            told = re.search(r"VmHWM:\s+(\d+) kB", self.process.read_text() if self.process else "")
            self.most = max(self.most, int(told[1]) if told else 0)


@dataclass(frozen=True)
class Outcome:
    reports: dict[str, SourceReport]
    site: Site
    db: Database
    memory: int  # KiB, at the most, of the crawling process


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """All of them at once, read by one process of its own, with an honest source beside them."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'ascolto.db'}")
    db.migrate()
    with Site() as site, ExitStack() as running:
        rogues = {serve.__name__: running.enter_context(Rogue(serve)).url for serve in SERVES}
        sources = [feed(url, name) for name, url in rogues.items()]
        for name, body, headers in (
            ("gzip", bomb("gzip"), {"Content-Encoding": "gzip"}),
            ("deflate", bomb("deflate"), {"Content-Encoding": "deflate"}),
            ("twice", gzip.compress(bomb("gzip")), {"Content-Encoding": "gzip, gzip"}),
            ("laughs", LAUGHS.encode(), {}),
            ("outside", OUTSIDE.format(url=site.url("/secret")).encode(), {}),
            *((f"odd-{number}", odd, {}) for number, odd in enumerate(ODD)),
        ):
            site.put(f"/{name}", Answer(body, kind="text/xml", headers=headers))
            sources.append(feed(site.url(f"/{name}"), name))
        for number, to in enumerate(INWARD):
            site.put(f"/inward-{number}", Answer(b"", 302, headers={"Location": to}))
            sources.append(feed(site.url(f"/inward-{number}"), f"inward-{number}"))
        for number in range(40):
            listed = reviews_page([review(number)], f"/list?page={number + 1}")
            site.put(f"/list?page={number}" if number else "/list", listed)
        sources.append(page_source(site.url("/list"), "endless-pages", pages=7))
        put_list(site, "/honest", [review(1), review(2)])
        sources.append(page_source(site.url("/honest"), "honest"))
        asked = job(db, *sources, budget=120, DOWNLOAD_TIMEOUT=TIMEOUT, ASCOLTO_ATTEMPTS=1)
        watch = Watch()
        reports = {one.source: one for one in collect(asked, watch)}
        yield Outcome(reports, site, db, watch.most)
    db.close()


def test_the_honest_source_beside_them_is_read(outcome: Outcome) -> None:
    assert (outcome.reports["honest"].status, outcome.reports["honest"].new) == ("ok", 2)


def test_memory_stays_within_limits(outcome: Outcome) -> None:
    assert 0 < outcome.memory < MEMORY


@pytest.mark.parametrize("name", [serve.__name__ for serve in SERVES if serve is not cookies])
def test_a_server_that_never_ends_ends_one_request(name: str, outcome: Outcome) -> None:
    report = outcome.reports[name]
    assert (report.status, report.new) == ("error", 0)
    assert report.error


@pytest.mark.parametrize("name", ["gzip", "deflate", "twice"])
def test_a_bomb_that_unpacks_to_gigabytes_is_refused(name: str, outcome: Outcome) -> None:
    assert outcome.reports[name].status == "error"
    assert "larger than a crawl takes in" in (outcome.reports[name].error or "")


def test_entities_that_multiply_or_lead_elsewhere_do_neither(outcome: Outcome) -> None:
    assert "/secret" not in outcome.site.paths
    assert not any("root:" in text for text in texts(outcome.db))
    assert all(len(text) < 20_001 for text in texts(outcome.db))


@pytest.mark.parametrize("number", range(len(INWARD)))
def test_a_redirect_inward_is_not_followed(number: int, outcome: Outcome) -> None:
    report = outcome.reports[f"inward-{number}"]
    assert report.status == "error"
    assert "root:" not in (report.error or "")


@pytest.mark.parametrize("name", ["cookies", *(f"odd-{number}" for number in range(len(ODD)))])
def test_what_is_no_feed_brings_nothing(name: str, outcome: Outcome) -> None:
    assert outcome.reports[name].new == 0


def test_pages_without_end_stop_at_the_limit(outcome: Outcome) -> None:
    report = outcome.reports["endless-pages"]
    assert report.new == 7
    assert report.requests <= 8
