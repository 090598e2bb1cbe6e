"""Any str becomes a bounded, clean text; its words are those that a person reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.text import HEAD, TAIL, WORD_CHARS, bare, clean, ends, has_letters, plain, stems, words

HOSTILE = st.text(st.characters(), max_size=300) | st.text(
    st.sampled_from("<>&;#@/:. \x00\u202e\ud83d\ude00a")
)


def stems_of(cleaned: str, limit: int | None = None) -> list[str]:
    return [word.stem for word in words(cleaned, limit)]


@given(HOSTILE)
def test_no_text_is_too_odd(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()  # no surrogate is left
    assert len(cleaned) <= HEAD + TAIL + 3
    assert not any(character < " " for character in cleaned)
    assert all(len(word.stem) <= 4 * WORD_CHARS for word in words(cleaned))  # decomposed, at most so long
    assert all(cleaned[word.start : word.end].strip() for word in words(cleaned))


@given(HOSTILE)
def test_a_clean_text_has_no_leading_or_double_space(text: str) -> None:
    assert clean(text) == " ".join(clean(text).split())


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        (" \t\n ", ""),
        ("<p>Ottimo<br/>caffè</p>", "Ottimo caffè"),
        ("<script>alert('x')</script>bene", "bene"),
        ("3 < 4 e 5 > 2", "3 < 4 e 5 > 2"),
        ("perch&eacute; &amp; come", "perché & come"),
        ("vedi https://evil.example/a?b=c qui", "vedi http qui"),
        ("scrivi a mario.rossi@posta.example", "scrivi a mailto"),
        ("@caffeaurora ciao", "@user ciao"),
        ("nooooooo!!!!!!", "nooo!!!"),
        ("zero\u200bwidth", "zerowidth"),
        ("\u202eabc\u202c", "abc"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("joined \ud83d\ude00", "joined 😀"),
        ("\x00\x07bell", "bell"),
        ("ﬁne", "fine"),
    ],
)
def test_what_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(HOSTILE)
def test_words_and_stems_are_the_same(text: str) -> None:
    cleaned = clean(text)
    assert stems_of(cleaned, 5) == stems(cleaned, 5)


def test_accents_do_not_part_words() -> None:
    assert stems("Perché però") == stems("perche pero") == ["perche", "pero"]


def test_a_megabyte_keeps_both_ends_and_costs_little() -> None:
    cleaned = clean("inizio " + "bla " * 250_000 + " fine")
    assert cleaned.startswith("inizio")
    assert cleaned.endswith("fine")
    assert len(cleaned) <= HEAD + TAIL + 3


def test_words_keep_the_shape_of_numbers_and_the_emoji() -> None:
    assert stems_of("L'acqua costa 12,50 € dal 3/4!! 😡") == [
        "l'", "acqua", "costa", "00,00", "€", "dal", "0/0", "!!", "😡",
    ]  # fmt: skip


def test_words_of_other_scripts() -> None:
    assert stems_of("很好") == ["很", "好"]
    assert stems_of("खीर में काँच") == ["खीर", "में", "काँच"]
    assert stems_of("خدمة سيئة") == ["خدمة", bare("سيئة")]


def test_a_limit_keeps_two_thirds_from_the_head() -> None:
    assert stems_of("a b c d e f g h i", 6) == ["a", "b", "c", "d", "h", "i"]


def test_bare_words_have_no_accents() -> None:
    assert bare("perché") == "perche"
    assert bare("ascii") == "ascii"


@pytest.mark.parametrize(
    ("text", "expected"), [("😀 !!", False), ("http @user", False), ("ciao", True), ("好", True)]
)
def test_letters_are_letters_that_a_person_wrote(text: str, expected: bool) -> None:
    assert has_letters(text) is expected
    assert plain("http ok").strip() == "ok"


def test_ends_keep_head_and_tail() -> None:
    assert list(ends(["a", "b", "c", "d"], 3)) == ["a", "b", "d"]
    assert list(ends(["a"], 3)) == ["a"]
