"""Outside text made safe to show."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.text import cut, one_line, shown, visible

HIDDEN = {
    "right to left": "pay \u202e001 \u202conly",
    "isolates": "\u2066abc\u2069",
    "zero width": "av\u200bvo\ufeffca\u2060to",
    "soft hyphen": "avvo\u00adcato",
    "terminal": "\x1b[31mred\x1b]8;;http://evil\x07\x9b2J",
    "tags": "ok\U000e0041\U000e007f",
    "private use": "\ue000U0MARTA\ue001",
    "hangul filler": "a\u3164b\u115f",
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_nothing_hidden_stays(text: str) -> None:
    kinds = {unicodedata.category(char) for char in visible(text)}
    assert not kinds & {"Cf", "Cc", "Co", "Cs"}
    assert not set(visible(text)) & {"\u3164", "\u115f"}


def test_what_people_wrote_stays() -> None:
    for text in (
        "Perché no? È già l'una…",
        "👨‍👩‍👧‍👦 ❤️ 👍🏽",
        "5 < 6 & 7 > 2",
        "日本語 עברית العربية ไทย",
        "e\u0301",
    ):
        assert visible(text) == text


def test_lines_stay_lines() -> None:
    assert visible("a\r\nb\rc\u2028d\x85e\x0bf") == "a\nb\nc\nd\ne\nf"
    assert visible("a\n \n\t\n\n\nb") == "a\n\nb"
    assert one_line(" a\n\tb  c ") == "a b c"


def test_broken_and_piled_up_signs() -> None:
    assert visible("a\ud800b") == "a\ufffdb"
    assert len(visible("Z" + "\u0335" * 500 + "algo")) < 12
    assert visible("a\u200db") == "ab"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("uno due", 7, "uno due"),
        ("uno due tre quattro", 12, "uno due tre…"),
        ("uno due tre, quattro", 13, "uno due tre…"),
        ("precipitevolissimevolmente", 10, "precipite…"),
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 9, "👨‍👩‍👧‍👦…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_cut_where_a_person_would(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


@given(st.text(max_size=200), st.integers(0, 100))
def test_cut_never_exceeds_its_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit or limit >= len(text)
    assert len(cut(text, limit)) <= max(limit, 0) or len(text) <= limit


@given(st.text(st.characters(), max_size=300))
def test_visible_is_done_at_once(text: str) -> None:
    seen = visible(text)
    assert visible(seen) == seen
    seen.encode()


def test_a_megabyte_is_cut_before_it_is_looked_at() -> None:
    assert shown("è " * 500_000, 600).endswith("…")
    assert len(shown("\u202e" * 1_000_000, 600)) <= 600
    assert shown(None, 10) == ""
