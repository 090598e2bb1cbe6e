"""A Slack on loopback that behaves as documented, for the tests and walks: messages, failures on demand, buttons.

It keeps the ledger of messages as people would see them. Failures are scripted by method, channel and turn. Buttons
are clicked over signed HTTP (`click`) or Socket Mode (`tests.fake_slack_socket`).
"""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, RLock, Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

from tests.fake_slack_socket import Socket

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, TEAM = "xoxb-fake-bot", "xapp-fake-app", "fake-signing-secret", "T0FAKE"
SCOPES = ("chat:write", "channels:read", "channels:history", "groups:read", "groups:history")
MAX_TEXT = 40_000


@dataclass
class Message:
    """A message as people see it. `history`: what it showed before each edit."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any]
    thread_ts: str | None = None
    broadcast: bool = False
    history: list[list[dict[str, Any]]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return str(self.metadata.get("event_payload", {}).get("key", ""))

    def buttons(self) -> dict[str, dict[str, Any]]:
        actions = (block for block in self.blocks if block["type"] == "actions")
        return {element["action_id"]: element for block in actions for element in block["elements"]}

    def words(self) -> str:
        """All that a person reads in its blocks."""
        return "\n".join(_texts(self.blocks))


@dataclass
class Failure:
    """What goes wrong once: an HTTP `status` or an `error` code, another `body` (of a proxy in between), or no answer
    at all (`drop`: the connection is closed; `hang`: it stays open until the fake ends). `accepted`: it is done all
    the same."""

    status: int = 200
    error: str = ""
    body: str = ""
    retry_after: int | str | None = None
    drop: bool = False
    hang: bool = False
    accepted: bool = False
    channel: str | None = None
    skip: int = 0  # calls that go well before


class FakeSlack:
    """`url` is what `SLACK_API_URL` would be. Channels exist by the names in `channels`; ids are given for them."""

    def __init__(
        self,
        channels: tuple[str, ...] = ("reputation", "kudos", "crisis", "ops"),
        clock: Callable[[], datetime] | None = None,
        check_blocks: Callable[[list[dict[str, Any]]], bool] = lambda blocks: True,
    ) -> None:
        self.channels = {name: f"C{number:08d}" for number, name in enumerate(channels, 1)}
        self.joined = set(self.channels.values())
        self.messages: list[Message] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.private: list[dict[str, Any]] = []  # what was answered to single people
        self.tokens = {BOT_TOKEN, APP_TOKEN}
        self.scopes = SCOPES
        self.sockets: list[Socket] = []
        self._clock = clock or (lambda: datetime.now(UTC))
        self._check_blocks = check_blocks
        self._failures: dict[str, list[Failure]] = {}
        self._ts = itertools.count(1)
        self._lock = RLock()
        self.changed = Condition(self._lock)
        self.closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"{self.base}/api/"

    def start(self) -> "FakeSlack":
        self._thread.start()
        return self

    def stop(self) -> None:
        self.closing.set()
        for socket in list(self.sockets):
            socket.drop()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, method: str, *failures: Failure) -> None:
        """The next calls of `method` meet these, one each, in order."""
        with self._lock:
            self._failures.setdefault(method, []).extend(failures)

    def in_channel(self, name: str) -> list[Message]:
        """The ledger of one channel, threads left out."""
        return [m for m in self.messages if m.channel == self.channels[name] and m.thread_ts is None]

    def thread(self, message: Message) -> list[Message]:
        return [m for m in self.messages if m.thread_ts == message.ts]

    def by_key(self, key: str) -> list[Message]:
        return [m for m in self.messages if m.key == key]

    def delete(self, message: Message) -> None:
        with self._lock:
            self.messages.remove(message)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 20.0) -> bool:
        """Until something here makes `condition` true; False: it did not become true."""
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    def notify(self) -> None:
        with self.changed:
            self.changed.notify_all()

    # ------------------------------------------------------------------ buttons

    def payload(
        self, message: Message, action_id: str, user: str = "U0MARTA", name: str = "marta"
    ) -> dict[str, Any]:
        """What Slack sends when `user` clicks a button of `message`."""
        button = message.buttons()[action_id]
        return {
            "type": "block_actions",
            "user": {"id": user, "username": name, "name": name, "team_id": TEAM},
            "api_app_id": "A0FAKE",
            "token": "deprecated",
            "team": {"id": TEAM, "domain": "fake"},
            "channel": {"id": message.channel, "name": "fake"},
            "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
            "message": {"ts": message.ts, "text": message.text, "blocks": message.blocks},
            "trigger_id": "1.2.fake",
            "response_url": f"{self.base}/respond/{user}/{message.ts}",
            "actions": [{**button, "block_id": "ascolto.case.v1", "action_ts": f"{time.time():.6f}"}],
        }

    def click(
        self, address: str, payload: dict[str, Any], *, secret: str = SIGNING_SECRET, age: int = 0
    ) -> int:
        """Posts a click to the app, signed; gives the HTTP status."""
        body = urlencode({"payload": json.dumps(payload)})
        request = Request(address, body.encode(), signature(body, secret, age), method="POST")
        try:
            with urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code

    # ------------------------------------------------------------------ the Web API

    def call(self, method: str, asked: dict[str, Any], token: str) -> tuple[Failure, dict[str, Any]]:
        """Does one call; the failure says how the answer is to go wrong, if it is."""
        with self._lock:
            self.calls.append((method, asked))
            if token not in self.tokens:
                return Failure(), {"ok": False, "error": "invalid_auth"}
            failure = self._next_failure(method, self._channel(asked) or "")
            if failure.error:
                return failure, {"ok": False, "error": failure.error}
            goes_wrong = failure.status != 200 or failure.body or failure.drop or failure.hang
            if goes_wrong and not failure.accepted:
                return failure, {
                    "ok": False,
                    "error": "ratelimited" if failure.status == 429 else "internal_error",
                }
            does = getattr(self, "_" + method.replace(".", "_").lower(), None)
            answer = does(asked) if does else {"ok": False, "error": "unknown_method"}
        self.notify()
        return failure, answer

    def _next_failure(self, method: str, channel: str) -> Failure:
        for failure in self._failures.get(method, []):
            if failure.channel is None or self.channels.get(failure.channel) == channel:
                if failure.skip:
                    failure.skip -= 1
                    return Failure()
                self._failures[method].remove(failure)
                return failure
        return Failure()

    def _channel(self, asked: dict[str, Any]) -> str | None:
        named = str(asked.get("channel", ""))
        known = self.channels.get(named.removeprefix("#"), named)
        return known if known in self.channels.values() else None

    def _refusal(self, asked: dict[str, Any]) -> str | None:
        channel = self._channel(asked)
        blocks = asked.get("blocks") or []
        ids = [e.get("action_id") for b in blocks if b["type"] == "actions" for e in b["elements"]]
        if channel is None:
            return "channel_not_found"
        if channel not in self.joined:
            return "not_in_channel"
        if len(asked.get("text", "")) > MAX_TEXT:
            return "msg_too_long"
        if not asked.get("text") and not blocks:
            return "no_text"
        if len(blocks) > 50 or len(ids) != len(set(ids)) or not self._check_blocks(blocks):
            return "invalid_blocks"
        return None

    def _auth_test(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "ok": True,
            "team": "Fake",
            "team_id": TEAM,
            "user": "ascolto",
            "bot_id": "B0FAKE",
            "url": self.base,
        }

    def _apps_connections_open(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "ok": True,
            "url": f"ws://127.0.0.1:{self._server.server_port}/socket?ticket={len(self.calls)}",
        }

    def _conversations_list(self, asked: dict[str, Any]) -> dict[str, Any]:
        rows = [{"id": number, "name": name} for name, number in self.channels.items()]
        return self._page(rows, asked, "channels", 2)  # small pages, so that paging is met

    def _chat_postmessage(self, asked: dict[str, Any]) -> dict[str, Any]:
        if refusal := self._refusal(asked):
            return {"ok": False, "error": refusal}
        seconds = self._clock().timestamp()
        message = Message(
            channel=self._channel(asked) or "",
            ts=f"{int(seconds)}.{next(self._ts):06d}",
            text=asked.get("text", ""),
            blocks=asked.get("blocks") or [],
            metadata=asked.get("metadata") or {},
            thread_ts=asked.get("thread_ts"),
            broadcast=bool(asked.get("reply_broadcast")),
        )
        if message.thread_ts and not any(m.ts == message.thread_ts for m in self.messages):
            return {"ok": False, "error": "thread_not_found"}
        self.messages.append(message)
        return {"ok": True, "channel": message.channel, "ts": message.ts, "message": {"text": message.text}}

    def _chat_update(self, asked: dict[str, Any]) -> dict[str, Any]:
        if refusal := self._refusal(asked):
            return {"ok": False, "error": refusal}
        found = [m for m in self.messages if (m.channel, m.ts) == (asked["channel"], asked["ts"])]
        if not found:
            return {"ok": False, "error": "message_not_found"}
        message = found[0]
        message.history.append(message.blocks)
        message.text = asked.get("text", message.text)
        message.blocks = asked.get("blocks", message.blocks)
        message.metadata = asked.get("metadata", message.metadata)
        return {"ok": True, "channel": message.channel, "ts": message.ts}

    def _conversations_history(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("channel") not in self.channels.values():
            return {"ok": False, "error": "channel_not_found"}  # by id only, as Slack's
        if asked["channel"] not in self.joined:
            return {"ok": False, "error": "not_in_channel"}
        shown = [
            m for m in self.messages if m.channel == asked["channel"] and (m.thread_ts is None or m.broadcast)
        ]
        return self._messages(shown[::-1], asked)

    def _conversations_replies(self, asked: dict[str, Any]) -> dict[str, Any]:
        shown = [m for m in self.messages if asked.get("ts") in (m.ts, m.thread_ts)]
        return self._messages(shown, asked)

    def _messages(self, shown: list[Message], asked: dict[str, Any]) -> dict[str, Any]:
        with_metadata = str(asked.get("include_all_metadata")) in ("1", "True", "true")
        oldest = float(asked.get("oldest") or 0)
        rows = [
            {"ts": m.ts, "text": m.text} | ({"metadata": m.metadata} if with_metadata else {})
            for m in shown
            if float(m.ts) > oldest
        ]
        return self._page(rows, asked, "messages", 5)

    @staticmethod
    def _page(rows: list[dict[str, Any]], asked: dict[str, Any], name: str, largest: int) -> dict[str, Any]:
        start, size = int(asked.get("cursor") or 0), min(int(asked.get("limit") or 100), largest)
        more = str(start + size) if start + size < len(rows) else ""
        return {"ok": True, name: rows[start : start + size], "response_metadata": {"next_cursor": more}}


def signature(body: str, secret: str = SIGNING_SECRET, age: int = 0) -> dict[str, str]:
    """The headers with which Slack signs a request that is `age` seconds old."""
    timestamp = str(int(time.time()) - age)
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }


@contextmanager
def fake_slack(**options: Any) -> Iterator[FakeSlack]:
    """A running fake; it ends with the block."""
    slack = FakeSlack(**options).start()
    try:
        yield slack
    finally:
        slack.stop()


def _handler(slack: FakeSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path = urlsplit(self.path).path
            if path.startswith("/respond/"):
                slack.private.append({"user": path.split("/")[2], **json.loads(body)})
                slack.notify()
                return self._answer(200, {"ok": True})
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            failure, answer = slack.call(path.removeprefix("/api/"), _asked(self.headers, body), token)
            if failure.hang:
                slack.closing.wait(60)
            if failure.hang or failure.drop:
                self.close_connection = True
                return None
            return self._answer(failure.status, answer, failure.retry_after, failure.body)

        def do_GET(self) -> None:
            socket = Socket(self.connection, self.headers["Sec-WebSocket-Key"], slack.notify)
            slack.sockets.append(socket)
            slack.notify()
            socket.serve()
            slack.sockets.remove(socket)
            self.close_connection = True

        def _answer(
            self, status: int, answer: dict[str, Any], retry_after: int | str | None = None, body: str = ""
        ) -> None:
            content = (body or json.dumps(answer)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if body else "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("X-OAuth-Scopes", ",".join(slack.scopes))
            if retry_after is not None:
                self.send_header("Retry-After", str(retry_after))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Tests read the ledger, not a log."""

    return Handler


def _asked(headers: Any, body: str) -> dict[str, Any]:
    if "json" in headers.get("Content-Type", ""):
        return dict(json.loads(body))
    return {name: values[0] for name, values in parse_qs(body).items()}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
