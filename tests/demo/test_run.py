"""`ascolto demo` as a stranger runs it: one process, real HTTP, a real database, the real model."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from demo.world import read_expected
from store.db import Database
from store.tables import Mention
from tests.command import Done, ascolto
from tests.fake_slack import BOT_TOKEN, fake_slack

pytestmark = pytest.mark.timeout(600)
EXPECTED = read_expected()
REASONS = {
    "urgent", "negative", "mixed", "request", "tripwire", "viral", "edited", "came_back", "praise",
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    folder = tmp_path_factory.mktemp("demo")
    return ascolto(folder, "demo", "--json", TMPDIR=str(folder)), folder


@pytest.fixture(scope="module")
def found(run: tuple[Done, Path]) -> dict[str, Any]:
    done, _ = run
    assert done.status == 0, done.err
    return dict(done.json)


def test_it_finds_what_is_there_to_be_found(found: dict[str, Any]) -> None:
    assert found["mentions"] == EXPECTED.total
    assert found["errors"] == []
    new = {name: EXPECTED.first.get(name, 0) + EXPECTED.new.get(name, 0) for name in EXPECTED.first}
    assert found["by_source"] == new


def test_the_second_read_sees_how_the_world_moved_on(found: dict[str, Any]) -> None:
    first, second = found["polls"]
    assert first["new"] == sum(EXPECTED.first.values())
    assert second["new"] == sum(EXPECTED.new.values())
    assert second["edited"] == len(EXPECTED.edited)
    assert second["late"] >= len(EXPECTED.late)
    assert second["refreshed"] >= 1


def test_servers_that_asked_for_patience_are_recovered(found: dict[str, Any]) -> None:
    told = " ".join(found["recovered"])
    assert len(found["recovered"]) == sum(EXPECTED.faults.values())
    assert all(str(status) in told for status in EXPECTED.faults)


def test_every_reason_is_seen(found: dict[str, Any]) -> None:
    assert set(found["alerts_by_reason"]) >= REASONS
    assert found["cases"] >= 10
    assert found["drafts"] >= 10
    assert found["notifications"] >= found["cases"]


def test_an_alert_tells_all_that_the_contract_names(found: dict[str, Any]) -> None:
    assert len(found["alerts"]) == found["cases"]
    for alert in found["alerts"]:
        assert set(alert) == {"platform", "lang", "reasons", "urgency", "quote", "draft", "due"}
        assert alert["reasons"]


def test_the_calm_danger_is_critical_and_due_within_minutes(found: dict[str, Any]) -> None:
    critical = [alert for alert in found["alerts"] if alert["urgency"] == "critical"]
    assert critical
    assert all(alert["due"] and alert["draft"] for alert in critical)


def test_the_database_is_kept(run: tuple[Done, Path]) -> None:
    (path,) = run[1].glob("ascolto-demo-*/ascolto.db")
    db = Database(f"sqlite:///{path}")
    with db.read() as session:
        assert len(session.exec(select(Mention.id)).all()) == EXPECTED.total
    db.close()


def test_on_a_terminal_it_shows_cards_and_tables(tmp_path: Path) -> None:
    done = ascolto(tmp_path, "demo", TMPDIR=str(tmp_path), LANG="it_IT.UTF-8")
    assert done.status == 0, done.err
    for words in (
        "Prima lettura",
        "Seconda lettura",
        "Menzioni per fonte",
        "Secondi per fase",
        "Il database: ",
    ):
        assert words in done.out
    assert done.out.count("╭") >= 10
    assert "<!channel>" in done.out  # on a terminal it is only text


def test_with_a_token_it_posts_to_slack_too(tmp_path: Path) -> None:
    with fake_slack(channels=("reputation", "kudos", "crisis", "ascolto-ops")) as slack:
        done = ascolto(
            tmp_path,
            "demo",
            "--json",
            TMPDIR=str(tmp_path),
            SLACK_BOT_TOKEN=BOT_TOKEN,
            SLACK_API_URL=slack.url,
        )
        assert done.status == 0, done.err
        cases = [m for m in slack.messages if m.thread_ts is None and m.key.startswith("case:")]
        assert len(cases) == done.json["cases"]
