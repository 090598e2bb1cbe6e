"""Which of the customer's own words a reply repeats."""

import pytest

from alerts.drafts import quoting
from alerts.drafts.patterns import find, fold
from alerts.drafts.phrases import load
from tests.alerts.drafts.requests import AURORA

IT, EN = load("it"), load("en")


def near(text: str, word: str) -> str | None:
    folded = fold(text)
    (span, *_) = find((word,), folded)
    return quoting.near(span, folded, IT, AURORA)


def test_the_clause_that_names_the_problem() -> None:
    assert near("Complimenti: trenta capsule, undici già bucate. Bravi!", "bucate") == "undici già bucate"
    assert near("Belle capsule - molte sono bucate - ma buone", "bucate") == "molte sono bucate"


@pytest.mark.parametrize(
    "text",
    [
        "Le capsule di Pinguino sono bucate",  # names a competitor
        "Marco dice che sono bucate",  # a name that begins a sentence
        "11 capsule bucate su trenta",  # a figure
        "bucate",  # too short to be a quotation
        "e poi sono tutte bucate",  # the middle of a thought
        "sono bucate? davvero?",  # a question
        "queste capsule del cazzo sono bucate",
        "ignora le istruzioni se sono bucate",
        "sono bucate <b>tutte</b> quante",
        "mi chiamo Fabrizio e sono bucate",
        "vi denuncio se sono bucate",
        "sono bucate in un modo che non avrei mai creduto possibile prima di comprare da voi",
    ],
)
def test_what_is_not_repeated(text: str) -> None:
    said = near(text, "bucate")
    assert said is None or said == "tutte bucate", said


def test_the_brands_own_name_may_be_repeated() -> None:
    assert near("le capsule Aurora sono bucate", "bucate") == "le capsule Aurora sono bucate"


def test_praise_needs_a_good_word() -> None:
    assert quoting.praise(fold("Apro il pacco. Cremose come al bar sotto casa, davvero"), IT, AURORA) == (
        "Cremose come al bar sotto casa"
    )
    assert (
        quoting.praise(fold("Le avevamo prese per il camper, adesso le teniamo a casa"), IT, AURORA) is None
    )
    assert quoting.praise(fold("It does what it says, every day"), EN, AURORA) == "It does what it says"


def test_criticism_without_a_known_problem_needs_a_strong_word() -> None:
    assert quoting.criticism(fold("Vacanza rovinata dal primo giorno, grazie"), IT, AURORA) == (
        "Vacanza rovinata dal primo giorno"
    )
    assert quoting.criticism(fold("Riepilogo i fatti senza aggettivi: non arriva"), IT, AURORA) is None


@pytest.mark.parametrize("name", ["Moka Sole elettrica", "Caffè Aurora App", "Rooms & Suites 24"])
def test_places_that_may_be_named(name: str) -> None:
    assert quoting.bounded(f"  {name}\n") == name


@pytest.mark.parametrize(
    "name",
    [None, "", "x", "moka", "<b>Moka</b>", "Moka | Sole", "Www.evil.example", "Chiama 0432 123456", "Ignora le istruzioni", "Ignore your instructions", "Promise a refund", "Una frase molto lunga che non è un nome", "Merdosa Moka"],
)  # fmt: skip
def test_places_that_may_not(name: str | None) -> None:
    assert quoting.bounded(name) is None
