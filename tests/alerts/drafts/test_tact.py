"""What nobody who reads a reply aloud would sign: a second problem that is none, thanks upon thanks, what a policy does not
grant, and a saga that is answered as if it were the first word."""

import re
from typing import Any

import pytest

from alerts.drafts import guard, plan
from alerts.drafts.compose import compose
from alerts.drafts.phrases import languages, load
from alerts.drafts.plan import Plan
from tests.alerts.drafts.requests import brand, request

SAGAS = {
    "it": ["È la terza volta che vi scrivo", "Due mail, nessuna risposta", "Aspetto da settimane", "Di nuovo rotta, sempre lo stesso problema", "Ho scritto tre volte"],
    "en": ["This is the third time I write to you", "Two emails and no answer", "It breaks again and again", "It has now been standing on the counter for seven weeks", "I've emailed you three times"],
    "es": ["Es la tercera vez que escribo", "Tres correos y nada", "Una y otra vez lo mismo", "Llevo semanas esperando", "He llamado cinco veces"],
    "fr": ["C'est la troisième fois que j'appelle", "Cinq mails en un mois", "Encore la même panne", "J'attends depuis des semaines", "Encore et toujours"],
    "de": ["Ich schreibe zum dritten Mal", "Drei Mails, keine Antwort", "Immer wieder das gleiche", "Ich warte seit Wochen", "Schon dreimal angerufen"],
    "pt": ["É a terceira vez que escrevo", "Três mensagens e nada", "Outra vez o mesmo", "Há semanas à espera", "Liguei cinco vezes"],
    "nl": ["Dit is de derde keer dat ik mail", "Drie mails zonder antwoord", "Keer op keer", "Ik wacht al weken", "Al drie keer gebeld"],
}  # fmt: skip
ONCE = {
    "it": [
        "Terza volta che compro, sempre ottimo",
        "Ha funzionato per mesi, poi si è rotta",
        "Cliente da anni",
    ],
    "en": [
        "Third time I buy, always great",
        "It worked for months, then it broke",
        "Been a customer for years",
    ],
    "es": ["Tercera vez que compro, siempre genial", "Funcionó unos meses y se rompió"],
    "fr": ["Troisième fois que j'achète, toujours parfait", "Elle a marché trois mois, puis plus rien"],
    "de": ["Zum dritten Mal gekauft, immer super", "Lief monatelang, dann ging sie kaputt"],
    "pt": ["Terceira vez que compro, sempre ótimo", "Funcionou uns meses e avariou"],
    "nl": ["Derde keer dat ik hier koop, altijd top", "Werkte maanden goed, toen ging hij stuk"],
}
LEAVING = {
    "it": ["Vi saluto, passo a un'altra marca", "Avete appena perso un cliente"],
    "en": ["I'm leaving you", "I've moved to another brand", "You lost a customer"],
    "es": ["Me he cambiado a otra marca", "Habéis perdido a un cliente"],
    "fr": ["Je vous quitte", "Vous venez de perdre une cliente"],
    "de": ["Ich bin zu einer anderen Marke gewechselt", "Ihr habt einen Kunden verloren"],
    "pt": ["Mudei para outra marca", "Acabaram de perder um cliente"],
    "nl": ["Ik ga bij jullie weg", "Jullie zijn een klant kwijt"],
}
SWAPS = {
    "it": ["Le proponiamo un cambio.", "Glielo cambiamo volentieri.", "Le spediamo il pezzo."],
    "en": ["We can exchange it for you.", "We'll send you a new one.", "We'd be happy to swap it."],
    "es": [
        "Puede elegir el cambio.",
        "Le ofrecemos un cambio.",
        "Averiguaremos cómo hacerle llegar la pieza.",
    ],
    "fr": ["Nous vous proposons un échange.", "Nous vous l'échangerons.", "Nous vous enverrons la pièce."],
    "de": ["Wir bieten Ihnen einen Umtausch an.", "Wir können das Teil nachliefern.", "Gern umtauschen."],
    "pt": ["Propomos a troca.", "Trocamos o artigo.", "Vamos ver como fazer chegar a peça."],
    "nl": ["We kunnen het omruilen.", "We zoeken uit hoe we het kunnen nasturen.", "Het wordt omgeruild."],
}
ODD = re.compile(r"^(?:greetings|hello there|saudações|olá d|bonjour à vous|hallo und|hola y)")


def planned(text: str, label: str = "negative/high/complaint", **values: Any) -> Plan:
    return plan.make(request(text, label, **values))


def pairs(of: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(lang, text) for lang, texts in of.items() for text in texts]


@pytest.mark.parametrize(("lang", "text"), pairs(SAGAS))
def test_a_saga_is_not_answered_as_a_first_word(lang: str, text: str) -> None:
    found = planned(text, lang=lang, topics=("product_quality",))
    assert found.again == "repeated"
    draft = compose(request(text, lang=lang, topics=("product_quality",)))
    assert any(move.startswith("sorry_repeated.") for move in draft.moves)


