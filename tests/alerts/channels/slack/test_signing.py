"""Who signs knows what: why these words, who has read what has no gloss, what went out, the note for the profile."""

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from alerts import cases
from alerts.channels.slack import menu, trace
from alerts.drafts.compose import compose
from alerts.replies.keeping import row_of
from alerts.words import Words
from store.brand import Brand
from store.db import Database
from store.tables import Audit, Case, CaseStatus, Draft, Mention
from tests.alerts.channels.slack.ear import Ear, actions, case_of, form, http_ear, listening
from tests.alerts.channels.slack.test_blocks import texts
from tests.alerts.channels.slack.test_views import assert_valid
from tests.alerts.drafts.requests import request
from tests.alerts.rows import BRAND, alert
from tests.fake_slack import FakeSlack

pytestmark = pytest.mark.timeout(120)
LATE = "Consegna in ritardo di due settimane."


def composed(db: Database, now: datetime, reader: str | None, **asked: Any) -> None:
    """A case with a draft of the composer's, kept as triage keeps it."""
    with db.write() as session:
        case = session.get_one(Case, alert(session, now, urgency="high"))
        mention = session.get_one(Mention, case.mention_id)
        session.add(row_of(case, mention, compose(request(LATE, **asked), reader), now))


def ear_on(slack: FakeSlack, db: Database, now: datetime, lang: str = "en", **brand: Any) -> Any:
    listener = listening(db, now, lang)
    brands = {"aurora": Brand(key="aurora", name="Caffè Aurora", **brand)} if brand else {"aurora": BRAND}
    return http_ear(slack, type(listener)(db, listener.words, brands, lambda: None, clock=lambda: now))


def opened(ear: Ear, what: str, words: str) -> dict[str, Any]:
    """The modal that `what` of the menu opens, once it says `words`."""
    ear.slack.views.clear()
    ear.click("menu")
    view = ear.modal("menu")
    ear.say(ear.slack.in_view(view, menu.action(what)))
    ear.until(lambda: words in str(ear.slack.views[view["id"]]))
    return dict(ear.slack.views[view["id"]])


def replied(ear: Ear) -> dict[str, Any]:
    with ear.listener.db.read() as session:
        row = session.exec(select(Audit).where(Audit.action == "mark_replied")).one()
        return dict(row.detail)


def test_each_sentence_with_its_gloss_and_what_allows_it(
    slack: FakeSlack, db: Database, now: datetime
) -> None:
    composed(db, now, "en", author="Marta B.")
    with ear_on(slack, db, now) as ear:
        ear.deliver()
        view = opened(ear, "words", "Each sentence")
    assert_valid({key: value for key, value in view.items() if key not in ("id", "team_id")})
    said = texts(view["blocks"])
    with db.read() as session:
        draft = session.exec(select(Draft)).one()
    assert draft.gloss
    for sentence in draft.sentences:
        assert sentence["text"] in said
        assert sentence["gloss"] in said
    assert "Allowed by: the name the customer goes by and what the customer wrote" in said
    assert any("your contact" in text for text in said)
    assert "Courtesy: it needs nobody's leave" in said


def test_what_both_replies_say_stands_in_both_places() -> None:
    same: dict[str, Any] = {"text": "Le scriviamo.", "gloss": None, "grounds": []}
    draft = Draft(
        case_id=1, mention_id=1, revision=1, brand="aurora", lang="it", remedy="", reply="Ciao. Le scriviamo.",
        private_reply="Come sta? Le scriviamo.", created_at=datetime.now().astimezone(),
        sentences=[{"text": "Ciao.", "grounds": []}, same, {"text": "Come sta?", "grounds": []}, dict(same)],
    )  # fmt: skip
    public, _, private = str(trace.view(draft, None, Words("en"))["blocks"]).partition("private message")
    assert (public.count("Le scriviamo."), private.count("Le scriviamo.")) == (1, 1)
    assert "Come sta?" not in public


def test_in_the_reader_s_own_language_there_is_no_gloss(
    slack: FakeSlack, db: Database, now: datetime
) -> None:
    composed(db, now, "it")
    with ear_on(slack, db, now, "it") as ear:
        ear.deliver()
        view = opened(ear, "words", "Ogni frase")
    assert "style" not in str(view["blocks"])
    assert "La consente: " in str(view["blocks"])


