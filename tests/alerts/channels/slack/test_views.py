"""Modals and the App Home: what their golden files show, valid, and harmless whatever the outside writes."""

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.card import Change, Proposal, Why
from alerts.channels.slack import home, menu, modals, trace, writers
from alerts.channels.slack.forms import (
    edit,
    false_alarm,
    not_about_us,
    note,
    outcome,
    replied,
    report,
    resolve,
    statement,
)
from alerts.channels.slack.forms.not_about_us import Counted
from alerts.channels.slack.forms.statement import Known
from alerts.channels.slack.home import Home
from alerts.replies.statements import Spoken
from alerts.replies.writers import Writer, Writers
from alerts.words import Words
from store.status import SourceStatus
from tests.alerts.channels.kinds import CRITICAL, NOW, ROME
from tests.alerts.channels.slack.test_blocks import SCHEMA, hostile, parts, texts
from tests.alerts.channels.slack.views import DRAFT, GOLDEN, VIEWS, files
from tests.fake_slack import view_refusal

EXPECTED = files()
WORDS = Words("en")


@cache
def validator() -> jsonschema.Draft7Validator | None:
    path = SCHEMA.with_name("blockkit_modal.schema.json")
    return (
        jsonschema.Draft7Validator(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
    )


def assert_valid(view: dict[str, Any]) -> None:
    """By the schema where it is here (Slack's schema has no App Home: its blocks are held to a modal's), and by what
    no schema knows."""
    modal = (
        view
        if view["type"] == "modal"
        else view | {"type": "modal", "title": {"type": "plain_text", "text": "x"}}
    )
    if check := validator():
        check.validate(modal)
    assert view_refusal(view, view["type"]) is None
    for block in view["blocks"]:
        ids = [part["action_id"] for part in parts(block) if "action_id" in part]
        assert len(ids) == len(set(ids))
        assert block["type"] != "actions" or 0 < len(block["elements"]) <= 25
        assert block.get("elements") != []
    for part in parts(view):
        if part.get("type") == "overflow":
            assert len(part["options"]) <= 5
        assert part.get("type") != "mrkdwn"
    assert len(view.get("private_metadata", "")) < 60
    json.dumps(view, ensure_ascii=False).encode()


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name)
def test_golden(path: Path) -> None:
    assert EXPECTED[path] == path.read_text(encoding="utf-8"), (
        "python -m tests.alerts.channels.slack.views writes them anew"
    )


def test_no_golden_file_is_left_over() -> None:
    assert set(GOLDEN.iterdir()) == set(EXPECTED)


@pytest.mark.parametrize("kind", VIEWS)
@pytest.mark.parametrize("lang", ["en", "it"])
def test_every_view_is_valid(kind: str, lang: str) -> None:
    assert_valid(VIEWS[kind](Words(lang)))


def test_the_languages_differ() -> None:
    for kind in VIEWS:
        assert EXPECTED[GOLDEN / f"{kind}.en.json"] != EXPECTED[GOLDEN / f"{kind}.it.json"], kind


def test_a_modal_remembers_numbers_alone() -> None:
    for make in VIEWS.values():
        assert set(make(WORDS).get("private_metadata", "")) <= set("0123456789.")


def test_the_names_of_modals_never_change() -> None:
    """A modal that stands open during an upgrade must still work."""
    named = {make(WORDS).get("callback_id") for make in VIEWS.values()} - {None}
    assert named == {
        f"ascolto.modal.{what}.v1"
        for what in ("edit", "resolve_as", "replied", "false_alarm_as", "not_about_us", "note", "report", "outcome", "menu", "statement",
                     "writers")
    }  # fmt: skip