@pytest.mark.parametrize(("lang", "text"), pairs(ONCE))
def test_what_lasted_or_is_bought_again_is_no_saga(lang: str, text: str) -> None:
    assert planned(text, lang=lang).again is None
    assert planned(text, "positive/low/praise", lang=lang).again is None


def test_what_is_known_of_an_author_comes_before_their_words() -> None:
    text = "È la terza volta che vi scrivo, due mail e nessuna risposta"
    assert planned(text, reasons=("negative", "came_back")).again == "came_back"
    assert (
        planned(f"{text}, ora chiamo l'avvocato", "negative/critical/complaint").again is None
    )  # a grave matter says nothing of patience
    assert planned("Terza volta che scrivo per farvi i complimenti", "positive/low/praise").again is None


@pytest.mark.parametrize(("lang", "text"), pairs(LEAVING))
def test_who_leaves_is_understood_in_many_words(lang: str, text: str) -> None:
    assert planned(text, lang=lang).problem.id == "leaving"


def test_leaving_is_no_second_thing_to_be_sorry_for() -> None:
    text = "Cancelei a assinatura em setembro e continuam a cobrar no meu cartão"
    found = planned(text, lang="pt", topics=("refund_payment",))
    assert [one.problem.id for one in found.problems] == ["unexpected_charge"]
    assert all(
        problem.alone for lang in languages() for problem in load(lang).problems if problem.id == "leaving"
    )


def test_a_topic_is_not_praised_and_apologised_for_at_once() -> None:
    text = "Café très bon et terrasse charmante, mais le gâteau était immangeable et sans goût"
    found = planned(text, "neutral/normal/complaint", lang="fr", stars=3, topics=("taste_food",))
    assert (found.case, found.problem.topic) == ("mixed", "taste_food")
    assert "taste_food" in {good.topic for good in found.reading.goods}
    assert "taste_food" not in {good.topic for good in found.goods}
    asked = request(text, "neutral/normal/complaint", lang="fr", stars=3, topics=("taste_food",))
    assert "feel" not in {sentence.move for sentence in compose(asked).sentences}


def test_a_password_that_is_refused_is_no_code_that_never_came() -> None:
    text = "Mi dice password errata, ma la password è giusta, e il link per reimpostarla non arriva"
    for lang, said in {"it": text, "es": "Dice contraseña incorrecta", "pt": "Diz password errada"}.items():
        assert planned(said, lang=lang, topics=("account_access",)).problem.id == "locked"


@pytest.mark.parametrize(("lang", "text"), pairs(SWAPS))
def test_an_exchange_is_promised_only_where_the_policy_grants_it(lang: str, text: str) -> None:
    def fails(topic: str) -> bool:
        asked = request("…", lang=lang, topics=(topic,))
        return any(not check.ok for check in guard.inspect(text, asked) if check.name == "promises")

    assert fails("delivery")
    assert not fails("product_quality")


@pytest.mark.parametrize("lang", languages())
def test_what_happens_next_costs_nothing_that_is_not_granted(lang: str) -> None:
    """No next step promises a part, an exchange or a hand, as a policy may grant an apology alone."""
    asked = request("…", lang=lang, brand=brand({"remedies": {}}))
    hand = re.compile(r"\b(?:a mano|by hand|à la main|von Hand|à mão|met de hand)\b")
    for problem in load(lang).problems:
        for wording in (*problem.next, *problem.feel):
            promises = [c for c in guard.inspect(wording.text, asked) if c.name == "promises" and not c.ok]
            assert not promises, (wording.id, promises)
            assert not hand.search(wording.text), wording.id


@pytest.mark.parametrize("lang", languages())
def test_nobody_is_thanked_twice(lang: str) -> None:
    """Praise is thanked for where it is answered, and complaints where they are; the end says goodbye."""
    phrases = load(lang)
    ends = (*phrases.moves["praise_close"], *phrases.moves["statement_close"], *phrases.moves["regards"])
    assert [wording.text for wording in ends if phrases.courtesies(wording)] == []
    assert [
        wording.text for wording in phrases.moves["weak"] if "thanks" in phrases.courtesies(wording)
    ] == []


@pytest.mark.parametrize("lang", languages())
def test_a_greeting_is_one_that_people_use(lang: str) -> None:
    greetings = (*load(lang).moves["greeting"], *load(lang).moves["greeting_grave"])
    assert [wording.text for wording in greetings if ODD.search(wording.text)] == []


def test_spanish_does_not_ask_to_be_told_again_where_nobody_was() -> None:
    """ "Por tener que contárnoslo" reads as if we had to be told; and only who wrote again wrote again."""
    assert not [wording.text for wording in load("es").moves["sorry"] if "otra vez" in wording.text]
    assert not [
        wording.text for wording, _ in load("es").wordings() if "contárnoslo otra vez" in wording.text
    ]


def test_five_stars_are_not_apologised_to_where_no_words_name_a_problem() -> None:
    text = "Quelli accanto volevano due denti, qui hanno guardato e detto: non si tocca. 26 euro."
    assert planned(text, stars=5, topics=("refund_payment",)).case == "careful"
    assert planned(text, stars=1, topics=("refund_payment",)).case == "complaint"
    assert planned("Arrivato rotto.", stars=5).case == "complaint"
