"""A configured answer is given only where it answers what was asked."""

import pytest

from alerts.drafts.faq import answer
from tests.alerts.drafts.requests import AURORA, brand

SUNDAY, NUTS, COMPOST = AURORA.policy.faq
MOKA = "Come si toglie il calcare dalla Moka Sole?"


@pytest.mark.parametrize(
    "text",
    [
        "Siete aperti la domenica a Trieste?",
        "Buongiorno, a Trieste la domenica siete aperti?",
        "Ma il negozio Caffè Aurora di Trieste è aperto la domenica mattina? @caffeaurora",
    ],
)
def test_asked_in_other_words(text: str) -> None:
    assert answer(text, None, "it", AURORA) is SUNDAY


@pytest.mark.parametrize(
    "text",
    [
        "Siete aperti il sabato a Trieste?",  # another day
        "Siete aperti la domenica a Udine?",  # another town
        "Siete aperti la domenica?",  # no town at all
        "A Trieste siete aperti la domenica 27 dicembre?",  # a day that may be special
        "Siete aperti la domenica a Trieste.",  # no question
        "Bella la domenica a Trieste, siete simpatici! Fate anche il tè?",
        "",
    ],
)
def test_a_likeness_is_not_enough(text: str) -> None:
    assert answer(text, None, "it", AURORA) is None


def test_what_is_asked_under_a_product_is_asked_about_it() -> None:
    entry = {"question": MOKA, "answer": "Con acido citrico.", "lang": "it"}
    aurora = brand({"faq": [entry]})
    found = answer("Come si toglie il calcare dalla caldaia? Aceto?", "Moka Sole elettrica", "it", aurora)
    assert found is aurora.policy.faq[0]
    assert answer("Come si toglie il calcare dalla caldaia?", "Moka Luna", "it", aurora) is None


def test_allergies_are_not_answered_by_halves() -> None:
    place = "Biscotti allo zenzero"
    assert answer("Quick one: are these baked in a nut-free kitchen?", place, "en", AURORA) is NUTS
    assert answer("Are these baked in a gluten-free kitchen?", place, "en", AURORA) is None
    assert answer("Are these baked in a kitchen?", place, "en", AURORA) is None


def test_the_customers_language() -> None:
    assert (
        answer("¿Las cápsulas son compostables o van al contenedor amarillo?", None, "es", AURORA) is COMPOST
    )
    assert answer("¿Las cápsulas son compostables?", None, "pt", AURORA) is None
    assert answer("¿Las cápsulas son compostables?", None, None, AURORA) is COMPOST
    assert answer("¿Las cápsulas son compostables?", None, "xx", AURORA) is None


def test_an_entry_without_a_language_answers_in_any() -> None:
    aurora = brand({"faq": [{"question": "Gift wrapping?", "answer": "Yes."}]})
    assert answer("Do you do gift wrapping?", None, "en", aurora) is aurora.policy.faq[0]
    assert answer("Gift wrapping?", None, "xx", aurora) is aurora.policy.faq[0]


def test_german_nouns_are_no_names() -> None:
    entry = {"question": "Ist der Laden in Wien am Sonntag offen?", "answer": "Ja.", "lang": "de"}
    aurora = brand({"faq": [entry]})
    asked = "Hallo, ist der Laden in Wien am Sonntag offen, vielleicht mit Familie?"
    assert answer(asked, None, "de", aurora) is aurora.policy.faq[0]
    assert answer(asked.replace("Wien", "Graz"), None, "de", aurora) is None
    assert answer(asked.replace("Sonntag", "Samstag"), None, "de", aurora) is None
