"""Which phrases are new: what people write now and did not write in the usual week. Pure.

For each phrase of one to three words, the log-odds of a text having it now against then, with an informative Dirichlet
prior (Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16, 2008), over its standard deviation. The
prior is what both have in common, worth `PRIOR` texts, so that a phrase that is rare on both sides proves nothing. A
phrase counts once a text, and only where several authors have it: one author's words are nobody's trend, and words
that only one person wrote are shown to nobody here.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt

import regex

from alerts.drafts.patterns import fold
from alerts.storm import LETTERS, stopwords

READ = 1_000  # characters of a text
LONGEST = 3  # words of a phrase
PRIOR = 20.0  # texts
SURE = 1.96  # standard deviations
AUTHORS = 3  # who must have written it
MOST = 5
SHOWN = 40  # characters
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+|[.,!?;:\n]")


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and whose it is (any key; None: not known, which makes a person of its own)."""

    text: str
    author: str | None = None


def new(now: Sequence[Written], before: Sequence[Written], without: Iterable[str] = ()) -> list[str]:
    """Up to five phrases that texts of `now` have and those of `before` mostly lack, the surest first. `without`: names
    that mean nothing here, such as the brand's."""
    names = {token for name in without for token in _words(name)}
    authors: dict[tuple[str, ...], set[str]] = defaultdict(set)
    shown: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for number, one in enumerate(now):
        for phrase, written in _phrases(one.text, names).items():
            authors[phrase].add(one.author or f"#{number}")
            shown[phrase][written] += 1
    had = Counter(phrase for one in before for phrase in _phrases(one.text, names))
    sure = [
        (score, phrase)
        for phrase, who in authors.items()
        if len(who) >= AUTHORS
        and (score := odds(shown[phrase].total(), len(now), had[phrase], len(before))) > SURE
    ]
    sure.sort(key=lambda one: (-one[0], -len(one[1]), one[1]))
    chosen: list[tuple[str, ...]] = []
    taken: set[str] = set()
    for _, phrase in sure:
        if not taken & set(phrase):  # each tells something else
            chosen.append(phrase)
            taken |= {word for word in phrase if word not in stopwords()}
    return [shown[phrase].most_common(1)[0][0][:SHOWN] for phrase in chosen[:MOST]]


def odds(now: int, of: int, before: int, of_before: int) -> float:
    """Log-odds with the prior, in standard deviations: `now` of `of` texts have it, `before` of `of_before` had."""
    common = PRIOR * (now + before + 0.5) / (of + of_before + 1)
    ratio = log((now + common) / (of + PRIOR - now - common)) - log(
        (before + common) / (of_before + PRIOR - before - common)
    )
    return ratio / sqrt(1 / (now + common) + 1 / (before + common))


def _phrases(text: str, names: Collection[str]) -> dict[tuple[str, ...], str]:
    """The phrases of a text, folded, and as they are written; none goes over a comma or the end of a sentence."""
    folded = fold(text[:READ])
    found: dict[tuple[str, ...], str] = {}
    run: list[tuple[str, int, int]] = []
    for match in _TOKEN.finditer(folded.plain):
        if not match.group()[0].isalnum():
            run = []
            continue
        run = [*run[-(LONGEST - 1) :], (match.group(), match.start(), match.end())]
        for first in range(len(run)):
            part = run[first:]
            words = tuple(word for word, _, _ in part)
            if _means_something(words, names):
                found.setdefault(words, " ".join(folded.shown[part[0][1] : part[-1][2]].split()))
    return found


def _means_something(words: tuple[str, ...], names: Collection[str]) -> bool:
    """No part of it is the brand's name, and neither end is a word that only joins others."""
    ends = (words[0], words[-1])
    return not any(word in names for word in words) and all(
        len(word) >= LETTERS and word not in stopwords() and not word.isdigit() for word in ends
    )


def _words(name: str) -> list[str]:
    return [match.group() for match in _TOKEN.finditer(fold(name).plain)]
