"""Words that a person wants to see: found in seven languages, not where they are harmless, whatever the text is like."""

import gc
import time
import tomllib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import tripwires
from alerts.tripwires import DENIED, HARMLESS, KINDS, WORDS, Hit, find, languages
from store.brand import Brand, Policy

BRAND = Brand(key="a", name="A", policy=Policy(tripwires=("NAS", "allergia", "richiamo del lotto")))


def kinds(text: str, lang: str | None) -> set[str]:
    return {hit.kind for hit in find(text, lang)}


def words(text: str, lang: str | None, brand: Brand | None = None) -> list[str]:
    return [hit.word for hit in find(text, lang, brand)]


def test_there_are_seven_languages() -> None:
    assert languages() == ("de", "en", "es", "fr", "it", "nl", "pt")


FOUND = [
    ("it", "life", "Se non mi ridate i soldi la faccio finita."),
    ("it", "life", "So dove abitate, vengo e vi ammazzo."),
    ("en", "life", "I want to kill myself after what your staff said."),
    ("it", "danger", "Il neonato non respira da quando usiamo la culla."),
    ("it", "danger", "C'era una lama nel panino."),
    ("it", "danger", "Dopo averlo mangiato siamo finiti al pronto soccorso."),
    ("it", "danger", "Ho trovato un pezzo di vetro nello yogurt."),
    ("it", "law", "Domani vi scriverà il mio avvocato."),
    ("it", "law", "Sporgo denuncia."),
    ("it", "press", "Lo racconto a Striscia la Notizia."),
    ("it", "fraud", "Mi hanno clonato la carta, è una truffa!"),
    ("it", "discrimination", "Razzismo puro, mai visto."),
    ("en", "danger", "My son is in hospital after eating this."),
    ("en", "danger", "It gave me a little tingle and then caught fire."),
    ("en", "law", "You'll be hearing from my solicitor."),
    ("en", "press", "I've told a journalist about it."),
    ("en", "fraud", "Total scam, unauthorised charges every month."),
    ("en", "discrimination", "They turned us away because she's disabled."),
    ("es", "danger", "Acabamos en urgencias por una intoxicación."),
    ("es", "danger", "Este enchufe es peligroso"),
    ("es", "law", "Mi abogado se pondrá en contacto."),
    ("es", "press", "Voy a hablar con la prensa y con la OCU."),
    ("es", "fraud", "Es una estafa."),
    ("es", "discrimination", "Son unos racistas."),
    ("fr", "danger", "Ma fille a fini aux urgences."),
    ("fr", "law", "Je vais porter plainte."),
    ("fr", "press", "Un journaliste va s'y intéresser."),
    ("fr", "fraud", "C'est une arnaque."),
    ("fr", "discrimination", "Propos racistes du vendeur."),
    ("de", "danger", "Meine Tochter liegt mit Lebensmittelvergiftung im Krankenhaus."),
    ("de", "law", "Mein Anwalt meldet sich."),
    ("de", "press", "Ich gehe damit zur Presse."),
    ("de", "fraud", "Das ist Betrug."),
    ("de", "discrimination", "Rassismus am Eingang."),
    ("nl", "life", "Ik wil niet meer leven na wat jullie medewerker zei."),
    ("nl", "life", "Ik weet waar jullie wonen."),
    ("nl", "danger", "Mijn dochter ligt met voedselvergiftiging in het ziekenhuis."),
    ("nl", "danger", "De oplader vloog in brand."),
    ("nl", "danger", "Er zat een stukje glas in mijn yoghurt."),
    ("nl", "danger", "Zijn gezicht was opgezwollen en hij kreeg geen adem."),
    ("nl", "danger", "De gordel schoot los en de remmen weigerden."),
    ("nl", "law", "U hoort van mijn advocaat."),
    ("nl", "law", "Ik doe aangifte bij de politie."),
    ("nl", "press", "Ik stap hiermee naar de pers."),
    ("nl", "press", "De Consumentenbond weet er al van."),
    ("nl", "fraud", "Pure oplichting, geld afgeschreven zonder toestemming."),
    ("nl", "fraud", "Ik kreeg de gegevens van iemand anders te zien: een datalek!"),
    ("nl", "discrimination", "We werden geweigerd vanwege mijn hoofddoek."),
    ("nl", "discrimination", "Racistische opmerkingen aan de deur."),
    ("pt", "danger", "Fui parar ao hospital com uma intoxicação."),
    ("pt", "law", "Vou falar com o meu advogado."),
    ("pt", "press", "Vou contar a um jornalista."),
    ("pt", "fraud", "Isto é uma burla, uma fraude."),
    ("pt", "discrimination", "Racismo na entrada."),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "kind", "text"), FOUND)
