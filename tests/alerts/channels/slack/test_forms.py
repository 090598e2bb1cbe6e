"""What people write in forms: read back, refused where it is wrong, and what is done with it."""

import random
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlmodel import select

from alerts import cases, notices, telling
from alerts.card import Proposal
from alerts.channels.slack import clicks, menu
from alerts.channels.slack.forms import FORMS, edit, report
from alerts.channels.slack.forms.base import Values, fingerprint
from alerts.channels.slack.forms.edit import Reply
from alerts.channels.slack.listener import Listener
from alerts.channels.slack.pieces import PIECE, pieces
from alerts.channels.slack.seen import Clicked
from alerts.drafts.request import MODEL, PHRASES
from alerts.words import Words
from store.brand import Brand
from store.db import Database
from store.tables import Case, CaseStatus, Clock, ClockKind, Exclusion, Label
from tests.alerts.channels.kinds import CRITICAL
from tests.alerts.channels.slack.ear import MARTA, Ear, actions, case_of, http_ear
from tests.alerts.channels.slack.test_blocks import LONG, parts, texts
from tests.alerts.channels.slack.test_views import assert_valid
from tests.alerts.rows import BRAND, add_case, add_draft, add_mention, desk
from tests.fake_slack import FakeSlack

pytestmark = pytest.mark.timeout(120)
WORDS = Words("en")
TODAY = date(2026, 11, 24)


def read(what: str, values: dict[str, Any]) -> Any:
    return FORMS[what].read(Values(values), WORDS, TODAY)


def read_back(view: dict[str, Any], **changed: str) -> Any:
    values = {
        block["block_id"]: {
            "text": {"type": "plain_text_input", "value": block["element"].get("initial_value")}
        }
        for block in view["blocks"]
        if block["type"] == "input"
    }
    for name in values:
        if name.startswith("reply.0") and "reply" in changed:
            values[name]["text"]["value"] = changed["reply"]
    return read("edit", values)


def state(**values: str) -> dict[str, Any]:
    return {name: {"any": {"value": value}} for name, value in values.items()}


@pytest.mark.parametrize("text", [*LONG, "x" * 20_000, "😀" * 9_000, "a\n\n" * 3_000], ids=str.__len__)
def test_a_long_reply_is_edited_whole(text: str) -> None:
    """In as many inputs as Slack needs, each with room to write."""
    assert_valid(edit.view(CRITICAL, text[:20_000], WORDS))
    for _, piece in pieces(text):
        assert len(piece.encode("utf-16-le")) // 2 <= PIECE


@pytest.mark.parametrize("seed", range(12))
def test_what_is_not_changed_comes_back_as_it_was(seed: int) -> None:
    chance = random.Random(seed)
    words = (
        chance.choice(["parola", "è", "così?", "\n\nE", "\nPoi", "però,"])
        for _ in range(chance.randrange(1, 900))
    )
    text = " ".join(words).strip().replace(" \n", "\n")
    card = replace(CRITICAL, draft=Proposal("it", text, limit=9_000))
    assert read_back(edit.view(card, text, WORDS)) == Reply(text, fingerprint(text))


def test_a_reply_of_more_than_ten_fields_is_saved_whole() -> None:
    text = "\n\n".join(f"{number}. {'parola ' * 225}fine" for number in range(12))
    view = edit.view(replace(CRITICAL, draft=None), text, WORDS)
    assert len([block for block in view["blocks"] if block["type"] == "input"]) > 10
    assert read_back(view) == Reply(text, fingerprint(text))


@pytest.mark.parametrize(
    ("unit", "limit", "text", "wrong"),
    [
        ("characters", 10, "dieci....!", None),
        ("characters", 10, "undici....!", "Too long by 1: 11 of 10 characters"),
        ("graphemes", 2, "👨‍👩‍👧‍👦👨‍👩‍👧‍👦", None),
        ("bytes", 2, "è", None),
        ("bytes", 2, "èa", "Too long by 1: 3 of 2 bytes"),
        ("weighted", 24, "https://a.example/very/long/address/indeed x", "Too long by 1: 25 of 24 weighted characters"),
    ],
)  # fmt: skip
def test_the_length_is_counted_as_the_platform_does(
    unit: Any, limit: int, text: str, wrong: str | None
) -> None:
    card = replace(CRITICAL, draft=Proposal("it", "x", limit=limit, unit=unit))
    said = read_back(edit.view(card, "x", WORDS), reply=text)
    assert said == (Reply(text, fingerprint("x")) if wrong is None else {next(iter(said)): wrong})


def test_the_label_tells_limit_and_unit() -> None:
    card = replace(CRITICAL, draft=Proposal("it", "x", limit=280, unit="weighted"))
    view = edit.view(card, "x", WORDS)
    label = next(block["label"]["text"] for block in view["blocks"] if block["type"] == "input")
    assert label == "Reply in Italian, at most 280 weighted characters"