def test_of_what_a_person_wrote_nothing_is_vouched_for(slack: FakeSlack, db: Database, now: datetime) -> None:
    composed(db, now, "en", author="Marta B.")
    with db.write() as session:
        kept, gone = [str(one["text"]) for one in session.exec(select(Draft)).one().sentences][1:3]
        session.get_one(Case, 1).reply = f"Ciao! <!channel> {kept}"
    with ear_on(slack, db, now) as ear:
        ear.deliver()
        view = opened(ear, "words", "A person has written")
    assert kept in texts(view["blocks"])
    assert gone not in str(view)
    assert "Ciao" not in str(view)


def test_a_draft_of_before_says_that_nothing_was_kept(one: Ear) -> None:
    view = opened(one, "words", "Nothing was kept")
    assert len(view["blocks"]) == 1


def test_what_nobody_here_reads_goes_out_once_somebody_has_read_it(one: Ear) -> None:
    """The draft is Italian, without a gloss; people here read English."""
    assert "No gloss: somebody who reads Italian must see it first" in one.message().words()
    one.click("replied")
    view = one.modal("replied")
    asked = next(block for block in view["blocks"] if block.get("block_id") == "reader")
    assert asked["label"]["text"] == "Who reads Italian and has read the reply? It has no gloss."
    assert not asked.get("optional")
    said = one.say(one.slack.submission(view))
    assert said["errors"] == {"reader": "Choose one."}
    said = one.say(one.slack.submission(view, reader="other"))
    assert said["errors"] == {"read_by": "Who has read it?"}
    assert case_of(one).status == CaseStatus.OPEN
    one.say(one.slack.submission(view, reader="other", read_by="Chiara <!channel>"))
    one.until(lambda: case_of(one).status == CaseStatus.REPLIED)
    assert replied(one)["reader"] == {"who": "Chiara <!channel>", "lang": "it"}
    one.deliver()
    assert "No gloss" not in one.message().words()


def test_who_reads_it_themselves_says_so(one: Ear) -> None:
    one.say(form(one, "replied", reader="me"))
    one.until(lambda: case_of(one).status == CaseStatus.REPLIED)
    assert replied(one)["reader"] == {"who": "slack:U0MARTA:marta", "lang": "it"}


def test_with_a_gloss_nobody_is_asked(slack: FakeSlack, db: Database, now: datetime) -> None:
    composed(db, now, "en")
    with ear_on(slack, db, now) as ear:
        ear.deliver()
        assert "No gloss" not in ear.message().words()
        payload = form(ear, "replied")
        assert "reader" not in payload["view"]["state"]["values"]
        ear.say(payload)
        ear.until(lambda: case_of(ear).status == CaseStatus.REPLIED)
        assert "reader" not in replied(ear)


@pytest.mark.parametrize("told", [{"sent": "other"}, {"sent": "other", "text": "Cara Marta, ci scusi."}])
def test_other_words_than_those_of_the_gloss_want_a_reader(
    slack: FakeSlack, db: Database, now: datetime, told: dict[str, str]
) -> None:
    composed(db, now, "en")
    with ear_on(slack, db, now) as ear:
        ear.deliver()
        ear.click("replied")
        view = ear.modal("replied")
        said = ear.say(slack.submission(view, **told))
        assert said["errors"] == {"reader_of_others": "Choose one."}
        assert case_of(ear).status == CaseStatus.OPEN
        ear.say(slack.submission(view, reader_of_others="me", **told))
        ear.until(lambda: case_of(ear).status == CaseStatus.REPLIED)
        assert replied(ear)["reader"]["lang"] == "it"


def test_an_edit_takes_the_gloss_with_it(slack: FakeSlack, db: Database, now: datetime) -> None:
    """A form that was open before asked nobody: it is refused, and nothing that was typed is lost."""
    composed(db, now, "en")
    with ear_on(slack, db, now) as ear:
        ear.deliver()
        before = form(ear, "replied", promise="Le scriviamo", by="2026-11-26", sent="as_it_stands")
        with db.write() as session:
            session.get_one(Case, 1).reply = "Gentile cliente, ci scusi."
        ear.say(before)
        ear.until(lambda: slack.private)
        assert "please say who has read it" in str(slack.private[-1])
        assert "Le scriviamo" in str(slack.private[-1])
        assert case_of(ear).status == CaseStatus.OPEN
        ear.say(form(ear, "replied", reader="me"))
        ear.until(lambda: case_of(ear).status == CaseStatus.REPLIED)


