"""Who was hurt, and what a reply in a grave matter must not claim."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.drafts import plan
from alerts.drafts.compose import compose
from alerts.drafts.phrases import languages, load
from alerts.drafts.reading import read
from tests.alerts.drafts.requests import brand, request

NIGHT = datetime(2026, 11, 22, 3, tzinfo=UTC)
HURT = {
    "it": ["Mi sono bruciato la mano con il tappo", "Ustione di secondo grado al braccio", "Mi è saltato via il coperchio, labbro tagliato"],
    "en": ["The lid came off and burned my hand", "Second degree burns on her arm", "I cut my lip on it and it bled"],
    "es": ["Me cayó el café en la mano, quemadura de segundo grado", "Me corté el dedo con la tapa", "Mi hijo sangraba"],
    "fr": ["Brûlure au deuxième degré sur l'avant-bras de ma mère", "Je me suis coupé le doigt", "Mon fils est blessé"],
    "de": ["Ich habe mir die Hand verbrannt", "Verbrennungen zweiten Grades", "Meine Tochter hat sich verletzt"],
    "pt": ["Queimadura na mão com a tampa", "Cortei o dedo na embalagem", "O meu filho ficou ferido"],
    "nl": ["Ik heb mijn hand verbrand", "Ik heb mijn lip opengehaald aan het glas", "Tweedegraads brandwonden op haar arm"],
}  # fmt: skip
ILL = {
    "it": "Mia figlia ha l'orticaria e vomita",
    "en": "My daughter has hives and vomits",
    "es": "Mi hija tiene urticaria y vomita",
    "fr": "Ma fille a de l'urticaire et vomit",
    "de": "Meine Tochter hat Ausschlag und Durchfall",
    "pt": "A minha filha está com urticária e vómitos",
    "nl": "Mijn dochter heeft huiduitslag en diarree",
}
POISON = ("antiveleni", "poison", "toxicolog", "antipoison", "giftnotruf", "antivenenos", "vergift")
DOUBTS = ("se qualcuno non sta bene", "feels unwell", "encuentra mal", "sent pas bien", "unwohl fühlt", "não se sente bem", "niet goed voelt")  # fmt: skip


def said(text: str, lang: str, seed: str = "a", **values: Any) -> str:
    draft = compose(request(text, "negative/critical/complaint", lang=lang, topics=("safety_health",), seed=seed, **values))  # fmt: skip
    return f"{draft.reply}\n{draft.private_reply}"


def kind(text: str, lang: str) -> str:
    return read(
        request(text, "negative/critical/complaint", lang=lang, topics=("safety_health",)), load(lang)
    ).kind.id


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in HURT.items() for text in texts])
def test_a_burn_or_a_cut_is_no_poisoning(lang: str, text: str) -> None:
    assert kind(text, lang) == "injury"
    for seed in "abcd":
        reply = said(text, lang, seed).casefold()
        assert not [word for word in POISON if word in reply]
        assert not [doubt for doubt in DOUBTS if doubt in reply]


@pytest.mark.parametrize("lang", languages())
def test_who_is_ill_is_not_asked_whether_they_are(lang: str) -> None:
    assert kind(ILL[lang], lang) == "health"
    for seed in "abcd":
        reply = said(ILL[lang], lang, seed).casefold()
        assert not [doubt for doubt in DOUBTS if doubt in reply]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("it", "La presa fa odore di bruciato", "device"),
        ("it", "Se la tocco mi arriva una scossetta", "device"),
        ("en", "The plug melted and there was smoke", "device"),
        ("es", "El enchufe se quemó y salió humo", "device"),
        ("de", "Der Stecker ist verschmort und es kam Rauch", "device"),
        ("it", "C'era una vite nella confezione", "foreign"),
        ("fr", "J'ai des brûlures d'estomac et je vomis depuis hier", "health"),
    ],
)
def test_what_hurt_nobody_is_no_injury(lang: str, text: str, expected: str) -> None:
    assert kind(text, lang) == expected


@pytest.mark.parametrize("lang", languages())
def test_nobody_is_said_to_deal_with_it_now_while_the_brand_is_closed(lang: str) -> None:
    """By the hours it has set: somebody who reads at night is no promise that somebody works."""
    claims = {wording.id for wording, _ in load(lang).wordings() if "now" in wording.slots}
    assert claims
    seeds = [str(seed) for seed in range(20)]
    asked = [request(HURT[lang][0], "negative/critical/complaint", lang=lang, seed=seed) for seed in seeds]
    assert [one for one in asked if claims & set(compose(one).moves)]
    assert not [one for one in asked if claims & set(compose(replace(one, now=NIGHT)).moves)]


def test_who_is_there_around_the_clock_may_say_so() -> None:
    always = brand({"critical_hours": "always"})
    replies = [said(HURT["it"][0], "it", str(seed), now=NIGHT, brand=always) for seed in range(12)]
    assert [reply for reply in replies if "ce ne stiamo occupando adesso" in reply]
    assert (
        plan.make(request(HURT["it"][0], "negative/critical/complaint", now=NIGHT)).facts.get("now") is None
    )


def test_a_journalist_who_asks_is_not_asked_how_they_feel() -> None:
    text = "Sono una giornalista: pubblichiamo un'inchiesta su alcuni ricoveri in ospedale. Chi risponde?"
    asked = request(text, "neutral/critical/information", topics=("safety_health",))
    assert read(asked, load("it")).kind.id == "press"
