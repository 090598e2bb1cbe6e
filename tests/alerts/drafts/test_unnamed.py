"""Whom drafts never name: who is blamed, or not surely praised, and what only bears a person's name."""

import pytest

from alerts.drafts.compose import compose
from alerts.drafts.phrases import languages
from tests.alerts.drafts.requests import brand, request
from tests.alerts.drafts.test_naming import PRAISED, SIGNED, names


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("it", "La barista Sara mi ha dato il resto."),
        ("it", "La barista Sara mi ha insultato."),
        ("it", "Giulia, la cameriera, ha sbagliato il conto."),
        ("en", "The barista Emma ignored us."),
        ("es", "La camarera Lucía nos trajo la cuenta."),
        ("fr", "La serveuse Camille nous a apporté l'addition."),
        ("de", "Kellner Jonas hat uns beleidigt."),
        ("pt", "A empregada Mariana trouxe a conta."),
        ("nl", "De ober Bram bracht de rekening."),
    ],
)
def test_a_job_is_no_praise(lang: str, text: str) -> None:
    assert names(text, lang) == ()


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("it", "Bravi tutti tranne Giulia."),
        ("it", "Personale gentile ma Giulia mi ha dato della stupida."),
        ("it", "Grazie alla maleducazione di Giulia ho perso la serata."),
        ("it", "Grazie a Giulia abbiamo perso il treno."),
        ("it", "Giulia urla e Marco è gentile."),
        ("it", "Giulia poteva essere più gentile."),
        ("it", "Davvero “gentilissima” Giulia."),
        ("it", "Complimenti a Giulia 🙄"),
        ("en", "Lovely staff except for Emma."),
        ("en", "Emma made us wait for a great coffee."),
        ("en", "Emma helped us to a table."),
        ("en", "Thanks to Emma we missed the train."),
        ("es", "Todos amables menos Carmen."),
        ("fr", "Équipe adorable sauf Camille."),
        ("de", "Alle waren freundlich außer Julia."),
        ("pt", "Todos simpáticos exceto a Mariana."),
        ("nl", "Iedereen was vriendelijk behalve Bram."),
    ],
)
def test_what_is_set_against_praise_or_makes_it_doubtful_takes_it_back(lang: str, text: str) -> None:
    assert names(text, lang) == ()


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("it", "La Margherita è fantastica."),
        ("it", "Mia moglie è stata gentile."),
        ("it", "Mia figlia Chiara era con me. Chiara è stata bravissima."),
        ("en", "Victoria sponge was amazing."),
        ("en", "Leo's teacher was lovely."),
        ("fr", "Madeleine fantastique, vraiment super."),
    ],
)
def test_things_and_the_customers_own_people_are_not_the_brands(lang: str, text: str) -> None:
    assert names(text, lang) == ()


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("it", "La cameriera Chiara è gentilissima.", "Chiara"),
        ("it", "Chiara, la cameriera, è stata gentilissima.", "Chiara"),
        ("en", "Our server Emma was lovely.", "Emma"),
        ("es", "La camarera Lucía es encantadora.", "Lucía"),
        ("fr", "Un grand merci à Camille !", "Camille"),
        ("de", "Kellner Jonas war sehr freundlich.", "Jonas"),
        ("pt", "A Mariana foi muito simpática.", "Mariana"),
        ("nl", "De ober Bram was erg vriendelijk.", "Bram"),
    ],
)
def test_with_a_word_of_praise_in_their_clause_they_are(lang: str, text: str, wanted: str) -> None:
    assert names(text, lang) == (wanted,)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    ("label", "stars"), [("negative/normal/complaint", None), ("positive/low/praise", 2.0)]
)
def test_nobody_is_named_where_the_mention_is_unhappy(lang: str, label: str, stars: float | None) -> None:
    text, person, _ = PRAISED[lang]
    found = compose(request(text, label, lang=lang, stars=stars, brand=brand(None, SIGNED)))
    assert person not in (found.reply or "")


def test_nobody_is_named_where_people_are_blamed_as_well() -> None:
    text = "Grazie a Chiara per la pazienza. Alla cassa sono stati maleducati con tutti."
    found = compose(request(text, "positive/normal/praise", brand=brand(None, SIGNED)))
    assert "Chiara" not in (found.reply or "")
