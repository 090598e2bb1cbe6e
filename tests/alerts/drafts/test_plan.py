"""What a draft is to say: case, language, register, remedy, contact."""

from typing import Any

import pytest

from alerts.drafts import granted, plan, speech
from tests.alerts.drafts.requests import UNREAD, brand, platform, request

PRAISE = "positive/low/praise"


def case(text: str = "Boh, che cosa dire?", label: str | None = None, **values: Any) -> str | None:
    return plan.make(request(text, label, **values)).case


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("negative/high/complaint", "complaint"),
        ("neutral/normal/complaint", "complaint"),
        ("positive/normal/complaint", "mixed"),
        ("neutral/normal/information", "information"),
        ("neutral/normal/commercial", "commercial"),
        ("negative/high/assistance", "assistance"),
        (PRAISE, "praise"),
        ("positive/normal/praise", "praise_open"),
        ("neutral/low/other", "careful"),
        ("negative/normal/other", "complaint"),
        ("negative/critical/complaint", "critical"),
        ("positive/critical/praise", "careful"),
        ("neutral/low/spam", None),
        ("positive/normal/spam", None),
        ("neutral/critical/spam", None),
        ("negative/low/spam", "insult"),
        ("negative/critical/spam", "critical"),
    ],
)
def test_cases(label: str, wanted: str | None) -> None:
    assert case(label=label) == wanted


def test_praise_only_where_it_surely_is_praise() -> None:
    assert case(label=PRAISE, stars=4.0) == "praise"
    assert case(label=PRAISE, stars=3.0) == "careful"
    assert case(label=PRAISE, sentiment_probs={"negative": 0.06}) == "careful"
    assert case(label=PRAISE, sentiment_probs=None) == "praise"
    assert case("Buone, ma due capsule su trenta non si sono forate", "positive/normal/praise") == "mixed"


def test_both_sides_only_where_there_are_two() -> None:
    label = "neutral/normal/complaint"
    assert case("Caffè ottimo, ma un'ora di coda.", label) == "mixed"
    assert case("Un'ora di coda.", label, stars=4.0) == "mixed"
    assert case("Un'ora di coda.", label, stars=3.0) == "complaint"  # there is nothing to be glad of
    assert case("Un'ora di coda.", label, stars=2.0) == "complaint"
    assert case("Il nuovo logo non si può vedere", "positive/normal/complaint") == "complaint"


def test_a_point_made_in_praise_is_noted() -> None:
    text = "Personale gentile. Un solo appunto: qualche sedia in più."
    assert case(text, PRAISE) == case(text, "positive/normal/praise") == "praise_point"
    assert case(text, PRAISE, stars=1.0) == "careful"
    assert case(text, PRAISE, sentiment_probs={"negative": 0.3}) == "careful"
    assert case("Personale gentile, nessun appunto da fare.", PRAISE) == "praise"


def test_chat_is_left_alone() -> None:
    calm = {"negative": 0.01}
    assert case("Chi viene sabato?", "neutral/low/other", sentiment_probs=calm) is None
    assert (
        case("Chi viene sabato?", "neutral/low/other", sentiment_probs=calm, reasons=("viral",)) == "careful"
    )
    assert case("Chi viene sabato?", "neutral/normal/other", sentiment_probs=calm) == "careful"


def test_who_asks_how_something_is_done_has_no_broken_product() -> None:
    text = "Come si pulisce la macchina? La spia non funziona più bene."
    found = plan.make(request(text, "neutral/normal/assistance"))
    assert found.remedy == "help"
    assert not found.offers
    assert not found.certain


def test_words_that_nobody_has_read() -> None:
    assert case("Kahvi on hyvää", lang="fi", stars=1.0, **UNREAD) == "unread"
    assert case("", stars=1.0, lang=None, **UNREAD) == "stars_low"
    assert case("👎", stars=3.0, lang=None, **UNREAD) == "stars_middle"
    assert case("", stars=5.0, lang=None, **UNREAD) == "stars_high"
    assert case("👎", lang=None, **UNREAD) == "unread"


