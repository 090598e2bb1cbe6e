"""A configuration with every kind of source, checked and read twice as a user would: by the command itself."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

import platforms
from demo.everywhere import Everywhere
from settings import load
from store.clock import utcnow
from tests.command import ascolto


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with Everywhere(utcnow()) as everywhere:
        folder = tmp_path_factory.mktemp("everywhere")
        everywhere.write(folder)
        yield folder


def test_there_is_a_source_of_every_type_and_what_signs_in_is_its_owners(folder: Path) -> None:
    settings = load(folder / "ascolto.toml")
    assert {source.type for source in settings.sources} == set(platforms.names())
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    written = (folder / "ascolto.toml").read_text()
    hidden = {
        name: value
        for name, value in dotenv_values(folder / ".env").items()
        if "SECRET" in name or "PASS" in name
    }
    assert hidden
    assert [name for name, value in hidden.items() if value and value in written] == []


def test_every_source_is_fit_to_be_read(folder: Path) -> None:
    done = ascolto(folder, "check", "--json")
    shown = {check["name"]: check for check in done.json["checks"]}
    sources = {name: check for name, check in shown.items() if name.startswith("source ")}
    assert len(sources) == len(load(folder / "ascolto.toml").sources)
    assert {name: check["status"] for name, check in sources.items() if check["status"] != "ok"} == {}


def test_reading_all_of_them_twice_finds_everything_once(folder: Path) -> None:
    first = ascolto(folder, "collect", "--json")
    assert first.status == 0, first.err
    reports = {report["source"]: report for report in first.json["sources"]}
    assert {name: report["error"] for name, report in reports.items() if report["status"] != "ok"} == {}
    kinds = {source.name: source.type for source in load(folder / "ascolto.toml").polled}
    assert {kinds[name] for name, report in reports.items() if report["new"]} == set(kinds.values())
    again = ascolto(folder, "collect", "--json")
    assert again.status == 0, again.err
    assert {report["source"]: report["new"] for report in again.json["sources"] if report["new"]} == {}
    assert {report["source"] for report in again.json["sources"] if report["status"] != "ok"} == set()
