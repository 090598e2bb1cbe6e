"""Who and where must not move a score: names of people, places and brands, words for where people come from and for men
and women are replaced by stand-ins before a text is read. Names are recognised by a lexicon of words that people write
small, made once, in training, and kept in the model folder; the other words are told by names.toml.

A large word within a sentence is a name if the lexicon of its language does not know it, and in German no word that it
is made of: "Strafanzeige" must be read. At the beginning of a sentence it is one only if people elsewhere write it as a
name, or if another name follows and it is no form of a known word, as "Boicottateli" is. Other large words beside it
within the sentence are of the same name. Towns and countries of a short list are names wherever they stand large.
Languages without large letters or with few texts to learn from, texts in capitals and names that are written small are
left alone."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

LANGUAGES = ("it", "en", "es", "fr", "de", "pt")
"""Languages with large letters and many texts to learn from: in others names are not recognised."""
ANY, NAMES, LOOSE = "any", "names", "loose"
STAND_IN = "Rossi"
"""What stands for any name: one that the model has met, and thinks nothing of."""
_BY_HAND = Path(__file__).with_name("names.toml")
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
_DETERMINERS = re.compile(
    r"d(?:er|ie|as|em|en|es)|(?:k?ein|[mds]ein|ihr|unser|eue?r|dies|jed|welch)(?:e[mnrs]?)?|zu[mr]|[ia]m|beim|vom|ins|ans"
)
_ENDINGS = (
    *"aeoinst", "", "en", "er", "es", "em", "et", "te", "st", "in", "ung", "are", "ere", "ire", "ato", "ata", "ar",
    "ir", "ado", "ada", "ée", "é", "ed", "ing",
)  # fmt: skip
"""What words of one stem end with: enough forms that the lexicon has one of them."""
_MOST_ENDED = 6
_FEWEST_KEPT = 0.6
"""Most letters, and a share of them, that an ending may take the place of."""
_UMLAUTS = str.maketrans("äöü", "aou")
"""German words often have them in the plural alone."""
_SHORTEST_PART, _CERTAIN_PART = 3, 5
"""Letters of either part of a German compound; so long a last part is enough, known or not what stands before it."""
_ANYWHERE = 5
"""Texts from which on a word that stands small in other languages is known in all."""
_WORD = re.compile(r"[^\W\d_]+")
_WITHIN = re.compile(r"[\w,;'’(\"] | [(\"„»]")
_REPEATED = re.compile(r"(.)\1{2,}")
_JOINING = (" ", "-", "'", "’")
"""Between two words of one name."""
_STOPS = (".", "!", "?", ":", "…")

Hashes = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Checksums, sorted, of words that are no names: for each language those of its own, under ANY those that all know
    but German. Under NAMES those of words that people write as names; under LOOSE those that German writes large and
    never met behind a determiner: words too, but beside a name a part of it."""

    words: Mapping[str, Hashes]

    def neutral(self, text: str, lang: str | None) -> str:
        """The cleaned text with stand-ins for its names."""
        if lang not in LANGUAGES or lang is None or text.isupper():
            return text
        return self._without_names(_told().people[lang].neutral(text), lang)

    @classmethod
    def read(cls, file: Path) -> Lexicon:
        """A lexicon that `write` wrote. Raises OSError, ValueError or KeyError."""
        with np.load(file, allow_pickle=False) as kept:
            return cls({lang: kept[lang] for lang in (*LANGUAGES, ANY, NAMES, LOOSE)})

    def write(self, file: Path) -> None:
        """Writes the lexicon."""
        np.savez(file, allow_pickle=False, **self.words)

    def _without_names(self, text: str, lang: str) -> str:
        found = list(_WORD.finditer(text))
        strange = [self._is_strange(match[0], lang) for match in found]
        if not any(strange):
            return text
        gaps = [text[one.end() : other.start()] for one, other in pairwise(found)]
        first = [place == 0 or gaps[place - 1].strip().endswith(_STOPS) for place in range(len(found))]
        names = [odd and not begins for odd, begins in zip(strange, first, strict=True)]
        for place, match in enumerate(found):
            if first[place] and strange[place]:
                lower = match[0].lower()
                names[place] = _among(lower, self.words[NAMES]) or (
                    any(names[place + 1 : place + 2])
                    and gaps[place] in _JOINING
                    and not self._is_made_of_known(lower, lang)
                )
        lead = [
            name or self._may_lead(match[0], lang, begins)
            for name, begins, match in zip(names, first, found, strict=True)
        ]
        follow = [may or self._may_follow(match[0], lang) for may, match in zip(lead, found, strict=True)]
        parts: list[str] = []
        done = place = 0
        while place < len(found):
            end = place + 1
            while lead[place] and end < len(found) and follow[end] and gaps[end - 1] in _JOINING:
                end += 1
            if any(names[place:end]):
                parts += [text[done : found[place].start()], STAND_IN]
                done = found[end - 1].end()
            place = end
        return "".join([*parts, text[done:]])

    def _is_strange(self, word: str, lang: str) -> bool:
        """Whether it stands large and is not known; in German, also not a word made of known ones."""
        if len(word) < 3 or not word[0].isupper() or not word[1:].islower():
            return False
        lower = word.lower()
        if lower in _told().places:
            return True
        if self._has(lower, lang) or any(self._has(one, lang) for one in _shortened(lower)):
            return False
        return lang != "de" or _among(lower, self.words[NAMES]) or not self._is_made_of_known(lower, lang)

    def _may_lead(self, word: str, lang: str, begins: bool) -> bool:
        """Whether it is of the name that stands behind it."""
        if lang == "de":
            return word[0].isupper() and _among(word.lower(), self.words[LOOSE])
        return word[0].isupper() and not begins

    def _may_follow(self, word: str, lang: str) -> bool:
        """Whether it is of the name in front of it though it may lead none: in German, any large word not known."""
        return lang == "de" and word[0].isupper() and not self._has(word.lower(), lang)

    def _is_made_of_known(self, word: str, lang: str) -> bool:
        """Whether it is another form of a known word, or in German a compound of known ones."""
        kept = max(_CERTAIN_PART, ceil(_FEWEST_KEPT * len(word)))
        spellings = {word, word.translate(_UMLAUTS)} if lang == "de" else {word}
        ends = range(max(kept, len(word) - _MOST_ENDED), len(word))
        stems = {one[:end] for one in spellings for end in ends}
        if any(self._has(stem + ending, lang) for stem in stems for ending in _ENDINGS):
            return True
        return lang == "de" and any(
            self._has(word[cut:], lang)
            and (
                len(word) - cut >= _CERTAIN_PART
                or any(self._has(word[:cut].removesuffix(s), lang) for s in ("", "s"))
            )
            for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        )

    def _has(self, word: str, lang: str) -> bool:
        return _among(word, self.words[lang]) or _among(word, self.words[LOOSE if lang == "de" else ANY])


