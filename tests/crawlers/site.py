"""A web site on a loopback port that answers as it is told, and remembers what it was asked."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` may come in pieces; `chunked` sends it without a length, `cut` promises more than it sends."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0


class Asked(NamedTuple):
    path: str
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes = b""


Given = Answer | Callable[[Asked], Answer]


class Site:
    """Answers `path` (with its query) by what was `put` there; several answers come one after another, the last stays.

    What was put at `path?*` answers whatever the query is.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, list[Given]] = {"/robots.txt": [Answer(b"", 404)]}
        self._lock = threading.Lock()
        self._server = _Server(self)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def put(self, path: str, *answers: Given | str) -> None:
        given: list[Given] = [Answer(one.encode()) if isinstance(one, str) else one for one in answers]
        with self._lock:
            self._answers[path] = given

    def url(self, path: str) -> str:
        return self.base_url + path

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order, without robots.txt."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            whatever = f"{asked.path.partition('?')[0]}?*"
            left = self._answers.get(asked.path) or self._answers.get(whatever, [Answer(b"", 404)])
            given = left.pop(0) if len(left) > 1 else left[0]
        return given if isinstance(given, Answer) else given(asked)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, site: Site) -> None:
        self.site = site
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # HTTPServer's asks DNS for a name
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler that hangs up is no error of the site."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.site.answer(Asked(self.path, dict(self.headers.items()), self.command, body))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Type", answer.kind)
        if isinstance(answer.body, bytes):
            self.send_header("Content-Length", str(len(answer.body) + answer.cut))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        for piece in [answer.body] if isinstance(answer.body, bytes) else answer.body:
            self.wfile.write(piece)
        if answer.cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        """Silent: `Site.asked` is the log."""


def review(number: int, **values: Any) -> dict[str, Any]:
    """A review as JSON-LD; the higher its number, the older it is."""
    return {
        "@type": "Review",
        "@id": f"#r{number}",
        "author": f"cliente {number}",
        "datePublished": f"2026-11-{23 - number // 20:02}T{23 - number % 20:02}:00:00Z",
        "reviewRating": {"ratingValue": "4"},
        "reviewBody": f"Recensione {number}",
    } | values


def reviews_page(reviews: Iterable[dict[str, Any]], following: str | None = None) -> str:
    product = {"@type": "Product", "name": "Moka", "review": list(reviews)}
    more = f'<a rel="next" href="{following}">avanti</a>' if following else ""
    return f'<html><script type="application/ld+json">{json.dumps(product)}</script>{more}</html>'


def put_list(site: Site, path: str, reviews: list[dict[str, Any]], per_page: int = 5) -> None:
    """Serves reviews as pages that link on: `path`, `path?page=2`, ..."""
    starts = range(0, max(len(reviews), 1), per_page)
    for number, start in enumerate(starts, start=1):
        here = path if number == 1 else f"{path}?page={number}"
        following = f"{path}?page={number + 1}" if number < len(starts) else None
        site.put(here, reviews_page(reviews[start : start + per_page], following))
