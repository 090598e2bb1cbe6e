"""What Slack tells and what becomes of it: over both transports, for every button, modal, command and shortcut."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Any

import pytest
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState
from sqlmodel import col, select

from alerts import cases, deeds, notices
from alerts.channels.slack import clicks, menu
from alerts.channels.slack.clicks import Told
from alerts.channels.slack.listen import SHORTCUT, Listener, close, slack_app, socket_mode
from alerts.words import Words
from store import switches
from store.brand import Brand, Policy
from store.db import Database
from store.tables import (
    Audit,
    Case,
    CaseStatus,
    Clock,
    ClockKind,
    Exclusion,
    Label,
    Mention,
    NotificationKind,
    Score,
    SourceRow,
)
from tests.alerts.channels.slack.ear import Ear, http_ear, listening, socket_ear
from tests.alerts.rows import BRAND, add_case, add_draft, add_mention, alert
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, Failure, FakeSlack, fake_slack

pytestmark = pytest.mark.timeout(120)
MARTA, LUCA = "slack:U0MARTA:marta", "slack:U0LUCA:luca"


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


def add_alert(db: Database, now: datetime, **fields: Any) -> None:
    with db.write() as session:
        case_id = alert(session, now, **fields)
        case = session.get_one(Case, case_id)
        add_draft(session, case, session.get_one(Mention, case.mention_id), now)


def case_of(ear: Ear) -> Case:
    with ear.listener.db.read() as session:
        return session.get_one(Case, 1)


def actions(ear: Ear) -> list[str]:
    with ear.listener.db.read() as session:
        return [row.action for row in session.exec(select(Audit).order_by(Audit.id))]  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------ over both


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


# ------------------------------------------------------------------------------------------------------ races


def test_the_second_is_told_who_was_faster(one: Ear) -> None:
    payloads = [one.slack.payload(one.message(), menu.ACKNOWLEDGE, user, name) for user, name in
                (("U0MARTA", "marta"), ("U0LUCA", "luca"))]  # fmt: skip
    one.say(payloads[0])
    one.until(lambda: case_of(one).status == CaseStatus.ACKNOWLEDGED)
    one.say(payloads[1])
    one.until(lambda: one.slack.private)
    assert [(told["user"], told["text"]) for told in one.slack.private] == [
        ("U0LUCA", "marta was faster: acknowledged today at 12:00.")
    ]


def test_eight_click_at_the_same_time_and_one_has_it(one: Ear) -> None:
    people = [(f"U0P{number}", f"person{number}") for number in range(8)]
    payloads = [one.slack.payload(one.message(), menu.ACKNOWLEDGE, user, name) for user, name in people]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one.say, payloads))
    one.until(lambda: len(one.slack.private) == 7)
    owner = case_of(one).owner or ""
    told = {(row["user"], row["text"]) for row in one.slack.private}
    assert told == {
        (user, f"{owner.split(':')[2]} was faster: acknowledged today at 12:00.")
        for user, name in people
        if not owner.endswith(name)
    }
    assert actions(one).count("acknowledge") == 1


def test_the_second_to_submit_is_told_privately_in_the_channel(one: Ear) -> None:
    one.click("resolve_as")
    one.click("resolve_as", "U0LUCA", "luca")
    one.until(lambda: len(one.slack.views) == 2)
    views = list(one.slack.views.values())
    one.say(one.slack.submission(views[0], how="apology"))
    one.until(lambda: case_of(one).status == CaseStatus.RESOLVED)
    one.say(one.slack.submission(views[1], "U0LUCA", "luca", how="refund"))
    one.until(lambda: one.slack.private)
    assert case_of(one).resolution == "apology"
    assert one.slack.private[-1]["user"] == "U0LUCA"
    assert one.slack.private[-1]["text"] == "marta was faster: resolved today at 12:00."


def test_who_was_faster_is_told_with_what_they_did(one: Ear) -> None:
    one.click("acknowledge", "U0LUCA", "luca")
    one.until(lambda: case_of(one).status == CaseStatus.ACKNOWLEDGED)
    one.click("menu")
    view = one.modal("menu")
    one.say(one.slack.in_view(view, menu.action("callback"), "U0PAUL", "paul"))
    one.until(lambda: "callback" in actions(one))
    with one.listener.db.read() as session:
        move = cases.too_late(session, session.get_one(Case, 1), ("callback",))
        assert not move.led
        assert cases.too_late(session, session.get_one(Case, 1)).led
    one.click("menu")
    one.until(lambda: len(one.slack.views) == 2)
    view = list(one.slack.views.values())[-1]
    one.say(one.slack.in_view(view, menu.action("callback")))
    one.until(lambda: "was faster" in str(one.slack.views))
    assert "paul was faster, today at 12:00." in str(one.slack.views)


@pytest.mark.parametrize(
    ("what", "values", "typed"),
    [
        ("resolve_as", {"how": "refund", "note": "Bonifico già fatto"}, "Bonifico già fatto"),
        ("replied", {"promise": "Rimborso in cassa", "by": "2026-12-01"}, "Rimborso in cassa"),
        ("report", {"rule": "fake", "evidence": "Nessun ordine così"}, "Nessun ordine così"),
        ("outcome", {"outcome": "kept"}, None),
    ],
)
def test_what_was_typed_comes_back_where_somebody_was_faster(
    one: Ear, what: str, values: dict[str, Any], typed: str | None
) -> None:
    with one.listener.db.write() as session:
        if what == "outcome":
            deeds.report(desk(one, session), 1, LUCA, "fake", "x")
    late = form(one, what, **values)
    with one.listener.db.write() as session:
        if what == "report":
            deeds.report(desk(one, session), 1, LUCA, "fake", "x")
        elif what == "outcome":
            deeds.report_outcome(desk(one, session), 1, LUCA, "kept")
        else:
            cases.resolve(desk(one, session), 1, LUCA)
    one.say(late)
    one.until(lambda: one.slack.private)
    told = one.slack.private[-1]
    assert "luca was faster" in told["text"]
    if typed:
        assert typed in str(told["blocks"])
    else:
        assert len(told["blocks"][0]["elements"]) == 1


def test_two_edit_the_draft_and_no_word_is_lost(one: Ear) -> None:
    one.click("edit")
    one.click("edit", "U0LUCA", "luca")
    one.until(lambda: len(one.slack.views) == 2)
    views = list(one.slack.views.values())
    one.say(one.slack.submission(views[0], reply="Cara Giulia, la chiamo."))
    one.until(lambda: case_of(one).reply == "Cara Giulia, la chiamo.")
    one.say(one.slack.submission(views[1], "U0LUCA", "luca", reply="Gentile Giulia, ci scusi."))
    one.until(lambda: one.slack.private)
    assert case_of(one).reply == "Cara Giulia, la chiamo."
    assert one.slack.private[-1]["text"] == "marta was faster, today at 12:00."
    assert "Gentile Giulia, ci scusi." in str(one.slack.private[-1]["blocks"])


# --------------------------------------------------------------------------------------------- redelivered


class Again:
    """Counts the clicks that were found to have come before."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self._lock, really = 0, Lock(), Listener._twice

        def counted(listener: Listener, what: str, case_id: int | None = None) -> Told:
            with self._lock:
                self.count += 1
            return really(listener, what, case_id)

        monkeypatch.setattr(Listener, "_twice", counted)


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> Again:
    return Again(monkeypatch)


