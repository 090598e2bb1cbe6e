"""The settings as a manager meets them: a form without scripts, errors beside the field, nobody's change lost."""

import re
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from alerts.words import Words
from configuration.changing import read
from configuration.choosing import OF_BRAND, OF_ROUTING, Chosen, value_of
from store.db import Database
from store.tables import Exclusion
from store.visits import Role
from tests.configuration.files import FAQ, HOURS, choose, written
from tests.web.forms import Form
from tests.web.rooms import rooms
from web.settings import forms
from web.settings.fields import SECTIONS
from web.settings.mistakes import told

PAGES = [
    *(f"/settings/aurora/{one.key}" for one in SECTIONS.values() if one.of_brand),
    *(f"/settings/{one.key}" for one in SECTIONS.values() if not one.of_brand),
]


@pytest.fixture
def browser(db: Database, now: datetime, tmp_path: Path) -> TestClient:
    return rooms(db, now, tmp_path)


def form(client: TestClient, path: str) -> dict[str, str]:
    return Form(client.get(path).text).sent


def counts(db: Database, folder: Path) -> Chosen:
    with db.read() as session:
        return read(session, written(folder))


def test_every_setting_that_may_be_chosen_has_its_field() -> None:
    shown = [field.name for section in SECTIONS.values() for field in section.fields]
    assert sorted(shown) == sorted([*OF_BRAND, *OF_ROUTING])


@pytest.mark.parametrize("path", PAGES)
def test_a_form_that_is_sent_as_it_came_changes_nothing(
    db: Database, now: datetime, tmp_path: Path, browser: TestClient, path: str
) -> None:
    answer = browser.post(path, data=form(browser, path))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?saved=1")
    assert not counts(db, tmp_path).choices


@pytest.mark.parametrize("path", ["/settings", *PAGES])
@pytest.mark.parametrize("lang", ["en", "it"])
def test_pages_hold_nothing_that_the_policy_forbids(
    db: Database, now: datetime, tmp_path: Path, path: str, lang: str
) -> None:
    page = rooms(db, now, tmp_path, lang).get(path)
    assert page.status_code == 200
    assert not re.search(
        r"<script(?! src=\"/static/)|<style|\sstyle=|\son\w+=|<iframe|<img(?! src=\"/static/)", page.text
    )
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label[^>]* for="([^"]+)"', page.text)) <= set(ids)


def test_what_is_saved_counts_at_once_and_says_who_set_it(
    db: Database, tmp_path: Path, browser: TestClient
) -> None:
    path = "/settings/aurora/hours"
    sent = form(browser, path) | {HOURS: "mon-sat 08:00-20:00", "do": "save"}
    assert browser.post(path, data=sent).status_code == 303
    chosen = counts(db, tmp_path)
    assert list(chosen.choices) == [HOURS]
    assert len(chosen.settings.brands["aurora"].policy.hours) == 6
    page = unescape(browser.get(f"{path}?saved=1").text)
    assert "Saved. It counts from now on." in page
    assert "Set here by marta, today at 12:00. The file says: mon-fri 09:00-18:00" in page
    assert "marta: Opening hours: mon-sat 08:00-20:00 (before: mon-fri 09:00-18:00)" in page
    assert "1 set here" in browser.get("/settings").text


def test_an_error_stands_beside_its_field_and_what_was_typed_stays(
    db: Database, now: datetime, tmp_path: Path
) -> None:
    browser, path = rooms(db, now, tmp_path, "it"), "/settings/aurora/hours"
    answer = browser.post(path, data=form(browser, path) | {HOURS: "sempre"})
    assert answer.status_code == 422
    page = unescape(answer.text)
    field = page[page.index(f'id="{HOURS}"') :]
    assert 'value="sempre"' in field[:200]
    assert 'aria-invalid="true"' in field[:400]
    assert f"id=\"{HOURS}-error\">'sempre' non sono orari" in field[:700]
    assert not counts(db, tmp_path).choices


def test_a_row_is_added_changed_and_removed(db: Database, tmp_path: Path, browser: TestClient) -> None:
    path = "/settings/aurora/faq"
    sent = form(browser, path)
    assert sent[f"{FAQ}.0.question"] == "Siete aperti la domenica?"
    added = {f"{FAQ}.1.question": "Dove siete?", f"{FAQ}.1.answer": "Via Roma 1.", f"{FAQ}.1.lang": "it"}
    browser.post(path, data=sent | added)
    kept = value_of(counts(db, tmp_path).settings.tables, FAQ)
    assert [one["question"] for one in kept] == ["Siete aperti la domenica?", "Dove siete?"]
    assert "lang" not in kept[0]
    browser.post(path, data=form(browser, path) | {f"{FAQ}.0.gone": "on"})
    assert [one["question"] for one in value_of(counts(db, tmp_path).settings.tables, FAQ)] == ["Dove siete?"]


