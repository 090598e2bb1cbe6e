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
SCOPES: tuple[str, ...] = (
    "chat:write", "channels:read", "channels:history", "groups:read", "groups:history",
    "commands", "users:read", "usergroups:read", "files:write",
)  # fmt: skip
MAX_TEXT = 40_000
TRIGGER_LIVES = 60.0  # seconds in which a click may open a modal: Slack gives 3, a busy machine needs more
PEOPLE = {"U0MARTA": "marta", "U0LUCA": "luca", "U0ANNA": "anna"}


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
class File:
    """A file on its way in: announced, put (`content`), complete. Slack takes a moment more before a message may show
    it: `looks` such messages are refused until then."""

    id: str
    name: str
    length: int
    alt: str
    content: bytes | None = None
    title: str = ""
    complete: bool = False
    looks: int = 0


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
        self.files: dict[str, File] = {}
        self.slow_files = 0  # messages with a new file that are refused before it may be shown
        self.private: list[dict[str, Any]] = []  # what was answered to single people
        self.views: dict[str, dict[str, Any]] = {}  # modals by id, as they are now
        self.shown: list[dict[str, Any]] = []  # every view a modal ever showed, in order
        self.homes: dict[str, dict[str, Any]] = {}  # the App Home by person
        self.groups: dict[str, list[str]] = {}  # user groups: ids of their members
        self.handles: dict[str, str] = {}  # of user groups, by their ids
        self._triggers: dict[str, float] = {}
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

    def recover(self) -> None:
        """From now on calls go well."""
        with self._lock:
            self._failures.clear()

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
        return self._interaction(user, name) | {
            "type": "block_actions",
            "channel": {"id": message.channel, "name": "fake"},
            "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
            "message": {"ts": message.ts, "text": message.text, "blocks": message.blocks},
            "response_url": f"{self.base}/respond/{user}/{message.ts}",
            "actions": [{**button, "block_id": "ascolto.case.v1", "action_ts": f"{time.time():.6f}"}],
        }

    def chosen(
        self, message: Message, what: str, user: str = "U0MARTA", name: str = "marta"
    ) -> dict[str, Any]:
        """What Slack sends when `user` takes `what` from the short menu of `message`."""
        ((menu, element),) = [b for b in message.buttons().items() if b[1]["type"] == "overflow"]
        (option,) = [one for one in element["options"] if one["value"].partition(":")[0] == what]
        payload = self.payload(message, menu, user, name)
        payload["actions"][0] = {"type": "overflow", "action_id": menu, "selected_option": option}
        return payload

    def in_view(
        self, view: dict[str, Any], action_id: str, user: str = "U0MARTA", name: str = "marta", **chosen: Any
    ) -> dict[str, Any]:
        """What Slack sends when `user` clicks `action_id` in a modal or the App Home; `chosen` is what a menu adds."""
        elements = [
            e for b in view["blocks"] for e in (*b.get("elements", []), b.get("accessory"), b.get("element"))
        ]
        element = next(e for e in elements if e and e.get("action_id") == action_id)
        return self._interaction(user, name) | {
            "type": "block_actions",
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "actions": [{**element, "block_id": "b", "action_ts": f"{time.time():.6f}", **chosen}],
        }

    def submission(
        self, view: dict[str, Any], user: str = "U0MARTA", name: str = "marta", **values: Any
    ) -> dict[str, Any]:
        """What Slack sends when `user` submits a modal: what it was opened with, and `values` by the beginning of the
        block's name; an empty one is an input left empty."""
        state = {}
        for block in (block for block in view["blocks"] if block["type"] == "input"):
            element = block["element"]
            value = element.get("initial_value")
            for name_, given in values.items():
                if block["block_id"].partition(".")[0] == name_ and not block["block_id"].startswith(
                    "reply.1"
                ):
                    value = given
            state[block["block_id"]] = {element["action_id"]: _typed(element, value or None)}
        return self._interaction(user, name) | {
            "type": "view_submission",
            "view": view | {"state": {"values": state}},
        }

    def shortcut(
        self,
        callback_id: str,
        message: dict[str, Any],
        channel: str,
        user: str = "U0MARTA",
        name: str = "marta",
    ) -> dict[str, Any]:
        """What Slack sends when `user` chooses a shortcut of the app in a message's menu."""
        return self._interaction(user, name) | {
            "type": "message_action",
            "callback_id": callback_id,
            "message": message,
            "message_ts": message["ts"],
            "channel": {"id": channel, "name": "fake"},
            "response_url": f"{self.base}/respond/{user}/{message['ts']}",
        }

    def command(self, text: str, user: str = "U0MARTA", name: str = "marta") -> dict[str, Any]:
        """The fields of a slash command."""
        return {
            "command": "/ascolto",
            "text": text,
            "user_id": user,
            "user_name": name,
            "team_id": TEAM,
            "team_domain": "fake",
            "channel_id": self.channels["reputation"],
            "api_app_id": "A0FAKE",
            "trigger_id": self.trigger(),
            "response_url": f"{self.base}/respond/{user}/command",
        }

    def home_opened(self, user: str = "U0MARTA") -> dict[str, Any]:
        """The event that somebody looks at the App Home."""
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0FAKE",
            "event_id": f"Ev{next(self._ts)}",
            "event": {"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home"},
        }

    def trigger(self) -> str:
        """A trigger id, good once and for a while."""
        trigger = f"{next(self._ts)}.fake"
        self._triggers[trigger] = time.monotonic()
        return trigger

    def _interaction(self, user: str, name: str) -> dict[str, Any]:
        return {
            "user": {"id": user, "username": name, "name": name, "team_id": TEAM},
            "api_app_id": "A0FAKE",
            "token": "deprecated",
            "team": {"id": TEAM, "domain": "fake"},
            "trigger_id": self.trigger(),
        }

    def click(
        self, address: str, payload: dict[str, Any], *, secret: str = SIGNING_SECRET, age: int = 0
    ) -> int:
        """Posts what Slack sends (a click, a modal, a command, an event) to the app, signed; gives the HTTP status."""
        return self.post(address, payload, secret=secret, age=age)[0]

    def post(
        self, address: str, payload: dict[str, Any], *, secret: str = SIGNING_SECRET, age: int = 0
    ) -> tuple[int, dict[str, Any]]:
        """The same, with what was answered; answers to a modal are obeyed."""
        body, kind = as_sent(payload)
        headers = signature(body, secret, age) | {"Content-Type": kind}
        try:
            with urlopen(Request(address, body.encode(), headers, method="POST"), timeout=30) as answer:
                content = answer.read()
                said = json.loads(content) if content.startswith(b"{") else {}
                self.obey(payload, said)
                return int(answer.status), said
        except HTTPError as error:
            error.close()
            return error.code, {}

    def obey(self, payload: dict[str, Any], said: dict[str, Any]) -> None:
        """What the answer to a modal's submission does to it."""
        if payload.get("type") != "view_submission":
            return
        with self.changed:
            view_id = payload["view"]["id"]
            if said.get("response_action") == "errors":
                self.views[view_id]["errors"] = said["errors"]
            elif said.get("response_action") == "update":
                self._keep(said["view"], view_id)
            else:
                self.views.pop(view_id, None)
            self.changed.notify_all()

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
        if not all(self._shows(block["slack_file"]["id"]) for block in blocks if block["type"] == "image"):
            return "invalid_blocks"
        if len(blocks) > 50 or len(ids) != len(set(ids)) or not self._check_blocks(blocks):
            return "invalid_blocks"
        return None

    def _shows(self, file_id: str) -> bool:
        """Whether a message may show this file: it is all there, and Slack is done with it."""
        file = self.files.get(file_id)
        if file is None or not file.complete:
            return False
        file.looks -= 1
        return file.looks < 0

    def _files_getuploadurlexternal(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "files:write" not in self.scopes:
            return {"ok": False, "error": "missing_scope", "needed": "files:write"}
        length = str(asked.get("length", ""))
        if not asked.get("filename") or not length.isdigit() or not int(length):
            return {"ok": False, "error": "invalid_arguments"}
        file = File(
            f"F0FAKE{next(self._ts):04d}", str(asked["filename"]), int(length), str(asked.get("alt_txt", ""))
        )
        file.looks = self.slow_files
        self.files[file.id] = file
        return {"ok": True, "upload_url": f"{self.base}/upload/{file.id}", "file_id": file.id}

    def put(self, file_id: str, content: bytes) -> tuple[Failure, int]:
        """The bytes of a file; gives how that goes wrong, and the HTTP status."""
        with self._lock:
            self.calls.append(("upload", {"file": file_id}))
            failure, file = self._next_failure("upload", ""), self.files.get(file_id)
            if failure.status != 200 or ((failure.drop or failure.hang) and not failure.accepted):
                return failure, failure.status
            if file is None or len(content) != file.length:
                return failure, 400
            file.content = content
            return failure, 200

    def _files_completeuploadexternal(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "files:write" not in self.scopes:
            return {"ok": False, "error": "missing_scope", "needed": "files:write"}
        named = json.loads(asked["files"]) if isinstance(asked["files"], str) else asked["files"]
        found = [(self.files.get(one["id"]), one.get("title", "")) for one in named]
        if any(file is None or file.content is None for file, _ in found):
            return {"ok": False, "error": "file_not_found"}
        for file, title in found:
            assert file is not None
            file.title, file.complete = title, True
        return {"ok": True, "files": [{"id": one["id"], "title": one.get("title", "")} for one in named]}

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

    def _chat_postephemeral(self, asked: dict[str, Any]) -> dict[str, Any]:
        if refusal := self._refusal(asked):
            return {"ok": False, "error": refusal}
        known = {name: asked.get(name) for name in ("user", "text", "blocks", "channel")}
        self.private.append(known)
        return {"ok": True, "message_ts": "1.1"}

    def _views_open(self, asked: dict[str, Any]) -> dict[str, Any]:
        born = self._triggers.pop(str(asked.get("trigger_id")), None)
        if born is None:
            return {"ok": False, "error": "invalid_trigger_id"}
        if time.monotonic() - born > TRIGGER_LIVES:
            return {"ok": False, "error": "expired_trigger_id"}
        return self._view(asked, f"V{next(self._ts)}", "modal")

    def _views_update(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("view_id") not in self.views:
            return {"ok": False, "error": "not_found"}
        return self._view(asked, str(asked["view_id"]), "modal")

    def _views_publish(self, asked: dict[str, Any]) -> dict[str, Any]:
        answer = self._view(asked, f"V{next(self._ts)}", "home")
        if answer["ok"]:
            self.homes[str(asked["user_id"])] = self.views.pop(answer["view"]["id"])
        return answer

    def _view(self, asked: dict[str, Any], view_id: str, kind: str) -> dict[str, Any]:
        view = asked["view"] if isinstance(asked["view"], dict) else json.loads(asked["view"])
        if refusal := view_refusal(view, kind):
            return {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": [refusal]}}
        return {"ok": True, "view": self._keep(view, view_id)}

    def _keep(self, view: dict[str, Any], view_id: str) -> dict[str, Any]:
        self.views[view_id] = {"id": view_id, "team_id": TEAM, **view}
        self.shown.append(self.views[view_id])
        return self.views[view_id]

    def _usergroups_users_list(self, asked: dict[str, Any]) -> dict[str, Any]:
        members = self.groups.get(str(asked.get("usergroup")))
        return (
            {"ok": False, "error": "no_such_subteam"} if members is None else {"ok": True, "users": members}
        )

    def _usergroups_list(self, asked: dict[str, Any]) -> dict[str, Any]:
        with_users = str(asked.get("include_users")) in ("1", "True", "true")
        listed = [
            {"id": number, "handle": self.handles.get(number, number.lower())}
            | ({"users": list(members)} if with_users else {})
            for number, members in self.groups.items()
        ]
        return {"ok": True, "usergroups": listed}

    def _users_info(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = PEOPLE.get(str(asked.get("user")))
        if name is None:
            return {"ok": False, "error": "user_not_found"}
        return {"ok": True, "user": {"id": asked["user"], "name": name, "profile": {"display_name": name}}}

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


def as_sent(payload: dict[str, Any]) -> tuple[str, str]:
    """The body and its type as Slack sends them over HTTP: events as JSON, the rest as a form."""
    if "event" in payload:
        return json.dumps(payload), "application/json"
    fields = payload if "command" in payload else {"payload": json.dumps(payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def view_refusal(view: dict[str, Any], kind: str) -> str | None:
    """What Slack would refuse of a view that the schema does not know."""
    blocks = view.get("blocks", [])
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if view.get("type") != kind:
        return "type"
    if not blocks or len(blocks) > 100 or len(ids) != len(set(ids)):
        return "blocks"
    if any(block["type"] == "input" for block in blocks) and not view.get("submit"):
        return "submit"
    if any(not text for text in _texts(view)):
        return "text"
    for block in blocks:
        initial, most = (block.get("element", {}).get(name) for name in ("initial_value", "max_length"))
        if initial and len(initial.encode("utf-16-le")) // 2 > (most or 3_000):
            return "initial_value"
    return None


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
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            if path.startswith("/upload/"):
                return self._take(path.removeprefix("/upload/"), content)
            body = content.decode()
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

        def _take(self, file_id: str, content: bytes) -> None:
            failure, status = slack.put(file_id, content)
            if failure.hang:
                slack.closing.wait(60)
            if failure.hang or failure.drop:
                self.close_connection = True
                return None
            said = f"OK - {len(content)}" if status == 200 else "no"
            return self._answer(status, {}, failure.retry_after, failure.body or said)

        def do_GET(self) -> None:
            socket = Socket(self.connection, self.headers["Sec-WebSocket-Key"], slack.notify, slack.obey)
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


def _typed(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """The state of an input, as Slack tells it."""
    if element["type"] in ("radio_buttons", "static_select"):
        known = next((one for one in element["options"] if one["value"] == value), None)
        return {"type": element["type"], "selected_option": known}
    if element["type"] == "checkboxes":
        ticked = [one for one in element["options"] if one["value"] == value]
        return {"type": element["type"], "selected_options": ticked}
    name = "selected_date" if element["type"] == "datepicker" else "value"
    return {"type": element["type"], name: value}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
