"""What Slack tells and who hears it: over both transports, slow, broken, old, unknown, not allowed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from alerts import cases
from alerts.channels.slack import menu
from alerts.channels.slack.listen import SHORTCUT
from store import switches
from store.brand import Brand
from store.db import Database
from store.tables import Audit, CaseStatus
from tests.alerts.channels.slack.ear import (
    LUCA,
    MARTA,
    Ear,
    actions,
    add_alert,
    case_of,
    desk_of,
    http_ear,
    listening,
)
from tests.alerts.rows import BRAND
from tests.fake_slack import Failure, FakeSlack

pytestmark = pytest.mark.timeout(120)


def test_buttons_menu_modal_over_both(ear: Ear) -> None:
    ear.click("acknowledge")
    ear.until(lambda: case_of(ear).status == CaseStatus.ACKNOWLEDGED)
    assert case_of(ear).owner == MARTA
    ear.click("snooze_morning")
    ear.until(lambda: case_of(ear).snoozed_until)
    ear.click("resolve_as")
    ear.say(ear.slack.submission(ear.modal("resolve_as"), how="refund", note="Buono da 10 euro"))
    ear.until(lambda: case_of(ear).status == CaseStatus.RESOLVED)
    assert case_of(ear).resolution == "refund"
    assert ear.slack.views == {}
    assert [name for name in actions(ear) if name in ("acknowledge", "snooze", "resolve", "note")] == [
        "acknowledge", "snooze", "resolve", "note",
    ]  # fmt: skip
    ear.deliver()
    assert not ear.message().buttons()


def test_what_is_wrong_is_said_in_the_modal_over_both(ear: Ear) -> None:
    ear.click("resolve_as")
    view = ear.modal("resolve_as")
    ear.say(ear.slack.submission(view, note="x"))
    ear.until(lambda: ear.slack.views[view["id"]].get("errors"))
    assert ear.slack.views[view["id"]]["errors"] == {"how": "Choose one."}
    assert case_of(ear).status == CaseStatus.OPEN


def test_home_command_and_shortcut_over_both(ear: Ear) -> None:
    ear.say(ear.slack.home_opened())
    ear.until(lambda: "U0MARTA" in ear.slack.homes)
    assert "Mai più" in str(ear.slack.homes["U0MARTA"])
    ear.say(ear.slack.command("mute app 2h"))
    ear.until(lambda: ear.slack.private)
    assert "app is muted until today at 14:00" in ear.slack.private[-1]["text"]
    message = {"ts": ear.message().ts, "text": "Critico"}
    ear.say(ear.slack.shortcut(SHORTCUT, message, ear.message().channel))
    assert ear.modal("menu")["title"]["text"] == "Case 1"


def test_every_click_is_acknowledged_while_the_database_is_locked(one: Ear) -> None:
    """Slack's three seconds hold, the modal opens in time, and what was clicked is done when the lock is gone."""
    with one.listener.db.write() as session:
        session.connection()  # takes the lock
        for _ in range(6):
            one.say(one.slack.payload(one.message(), menu.ACKNOWLEDGE))
        one.click("resolve_as")
        assert one.slack.wait_for(lambda: bool(one.slack.views))
        assert case_of(one).status == CaseStatus.OPEN
    one.until(lambda: case_of(one).status == CaseStatus.ACKNOWLEDGED)
    assert one.modal("resolve_as")
    opened = [view["blocks"][0]["text"]["text"] for view in one.slack.shown if "callback_id" not in view]
    assert opened == ["One moment…"]


def test_a_database_that_fails_is_told(one: Ear) -> None:
    one.listener.db.close()
    with one.listener.db.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE audit RENAME TO gone")
    one.click("acknowledge")
    one.until(lambda: one.slack.private)
    assert one.slack.private[-1]["text"] == "That could not be saved. Please click again in a moment."
    one.click("menu")
    one.until(lambda: "cannot be shown now" in str(one.slack.views))  # perhaps after "One moment…"


def test_slack_refusing_to_open_harms_nothing(one: Ear) -> None:
    one.slack.fail("views.open", Failure(error="expired_trigger_id"))
    one.click("edit")
    one.until(lambda: any(call[0] == "views.open" for call in one.slack.calls))
    one.click("acknowledge")
    one.until(lambda: case_of(one).status == CaseStatus.ACKNOWLEDGED)


@pytest.mark.parametrize(
    ("action", "value", "status"),
    [
        (menu.RESOLVE, "1", CaseStatus.RESOLVED),
        (menu.RESOLVE, "1.1.1", CaseStatus.RESOLVED),
        (menu.FALSE_ALARM, "1.1.1", CaseStatus.DISMISSED),
    ],
)
def test_buttons_from_before_modals_still_work(one: Ear, action: str, value: str, status: str) -> None:
    payload = one.slack.payload(one.message(), menu.ACKNOWLEDGE)
    payload["actions"] = [{"type": "button", "action_id": action, "value": value}]
    one.say(payload)
    one.until(lambda: case_of(one).status == status)


