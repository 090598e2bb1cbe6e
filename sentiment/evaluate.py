"""Measures a scorer on texts with gold labels: macro-F1 by head and language, dangers found and false alarms, how well
the chances are calibrated, each with a 95 % interval. It prints nothing and trains nothing."""

from __future__ import annotations

import json
import math
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from sentiment.folder import first_line
from sentiment.labels import CRITICAL, HEADS, URGENCY
from sentiment.learning.calibrate import expected_error
from sentiment.learning.corpus import domain_of, lines_of
from sentiment.scorer import Scored, ScorerInput

CLASSES = {head: HEADS[head] for head in ("sentiment", "urgency", "category")}
LEAST = 15
"""A language with fewer items gets no figure of its own."""
RESAMPLES = 1_000
SEED = 20
_NORMAL = 1.959964
"""Of a normal distribution, 95 % lie within so many standard deviations."""
_UNKNOWN = -1
Labels = npt.NDArray[np.int64]


class GoldError(ValueError):
    """A labelled file that cannot be used; the message names file, line and mend."""


class Scores(Protocol):
    """What is measured: a `sentiment.scorer.Scorer`."""

    @property
    def name(self) -> str: ...

    def score(self, texts: Sequence[ScorerInput], explain: bool = False) -> list[Scored]: ...


@dataclass(frozen=True, slots=True)
class Gold:
    """A text and what a person says of it: a label number for each head that was labelled."""

    given: ScorerInput
    labels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, its 95 % interval (of a share: Wilson 1927; else percentile bootstrap, Efron 1979), and the `n`
    texts behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one file says of one model, all from 0 to 1. `n`: labelled texts in the file; `unread`: those in a
    language the model does not read (`unread_languages`: how many of which), which no figure counts, and of them
    `unread_critical` are critical: dangers it cannot find. `heads`: macro-F1; `languages`: the same by language;
    `means`: the mean of those. `critical_recall`: critical texts called so; `false_critical`: low and normal ones
    called so. None where there are no such labels."""

    model: str
    n: int
    unread: int
    unread_languages: dict[str, int]
    unread_critical: int
    heads: dict[str, Figure]
    languages: dict[str, dict[str, Figure]]
    means: dict[str, float]
    critical_recall: Figure | None
    false_critical: Figure | None
    calibration_error: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON has them, rounded to four places."""
        found: dict[str, Any] = rounded(asdict(self))
        return found

    def rows(self) -> list[tuple[str, Figure]]:
        """Every figure with its name, the general ones first."""
        found = [(f"{head} macro-F1", figure) for head, figure in self.heads.items()]
        shares = (("critical found", self.critical_recall), ("false critical", self.false_critical))
        found += [(name, figure) for name, figure in shares if figure]
        return found + [
            (f"{head} macro-F1, {lang}", figure)
            for lang, heads in self.languages.items()
            for head, figure in heads.items()
        ]

    def left_out(self) -> str:
        """How many texts no figure counts, and of which languages."""
        if not self.unread:
            return "all in languages it reads"
        counted = ", ".join(f"{lang} {count}" for lang, count in self.unread_languages.items())
        danger = f"; {self.unread_critical} of these critical" if self.unread_critical else ""
        return f"{self.unread} of them in languages it does not read ({counted}), left out{danger}"

    def table(self) -> str:
        """The figures as plain text, a line each."""
        rows = [f"{self.model} on {self.n} texts, {self.left_out()}"]
        for name, figure in self.rows():
            interval = f"{figure.low:.3f} to {figure.high:.3f}"
            rows.append(f"{name:<28} {figure.value:.3f}  ({interval}, n = {figure.n})")
        for head, mean in self.means.items():
            rows.append(f"{f'{head}, mean of languages':<28} {mean:.3f}")
        for head, error in self.calibration_error.items():
            rows.append(f"{f'{head} calibration error':<28} {error:.3f}")
        return "\n".join(rows)


def evaluate(scorer: Scores, path: Path, split: str | None = None) -> Evaluation:
    """Measures on `path`, JSON lines (or gzip'd ones) with `text` and at least one of `sentiment` (or `label`),
    `urgency`, `category`; `lang`, `stars` and `title` are given to the model where they stand. With `split`, only
    lines whose `split` it is.

    Raises GoldError, which names file, line and mend."""
    return measure(scorer, list(read_gold(path, split)))


