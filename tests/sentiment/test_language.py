"""The language of short texts; what has no letters has none."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.labels import LANGUAGES
from sentiment.language import detect


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
        ("القهوة كانت باردة", "ar"),
        ("Kahve maalesef soğuktu", "tr"),
        ("コーヒーは冷たかったです", "ja"),
        ("कॉफी ठंडी थी", "hi"),
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
        ("Cafeaua era rece și scumpă", "ro"),
        ("Kopinya sudah dingin dan mahal", "id"),
        ("Kaffet var kallt och ingen bad om ursäkt", "sv"),
        ("کافی ٹھنڈی تھی اور کسی نے معافی نہیں مانگی", "ur"),
        ("कॉफी थंड होती आणि कोणीही माफी मागितली नाही", "mr"),
        ("காபி குளிர்ந்தது", "ta"),
    ],
)
def test_others_are_not_taken_for_supported_ones(text: str, lang: str) -> None:
    assert detect(text).lang == lang
    assert lang not in LANGUAGES


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Killer sound, love it.", "en"),
        ("Ein Glassplitter im Babybrei.", "de"),
        ("Czuć gaz od montażu pieca.", "pl"),
        ("Me cobraron dos veces.", "es"),
        ("Top, tutto perfetto", "it"),
        ("Não recomendo a ninguém", "pt"),
        ("منج سىء", "ar"),
    ],
)
def test_a_short_text_is_not_lost_to_a_neighbour(text: str, lang: str) -> None:
    assert detect(text).lang == lang


@pytest.mark.parametrize("text", ["ok", "Wow!", "mah", "boh", "top"])
def test_a_word_too_short_to_tell_is_not_taken_for_another_language(text: str) -> None:
    assert detect(text).lang in (*LANGUAGES, None)


@pytest.mark.parametrize("text", ["", "  ", "😀👍", "!!! 123", "https://a.example @tizio", "\ud800"])
def test_no_letters_no_language(text: str) -> None:
    found = detect(text)
    assert (found.lang, found.confidence) == (None, 0.0)


@given(st.text(max_size=60))
@settings(max_examples=50)
def test_no_text_raises(text: str) -> None:
    detect(text)


ADDED = """
def mebibytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024

before = mebibytes()
from sentiment.language import detect
for text in ("la casa", "ok bra", "no me va", "die war so", "wat een", "um bom", "to jest", "çok iyi", "det er", "to je"):
    for times in (1, 2, 5):
        detect(" ".join([text] * times))
print(mebibytes() - before)
"""
"""Tells the MiB that a fresh process grows by: short texts, none of which is easy."""


def test_detecting_adds_little_memory() -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells the memory in /proc")
    told = subprocess.run([sys.executable, "-c", ADDED], check=True, capture_output=True, text=True)
    assert float(told.stdout) < 140
