"""The ear on a fake Slack, over both transports or over one."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from store.db import Database
from tests.alerts.channels.slack.ear import Again, Ear, add_alert, http_ear, listening, socket_ear
from tests.fake_slack import FakeSlack, fake_slack


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack() as fake:
        yield fake


@pytest.fixture(params=[http_ear, socket_ear])
def ear(request: pytest.FixtureRequest, slack: FakeSlack, db: Database, now: datetime) -> Iterator[Ear]:
    """Both transports; one case with a draft stands in #reputation."""
    add_alert(db, now)
    with request.param(slack, listening(db, now, sources=["app"])) as ear:
        ear.deliver()
        yield ear


@pytest.fixture
def one(slack: FakeSlack, db: Database, now: datetime) -> Iterator[Ear]:
    """One transport, for what does not depend on it."""
    add_alert(db, now)
    with http_ear(slack, listening(db, now, sources=["app"])) as ear:
        ear.deliver()
        yield ear


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> Again:
    return Again(monkeypatch)
