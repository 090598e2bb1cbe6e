"""Finds what a generated text states though its composed draft does not. Pure.

The text is read clause by clause. Set aside what states nothing (small words, courtesies) and what was taken over word
for word (where to turn, when); each word that is left must be of one stem with a word of the composed draft or of
another wording of the same moves, and most of them with words of one sentence. What somebody does or will do must stand
there as a deed too: a draft about a refund that has not come lets nobody write that "we will refund". Where the clause
thanks or is sorry, it may also name what the customer wrote about.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import regex

from alerts.drafts.generator import prompt
from alerts.drafts.generator.claims import Claims, claims
from alerts.drafts.patterns import Folded, find, fold
from alerts.drafts.phrases import load
from alerts.drafts.plan import Plan
from alerts.drafts.request import DraftReply, DraftRequest
from store.brand import Strict

FILE = Path(__file__).with_name("courtesies.toml")
SHARE = 0.75  # of a clause's words that one sentence of the draft must hold
NAMED = 3  # words of the customer's that a clause may name
ALIKE = 0.55  # of the longer word that two of one stem have in common
_VOWELS = frozenset("aeiou")
_STEM = 4  # letters that they share at least
_CLAUSES = regex.compile(r"[.!?…;:,()\n«»“”\"]+|\s[–—-]+\s")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_SLOT = regex.compile(r"\{([^{}]*)\}")
_ASIDE, _TIME = " ", "\x1f"


class Courtesies(Strict):
    """What `courtesies.toml` says of a language."""

    ands: tuple[str, ...]
    denies: frozenset[str]
    small: frozenset[str]
    courtesies: tuple[str, ...]
    acts: tuple[str, ...] = ()
    whose: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()
    that: frozenset[str] = frozenset()
    same: tuple[tuple[str, ...], ...] = ()


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
    taken = {*kept, request.brand.name, *request.brand.aliases} - {""}
    times = {wanted.facts[slot] for slot in prompt.TIMES if slot in wanted.facts}
    said = [_without(sentence.text, taken, times) for sentence in draft.sentences]
    moves = [move for move in draft.moves if move in _wordings(phrases.lang)]
    sentences, clauses = _units(said, moves, phrases.lang), _clauses(said, moves, phrases.lang)
    theirs = frozenset(Word(word.plain) for word in _words(request.words, known))
    is_sorry = bool(find(language.sorry, fold(" ".join(one.text for one in draft.sentences), None)))
    stating_nothing = (*known.courtesies, *language.thanks, *(language.sorry if is_sorry else ()))
    others = claims([*said, *(text for move in moves for text in _group(phrases.lang, move))], phrases.lang)
    facts = claims(said, phrases.lang).facts
    every = frozenset(Word(word.plain) for unit in sentences for word in unit)
    told = claims([request.words], phrases.lang)
    courteous = False
    for clause in _CLAUSES.split(_without(text, taken, times)):
        folded = fold(clause, None)
        goes_on = courteous and next(iter(folded.plain.split()), "") in known.that
        courteous = goes_on or bool(find((*language.sorry, *language.thanks), folded))
        named = theirs if courteous else frozenset()
        ours = Claims(others.deeds | told.deeds if courteous else others.deeds, facts)
        for part in _parts(clause, known):
            words = list(_clause(fold(part, None), known, stating_nothing))
            units = _near(part, words, sentences, clauses, known)
            made = claims([part], phrases.lang)
            happened = every if courteous else frozenset()
            claimed = _is_claimed(made, ours, happened, known, (*stating_nothing, *language.sorry))
            if not claimed or not _is_founded(words, units, named):
                yield part.replace(_TIME, "…").strip()


def _is_claimed(
    said: Claims, ours: Claims, named: Unit, known: Courtesies, courtesy: tuple[str, ...]
) -> bool:
    """Whether all that is claimed stands among ours: a deed by its stem or in a word that means the same, or as a
    courtesy ("siamo dispiaciuti"); `named`: words by which what happened may be called."""
    deeds = _widened(frozenset(Word(plain, active) for plain, active in ours.deeds), known) | named
    told = (Word(plain, active) for plain, active in said.deeds if not find(courtesy, fold(plain)))
    return said.facts <= ours.facts and all(any(one.is_like(deed) for deed in deeds) for one in told)


def _without(text: str, taken: Set[str], times: Set[str]) -> str:
    """`text` without what it took over word for word; where that was a time, a mark is left."""
    for part in sorted(taken, key=len, reverse=True):
        text = text.replace(part, f" {_TIME} " if part in times else _ASIDE)
    return text


def _parts(clause: str, known: Courtesies) -> list[str]:
    """What "and" joins: each part is to stand by itself."""
    return re.split(rf"(?<!\S)(?:{'|'.join(known.ands)})(?!\S)", clause)


def _near(
    part: str,
    words: Sequence[Word],
    sentences: Sequence[Unit],
    clauses: Sequence[tuple[Unit, bool]],
    known: Courtesies,
) -> Sequence[Unit]:
    """The units that a part is held against: what names a time, or denies, against the clauses that do so too, since it
    is the time of one deed and the denial of one statement."""
    timed, denials = _TIME in part, known.denies.intersection(word.plain for word in words)
    if not timed and not denials:
        return sentences
    return [
        unit
        for unit, named in clauses
        if named >= timed and denials <= known.denies.intersection(word.plain for word in unit)
    ]


def _is_founded(words: Sequence[Word], units: Sequence[Unit], theirs: Unit) -> bool:
    """Whether one unit holds most of the words, and the others the rest, but for some that are the customer's."""

    def is_in(word: Word, unit: Unit) -> bool:
        return any(word.is_like(other) for other in unit)

    named = {word for word in words if is_in(word, theirs)}
    if not all(word in named or any(is_in(word, unit) for unit in units) for word in words):
        return False
    for unit in units:
        inside = [word for word in words if is_in(word, unit)]
        outside = [word for word in words if word not in inside]
        own = [word for word in outside if word not in named]
        if len(outside) - len(own) <= NAMED and len(inside) >= SHARE * (len(inside) + len(own)):
            return True
    return not words


