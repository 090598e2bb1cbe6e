"""Decides when many complaints are told as one: a storm. Facts in, the storm a mention joins or begins out. Pure.

A complaint has a case of its own until more than `policy.storm` of a brand come within ten minutes, which were also
written within ten minutes: what a first read or a night offline brings at once is a long list, no storm. From then on
those about one matter, which have words in common, join one storm; where they have none, all complaints of the brand
do. A critical one keeps a case of its own as long as its message need not wait for those of others: Slack takes one a
second and channel. Where others wait, it joins the storm that it has words in common with, or begins one with critical
cases about the same; where there are none it keeps its case. A question, praise, what spreads by itself and a customer
who comes back always do. A case that many mentions join for their thread, their author or their text becomes a storm
itself. What a storm shows is `alerts.card`'s.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

import regex

from alerts.drafts.patterns import fold
from alerts.drafts.phrases import languages, load
from alerts.triage import DONE, Decision, Facts
from store.brand import Brand
from store.tables import Case

WINDOW = timedelta(minutes=10)  # complaints are counted over this long
BEFORE = timedelta(
    hours=1
)  # sources are read so seldom: what was written since then belongs to a storm of all
QUIET = timedelta(minutes=30)  # a storm that nothing joins for so long is over
LONGEST = timedelta(hours=12)  # then it is told anew, whatever still comes
ALIKE = 2  # critical cases about the same that a third makes a storm
SHARE = 0.6  # of the complaints have a word, where it is a word of their matter
FEWEST, MOST = 2, 12  # words that make a matter
LETTERS = 4  # of a word that means something
READ = 2_000  # characters of a text
COMPLAINTS = {"negative", "mixed", "urgent"}  # reasons that make a complaint,
APART = {"came_back", "edited", "viral", "praise"}  # and those that want a case of their own
QUESTIONS = ("information", "commercial")
_WORD = regex.compile(r"[\p{L}\p{M}]+")


@dataclass(frozen=True, slots=True)
class Opening:
    """A complaint that has a case of its own."""

    at: datetime
    published_at: datetime
    urgency: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm that is on. `words`: the stems of its matter; none: it takes all complaints of the brand."""

    case: Case
    words: frozenset[str]
    last_at: datetime


@dataclass(slots=True)
class Sky:
    """What is on in one brand. `crowds`: how many mentions came to a case within the window; `unsent`: how many
    messages of critical cases wait to be sent; `spike`: the case of a spike of criticism that is on, no storm yet."""

    openings: list[Opening] = field(default_factory=list)
    storms: list[Storm] = field(default_factory=list)
    crowds: Counter[int] = field(default_factory=Counter)
    unsent: int = 0
    spike: Case | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mention belongs: a case, or None: one of its own. `begins`: with it that case becomes a storm, about
    `words` (as people wrote them)."""

    case: Case | None
    begins: bool = False
    words: tuple[str, ...] = ()


def place(facts: Facts, decision: Decision, known: Case | None, sky: Sky) -> Place:
    """Where a mention that `alerts.triage.home` gives to `known` belongs, with all that comes beside it. A storm that
    begins while a spike is on is what the spike's case is about."""
    found = _place(facts, decision, known, sky)
    if found.begins and found.case is None and sky.spike is not None and not sky.spike.storm:
        return replace(found, case=sky.spike)
    return found


def _place(facts: Facts, decision: Decision, known: Case | None, sky: Sky) -> Place:
    if not is_complaint(facts, decision):
        return Place(known)
    limit = facts.brand.policy.storm
    if known is not None:
        begins = not known.storm and known is not facts.case and sky.crowds[known.id or 0] >= limit
        return Place(known, begins, _own_words(facts) if begins else ())
    recent = [opening for opening in sky.openings if facts.now - opening.at <= WINDOW]
    critical = decision.urgency == "critical"
    if critical and not sky.unsent:
        return Place(None)
    on = [storm for storm in sky.storms if is_on(storm, facts.now)]
    if storm := _joined(facts, on, critical):
        return Place(storm.case)
    if critical and (words := _matter_of_criticals(facts, recent)):
        return Place(None, True, words)
    others = [
        opening
        for opening in recent
        if abs(opening.published_at - facts.mention.published_at) <= WINDOW
        and not any(_alike(opening.words, storm.words) for storm in on)
    ]
    return Place(None) if len(others) < limit else _begun(facts, others, limit, on, critical)


def is_complaint(facts: Facts, decision: Decision) -> bool:
    """Whether it is one of those that come in hundreds when something is wrong."""
    kinds = set(decision.kinds)
    unhappy = facts.sentiment == "negative" or facts.few_stars or facts.category == "complaint"
    question = facts.category in QUESTIONS
    return bool(kinds & COMPLAINTS) and unhappy and not question and not kinds & APART


