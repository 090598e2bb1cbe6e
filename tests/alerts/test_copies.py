"""What is one text, and what only looks like it."""

import random

import pytest

from alerts.copies import FEWEST, READ, is_copy, needed, wording

LONG = (
    "Ho ordinato tre confezioni di cialde il mese scorso e me ne sono arrivate due, una delle quali già aperta. Ho "
    "scritto quattro volte all'assistenza e nessuno mi ha mai risposto; al telefono dopo venti minuti di musica cade "
    "la linea. Non comprerò mai più niente da questo negozio, e lo dirò a tutti quelli che conosco."
)
BRIEF = "La macchina perde acqua da sotto e dopo due giorni il tecnico non si è ancora visto."
JAPANESE = "コーヒーメーカーの水が漏れて、カスタマーサポートに三回電話しましたが、誰も出ませんでした。とても残念です。"


def same(one: str, other: str) -> bool:
    return is_copy(wording(None, one), wording(None, other))


def changed(text: str, *places: int) -> str:
    return " ".join("altro" if n in places else word for n, word in enumerate(text.split()))


@pytest.mark.parametrize(
    "copy",
    [
        LONG.upper(),
        f"RT @giulia_r: {LONG}",
        f"{LONG} #caffeaurora #vergogna",
        f"Incredibile. {LONG}",
        f"{LONG} https://shop.example/r/1",
        LONG[:140] + "…",
        LONG[:140] + "... https://t.example/x #caffeaurora",
        changed(LONG, 4, 20, 33),
        LONG.replace(", e lo dirò a tutti quelli che conosco", ""),
    ],
    ids=["capitals", "retweet", "hashtags", "comment", "link", "cut", "cut_link", "edited", "shorter"],
)
def test_copies(copy: str) -> None:
    assert same(LONG, copy)
    assert same(copy, LONG)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ottimo!", "Ottimo!"),
        ("Il mio ordine non è arrivato", "Il mio ordine non è arrivato."),
        (
            "Il mio ordine 4711 non è mai arrivato e al telefono non risponde mai nessuno.",
            "Il mio ordine 4712 non è mai arrivato e al telefono non risponde mai nessuno.",
        ),
        (BRIEF, changed(BRIEF, 3, 9)),
        (LONG, changed(LONG, *range(0, 60, 3))),
        ("no " * 500, "no " * 500),
        ("#aurora #caffè #vergogna " * 20, "#aurora #caffè #vergogna " * 20),
        ("", ""),
    ],
    ids=["word", "short", "pattern", "brief", "reworded", "one_word", "hashtags", "empty"],
)
def test_no_copies(one: str, other: str) -> None:
    assert not same(one, other)


def test_a_figure_that_was_cut_off_is_no_other_figure() -> None:
    assert same(f"{LONG} Ordine 4711.", LONG)


def test_a_brief_text_may_be_misspelt_cut_or_commented_and_has_no_other_word() -> None:
    assert same(BRIEF, BRIEF.replace("tecnico", "tecnio"))
    assert same(BRIEF, BRIEF.replace(" non si è ancora visto", ""))
    assert same(BRIEF, f"Incredibile! {BRIEF}")
    assert not same(BRIEF, BRIEF.replace("tecnico", "signor Rossi"))
    assert not same(BRIEF, changed(BRIEF, 0))


def test_the_more_words_the_fewer_must_be_the_same() -> None:
    assert needed(FEWEST) == 0.9
    assert needed(1000) == 0.6


def test_a_language_without_spaces() -> None:
    assert same(JAPANESE, JAPANESE.replace("とても残念です。", ""))
    assert not same(
        JAPANESE,
        "アプリが昨日から起動しません。アカウントにもログインできず、仕事になりません。早く直してください。",
    )


def test_the_title_is_part_of_it() -> None:
    head, text = LONG.split(". ", 1)
    assert is_copy(wording(head, text), wording(None, LONG))


def test_a_huge_text_is_read_as_far_as_a_long_one() -> None:
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghij", k=6)) for _ in range(400)]
    assert wording(None, " ".join(words) * 2000) == wording(None, (" ".join(words) * 2000)[:READ])
    assert wording("x" * 500, "") == wording("x" * 500, "")


def test_copies_share_traces_and_others_hardly_any() -> None:
    own = set(wording(None, LONG).traces)
    assert len(own & set(wording(None, changed(LONG, 30, 40)).traces)) >= 5
    assert own & set(wording(None, LONG[:140] + "…").traces)
    assert not own & set(wording(None, BRIEF).traces)
    assert not wording(None, "Ottimo!").traces


def test_traces_are_the_same_tomorrow() -> None:
    """They stand in the database: another value would be another trace."""
    assert wording(None, LONG).traces[0].hex() == "529369c9521e18a6"
    assert wording(None, LONG).traces[-1].hex() == "65ee27f2711eb9e8"
