"""What is read in a text: problems, praise, questions, gravity."""

from typing import Any

import pytest

from alerts.drafts.phrases import load
from alerts.drafts.reading import Reading, read
from tests.alerts.drafts.requests import platform, request


def reading(text: str, lang: str | None = "it", **values: Any) -> Reading:
    return read(request(text, lang=lang, **values), load("en" if lang == "en" else "it"))


def problems(text: str, lang: str = "it", **values: Any) -> list[str]:
    return [found.problem.id for found in reading(text, lang, **values).problems]


@pytest.mark.parametrize(
    ("text", "main"),
    [
        ("Ordine pagato diciotto giorni fa e ancora niente.", "not_arrived"),
        ("Arrivate con sei giorni di ritardo.", "late"),
        ("Undici capsule su trenta sono già bucate.", "defect"),
        ("Reso spedito tre settimane fa, rimborso mai visto.", "refund"),
        ("Stesso ordine addebitato due volte.", "double_charge"),
        ("L'abbonamento risulta sospeso ma i soldi li avete presi lo stesso.", "unexpected_charge"),
        ("Dopo l'aggiornamento l'app si chiude appena la tocco.", "crash"),
        ("Il codice di accesso non arriva mai.", "code"),
        ("Account bloccato senza spiegazioni.", "locked"),
        ("Ho scritto due volte e nessuno mi risponde.", "no_answer"),
        ("Per come mi avete trattato al telefono non torno più.", "rude"),
        ("Tre scatole su quattro erano scadute, e al mio messaggio nessuna risposta.", "expired"),
        ("Un'ora e mezza di coda alla cassa.", "queue"),
        ("Il nuovo logo sembra un uovo fritto.", "look"),
        ("Mi avete cancellato 1.200 punti.", "points"),
    ],
)
def test_problems_in_italian(text: str, main: str) -> None:
    assert problems(text)[0] == main


@pytest.mark.parametrize(
    ("text", "main"),
    [
        ("Third week waiting for my grinder. Tracking says delivered.", "not_arrived"),
        ("Ten days on, still no refund.", "refund"),
        ("I was charged twice for one ticket.", "double_charge"),
        ("The login code never arrives.", "code"),
        ("The pay button hides behind the keyboard.", "usability"),
        ("He laughed at my accent.", "rude"),
        ("Lovely coffee, lousy lid.", "defect"),
        ("The kettle stopped working after two weeks.", "broken"),
        ("The tea tastes of warm pencil.", "taste"),
        ("Nobody answers my emails.", "no_answer"),
    ],
)
def test_problems_in_english(text: str, main: str) -> None:
    assert problems(text, "en")[0] == main


def test_money_comes_before_how_one_was_answered() -> None:
    assert problems("Nessuna risposta a tre mail, e il rimborso non arriva mai.") == ["refund", "no_answer"]


def test_of_overlapping_words_the_ones_that_say_more() -> None:
    assert problems("Il rimborso non mi è mai arrivato") == ["refund"]


def test_a_single_word_needs_the_model_to_agree() -> None:
    assert problems("Una sala mezza vuota", topics=("waiting_time",)) == ["topic_waiting"]
    assert problems("Una scatola mezza vuota", topics=("product_quality",)) == ["defect"]
    assert problems("Una scatola mezza vuota") == ["defect"]


def test_without_words_the_models_topics_are_all_there_is() -> None:
    assert problems("Boh.", topics=("delivery", "staff", "weather")) == ["topic_delivery", "topic_staff"]
    assert problems("Boh.") == []


def test_the_words_of_another_language_are_not_looked_for() -> None:
    found = reading("Il rimborso non arriva", "sv", topics=("refund_payment",))
    assert not found.known
    assert [one.problem.id for one in found.problems] == ["topic_payment"]


def test_what_is_praised_and_asked() -> None:
    found = reading("Gusto ottimo, consegna puntuale; quanto costa spedire in Danimarca?")
    assert [good.topic for good in found.goods] == ["taste_food", "delivery"]
    assert found.ask is not None
    assert found.ask.id == "shipping"
    assert reading("Scatola scomodissima, gusto così così").goods == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mia figlia ha delle bolle sulle braccia da quando li mangia", "health"),
        ("Se la tocco mi arriva una scossetta", "device"),
        ("C'era una vite di metallo nel pacco", "foreign"),
        ("Mi compaiono nome e ordini di una signora di Bari", "data"),
        ("Ho dato mandato all'avvocato", "legal"),
        ("Hanno detto che in quanto straniero non potevo entrare", "discrimination"),
        ("Il torrente sotto lo stabilimento è marrone e ci sono pesci morti", "environment"),
        ("Da oggi non comprate più niente da loro", "boycott"),
        ("Siamo senza acqua da martedì", "outage"),
        ("Boh", "general"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert reading(text).kind.id == kind


def test_kinds_by_tripwire_and_by_topic() -> None:
    assert reading("Mi suegra acabó en urgencias", "fi").kind.id == "safety"
    assert reading("Mein Anwalt schreibt Ihnen", "sv").kind.id == "legal"
    assert reading("Boh", topics=("privacy_fraud",)).kind.id == "data"
    assert reading("Boh", topics=("safety_health",)).kind.id == "concern"


def test_who_was_never_in_danger_is_not_asked_whether_they_are_well() -> None:
    topics = ("safety_health",)
    assert reading("Camera bella", label="positive/critical/praise", topics=topics).kind.id == "general"
    assert reading("La scatola è arrivata rotta", topics=topics).kind.id == "general"
    assert reading("La scatola è arrivata rotta e prende fuoco", topics=topics).kind.id == "device"


def test_gas_is_no_matter_of_the_plug() -> None:
    assert reading("Lo scaldabagno fa odore di gas").kind.id == "safety"
    assert reading("Lo scaldabagno fa odore di gas").is_grave("normal")
    assert reading("La presa fa odore di bruciato").kind.id == "device"


def test_words_that_the_models_topics_speak_against_are_left_alone() -> None:
    text = "Sul mio braccialetto c'era il nome di un altro"
    assert reading(text).kind.id == "data"
    assert reading(text, topics=("safety_health",)).kind.id != "data"


def test_the_press_reports_what_happened_to_others() -> None:
    assert reading("C'era una vite di metallo nel pacco", platform=platform(name="feed")).kind.id == "press"


def test_danger_is_grave_only_where_its_words_are() -> None:
    dead = reading("Morta dopo otto giorni, in garanzia dicono")
    assert "danger" in dead.hits
    assert not dead.is_grave("high")
    assert reading("Ho preso la scossa dalla macchina").is_grave("normal")
    assert reading("Questa è una truffa").is_grave("high")
    assert not reading("Questa è una truffa").is_grave("normal")
    assert not reading("Bello").is_grave("high")


def test_how_the_customer_speaks() -> None:
    assert reading("Ciao, mi dici quanto costa?").informal
    assert not reading("Buongiorno, ciao").informal
    assert not reading("Quanto costa?").informal
