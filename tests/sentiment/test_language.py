"""The language of short texts; what has no letters has none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.language import detect
from sentiment.recipe import LANGUAGES


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Il caffè era freddo e nessuno si è scusato", "it"),
        ("The coffee was cold", "en"),
        ("El café estaba frío y caro", "es"),
        ("Le café était froid", "fr"),
        ("Der Kaffee war leider kalt", "de"),
        ("O café não estava quente", "pt"),
        ("De koffie was helaas koud", "nl"),
        ("Kawa była niestety zimna", "pl"),
    ],
)
def test_supported_languages(text: str, lang: str) -> None:
    found = detect(text)
    assert found.lang == lang
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Кофе был холодный", "ru"),
        ("咖啡是冷的，服务很差", "zh"),
        ("커피가 차가웠어요", "ko"),
        ("Kahvi oli valitettavasti kylmää", "fi"),
        ("A kávé sajnos hideg volt", "hu"),
    ],
)
def test_neighbours_are_not_taken_for_supported_ones(text: str, lang: str) -> None:
    assert detect(text).lang == lang
    assert lang not in LANGUAGES


@pytest.mark.parametrize("text", ["ok", "Wow!", "mah", "boh", "top"])
def test_a_word_too_short_to_tell_is_not_taken_for_another_language(text: str) -> None:
    assert detect(text).lang in (*LANGUAGES, None)


@pytest.mark.parametrize("text", ["", "  ", "😀👍", "!!! 123", "https://a.example @tizio", "\ud800"])
def test_no_letters_no_language(text: str) -> None:
    found = detect(text)
    assert (found.lang, found.confidence) == (None, 0.0)


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=50)
def test_no_text_raises(text: str) -> None:
    detect(text)