@pytest.mark.parametrize(
    ("what", "values", "wrong"),
    [
        ("resolve_as", {"how": "bribe"}, {"how": "Choose one."}),
        ("replied", {"promise": "x"}, {"by": "Until when was it promised?"}),
        ("replied", {"by": "2026-11-26"}, {"promise": "What was promised?"}),
        ("replied", {"promise": "x", "by": "2026-11-23"}, {"by": "That day is over."}),
        ("replied", {"promise": "x", "by": "9999-12-31"}, {"by": "Choose a day within a year."}),
        ("replied", {"promise": "x", "by": "soon"}, {"by": "Choose a day."}),
        ("false_alarm_as", {"urgency": "very"}, {"urgency": "Choose one."}),
        ("report", {"rule": "negative", "evidence": "x"}, {"rule": "Choose one."}),
        ("report", {"rule": "fake", "evidence": "  "}, {"evidence": "Write something."}),
        ("note", {}, {"note": "Write something."}),
        ("outcome", {}, {"outcome": "Choose one."}),
        ("not_about_us", {"phrase.x": "a"}, {"phrase.x": "Write at least 3 letters."}),
    ],
)
def test_what_is_wrong_is_said(what: str, values: dict[str, str], wrong: dict[str, str]) -> None:
    assert read(what, state(**values)) == wrong


@pytest.mark.parametrize(("what", "values"), [("edit", {}), ("edit", {"reply.x": "y"}), ("teleport", {})])
def test_a_form_that_is_not_ours_is_refused(what: str, values: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        read(what, state(**values))


def test_nobody_can_report_what_is_merely_negative() -> None:
    shown = report.view(CRITICAL, WORDS)
    rules = [part["value"] for part in parts(shown) if part.get("value")]
    assert set(rules) == set(telling.RULES)
    assert "never reported because it is negative" in "\n".join(texts([shown]))


def test_a_promise_gets_a_clock_of_its_own(one: Ear, now: datetime) -> None:
    one.click("replied")
    view = one.modal("replied")
    one.say(one.slack.submission(view, promise="Le diciamo qualcosa", by="2026-11-26", reader="me"))
    one.until(lambda: case_of(one).status == CaseStatus.REPLIED)
    with one.listener.db.read() as session:
        (clock,) = session.exec(select(Clock).where(Clock.kind == ClockKind.PROMISE)).all()
    assert (clock.note, clock.due_at.isoformat()) == ("Le diciamo qualcosa", "2026-11-26T17:00:00+00:00")


def test_a_false_alarm_says_what_it_should_have_been(one: Ear) -> None:
    one.click("false_alarm_as")
    one.say(one.slack.submission(one.modal("false_alarm_as"), urgency="normal", category="praise"))
    one.until(lambda: case_of(one).status == CaseStatus.DISMISSED)
    with one.listener.db.read() as session:
        (label,) = session.exec(select(Label)).all()
    assert (label.origin, label.urgency, label.category, label.who) == (
        "false_alarm", "normal", "praise", MARTA,
    )  # fmt: skip


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


@pytest.mark.parametrize(("generator", "kept"), [(MODEL, True), (PHRASES, False)])
def test_what_a_person_edits_gives_way_to_a_person_and_not_to_a_model(
    db: Database, now: datetime, generator: str, kept: bool
) -> None:
    """A model's words came while the form was open: nobody had asked for them. Another wording, somebody had."""
    with db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now)
        add_draft(session, case, mention, now, reply="Ecco altre parole.", generator=generator)
        sent = Reply("Cara Giulia, grazie.", fingerprint("Le parole di prima."))
        assert edit.submit(desk(session, now), Clicked(case.id or 0, MARTA), sent).done is kept
        assert case.reply == ("Cara Giulia, grazie." if kept else None)


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


def test_a_phrase_of_what_colleagues_took_up_is_refused_with_a_sentence(db: Database, now: datetime) -> None:
    fields = {"platform": "mastodon", "title": None}
    with db.write() as session:
        ours = add_case(session, add_mention(session, now, 1, text="Caffè Aurora bar, chiuso", **fields), now)
        other = add_case(session, add_mention(session, now, 2, text="Caffè Aurora bar a Oslo", **fields), now)
        cases.acknowledge(desk(session, now), ours.id or 0, "slack:U1:marta")
        number = str(other.id)
    listener = Listener(db, Words("en"), {"aurora": BRAND}, lambda: None, clock=lambda: now)
    told = clicks.submitted(listener, "not_about_us", number, "slack:U2:luca", "caffè aurora bar")
    assert not told.done
    assert "colleagues have taken up as yours" in (told.said or "")
    told = clicks.submitted(listener, "not_about_us", number, "slack:U2:luca", "da Caffè Aurora")
    assert "says more than the brand's name" in (told.said or "")
    with db.read() as session:
        assert not session.exec(select(Exclusion)).all()
        assert session.get_one(Case, int(number)).status == "open"