def redelivered(ear: Ear, again: Again, payload: dict[str, Any]) -> None:
    """Slack did not hear our answer: the same comes again, now and to four listeners at once."""
    before = again.count
    ear.say(payload)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ear.say, [payload] * 4))
    ear.until(lambda: again.count == before + 5)


def form(ear: Ear, what: str, user: str = "U0MARTA", name: str = "marta", **values: Any) -> dict[str, Any]:
    """What submits the modal `what` of the case, opened from its menu."""
    ear.slack.views.clear()
    ear.click("menu")
    view = ear.modal("menu")
    ear.say(ear.slack.in_view(view, menu.action(what)))
    ear.until(lambda: ear.slack.views[view["id"]].get("callback_id") == f"ascolto.modal.{what}.v1")
    return ear.slack.submission(ear.slack.views[view["id"]], user, name, **values)


def test_a_note_that_comes_again_counts_once_over_both(ear: Ear, again: Again) -> None:
    first = form(ear, "note", note="Marta chiama alle 15")
    ear.say(first)
    ear.until(lambda: actions(ear).count("note") == 1)
    ear.say(form(ear, "note", note="Nessuna risposta"))
    ear.until(lambda: actions(ear).count("note") == 2)
    redelivered(ear, again, first)
    assert actions(ear).count("note") == 2
    assert ear.slack.private == []
    ear.say(
        form(ear, "note", note="Nessuna risposta", user="U0LUCA", name="luca")
    )  # the same words by another
    ear.until(lambda: actions(ear).count("note") == 3)