def learnt(texts: Iterable[tuple[str, str]]) -> Lexicon:
    """The lexicon of cleaned texts, each with its language. Known are words that stand small, in all languages at least
    as often as they stand large within sentences. German, where large says nothing, knows large ones too: all that
    others do not write as names, and all that ever stood behind a determiner."""
    small: dict[str, Counter[str]] = defaultdict(Counter)
    large: Counter[str] = Counter()
    german, nouns = set[str](), set[str]()
    for text, lang in texts:
        if not text.isupper():
            written = _written(text)
            small[lang].update(written.small)
            if lang == "de":
                german |= written.large
                nouns |= written.determined
            else:
                large.update(written.large)
    everywhere: Counter[str] = sum(small.values(), Counter())
    often = {word for word, texts_with in everywhere.items() if texts_with >= _ANYWHERE}
    kept = _KEPT.union(*(one.stand_ins for one in _told().people.values()))
    known = {lang: {*small[lang], *kept, *(nouns if lang == "de" else ())} for lang in LANGUAGES}
    names = {word for word, texts_with in large.items() if texts_with > everywhere[word]} - kept
    names |= _told().places
    known[ANY] = often
    found = {
        lang: _hashes(words - (names - nouns if lang == "de" else names)) for lang, words in known.items()
    }
    return Lexicon({**found, NAMES: _hashes(names), LOOSE: _hashes(german - known["de"] - names)})