def _units(sentences: Sequence[str], moves: Sequence[str], lang: str) -> list[Unit]:
    """The words of each sentence of the draft and of the other ways to say what it says."""
    known, units = courtesies(lang), []
    for sentence in sentences:
        said = frozenset(_words(sentence, known))
        mine = [move for move in moves if frozenset(_words(_wordings(lang)[move], known)) <= said]
        others = (_words(text, known) for move in mine for text in _group(lang, move))
        units.append(_widened(said.union(*others), known))
    return units


def _clauses(sentences: Sequence[str], moves: Sequence[str], lang: str) -> list[tuple[Unit, bool]]:
    """The same clause by clause, with whether it names a time."""
    known = courtesies(lang)
    texts = [*sentences, *(text for move in moves for text in _group(lang, move))]
    parts = [part for text in texts for clause in _CLAUSES.split(text) for part in _parts(clause, known)]
    return [(_widened(frozenset(_words(part, known)), known), _TIME in part) for part in parts]


def _widened(unit: Unit, known: Courtesies) -> Unit:
    """With the words that mean the same as one of it."""
    more = set(unit)
    for words in known.same:
        meant = {word for text in words for word in _words(text, known)}
        acts = {word.acts for word in unit if any(_are_alike(word.plain, other.plain) for other in meant)}
        more |= {Word(word.plain, any(acts)) for word in meant if acts}
    return frozenset(more)


@cache
def _wordings(lang: str) -> dict[str, str]:
    """The wordings of a language, without their slots, by id."""
    return {wording.id: _SLOT.sub(_slot, wording.text) for wording, _ in load(lang).wordings()}


def _slot(slot: "regex.Match[str]") -> str:
    return _TIME if slot[1] in prompt.TIMES else _ASIDE


@cache
def _group(lang: str, move: str) -> tuple[str, ...]:
    """All wordings that say the same as one, such as those of `sorry` or `problem.late.feel`."""
    group = move.rpartition(".")[0]
    return tuple(text for id_, text in _wordings(lang).items() if id_.rpartition(".")[0] == group)


def _words(text: str, known: Courtesies) -> Iterator[Word]:
    for clause in _CLAUSES.split(text):
        yield from _clause(fold(clause, None), known)


def _clause(clause: Folded, known: Courtesies, without: tuple[str, ...] = ()) -> Iterator[Word]:
    """The words of a clause that are not small ones, nor found by the patterns `without`."""
    aside = find(without, clause)
    spans = [match.span() for match in _WORD.finditer(clause.plain)]
    whole = [clause.plain[start:end] for start, end in spans]
    follows = False
    for number, (word, (start, end)) in enumerate(zip(whole, spans, strict=True)):
        follows_on = follows and (word in known.through or word in known.after)
        if word in known.small or word in known.after:
            follows = word in known.after or follows_on
            continue
        if any(span.start <= start and end <= span.end for span in aside):
            continue
        shown = clause.shown[start:end]
        noun = number > 0 and shown[0].isupper()
        ending = 0 if noun or not _is_verb(number, whole, known) else _ending(shown, known)
        yield Word(word[: len(word) - ending] if len(word) - ending >= _STEM else word, follows or ending > 0)
        follows = False


def _is_verb(number: int, words: Sequence[str], known: Courtesies) -> bool:
    """Whether an ending tells a deed in this place: in German and Dutch beside "we", or at the end of its clause."""
    if not known.whose:
        return True
    beside = {*words[max(0, number - 1) : number], *words[number + 1 : number + 2]}
    last = number == len(words) - 1 and not known.whose.isdisjoint(words)
    return last or not known.whose.isdisjoint(beside)


def _ending(shown: str, known: Courtesies) -> int:
    """How many letters of a word say that it is what somebody does."""
    return max((len(ending) for ending in known.acts if shown.lower().endswith(ending)), default=0)


def _are_alike(one: str, other: str) -> bool:
    """Whether two words are of one stem, as far as their beginnings tell."""
    if one == other:
        return True
    longer = max(len(one), len(other))
    common = next((n for n, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))  # noqa: B905
    if longer <= _STEM:  # data, date
        return common == longer - 1 >= 3 and {one[-1], other[-1]} <= _VOWELS
    return common >= max(_STEM, ALIKE * longer)