def test_an_edit_that_comes_again_keeps_the_later_one(one: Ear, again: Again) -> None:
    first = form(one, "edit", reply="Cara Giulia, la chiamo.")
    one.say(first)
    one.until(lambda: case_of(one).reply == "Cara Giulia, la chiamo.")
    one.deliver()
    one.say(form(one, "edit", reply="Gentile Giulia, ci scusi.", user="U0LUCA", name="luca"))
    one.until(lambda: case_of(one).reply == "Gentile Giulia, ci scusi.")
    redelivered(one, again, first)
    assert case_of(one).reply == "Gentile Giulia, ci scusi."
    assert actions(one).count("reply") == 2
    assert one.slack.private == []  # nobody hears that somebody was faster: it was done


def test_a_report_that_comes_again_after_its_answer_counts_once(one: Ear, again: Again) -> None:
    first = form(one, "report", rule="fake", evidence="Quel giorno eravamo chiusi")
    one.say(first)
    one.until(lambda: actions(one).count("report") == 1)
    one.say(form(one, "outcome", outcome="kept"))
    one.until(lambda: actions(one).count("report_outcome") == 1)
    redelivered(one, again, first)
    assert actions(one).count("report") == 1


@pytest.mark.parametrize(
    ("what", "action"),
    [("callback", "callback"), ("another", "another_wording"), ("snooze_hour", "snooze")],
)
def test_a_click_that_comes_again_counts_once(one: Ear, again: Again, what: str, action: str) -> None:
    one.click("menu")
    click = one.slack.in_view(one.modal("menu"), menu.action(what))
    one.say(click)
    one.until(lambda: actions(one).count(action) == 1)
    one.click("resolve_as")
    one.say(one.slack.submission(one.modal("resolve_as"), how="apology"))
    one.until(lambda: case_of(one).status == CaseStatus.RESOLVED)
    with one.listener.db.write() as session:
        cases.reopen(desk(one, session), 1, LUCA)
    version = case_of(one).version
    redelivered(one, again, click)
    assert actions(one).count(action) == 1
    assert case_of(one).version == version


def test_five_of_one_click_at_once_count_once(one: Ear, again: Again) -> None:
    payload = form(one, "note", note="Marta chiama alle 15")
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(one.say, [payload] * 5))
    one.until(lambda: again.count == 4)
    assert actions(one).count("note") == 1


def test_a_case_made_by_a_shortcut_that_comes_again_stays_done(one: Ear, now: datetime) -> None:
    with one.listener.db.write() as session:
        add_mention(session, now, 7, text="Il bar era chiuso, di nuovo, senza un avviso.", urgency="low")
    message = {"ts": "1.1", "text": "> Il bar era chiuso, di nuovo, senza un avviso."}
    payload = one.slack.shortcut(SHORTCUT, message, one.message().channel)
    one.say(payload)
    one.modal("menu")
    with one.listener.db.write() as session:
        cases.resolve(desk(one, session), 2, LUCA)
    one.say(payload)
    one.until(lambda: [call[0] for call in one.slack.calls].count("views.open") == 2)
    with one.listener.db.read() as session:
        assert session.get_one(Case, 2).status == CaseStatus.RESOLVED


# ----------------------------------------------------------------------------------------------- slow, broken


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
    one.until(lambda: one.slack.views)
    assert "cannot be shown now" in str(list(one.slack.views.values())[-1])


def test_slack_refusing_to_open_harms_nothing(one: Ear) -> None:
    one.slack.fail("views.open", Failure(error="expired_trigger_id"))
    one.click("edit")
    one.until(lambda: any(call[0] == "views.open" for call in one.slack.calls))
    one.click("acknowledge")
    one.until(lambda: case_of(one).status == CaseStatus.ACKNOWLEDGED)


# ------------------------------------------------------------------------------------------- old and unknown


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


@pytest.mark.parametrize(
    "value", ["", "1.", "1.2", "1.2.x", "1.2.3.4.5", "-1", "1.2.9999999999", "\u0661", "999"]
)
def test_a_value_of_no_button_of_ours(db: Database, now: datetime, value: str) -> None:
    told: list[str] = []
    listening(db, now).clicked(value, MARTA, "false_alarm", told.append)
    assert told == ["This case is not there any more."]


# ------------------------------------------------------------------------------------------------ who may act


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


# ----------------------------------------------------------------------------------------- each thing to do


def test_assigning_to_me_and_to_a_person(one: Ear) -> None:
    one.click("assign_me", "U0LUCA", "luca")
    one.until(lambda: case_of(one).owner == LUCA)
    one.click("menu")
    view = one.modal("menu")
    one.say(one.slack.in_view(view, menu.ASSIGN, selected_user="U0ANNA"))
    one.until(lambda: case_of(one).owner == "slack:U0ANNA:anna")
    one.until(lambda: "Done: Assign to a person" in str(one.slack.views[view["id"]]))


