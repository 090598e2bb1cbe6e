"""What a channel is: it posts, edits and finds messages, and says how a failure is meant. When and how often: the
outbox decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Protocol, TypeVar, runtime_checkable

from alerts.charts.picture import Picture
from alerts.views import Bundle, Line, Reminder, View
from store.errors import Permanent, Uncertain

T = TypeVar("T")
FIRST_REST, LONGEST_REST = 15.0, 600.0  # seconds after the first failure in a row, and after many


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


class PictureRefused(Permanent):
    """The message is not sent, for the picture in it: without it, it may pass."""


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


class Rest:
    """How long to leave a server alone that does not answer: longer with each failure in a row. While one message waits
    for its time-out, the others of its channel wait behind it. Safe in threads."""

    def __init__(self) -> None:
        self._failures = 0
        self._lock = Lock()

    def after_failure(self) -> float:
        """Seconds to stay away now."""
        with self._lock:
            self._failures = min(self._failures + 1, 16)
            return float(min(FIRST_REST * 2 ** (self._failures - 1), LONGEST_REST))

    def end(self) -> None:
        """It has answered."""
        with self._lock:
            self._failures = 0


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` gives or raises, or `Uncertain` where it is not back in time: a name server, or an answer that comes
    byte by byte, keeps no time-out of its own. The thread that is left behind ends with its call."""
    ends: list[T | BaseException] = []

    def run() -> None:
        try:
            ends.append(call())
        except BaseException as error:
            ends.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not ends:
        raise Uncertain(f"no answer within {seconds:g} seconds")
    end = ends[0]
    if isinstance(end, BaseException):
        raise end
    return end


class Channel(Protocol):
    """One way to people. All calls may raise `Transient` (not sent), `Uncertain` (perhaps sent) or `Permanent`.

    `edits`: what was sent can be changed. `instant`: there is nothing to look for before sending again, because sending
    and knowing that it was sent are one, or because whoever receives it knows a second copy by its key.
    """

    name: str
    edits: bool
    instant: bool
    lanes: Lanes

    def address(self, target: str) -> str:
        """The place for a logical target (alerts, praise, crisis, digest, ops); empty where there is none."""

    def takes(self, target: str, view: View) -> bool:
        """Whether it tells of this at all; what it does not take is left out, and nothing waits for it."""

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        """Sends a message that carries `key`; `thread`: the message it belongs under."""

    def edit(self, sent: Sent, view: View, key: str) -> None:
        """Makes a message show `view`. Raises `Permanent("message_not_found")` where somebody deleted it."""

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        """The message that carries `key`, sent from `since` on; None: there is none."""


@runtime_checkable
class Gallery(Protocol):
    """A channel that takes pictures apart from texts. `picture` of `post` and `edit` is the id that `upload` gave; both
    raise `PictureRefused`, and send nothing, where it cannot be shown (yet)."""

    def upload(self, picture: Picture) -> str:
        """Draws a picture and puts it where messages can show it; nobody sees it before one does."""

    def post(
        self, address: str, view: View, key: str, thread: Sent | None = None, picture: str | None = None
    ) -> Sent: ...

    def edit(self, sent: Sent, view: View, key: str, picture: str | None = None) -> None: ...


MESSAGE_GONE = "message_not_found"


def is_alarm(view: View) -> bool:
    """Whether nobody acts on a critical case: it wakes whoever is on call."""
    return isinstance(view, Reminder) and view.card.urgency == "critical" and not view.card.done


def is_news(view: View) -> bool:
    """Whether a message that cannot be changed any more is worth sending: not for what people did about a case, nor for
    a list of cases."""
    if isinstance(view, Bundle):
        return False
    return not isinstance(view, Line) or view.why is not None or view.loud