def test_an_incomplete_row_is_told_at_the_cell(browser: TestClient) -> None:
    path = "/settings/aurora/faq"
    answer = browser.post(path, data=form(browser, path) | {f"{FAQ}.1.question": "Dove siete?"})
    assert answer.status_code == 422
    assert f'id="{FAQ}.1.answer-error">Please fill this in.' in answer.text


def test_one_more_row_saves_nothing_and_forgets_nothing(
    db: Database, tmp_path: Path, browser: TestClient
) -> None:
    path = "/settings/aurora/faq"
    sent = form(browser, path) | {f"{FAQ}.1.question": "Dove siete?", "do": f"more:{FAQ}"}
    again = Form(browser.post(path, data=sent).text).sent
    assert again[f"{FAQ}.1.question"] == "Dove siete?"
    assert f"{FAQ}.3.question" in again
    assert not counts(db, tmp_path).choices


def test_reset_lets_the_file_count_again(db: Database, tmp_path: Path, browser: TestClient) -> None:
    path = "/settings/aurora/hours"
    browser.post(path, data=form(browser, path) | {HOURS: "always"})
    assert f"reset:{HOURS}" in Form(browser.get(path).text).buttons
    browser.post(path, data=form(browser, path) | {"do": f"reset:{HOURS}"})
    assert not counts(db, tmp_path).choices
    assert f"reset:{HOURS}" not in Form(browser.get(path).text).buttons


def test_the_second_manager_is_told_and_loses_nothing(db: Database, now: datetime, tmp_path: Path) -> None:
    marta, luca = rooms(db, now, tmp_path), rooms(db, now, tmp_path, who="luca")
    path, critical = "/settings/aurora/hours", "brands.aurora.policy.critical_hours"
    mine, theirs = form(luca, path), form(marta, path)
    marta.post(path, data=theirs | {HOURS: "always"})
    answer = luca.post(path, data=mine | {HOURS: "mon 09:00-10:00", critical: "mon-fri 06:00-22:00"})
    assert answer.status_code == 409
    page = unescape(answer.text)
    assert "marta changed this today at 12:00, while you were looking at it. Now it says: always" in page
    assert HOURS in (choices := counts(db, tmp_path).choices)
    assert critical not in choices
    again = Form(answer.text)
    assert (again.sent[HOURS], again.sent[critical]) == ("mon 09:00-10:00", "mon-fri 06:00-22:00")
    taken = Form(luca.post(path, data=again.sent | {"do": f"theirs:{HOURS}"}).text).sent
    assert (taken[HOURS], taken[critical]) == ("always", "mon-fri 06:00-22:00")
    assert luca.post(path, data=taken).status_code == 303
    assert {name: one.value for name, one in counts(db, tmp_path).choices.items()} == {
        HOURS: "always",
        critical: "mon-fri 06:00-22:00",
    }


def test_who_saves_again_overrides_knowingly(db: Database, now: datetime, tmp_path: Path) -> None:
    marta, luca = rooms(db, now, tmp_path), rooms(db, now, tmp_path, who="luca")
    path = "/settings/aurora/hours"
    mine = form(luca, path)
    marta.post(path, data=form(marta, path) | {HOURS: "always"})
    answer = luca.post(path, data=mine | {HOURS: "mon 09:00-10:00"})
    assert luca.post(path, data=Form(answer.text).sent).status_code == 303
    assert counts(db, tmp_path).choices[HOURS].value == "mon 09:00-10:00"


def test_two_who_change_different_fields_of_one_page_both_count(
    db: Database, now: datetime, tmp_path: Path
) -> None:
    marta, luca = rooms(db, now, tmp_path), rooms(db, now, tmp_path, who="luca")
    path, holidays = "/settings/aurora/hours", "brands.aurora.policy.holidays"
    mine = form(luca, path)
    marta.post(path, data=form(marta, path) | {HOURS: "always"})
    assert luca.post(path, data=mine | {holidays: "DE"}).status_code == 303
    assert {name: one.value for name, one in counts(db, tmp_path).choices.items()} == {
        HOURS: "always",
        holidays: "DE",
    }


def test_a_reader_looks_and_changes_nothing(db: Database, now: datetime, tmp_path: Path) -> None:
    reader = rooms(db, now, tmp_path, role=Role.READER)
    for path in PAGES:
        shown = Form(reader.get(path).text)
        assert shown.disabled
        assert shown.buttons == []
        assert reader.post(path, data=shown.sent).status_code == 403


def test_a_form_that_is_not_ours_changes_nothing(db: Database, tmp_path: Path, browser: TestClient) -> None:
    path = "/settings/aurora/hours"
    sent = form(browser, path) | {HOURS: "always", "csrf": "x" * 64}
    assert browser.post(path, data=sent).status_code == 400
    assert not counts(db, tmp_path).choices