def test_taking_a_case_over_is_for_who_has_seen_that_it_is_taken(one: Ear) -> None:
    early = one.slack.chosen(one.message(), "assign_me", "U0LUCA", "luca")
    one.click("acknowledge")
    one.until(lambda: case_of(one).owner == MARTA)
    one.say(early)
    one.until(lambda: one.slack.private)
    assert one.slack.private[-1]["text"] == "marta was faster: acknowledged today at 12:00."
    assert case_of(one).owner == MARTA
    one.deliver()
    one.click("assign_me", "U0LUCA", "luca")
    one.until(lambda: case_of(one).owner == LUCA)


def test_a_promise_gets_a_clock_of_its_own(one: Ear, now: datetime) -> None:
    one.click("replied")
    view = one.modal("replied")
    one.say(one.slack.submission(view, promise="Le diciamo qualcosa", by="2026-11-26"))
    one.until(lambda: case_of(one).status == CaseStatus.REPLIED)
    with one.listener.db.read() as session:
        (clock,) = session.exec(select(Clock).where(Clock.kind == ClockKind.PROMISE)).all()
    assert (clock.note, clock.due_at.isoformat()) == ("Le diciamo qualcosa", "2026-11-26T17:00:00+00:00")


def test_the_reply_to_copy_is_handed_out(one: Ear) -> None:
    one.click("copy")
    one.until(lambda: one.slack.private)
    told = one.slack.private[-1]
    assert told["response_type"] == "ephemeral"
    assert "Ci chiami subito allo 02 000000" in str(told["blocks"])
    assert menu.REPLIED in str(told["blocks"])


def test_a_false_alarm_says_what_it_should_have_been(one: Ear) -> None:
    one.click("false_alarm_as")
    one.say(one.slack.submission(one.modal("false_alarm_as"), urgency="normal", category="praise"))
    one.until(lambda: case_of(one).status == CaseStatus.DISMISSED)
    with one.listener.db.read() as session:
        (label,) = session.exec(select(Label)).all()
    assert (label.origin, label.urgency, label.category, label.who) == (
        "false_alarm", "normal", "praise", MARTA,
    )  # fmt: skip


def test_a_false_alarm_about_older_words_says_to_look_again(one: Ear, now: datetime) -> None:
    one.click("false_alarm_as")
    view = one.modal("false_alarm_as")
    with one.listener.db.write() as session:
        add_mention(session, now, text="Mia figlia è in ospedale")
    one.say(one.slack.submission(view))
    one.until(lambda: one.slack.private)
    assert "There is news about this case" in one.slack.private[-1]["text"]
    assert case_of(one).status == CaseStatus.OPEN


NEWS = "There is news about this case, so it stays as it is. Please look again."
CLOSING: list[tuple[str, dict[str, Any] | None]] = [
    ("snooze_morning", None),
    ("not_relevant", None),
    ("resolve_as", {"how": "explained"}),
    ("replied", {}),
    ("not_about_us", {"phrase": "aurora boreale"}),
]


@pytest.mark.parametrize("news", ["other", "newer", "raised"])
@pytest.mark.parametrize(("what", "values"), CLOSING)
def test_what_nobody_has_read_is_closed_by_no_old_click(
    one: Ear, now: datetime, what: str, values: dict[str, Any] | None, news: str
) -> None:
    payload = one.slack.chosen(one.message(), what) if values is None else form(one, what, **values)
    with one.listener.db.write() as session:
        case = session.get_one(Case, 1)
        if news == "other":
            case.mention_id = add_mention(session, now, 2, text="Mia figlia è in ospedale").id
        elif news == "newer":
            add_mention(session, now, text="Mia figlia è in ospedale")
        else:
            detail = {"before": "normal", "after": "critical", "version": case.version}
            session.add(Audit(at=now, who=cases.SYSTEM, action="raise", case_id=1, detail=detail))
            case.version += 1
    one.say(payload)
    one.until(lambda: one.slack.private)
    assert one.slack.private[-1]["text"] == NEWS
    assert (case_of(one).status, case_of(one).snoozed_until) == (CaseStatus.OPEN, None)
    with one.listener.db.read() as session:
        assert session.exec(select(Exclusion)).all() == []
    one.deliver()
    again = one.slack.chosen(one.message(), what) if values is None else form(one, what, **values)
    one.say(again)  # from the message as it is now
    one.until(lambda: case_of(one).status != CaseStatus.OPEN or case_of(one).snoozed_until)