@settings(max_examples=60)
@given(st.lists(hostile, min_size=3, max_size=3), st.integers(1, 60), st.booleans())
def test_hostile_sentences_do_nothing(said: list[str], many: int, edited: bool) -> None:
    """Nor does a draft of many, or of long ones: Slack takes so many blocks, and so much in each."""
    text, gloss, ground = said
    rows = [
        {"text": f"{n}{text}" * 9, "gloss": gloss * 9, "grounds": [ground, text], "move": "open"}
        for n in range(many)
    ]
    draft = DRAFT.model_copy(update={"sentences": rows, "reply": "".join(str(row["text"]) for row in rows)})
    for view in (trace.view(draft, text if edited else None, WORDS), trace.profile(text * 9, WORDS)):
        assert_valid(view)
        assert len(view["blocks"]) <= 100
        for part in texts(view["blocks"]):
            assert "<!" not in part
            assert "<@" not in part
            assert len(part) <= 3_000


@settings(max_examples=120)
@given(
    hostile,
    hostile,
    hostile,
    st.sampled_from(["open", "acknowledged", "replied", "resolved"]),
    st.integers(0, 13),
)
def test_hostile_text_does_nothing(text: str, other: str, third: str, status: str, which: int) -> None:
    card = replace(
        CRITICAL,
        status=status,
        title=text,
        quote=other,
        author=third,
        place=text,
        brand=other,
        platform_label=third,
        lang=text,
        whys=(Why(text, (other,)),),
        change=Change(NOW, None, other),
        draft=Proposal(other, third, None, text, ((text, other),), 5, 10, "weighted"),
        owner=text,
        acknowledged_by=other,
        acknowledged_at=NOW,
        resolved_by=third,
        resolved_at=NOW,
        resolution=text,
    )
    source = SourceStatus(other, "down", NOW)
    writer = Writer(text, other, 1.0, third, NOW, text, None, other, card.draft)
    known = Home(NOW, ROME, (card,), 1, (replace(card, case_id=13),), 1, (), (source,), (third,))
    views = (
        edit.view(card, text, WORDS),
        not_about_us.view(card, Counted(other, 3), WORDS),
        *(form.view(card, WORDS) for form in (resolve, replied, false_alarm, note, report, outcome)),
        menu.view(card, menu.Past(frozenset({text}), unfair=True), WORDS),
        modals.notice(text, WORDS, other),
        home.view(known, WORDS, text),
        home.closed(text),
        statement.view(card, Known({"it": text}, Spoken((("it", 3),), 2), (other,)), WORDS),
        writers.view(card, Writers(NOW, ROME, (writer,), 1, 2, 6), WORDS),
    )
    view = views[which]
    assert_valid(view)
    for shown in texts([view]):
        assert not {"<!", "<@", "<#", "<http", "<mailto:"} & {
            shown[i : i + n] for n in (2, 5, 8) for i in range(len(shown))
        }
    kinds = {part.get("type") for part in parts(view)}
    assert not kinds & {"broadcast", "usergroup", "channel", "user", "emoji", "mrkdwn"}


def test_hiding_is_offered_for_spam_and_abuse_alone_and_after_a_warning() -> None:
    def offered(past: menu.Past) -> set[str]:
        return {str(part.get("action_id")) for part in parts(menu.view(CRITICAL, past, WORDS))} & {
            menu.action("warn"), menu.action("hide"),
        }  # fmt: skip

    assert offered(menu.Past(frozenset({"warn"}))) == set()
    assert offered(menu.Past(unfair=True)) == {menu.action("warn")}
    assert offered(menu.Past(frozenset({"warn"}), unfair=True)) == {menu.action("warn"), menu.action("hide")}


def test_the_home_stays_within_what_slack_takes() -> None:
    many = tuple(replace(CRITICAL, case_id=number, quote="x" * 600, title="y" * 500) for number in range(15))
    others = tuple(replace(card, case_id=card.case_id + 100) for card in many)
    done = tuple(replace(card, case_id=card.case_id + 200, status="resolved") for card in many[:5])
    sources = tuple(SourceStatus("s" * 100, "ok", NOW - timedelta(hours=1)) for _ in range(30))
    view = home.view(Home(NOW, ROME, many, 40, others, 400, done, sources), WORDS)
    assert_valid(view)
    assert len(view["blocks"]) <= 100
