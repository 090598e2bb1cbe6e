"""What belongs to a person: addresses, numbers, codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.drafts.personal import addresses, is_exposed, numbers, plain


@pytest.mark.parametrize(
    "text",
    [
        "scrivete a fabrizio.neri@posta.example",
        "Chiamatemi al +39 333 555 0199",
        "Ordine AUR-2026-104482",
        "il mio IBAN è IT60 X054 2811 1010 0000 0123 456",
        "sono a casa in via dei Tigli 14",
        "I live at 12 Mulberry Road",
        "ticket #8842019",
    ],
)
def test_exposed(text: str) -> None:
    assert is_exposed(text)


@pytest.mark.parametrize(
    "text",
    ["", "Siamo aperti dalle 9 alle 13.", "Ho pagato 54 euro invece di 27.", "Dal 2026 costa il 34% in più", "via il dolore", "lotto Z-118", "23:59", "arrivée 14h12 voie 5"],
)  # fmt: skip
def test_not_exposed(text: str) -> None:
    assert not is_exposed(text)


def test_addresses_of_all_kinds() -> None:
    text = "a@b.example, poi https://evil.example/x?y=1. E www.truffa.it o shop.example/uno, +39 0432 123456"
    assert list(addresses(text)) == [
        "a@b.example",
        "https://evil.example/x?y=1",
        "www.truffa.it",
        "shop.example/uno",
        "+39 0432 123456",
    ]


def test_one_number_however_it_is_written() -> None:
    for text in ("+39 333-555.0199", "+39 333 555 0199", "+393335550199"):
        assert "393335550199" in {plain(number) for number in numbers(text)}


@given(st.text(alphabet="a1@.-/: #", max_size=400))
def test_hostile_texts_take_no_time(text: str) -> None:
    seen = text * 50
    assert isinstance(is_exposed(seen), bool)
    list(addresses(seen))
