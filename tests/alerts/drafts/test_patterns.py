"""The small patterns by which the phrase files recognise what people mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.drafts.patterns import compiled, find, fold, found


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("arrivat*", "È ARRIVATA, finalmente", ["ARRIVATA"]),
        ("arrivat*", "riarrivata", []),
        ("perché", "Perche no? perche' no", ["Perche", "perche"]),
        ("{in,con} ritardo", "in ritardo o con  ritardo", ["in ritardo", "con  ritardo"]),
        ("in ritardo", "in, ritardo", []),
        ("non .. arrivat*", "non mi è ancora arrivato", ["non mi è ancora arrivato"]),
        ("non .. arrivat*", "non so, è arrivato", []),
        ("non ... arrivat*", "non so, è arrivato", ["non so, è arrivato"]),
        ("non ... arrivat*", "Non so. È arrivato", []),
        ("non ... arrivat*", "non uno due tre quattro cinque sei arrivato", []),
        ("punti ... {spariti}", "i punti, ben 1.200 in tutto, spariti", ["punti, ben 1.200 in tutto, spariti"]),
        ("l'ordine", "l’ordine", ["l’ordine"]),
        ("gi\u00ada", "gi\u200bà", ["già"]),
    ],
)  # fmt: skip
def test_what_is_found(pattern: str, text: str, words: list[str]) -> None:
    assert found((pattern,), fold(text)) == words


def test_the_longest_of_several_choices_wins() -> None:
    assert found(("due", "due volte"), fold("pagato due volte")) == ["due volte"]


def test_no_pattern_finds_nothing() -> None:
    assert find((), fold("tutto")) == []
    assert found(("", " "), fold("tutto")) == []


@given(st.text())
def test_the_plain_form_is_as_long_as_what_is_shown(text: str) -> None:
    folded = fold(text)
    assert len(folded.shown) == len(folded.plain)


@given(st.text(max_size=40), st.text(max_size=200))
def test_any_pattern_can_be_read_and_any_text_searched(pattern: str, text: str) -> None:
    if pattern.count("{") == pattern.count("}"):
        assert compiled((pattern,)) is compiled((pattern,))
        folded = fold(text)
        for span in find((pattern,), folded):
            assert 0 <= span.start <= span.end <= len(folded.plain)


def test_a_long_text_is_searched_at_its_beginning() -> None:
    assert found(("guasto",), fold("x " * 5000 + "guasto")) == []
