"""Who has lost somebody, who fell, who is in hospital; and what only the model calls critical."""

from typing import Any

import pytest

from alerts.drafts import plan
from alerts.drafts.compose import compose
from alerts.drafts.phrases import languages, load
from alerts.drafts.plan import Plan
from alerts.drafts.reading import read
from tests.alerts.drafts.requests import AURORA, brand, request

CRITICAL, HIGH = "negative/critical/complaint", "negative/high/complaint"
BEREAVED = {
    "it": "Mio padre è morto la settimana scorsa e continuate a mandargli le fatture. Ho già chiesto due volte.",
    "en": "My husband passed away in March and you keep charging his card every month. I have asked twice.",
    "es": "Mi padre falleció en mayo y seguís cobrando la cuota. Ya lo he pedido dos veces.",
    "fr": "Ma mère est décédée et vous continuez à prélever son compte. Je l'ai demandé deux fois.",
    "de": "Mein Mann ist verstorben, Sie buchen weiter ab. Ich habe schon zweimal geschrieben.",
    "pt": "O meu marido faleceu e continuam a cobrar a mensalidade. Já pedi duas vezes.",
    "nl": "Mijn vader is overleden en jullie blijven afschrijven. Ik heb al twee keer gemaild.",
}
CONDOLENCE = ("condoglianz", "vicini", "condolence", "your loss", "thoughts", "pésame", "sentimiento", "condoléances", "pensées", "beileid", "gedanken", "condolências", "pensamentos", "condole", "gecondoleerd", "gedachten")  # fmt: skip
PRODUCT = ("prodott", "product", "produit", "produkt", "produt")
ALIVE = {
    "it": ["Sono morta dal ridere leggendo il menu", "Mio marito è morto dal ridere", "Il telefono di mio padre è morto"],
    "en": ["My phone died after a week", "My husband nearly died laughing", "My dad's battery died"],
    "es": ["Mi hija se ha muerto de risa", "El móvil de mi padre ha muerto"],
    "fr": ["Ma fille était morte de rire", "Mon téléphone est mort"],
    "de": ["Akku tot nach zwei Wochen", "Mein Mann hat sich totgelacht, fast gestorben", "Das Handy meiner Mutter: Akku tot"],
    "pt": ["A minha mãe morreu de rir", "O telemóvel do meu pai morreu"],
    "nl": ["Telefoon dood na een week", "Mijn man heeft zich doodgelachen, bijna dood"],
}  # fmt: skip
FELL = {
    "it": "Mio figlio è caduto dalla sedia rotta e si è rotto il polso.",
    "en": "I slipped on your wet floor and broke my ankle.",
    "es": "Mi abuela se cayó en la entrada por un escalón roto y se rompió la cadera.",
    "fr": "Ma mère est tombée sur votre sol mouillé, fracture de la hanche.",
    "de": "Meine Tochter ist auf der Treppe gestürzt. Armbruch.",
    "pt": "Escorreguei no chão molhado da loja e parti o pulso.",
    "nl": "Ik ben uitgegleden over jullie natte vloer en heb mijn enkel gebroken.",
}
WISH = ("guarigione", "recovery", "recuperación", "rétablissement", "besserung", "melhoras", "beterschap")
TREATED = {
    "it": "Mio figlio ha inghiottito una perlina della vostra tazza, siamo al pronto soccorso.",
    "en": "My toddler swallowed a bead that came off your cup, we are in A&E.",
    "es": "Mi hijo se tragó una pieza de la taza, estamos en urgencias.",
    "fr": "Mon fils a avalé une perle de votre tasse, nous sommes aux urgences.",
    "de": "Mein Sohn hat eine Perle verschluckt, wir sind in der Notaufnahme.",
    "pt": "O meu filho engoliu uma peça da chávena, estamos nas urgências.",
    "nl": "Mijn zoontje heeft een kraaltje ingeslikt, we zijn op de spoedeisende hulp.",
}
AGAIN = ("continuano o tornano", "go on or come back", "continúan o vuelven", "persistent ou reviennent", "anhalten oder", "continuarem ou voltarem", "aanhouden of")  # fmt: skip
HAIR = {
    "it": "C'era un capello nella mia insalata, che schifo.",
    "en": "There was a hair in my salad, disgusting.",
    "es": "Había un pelo en mi ensalada, qué asco.",
    "fr": "J'ai trouvé un cheveu dans mon croissant.",
    "de": "In meinem Salat war ein Haar, eklig.",
    "pt": "Havia um cabelo na minha salada, que nojo.",
    "nl": "Er zat een haar in mijn salade, walgelijk.",
}
DIRTY = {
    "it": "Tutto fantastico, anche se il tavolo era sporco.",
    "en": "Everything was great, although the table was dirty.",
    "es": "Todo genial, aunque la terraza estaba sucia.",
    "fr": "Tout était parfait, bien que la table soit sale.",
    "de": "Alles super, obwohl der Tisch schmutzig war.",
    "pt": "Tudo ótimo, embora a mesa estivesse suja.",
    "nl": "Alles geweldig, hoewel de tafel vies was.",
}
INSULTS = {
    "it": "Siete dei ladri e dei truffatori",
    "en": "You idiots. Clowns. Die.",
    "es": "Sois unos ladrones y unos sinvergüenzas",
    "fr": "Bande d'escrocs, allez vous faire voir",
    "de": "Ihr seid doch alle Vollidioten",
    "pt": "Vocês são uns ladrões, vão à merda",
    "nl": "Stelletje oplichters, rot op",
}


def planned(text: str, label: str, lang: str, **values: Any) -> Plan:
    return plan.make(request(text, label, lang=lang, **values))


