"""The demo's small internet: a shop, an app store, press feeds and a Mastodon instance on one loopback port.

It serves what `demo.world` holds through `demo.places`, moves on once between two polls, and then fails twice on
purpose. It knows nothing of Ascolto: what reads it is a crawler like any other.
"""

import logging
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from demo.places import (
    Response,
    Visit,
    appstore,
    html,
    interface,
    interfaces,
    mastodon,
    not_found,
    plain,
    press,
    shop,
)
from demo.world import CONTENT, World

log = logging.getLogger(__name__)


class Request(NamedTuple):
    """One line of the log: `path` with its query, as asked for."""

    method: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure that happens once: the first request to a path that starts with `path` gets `status`."""

    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)


LARGEST = 1 << 20  # bytes that are read of what somebody sends
FAULTS = (
    Fault("/prodotti/capsule-alba", 503),
    Fault("/api/", 429, {"Retry-After": "1"}),
)

_LINKS = [
    *((product.name, f"/prodotti/{slug}") for slug, product in shop.products().items()),
    ("Rassegna stampa (RSS)", "/stampa/rss.xml"),
    ("Blog (Atom)", "/blog/atom.xml"),
    *(
        (
            f"App Store {country}",
            f"/{country}/rss/customerreviews/page=1/id={appstore.APP_ID}/sortby=mostrecent/json",
        )
        for country in appstore.COUNTRIES
    ),
    ("Mastodon", "/api/v2/search?type=statuses&q=caff%C3%A8+aurora"),
]

# The first pattern that a path equals, or starts with where the pattern ends in a slash, answers.
_ROUTES: tuple[tuple[str, Callable[[Visit], Response]], ...] = (
    ("/robots.txt", lambda visit: plain(shop.ROBOTS)),
    ("/prodotti/", shop.product_page),
    ("/anteprima/", shop.preview_page),
    ("/stampa/rss.xml", press.rss),
    ("/blog/atom.xml", press.atom),
    ("/articoli/", press.article),
    ("/api/v2/search", mastodon.search),
    ("/api/v2/instance", mastodon.instance),
    ("/api/v1/timelines/tag/", mastodon.timeline),
    ("/api/v1/statuses/", mastodon.one_status),
    *((f"/{country}/rss/customerreviews/", appstore.feed) for country in appstore.COUNTRIES),
)


def route(visit: Visit) -> Response:
    """What the small internet answers. Pure: the world as it stands in, a response out."""
    name, _, rest = visit.path[1:].partition("/")
    if name in interfaces():
        answered: Response = interface(name).answer(replace(visit, path=f"/{rest}"))
        return answered
    if visit.method not in ("GET", "HEAD"):
        return plain("Nothing is written here.\n", 405, {"Allow": "GET, HEAD"})
    if visit.path == "/":
        return html("index.html", links=_LINKS)
    if visit.path.startswith("/@"):
        return mastodon.status_page(visit)
    for pattern, answer in _ROUTES:
        if visit.path == pattern or (pattern.endswith("/") and visit.path.startswith(pattern)):
            return answer(visit)
    return not_found()


class Internet:
    """The small internet, from `start()` to `stop()`; as a context manager it does both.

    `now` (aware UTC) is the moment that all ages are counted from; `host` is a loopback address. Start before asking
    for `base_url`.
    """

    def __init__(self, now: datetime, host: str = "127.0.0.1") -> None:
        self.world = World(now)
        self.host = host
        self.requests: list[Request] = []
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def start(self) -> None:
        """Binds a free port on 127.0.0.1 and serves from a thread of its own."""
        self._server = _Server(self)
        threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="internet", daemon=True
        ).start()
        log.info("small internet started", extra={"action": "internet_started", "url": self.base_url})

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """`http://HOST:PORT`. Raises RuntimeError before `start()` and after `stop()`."""
        if self._server is None:
            raise RuntimeError("the small internet is not running: call start() first")
        return f"http://{self.host}:{self._server.server_address[1]}"

    def advance(self) -> None:
        """From the first poll to the second; the two faults are armed with it. Only the first call counts."""
        with self._lock:
            if self.world.poll == 1:
                self.world.advance()
                self._faults = list(FAULTS)

    def config(self) -> str:
        """An `ascolto.toml` that watches this internet."""
        template = Template((CONTENT / "ascolto.toml").read_text(encoding="utf-8"))
        return template.substitute(base_url=self.base_url, app_id=appstore.APP_ID)

    def everywhere(self) -> str:
        """The `[[sources]]` that read each platform's interface."""
        tables = "\n".join(interface(name).SOURCE.strip() + "\n" for name in interfaces())
        return Template(tables).substitute(base_url=self.base_url)

    def external_id(self, key: str) -> str | None:
        """The id that the place gives the post with this key; None where a review has none."""
        post = self.world.find(key)
        visit = Visit(self.world, self.base_url, "/", {})
        if post.acct:
            return str(mastodon.status_id(self.world, post))
        if post.feed:
            return press.entry_id(post)
        if post.id:
            return post.id
        if "no-id" in post.markup:
            return None
        return post.key if "identifier" in post.markup else shop.review_url(visit, post)

    def answer(
        self, target: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """The response to a request for `target` (path and query), a fault included; `headers` in lower case."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        fault = self._next_fault(path)
        if fault:
            return plain("Try again later.\n", fault.status, fault.headers)
        query = parse_qsl(parts.query, keep_blank_values=True)
        visit = Visit(
            self.world,
            self.base_url,
            path,
            dict(query),
            len(self.requests),
            method,
            dict(headers or {}),
            body,
            query,
        )
        return route(visit)

    def note(self, method: str, path: str, status: int) -> None:
        with self._lock:
            self.requests.append(Request(method, path, status))

    def _next_fault(self, path: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if path.startswith(fault.path):
                    self._faults.remove(fault)
                    return fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, internet: Internet) -> None:
        self.internet = internet
        super().__init__((internet.host, 0), _Handler)

    def server_bind(self) -> None:
        # Not HTTPServer's: it asks DNS for the host's name, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.internet.host, self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exception()
        level = logging.DEBUG if isinstance(error, ConnectionError) else logging.ERROR
        log.log(level, "request failed", exc_info=error, extra={"action": "internet_request_failed"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Piazza"
    sys_version = ""
    timeout = 60  # a connection kept alive and idle
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_POST(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def _send(self, with_body: bool) -> None:
        internet = self.server.internet
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(min(int(length), LARGEST)) if length.isdigit() else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = internet.answer(self.path, self.command, headers, body)
        status = 304 if self._unchanged(response) else response.status
        internet.note(self.command, self.path, status)
        self.send_response(status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if with_body and status != 304:
            self.wfile.write(response.body)

    def _unchanged(self, response: Response) -> bool:
        """RFC 9110, 13.1: the entity tag decides where one is sent, the date only where none is."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return response.headers.get("ETag", "") in [
                tag.strip().removeprefix("W/") for tag in tags.split(",")
            ]
        since = self.headers.get("If-Modified-Since")
        return since is not None and since == response.headers.get("Last-Modified")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        """Silent: `Internet.requests` is the log."""
