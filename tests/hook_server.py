"""A receiver of webhooks on this machine that keeps what it gets, and fails on demand."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfLGdS3J4E="


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver says. `drops`: it closes the connection instead; `slow`: it sends one byte of an endless header
    whenever it is asked to go on, until the test ends."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    drops: bool = False
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def verified(self) -> Any:
        """The body, once the scheme's own package has found the signature good."""
        return Webhook(SECRET).verify(self.body, self.headers)


@dataclass
class HookServer:
    """`answers`: the next ones, then 204."""

    port: int = 0
    posts: list[Post] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def hook_server(context: ssl.SSLContext | None = None) -> Iterator[HookServer]:
    """With a `context` it speaks TLS, and notes the names that it is called by."""
    server = HookServer()

    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            server.connections += 1
            super().handle()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.posts.append(Post(self.path, headers, self.rfile.read(length)))
            answer = server.answers.pop(0) if server.answers else Answer()
            if answer.drops:
                return
            if answer.slow:
                self._drip()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def _drip(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not server.ended.wait(0.02):
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return

        def log_message(self, *args: Any) -> None:
            """Silent."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Whoever hangs up early is no news."""

    listening = Quiet(("127.0.0.1", 0), Handler)
    if context is not None:

        def note(socket: Any, name: str | None, known: ssl.SSLContext) -> None:
            server.names.append(name)

        context.sni_callback = note
        listening.socket = context.wrap_socket(
            listening.socket, server_side=True, do_handshake_on_connect=False
        )
    server.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        listening.shutdown()
        thread.join()
        listening.server_close()
