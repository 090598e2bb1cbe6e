"""Whether a text names the brand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.brand import Brand
from store.matching import Matcher, fold, matcher

AURORA = Brand(
    key="aurora",
    name="Caffè Aurora",
    aliases=("caffeaurora", "#caffeaurora", "@caffeaurora", "Aurora"),
    exclude=("aurora boreale", "Aurora Rossi"),
)


@pytest.mark.parametrize(
    "text",
    [
        "Il Caffè Aurora di Trieste",
        "il caffe aurora",
        "CAFFÈ AURORA!",
        "caffe\u0300   aurora",
        "caffè\naurora",
        "ca\u00adf\u200bfè aurora",  # a soft hyphen, an invisible space
        "#CaffeAurora",
        "@caffeaurora@piazza.example aiuto",
        "dall'Aurora, come sempre",
        "«Aurora»",
        "l\u2019aurora boreale e poi Aurora",  # excluded once, named once
    ],
)
def test_named(text: str) -> None:
    assert matcher(AURORA).names(text)


@pytest.mark.parametrize(
    "text",
    [
        "L'aurora boreale in Norvegia",
        "L'AURORA  BOREALE",
        "Aurora Rossi ha vinto",
        "Auroras e altre storie",
        "preaurora",
        "aurora2",
        "aurora_bot",
        "Caffè Alba",
        "",
    ],
)
def test_not_named(text: str) -> None:
    assert not matcher(AURORA).names(text)


def test_any_of_several_texts_counts_and_missing_ones_do_not() -> None:
    assert matcher(AURORA).names(None, "nulla", "Aurora")
    assert not matcher(AURORA).names(None, "")


def test_a_name_of_several_words_is_written_together_behind_a_sign() -> None:
    lumaca = Matcher(["Tè Lumaca"])
    assert lumaca.names("buono il #TèLumaca")
    assert lumaca.names("@telumaca rispondete")
    assert not lumaca.names("telumaca")


@pytest.mark.parametrize("name", ["C++ (Bar)", "H&M", "a.b", "[x]", "50%", "\\d+"])
def test_a_name_is_no_pattern(name: str) -> None:
    assert Matcher([name]).names(f"da {name} ieri")
    assert not Matcher([name]).names("da aXb 7 ieri")


def test_scripts_without_spaces_have_no_word_boundaries() -> None:
    assert Matcher(["オーロラ"]).names("私はオーロラが好き")


def test_nothing_is_named_without_names() -> None:
    assert not Matcher([]).names("Aurora")
    assert not Matcher([" ", "\u200b"]).names("Aurora")


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_name_among_spaces_is_found(before: str, after: str) -> None:
    assert Matcher(["Aurora"]).names(f"{before} Aurora {after}")


@given(st.text(max_size=50))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(min_size=1, max_size=20))
def test_any_name_finds_itself(name: str) -> None:
    assert Matcher([name]).names(name) is bool(fold(name))
