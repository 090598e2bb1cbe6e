"""Reads the training folder (`authored/*.jsonl`, `sentiment/*.jsonl.gz`) and the project's own items into
examples. What is learnt from them is train.py's matter."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sentiment.labels import CATEGORY, SENTIMENT, TOPICS, URGENCY
from sentiment.learning.recipe import Recipe
from sentiment.learning.sources import PUBLISHED
from sentiment.network.batch import Given
from sentiment.text import clean

OWN = Path(__file__).parents[1] / "training"
"""Items written for the project that are part of the repository."""


class CorpusError(ValueError):
    """A training folder that cannot be used; the message names file, line and mend."""


_MISLABELLED = {("umsab", "hi")}
"""Source and language whose labels do not go with the texts: a linear model that learns from 4/5 of these rows is right
about the rest as often as by chance (macro-F1 0.33 to 0.37 of three equal classes; Italian of the same source: 0.60).
They are not learnt from."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text, cleaned. `sentiment`, `urgency`, `category` are label numbers, None where unknown;
    `topics` is None where nobody labelled them. `domain`: tweet or review, None for authored ones."""

    text: str
    lang: str
    source: str
    domain: str | None
    stars: float | None = None
    sentiment: int | None = None
    urgency: int | None = None
    category: int | None = None
    topics: tuple[int, ...] | None = None
    split: str = "train"
    key: str = ""

    def given(self, domain: bool = False) -> Given:
        """What a network is given of it; with `domain`, also where it comes from."""
        return Given(self.text, self.stars, self.domain if domain else None)


def authored(folder: Path, languages: Sequence[str]) -> list[Example]:
    """The items with all labels: the folder's `authored/*.jsonl` and, then, the project's own.

    Raises CorpusError for a folder without any, or a line that is not as its README says."""
    files = sorted((folder / "authored").glob("*.jsonl"))
    found = [example for file in files for example in _read(file, "authored") if example.lang in languages]
    if not files:
        raise CorpusError(
            f"{folder / 'authored'} has no *.jsonl: name the folder that holds authored/ and sentiment/"
        )
    return found + own(languages)


def own(languages: Sequence[str]) -> list[Example]:
    """The project's own items, with all labels."""
    files = sorted(OWN.glob("*.jsonl"))
    return [example for file in files for example in _read(file, "authored") if example.lang in languages]


def published(folder: Path, recipe: Recipe, seed: int, permissive: bool = False) -> list[Example]:
    """Rows of `sentiment/*.jsonl.gz` with a sentiment, in the recipe's languages; at most its caps of each
    source's train split, chosen by the seed, and all of the validation split. With `permissive`, only of sources whose
    stated licence allows any use."""
    found: list[Example] = []
    for file in sorted((folder / "sentiment").glob("*.jsonl.gz")):
        source = PUBLISHED.get(file.name.removesuffix(".jsonl.gz"))
        if permissive and not (source and source.permissive):
            continue
        rows = [
            row for row in _read(file, None) if row.lang in recipe.languages and row.sentiment is not None
        ]
        rows = [row for row in rows if (row.source, row.lang) not in _MISLABELLED]
        train = [row for row in rows if row.split == "train"]
        random.Random(f"{seed} {file.name}").shuffle(train)
        cap = recipe.caps.get(file.name.removesuffix(".jsonl.gz"), recipe.cap)
        found += train[:cap] + [row for row in rows if row.split != "train"]
    return found


def validation(folder: Path, languages: Sequence[str]) -> list[Example]:
    """The rows of every published source's validation split that have a sentiment, in the languages."""
    return [
        row
        for file in sorted((folder / "sentiment").glob("*.jsonl.gz"))
        for row in _read(file, None)
        if row.split == "validation" and row.lang in languages and row.sentiment is not None
    ]


def unlabelled(folder: Path, languages: Sequence[str], most: int) -> list[str]:
    """At most so many texts in the languages that nobody labelled (`unlabelled.jsonl.gz`, where there is one)."""
    file = folder / "unlabelled.jsonl.gz"
    rows = _read(file, None) if file.exists() else iter(())
    return [row.text for row in islice((row for row in rows if row.lang in languages), most)]


def every_text(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text of the folder that may be learnt from, labelled or not, with its language."""
    loose = folder / "unlabelled.jsonl.gz"
    files = [*sorted((folder / "sentiment").glob("*.jsonl.gz")), *([loose] if loose.exists() else [])]
    files += [*sorted((folder / "authored").glob("*.jsonl")), *sorted(OWN.glob("*.jsonl"))]
    return ((row.text, row.lang) for file in files for row in _read(file, None) if row.split == "train")


def evenly(examples: Sequence[Example], most: int) -> list[Example]:
    """At most so many of the examples, in order, as many of each language as there are."""
    turns: Counter[str] = Counter()
    numbered = []
    for place, example in enumerate(examples):
        numbered.append((turns[example.lang], place))
        turns[example.lang] += 1
    kept = sorted(place for _, place in sorted(numbered)[:most])
    return [examples[place] for place in kept]


def key_of(text: str) -> str:
    """Tells texts apart, whatever their case."""
    return hashlib.sha256(text.lower().encode()).hexdigest()


def fold(example: Example, folds: int) -> int:
    """Which of `folds` parts an item belongs to; the same text always to the same."""
    return int(example.key[:8], 16) % folds


def lines_of(file: Path) -> IO[str]:
    """A UTF-8 file, gzip'd or not, open for reading."""
    return gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8")


def _read(file: Path, domain: str | None) -> Iterator[Example]:
    with lines_of(file) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _example(line, file, number, domain)


def _example(line: str, file: Path, number: int, domain: str | None) -> Example:
    try:
        row = json.loads(line)
        example = _labelled(row, file.name.split(".")[0], domain)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(
            f"{file}, line {number}: {error!r}; fields and labels are as in its README"
        ) from error
    return example


def _labelled(row: dict[str, Any], source: str, domain: str | None) -> Example:
    text, stars = clean(row["text"]), row.get("stars")
    category = row.get("category") if domain else None
    sentiment = row.get("sentiment", row.get("label"))
    if category == "spam" and sentiment == "positive":
        sentiment = "neutral"  # labels.md: advertising is neutral whatever its tone
    topics = row.get("topics") if domain else None
    return Example(
        text=text,
        lang=row["lang"],
        source=source,
        domain=None if domain else domain_of(row.get("domain")),
        stars=None if stars is None else float(stars),
        sentiment=_number(SENTIMENT, sentiment),
        urgency=_number(URGENCY, row.get("urgency") if domain else None),
        category=_number(CATEGORY, category),
        topics=None if topics is None else tuple(TOPICS.index(topic) for topic in topics if topic in TOPICS),
        split=row.get("split", "train"),
        key=key_of(text),
    )


def domain_of(told: object) -> str:
    """Which of the two domains a row's own `domain` counts as."""
    return "review" if str(told or "").startswith("review") else "tweet"


def _number(labels: tuple[str, ...], label: str | None) -> int | None:
    return None if label is None else labels.index(label)


def without_stars(examples: Iterable[Example]) -> list[Example]:
    """The same items with their rating hidden."""
    return [replace(example, stars=None) for example in examples]
