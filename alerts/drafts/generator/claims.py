"""What a generated text claims was done, is the case, or calls its reader by, and may only where its draft does. Pure.

`alerts.drafts.generator.grounding` compares words by their stems, so "verificata" stands where the draft has
"verifichiamo". Here a perfect tense must be one of the draft, and some facts must stand there in the very words.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import regex

from alerts.drafts.patterns import fold, found
from store.brand import Strict

FILE = Path(__file__).with_name("claims.toml")
_CLAUSES = regex.compile(r"[.!?…;:,()\n«»“”\"]+|\s[–—-]+\s")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
BEFORE = 3  # words before an auxiliary that stands last
_NEVER = "(?!)"


class Signs(Strict):
    """What `claims.toml` says of a language."""

    aux: frozenset[str]
    reach: int
    done: str
    past: str = _NEVER
    last: bool = False
    have: frozenset[str] = frozenset()
    facts: tuple[str, ...]
    formal: tuple[str, ...] = ()
    informal: tuple[str, ...] = ()


@cache
def signs(lang: str) -> Signs:
    """Raises KeyError where the language has none."""
    return Signs.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8"))[lang])


@dataclass(frozen=True, slots=True)
class Claims:
    """What texts claim: `deeds`, the plain words that tell what was done, with whether somebody is said to have done it
    ("ha perso", not "si è perso"), and `facts`, in the very words."""

    deeds: frozenset[tuple[str, bool]]
    facts: frozenset[str]


def claims(texts: Iterable[str], lang: str) -> Claims:
    """All that the texts claim, clause by clause."""
    known = signs(lang)
    clauses = [clause for text in texts for clause in _CLAUSES.split(text)]
    facts = (fact.casefold() for clause in clauses for fact in found(known.facts, fold(clause, None)))
    return Claims(frozenset(deed for clause in clauses for deed in _deeds(clause, known)), frozenset(facts))


def speaks_otherwise(text: str, formal: bool, lang: str) -> list[str]:
    """Words that are of the other form of address."""
    known = signs(lang)
    return found(known.informal if formal else known.formal, fold(text, None))


def _deeds(clause: str, known: Signs) -> Iterator[tuple[str, bool]]:
    shown = _WORD.findall(clause)
    # A capital inside makes a noun or a name: "beim Versanddienst".
    words = ["" if number and word[0].isupper() else word.casefold() for number, word in enumerate(shown)]
    for number, word in enumerate(words):
        if regex.fullmatch(known.past, word):
            yield fold(word).plain, False
        if word not in known.aux:
            continue
        before = words[max(0, number - BEFORE) : number] if known.last else []
        after = words[number + 1 : number + 1 + known.reach]
        done = [one for one in before if _is_done(one, known)]
        done += [one for one in after if _is_done(one, known)][:1]
        for one in done:
            yield fold(one).plain, word in known.have


def _is_done(word: str, known: Signs) -> bool:
    return word not in known.aux and regex.fullmatch(known.done, word) is not None
