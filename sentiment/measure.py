"""Measures a finished model folder on the development items and on UMSAB's validation split, leaves the figures in the
folder, and writes the card: `python -m sentiment.measure DATA [MODEL]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sentiment.card import write_card
from sentiment.evaluate import evaluate
from sentiment.folder import BUILT_IN, FIGURES
from sentiment.scorer import Scorer


def measure(folder: Path, data_dir: Path) -> Path:
    """Adds `evaluation` to the folder's figures and says where the card is."""
    scorer = Scorer.load(folder)
    found = {
        "gold_dev": evaluate(scorer, data_dir / "gold_dev.jsonl"),
        "umsab": evaluate(scorer, data_dir / "sentiment" / "umsab.jsonl.gz", "validation"),
    }
    file = folder / FIGURES
    figures = json.loads(file.read_text(encoding="utf-8"))
    figures["evaluation"] = {name: evaluation.to_json() for name, evaluation in found.items()}
    file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return write_card(folder.parent)


if __name__ == "__main__":
    sys.stdout.write(f"wrote {measure(Path(sys.argv[2]) if sys.argv[2:] else BUILT_IN, Path(sys.argv[1]))}\n")
