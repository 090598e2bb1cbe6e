"""Whom and what drafts name: people by first name where they are praised, by their place where they are blamed, and
what praise is for in the customer's words for it."""

from typing import Any

import pytest

from alerts.drafts import naming
from alerts.drafts.compose import compose
from alerts.drafts.patterns import Span, fold
from alerts.drafts.phrases import languages, load
from alerts.drafts.request import DraftReply
from tests.alerts.drafts.requests import brand, request

PRAISE = "positive/low/praise"
SIGNED = {"signature": "Caffè Aurora"}
PRAISED = {
    "it": ("Grazie a Chiara per la pazienza, mi ha seguito al telefono.", "Chiara", "la pazienza"),
    "en": ("Thanks to Sarah on the phone, she was so patient with me.", "Sarah", "the patience"),
    "es": ("Gracias a Lucía por su paciencia, me atendió por teléfono.", "Lucía", "la paciencia"),
    "fr": ("Merci à Camille pour sa patience au téléphone.", "Camille", "la patience"),
    "de": ("Danke an Julia für die Geduld am Telefon.", "Julia", "die Geduld"),
    "pt": ("Obrigada à Mariana pela paciência ao telefone.", "Mariana", "a paciência"),
    "nl": ("Dank aan Emma voor het geduld aan de telefoon.", "Emma", "het geduld"),
}
BLAMED = {
    "it": ("Marco alla cassa è stato maleducato con tutti.", "Marco", "alla cassa"),
    "en": ("Peter at the till was rude to everybody.", "Peter", "at the till"),
    "es": ("Pablo, el cajero, fue muy maleducado con todos.", "Pablo", "en la caja"),
    "fr": ("Antoine, le caissier, a été impoli avec nous.", "Antoine", "à la caisse"),
    "de": ("Stefan an der Kasse war unfreundlich und patzig.", "Stefan", "an der Kasse"),
    "pt": ("O Pedro da caixa foi mal educado com todos.", "Pedro", "na caixa"),
    "nl": ("Pieter aan de kassa was onbeschoft tegen iedereen.", "Pieter", "aan de kassa"),
}


def drafted(
    text: str, label: str = PRAISE, *, voice: dict[str, Any] | None = None, **values: Any
) -> DraftReply:
    return compose(request(text, label, brand=brand(None, SIGNED | (voice or {})), **values), "it")


def names(text: str, lang: str = "it", author: str | None = None, **voice: Any) -> tuple[str, ...]:
    return naming.praised(fold(text), load(lang), brand(None, SIGNED | voice), author)


def test_every_language_is_tried() -> None:
    assert set(PRAISED) == set(BLAMED) == set(languages())


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("form", ["formal", "informal"])
def test_who_is_praised_is_named_by_first_name(lang: str, form: str) -> None:
    text, person, what = PRAISED[lang]
    found = drafted(text, lang=lang, voice={"formality": {lang: form}})
    said = found.sentences[0].text
    assert what in said
    assert person in found.sentences[1].text
    assert found.sentences[1].grounds == ("mention.text",)
    assert [check.name for check in found.checks if not check.ok] == []
    assert lang == "it" or (found.gloss and person in found.gloss)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("form", ["formal", "informal"])
def test_who_is_blamed_is_told_by_their_place_alone(lang: str, form: str) -> None:
    text, person, where = BLAMED[lang]
    found = drafted(
        text, "negative/normal/complaint", lang=lang, topics=("staff",), voice={"formality": {lang: form}}
    )
    assert found.reply is not None
    assert where in found.reply
    assert person not in found.reply
    assert [check.name for check in found.checks if not check.ok] == []
    assert found.gloss is None or "alla cassa" in found.gloss


