"""A site to read, an engine that reads, a clock that stands still."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

import crawlers.collector
import crawlers.pipeline
from tests.crawlers.engine import Engine
from tests.crawlers.site import Site


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def reactor() -> Iterator[Engine]:
    started = Engine()
    yield started
    started.stop()


@pytest.fixture
def engine(reactor: Engine) -> Engine:
    reactor.names.known = {"localhost": "127.0.0.1"}
    reactor.names.asked = []
    return reactor


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


class Clock:
    """The moment that crawls in this process take for now."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(now)
    for module in (crawlers.pipeline, crawlers.collector):
        monkeypatch.setattr(module, "utcnow", clock)
    return clock