def test_each_language_knows_each_kind(lang: str, kind: str, text: str) -> None:
    assert kind in kinds(text, lang)


HARMLESS_TEXTS = [
    ("it", "Mi ammazzo dalle risate ogni volta, siete fortissimi."),
    ("it", "Domani disdico e la faccio finita con questa palestra."),
    ("it", "Il toast all'avvocato e salmone è da morire."),
    ("it", "Un'esplosione di gusto, pericolosamente buono: dovrebbe essere illegale!"),
    ("it", "Chiuso a causa lavori, ma che bella stampa 3D."),
    ("en", "Death by chocolate, to die for. Dangerously good, it should be illegal."),
    ("en", "Loved the tennis court and the food court; had us in stitches."),
    ("en", "The french press makes killer coffee, wheelchair accessible too."),
    ("es", "Para morirse de risa, qué ricos los churros."),
    ("fr", "Une salade d'avocat et crevettes."),
    ("de", "Ein Geschmack, der einen umhaut. Hammer!"),
    ("nl", "Gevaarlijk lekker, een smaakexplosie: verboden lekker. Ik lachte me dood."),
    ("nl", "Een glaasje advocaat met slagroom, en rolstoeltoegankelijk is het ook."),
    ("nl", "Helaas geen gift ontvangen, wel een leuk gifje van jullie sterke brand."),
    ("nl", "Bij kassa 3 stond een lange rij, de uitslag op de bon klopte niet."),
    ("pt", "De morrer de rir, o bolo é uma bomba de sabor."),
]


@pytest.mark.parametrize(("lang", "text"), HARMLESS_TEXTS)
def test_phrases_in_which_a_word_means_something_else(lang: str, text: str) -> None:
    assert find(text, lang) == []


EMERGENCY_CALLS = [
    ("it", "Ho chiamato il 118."),
    ("it", "È dovuto intervenire il 118!"),
    ("it", "Abbiamo chiamato 118 e carabinieri"),
    ("it", "L'hanno portata via quelli del 118, di notte."),
    ("it", "Ho dovuto chiamare il 112, poi sono arrivati."),
    ("en", "We called 999 straight away."),
    ("es", "Tuvimos que llamar al 112."),
    ("fr", "Nous avons appelé le 112."),
    ("de", "Wir haben sofort 112 gewählt."),
    ("nl", "We hebben meteen 112 gebeld."),
    ("pt", "Liguei para o 112."),
]
SUMS = [
    ("it", "Mi avete addebitato 118,40 euro."),
    ("it", "Ho speso € 118 e nessuno risponde."),
    ("it", "115 euro buttati, 113 euro di spese."),
    ("it", "Il rimborso: il 118,40 non arriva."),
    ("it", "Costa 118 euro"),
    ("it", "Ho perso il 118 % del tempo"),
    ("it", "L'ordine 118 non è arrivato, ordine n. 112."),
    ("it", "È il 113esimo messaggio, il 118esimo ordine e il 118° reclamo."),
    ("it", "Ho chiamato 118 volte."),
    ("it", "Il negozio al 118 di via Roma è chiuso."),
    ("en", "I called 999 times. I paid £999 for it."),
    ("es", "Tuve que llamar al 112 veces, 112 euros."),
    ("fr", "J'ai appelé le 112 fois, 112,50 euros."),
    ("de", "Bestellung 112 nicht geliefert, 112 Euro nicht erstattet."),
    ("nl", "Ik heb al 112 keer gebeld, bestelling 112 van 112 euro."),
    ("pt", "Liguei para o 112 vezes, 112 euros."),
]


