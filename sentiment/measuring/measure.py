"""Measures a finished model folder on the development items and on the published validation splits, and leaves the
figures in the folder. What the card makes of them is card.py's."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sentiment.evaluate import Evaluation, evaluate, interval
from sentiment.folder import FIGURES
from sentiment.labels import DOMAINS, SENTIMENT
from sentiment.learning.corpus import Example, validation, without_stars
from sentiment.learning.heldout import outputs_of
from sentiment.measuring import behaviour
from sentiment.network.inference import Inference
from sentiment.network.network import Encoder
from sentiment.reading import load
from sentiment.scorer import Scorer

LEAST = 30
"""Texts of a language in a source from which on there is a figure."""


@dataclass(frozen=True, slots=True)
class OnSource:
    """Sentiment on the validation split of one published source in one language: macro-F1, from `low` to `high` with
    95 % certainty, and accuracy; and the same of the model's linear path alone, which learnt from the same texts."""

    source: str
    lang: str
    texts: int
    f1: float
    low: float
    high: float
    accuracy: float
    linear_f1: float
    linear_low: float
    linear_high: float
    linear_accuracy: float


def measure(
    folder: Path, data_dir: Path, speed: Mapping[str, object] | None = None, permissive: Path | None = None
) -> None:
    """Adds `evaluation`, `sources`, `behaviour` and `numbers` to the folder's figures, and `speed` where it was
    measured. With the folder of a model that learnt from `permissive` sources alone, also what that costs.

    Raises ValueError for a model that cannot be loaded or a labelled file that cannot be used."""
    scorer = Scorer.load(folder)
    found = {
        "gold_dev": evaluate(scorer, data_dir / "gold_dev.jsonl"),
        "umsab": evaluate(scorer, data_dir / "sentiment" / "umsab.jsonl.gz", "validation"),
    }
    file = folder / FIGURES
    figures = json.loads(file.read_text(encoding="utf-8"))
    figures["evaluation"] = {name: evaluation.to_json() for name, evaluation in found.items()}
    figures["sources"] = {"model": scorer.name, "rows": [asdict(row) for row in on_sources(scorer, data_dir)]}
    figures["behaviour"] = behaviour.run(scorer).to_json()
    figures["numbers"] = {"model": scorer.name, "rows": _in_full(folder, data_dir, found)}
    if permissive is not None:
        figures["permissive"] = {"model": scorer.name, "rows": _cost(figures, permissive, data_dir)}
    if speed is not None:
        figures["speed"] = {**speed, "model": scorer.name}
    file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _in_full(folder: Path, data_dir: Path, found: Mapping[str, Evaluation]) -> list[dict[str, Any]]:
    """Macro-F1 as found, beside that of the same weights in 32-bit floats; nothing for a borrowed encoder."""
    model = load(folder)
    if not isinstance(model.network.encoder, Encoder):
        return []
    scorer = Scorer(model)
    scorer.inference = Inference(model.network, "cpu", torch.float32)
    full = {
        "gold_dev": evaluate(scorer, data_dir / "gold_dev.jsonl"),
        "umsab": evaluate(scorer, data_dir / "sentiment" / "umsab.jsonl.gz", "validation"),
    }
    return [
        {
            "on": name,
            "head": head,
            "f1": round(figure.value, 4),
            "in_full": round(full[name].heads[head].value, 4),
        }
        for name, evaluation in found.items()
        for head, figure in evaluation.heads.items()
    ]


def _cost(ours: Mapping[str, Any], folder: Path, data_dir: Path) -> list[dict[str, Any]]:
    """What a model of permissive sources reaches, beside what ours does."""
    scorer = Scorer.load(folder)
    theirs = {
        "training": json.loads((folder / FIGURES).read_text(encoding="utf-8"))["training"],
        "evaluation": {"gold_dev": evaluate(scorer, data_dir / "gold_dev.jsonl").to_json()},
        "sources": {"rows": [asdict(row) for row in on_sources(scorer, data_dir)]},
    }
    pairs = zip(_told(ours), _told(theirs), strict=True)
    return [{"figure": name, "all": value, "permissive": other} for (name, value), (_, other) in pairs]


def _told(figures: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    training, rows = figures["training"], figures["sources"]["rows"]
    yield "published rows learnt from", sum(training["sources"].values())
    for name in ("sentiment_f1", "urgency_f1", "category_f1", "critical_recall", "false_critical"):
        yield (
            f"{name.replace('_f1', ' macro-F1').replace('_', ' ')}, cross-validated",
            training["held_out"][name],
        )
    for head, figure in figures["evaluation"]["gold_dev"]["heads"].items():
        yield f"{head} macro-F1, development items", figure["value"]
    tweets = [row["f1"] for row in rows if row["source"] == "umsab"]
    yield "sentiment macro-F1, mean of UMSAB's languages", sum(tweets) / max(1, len(tweets))
    yield (
        "sentiment macro-F1, mean of the published splits",
        sum(row["f1"] for row in rows) / max(1, len(rows)),
    )


def on_sources(scorer: Scorer, data_dir: Path) -> Iterator[OnSource]:
    """The figures of every published source with enough validation rows in a language the model reads."""
    groups: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for row in validation(data_dir, scorer.model.languages):
        groups[row.source, row.lang].append(row)
    for (source, lang), rows in sorted(groups.items()):
        if len(rows) >= LEAST:
            yield _on_source(scorer, source, lang, rows)


@torch.no_grad()
def _on_source(scorer: Scorer, source: str, lang: str, rows: Sequence[Example]) -> OnSource:
    network = scorer.model.network
    said = outputs_of(network, scorer.collate, without_stars(rows), domain=True)
    labels = torch.tensor([row.sentiment for row in rows])
    head = DOMAINS[rows[0].domain or ""]
    encoded, bagged = (network.split(part)[head] for part in (said.encoded, said.bagged))
    weights, shifts = network.weights[head], network.shifts[head]
    guess = (weights[0] * encoded + weights[1] * bagged + shifts).argmax(1)
    figures = [value for each in (guess, bagged.argmax(1)) for value in _scores(each, labels)]
    return OnSource(source, lang, len(rows), *figures)


def _scores(guess: Tensor, labels: Tensor) -> tuple[float, float, float, float]:
    """Macro-F1, the ends of its interval, and accuracy."""
    found = interval(labels.numpy(), guess.numpy(), len(SENTIMENT))
    right = float((guess == labels).float().mean())
    return round(found.value, 4), round(found.low, 4), round(found.high, 4), round(right, 4)
