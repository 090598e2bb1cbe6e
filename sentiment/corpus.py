"""Reads the training folder (`authored/*.jsonl`, `sentiment/*.jsonl.gz`) and the project's own items into
examples. What is learnt from them is train.py's matter."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from sentiment.labels import CATEGORY, SENTIMENT, TOPICS, URGENCY
from sentiment.recipe import Recipe
from sentiment.text import clean, words

OWN = Path(__file__).parent / "training"
"""Items written for the project that are part of the repository."""


class CorpusError(ValueError):
    """A training folder that cannot be used; the message names file, line and mend."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text. `sentiment`, `urgency`, `category` are label numbers, None where unknown;
    `topics` is None where nobody labelled them. `domain`: tweet, review or authored."""

    words: Sequence[str]
    lang: str
    source: str
    domain: str
    stars: float | None = None
    sentiment: int | None = None
    urgency: int | None = None
    category: int | None = None
    topics: tuple[int, ...] | None = None
    split: str = "train"
    key: str = ""


def authored(folder: Path, languages: Sequence[str]) -> list[Example]:
    """The items with all labels: the folder's `authored/*.jsonl` and, then, the project's own.

    Raises CorpusError for a folder without any, or a line that is not as its README says."""
    files = sorted((folder / "authored").glob("*.jsonl")) + sorted(OWN.glob("*.jsonl"))
    found = [example for file in files for example in _read(file, "authored") if example.lang in languages]
    if not any(file.parent.name == "authored" for file in files):
        raise CorpusError(
            f"{folder / 'authored'} has no *.jsonl: name the folder that holds authored/ and sentiment/"
        )
    return found


def published(folder: Path, recipe: Recipe, seed: int) -> list[Example]:
    """Rows of `sentiment/*.jsonl.gz` with a sentiment, in the recipe's languages; at most its caps of each
    source's train split, chosen by the seed, and all of the validation split."""
    found: list[Example] = []
    for file in sorted((folder / "sentiment").glob("*.jsonl.gz")):
        rows = [
            row for row in _read(file, None) if row.lang in recipe.languages and row.sentiment is not None
        ]
        train = [row for row in rows if row.split == "train"]
        random.Random(f"{seed} {file.name}").shuffle(train)
        source = file.name.removesuffix(".jsonl.gz")
        found += train[: recipe.caps.get(source, recipe.cap)] + [row for row in rows if row.split != "train"]
    return found


def unlabelled(folder: Path, recipe: Recipe, published_rows: Sequence[Example]) -> list[Sequence[str]]:
    """Words of texts in the recipe's languages that nobody labelled (`unlabelled.jsonl.gz`, where there is
    one) and of the published rows; texts of one word teach nothing. At most the recipe's cap of the former."""
    file, found = folder / "unlabelled.jsonl.gz", [row.words for row in published_rows]
    rows = _read(file, None) if file.exists() else iter(())
    for row in rows:
        if row.lang in recipe.languages:
            found.append(row.words)
        if len(found) >= len(published_rows) + recipe.masked_texts:
            break
    return [words for words in found if len(words) > 1]


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
        words=[sys.intern(word) for word in words(text)],
        lang=row["lang"],
        source=source,
        domain=domain or ("review" if str(row.get("domain", "")).startswith("review") else "tweet"),
        stars=None if stars is None else float(stars),
        sentiment=_number(SENTIMENT, sentiment),
        urgency=_number(URGENCY, row.get("urgency") if domain else None),
        category=_number(CATEGORY, category),
        topics=None if topics is None else tuple(TOPICS.index(topic) for topic in topics if topic in TOPICS),
        split=row.get("split", "train"),
        key=hashlib.sha256(text.lower().encode()).hexdigest(),
    )


def _number(labels: tuple[str, ...], label: str | None) -> int | None:
    return None if label is None else labels.index(label)


def without_stars(examples: Iterable[Example]) -> list[Example]:
    """The same items with their rating hidden."""
    return [replace(example, stars=None) for example in examples]