@pytest.mark.parametrize(("lang", "text"), EMERGENCY_CALLS)
def test_a_call_for_help_by_its_number(lang: str, text: str) -> None:
    assert kinds(text, lang) >= {"danger"}


@pytest.mark.parametrize(("lang", "text"), SUMS)
def test_a_sum_is_no_call_for_help(lang: str, text: str) -> None:
    assert find(text, lang) == []


def test_a_harmless_phrase_hides_only_its_own_words() -> None:
    assert words("Toast all'avvocato, poi ho chiamato l'avvocato.", "it") == ["avvocato"]


def test_a_poison_is_one_in_dutch_alone() -> None:
    assert words("Er zat gif in.", "nl") == ["gif"]
    assert words("Send me that gif, great brand!", None) == []


@pytest.mark.parametrize(
    ("lang", "found"),
    [("de", ["Gift"]), ("de-AT", ["Gift"]), ("DE_at", ["Gift"]), ("en", []), (None, []), ("nl", [])],
)
def test_an_ambiguous_word_counts_only_in_its_own_language(lang: str | None, found: list[str]) -> None:
    """German "Gift" is a poison, English "gift" is a present."""
    assert words("Das ist ja Gift!", lang) == found


@pytest.mark.parametrize("lang", [None, "fi", "sv", "xx"])
def test_in_an_unknown_language_the_clear_words_of_all_count(lang: str | None) -> None:
    text = "salmonella, lawyer, estafa, arnaque, Krankenhaus, advogado"
    assert words(text, lang) == text.split(", ")


# ---------------------------------------------------------------------------- how people write


@pytest.mark.parametrize(
    "text",
    [
        "AVVOCATO",
        "Avvocàto",
        "_avvocato_",
        "*avvocato*",
        "«avvocato»",
        "avvocato!!!",
        "#avvocato",
        "@avvocato",
        "av\u200bvo\u00adcato",
        "a\u0300vvocato",
        "avv\u202eocato",
        "ａｖｖｏｃａｔｏ",
        "l'avvocato",
        "l’avvocato",
        "1.avvocato",
        "avvocato\x00",
    ],
)
def test_case_accents_marks_and_hidden_signs_do_not_count(text: str) -> None:
    assert kinds(text, "it") == {"law"}


@pytest.mark.parametrize(
    "text", ["tracannavvocatona", "avvocatura2", "xavvocato", "2avvocato", "salmonata", "asilo", "nasi"]
)
def test_a_part_of_a_word_is_no_word(text: str) -> None:
    assert find(text, "it", BRAND) == []


@pytest.mark.parametrize("gap", [" ", "  ", "\n", "-", ", ", " - "])
def test_any_small_gap_joins_a_phrase(gap: str) -> None:
    assert kinds(f"pronto{gap}soccorso", "it") == {"danger"}


@pytest.mark.parametrize("gap", ["", "    ", " e mai "])
def test_a_wide_gap_does_not(gap: str) -> None:
    assert kinds(f"pronto{gap}soccorso", "it") == set()


def test_words_are_quoted_as_they_were_written_in_order_and_once() -> None:
    text = "La Salmonèlla! E poi salmonella, l’AVVOCATO, salmonella."
    assert find(text, "it") == [Hit("danger", "Salmonèlla"), Hit("law", "AVVOCATO")]


def test_the_brands_own_words_hold_in_every_language() -> None:
    for lang in ("it", "en", "fi", None):
        hits = [
            hit.word
            for hit in find("Allergia? nas. Richiamo  del lotto 12", lang, BRAND)
            if hit.kind == "brand"
        ]
        assert hits == ["Allergia", "nas", "Richiamo  del lotto"]
    assert {hit.kind for hit in find("l'allergia", "fi", BRAND)} == {"brand"}


def test_a_word_may_be_the_brands_and_the_laws() -> None:
    careful = Brand(key="a", name="A", policy=Policy(tripwires=("avvocato",)))
    assert {hit.kind for hit in find("avvocato", "it", careful)} == {"law", "brand"}


