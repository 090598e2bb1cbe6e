"""What a person wrote is kept, or comes back to them with the reason: slower than others, twice, too long, odd, late."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from alerts import cases
from alerts.channels.slack import clicks, menu
from alerts.channels.slack.forms import FORMS
from alerts.channels.slack.forms.base import Values, fingerprint
from alerts.channels.slack.forms.edit import Reply
from alerts.channels.slack.forms.replied import Replied
from alerts.channels.slack.forms.report import Report
from alerts.channels.slack.forms.resolve import Resolution
from alerts.channels.slack.listener import Listener
from alerts.drafts.compose import DraftReply, DraftRequest
from alerts.replies.sending import ME, Sent
from alerts.words import Words
from store.db import Database
from store.tables import Audit, Case, Exclusion
from tests.alerts.channels.slack.ear import LUCA, MARTA, Ear, add_alert, case_of, http_ear, listening
from tests.alerts.rows import REPLY, add_case, add_mention, desk
from tests.fake_slack import FakeSlack

pytestmark = pytest.mark.timeout(300)
PROMISE = Replied("Le diciamo entro giovedì", date(2026, 11, 26), Sent(read_by=ME))
SECOND: list[tuple[str, Any]] = [
    ("resolve_as", Resolution("refund", "Buono da 10 euro")),
    ("replied", PROMISE),
    ("edit", Reply("Cara Giulia, grazie.", fingerprint(REPLY))),
]


@pytest.mark.parametrize(("what", "sent"), SECOND)
def test_what_is_written_about_a_case_that_one_has_moved_on_oneself_comes_back(
    db: Database, now: datetime, what: str, sent: Any
) -> None:
    """As from a modal that stood open on another screen."""
    add_alert(db, now)
    with db.write() as session:
        if what == "replied":
            cases.mark_replied(desk(session, now), 1, MARTA)
        else:
            cases.resolve(desk(session, now), 1, MARTA)
    told = clicks.submitted(listening(db, now), what, "1", MARTA, sent, "another-click")
    assert (told.done, told.said) == (
        False,
        "You have moved this case on yourself, today at 12:00: this was not kept.",
    )


def test_a_second_report_comes_back_with_what_shows_it(db: Database, now: datetime) -> None:
    add_alert(db, now)
    sent = Report("fake", "Nessun ordine a questo nome")
    assert clicks.submitted(listening(db, now), "report", "1", MARTA, sent, "one").done
    told = clicks.submitted(listening(db, now), "report", "1", MARTA, Report("fake", "Altro"), "two")
    assert "this was not kept" in (told.said or "")


@pytest.mark.parametrize(
    ("what", "sent"), [("edit", Reply("Cara Giulia.", fingerprint(REPLY))), ("note", "La conosciamo")]
)
def test_what_is_kept_already_needs_no_word(db: Database, now: datetime, what: str, sent: Any) -> None:
    add_alert(db, now)
    for click in ("one", "two"):
        told = clicks.submitted(listening(db, now), what, "1", MARTA, sent, click)
        assert told.said is None


def test_whoever_is_slower_excludes_nothing(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now, text="Caffè Aurora boreale", title=None, platform="mastodon")
        add_case(session, mention, now)
        cases.dismiss(desk(session, now), 1, LUCA)
    told = clicks.submitted(listening(db, now), "not_about_us", "1", MARTA, "caffè aurora boreale")
    assert told.said == "luca was faster: dismissed today at 12:00."
    with db.read() as session:
        assert session.exec(select(Exclusion)).all() == []


def test_a_brand_that_is_configured_no_more_is_said(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_case(session, add_mention(session, now), now)
        add_mention(session, now, 2)
    listener = Listener(db, Words("en"), {}, lambda: None, clock=lambda: now)
    gone = "The brand of this is not in the configuration any more."
    told = clicks.submitted(listener, "not_about_us", "1", MARTA, "caffè aurora boreale")
    assert told.said == gone
    assert clicks.do(listener, "make_case", "1.1.2.1", MARTA).said == gone
    assert clicks.do(listener, "resolve", "1", MARTA).done  # the case itself can still be closed


def test_a_reply_beyond_what_a_case_keeps_is_said_in_the_modal() -> None:
    values = {
        f"reply.{number}.n...{fingerprint('x')}": {"text": {"value": "parola " * 420}} for number in range(8)
    }
    values = {name.replace("...", "..characters."): value for name, value in values.items()}
    said = FORMS["edit"].read(Values(values), Words("en"), date(2026, 11, 24))
    (wrong,) = said.values()
    assert wrong == "Too long by 3,519: 23,519 of 20,000 characters"


@pytest.mark.parametrize("what", ["resolve_as", "note", "report", "outcome", "not_about_us", "edit"])
def test_a_form_without_its_fields_is_answered(one: Ear, what: str) -> None:
    """Errors for fields that are not there would leave it open without a word."""
    view = {
        "id": "V1",
        "type": "modal",
        "blocks": [],
        "callback_id": f"ascolto.modal.{what}.v1",
        "private_metadata": "1.1.1.1",
    }
    said = one.say(one.slack.submission(view))
    assert said["response_action"] == "update"
    assert "does not know that form" in str(said["view"])


def test_nobody_is_assigned_where_nobody_was_chosen(one: Ear) -> None:
    one.click("menu")
    view = one.modal("menu")
    one.say(one.slack.in_view(view, menu.ASSIGN, selected_user=None))
    one.until(lambda: "not among those who may act" in str(one.slack.views[view["id"]]))
    assert case_of(one).owner is None


def test_where_there_is_no_other_wording_what_was_typed_stays(
    slack: FakeSlack, db: Database, now: datetime
) -> None:
    def none(request: DraftRequest) -> DraftReply:
        return DraftReply("it", None, None, None, 0, None, "characters", "escalate", (), ())

    add_alert(db, now)
    with http_ear(slack, listening(db, now, compose=none)) as ear:
        ear.deliver()
        ear.click("edit")
        view = ear.modal("edit")
        fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
        ear.say(slack.in_view(view, menu.action("another")))
        ear.until(lambda: "no other wording" in str(slack.views[view["id"]]))
        anew = slack.views[view["id"]]
        assert [block["block_id"] for block in anew["blocks"] if block["type"] == "input"] == fields
        ear.say(slack.submission(anew, reply="Cara Giulia, mi dispiace."))
        ear.until(lambda: case_of(ear).reply == "Cara Giulia, mi dispiace.")


@pytest.mark.parametrize("hours", [0, 2, 11])
def test_a_promise_for_a_day_that_has_just_ended_is_kept(db: Database, now: datetime, hours: int) -> None:
    """The form asks nobody in which zone the brand is; it is still that day somewhere."""
    add_alert(db, now)
    night = datetime(2026, 11, 26, 23, tzinfo=now.tzinfo) + timedelta(hours=hours)
    told = clicks.submitted(listening(db, night), "replied", "1", MARTA, PROMISE, "click")
    assert told.done
    with db.read() as session:
        assert session.get_one(Case, 1).status == "replied"
        assert [row.action for row in session.exec(select(Audit))][-1] == "mark_replied"


def test_an_old_modal_never_says_that_something_was_done(one: Ear, now: datetime) -> None:
    one.click("menu")
    view = one.modal("menu")
    with one.listener.db.write() as session:
        cases.resolve(desk(session, now), 1, MARTA)
    one.say(one.slack.in_view(view, menu.action("snooze_hour")))
    one.until(lambda: menu.action("reopen") in str(one.slack.views[view["id"]]))
    assert case_of(one).snoozed_until is None


@pytest.mark.parametrize("what", ["callback", "warn", "hide", "ask_to_quote", "another"])
def test_nothing_is_done_about_a_case_that_somebody_has_closed(
    db: Database, now: datetime, what: str
) -> None:
    add_alert(db, now)
    with db.write() as session:
        cases.resolve(desk(session, now), 1, LUCA)
    told = clicks.do(listening(db, now), what, "1", MARTA)
    assert told.said == "luca was faster: resolved today at 12:00."
    with db.read() as session:
        assert what not in [row.action for row in session.exec(select(Audit))]