def test_a_false_alarm_on_what_became_more_urgent_says_to_look_again(one: Ear, now: datetime) -> None:
    one.click("false_alarm_as")
    view = one.modal("false_alarm_as")
    with one.listener.db.write() as session:
        detail = {"version": session.get_one(Case, 1).version}
        session.add(Audit(at=now, who=cases.SYSTEM, action="raise", case_id=1, detail=detail))
    one.say(one.slack.submission(view))
    one.until(lambda: one.slack.private)
    assert one.slack.private[-1]["text"] == NEWS
    assert case_of(one).status == CaseStatus.OPEN


def test_a_note_a_report_and_what_came_of_it(one: Ear) -> None:
    one.click("menu")
    view = one.modal("menu")
    one.say(one.slack.in_view(view, menu.action("note")))
    one.say(one.slack.submission(one.modal("note"), note="La conosciamo"))
    one.until(lambda: "note" in actions(one))
    one.click("menu")
    one.say(one.slack.in_view(one.modal("menu"), menu.action("report")))
    one.say(one.slack.submission(one.modal("report"), rule="fake", evidence="Nessun ordine a questo nome"))
    one.until(lambda: "report" in actions(one))
    one.click("menu")
    one.say(one.slack.in_view(one.modal("menu"), menu.action("outcome")))
    one.say(one.slack.submission(one.modal("outcome"), outcome="kept"))
    one.until(lambda: "report_outcome" in actions(one))


def test_reopening_from_the_shortcut_of_a_message_that_shrank(one: Ear) -> None:
    with one.listener.db.write() as session:
        cases.resolve(desk(one, session), 1, LUCA)
    one.deliver()
    assert one.message().buttons() == {}
    one.say(one.slack.shortcut(SHORTCUT, {"ts": one.message().ts, "text": "x"}, one.message().channel))
    one.say(one.slack.in_view(one.modal("menu"), menu.REOPEN))
    one.until(lambda: case_of(one).status == CaseStatus.OPEN)


def desk(ear: Ear, session: Any) -> cases.Desk:
    return cases.Desk(session, ear.listener.brands, ["slack"], ear.listener.clock())


def test_reopening_from_the_app_home(one: Ear) -> None:
    with one.listener.db.write() as session:
        cases.resolve(desk(one, session), 1, LUCA)
    one.say(one.slack.home_opened())
    one.until(lambda: one.slack.homes)
    home = one.slack.homes["U0MARTA"]
    assert "Done lately" in str(home)
    one.say(one.slack.in_view(home, menu.REOPEN))
    one.until(lambda: case_of(one).status == CaseStatus.OPEN)
    one.until(lambda: "Done lately" not in str(one.slack.homes["U0MARTA"]))


def test_a_message_that_links_to_nothing_we_know(one: Ear) -> None:
    message = {"ts": "1.1", "text": "Guardate <https://elsewhere.example/1|qui>"}
    one.say(one.slack.shortcut(SHORTCUT, message, one.message().channel))
    one.until(lambda: "has not read what this message links to" in str(one.slack.views))


def test_another_wording_in_the_modal_that_edits(one: Ear) -> None:
    one.click("edit")
    view = one.modal("edit")
    shown = view["blocks"][2]["element"]["initial_value"]
    one.say(one.slack.in_view(view, menu.action("another")))
    one.until(lambda: one.slack.views[view["id"]]["blocks"][2]["element"]["initial_value"] != shown)
    anew = one.slack.views[view["id"]]
    assert anew["blocks"][2]["block_id"] != view["blocks"][2]["block_id"]  # else Slack keeps what was typed
    one.say(one.slack.submission(anew, reply="Cara Giulia, grazie."))
    one.until(lambda: case_of(one).reply == "Cara Giulia, grazie.")
    one.deliver()
    assert "Cara Giulia, grazie." in one.message().words()


def test_too_long_for_the_platform_is_said_in_the_modal(one: Ear) -> None:
    one.click("edit")
    said = one.say(one.slack.submission(one.modal("edit"), reply="x" * 5_971))
    assert list(said["errors"].values()) == ["Too long by 1: 5,971 of 5,970 characters"]
    assert case_of(one).reply is None


