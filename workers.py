"""Every stage as a Dramatiq actor: in this process by default, on Redis when a broker is configured.

A message only says "look": the work is rows, so a lost or doubled message costs nothing. What the stages do is
theirs; when the clocks fire is for `scheduler`.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import dramatiq
from dramatiq import Broker, Worker
from dramatiq.brokers.stub import StubBroker

log = logging.getLogger(__name__)

QUEUES = ("crawl", "score", "alert")
IDLE_MS = 200  # how long an idle thread of a worker waits before it looks whether it is to stop
LONGEST_REST = 60.0  # seconds between two tries of a stage that keeps failing


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `step` does one piece of its work and says whether there was any; then `wakes` is woken.

    `priority`: 0 first, where threads are scarce. `group`: a name that wakes this stage and all others of the group.
    """

    name: str
    queue: str
    step: Callable[[], bool]
    wakes: str | None = None
    priority: int = 5
    group: str | None = None


@dataclass(slots=True)
class Turn:
    """Whether a stage is at work here: at most once at a time; a look that comes meanwhile is not lost."""

    waiting: bool = False
    busy: bool = False
    again: bool = False
    failures: int = 0
    rests_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self) -> bool:
        """Before a look is sent; False: one is on its way already."""
        with self.lock:
            asked, self.waiting = not self.waiting, True
            return asked

    def enter(self, now: float) -> bool:
        with self.lock:
            self.waiting = False
            if self.busy:
                self.again = True
            if self.busy or now < self.rests_until:
                return False
            self.busy, self.again = True, False
            return True

    def leave(self, worked: bool) -> bool:
        """After a step that went well; True: look again."""
        with self.lock:
            self.busy, self.failures, self.rests_until = False, 0, 0.0
            return worked or self.again

    def fail(self, now: float) -> float:
        """After a step that raised; gives the seconds of rest: it is looked at again by the sweep."""
        with self.lock:
            pause: float = min(2.0**self.failures, LONGEST_REST)
            self.busy, self.failures, self.rests_until = False, self.failures + 1, now + pause
            return pause


class Belt:
    """The actors of all stages on one broker. `wake` a stage from anywhere; `start` works, `stop` ends the work.

    Without `broker_url` messages stay in this process's memory.
    """

    def __init__(self, broker_url: str | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.local = broker_url is None
        self.broker = _broker(broker_url)
        self.stopping = threading.Event()
        self._clock = clock
        self._actors: dict[str, dramatiq.Actor[[], Any]] = {}
        self._stages: dict[str, Stage] = {}
        self._turns: dict[str, Turn] = {}
        self._groups: dict[str, list[str]] = {}
        self._worker: Worker | None = None

    def add(self, stages: Iterable[Stage]) -> None:
        """Makes these stages known, so that they can be woken; whoever starts a worker for their queue works."""
        for stage in stages:
            self._stages[stage.name] = stage
            self._turns[stage.name] = Turn()
            if stage.group is not None:
                self._groups.setdefault(stage.group, []).append(stage.name)
            self._actors[stage.name] = dramatiq.actor(
                actor_name=f"ascolto.{stage.name}",
                queue_name=stage.queue,
                priority=stage.priority,
                broker=self.broker,
            )(self._looker(stage.name))

    def wake(self, name: str) -> None:
        """Says "look" to a stage, or to each of a group; never blocks on their work. A broker that is away is logged:
        the sweep comes."""
        for one in self._groups.get(name, [name]):
            self._wake(one)

    def _wake(self, name: str) -> None:
        if self.stopping.is_set() or (self.local and not self._turns[name].ask()):
            return
        try:
            self._actors[name].send()
        except dramatiq.errors.BrokerError:
            log.exception("broker is away", extra={"action": "wake_failed", "stage": name})

    def look(self, name: str) -> bool:
        """One step of a stage, as its actor does it; whether it worked. Errors are logged, never raised."""
        stage, turn = self._stages[name], self._turns[name]
        if self.stopping.is_set() or not turn.enter(self._clock()):
            return False
        try:
            worked = stage.step()
        except Exception:
            pause = turn.fail(self._clock())
            log.exception("stage failed", extra={"action": "stage_failed", "stage": name, "rest": pause})
            return False
        if worked and stage.wakes:
            self.wake(stage.wakes)
        if turn.leave(worked):
            self.wake(name)
        return worked

    @property
    def quiet(self) -> bool:
        """Whether no stage is at work here and no look is on its way."""
        return not any(turn.busy or turn.waiting for turn in self._turns.values())

    def start(self, queues: Iterable[str] = QUEUES) -> None:
        """Starts the threads that work: one for each stage, so that none waits behind another. Without queues this
        process only wakes."""
        chosen = set(queues)
        if not chosen:  # to Dramatiq none would mean all
            return
        threads = max(1, sum(stage.queue in chosen for stage in self._stages.values()))
        self._worker = Worker(self.broker, queues=chosen, worker_timeout=IDLE_MS, worker_threads=threads)
        self._worker.start()

    def stop(self, patience: float = 60.0) -> None:
        """Finishes the steps in hand, waiting at most `patience` seconds for them; rows that wait stay waiting."""
        self.stopping.set()
        if self._worker is not None:
            self._worker.stop(timeout=int(patience * 1000))
            self._worker = None
        self.broker.close()

    def _looker(self, name: str) -> Callable[[], None]:
        def look() -> None:
            self.look(name)

        return look


def _broker(url: str | None) -> Broker:
    """No middleware: a message is never retried, aged or timed; the rows are what counts."""
    if url is None:
        return StubBroker(middleware=[])
    from dramatiq.brokers.redis import RedisBroker  # only where Redis is used

    return RedisBroker(url=url, middleware=[], namespace="ascolto")  # type: ignore[no-untyped-call]
