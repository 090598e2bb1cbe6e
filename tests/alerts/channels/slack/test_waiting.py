"""A draft that is about to be written anew is nobody's to send: it is neither shown, copied, edited nor marked as sent."""

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from alerts import telling
from alerts.channels.slack import showing
from alerts.channels.slack.listener import Listener
from alerts.replies import sending
from alerts.replies.sending import ME, Sent
from alerts.words import Words
from store.brand import Brand, Policy
from store.db import Database
from store.tables import Case, CaseStatus, Draft
from tests.alerts.channels.slack.ear import MARTA, Ear, case_of, form, http_ear
from tests.alerts.channels.slack.test_signing import ear_on
from tests.alerts.rows import REPLY, add_case, add_draft, add_mention, alert, desk
from tests.fake_slack import FakeSlack

pytestmark = pytest.mark.timeout(120)
WAITS = telling.DRAFT_WAITS


def change(ear: Ear, **fields: Any) -> None:
    with ear.listener.db.write() as session:
        draft = session.exec(select(Draft)).one()
        for name, value in fields.items():
            setattr(draft, name, value)


def opened(ear: Ear, what: str) -> str:
    ear.slack.views.clear()
    ear.click(what)
    ear.until(lambda: WAITS in str(list(ear.slack.views.values())))
    return str(list(ear.slack.views.values()))


def test_it_is_not_shown(one: Ear) -> None:
    change(one, outdated=True)
    with one.listener.db.write() as session:
        case = session.get_one(Case, 1)
        case.version += 1
        session.add(case)
    for what in ("edit", "replied"):
        assert REPLY[:20] not in opened(one, what)


def test_it_is_not_copied(one: Ear) -> None:
    before = showing.copy(one.listener, "1")
    assert before is not None
    assert REPLY[:20] in str(before.blocks)
    assert "somebody who reads Italian must see it first" in str(before.blocks)
    change(one, outdated=True)
    message = showing.copy(one.listener, "1")
    assert message is not None
    assert WAITS in str(message.text)
    assert not message.blocks


def test_a_form_of_before_is_refused_and_loses_nothing(one: Ear) -> None:
    one.click("edit")
    view = one.modal("edit")
    change(one, outdated=True)
    one.say(one.slack.submission(view, reply="Gentile Giulia, ho scritto io."))
    one.until(lambda: one.slack.private)
    assert one.slack.private[-1]["text"] == WAITS
    assert "ho scritto io" in str(one.slack.private[-1])
    assert case_of(one).reply is None


def test_it_is_not_marked_as_sent_unless_other_words_were(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now)
        add_draft(session, case, mention, now, outdated=True)
        at = desk(session, now)
        move = sending.mark_sent(at, case.id or 0, MARTA, Sent(as_it_stands=True))
        assert (move.done, move.refused, case.status) == (False, WAITS, CaseStatus.OPEN)
        assert sending.mark_sent(at, case.id or 0, MARTA, Sent(text="Altre parole.")).done


def test_what_a_person_wrote_does_not_wait(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now, reply="Gentile Giulia, ho scritto io.")
        add_draft(session, case, mention, now, outdated=True)
        assert sending.mark_sent(desk(session, now), case.id or 0, MARTA, Sent(as_it_stands=True)).done


def test_one_that_failed_is_said_and_a_person_may_write(one: Ear) -> None:
    change(one, outdated=True, reply=None, checks=[{"name": "redraft", "ok": False, "detail": ""}])
    message = showing.copy(one.listener, "1")
    assert message is not None
    assert telling.NOT_REDRAFTED in str(message.text)
    one.say(form(one, "edit", reply="Gentile Giulia, ho scritto io."))
    one.until(lambda: case_of(one).reply == "Gentile Giulia, ho scritto io.")


def storm(db: Database, now: datetime) -> None:
    """The shown one is in the language people read; a second writer has a German draft without a gloss."""
    with db.write() as session:
        case = session.get_one(Case, alert(session, now, urgency="normal", storm=True))
        first = add_mention(session, now, 2, lang="en")
        case.mention_id = first.id
        first.case_id = case.id
        add_draft(session, case, first, now, lang="en", reply="Dear Anna, we are sorry.")
        second = add_mention(session, now, 3, lang="de", author="Sabine")
        second.case_id = case.id
        add_draft(session, case, second, now, lang="de", reply="Guten Tag, es tut uns leid.")
        third = add_mention(session, now, 4, lang="fr", author="Anne")
        third.case_id, third.answer = case.id, "Merci."  # answered there: nobody sends this one
        add_draft(session, case, third, now, lang="fr", reply="Bonjour, merci.")


def test_a_storm_asks_who_has_read_the_others(slack: FakeSlack, db: Database, now: datetime) -> None:
    storm(db, now)
    with ear_on(slack, db, now) as ear:
        ear.deliver()
        ear.click("writers")
        page = str(ear.modal("writers"))
        assert page.count("No gloss: somebody who reads German must see it first") == 1
        assert "Draft in German" in page
        ear.slack.views.clear()
        ear.click("replied")
        view = ear.modal("replied")
        asked = next(block for block in view["blocks"] if block.get("block_id") == "reader")
        assert asked["label"]["text"] == "Who reads German and has read the drafts? They have no gloss."
        said = ear.say(slack.submission(view))
        assert said["errors"] == {"reader": "Choose one."}
        ear.say(slack.submission(view, reader="me"))
        ear.until(lambda: case_of(ear).status == CaseStatus.REPLIED)


def test_nobody_marks_a_storm_as_answered_that_nobody_has_read(db: Database, now: datetime) -> None:
    storm(db, now)
    with db.write() as session:
        at = cases_desk(session, now)
        assert sending.mark_sent(at, 1, MARTA).refused == sending.NO_READERS
        assert sending.mark_sent(at, 1, MARTA, Sent(read_by=ME)).done


def cases_desk(session: Any, now: datetime) -> Any:
    at = desk(session, now)
    return type(at)(session, at.brands, at.channels, now, reads="en")


@pytest.mark.parametrize("name", ["@Legale", "S0LEGAL"])
def test_the_members_of_a_user_group_may_sign(
    slack: FakeSlack, db: Database, now: datetime, name: str
) -> None:
    slack.groups["S0LEGAL"], slack.handles["S0LEGAL"] = ["U0LUCA"], "legale"
    brand = Brand(key="aurora", name="Caffè Aurora", policy=Policy(approval={"normal": (name, "U0ANNA")}))
    with db.write() as session:
        alert(session, now, urgency="normal", storm=True)
    listener = Listener(db, Words("en"), {"aurora": brand}, lambda: None, clock=lambda: now)
    with http_ear(slack, listener) as ear:
        ear.deliver()
        ear.click("statement")
        view = ear.modal("statement")
        assert "@legale" in str(view).casefold()
        said = "Alcuni addebiti risultano doppi: li stiamo annullando."
        ear.say(slack.submission(view, statement_it=said))
        ear.until(lambda: slack.private)
        told = slack.private[-1]["text"].replace("\uff20", "@")  # made inert
        assert told.casefold().startswith("nothing was changed: by your policy only @legale and ")
        assert case_of(ear).statements == {}
        ear.say(slack.submission(view, "U0LUCA", "luca", statement_it=said))
        ear.until(lambda: case_of(ear).statements == {"it": said})
