"""Measures a finished model folder on the development items and on UMSAB's validation split, and leaves the figures in
the folder. What the card makes of them is card.py's."""

from __future__ import annotations

import json
from pathlib import Path

from sentiment.evaluate import evaluate
from sentiment.folder import FIGURES
from sentiment.scorer import Scorer


def measure(folder: Path, data_dir: Path) -> None:
    """Adds `evaluation` to the folder's figures.

    Raises ValueError for a model that cannot be loaded or a labelled file that cannot be used."""
    scorer = Scorer.load(folder)
    found = {
        "gold_dev": evaluate(scorer, data_dir / "gold_dev.jsonl"),
        "umsab": evaluate(scorer, data_dir / "sentiment" / "umsab.jsonl.gz", "validation"),
    }
    file = folder / FIGURES
    figures = json.loads(file.read_text(encoding="utf-8"))
    figures["evaluation"] = {name: evaluation.to_json() for name, evaluation in found.items()}
    file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