@pytest.mark.parametrize("way", ["as_it_stands", "text", "edited", "untold"])
def test_what_went_out_is_kept_in_figures(slack: FakeSlack, db: Database, now: datetime, way: str) -> None:
    composed(db, now, "it", author="Marta B.")
    with db.read() as session:
        reply = str(session.exec(select(Draft)).one().reply)
    changed = reply.replace("Marta", "Martina")
    with db.write() as session:
        session.get_one(Case, 1).reply = changed if way == "edited" else None
    values = {"as_it_stands": {"sent": "as_it_stands"}, "text": {"sent": "other", "text": changed}}.get(
        way, {}
    )
    with ear_on(slack, db, now, "it") as ear:
        ear.deliver()
        ear.say(form(ear, "replied", **values))
        ear.until(lambda: case_of(ear).status == CaseStatus.REPLIED)
        kept = replied(ear)["edits"]
    assert "Mart" not in str(kept)
    if way == "untold":
        assert kept == {"told": False}
        return
    assert (kept["told"], kept["lang"], bool(kept["distance"])) == (True, "it", way != "as_it_stands")
    assert {move for move, apart in kept["moves"].items() if apart} == (
        set() if way == "as_it_stands" else {"open"}
    )


def test_as_it_stands_and_other_words_is_no_answer(slack: FakeSlack, db: Database, now: datetime) -> None:
    composed(db, now, "it")
    with ear_on(slack, db, now, "it") as ear:
        ear.deliver()
        said = ear.say(form(ear, "replied", sent="as_it_stands", text="Altro"))
        assert said["errors"] == {"sent": "Com'è, o con altre parole?"}
        assert actions(ear) == []


CLOSED = {"policy": {"hours": "mon-fri 09:00-09:30"}}  # noon in Rome is closed


def test_the_note_for_the_profile_is_shown_on_demand_and_at_home(
    slack: FakeSlack, db: Database, now: datetime
) -> None:
    away = Brand(key="aurora", name="Caffè Aurora", **CLOSED)
    composed(db, now, "it", brand=away)
    with db.read() as session:
        note = str(session.exec(select(Draft)).one().status_note)
    with ear_on(slack, db, now, "it", **CLOSED) as ear:
        ear.deliver()
        assert note not in ear.message().words()  # not on each card
        view = opened(ear, "profile", "Per il vostro profilo")
        assert note in texts(view["blocks"])
        ear.say(slack.home_opened("U0MARTA"))
        ear.until(lambda: "U0MARTA" in slack.homes)
        assert texts(slack.homes["U0MARTA"]["blocks"]).count(note) == 1


def test_while_somebody_is_there_there_is_none(slack: FakeSlack, db: Database, now: datetime) -> None:
    away = Brand(key="aurora", name="Caffè Aurora", **CLOSED)
    composed(db, now, "it", brand=away)
    with ear_on(slack, db, now, "it") as ear:  # open by now: its hours are others
        ear.deliver()
        ear.click("menu")
        assert menu.action("profile") not in str(ear.modal("menu"))
        ear.say(slack.home_opened("U0MARTA"))
        ear.until(lambda: "U0MARTA" in slack.homes)
        assert "Per il profilo" not in str(slack.homes["U0MARTA"])


def test_the_words_of_people_stay_in_the_records_of_nobody(one: Ear) -> None:
    one.say(form(one, "replied", reader="me", sent="other", text="Le telefono alle tre."))
    one.until(lambda: case_of(one).status == CaseStatus.REPLIED)
    with one.listener.db.read() as session:
        story = cases.story(session, 1)
    assert "telefono" not in str([row.detail for row in story])
    assert case_of(one).reply is None


def test_of_what_a_model_worded_nothing_is_vouched_for(slack: FakeSlack, db: Database, now: datetime) -> None:
    composed(db, now, "en", author="Marta B.")
    with db.write() as session:
        session.exec(select(Draft)).one().generator = "llm"
    with ear_on(slack, db, now) as ear:
        ear.deliver()
        view = opened(ear, "words", "A model has worded")
    said = str(view["blocks"])
    assert "Courtesy" not in said
    assert "Allowed by" not in said
