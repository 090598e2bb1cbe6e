"""`ascolto config show`, `export` and `reset`, and what `ascolto check` says of what people chose."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import service
from checks import _choices
from configuration.commands import config_app
from store import chosen as rows
from store.clock import utcnow
from store.db import Database
from store.errors import ConfigError
from tests.configuration.files import HOURS, TEXT, choose, written

run = CliRunner().invoke


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a configuration and nothing else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ASCOLTO_CONFIG", raising=False)
    monkeypatch.setenv("ASCOLTO_DATABASE_URL", f"sqlite:///{tmp_path / 'ascolto.db'}")
    (tmp_path / "ascolto.toml").write_text(TEXT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def opened(folder: Path, db: Database) -> Database:
    """The same with its database, in which hours are chosen."""
    choose(db, written(folder), utcnow(), HOURS, "always")
    return db


def test_show_makes_no_database(folder: Path) -> None:
    done = run(config_app, ["show"])
    assert done.exit_code == 0
    assert f'{HOURS} = "mon-fri 09:00-18:00"  (file)' in done.stdout
    assert "slack.praise = (built-in default)" in done.stdout
    assert not (folder / "ascolto.db").exists()


def test_show_tells_what_comes_from_the_inbox(folder: Path, opened: Database) -> None:
    told = json.loads(run(config_app, ["show", "--json"]).stdout)
    assert told["file"] == "ascolto.toml"
    (hours,) = [one for one in told["settings"] if one["name"] == HOURS]
    assert (hours["from"], hours["value"], hours["file"]) == ("inbox", "always", "mon-fri 09:00-18:00")
    assert told["unused"] == []


def test_export_writes_and_does_not_write_over(folder: Path, opened: Database) -> None:
    assert 'hours = "always"' in run(config_app, ["export"]).stdout
    assert run(config_app, ["export", "--out", "new.toml"]).exit_code == 0
    again = run(config_app, ["export", "--out", "new.toml"])
    assert isinstance(again.exception, ConfigError)
    assert run(config_app, ["export", "--out", "new.toml", "--force"]).exit_code == 0
    assert 'hours = "always"' in (folder / "new.toml").read_text(encoding="utf-8")


def test_reset_lets_the_file_count_again(folder: Path, opened: Database) -> None:
    assert "reset" in run(config_app, ["reset", HOURS]).stdout
    assert "was not chosen" in run(config_app, ["reset", HOURS]).stdout
    assert f'{HOURS} = "mon-fri 09:00-18:00"  (file)' in run(config_app, ["show"]).stdout
    wrong = run(config_app, ["reset", "brands.aurora.policy.hour"])
    assert isinstance(wrong.exception, ConfigError)
    assert "did you mean 'brands.aurora.policy.hours'" in str(wrong.exception)


def test_check_says_that_the_file_is_not_all(folder: Path, opened: Database, now: datetime) -> None:
    file = written(folder)
    (told,) = _choices(service.current(file))
    assert (told.status, HOURS in told.detail) == ("ok", True)
    with opened.write() as session:
        rows.write(session, "brands.luna.policy.hours", "always", old=None, who="U1", now=now)
    unused, _ = _choices(service.current(file))
    assert (unused.status, unused.name) == ("warn", "setting brands.luna.policy.hours")
    assert "ascolto config reset brands.luna.policy.hours" in unused.mend
