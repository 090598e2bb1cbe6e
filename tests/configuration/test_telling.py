"""`ascolto config`: what counts and where it comes from; the file that holds both, and never a secret."""

import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from configuration.changing import read
from configuration.choosing import Chosen
from configuration.telling import told
from configuration.telling import written as export
from settings import Settings, load
from store.db import Database
from tests.configuration.files import FAQ, HOURS, choose, written

SECRETS = ("t0ps3cret", "5ecr3t-pl4ce")


@pytest.fixture
def file(tmp_path: Path) -> Settings:
    return written(tmp_path)


@pytest.fixture
def chosen(db: Database, file: Settings, now: datetime) -> Chosen:
    choose(db, file, now, HOURS, "always")
    choose(db, file, now, FAQ, [{"question": "Dove?", "answer": 'In "via" Roma\t1\\', "lang": "it"}])
    choose(db, file, now, "brands.aurora.policy.holidays", None)
    choose(db, file, now, "brands.aurora.policy.absences", [{"from": "2026-12-31", "to": "2026-12-31"}])
    choose(db, file, now, "slack.quiet", {"default": "mon-fri 20:00-08:00"})
    with db.read() as session:
        return read(session, file)


def test_the_file_that_is_written_says_the_same(chosen: Chosen, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text(export(chosen), encoding="utf-8")
    again = load(path)
    assert again.brands == chosen.settings.brands
    assert again.slack == chosen.settings.slack
    assert again.ui_language == "it"
    assert again.sources[0].model_dump(exclude={"url"}) == chosen.file.sources[0].model_dump(exclude={"url"})


def test_nothing_secret_is_written(chosen: Chosen) -> None:
    text = export(chosen)
    assert not [secret for secret in SECRETS if secret in text]
    assert 'url = "https://news.example/feed?format=rss"' in text
    assert "what was secret in this address is left out" in text
    assert "set ASCOLTO_HEARTBEAT_URL in the environment" in text


def test_comments_say_where_a_value_comes_from(chosen: Chosen) -> None:
    lines = export(chosen).splitlines()
    at = lines.index('hours = "always"')
    said = 'chosen in the inbox by Marta on 2026-11-24T11:00:00Z; the file says "mon-fri 09:00-18:00"'
    assert lines[at - 1] == f"# {said}"
    assert any(line.startswith("# holidays: left out: chosen in the inbox by Marta") for line in lines)
    assert "absences" in "".join(lines)
    assert "from = 2026-12-31" in lines


def test_a_comment_never_becomes_a_setting(db: Database, file: Settings, now: datetime) -> None:
    choose(db, file, now, HOURS, "always", who='x\nevil = "1"')
    with db.read() as session:
        text = export(read(session, file))
    assert "evil" not in tomllib.loads(text)


def test_show_names_each_with_its_origin(chosen: Chosen) -> None:
    lines = {line.name: line for line in told(chosen)}
    assert lines[HOURS].origin == "inbox"
    assert lines["slack.alerts"].origin == "file"
    assert lines["slack.praise"].origin == "default"
    shown = lines[HOURS].to_json()
    assert (shown["value"], shown["file"], shown["set_by"]) == ("always", "mon-fri 09:00-18:00", "Marta")
    assert lines[HOURS].line() == (
        f'{HOURS} = "always"  (chosen in the inbox by Marta on 2026-11-24T11:00:00Z; '
        'the file says "mon-fri 09:00-18:00")'
    )