def test_articles_are_not_answered_like_people() -> None:
    feed = platform(name="feed")
    assert case(label=PRAISE, platform=feed) == "article_positive"
    assert case(label=PRAISE, platform=feed, sentiment_probs={"negative": 0.1}) == "article_positive"
    assert case(label=PRAISE, platform=feed, sentiment_probs={"negative": 0.3}) == "article_negative"
    assert case(label="neutral/normal/complaint", platform=feed) == "article_negative"
    assert case(label="neutral/normal/information", platform=feed) == "article_question"
    found = plan.make(request("Boh.", "negative/critical/complaint", platform=feed, author="Livia Santoro"))
    assert (found.case, found.reading.kind.id, found.facts.get("name")) == ("critical", "press", None)


def test_a_tripwire_makes_criticism_grave() -> None:
    text = "Domani vi denuncio ai carabinieri"
    assert case(text, reasons=("tripwire", "negative")) == "critical"
    assert case(text, reasons=("negative",)) == "complaint"
    assert case(text, "neutral/normal/information", reasons=("tripwire",)) == "critical"
    assert case("Siete aperti domani?", "neutral/normal/information", reasons=("tripwire",)) == "information"


def test_no_cheer_for_somebody_in_danger_whatever_the_model_says() -> None:
    text = "Ottimo posto, ma stasera la faccio finita."
    assert case(text, "positive/low/praise", reasons=("tripwire", "praise")) == "critical"
    assert case(text, "neutral/low/spam", reasons=("tripwire",)) == "critical"


def test_an_insult_that_names_a_problem_is_a_complaint() -> None:
    assert case("Ladri incapaci, il pacco non è mai arrivato", "negative/low/spam") == "complaint"
    assert case("Ladri incapaci", "negative/low/spam") == "insult"


@pytest.mark.parametrize(
    ("lang", "languages", "wanted"),
    [
        ("it", ("en",), "it"),
        ("en-GB", ("it",), "en"),
        ("sv", ("it",), "en"),
        ("und", ("it", "en"), "it"),
        (None, ("it", "en"), "it"),
        (None, ("sv",), "en"),
        (None, ("en-GB",), "en"),
    ],
)
def test_languages(lang: str | None, languages: tuple[str, ...], wanted: str) -> None:
    assert speech.language(request(lang=lang, brand=brand(languages=languages))) == wanted


@pytest.mark.parametrize(
    ("formality", "text", "wanted"),
    [
        ("lei", "Ciao!", "lei"),
        ("tu", "Buongiorno", "tu"),
        ("informal", "Buongiorno", "tu"),
        ("formal", "Ciao", "lei"),
        ("mirror", "Ciao, mi dici perché?", "tu"),
        ("mirror", "Buongiorno, mi dite perché?", "lei"),
        ("Sie", "Ciao", "lei"),
    ],
)
def test_registers(formality: str, text: str, wanted: str) -> None:
    aurora = brand(voice={"formality": {"it": formality}})
    assert plan.make(request(text, brand=aurora)).register == wanted
    assert plan.make(request(text, "negative/critical/complaint", brand=aurora)).register == "lei"


@pytest.mark.parametrize(
    ("formality", "wanted"),
    [
        ("mirror", "tu"),
        ("formal", "lei"),
        ({"default": "mirror"}, "tu"),
        ({"default": "tu", "it": "lei"}, "lei"),
    ],
)
def test_one_form_of_address_for_every_language(formality: Any, wanted: str) -> None:
    aurora = brand(voice={"formality": formality})
    assert plan.make(request("Ciao, mi dici perché?", brand=aurora)).register == wanted
    german = request("Kannst du mir sagen, warum?", lang="de", brand=brand(voice={"formality": "mirror"}))
    assert plan.make(german).register == "du"