@pytest.mark.parametrize("own", [".*", "a.c", "(", "[x]", "a|b", "\\", "^", " ", "", "{,}", "*"])
def test_own_words_are_words_and_never_expressions(own: str) -> None:
    brand = Brand(key="a", name="A", policy=Policy(tripwires=(own, "allergia")))
    assert find("abc 123 xyz. a, b", "it", brand) == []
    assert "allergia" in words("allergia", "it", brand)


def test_choices_and_rests_in_own_words() -> None:
    brand = Brand(
        key="a", name="A", policy=Policy(tripwires=("richiam{o,i} {del,di}  lott*", "senza {più,}"))
    )
    assert words("Richiami di lotti vecchi, senza", "it", brand) == ["Richiami di lotti", "senza"]


# ---------------------------------------------------------------------------- the lists themselves


@pytest.mark.parametrize("code", languages())
def test_every_word_of_a_list_is_found_by_itself(code: str) -> None:
    """A pattern that can never match is a word that nobody watches."""
    tables = tomllib.loads((WORDS / f"{code}.toml").read_text(encoding="utf-8"))
    missed = []
    for kind in KINDS:
        for pattern in tables[kind]["words"] + tables[kind].get("ambiguous", []):
            for choice in tripwires._choices(pattern):
                text = " ".join(choice.replace("*", "x").split())
                if text and not find(text, code) and not _is_harmless(text, tables):
                    missed.append(text)
    assert missed == []


def _is_harmless(text: str, tables: dict[str, dict[str, list[str]]]) -> bool:
    """Whether a harmless phrase of the same language wins at this place."""
    plain = [choice for pattern in tables[HARMLESS]["words"] for choice in tripwires._choices(pattern)]
    return any(_folded(choice).rstrip(" *") in _folded(text) for choice in plain)


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


@pytest.mark.parametrize("code", languages())
def test_every_language_has_words_of_every_kind(code: str) -> None:
    tables = tomllib.loads((WORDS / f"{code}.toml").read_text(encoding="utf-8"))
    assert set(tables) == {*KINDS, HARMLESS, DENIED}
    assert all(tables[kind]["words"] for kind in KINDS)


# ---------------------------------------------------------------------------- hostile texts


@settings(max_examples=150)
@given(st.text(max_size=200), st.sampled_from(["it", "en", "de", "xx", None]))
def test_any_text_is_taken_and_what_is_found_stands_in_it(text: str, lang: str | None) -> None:
    seen = unicodedata.normalize("NFC", text)
    for hit in find(text, lang, BRAND):
        assert hit.kind in (*KINDS, "brand")
        assert hit.word.strip()
        assert hit.word in tripwires._INVISIBLE.sub("", seen)


@settings(max_examples=60)
@given(st.text(max_size=40), st.text(max_size=40))
def test_words_around_it_hide_no_tripwire(left: str, right: str) -> None:
    assert "salmonella" in words(f"{left} . salmonella . {right}", "it")


HOSTILE = {
    "one long word": "a" * 1000,
    "many words": "avvocat " * 125,
    "almost a phrase": "pronto pronto " * 72,
    "gaps": " " * 1000,
    "marks": "e\u0301\u0301\u0301\u0301" * 200,
    "hidden": "\u200b" * 1000,
    "emoji": "👨‍👩‍👧‍👦" * 140,
    "stitches": "needed many " * 84,
    "letters": "abcdefghi " * 100,
}


@contextmanager
def without_pauses() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def seconds(text: str, lang: str | None) -> float:
    """The best of a few tries: what the machine does besides only ever adds."""
    took = []
    for _ in range(3):
        started = time.process_time()
        find(text, lang, BRAND)
        took.append(time.process_time() - started)
    return min(took)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_time_grows_with_the_length_and_no_faster(text: str) -> None:
    find("", None, BRAND)  # the patterns are made once
    with without_pauses():
        short, long = seconds(text * 4, None), seconds(text * 64, None)
    assert long < 16 * short * 4 + 0.05, f"{short:.4f} s, then {long:.4f} s for 16 times the text"