def test_a_phrase_that_is_not_about_us(slack: FakeSlack, db: Database, now: datetime) -> None:
    """Proposed with what it would have kept out, counted anew for another, adopted by one click."""
    brand = Brand(key="aurora", name="Aurora")
    with db.write() as session:
        for number in range(3):
            add_mention(
                session,
                now,
                number + 5,
                text="Stanotte aurora boreale a Tromsø",
                title=None,
                platform="mastodon",
            )
        mention = add_mention(session, now, text="Che aurora boreale!", title=None, platform="mastodon")
        case = add_case(session, mention, now)
        notices.announce(session, case, ["slack"], now)
    listener = Listener(db, Words("it"), {"aurora": brand}, lambda: None, clock=lambda: now)
    with http_ear(slack, listener) as ear:
        ear.deliver()
        ear.click("menu")
        view = ear.modal("menu")
        ear.say(slack.in_view(view, menu.action("not_about_us")))
        ear.until(lambda: slack.views[view["id"]]["callback_id"] == "ascolto.modal.not_about_us.v1")
        shown = slack.views[view["id"]]
        assert "“aurora boreale”: 4 menzioni, nessuna riguarda voi" in str(shown)
        ear.say(slack.in_view(shown, "ascolto.case.count.v1", value="che aurora boreale"))
        ear.until(lambda: "“che aurora boreale”: 1 menzione" in str(slack.views[view["id"]]))
        shown = slack.views[view["id"]]
        ear.say(slack.submission(shown, phrase="Aurora"))
        ear.until(lambda: slack.private)
        assert "dica più del nome del marchio" in slack.private[-1]["text"]
        ear.click("menu")
        ear.until(lambda: any("menu" in str(view.get("callback_id")) for view in slack.views.values()))
        view = ear.modal("menu")
        ear.say(slack.in_view(view, menu.action("not_about_us")))
        ear.until(lambda: slack.views[view["id"]]["callback_id"] == "ascolto.modal.not_about_us.v1")
        ear.say(slack.submission(slack.views[view["id"]]))
        ear.until(lambda: case_of(ear).status == CaseStatus.DISMISSED)
    with db.read() as session:
        assert [row.phrase for row in session.exec(select(Exclusion))] == ["aurora boreale"]
        assert session.get_one(Case, 1).resolution == "not_about_us"


@pytest.mark.parametrize(
    "text",
    [
        "Guardate <https://apps.example.com/it/app/id1?see=reviews&amp;n=7|questa recensione>!",
        "> Il caffè era freddo e nessuno si è scusato: *mai più*, non torno.",
    ],
)
def test_a_message_that_links_or_quotes_becomes_a_case(one: Ear, now: datetime, text: str) -> None:
    with one.listener.db.write() as session:
        add_mention(
            session,
            now,
            7,
            text="Il caffè era freddo e nessuno si è scusato: mai più, non torno.",
            urgency="low",
        )
    one.say(one.slack.shortcut(SHORTCUT, {"ts": "1.1", "text": text}, one.message().channel))
    assert one.modal("menu")["title"]["text"] == "Case 2"
    with one.listener.db.read() as session:
        made = session.get_one(Case, 2)
        assert (made.status, made.reasons) == (CaseStatus.OPEN, ["asked"])
    one.deliver()
    assert "Il caffè era freddo" in one.message().words()
    one.say(one.slack.shortcut(SHORTCUT, {"ts": "1.2", "text": text}, one.message().channel))
    one.until(lambda: len(one.slack.views) == 2)
    with one.listener.db.read() as session:
        assert session.get(Case, 3) is None  # it is a case already


def test_praise_that_is_no_praise_becomes_a_case_once(
    slack: FakeSlack, db: Database, now: datetime, again: Again
) -> None:
    add_alert(db, now, urgency="low", due_at=None, reasons=[("praise", [])])
    with db.write() as session:
        session.get_one(Case, 1).channel = "praise"
    with http_ear(slack, listening(db, now)) as ear:
        ear.deliver()
        # The menu that the shortcut opens on the message too.
        ear.say(slack.shortcut(SHORTCUT, {"ts": ear.message().ts, "text": "x"}, ear.message().channel))
        payload = slack.in_view(ear.modal("menu"), menu.action("make_case"))
        ear.say(payload)
        ear.until(lambda: "Thank you: it is case 2 now." in str(slack.views))
        with db.read() as session:
            made, praise = session.get_one(Case, 2), session.get_one(Case, 1)
            assert (made.status, made.channel, made.mention_id) == ("open", "alerts", praise.mention_id)
            assert praise.status == CaseStatus.RESOLVED
        with db.write() as session:
            cases.resolve(desk(ear, session), 2, LUCA)
        redelivered(ear, again, payload)
        with db.read() as session:
            assert session.get_one(Case, 2).status == CaseStatus.RESOLVED
            assert session.get(Case, 3) is None