@pytest.mark.parametrize(
    ("text", "label", "remedy", "offers"),
    [
        ("Undici capsule sono bucate", None, "refund_replacement", True),
        ("Undici capsule sono bucate", "neutral/normal/complaint", "refund_replacement", False),
        ("Il nuovo logo è brutto", None, "refund_replacement", False),
        ("Consegna in ritardo", None, "apology_fix", False),
        ("L'operatore è stato maleducato", None, "escalate", False),
        ("Un'ora di coda", None, "apology_fix", False),
        ("Come si usa?", "neutral/normal/assistance", "help", False),
        ("Quanto costa?", "neutral/normal/commercial", "information", False),
        ("Bello", PRAISE, "thanks", False),
        ("Mi ha fatto male", "negative/critical/complaint", "escalate", False),
        ("buffoni", "negative/low/spam", "help", False),
        ("COMPRA ORA", "neutral/low/spam", "ignore", False),
    ],
)
def test_remedies(text: str, label: str | None, remedy: str, offers: bool) -> None:
    found = plan.make(request(text, label))
    assert (found.remedy, found.offers) == (remedy, offers)


def test_what_only_the_topic_says_is_refunded_only_with_something_at_stake() -> None:
    for urgency, offers in (("high", True), ("normal", False)):
        found = plan.make(request("Rikki.", f"negative/{urgency}/complaint", lang="fi", topics=("product_quality",)))  # fmt: skip
        assert found.offers is offers


def test_a_topic_that_the_policy_ignores_gets_no_reply() -> None:
    aurora = brand({"remedies": {"price_value": "ignore"}})
    assert case("I prezzi sono esagerati", brand=aurora) is None
    found = plan.make(request("I prezzi sono esagerati", "negative/critical/complaint", brand=aurora))
    assert (found.case, found.remedy) == ("critical", "escalate")


def test_contacts_by_topic() -> None:
    assert plan.make(request("Il rimborso non arriva mai")).contact == "refunds@aurora.example"
    assert plan.make(request("Consegna in ritardo")).contact == "help@aurora.example"
    assert plan.make(request(brand=brand({"contacts": {}}))).contact is None


@pytest.mark.parametrize(
    ("contact", "kind"),
    [
        (None, "none"),
        ("help@aurora.example", "email"),
        ("+39 0432 000000", "phone"),
        ("800 123 456", "phone"),
        ("https://aurora.example/help", "link"),
        ("aurora.example/help", "link"),
        ("il negozio di via Roma", "other"),
    ],
)
def test_kinds_of_contact(contact: str | None, kind: str) -> None:
    assert granted.reach_kind(contact) == kind


def test_what_is_asked_for_depends_on_what_went_wrong() -> None:
    assert plan.make(request("Consegna in ritardo")).facts["ask"] == "il numero d'ordine"
    assert (
        "ask" not in plan.make(request("Consegna?", "neutral/normal/assistance", topics=("delivery",))).facts
    )
    assert "ask" not in plan.make(request("Chiamo l'avvocato", "negative/critical/complaint")).facts


def test_a_second_problem_of_another_topic_is_named_too() -> None:
    found = plan.make(request("Consegna in ritardo, pacco smarrito e nessuna risposta alle mail"))
    assert len(found.problems) == 2
    assert len({one.problem.topic for one in found.problems}) == 2


def test_a_configured_answer() -> None:
    found = plan.make(request("Siete aperti la domenica a Trieste?", "neutral/normal/information"))
    assert (found.case, found.facts["answer"], found.remedy) == ("answer", "Sì, dalle 9 alle 13.", "information")  # fmt: skip


def test_grave_words_are_never_quoted() -> None:
    text = "Tante scuse, undici già bucate, e mia figlia ha le bolle"
    assert plan.make(request(text)).facts["quote"] == "undici già bucate"
    assert "quote" not in plan.make(request(text, "negative/critical/complaint")).facts
