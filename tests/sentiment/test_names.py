"""Names and words for where people come from have stand-ins; all other words stay as they are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.names import LANGUAGES, STAND_IN, Lexicon, learnt
from sentiment.text import clean

TEXTS = [
    ("ho parlato con la signora gentile, ottimo il caffè freddo di ieri e mi hanno servito bene", "it"),
    ("meglio boicottare", "it"),
    ("lo dico anche al Garante di Nuoro", "it"),
    ("lo ha detto Zhang", "it"),
    ("i spoke to the staff and they were lovely", "en"),
    ("die Frau, der Kocher und das Wasser und die Anzeige sind ja kaputt, ich hatte Ausschlag", "de"),
]
KNOWN = learnt(TEXTS)


@pytest.mark.parametrize(
    ("lang", "text", "neutral"),
    [
        ("it", "Ho parlato con Velmora", f"Ho parlato con {STAND_IN}"),
        ("it", "Ho parlato con Mohammed El Amrani di ieri", f"Ho parlato con {STAND_IN} di ieri"),
        ("it", "Ho parlato con Anna-Maria Bianchi", f"Ho parlato con {STAND_IN}"),
        ("it", "La Signora Bianchi mi ha servito", f"La {STAND_IN} mi ha servito"),
        ("it", "Zhang. Ottimo!", f"{STAND_IN}. Ottimo!"),
        ("it", "Ottimooooo il Garante", "Ottimooooo il Garante"),
        ("it", "HO PARLATO CON MARCO", "HO PARLATO CON MARCO"),
        ("it", "ho parlato con marco", "ho parlato con marco"),
        ("it", "la signora rumena e i signori Tedeschi", "la signora europea e i signori Europea"),
        ("en", "I spoke to German staff on Monday", "I spoke to European staff on Monday"),
        ("it", "Boicottiamo Velmora", f"Boicottiamo {STAND_IN}"),
        ("it", "Boicottiamo quel negozio", "Boicottiamo quel negozio"),
        ("it", "Velmora ci ha servito", "Velmora ci ha servito"),
        ("it", "Zhang Kraft ci ha servito", f"{STAND_IN} ci ha servito"),
        ("it", "Guadalupe Zhang ci ha servito", f"{STAND_IN} ci ha servito"),
        ("it", "Servitevi Zhang", f"Servitevi {STAND_IN}"),
        ("it", "Velmora, ho parlato", "Velmora, ho parlato"),
        ("it", "Ho parlato di Nizza. Bolzano ottimo", f"Ho parlato di {STAND_IN}. {STAND_IN} ottimo"),
        ("de", "Ich habe Strafanzeige gegen Krakelborg", f"Ich habe Strafanzeige gegen {STAND_IN}"),
        ("de", "Ich habe Ausschlag von Velmora", f"Ich habe Ausschlag von {STAND_IN}"),
        ("de", "Ich habe Ausschläge und Anzeigen", "Ich habe Ausschläge und Anzeigen"),
        ("de", "Ich war mit Krakelborg Ausschlag in Graz", f"Ich war mit {STAND_IN} in {STAND_IN}"),
        ("de", "Strafanzeige Krakelborg", f"Strafanzeige {STAND_IN}"),
        ("de", "Herr Zhang hat Wasser", f"Frau {STAND_IN} hat Wasser"),
        ("de", "ich habe meinen Freund", "ich habe meine Frau"),
        ("de", "viel Wasser von einem Kunden", "viel Wasser von einer Kundin"),
        ("it", "il cameriere e mio marito, ottimo compagno", "la cameriera e mia moglie, ottimo compagno"),
        ("en", "He spoke to his wife", "She spoke to her partner"),
        ("ja", "Tanaka さん", "Tanaka さん"),
        (None, "Zhang", "Zhang"),
        ("it", "", ""),
    ],
)
def test_what_stands_for_names(lang: str | None, text: str, neutral: str) -> None:
    assert KNOWN.neutral(text, lang) == neutral


@given(st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_any_text_has_an_answer_that_is_clean_again(text: str, lang: str) -> None:
    cleaned = clean(text)
    assert clean(KNOWN.neutral(cleaned, lang)).split() == KNOWN.neutral(cleaned, lang).split()


def test_a_lexicon_is_read_as_it_was_written(tmp_path: Path) -> None:
    KNOWN.write(tmp_path / "lexicon.npz")
    again = Lexicon.read(tmp_path / "lexicon.npz")
    assert all((again.words[lang] == words).all() for lang, words in KNOWN.words.items())


def test_other_files_are_no_lexicon(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Lexicon.read(tmp_path / "nothing.npz")