@pytest.mark.parametrize(
    "path",
    ["/settings/none/hours", "/settings/aurora/nothing", "/settings/hours", "/settings/aurora/routing"],
)
def test_there_is_nothing_else(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_contacts_by_language_and_topic(db: Database, tmp_path: Path, browser: TestClient) -> None:
    path, name = "/settings/aurora/contacts", "brands.aurora.policy.contacts"
    more = {f"{name}.3.topic": "delivery", f"{name}.3.lang": "", f"{name}.3.place": "+39 02 000000"}
    browser.post(path, data=form(browser, path) | more)
    assert value_of(counts(db, tmp_path).settings.tables, name) == {
        "default": {"it": "il modulo", "en": "the form"},
        "refund_payment": "rimborsi@aurora.example",
        "delivery": "+39 02 000000",
    }
    twice = {f"{name}.4.topic": "delivery", f"{name}.4.lang": "", f"{name}.4.place": "elsewhere"}
    answer = browser.post(path, data=form(browser, path) | twice)
    assert answer.status_code == 422
    assert f'id="{name}.4.place-error">This stands there twice' in answer.text


def test_rules_of_routing(db: Database, tmp_path: Path, browser: TestClient) -> None:
    path = "/settings/routing"
    more = {"slack.rules.1.languages": "de, nl", "slack.rules.1.channel": "#dach"}
    assert browser.post(path, data=form(browser, path) | more).status_code == 303
    rules = counts(db, tmp_path).settings.slack.rules
    assert (rules[0].channel, rules[1].languages, rules[1].channel) == ("#crisis", ("de", "nl"), "#dach")
    answer = browser.post(path, data=form(browser, path) | {"slack.rules.1.channel": "dach"})
    assert "&#39;dach&#39; is no Slack channel" in answer.text


def test_a_phrase_left_out_in_slack_is_shown_and_withdrawn(
    db: Database, now: datetime, browser: TestClient
) -> None:
    with db.write() as session:
        row = Exclusion(brand="aurora", phrase="aurora polare", added_by="slack:U1:luca", added_at=now)
        session.add(row)
    path = "/settings/aurora/exclusions"
    page = browser.get(path).text
    assert "aurora polare" in page
    assert "luca, today at 12:00" in page
    browser.post(path, data=form(browser, path) | {"do": "withdraw:aurora polare"})
    assert "aurora polare" not in browser.get(path).text


def test_what_people_type_is_text(db: Database, tmp_path: Path, browser: TestClient) -> None:
    path = "/settings/aurora/faq"
    evil = '"><script>alert(1)</script>'
    browser.post(path, data=form(browser, path) | {f"{FAQ}.0.answer": evil})
    assert "<script>" not in browser.get(path).text
    assert form(browser, path)[f"{FAQ}.0.answer"] == evil


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (HOURS, "monday"),
        (HOURS, "mon 09:00-25:00"),
        ("brands.aurora.policy.holidays", "Italia"),
        ("brands.aurora.policy.first_contact", {"critical": "soon"}),
        ("brands.aurora.policy.absences", [{"from": "2026-12-24", "to": "tomorrow"}]),
        ("brands.aurora.policy.absences", [{"from": "2026-12-24", "to": "2026-12-01"}]),
        ("brands.aurora.policy.absences", [{"from": "2026-12-24"}]),
        ("brands.aurora.policy.escalation", ["@a", "@a"]),
        ("brands.aurora.policy.escalation", ["@" + "a" * 90]),
        ("brands.aurora.voice.phrases", [{"move": "x", "lang": "it", "text": "x"}]),
        ("brands.aurora.voice.phrases", [{"move": "praise", "lang": "xx", "text": "x"}]),
        ("brands.aurora.voice.phrases", [{"move": "praise", "lang": "it", "text": "{nome}"}]),
        ("brands.aurora.voice.phrases", [{"move": "praise", "lang": "it", "text": "x", "form": "Sie"}]),
        ("brands.aurora.voice.phrases", [{"move": "praise", "lang": "it", "text": "x", "topic": "y"}]),
        ("brands.aurora.voice.phrases", [{"move": "praise", "lang": "it", "text": "x", "gloss": "{place}"}]),
        ("slack.alerts", "reputation"),
        ("slack.quiet", {"default": "always"}),
        ("slack.most_per_hour", "many"),
        ("slack.most_per_hour", 0),
        ("slack.most_per_hour", 5000),
        ("slack.rules", [{"brand": "aurora"}]),
        ("slack.rules", [{"severity": ["urgent"], "channel": "#x"}]),
        ("slack.rules", [{"reasons": ["bad"], "channel": "#x"}]),
        ("slack.rules", [{"quiet": "never"}]),
        ("slack.rules", [{"people": ["a" * 90]}]),
    ],
)
def test_what_validation_says_is_said_in_the_readers_language(
    db: Database, now: datetime, tmp_path: Path, name: str, value: object
) -> None:
    found = choose(db, written(tmp_path), now, name, value).wrong
    assert found
    for one in found:
        assert not told(one.said, Words("en")).startswith("This cannot be used"), one.said
        assert told(one.said, Words("it")) != told(one.said, Words("en"))


def test_a_value_survives_the_form() -> None:
    for section in SECTIONS.values():
        for field in section.fields:
            grid = forms.shown(field, None)
            value = forms.value(field, grid)
            assert forms.shown(field, value) == grid
