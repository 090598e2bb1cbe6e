"""Who and where must not move a score: names of people, places and brands, and words for where people come from, are
replaced by stand-ins before a text is read. What is recognised goes by a lexicon of words that people write small, made
once, in training, and kept in the model folder.

A large word within a sentence is a name if the lexicon of its language does not know it; at the beginning of a
sentence, and in German, which writes all nouns large, only if people elsewhere write it as a name: "Boicottiamo" and
"Strafanzeige" must be read. Other large words beside it within the sentence are of the same name. Languages without
large letters or with few texts to learn from, texts in capitals and names that are written small are left alone."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

LANGUAGES = ("it", "en", "es", "fr", "de", "pt")
"""Languages with large letters and many texts to learn from: in others names are not recognised."""
ANY, NAMES = "any", "names"
STAND_IN = "Rossi"
"""What stands for any name: one that the model has met, and thinks nothing of."""
_ORIGINS = Path(__file__).with_name("names.toml")
_KEPT = frozenset(
    {
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march",
        "april", "may", "june", "july", "august", "september", "october", "november", "december", "christmas", "easter",
        "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "januar", "februar", "märz",
        "mai", "juni", "juli", "oktober", "dezember", "weihnachten", "ostern", "internet",
        "garante", "codacons", "altroconsumo", "adiconsum", "federconsumatori", "antitrust", "consob", "ivass", "agcom",
        "arera", "enac", "iene", "ombudsman", "ofcom", "ofgem", "facua", "procon", "schufa", "boycott", "boicot",
        "alzheimer", "parkinson",
    }
)  # fmt: skip
"""Words that are written large and say something: days, months, whom customers turn to, illnesses."""
_NOUN = 5
"""Texts in which German writes a word large within sentences, from which on it is taken for a noun."""
_ANYWHERE = 5
"""Texts from which on a word that stands small in other languages is known in all."""
_WORD = re.compile(r"[^\W\d_]+")
_REPEATED = re.compile(r"(.)\1{2,}")
_JOINING = (" ", "-", "'", "’")
"""Between two words of one name."""
_STOPS = (".", "!", "?", ":", "…")

Hashes = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Checksums, sorted, of words that are no names: for each language those of its own, under ANY those that all know
    but German. Under NAMES those of words that people write as names."""

    words: Mapping[str, Hashes]

    def neutral(self, text: str, lang: str | None) -> str:
        """The cleaned text with stand-ins for its names."""
        if lang not in LANGUAGES or lang is None or text.isupper():
            return text
        origins, stand_in = _origins()[lang]
        return self._without_names(origins.sub(stand_in, text), lang)

    @classmethod
    def read(cls, file: Path) -> Lexicon:
        """A lexicon that `write` wrote. Raises OSError, ValueError or KeyError."""
        with np.load(file, allow_pickle=False) as kept:
            return cls({lang: kept[lang] for lang in (*LANGUAGES, ANY, NAMES)})

    def write(self, file: Path) -> None:
        """Writes the lexicon."""
        np.savez(file, allow_pickle=False, **self.words)

    def _without_names(self, text: str, lang: str) -> str:
        found = list(_WORD.finditer(text))
        gaps = [text[one.end() : other.start()] for one, other in pairwise(found)]
        first = [place == 0 or gaps[place - 1].strip().endswith(_STOPS) for place in range(len(found))]
        strange = [self._is_strange(match[0], lang) for match in found]
        names = [
            odd and (not begins or _among(match[0].lower(), self.words[NAMES]))
            for odd, begins, match in zip(strange, first, found, strict=True)
        ]
        within = [
            name or (lang != "de" and not begins and match[0][0].isupper())
            for name, begins, match in zip(names, first, found, strict=True)
        ]
        parts: list[str] = []
        done = place = 0
        while place < len(found):
            end = place + 1
            while within[place] and end < len(found) and within[end] and gaps[end - 1] in _JOINING:
                end += 1
            if any(names[place:end]):
                parts += [text[done : found[place].start()], STAND_IN]
                done = found[end - 1].end()
            place = end
        return "".join([*parts, text[done:]])

    def _is_strange(self, word: str, lang: str) -> bool:
        """Whether it stands large and is not known; in German, whether it is known as a name besides."""
        if len(word) < 3 or not word[0].isupper() or not word[1:].islower():
            return False
        lower = word.lower()
        if lang == "de" and not _among(lower, self.words[NAMES]):
            return False
        spellings = {lower, _REPEATED.sub(r"\1", lower), _REPEATED.sub(r"\1\1", lower)}
        return not any(self._has(one, lang) for one in spellings)

    def _has(self, word: str, lang: str) -> bool:
        return _among(word, self.words[lang]) or (lang != "de" and _among(word, self.words[ANY]))


def learnt(texts: Iterable[tuple[str, str]]) -> Lexicon:
    """The lexicon of cleaned texts, each with its language. Known are words that stand small, in all languages at least
    as often as they stand large within sentences; German, where large says nothing, knows frequent large ones too."""
    small: dict[str, Counter[str]] = defaultdict(Counter)
    large: Counter[str] = Counter()
    german: Counter[str] = Counter()
    for text, lang in texts:
        if not text.isupper():
            written = _written(text)
            small[lang].update(written[0])
            (german if lang == "de" else large).update(written[1])
    everywhere: Counter[str] = sum(small.values(), Counter())
    often = {word for word, texts_with in everywhere.items() if texts_with >= _ANYWHERE}
    nouns = {word for word, texts_with in german.items() if texts_with >= _NOUN}
    kept = _KEPT | {stand_in.lower() for _, stand_in in _origins().values()}
    known = {lang: {*small[lang], *kept, *(nouns if lang == "de" else ())} for lang in LANGUAGES} | {
        ANY: often
    }
    names = {word for word, texts_with in large.items() if texts_with > everywhere[word]} - kept
    found = {lang: _hashes(words - names) for lang, words in known.items()}
    return Lexicon({**found, NAMES: _hashes(names)})


def _written(text: str) -> tuple[set[str], set[str]]:
    """Words that stand small, and words that stand large after another word of the sentence."""
    small: set[str] = set()
    large: set[str] = set()
    for match in _WORD.finditer(text):
        word, before = match[0], text[max(0, match.start() - 2) : match.start()]
        if word.islower():
            small.add(word)
        elif len(word) > 2 and word[1:].islower() and re.fullmatch(r"[\w,;'’(\"] ", before):
            large.add(word.lower())
    return small, large


def _among(word: str, hashes: Hashes) -> bool:
    found = int(np.searchsorted(hashes, np.uint32(_hash(word))))
    return found < len(hashes) and int(hashes[found]) == _hash(word)


def _hashes(words: Iterable[str]) -> Hashes:
    return np.unique(np.array([_hash(word) for word in words], np.uint32))


def _hash(word: str) -> int:
    return zlib.crc32(word.encode())


@cache
def _origins() -> Mapping[str, tuple[re.Pattern[str], str]]:
    """For each language a pattern of the words for where people come from, and what stands for them."""
    told = tomllib.loads(_ORIGINS.read_text(encoding="utf-8"))
    return {
        lang: (_pattern(one["beginnings"], one["endings"]), one["stand_in"]) for lang, one in told.items()
    }


def _pattern(beginnings: Iterable[str], endings: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(beginnings)})(?:{'|'.join(endings)})\b", re.IGNORECASE)