@dataclass(frozen=True, slots=True)
class _Written:
    """Words of a text that stand small, that stand large after another word of the sentence, and of these the ones
    behind a German determiner."""

    small: set[str]
    large: set[str]
    determined: set[str]


def _written(text: str) -> _Written:
    written = _Written(set(), set(), set())
    before = ""
    for match in _WORD.finditer(text):
        word, gap = match[0], text[max(0, match.start() - 2) : match.start()]
        if word.islower():
            written.small.add(word)
        elif len(word) > 2 and word[1:].islower() and _WITHIN.fullmatch(gap):
            written.large.add(word.lower())
            if _DETERMINERS.fullmatch(before.lower()):
                written.determined.add(word.lower())
        before = word
    return written


def _shortened(word: str) -> set[str]:
    """ "ottimoooo" as "ottimo" and "ottimoo"; none for a word that is not drawn out."""
    return {_REPEATED.sub(short, word) for short in (r"\1", r"\1\1")} - {word}


def _among(word: str, hashes: Hashes) -> bool:
    found = int(np.searchsorted(hashes, np.uint32(_hash(word))))
    return found < len(hashes) and int(hashes[found]) == _hash(word)


def _hashes(words: Iterable[str]) -> Hashes:
    return np.unique(np.array([_hash(word) for word in words], np.uint32))


def _hash(word: str) -> int:
    return zlib.crc32(word.encode())


@dataclass(frozen=True, slots=True)
class _People:
    """The words of a language, small, for where people come from, with what stands for all of them, and for men and
    women: each with what it becomes."""

    origins: frozenset[str]
    stand_in: str
    before: Mapping[str, str]
    kin: Mapping[str, str]
    people: Mapping[str, str]

    @property
    def stand_ins(self) -> set[str]:
        """What comes to stand in a text: none of it is a name."""
        return {self.stand_in, *self.kin.values(), *self.people.values()}

    def neutral(self, text: str) -> str:
        """The text without differences between them."""
        spoken = _WORD.findall(text.lower())
        if all(known.isdisjoint(spoken) for known in (self.origins, self.kin.keys(), self.people.keys())):
            return text
        found = list(_WORD.finditer(text))
        said = [match[0].lower() for match in found]
        becomes: dict[int, str] = {}
        for place, word in enumerate(said):
            behind = place > 0 and text[found[place - 1].end() : found[place].start()] == " "
            determined = behind and said[place - 1] in self.before
            other = self.people.get(word) or (self.kin.get(word) if determined else None)
            if other:
                becomes[place] = other
                if determined:
                    becomes.setdefault(place - 1, self.before[said[place - 1]])
            elif word in self.origins:
                becomes[place] = self.stand_in
        parts: list[str] = []
        done = 0
        for place, other in sorted(becomes.items()):
            match = found[place]
            parts += [text[done : match.start()], other.capitalize() if match[0][0].isupper() else other]
            done = match.end()
        return "".join([*parts, text[done:]])


@dataclass(frozen=True, slots=True)
class _Told:
    """What names.toml tells: small words for places, and the words for people of each language."""

    places: frozenset[str]
    people: Mapping[str, _People]


@cache
def _told() -> _Told:
    told = tomllib.loads(_BY_HAND.read_text(encoding="utf-8"))
    places = frozenset(told.pop("places"))
    return _Told(places, {lang: _people(one) for lang, one in told.items()})


def _people(told: Mapping[str, Any]) -> _People:
    pairs = {name: dict(pair.split("=") for pair in told[name]) for name in ("before", "kin", "people")}
    origins = frozenset(map("".join, product(told["beginnings"], told["endings"])))
    return _People(origins, told["stand_in"], **pairs)
