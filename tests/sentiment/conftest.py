"""Small models and folders for the tests of scoring; nothing here is downloaded or takes more than a moment."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from sentiment.labels import CATEGORY, HEADS, LANGUAGES, SENTIMENT, URGENCY
from sentiment.model import save
from sentiment.names import learnt
from sentiment.network.batch import Collator
from sentiment.network.network import Network, Shape
from sentiment.network.pieces import Pieces
from sentiment.scorer import Scorer

SIZES = {name: len(labels) for name, labels in HEADS.items()}
LETTERS = Pieces([("▁", -2.0), *((letter, -3.0) for letter in "abcdefghijklmnopqrstuvwxyzàèéìòù'.,!?")])
TINY = Shape(
    len(LETTERS), linear_size=1_024, piece_width=8, gram_width=4, inner_width=8, vector_width=8, width=16, layers=1,
    limit=48, heads=SIZES,
)  # fmt: skip


LEXICON = learnt([("il caffè era freddo e la signora gentile, mai più ottimo pessimo servizio", "it")])


def collator(network: Network) -> Collator:
    """What makes batches for a tiny network."""
    return Collator(LETTERS, TINY.limit, network.idf.numpy())


@pytest.fixture
def network() -> Network:
    """A tiny network that says something about everything: none of its weights is zero."""
    torch.manual_seed(7)
    made = Network(TINY)
    with torch.no_grad():
        made.linear.weight.normal_()
        made.bias.normal_()
        made.idf.uniform_(0.5, 2.0)
    return made.eval()


@pytest.fixture
def folder(network: Network, tmp_path: Path) -> Path:
    """A model folder that holds it."""
    place = tmp_path / "models" / "tiny"
    save(network, LETTERS, LEXICON, LANGUAGES, 0.3, 0.5, place)
    return place


@pytest.fixture
def tiny(folder: Path) -> Scorer:
    """A scorer of it."""
    return Scorer.load(folder)


@pytest.fixture(scope="session")
def shipped() -> Scorer:
    """The built-in model."""
    return Scorer.load()


@pytest.fixture
def training(tmp_path: Path) -> Path:
    """A training folder with a few dozen texts: good ones with `ottimo`, bad ones with `pessimo`, dangers with `fumo`."""
    rows = [authored(number) for number in range(48)]
    published = [_published(number) for number in range(80)]
    loose = [{"text": f"parole sciolte numero {number}", "lang": "it", "source": "x"} for number in range(20)]
    place = tmp_path / "data"
    write_lines(place / "authored" / "it.jsonl", rows)
    write_lines(place / "sentiment" / "umsab.jsonl", published, gzipped=True)
    write_lines(place / "unlabelled.jsonl", loose, gzipped=True)
    return place


def write_lines(file: Path, rows: list[Any], gzipped: bool = False) -> Path:
    """Writes JSON lines, gzip'd if asked; a str is written as it is."""
    import gzip

    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    if gzipped:
        file = file.with_name(f"{file.name}.gz")
        file.write_bytes(gzip.compress(text.encode()))
    else:
        file.write_text(text, encoding="utf-8")
    return file


Writer = Callable[..., Path]


def authored(number: int) -> dict[str, Any]:
    """An item of the training folder."""
    kind = number % 3
    words = ("ottimo caffè davvero", "pessimo caffè freddo", "la macchina fa fumo e scintille")[kind]
    return {
        "text": f"{words} {number // 3}",
        "lang": "it",
        "stars": (5, 2, None)[kind],
        "sentiment": (SENTIMENT[2], SENTIMENT[0], SENTIMENT[0])[kind],
        "urgency": (URGENCY[0], URGENCY[1], URGENCY[3])[kind],
        "category": (CATEGORY[4], CATEGORY[3], CATEGORY[3])[kind],
        "topics": (["taste_food"], ["taste_food"], ["safety_health"])[kind],
    }


def _published(number: int) -> dict[str, Any]:
    good = number % 2 == 0
    return {
        "text": f"{'ottimo' if good else 'pessimo'} giorno {'bello' if good else 'brutto'} {number}",
        "lang": "it",
        "label": "positive" if good else "negative",
        "domain": "tweet",
        "split": "validation" if number % 5 == 0 else "train",
    }
