"""An endpoint on this machine that answers as OpenAI documents chat completions, and fails on demand."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is none of a chat: `status`, `headers` and `body` as they are; `holds`: it comes only once the
    server's `released` is set."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    holds: bool = False


@dataclass
class ChatServer:
    """`says` gives the answer to the messages of a request: a text, or `Raw`."""

    port: int = 0
    says: Callable[[list[dict[str, str]]], str | Raw] = lambda messages: "ready"
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


def completion(text: str | None, ended: str | None = "stop", **message: Any) -> dict[str, Any]:
    """The documented object with all that is required of it."""
    said = {"role": "assistant", "content": text, "refusal": None, "annotations": []} | message
    return {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": "chat.completion",
        "created": 1741569952,
        "model": "chat-1",
        "choices": [{"index": 0, "message": said, "logprobs": None, "finish_reason": ended}],
        "usage": {"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29},
    }


@contextmanager
def chat_server(context: ssl.SSLContext | None = None) -> Iterator[ChatServer]:
    """With a `context` it speaks TLS."""
    server = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append(body)
            server.paths.append(self.path)
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            said = server.says(body["messages"])
            if isinstance(said, str):
                said = Raw(body=json.dumps(completion(said)).encode())
            if said.holds:
                server.released.wait()
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *args: Any) -> None:
            """Silent."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Whoever hangs up early is no news."""

    listening = Quiet(("127.0.0.1", 0), Handler)
    if context is not None:
        listening.socket = context.wrap_socket(
            listening.socket, server_side=True, do_handshake_on_connect=False
        )
    server.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        listening.shutdown()
        thread.join()
        listening.server_close()
