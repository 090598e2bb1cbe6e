"""How far a reply went from its draft: by hand-counted examples, and what must hold of any two texts."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.drafts.compose import compose
from alerts.drafts.sequences import PRIVATE, SEQUENCES
from alerts.replies import edit_words, edits
from alerts.replies.edits import UNTOLD, Changed, compare, distance, tally
from alerts.words import Words
from tests.alerts.drafts.requests import request

GREETING = "Gentile Giulia, ci scusiamo per il ritardo."
NEXT = "Verifichiamo subito la spedizione."
INVITE = "Ci scriva con il numero d'ordine."
DRAFT = f"{GREETING} {NEXT} {INVITE}\n\nGiulia, Caffè Aurora"
SENTENCES: list[dict[str, Any]] = [
    {"text": GREETING, "move": "open"},
    {"text": NEXT, "move": "next"},
    {"text": INVITE, "move": "invite"},
    {"text": "Come state ora?", "move": "private"},
]


def compared(sent: str) -> edits.Edits:
    return compare(DRAFT, SENTENCES, sent, "it")


def test_what_went_out_as_drafted_is_unchanged() -> None:
    found = compared(DRAFT.replace("\n\n", "\n"))  # the platform's own line ends
    assert (found.distance, found.dropped, found.added) == (0, 0, 0)
    assert found.moves == {"open": 0, "next": 0, "invite": 0, "signature": 0}


def test_one_word_of_a_sentence() -> None:
    found = compared(DRAFT.replace("Gentile", "Cara"))
    assert found.moves["open"] == pytest.approx(1 / 9, abs=0.001)  # of seven words and two marks
    assert {move: apart for move, apart in found.moves.items() if apart} == {"open": found.moves["open"]}
    assert (found.dropped, found.added) == (0, 0)


def test_a_sentence_dropped_and_one_added() -> None:
    found = compared(DRAFT.replace(NEXT, "").replace(INVITE, f"{INVITE} Oggi piove tanto a Trieste!"))
    assert (found.moves["next"], found.moves["invite"], found.dropped, found.added) == (1, 0, 1, 1)


def test_a_sentence_written_anew_is_dropped_and_added() -> None:
    found = compared(DRAFT.replace(NEXT, "Stamattina il corriere mi dice che arriva domani."))
    assert (found.moves["next"], found.dropped, found.added) == (1, 1, 1)


def test_all_other_words_have_nothing_in_common() -> None:
    found = compared("Tutto risolto ieri")
    assert found.distance > 0.9
    assert set(found.moves.values()) == {1}


def test_a_draft_whose_sentences_nobody_kept() -> None:
    found = compare(DRAFT, [], DRAFT + " Grazie!", "it")
    assert (found.moves, found.dropped, found.added) == ({}, 0, 0)
    assert found.distance > 0


@pytest.mark.parametrize(
    ("before", "after", "apart"),
    [("", "", 0), ("a", "", 1), ("a b c d", "a x c d", 0.25), ("a b", "b a", 1), ("a b c", "a b c d", 0.25)],
)
def test_distances(before: str, after: str, apart: float) -> None:
    assert distance(before.split(), after.split()) == apart


text = st.text(alphabet="ab .!?\n,", max_size=60)


@settings(max_examples=200)
@given(text, text)
def test_any_two_texts(before: str, after: str) -> None:
    sentences = [{"text": part, "move": str(n)} for n, part in enumerate(before.split("\n")) if part.strip()]
    found = compare(before, sentences, after, "it")
    same = compare(before, sentences, before, "it")
    assert 0 <= found.distance <= 1
    assert all(0 <= apart <= 1 for apart in found.moves.values())
    assert (same.distance, same.dropped, same.added, set(same.moves.values()) - {0}) == (0, 0, 0, set())
    assert found.to_json().keys() == {"told", "lang", "distance", "moves", "dropped", "added"}


def test_the_figures_hold_no_word_of_the_texts() -> None:
    found = str(compared(DRAFT.replace("Gentile", "Cara")).to_json())
    assert not [word for word in ("Giulia", "Cara", "ritardo", "Aurora") if word in found]


def test_a_composed_draft_is_compared_move_by_move() -> None:
    draft = compose(request(author="Marta B."))
    sentences = [{"text": one.text, "move": one.move} for one in draft.sentences]
    found = compare(draft.reply or "", sentences, draft.reply or "", draft.lang)
    assert set(found.moves) == {one.move for one in draft.sentences} | {"signature"}
    assert found.distance == 0


def test_many_replies_by_move_and_language() -> None:
    rows = [
        compared(DRAFT).to_json(),
        compared(DRAFT.replace("Gentile", "Cara")).to_json(),
        compared(DRAFT.replace(NEXT, "")).to_json(),
        compare("Dear Anna, hello.", [{"text": "Dear Anna, hello.", "move": "open"}], "Dear Anna, hello.", "en").to_json(),
        dict(UNTOLD),
    ]  # fmt: skip
    found = tally(rows)
    assert (found.sent, found.unknown, found.unchanged) == (5, 1, 2)
    assert found.by_move["open"] == Changed(4, 1, 0.111)
    assert found.by_move["next"] == Changed(3, 1, 1.0)
    assert found.by_move["signature"] == Changed(3, 0, None)
    assert found.by_language["en"] == Changed(1, 0, None)
    assert (found.by_language["it"].sent, found.by_language["it"].changed) == (3, 2)
    assert found.median_distance == found.by_language["it"].median_distance


def test_in_words() -> None:
    rows = [compared(DRAFT).to_json(), compared(DRAFT.replace("Gentile", "Cara")).to_json(), dict(UNTOLD)]
    assert edit_words.told(tally(rows), Words("en")) == (
        "Of 2 replies whose words are known 1 went out as drafted; most changed: the opening (50 %); "
        "of 1 reply nobody told the words."
    )
    assert edit_words.told(tally(rows), Words("it")) == (
        "Di 2 risposte di cui si conoscono le parole, 1 sono uscite come proposte; più cambiati: l'apertura (50 %); "
        "di 1 risposta nessuno ha detto le parole."
    )
    assert edit_words.told(tally([dict(UNTOLD)]), Words("en")) == "Of 1 reply nobody told the words."
    assert edit_words.told(tally([]), Words("en")) == ""


def test_every_move_of_a_public_reply_has_a_name() -> None:
    steps = {step for sequence in SEQUENCES.values() for step in sequence}
    assert steps | {edits.SIGNATURE} == set(edit_words.MOVES)
    assert set(PRIVATE) & set(edit_words.MOVES) == {"regards"}  # which ends both
