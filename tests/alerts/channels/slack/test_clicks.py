"""A click done once and by the first: races, what comes again, what nobody has read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from alerts import cases, deeds
from alerts.channels.slack import clicks, menu
from alerts.channels.slack.listener import Told
from store.db import Database
from store.tables import Audit, Case, CaseStatus, Exclusion
from tests.alerts.channels.slack.ear import (
    LUCA,
    MARTA,
    Again,
    Ear,
    actions,
    case_of,
    desk_of,
    form,
    listening,
    redelivered,
)
from tests.alerts.rows import add_mention

pytestmark = pytest.mark.timeout(120)


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
        (
            "replied",
            {"promise": "Rimborso in cassa", "by": "2026-12-01", "reader": "me"},
            "Rimborso in cassa",
        ),
        ("report", {"rule": "fake", "evidence": "Nessun ordine così"}, "Nessun ordine così"),
        ("outcome", {"outcome": "kept"}, None),
    ],
)
def test_what_was_typed_comes_back_where_somebody_was_faster(
    one: Ear, what: str, values: dict[str, Any], typed: str | None
) -> None:
    with one.listener.db.write() as session:
        if what == "outcome":
            deeds.report(desk_of(one, session), 1, LUCA, "fake", "x")
    late = form(one, what, **values)
    with one.listener.db.write() as session:
        if what == "report":
            deeds.report(desk_of(one, session), 1, LUCA, "fake", "x")
        elif what == "outcome":
            deeds.report_outcome(desk_of(one, session), 1, LUCA, "kept")
        else:
            cases.resolve(desk_of(one, session), 1, LUCA)
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
        cases.reopen(desk_of(one, session), 1, LUCA)
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


@pytest.mark.parametrize(
    "value", ["", "1.", "1.2", "1.2.x", "1.2.3.4.5", "-1", "1.2.9999999999", "\u0661", "999"]
)
def test_a_value_of_no_button_of_ours(db: Database, now: datetime, value: str) -> None:
    told = clicks.do(listening(db, now), "false_alarm", value, MARTA)
    assert told == Told(False, "This case is not there any more.")


NEWS = "There is news about this case, so it stays as it is. Please look again."
CLOSING: list[tuple[str, dict[str, Any] | None]] = [
    ("snooze_morning", None),
    ("not_relevant", None),
    ("resolve_as", {"how": "explained"}),
    ("replied", {"reader": "me"}),
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


def test_a_false_alarm_about_older_words_says_to_look_again(one: Ear, now: datetime) -> None:
    one.click("false_alarm_as")
    view = one.modal("false_alarm_as")
    with one.listener.db.write() as session:
        add_mention(session, now, text="Mia figlia è in ospedale")
    one.say(one.slack.submission(view))
    one.until(lambda: one.slack.private)
    assert "There is news about this case" in one.slack.private[-1]["text"]
    assert case_of(one).status == CaseStatus.OPEN


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
