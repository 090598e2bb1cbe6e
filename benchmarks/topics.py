"""What words alone say of topics, against which the model's head is held (its own figure is in models/README.md).

Two lists of words: those of the drafts' files, and one learnt: on four fifths of the labelled texts the words of each
language that tell a topic, read in the other fifth, five times. How sure a word must be is chosen within the four.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from alerts.drafts.patterns import find
from alerts.drafts.patterns import fold as drafted
from alerts.drafts.phrases import TOPICS, languages, load
from sentiment.labels import LANGUAGES
from sentiment.labels import TOPICS as LABELS
from sentiment.learning.corpus import authored
from store.matching import fold

DATA = Path(__file__).parents[2] / "shared" / "data"
FOLDS = 5
SURE, SEEN = (0.3, 0.4, 0.5, 0.6), (2, 3)  # how often a word must go with its topic, and have been seen
PRIOR = 2  # texts that weigh against a word seen once

Lexicon = dict[tuple[str, str], set[str]]
Pairs = list[tuple[frozenset[str], frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Labelled:
    lang: str
    text: str
    stems: frozenset[str]
    topics: frozenset[str]
    fold: int


def bench() -> dict[str, object]:
    """Macro- and micro-F1 over the topics; None where the labelled texts are not."""
    return {"learnt_words": None, "drafts_words": None} if not DATA.is_dir() else measure(read(DATA))


def measure(texts: Sequence[Labelled]) -> dict[str, object]:
    known = [one for one in texts if one.lang in languages()]
    return {
        "learnt_words": {"texts": len(texts)} | _figures(learnt(texts)),
        "drafts_words": {"texts": len(known)} | _figures([(one.topics, of_drafts(one)) for one in known]),
    }


def read(data: Path) -> list[Labelled]:
    """The authored texts with topics, and the project's own."""
    return [
        labelled(one.lang, one.text, [LABELS[number] for number in one.topics])
        for one in authored(data, LANGUAGES)
        if one.topics is not None
    ]


def labelled(lang: str, text: str, topics: Iterable[str]) -> Labelled:
    words = re.findall(r"[^\W_]{3,}", fold(text))
    digest = hashlib.sha256(text.encode()).digest()
    return Labelled(
        lang, text, frozenset(w[: max(4, len(w) - 2)] for w in words), frozenset(topics), digest[0] % FOLDS
    )


def learnt(texts: Sequence[Labelled]) -> Pairs:
    """What is so and what the words say, each text read by words of others."""
    found: Pairs = []
    for number in range(FOLDS):
        others = [one for one in texts if one.fold != number]
        inner = [one for one in others if one.fold != (number + 1) % FOLDS]
        beside = [one for one in others if one.fold == (number + 1) % FOLDS]
        best = max(product(SURE, SEEN), key=lambda asked: macro(_read(lexicon(inner, *asked), beside)))
        found += _read(lexicon(others, *best), [one for one in texts if one.fold == number])
    return found


def lexicon(texts: Sequence[Labelled], sure: float, seen: int) -> Lexicon:
    """The words of each language that go with a topic at least as often as `sure`."""
    words: Lexicon = {}
    count = Counter(one.lang for one in texts)
    topics = Counter((one.lang, topic) for one in texts for topic in one.topics)
    stems = Counter((one.lang, stem) for one in texts for stem in one.stems)
    both = Counter((one.lang, stem, topic) for one in texts for stem in one.stems for topic in one.topics)
    for (lang, stem, topic), number in both.items():
        prior = PRIOR * topics[lang, topic] / count[lang]
        if number >= seen and (number + prior) / (stems[lang, stem] + PRIOR) >= sure:
            words.setdefault((lang, stem), set()).add(topic)
    return words


def of_drafts(one: Labelled) -> frozenset[str]:
    """The topics of what the drafts' words find."""
    phrases, text = load(one.lang), drafted(one.text)
    said = {each.topic for each in phrases.problems if each.words and find(each.words, text)}
    said |= {each.topic for each in phrases.goods if each.words and find(each.words, text)}
    said |= {each.topic for each in phrases.asks if each.words and find(each.words, text)}
    return frozenset(topic for topic in said if topic in TOPICS)


def macro(pairs: Pairs) -> float:
    """Mean F1 over the topics that occur."""
    each = [_f1(*_counts(pairs, topic)) for topic in TOPICS if any(_counts(pairs, topic))]
    return sum(each) / len(each) if each else 0.0


def _read(words: Lexicon, texts: Sequence[Labelled]) -> Pairs:
    return [
        (one.topics, frozenset(t for stem in one.stems for t in words.get((one.lang, stem), ())))
        for one in texts
    ]


def _figures(pairs: Pairs) -> dict[str, float]:
    totals = [sum(column) for column in zip(*(_counts(pairs, topic) for topic in TOPICS), strict=True)]
    return {"macro_f1": round(macro(pairs), 3), "micro_f1": round(_f1(*totals), 3)}


def _counts(pairs: Pairs, topic: str) -> tuple[int, int, int]:
    """Rightly named, wrongly named, not named."""
    right = sum(topic in real and topic in said for real, said in pairs)
    return (
        right,
        sum(topic in said for _, said in pairs) - right,
        sum(topic in real for real, _ in pairs) - right,
    )


def _f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / (2 * right + wrong + missed) if right else 0.0