@pytest.mark.parametrize("action", ["ascolto.case.teleport.v1", "ascolto.other.v9", "ascolto.case.edit.v2"])
def test_a_button_of_another_version_is_answered(one: Ear, action: str) -> None:
    payload = one.slack.payload(one.message(), menu.ACKNOWLEDGE)
    payload["actions"] = [{"type": "button", "action_id": action, "value": "1"}]
    one.say(payload)
    one.until(lambda: one.slack.private)
    assert one.slack.private[-1]["text"] == "This version of Ascolto does not know that button."


def test_a_form_of_another_version_is_answered(one: Ear) -> None:
    view = {
        "id": "V1",
        "type": "modal",
        "blocks": [],
        "callback_id": "ascolto.modal.teleport.v1",
        "private_metadata": "1.1.1.1",
    }
    said = one.say(one.slack.submission(view))
    assert said["response_action"] == "update"
    assert "does not know that form" in str(said["view"])


def test_somebody_outside_the_allowed_people_is_refused_everywhere(
    slack: FakeSlack, db: Database, now: datetime
) -> None:
    add_alert(db, now)
    slack.groups["S0CARE"] = ["U0LUCA"]
    options: dict[str, Any] = {"people": ("U0ANNA",), "groups": ("S0CARE",)}
    with http_ear(slack, listening(db, now), **options) as ear:
        ear.deliver()
        ear.click("acknowledge")
        ear.until(lambda: slack.private)
        assert "only some people act" in slack.private[-1]["text"]
        ear.click("resolve_as")
        ear.until(lambda: "only some people act" in str(slack.views))
        ear.say(slack.command("pause"))
        ear.until(lambda: len(slack.private) == 2)
        ear.say(slack.home_opened())
        ear.until(lambda: "only some people act" in str(slack.homes))
        assert case_of(ear).status == CaseStatus.OPEN
        for number in range(2):
            ear.click("acknowledge", "U0LUCA", "luca")
            ear.until(lambda: case_of(ear).owner == LUCA)
            assert number == 0 or slack.private[2:] == []
        asked = [call for call in slack.calls if call[0] == "usergroups.users.list"]
        assert len(asked) == 1  # kept for a while
    with db.read() as session:
        assert [row.who for row in session.exec(select(Audit))] == [LUCA]
        assert switches.standing(session, now) == []


def test_an_unknown_workspace_gets_a_polite_refusal(slack: FakeSlack, db: Database, now: datetime) -> None:
    add_alert(db, now)
    with http_ear(slack, listening(db, now), workspace="T0OTHER") as ear:
        ear.deliver()
        for payload in (
            slack.payload(ear.message(), menu.ACKNOWLEDGE),
            slack.command("pause"),
            slack.home_opened(),
            slack.shortcut(SHORTCUT, {"ts": ear.message().ts, "text": "x"}, ear.message().channel),
        ):
            ear.say(payload)
        assert case_of(ear).status == CaseStatus.OPEN
    assert [call[0] for call in slack.calls if call[0] != "chat.postMessage"] == []


def test_without_a_name_the_workspace_is_that_of_the_token(
    slack: FakeSlack, db: Database, now: datetime
) -> None:
    add_alert(db, now)
    with http_ear(slack, listening(db, now)) as ear:
        ear.deliver()
        ear.say(slack.home_opened())  # the first that comes in; Slack is asked beside it
        ear.until(lambda: any(call[0] == "auth.test" for call in slack.calls) and slack.homes)
        stranger = slack.payload(ear.message(), menu.ACKNOWLEDGE)
        stranger["team"] = {"id": "T0OTHER", "domain": "elsewhere"}
        stranger["user"]["team_id"] = "T0OTHER"
        ear.say(stranger)
        assert case_of(ear).status == CaseStatus.OPEN
        ear.click("acknowledge")
        ear.until(lambda: case_of(ear).status == CaseStatus.ACKNOWLEDGED)
    assert len([call for call in slack.calls if call[0] == "auth.test"]) == 1
    with db.read() as session:
        assert [row.who for row in session.exec(select(Audit))] == [MARTA]


def test_reopening_from_the_app_home(one: Ear) -> None:
    with one.listener.db.write() as session:
        cases.resolve(desk_of(one, session), 1, LUCA)
    one.say(one.slack.home_opened())
    one.until(lambda: one.slack.homes)
    home = one.slack.homes["U0MARTA"]
    assert "Done lately" in str(home)
    one.say(one.slack.in_view(home, menu.REOPEN))
    one.until(lambda: case_of(one).status == CaseStatus.OPEN)
    one.until(lambda: "Done lately" not in str(one.slack.homes["U0MARTA"]))


def test_each_piece_of_work_goes_by_the_settings_of_its_moment(
    slack: FakeSlack, db: Database, now: datetime
) -> None:
    """What people change in the inbox holds for the next click, command or modal."""
    known: dict[str, Brand] = {"aurora": BRAND}

    def follow() -> None:
        known["lumaca"] = Brand(key="lumaca", name="Tè Lumaca")

    listener = replace(listening(db, now), brands=known, follow=follow)
    with http_ear(slack, listener) as ear:
        ear.say(slack.command("pause lumaca 2h"))
        ear.until(lambda: slack.private)
        with db.read() as session:
            assert switches.is_paused(session, "lumaca", now)
