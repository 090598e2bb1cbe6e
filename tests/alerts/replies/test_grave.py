"""What is said before a critical case is answered."""

from dataclasses import replace
from typing import Any

import pytest

from alerts.card import kind_of
from alerts.drafts.compose import compose
from alerts.drafts.phrases import load
from alerts.replies import grave
from alerts.words import Words
from tests.alerts.channels.kinds import CRITICAL, GRAVE, NORMAL, STORM
from tests.alerts.drafts.requests import request

EN, IT = Words("en"), Words("it")


def drafted(**values: Any) -> list[str]:
    return grave.note(replace(GRAVE, draft=replace(GRAVE.draft, **values)), EN)  # type: ignore[type-var]


def test_what_it_is_what_to_do_whom_to_ask_and_what_the_reply_says() -> None:
    assert grave.note(GRAVE, EN) == [
        "Before you answer: somebody's health",
        "Ask in private how they are, today. Note product, batch and place, and have the batch checked.",
        "Not in public: keep to the short reply there. Keep a picture of what was written.",
        "Your policy wants the word of @legale before anything goes out.",
        "On call: Marta and Luca.",
        "The reply admits nothing, and moves the matter to the private message below it.",
    ]
    assert grave.note(GRAVE, IT)[0] == "Prima di rispondere: la salute di qualcuno"
    assert len(grave.note(GRAVE, IT)) == 6


def test_nobody_is_named_where_the_policy_names_nobody() -> None:
    quiet = replace(GRAVE, approval=(), on_call=("U0123456789",))  # an id, which the clocks call
    assert not [line for line in grave.note(quiet, EN) if "On call" in line or "policy" in line]


def test_a_check_that_failed_is_told() -> None:
    said = drafted(checks=(("liability", "our fault"), ("length", "")))[-1]
    assert said == "The reply is not fit to go out yet. Checks that failed: liability and length."


def test_what_a_person_wrote_is_theirs_to_look_at() -> None:
    assert drafted(edited=True)[-1].startswith("A person has edited the reply")


def test_a_reply_that_apologises_is_not_said_to_admit_nothing() -> None:
    """The case became critical after its draft was written."""
    assert drafted(kind="")[-1].startswith("The draft was not written for a grave matter")
    assert drafted(kind="")[0] == "Before you answer: a grave matter"


def test_without_a_draft() -> None:
    assert grave.note(replace(GRAVE, draft=None), EN)[-1].startswith("There is no draft")


@pytest.mark.parametrize("status", ["replied", "resolved", "dismissed"])
def test_nothing_once_it_is_answered(status: str) -> None:
    assert grave.note(replace(GRAVE, status=status), EN) == []


def test_nothing_short_of_critical() -> None:
    assert [grave.note(card, EN) for card in (NORMAL, STORM, replace(CRITICAL, channel="praise"))] == [[]] * 3


@pytest.mark.parametrize("lang", ["it", "en", "de"])
def test_every_kind_of_the_phrases_has_its_note(lang: str) -> None:
    assert set(grave.KINDS) == set(grave.FIRST) == {kind.id for kind in load(lang).kinds}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mia figlia ha la bocca gonfia dopo averlo mangiato.", "health"),
        ("Il mio avvocato vi farà causa.", "legal"),
        ("Consegna in ritardo di due settimane.", "general"),
    ],
)
def test_the_kind_is_that_of_the_draft(text: str, kind: str) -> None:
    draft = compose(request(text, "negative/critical/complaint", reasons=("tripwire",)))
    assert kind_of(draft.moves) == kind


def test_a_draft_of_no_grave_matter_has_none() -> None:
    assert kind_of(compose(request()).moves) == ""
