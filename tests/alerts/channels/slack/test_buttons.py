"""What each button does at once."""

from datetime import datetime

import pytest
from sqlmodel import select

from alerts import cases, notices
from alerts.channels.slack import menu
from alerts.channels.slack.listen import SHORTCUT
from alerts.channels.slack.listener import Listener
from alerts.words import Words
from store import switches
from store.brand import Policy
from store.db import Database
from store.tables import Case, CaseStatus, NotificationKind, Score
from tests.alerts.channels.slack.ear import (
    LUCA,
    MARTA,
    Again,
    Ear,
    actions,
    add_alert,
    case_of,
    desk_of,
    http_ear,
    listening,
    redelivered,
)
from tests.alerts.rows import BRAND, add_case, add_mention
from tests.fake_slack import FakeSlack

pytestmark = pytest.mark.timeout(120)


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


def test_the_reply_to_copy_is_handed_out(one: Ear) -> None:
    one.click("copy")
    one.until(lambda: one.slack.private)
    told = one.slack.private[-1]
    assert told["response_type"] == "ephemeral"
    assert "Ci chiami subito allo 02 000000" in str(told["blocks"])
    assert menu.REPLIED in str(told["blocks"])
    assert "Replies are paused" not in str(told["blocks"])
    with one.listener.db.write() as session:
        switches.set(session, switches.pause(switches.ALL), None, MARTA, one.listener.clock())
    one.click("copy")
    one.until(lambda: len(one.slack.private) > 1)
    assert "Replies are paused: ask before you send this one." in str(one.slack.private[-1]["blocks"])


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
            cases.resolve(desk_of(ear, session), 2, LUCA)
        redelivered(ear, again, payload)
        with db.read() as session:
            assert session.get_one(Case, 2).status == CaseStatus.RESOLVED
            assert session.get(Case, 3) is None


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