@pytest.mark.parametrize("lang", languages())
def test_praise_among_criticism_names_them_too(lang: str) -> None:
    text, person, _ = PRAISED[lang]
    wanted = request(f"{text} App: 3/5.", "positive/normal/complaint", lang=lang, brand=brand(None, SIGNED))
    assert person in (compose(wanted).reply or "")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Grazie a Chiara e Marco!", ("Chiara", "Marco")),
        ("Chiara è stata gentilissima, Marco ha risolto tutto.", ("Chiara", "Marco")),
        ("Grazie a Chiara, Marco e Luca.", ()),  # of three, none is picked out
        ("Complimenti alla cameriera Chiara Bianchi.", ("Chiara",)),
        ("Mia figlia Chiara è stata felicissima, bravi!", ()),
        ("Tutto perfetto, grazie da Chiara", ()),
        ("Tutto perfetto, grazie Chiara!", ()),  # who signs, as far as anybody can tell
        ("Grazie Chiara per il tuo aiuto!", ("Chiara",)),
        ("Siamo stati a Villa Chiara: personale gentile.", ()),
        ("San Marco è bellissima, guida preparata.", ()),
        ("Chiara non è stata gentile.", ()),
        ("Vera pizza, gentilissimi.", ()),
        ("GRAZIE A CHIARA", ()),
        ("Ho chiamato Chiara ieri.", ()),
    ],
)
def test_names(text: str, wanted: tuple[str, ...]) -> None:
    assert names(text) == wanted


def test_neither_the_author_nor_who_signs_nor_the_brand_is_thanked() -> None:
    assert names("Grazie a Giulia!", author="Giulia R.") == ()
    assert names("Grazie a Giulia!", signature="Giulia, Caffè Aurora") == ()
    assert names("Grazie a Aurora!") == ()
    assert names("Grazie a Giulia!") == ("Giulia",)


def test_a_name_in_a_complaint_is_not_praise() -> None:
    found = drafted("Grazie a Chiara ho perso il treno, pacco mai arrivato.", "negative/high/complaint")
    assert "Chiara" not in (found.reply or "")


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("it", "Cappuccino ottimo!", "il cappuccino"),
        ("en", "Delicious pizza, we'll be back.", "the pizza"),
        ("es", "El desayuno buenísimo.", "el desayuno"),
        ("fr", "Excellent pain, vraiment.", "le pain"),
        ("de", "Leckerer Kuchen, immer wieder gern.", "den Kuchen"),
        ("pt", "Vinho excelente, voltamos sempre.", "o vinho"),
        ("nl", "Heerlijke taart, we komen terug.", "de taart"),
    ],
)
def test_praise_is_thanked_for_what_it_praises(lang: str, text: str, wanted: str) -> None:
    found = drafted(text, lang=lang, topics=("taste_food",))
    assert wanted in found.sentences[0].text
    assert "mention.text" in found.sentences[0].grounds


def test_what_is_only_spoken_of_is_named_where_the_model_agrees_and_nothing_is_set_against_it() -> None:
    def said(text: str, *topics: str) -> str:
        return drafted(text, topics=topics).sentences[0].text

    assert "la pizza" in said("Che dire, una pizza da sogno davvero.", "taste_food")
    assert "la macchina" in said("Che dire, una macchina da sogno davvero.", "product_quality")
    assert "macchina" not in said("Che dire, una macchina da sogno davvero.", "staff")
    assert "pizza" not in said("Che dire, pizza a parte, però un sogno davvero.", "taste_food")


def test_a_place_far_from_what_is_said_of_people_is_not_theirs() -> None:
    text = fold(
        "Il corriere è passato alle nove. " + "Poi niente per ore. " * 12 + "Il commesso è stato scortese."
    )
    spans = [Span(text.plain.index("scortese"), len(text.plain))]
    role = naming.role(text, spans, load("it"))
    assert role is not None
    assert role.id == "shop"
    assert naming.role(fold(text.shown.replace("commesso", "tizio")), spans, load("it")) is None


def test_every_language_knows_the_same_places_and_things() -> None:
    def known(lang: str) -> tuple[list[str], list[tuple[str, str]]]:
        named = load(lang).named
        return [role.id for role in named.roles], [(thing.id, thing.topic) for thing in named.things]

    assert all(known(lang) == known("en") for lang in languages())