def measure(scorer: Scores, gold: Sequence[Gold]) -> Evaluation:
    """Measures on texts that were read. A text without a word to read counts as answered wrong; one in a language
    the model does not read (where the file names none: in the scorer's judgement) is left out."""
    given, told = list(gold), scorer.score([one.given for one in gold])
    dangers = sum(
        answer.unsupported and one.labels.get("urgency") == CRITICAL
        for one, answer in zip(given, told, strict=True)
    )
    left_out = Counter(one.lang or "und" for one in told if one.unsupported)
    scored = [one for one in told if not one.unsupported]
    gold = [one for one, answer in zip(given, told, strict=True) if not answer.unsupported]
    wanted = {head: _wanted(gold, head) for head in CLASSES}
    said = {head: _said(scored, head) for head in CLASSES}
    labelled = {head: numbers for head in CLASSES if len(numbers := np.flatnonzero(wanted[head] != _UNKNOWN))}

    def figure(head: str, numbers: Labels) -> Figure:
        return _figure(_confusions(wanted[head][numbers], said[head][numbers], len(CLASSES[head])))

    urgency, called = wanted["urgency"], said["urgency"] == CRITICAL
    calm = (urgency != _UNKNOWN) & (urgency <= URGENCY.index("normal"))
    languages = _languages(gold, labelled, figure)
    return Evaluation(
        model=scorer.name,
        n=len(given),
        unread=left_out.total(),
        unread_languages=dict(sorted(left_out.items())),
        unread_critical=dangers,
        heads={head: figure(head, numbers) for head, numbers in labelled.items()},
        languages=languages,
        means=_means(languages),
        critical_recall=share(called[urgency == CRITICAL]),
        false_critical=share(called[calm]),
        calibration_error=_calibration(scored, wanted),
    )


