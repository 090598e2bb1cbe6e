"""Whether one of the brand's configured answers really answers what was asked. Rather none than a wrong one.

A question matches where nearly all words of one side are found on the other, and nothing that would change the answer
(a day, a number, a name, a word that only one of them has) is left over.
"""

from datetime import date, timedelta
from functools import lru_cache

import regex
from babel.core import UnknownLocaleError
from babel.dates import format_date

from alerts.drafts.patterns import fold
from alerts.drafts.phrases import languages, load
from store.brand import Brand, Faq

FEWEST = 2  # words that must be common
SHARE_OF_ASKED = 0.5  # of the customer's words, where all of the entry's are there
SHARE_OF_ENTRY = 0.6  # of the entry's words, where all of the customer's are there
_WORD = regex.compile(r"[\p{L}\p{N}]+")
_SENTENCE = regex.compile(r"[^.!?:;\n]+[.!?:;]*")
_A_MONDAY = date(2024, 1, 1)


def answer(words: str, place: str | None, lang: str | None, brand: Brand) -> Faq | None:
    """The entry that answers the question in `words`; `place`: the product or shop that it is asked about."""
    asked = [sentence for sentence in _SENTENCE.findall(words[:2000]) if sentence.rstrip().endswith("?")]
    for entry in brand.policy.faq:
        speaks = lang is None or entry.lang is None or entry.lang.split("-")[0].lower() == lang
        spoken = lang or entry.lang
        if speaks and any(_fits(sentence, words, place, entry, spoken, brand) for sentence in asked):
            return entry
    return None


def _fits(sentence: str, words: str, place: str | None, entry: Faq, lang: str | None, brand: Brand) -> bool:
    ours = set(_WORD.findall(fold(" ".join((brand.name, *brand.aliases))).plain))
    asked, all_asked = _content(sentence, lang) - _stems(ours), _content(f"{words} {place or ''}", lang)
    wanted = _content(entry.question, lang) - _stems(ours)
    if len(asked & wanted) < min(FEWEST, len(wanted)) or not wanted or not asked:
        return False
    if _telling(entry.question, lang) - all_asked or (_telling(sentence, lang) - wanted - _stems(ours)):
        return False
    if wanted <= all_asked:
        return len(asked & wanted) >= SHARE_OF_ASKED * len(asked)
    return asked <= wanted and len(wanted & all_asked) >= SHARE_OF_ENTRY * len(wanted)


def _content(text: str, lang: str | None) -> set[str]:
    """The stems of the words that carry meaning."""
    words = set(_WORD.findall(fold(text).plain))
    if lang in languages():
        return _stems(words - _stopwords(lang or ""))
    return _stems({word for word in words if len(word) > 3 or word.isdigit()})


def _telling(text: str, lang: str | None) -> set[str]:
    """The stems of what no answer survives being wrong about: days, numbers, and names (a capital inside)."""
    words = _WORD.findall(text)
    names = {word for word in words[1:] if word[:1].isupper() and len(word) > 1}
    if lang in languages():
        ordinary = load(lang or "").is_ordinary
        names = {word for word in names if not ordinary(word)}
    plain = {fold(word).plain for word in words}
    days = plain & _days(lang or "en")
    return _stems({fold(name).plain for name in names} | days | {word for word in plain if word.isdigit()})


def _stems(words: set[str] | frozenset[str]) -> set[str]:
    """Words without most of their ending: aperto and aperti are one."""
    return {word[: max(4, len(word) - 2)] for word in words}


@lru_cache(maxsize=16)
def _stopwords(lang: str) -> frozenset[str]:
    return frozenset(fold(word).plain for word in load(lang).language.stopwords)


@lru_cache(maxsize=32)
def _days(lang: str) -> frozenset[str]:
    """The names of the days of the week, and of the months."""
    try:
        days = [format_date(_A_MONDAY + timedelta(days=n), "EEEE", locale=lang) for n in range(7)]
        months = [format_date(date(2024, n, 1), "MMMM", locale=lang) for n in range(1, 13)]
    except (UnknownLocaleError, ValueError):  # a language that Babel does not know
        return frozenset()
    return frozenset(fold(name).plain for name in (*days, *months))
