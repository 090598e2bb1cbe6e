"""The walk as it is recorded, and that nothing a person can click is left out of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from alerts.channels.slack import commands, menu
from alerts.channels.slack.forms import FORMS
from alerts.channels.slack.forms.base import callback
from alerts.channels.slack.listen import SHORTCUT
from store.db import Database
from store.tables import Case, CaseStatus
from tests.conftest import ROOT
from tests.walk.__main__ import HERE
from tests.walk.desk import Desk
from tests.walk.story import walk

pytestmark = pytest.mark.timeout(600)
STORMY = ("statement", "writers")  # what only a storm has: the second part uses it
LITERAL = re.compile(r'"(ascolto\.case\.[a-z_]+\.v1)"')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("walk")


@pytest.fixture(scope="module")
def desk(folder: Path) -> Desk:
    return walk(folder)


def elements(value: Any) -> Iterator[dict[str, Any]]:
    """All that can be clicked in what Slack was given."""
    if isinstance(value, dict):
        if str(value.get("action_id", "")).startswith("ascolto."):
            yield value
        for part in value.values():
            yield from elements(part)
    elif isinstance(value, list):
        for part in value:
            yield from elements(part)


def test_it_is_as_recorded(desk: Desk) -> None:
    assert desk.text == (HERE / "walk.txt").read_text(encoding="utf-8"), "python -m tests.walk --write"


def test_forty_cases_come_to_their_end(desk: Desk, folder: Path) -> None:
    db = Database(f"sqlite:///{folder / 'ascolto.db'}")
    with db.read() as session:
        cases = session.exec(select(Case)).all()
    db.close()
    assert len(cases) == 41  # one was made by hand of praise that is none
    assert {case.status for case in cases} == {CaseStatus.RESOLVED, CaseStatus.DISMISSED}


def test_every_action_of_the_code_is_used(desk: Desk) -> None:
    code = "".join(path.read_text() for path in (ROOT / "alerts/channels/slack").rglob("*.py"))
    known = {*LITERAL.findall(code), *map(menu.action, menu.LABELS)} - {"ascolto.case.v1"}
    assert known - desk.used == {menu.action(what) for what in STORMY}


def test_all_that_was_shown_is_used(desk: Desk) -> None:
    """Whatever Slack was ever given to click: in messages, their earlier looks, modals, the App Home."""
    shown = [m.blocks for m in desk.slack.messages] + [old for m in desk.slack.messages for old in m.history]
    found = list(elements([*shown, desk.slack.shown, list(desk.slack.homes.values()), desk.slack.private]))
    entries = {f"menu:{o['value'].partition(':')[0]}" for e in found for o in e.get("options", [])}
    assert {element["action_id"] for element in found} | entries <= desk.used


def test_every_form_command_and_shortcut_is_used(desk: Desk) -> None:
    forms = {callback(what) for what in FORMS if what not in STORMY}
    asked = {f"/ascolto {name}" for name in commands._COMMANDS}
    assert forms | asked | {SHORTCUT, "app_home_opened"} <= desk.used
