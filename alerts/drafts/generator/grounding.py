"""Finds what a generated text states though its composed draft does not. Pure.

The text is read clause by clause. Set aside what states nothing (small words, courtesies) and what was taken over word
for word (where to turn, when); each word that is left must be of one stem with a word of the composed draft or of
another wording of the same moves, and most of them with words of one sentence. What somebody does or will do must stand
there as a deed too: a draft about a refund that has not come lets nobody write that "we will refund". Where the clause
thanks or is sorry, it may also name what the customer wrote about.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from os.path import commonprefix
from pathlib import Path

import regex

from alerts.drafts.patterns import Folded, find, fold
from alerts.drafts.phrases import Phrases, load
from alerts.drafts.plan import Plan
from alerts.drafts.request import DraftReply, DraftRequest
from store.brand import Strict

FILE = Path(__file__).with_name("courtesies.toml")
SHARE = 0.6  # of a clause's words that one sentence of the draft must hold
NAMED = 3  # words of the customer's that a clause may name
ALIKE = 0.55  # of the longer word that two of one stem have in common
_VOWELS = frozenset("aeiou")
_STEM = 4  # letters that they share at least
_CLAUSES = regex.compile(r"[.!?…;:,()\n«»“”\"]+|\s[–—-]+\s")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_SLOT = regex.compile(r"\{[^{}]*\}")
_ASIDE = " "


class Courtesies(Strict):
    """What `courtesies.toml` says of a language."""

    ands: tuple[str, ...]
    small: frozenset[str]
    courtesies: tuple[str, ...]
    acts: tuple[str, ...] = ()
    whose: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()
    that: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its plain form; `acts`: it is what somebody does or will do."""

    plain: str
    acts: bool = False

    def is_like(self, other: "Word") -> bool:
        return self.acts <= other.acts and _are_alike(self.plain, other.plain)


Unit = frozenset[Word]


@cache
def courtesies(lang: str) -> Courtesies:
    """Raises KeyError where the language has none."""
    return Courtesies.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8"))[lang])


def unfounded(
    text: str, request: DraftRequest, wanted: Plan, draft: DraftReply, kept: Sequence[str]
) -> Iterator[str]:
    """The clauses of `text` that state what `draft` does not. `kept`: what it holds word for word."""
    phrases = wanted.phrases
    known, language = courtesies(phrases.lang), phrases.language
    units = _units(draft, phrases, known)
    theirs = frozenset(Word(word.plain) for word in _words(request.words, known))
    is_sorry = bool(find(language.sorry, fold(" ".join(one.text for one in draft.sentences), None)))
    stating_nothing = (*known.courtesies, *language.thanks, *(language.sorry if is_sorry else ()))
    for part in sorted({*kept, request.brand.name, *request.brand.aliases} - {""}, key=len, reverse=True):
        text = text.replace(part, _ASIDE)
    courteous = False
    for clause in _CLAUSES.split(text):
        folded = fold(clause, None)
        goes_on = courteous and next(iter(folded.plain.split()), "") in known.that
        courteous = goes_on or bool(find((*language.sorry, *language.thanks), folded))
        named = theirs if courteous else frozenset()
        parts = (_clause(fold(part, None), known, stating_nothing) for part in _parts(clause, known))
        if not all(_is_founded(list(words), units, named) for words in parts):
            yield clause.strip()


def _parts(clause: str, known: Courtesies) -> list[str]:
    """What "and" joins: each part is to stand by itself."""
    return regex.split(rf"(?<!\S)(?:{'|'.join(known.ands)})(?!\S)", clause)


def _is_founded(words: Sequence[Word], units: Sequence[Unit], theirs: Unit) -> bool:
    rows = [[any(word.is_like(other) for other in unit) for unit in units] for word in words]
    named = [word for word, row in zip(words, rows, strict=True) if not any(row)]
    if len(named) > NAMED or not all(any(word.is_like(other) for other in theirs) for word in named):
        return False
    stated = [row for row in rows if any(row)]
    return not stated or max(map(sum, zip(*stated, strict=True))) >= SHARE * len(stated)


def _units(draft: DraftReply, phrases: Phrases, known: Courtesies) -> list[Unit]:
    """The words of each sentence of the draft and of the other ways to say what it says."""
    wordings = [move for move in draft.moves if move in _wordings(phrases.lang)]
    units = []
    for sentence in draft.sentences:
        said = frozenset(_words(sentence.text, known))
        mine = [move for move in wordings if frozenset(_words(_wordings(phrases.lang)[move], known)) <= said]
        units.append(said.union(*(_group(phrases.lang, move.rpartition(".")[0]) for move in mine)))
    return units


@cache
def _wordings(lang: str) -> dict[str, str]:
    """The wordings of a language, without their slots, by id."""
    return {wording.id: _SLOT.sub(_ASIDE, wording.text) for wording, _ in load(lang).wordings()}


@cache
def _group(lang: str, group: str) -> Unit:
    """The words of all wordings that say the same, such as `sorry` or `problem.late.feel`."""
    mine = (text for id_, text in _wordings(lang).items() if id_.rpartition(".")[0] == group)
    return frozenset(word for text in mine for word in _words(text, courtesies(lang)))


def _words(text: str, known: Courtesies) -> Iterator[Word]:
    for clause in _CLAUSES.split(text):
        yield from _clause(fold(clause, None), known)


def _clause(clause: Folded, known: Courtesies, without: tuple[str, ...] = ()) -> Iterator[Word]:
    """The words of a clause that are not small ones, nor found by the patterns `without`."""
    aside = find(without, clause)
    spans = [match.span() for match in _WORD.finditer(clause.plain)]
    whole = [clause.plain[start:end] for start, end in spans]
    theirs = not known.whose or not known.whose.isdisjoint(whole)
    follows = False
    for number, (word, (start, end)) in enumerate(zip(whole, spans, strict=True)):
        follows_on = follows and (word in known.through or word in known.after)
        if word in known.small or word in known.after:
            follows = word in known.after or follows_on
            continue
        if any(span.start <= start and end <= span.end for span in aside):
            continue
        shown = clause.shown[start:end]
        ends = theirs and (number == 0 or not shown[0].isupper()) and shown.lower().endswith(known.acts or ("\0",))
        yield Word(word, follows or ends)
        follows = False


def _are_alike(one: str, other: str) -> bool:
    """Whether two words are of one stem, as far as their beginnings tell."""
    if one == other:
        return True
    longer = max(len(one), len(other))
    common = len(commonprefix((one, other)))
    if longer <= _STEM:  # data, date
        return common == longer - 1 >= 2 and {one[-1], other[-1]} <= _VOWELS
    return common >= max(_STEM, ALIKE * longer)