def read_gold(path: Path, split: str | None = None) -> Iterator[Gold]:
    """The labelled texts of a file. Raises GoldError, also where it has none."""
    found = False
    try:
        with lines_of(path) as lines:
            for number, line in enumerate(lines, 1):
                gold = _gold(line, split, f"{path}, line {number}") if line.strip() else None
                if gold is not None:
                    found = True
                    yield gold
    except UnicodeDecodeError as error:
        raise GoldError(f"{path} is not UTF-8: save it as UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise GoldError(f"{path} cannot be read ({first_line(error)}): name a file of JSON lines") from error
    if not found:
        raise GoldError(
            f"{path} has no labelled text: give JSON lines with text, sentiment, urgency, category"
        )


def _gold(line: str, split: str | None, place: str) -> Gold | None:
    """A line's text and labels; None for one of another split or without a label."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{place}: this is not JSON ({error}): write one JSON object a line") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise GoldError(f'{place}: there is no text: write {{"text": "...", "sentiment": "negative", ...}}')
    if split is not None and row.get("split") != split:
        return None
    # Of published texts only the sentiment is used: their categories are not ours, and many a label was made of stars.
    published = "label" in row and "sentiment" not in row
    told = {"sentiment": row.get("sentiment", row.get("label")), "urgency": row.get("urgency"),
            "category": None if published else row.get("category")}  # fmt: skip
    labels = {head: _number(head, label, place) for head, label in told.items() if label is not None}
    given = ScorerInput(
        row["text"],
        _typed(row, "title", str, place),
        _typed(row, "lang", str, place),
        None if published else _typed(row, "stars", (int, float), place),
        domain_of(row.get("domain")) if published else None,
    )
    return Gold(given, labels) if labels else None


def _number(head: str, label: object, place: str) -> int:
    if label not in CLASSES[head]:
        raise GoldError(f"{place}: {head} is {label!r}: use one of {', '.join(CLASSES[head])}")
    return CLASSES[head].index(str(label))


def _typed(row: dict[str, Any], name: str, kind: type | tuple[type, ...], place: str) -> Any:
    value = row.get(name)
    if value is None or (isinstance(value, kind) and not isinstance(value, bool)):
        return value
    wanted = "a text" if kind is str else "a number"
    raise GoldError(f"{place}: {name} is {value!r}: give {wanted}, or leave it out")


def _wanted(gold: Sequence[Gold], head: str) -> Labels:
    return np.array([one.labels.get(head, _UNKNOWN) for one in gold], np.int64)


def _said(scored: Sequence[Scored], head: str) -> Labels:
    """The answers; a text that was not read gets the number after the last label, which is always wrong."""
    names = CLASSES[head]
    told = [getattr(one, head) for one in scored]
    return np.array([len(names) if label is None else names.index(label) for label in told], np.int64)


def _languages(
    gold: Sequence[Gold], labelled: Mapping[str, Labels], figure: Callable[[str, Labels], Figure]
) -> dict[str, dict[str, Figure]]:
    langs = np.array([one.given.lang or "" for one in gold])
    found: dict[str, dict[str, Figure]] = {}
    for lang in sorted({str(lang) for lang in langs if lang}):
        mine = {head: numbers[langs[numbers] == lang] for head, numbers in labelled.items()}
        figures = {head: figure(head, numbers) for head, numbers in mine.items() if len(numbers) >= LEAST}
        if figures:
            found[lang] = figures
    return found


def _means(languages: Mapping[str, Mapping[str, Figure]]) -> dict[str, float]:
    """Mean macro-F1 of each head over the languages that have a figure."""
    values = {head: [found[head].value for found in languages.values() if head in found] for head in CLASSES}
    return {head: sum(found) / len(found) for head, found in values.items() if found}


def interval(wanted: Labels, said: Labels, classes: int) -> Figure:
    """Macro-F1 of answers (texts,), with its interval."""
    return _figure(_confusions(wanted, said, classes))


def _confusions(wanted: Labels, said: Labels, classes: int) -> npt.NDArray[np.float64]:
    """(1 + RESAMPLES, classes, classes + 1): how often which label was answered by which, in the texts and in every
    resample of them."""
    cells = wanted * (classes + 1) + said
    counts = np.bincount(cells, minlength=classes * (classes + 1))
    drawn = np.random.default_rng(SEED).multinomial(len(cells), counts / len(cells), size=RESAMPLES)
    return np.concatenate([counts[None], drawn]).reshape(-1, classes, classes + 1).astype(np.float64)


def _figure(tables: npt.NDArray[np.float64]) -> Figure:
    """Mean F1 over the labels that occur among the wanted or the answers."""
    hits = np.diagonal(tables[:, :, :-1], axis1=1, axis2=2)
    both = tables.sum(2) + tables[:, :, :-1].sum(1)
    f1 = np.divide(2 * hits, both, out=np.zeros_like(hits), where=both > 0)
    return _interval(f1.sum(1) / np.maximum(1, (both > 0).sum(1)), int(tables[0].sum()))


def share(called: npt.NDArray[np.bool_]) -> Figure | None:
    """The share of (texts,) that is called so; None of no texts. Resamples of texts that are all alike are too, so they
    would call a share of 0 or 1 certain: its interval is the score interval."""
    if not (n := len(called)):
        return None
    value = float(called.mean())
    middle = value + _NORMAL**2 / (2 * n)
    reach = _NORMAL * math.sqrt(value * (1 - value) / n + (_NORMAL / (2 * n)) ** 2)
    low, high = ((end / (1 + _NORMAL**2 / n)) for end in (middle - reach, middle + reach))
    return Figure(value, min(max(low, 0.0), value), max(min(high, 1.0), value), n)


def _interval(values: npt.NDArray[np.float64], n: int) -> Figure:
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return Figure(float(values[0]), float(low), float(high), n)


def _calibration(scored: Sequence[Scored], wanted: Mapping[str, Labels]) -> dict[str, float]:
    found = {}
    for head in ("sentiment", "urgency"):
        told = [getattr(one, f"{head}_probs") for one in scored]
        kept = [row for row, chances in enumerate(told) if chances and wanted[head][row] != _UNKNOWN]
        if kept:
            chances = torch.tensor([list(told[row].values()) for row in kept])
            found[head] = expected_error(chances, torch.from_numpy(wanted[head][kept]))
    return found


def rounded(found: Any) -> Any:
    """A figure, or figures in dictionaries, to four places."""
    if isinstance(found, dict):
        return {name: rounded(value) for name, value in found.items()}
    return round(found, 4) if isinstance(found, float) else found