PAGE = "https://reviews.example.com/aurora"


def test_a_link_to_a_page_of_several_customers_makes_no_case_of_one(one: Ear, now: datetime) -> None:
    with one.listener.db.write() as session:
        add_mention(session, now, 7, text="Il caffè era freddo, non torno più.", url=PAGE)
        add_mention(session, now, 8, text="Cornetti buonissimi e gente gentile.", url=PAGE)
        add_mention(session, now, 9, text="Il conto era sbagliato di dieci euro.", url=f"{PAGE}#r9")
        texts = {row.id: row.text for row in session.exec(select(Mention))}

    def meant(*said: str) -> tuple[str | None, bool]:
        with one.listener.db.read() as session:
            found, ambiguous = clicks._mention_in(session, said, one.listener.brands)
        return texts.get(found or 0), ambiguous

    assert meant(f"<{PAGE}#r9>") == ("Il conto era sbagliato di dieci euro.", False)
    assert meant(PAGE) == (None, True)
    assert meant(f"{PAGE}#r8") == (None, True)
    assert meant(PAGE, "> Il caffè era freddo, non torno più.")[0] == "Il caffè era freddo, non torno più."
    said = one.listener.from_message("C0", "1.1", [PAGE], "slack:U0MARTA:marta")
    assert "does not say which of them is meant" in str(said)
    with one.listener.db.read() as session:
        assert len(session.exec(select(Case)).all()) == 1


def test_spam_is_warned_before_it_is_hidden(slack: FakeSlack, db: Database, now: datetime) -> None:
    brand = BRAND.model_copy(update={"policy": Policy(clauses={"spam": "3.1", "abuse": "3.2"})})
    add_alert(db, now)
    with db.write() as session:
        session.exec(select(Score)).one().category = "spam"
    listener = Listener(db, Words("en"), {"aurora": brand}, lambda: None, clock=lambda: now)
    with http_ear(slack, listener) as ear:
        ear.deliver()
        ear.click("menu")
        view = ear.modal("menu")
        assert menu.action("hide") not in str(view)
        ear.say(slack.in_view(view, menu.action("warn")))
        ear.until(lambda: "warn" in actions(ear))
        ear.until(lambda: "Done: Draft a warning" in str(slack.views))
        slack.views.clear()
        ear.click("menu")
        ear.say(slack.in_view(ear.modal("menu"), menu.action("hide")))
        ear.until(lambda: "hide" in actions(ear))


def test_the_thread_says_what_was_done_and_can_reopen(one: Ear) -> None:
    one.click("not_relevant")
    one.until(lambda: case_of(one).status == CaseStatus.DISMISSED)
    one.deliver()
    (line,) = one.slack.thread(one.message())
    assert "marta has dismissed this case: Not relevant" in line.words()
    one.say(one.slack.payload(line, menu.REOPEN, "U0LUCA", "luca"))
    one.until(lambda: case_of(one).status == CaseStatus.OPEN)


# ------------------------------------------------------------------------------------------------ the command


def test_the_command(one: Ear, now: datetime) -> None:
    with one.listener.db.write() as session:
        session.add(SourceRow(name="my shop", brand="aurora", type="page", last_ok_at=now))

    def ask(text: str) -> str:
        before = len(one.slack.private)
        one.say(one.slack.command(text))
        one.until(lambda: len(one.slack.private) > before)
        return str(one.slack.private[-1]["text"])

    assert "Cases: 1 open" in ask("")
    assert "my shop: is read" in ask("status")
    assert "1 mention with “bocca gonfia”" in ask("search bocca gonfia")
    assert "giulia_r" in str(one.slack.private[-1]["blocks"])
    assert ask("search <!channel>") == "No mention with “&lt;!channel&gt;”."
    assert "There is no myshop" in ask("mute myshop 2h")
    assert "Write which source" in ask("mute my shop")
    assert "my shop is muted until today at 12:30" in ask("mute my shop 30m")
    assert "The next brief lists what this held back." in str(one.slack.private[-1]["text"])
    assert "Paused until tomorrow at 12" in ask("pause")
    assert "ends after a day, or when somebody writes /ascolto go-on" in str(one.slack.private[-1]["text"])
    with one.listener.db.read() as session:
        assert switches.is_paused(session, "aurora", now)
        assert switches.on(session, "mute:my shop", now)
        assert not switches.on(session, "mute:my shop", now + timedelta(hours=1))
        assert not switches.is_paused(session, "aurora", now + timedelta(days=1))
    assert "Everything that can wait is paused until tomorrow" in ask("stato")
    assert "Goes on: my shop and everything" in ask("go-on")
    assert "Nothing is paused or muted." in ask("riprendi")
    assert "/ascolto mute" in ask("dance")
    assert [name for name in actions(one) if name in ("mute", "pause")] == ["mute", "pause", "mute", "pause"]