def is_on(storm: Storm, now: datetime) -> bool:
    """Whether complaints still join it."""
    young = now - storm.case.opened_at <= LONGEST
    return young and now - storm.last_at <= QUIET and storm.case.status not in DONE


def words_of(facts: Facts) -> frozenset[str]:
    """The stems of what the mention is about."""
    return stems(facts.mention.title, facts.mention.text, facts.brand)


def stems(title: str | None, text: str, brand: Brand) -> frozenset[str]:
    """The stems of the words that mean something; the brand's own names mean nothing here."""
    return frozenset(_words(f"{title or ''}\n{text[:READ]}"[:READ])) - _names((brand.name, *brand.aliases))


def matter(texts: Sequence[frozenset[str]]) -> frozenset[str]:
    """The stems that most of these texts have in common; empty where they are about this and that."""
    counts = Counter(stem for text in texts for stem in text)
    often = [(count, stem) for stem, count in counts.items() if count >= max(2, SHARE * len(texts))]
    chosen = sorted(often, key=lambda one: (-one[0], one[1]))[:MOST]
    return frozenset(stem for _, stem in chosen) if len(chosen) >= FEWEST else frozenset()


def stems_of(words: Iterable[str]) -> frozenset[str]:
    """The stems of words as they are shown."""
    return frozenset(_stem(word) for word in words)


def _joined(facts: Facts, on: Sequence[Storm], critical: bool) -> Storm | None:
    """The youngest storm about the same, then one that takes all that is written while it is on: all but what is
    critical, which would be lost among other matters."""
    words, since = words_of(facts), facts.mention.published_at + BEFORE
    alike = [storm for storm in on if _alike(words, storm.words)]
    if alike or critical:
        return max(alike, key=lambda storm: storm.case.id or 0, default=None)
    alike = [storm for storm in on if not storm.words and since >= storm.case.opened_at]
    return max(alike, key=lambda storm: storm.case.id or 0, default=None)


def _begun(facts: Facts, recent: Sequence[Opening], limit: int, on: Sequence[Storm], critical: bool) -> Place:
    """More than enough: the storm of a matter where this mention is about it, else of all complaints, where it is not
    critical."""
    own = words_of(facts)
    common = matter([opening.words for opening in recent] + [own])
    if _alike(own, common):
        return Place(None, True, _shown(common, facts))
    others = [opening for opening in recent if not _alike(opening.words, common)]
    if critical or len(others) < limit:
        return Place(None)
    known = next((storm.case for storm in on if not storm.words), None)
    return Place(known, known is None)


def _matter_of_criticals(facts: Facts, recent: Sequence[Opening]) -> tuple[str, ...]:
    """What this critical mention and critical cases of late are about, where some are about the same."""
    own = words_of(facts)
    near = [one.words for one in recent if one.urgency == "critical" and _alike(one.words, own)]
    return _shown(matter([*near, own]), facts) if len(near) >= ALIKE else ()


def _alike(words: frozenset[str], about: frozenset[str]) -> bool:
    """Whether a text has half of the words of a matter."""
    return bool(about) and 2 * len(words & about) >= len(about)


def _own_words(facts: Facts) -> tuple[str, ...]:
    own = words_of(facts)
    return _shown(frozenset(sorted(own, key=lambda stem: (-len(stem), stem))[:MOST]), facts)


def _shown(about: frozenset[str], facts: Facts) -> tuple[str, ...]:
    """The words as this mention has them, in its order; those that it lacks, as stems."""
    written = _words(f"{facts.mention.title or ''}\n{facts.mention.text[:READ]}"[:READ])
    return (*(word for stem, word in written.items() if stem in about), *sorted(about - set(written)))


@lru_cache(maxsize=1024)
def _words(text: str) -> dict[str, str]:
    """Stem and word, in order; not to be changed."""
    found: dict[str, str] = {}
    for word in _WORD.findall(fold(text).plain):
        if len(word) >= LETTERS and word not in stopwords():
            found.setdefault(_stem(word), word)
    return found


def _stem(word: str) -> str:
    """A word without most of its ending: bolletta and bollette are one."""
    return word[: max(LETTERS, len(word) - 2)]


@lru_cache(maxsize=64)
def _names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_stem(word) for name in names for word in _WORD.findall(fold(name).plain))


@lru_cache(maxsize=1)
def stopwords() -> frozenset[str]:
    return frozenset(fold(word).plain for lang in languages() for word in load(lang).language.stopwords)
