"""Whether two texts are one text: copied, shortened, with a few words changed or added. Pure.

A text is the set of its pairs of neighbouring words (Broder 1997). Two are one where the shorter has most of its pairs
from the longer, the more the shorter it is. What only looks alike because it was made after one pattern ("my order 123
...") differs in its figures, or, where it is brief, in a name. Texts that may be one are found by equal traces: bands
of a MinHash of all pairs, and of those of the first words, which a copy that was cut off still has.
docs/how-it-decides.md has the formulas.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise

from rensa import RMinHash

from store.matching import fold

READ = 3_000  # characters of a text
FEWEST = 10  # pairs below which a text is too short to be known again
SURE, LEAST = 100, 0.6  # the share of pairs that must be found: 1 - pairs / SURE, and never less than LEAST
BRIEF = 25  # pairs below which another word (a name, a town) makes another text,
CLOSE = 0.75  # unless the two are so alike: misspelt
BANDS, ROWS = 16, 3  # of all pairs
HEAD, HEAD_BANDS, HEAD_ROWS = 14, 4, 2  # of the first so many words
SEED = 1
_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|(?<!\w)@[\w.@-]+")
_RETWEET = re.compile(r"^\s*rt\b[\s:]*")
_CUT = re.compile(r"(?<![^\W_])[^\W_]+ ?\.\.\.\W*$")  # the word in which a copy was cut off
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # written without spaces
_FIGURE = re.compile(r"\d+")
_TOKEN = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as its words and pairs of words, with the figures in it."""

    words: frozenset[str]
    pairs: frozenset[str]
    figures: frozenset[str]
    traces: tuple[bytes, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether it is long enough to be known again."""
        return len(self.pairs) >= FEWEST


def wording(title: str | None, text: str) -> Wording:
    """What is compared of a text: no links, no handles, no hashtags at its end; its first 3,000 characters."""
    return _wording(f"{title}\n{text[:READ]}"[:READ] if title else text[:READ])


@lru_cache(maxsize=512)
def _wording(text: str) -> Wording:
    words = list(_words(text))
    pairs = frozenset(map(" ".join, pairwise(words)))
    figures = frozenset(figure for word in words for figure in _FIGURE.findall(word))
    if len(pairs) < FEWEST:
        return Wording(frozenset(words), pairs, figures)
    head = set(map(" ".join, pairwise(words[:HEAD])))
    traces = (*_bands(b"all", pairs, BANDS, ROWS), *_bands(b"head", head, HEAD_BANDS, HEAD_ROWS))
    return Wording(frozenset(words), pairs, figures, traces)


def is_copy(one: Wording, other: Wording) -> bool:
    """Whether they are one text."""
    if not (one.tells and other.tells) or (one.figures - other.figures and other.figures - one.figures):
        return False
    shorter = min(len(one.pairs), len(other.pairs))
    if len(one.pairs & other.pairs) < needed(shorter) * shorter:
        return False
    return shorter >= BRIEF or not _differ(one.words - other.words, other.words - one.words)


def needed(pairs: int) -> float:
    """The share of a text's pairs that the other must have: one word that differs breaks two."""
    return max(LEAST, 1 - pairs / SURE)


def _differ(own: frozenset[str], others: frozenset[str]) -> bool:
    """Whether either text has words that the other has not, misspelt ones apart."""
    misspelt = {word: get_close_matches(word, others, 1, CLOSE) for word in own}
    found = {close for near in misspelt.values() for close in near}
    return any(not near for near in misspelt.values()) and bool(others - found)


def _words(text: str) -> Iterator[str]:
    """Folded words; of scripts without spaces, each two characters that stand together."""
    said = _LEFT_OUT.sub(" ", _RETWEET.sub("", fold(text))).split()
    while said and said[-1].startswith("#"):
        said.pop()
    plain = _CUT.sub("", " ".join(said))
    for token in _TOKEN.findall(plain):
        if len(token) > 1 and re.match(f"[{_UNSPACED}]", token):
            yield from map("".join, pairwise(token))
        else:
            yield token


def _bands(kind: bytes, pairs: frozenset[str] | set[str], bands: int, rows: int) -> Iterator[bytes]:
    """A short hash of each band of the signature."""
    sketch = RMinHash(num_perm=bands * rows, seed=SEED)
    sketch.update(list(pairs))
    digest = sketch.digest()
    for number in range(bands):
        band = digest[number * rows : (number + 1) * rows]
        yield hashlib.blake2b(b"%s %d %s" % (kind, number, repr(band).encode()), digest_size=8).digest()