def test_a_command_that_comes_again_changes_nothing_over_both(ear: Ear, now: datetime, again: Again) -> None:
    with ear.listener.db.write() as session:
        session.add(SourceRow(name="app", brand="aurora", type="page", last_ok_at=now))

    def done() -> list[tuple[str, str | None]]:
        with ear.listener.db.read() as session:
            rows = session.exec(select(Audit).where(col(Audit.case_id).is_(None)))
            return [(row.action, row.after) for row in rows]

    commands = [ear.slack.command(text) for text in ("pause 2h", "mute app 1h", "go-on", "pause")]
    for number, command in enumerate(commands):
        ear.say(command)
        ear.until(lambda wanted=number + 1: len(ear.slack.private) == wanted)  # type: ignore[misc]
    before = [("pause", "on"), ("mute", "on"), ("mute", "off"), ("pause", "off"), ("pause", "on")]
    assert done() == before
    for command in commands:
        redelivered(ear, again, command)
    assert done() == before
    with ear.listener.db.read() as session:
        (turned,) = switches.standing(session, now)
        assert (turned.name, turned.until) == ("pause:*", now + timedelta(days=1))
    assert len(ear.slack.private) == 4
    ear.say(ear.slack.command("go-on"))  # the same words once more are another command
    ear.until(lambda: len(done()) == 6)


def test_five_of_one_command_at_once_count_once(database: Database, now: datetime) -> None:
    listener = listening(database, now)
    with database.write() as session:
        session.add(Exclusion(brand="aurora", phrase="aurora boreale", added_by="marta", added_at=now))
    for text in ("pause", "include aurora boreale", "go-on"):
        with ThreadPoolExecutor(5) as pool:
            asked = [pool.submit(listener.command, text, "slack:U0MARTA:marta", text) for _ in range(5)]
        assert [one.result() is None for one in asked].count(False) == 1
    with database.read() as session:
        assert [row.action for row in session.exec(select(Audit))] == ["pause", "include", "pause"]


def test_show_brings_a_case_out_of_its_bundle_over_both(ear: Ear, now: datetime) -> None:
    with ear.listener.db.write() as session:
        mention = add_mention(session, now, 2)
        case = add_case(session, mention, now, urgency="normal")
        key = "bundle:hour:aurora:alerts:x"
        notices.add(
            session, key, ["slack"], now, kind=NotificationKind.BUNDLE, brand="aurora", body={"span": "hour"}
        )
        notices.announce(session, case, ["slack"], now, bundle=f"{key}:slack")
    ear.deliver()
    bundle = ear.message()
    assert list(bundle.buttons()) == ["ascolto.bundle.show.v1.2"]
    late = ear.slack.payload(bundle, "ascolto.bundle.show.v1.2", "U0LUCA", "luca")
    ear.say(ear.slack.payload(bundle, "ascolto.bundle.show.v1.2"))
    ear.until(lambda: "show" in actions(ear))
    ear.deliver()
    assert ear.message().key == "case:2:slack"
    assert "in a message of its own" in ear.slack.by_key(f"{key}:slack")[0].words()
    assert not ear.slack.by_key(f"{key}:slack")[0].buttons()
    ear.say(late)
    ear.until(lambda: ear.slack.private)
    assert "marta was faster" in ear.slack.private[-1]["text"]


def test_socket_mode_ends_also_where_its_receiver_has_only_just_begun(
    slack: FakeSlack, db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing, receive, disconnect = Event(), Connection.run_until_completion, SocketModeClient.disconnect

    def begin_late(connection: Connection, state: ConnectionState) -> None:
        closing.wait(30)
        state.terminated = False  # as the SDK does when its receiver starts
        receive(connection, state)

    def leave(client: SocketModeClient) -> None:
        disconnect(client)
        closing.set()

    monkeypatch.setattr(Connection, "run_until_completion", begin_late)
    monkeypatch.setattr(SocketModeClient, "disconnect", leave)
    app = slack_app(listening(db, now), token=BOT_TOKEN, api_url=slack.url)
    handler = socket_mode(app, APP_TOKEN)
    handler.connect()  # type: ignore[no-untyped-call]
    assert slack.wait_for(lambda: bool(slack.sockets))
    handler.close()  # type: ignore[no-untyped-call]
    assert not handler.client.current_session_runner.is_alive()
    close(app)