def said(text: str, label: str, lang: str, **values: Any) -> list[str]:
    """Several drafts of one matter, public and private, in small letters."""
    drafts = [compose(request(text, label, lang=lang, seed=seed, **values)) for seed in "abcdef"]
    assert not [check for draft in drafts for check in draft.checks if not check.ok]
    return [f"{draft.reply}\n{draft.private_reply}".casefold() for draft in drafts]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("label", [CRITICAL, HIGH])
def test_who_has_lost_somebody_is_condoled_with(lang: str, label: str) -> None:
    found = planned(BEREAVED[lang], label, lang)
    assert (found.case, found.reading.kind.id, found.again) == ("critical", "bereavement", "repeated")
    assert found.register == load(lang).formal
    for reply in said(BEREAVED[lang], label, lang):
        assert any(word in reply.splitlines()[0] for word in CONDOLENCE)
        assert not any(word in reply for word in PRODUCT)


@pytest.mark.parametrize("lang", languages())
def test_it_is_admitted_that_they_had_to_ask_again(lang: str) -> None:
    moves = compose(request(BEREAVED[lang], HIGH, lang=lang)).moves
    assert any(move.startswith("critical_repeated") for move in moves)
    assert not any(move.startswith("critical_again") for move in moves)


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in ALIVE.items() for text in texts])
def test_nobody_has_died(lang: str, text: str) -> None:
    assert not read(request(text, HIGH, lang=lang), load(lang)).mourns


def test_who_praises_in_their_grief_gets_no_cheer() -> None:
    text = "My mother passed away last week and your staff sent flowers, thank you"
    assert planned(text, "positive/low/praise", "en").case == "careful"


@pytest.mark.parametrize("lang", languages())
def test_who_fell_hears_of_the_place_and_no_product(lang: str) -> None:
    found = planned(FELL[lang], CRITICAL, lang, topics=("safety_health",))
    assert (found.case, found.reading.kind.id) == ("critical", "fall")
    for reply in said(FELL[lang], CRITICAL, lang, topics=("safety_health",)):
        assert any(word in reply for word in WISH)
        assert not any(word in reply for word in PRODUCT)


@pytest.mark.parametrize("lang", languages())
def test_who_is_in_hospital_is_not_told_to_see_a_doctor_if_it_comes_back(lang: str) -> None:
    assert planned(TREATED[lang], CRITICAL, lang, topics=("safety_health",)).reading.kind.id == "treated"
    for reply in said(TREATED[lang], CRITICAL, lang, topics=("safety_health",)):
        assert not any(words in reply for words in AGAIN)


def test_a_broken_tooth_is_known_and_not_asked_about() -> None:
    text = "My daughter bit on a metal screw in your muffin and broke a tooth. We're at the dentist now."
    assert planned(text, CRITICAL, "en", topics=("safety_health",)).reading.kind.id == "injury"
    assert not any("is everyone all right" in reply for reply in said(text, CRITICAL, "en"))


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("topics", [(), ("safety_health",), ("taste_food",)])
def test_what_the_model_alone_calls_critical_names_its_matter(lang: str, topics: tuple[str, ...]) -> None:
    tu = load(lang).language.registers[-1]
    aurora = brand({"remedies": {"cleanliness_condition": "refund_replacement"}}, {"formality": {lang: tu}})
    found = planned(HAIR[lang], CRITICAL, lang, topics=topics, brand=aurora)
    assert (found.case, found.problem.id, found.offers) == ("complaint", "hair", False)
    assert found.register == load(lang).formal
    said(HAIR[lang], CRITICAL, lang, topics=topics, brand=aurora)


def test_what_is_grave_by_its_words_or_by_the_brands_own_stays_so() -> None:
    hurt = "C'era un capello nella mia insalata, e mi sono tagliata il labbro"
    assert planned(hurt, CRITICAL, "it").case == "critical"
    assert planned(HAIR["it"], CRITICAL, "it", reasons=("tripwire",)).case == "critical"
    assert planned("Chiamo l'avvocato, consegna in ritardo", CRITICAL, "it").case == "critical"
    assert planned("Non so che cosa pensare di voi", CRITICAL, "it").case == "critical"


def test_who_takes_it_all_back_is_not_told_that_it_is_serious() -> None:
    text = "Nachtrag von gestern: Die Chefin hat selbst angerufen. Alles gut, ich nehm alles zurück"
    assert planned(text, "positive/critical/praise", "de").case == "careful"


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("topics", [(), ("product_quality",)])
def test_a_complaint_within_praise_is_answered_too(lang: str, topics: tuple[str, ...]) -> None:
    found = planned(DIRTY[lang], "positive/low/praise", lang, stars=4.0, topics=topics)
    assert (found.case, found.problem.id) == ("mixed", "dirty")


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("category", ["complaint", "other", "spam"])
def test_an_insult_is_an_insult_whatever_its_category(lang: str, category: str) -> None:
    assert planned(INSULTS[lang], f"negative/normal/{category}", lang).case == "insult"
    late = f"{INSULTS[lang]}. {HAIR[lang]}"
    assert planned(late, f"negative/normal/{category}", lang).case == "complaint"


@pytest.mark.parametrize("text", ["Meh", "Boh", "Bad.", "Fine.", "Caffè ok."])
def test_a_word_or_two_have_no_problem_of_the_models(text: str) -> None:
    for stars, case in ((1.0, "stars_low"), (3.0, "stars_middle"), (None, "careful")):
        values: dict[str, Any] = {"stars": stars, "topics": ("app_website",), "brand": AURORA}
        assert planned(text, "negative/normal/complaint", "it", **values).case == case


def test_what_is_paid_and_what_is_had_stand_the_right_way_round() -> None:
    feel = [wording.text for wording in load("es").problem_of("price_value").feel]
    assert feel == ["lo que se recibe tiene que valer lo que se paga."]