@pytest.mark.parametrize(
    ("lang", "denied", "made"),
    [
        ("it", "Non vi denuncio, tranquilli", "Vi denuncio"),
        ("it", "Niente avvocati, promesso", "Ho sentito gli avvocati"),
        ("en", "I won't sue you, relax", "I will sue you"),
        ("es", "No os voy a denunciar, tranquilos", "Os voy a denunciar"),
        ("fr", "Je ne vais pas porter plainte, rassurez-vous", "Je vais porter plainte"),
        ("de", "Ich werde Sie nicht verklagen, keine Sorge", "Ich werde Sie verklagen"),
        ("pt", "Não vou processar vocês, calma", "Vou processar vocês"),
        ("nl", "Ik ga jullie niet aanklagen hoor", "Ik ga jullie aanklagen"),
    ],
)
def test_a_threat_that_is_denied_is_none(lang: str, denied: str, made: str) -> None:
    assert find(denied, lang) == []
    assert [hit.kind for hit in find(made, lang)] == ["law"]
    assert [hit.kind for hit in find(f"{denied}. {made}!", lang)] == ["law"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("it", "Non vi denuncio se mi rimborsate"),
        ("it", "Non mi rispondete, e io vi denuncio"),
        ("en", "I won't sue you if you refund me"),
        ("en", "I won't hesitate to sue you"),
        ("de", "Ich werde Sie nicht verklagen, wenn Sie zahlen"),
        ("fr", "Je ne vais pas porter plainte si vous remboursez"),
        ("es", "No os voy a denunciar si me devolvéis el dinero"),
        ("pt", "Não vou processar vocês se devolverem o dinheiro"),
        ("nl", "Ik ga jullie niet aanklagen als jullie betalen"),
    ],
)
def test_a_condition_makes_it_a_threat(lang: str, text: str) -> None:
    assert [hit.kind for hit in find(text, lang)] == ["law"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("it", "Nessun avvocato vi salverà"),
        ("it", "Non crediate che non vi denuncio"),
        ("it", "Non vi denuncio oggi, lo faccio domani"),
        ("it", "Non vi denuncio io, lo fa mia moglie"),
        ("it", "Non vi denuncio, a meno che non mi rimborsiate"),
        ("en", "Don't think I won't sue you"),
        ("en", "I won't sue you for now"),
        ("en", "I won't sue you today"),
        ("en", "I won't sue you so long as you pay me 500"),
        ("en", "I won't sue you. But my wife will"),
        ("de", "Ich werde Sie nicht gleich verklagen"),
        ("de", "Glauben Sie nicht, ich werde Sie nicht verklagen"),
        ("nl", "Denk niet dat ik geen advocaat heb"),
        ("pt", "Não quero processar, mas vou"),
        ("es", "De momento no, no os voy a denunciar de momento"),
        ("es", "No crean que no les voy a denunciar"),
        ("fr", "Ne croyez pas que je ne vais pas porter plainte"),
    ],
)
def test_a_denial_in_doubt_is_a_threat(lang: str, text: str) -> None:
    assert "law" in [hit.kind for hit in find(text, lang)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("it", "Qualcuno mi ha palpeggiata in bagno"),
        ("it", "Il barista mi ha messo le mani addosso"),
        ("en", "The waiter followed my daughter into the toilet"),
        ("fr", "Le serveur m'a tripotée"),
        ("fr", "Il m'a touché les fesses"),
        ("pt", "O empregado passou a mão em mim"),
        ("nl", "De ober zat aan mijn billen"),
        ("de", "Der Kellner hat mich angegrapscht"),
        ("de", "Ich wurde begrapscht"),
        ("es", "El camarero me tocó el culo"),
        ("es", "Un cliente me manoseó"),
        ("it", "Il cornetto era ammuffito"),
        ("en", "The bread was mouldy"),
        ("en", "Moldy bread again"),
        ("es", "El pan estaba mohoso"),
        ("pt", "O pão vinha bolorento"),
        ("pt", "Pão mofado"),
        ("fr", "Le pain était moisi"),
        ("de", "Das Brot war verschimmelt"),
        ("de", "Der Käse ist schimmelig"),
        ("nl", "Het brood was beschimmeld"),
    ],
)
def test_assault_and_mould_are_dangers(lang: str, text: str) -> None:
    assert "danger" in [hit.kind for hit in find(text, lang)]
