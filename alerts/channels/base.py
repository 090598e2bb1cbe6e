"""What a channel is: it posts, edits and finds messages, and says how a failure is meant. When and how often: the
outbox decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from alerts.views import View
from store.errors import Permanent


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a message stands: the channel's own id of the place, and of the message in it."""

    address: str
    message_id: str


class Misconfigured(Permanent):
    """Nothing gets through to this place until a person mends the setup: not the fault of one message.

    `everywhere`: nothing gets through on the whole channel."""

    def __init__(self, reason: str, mend: str = "", *, everywhere: bool = False) -> None:
        super().__init__(reason, mend)
        self.everywhere = everywhere


class Lanes:
    """When each address may be used again: its pace, and what the other side asked us to wait. Safe in threads."""

    def __init__(self, pace: timedelta = timedelta()) -> None:
        self.pace = pace
        self._opens: dict[str, datetime] = {}
        self._lock = Lock()

    def use(self, lane: str, now: datetime) -> None:
        """A message goes out there now."""
        if self.pace:
            self.close(lane, now + self.pace)

    def close(self, lane: str, until: datetime) -> None:
        """Nothing more before `until`; an earlier time than one already set changes nothing."""
        with self._lock:
            self._opens[lane] = max(until, self._opens.get(lane, until))

    def closed(self, now: datetime) -> dict[str, datetime]:
        """The lanes that are closed, with the moment each opens."""
        with self._lock:
            self._opens = {lane: opens for lane, opens in self._opens.items() if opens > now}
            return dict(self._opens)


class Channel(Protocol):
    """One way to people. All calls may raise `Transient` (not sent), `Uncertain` (perhaps sent) or `Permanent`.

    `edits`: what was sent can be changed. `instant`: sending and knowing that it was sent are one, so that there is
    nothing to reconcile.
    """

    name: str
    edits: bool
    instant: bool
    lanes: Lanes

    def address(self, target: str) -> str:
        """The place for a logical target (alerts, praise, crisis, digest, ops)."""

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        """Sends a message that carries `key`; `thread`: the message it belongs under."""

    def edit(self, sent: Sent, view: View, key: str) -> None:
        """Makes a message show `view`. Raises `Permanent("message_not_found")` where somebody deleted it."""

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        """The message that carries `key`, sent from `since` on; None: there is none."""


MESSAGE_GONE = "message_not_found"
