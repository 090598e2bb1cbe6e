"""Sentences with a word of danger are found, in each language, and phrases in which it is harmless are not."""

import pytest

from sentiment.dangers import MOST, worrying
from sentiment.labels import LANGUAGES


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        (
            "it",
            "Tutto perfetto! Però il tostapane ha PRESO  FUOCO. Grazie.",
            ["Però il tostapane ha PRESO FUOCO."],
        ),
        ("en", "Lovely. My son was hospitalised! We will be back.", ["My son was hospitalised!"]),
        (
            "fr",
            "Super accueil. L'hôpital a confirmé l'intoxication…",
            ["L'hôpital a confirmé l'intoxication…"],
        ),
        (
            "de",
            "Schön. Sie verbrühte sich am Griff, Krankenhaus. Danke.",
            ["Sie verbrühte sich am Griff, Krankenhaus."],
        ),
        ("pl", "Super. Spłonęła kuchnia.", ["Spłonęła kuchnia."]),
        ("tr", "Harika. Gece yangın çıktı.", ["Gece yangın çıktı."]),
        ("ja", "素敵でした。夜中に火が出ました。", ["夜中に火が出ました。"]),
        ("hi", "बढ़िया होटल। रात को आग लगी।", ["रात को आग लगी।"]),
        ("ar", "مطعم رائع. نقلنا إلى المستشفى.", ["نقلنا إلى المستشفى."]),
        (None, "Beautiful. The socket caught fire.", ["The socket caught fire."]),
        ("fi", "Beautiful. The socket caught fire.", ["The socket caught fire."]),
        ("it", "Un'esplosione di gusto. Da morire dal ridere.", []),
        ("en", "A cake to die for, and killer coffee.", []),
        ("it", "Il pavimento era freddo.", []),
        ("it", "", []),
    ],
)
def test_the_sentence_with_the_danger_is_found(lang: str | None, text: str, found: list[str]) -> None:
    assert worrying(" ".join(text.split()), lang) == found


def test_every_language_has_words() -> None:
    from sentiment.dangers import _tables

    assert set(_tables()) == set(LANGUAGES)
    assert all(len(table["words"]) > 20 for table in _tables().values())


def test_a_text_full_of_dangers_gives_a_few() -> None:
    assert len(worrying("C'è un incendio. " * 300, "it")) == MOST
