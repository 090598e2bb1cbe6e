"""`train` makes a model folder from a training folder: stage one, stage two, the linear path, calibration,
files. Each long step leaves a checkpoint, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from sentiment.base import start, vocabulary
from sentiment.batch import Collator
from sentiment.corpus import (
    Example,
    authored,
    evenly,
    every_text,
    fold,
    published,
    unlabelled,
    without_stars,
)  # fmt: skip
from sentiment.finetune import finetune, topic_flags
from sentiment.folder import FIGURES, save
from sentiment.heldout import Figures, Outputs, Settled, joined, outputs_of, settle
from sentiment.labels import DOMAINS, HEADS
from sentiment.linear import balance, fit_classes, fit_flags, idf_of, matrix
from sentiment.loop import CPU, Machine
from sentiment.names import learnt as learnt_lexicon
from sentiment.network import Encoder, Network, Shape
from sentiment.pieces import Pieces, learnt
from sentiment.pretrain import pretrain
from sentiment.recipe import RECIPES, Recipe

log = logging.getLogger(__name__)
T = TypeVar("T")
_DEVICES = {"cpu": "the CPU", "cuda": "one GPU"}
SMALL = {"piece_width": 16, "gram_width": 8, "inner_width": 16, "vector_width": 16, "width": 32, "layers": 1}
"""The shape of an encoder that starts from nothing."""
_STRENGTH = 10.0
_PUBLISHED = 0.1
"""What a published row counts in the linear path's sentiment beside an authored one."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished run: its folder, recipe, seed and device, the texts it learnt from, CPU seconds (of this and of
    earlier, interrupted starts), and figures on held-out items."""

    folder: Path
    recipe: str
    seed: int
    device: str
    items: int
    sources: dict[str, int]
    cpu_seconds: float
    held_out: Figures


@dataclass(frozen=True, slots=True)
class _Corpus:
    items: list[Example]
    replay: list[Example]
    validation: list[Example]


@dataclass(frozen=True, slots=True)
class _Run:
    """What every step of one run shares. `numbers`: the base's numbers of the pieces."""

    recipe: Recipe
    shape: Shape
    numbers: Sequence[int]
    seed: int
    place: Path
    corpus: _Corpus
    collate: Collator
    machine: Machine


def train(
    data_dir: Path,
    out_dir: Path,
    recipe: str = "default",
    seed: int = 1,
    checkpoints: Path = Path("checkpoints"),
    machine: Machine = CPU,
    permissive: bool = False,
) -> Trained:
    """Trains by a recipe and writes the model folder `out_dir`; with `permissive`, from published texts alone whose
    licence, as stated, allows any use. On the CPU with one thread, the same seed, data, processor and torch give the
    same weights.

    Raises CorpusError for a training folder that cannot be used, KeyError for an unknown recipe."""
    torch.set_num_threads(machine.threads)
    run = _begin(data_dir, RECIPES[recipe], seed, checkpoints, machine, permissive)
    encoder = _encoder(run)
    held, rows = _cross_validate(run, encoder)
    network = _timed(run, "network", lambda: _learn(run, encoder, run.corpus.items))
    published = run.corpus.validation
    plain, told = (
        outputs_of(network, run.collate, without_stars(published), run.machine.device, domain)
        for domain in (False, True)
    )
    settled = settle(held, rows, plain, told, published)
    _settle(network, settled)
    lexicon = learnt_lexicon(every_text(data_dir))
    save(network, run.collate.pieces, lexicon, run.recipe.languages, settled.critical, settled.topic, out_dir)
    return _finish(run, settled, out_dir)


def _begin(
    data_dir: Path, recipe: Recipe, seed: int, checkpoints: Path, machine: Machine, permissive: bool = False
) -> _Run:
    corpus = _corpus(data_dir, recipe, seed, permissive)
    heads = {head: len(names) for head, names in HEADS.items()}
    texts = [row.text for row in corpus.replay]
    texts += unlabelled(data_dir, recipe.languages, recipe.unlabelled)
    if recipe.base:
        pieces, numbers = vocabulary(texts, recipe.pieces)
        shape = Shape(len(pieces), recipe.linear_size, limit=recipe.limit, heads=heads)
    else:
        pieces, numbers = Pieces(learnt(texts, recipe.pieces)), []
        shape = Shape(len(pieces), recipe.linear_size, **SMALL, limit=recipe.limit, heads=heads)
    place = checkpoints / f"{recipe.name}-{_fingerprint(recipe, seed, [*corpus.items, *corpus.replay])}"
    place.mkdir(parents=True, exist_ok=True)
    idf = idf_of([*corpus.items, *evenly(corpus.replay, recipe.linear_rows)], recipe.linear_size)
    log.info(
        "training: %d items, %d published rows, %d pieces",
        len(corpus.items), len(corpus.replay), len(pieces), extra={"action": "train"},
    )  # fmt: skip
    collate = Collator(pieces, recipe.limit, idf)
    return _Run(recipe, shape, numbers, seed, place, corpus, collate, machine)


def _corpus(data_dir: Path, recipe: Recipe, seed: int, permissive: bool) -> _Corpus:
    rows = published(data_dir, recipe, seed, permissive)
    random.Random(seed).shuffle(rows)
    return _Corpus(
        authored(data_dir, recipe.languages),
        [row for row in rows if row.split == "train"],
        [row for row in rows if row.split != "train"][: recipe.validation_rows],
    )


def _encoder(run: _Run) -> Encoder:
    """The first stage, in a folder of its own: new authored items do not make it start anew."""
    own = _first_stage(run)
    finished = own.place / "encoder.pt"
    torch.manual_seed(run.seed)
    encoder = Encoder(run.shape)
    if run.recipe.base:
        start(encoder, run.numbers)

    def rate() -> Encoder:
        file = own.place / "pretrain.pt"
        return pretrain(
            encoder, run.corpus.replay, run.shape, run.recipe, run.seed, file, run.collate, run.machine
        )

    if not finished.exists():
        torch.save(_timed(own, "pretrain", rate).cpu().state_dict(), finished)
    encoder.load_state_dict(torch.load(finished, weights_only=True))
    return encoder


def _first_stage(run: _Run) -> _Run:
    recipe = run.recipe
    later = ("linear", "finetune", "replay", "folds", "validation")
    told = {name: value for name, value in asdict(recipe).items() if not name.startswith(later)}
    known = hashlib.sha256(repr(run.collate.pieces.vocabulary).encode()).hexdigest()
    place = run.place.with_name(
        f"{recipe.name}-encoder-{_fingerprint((told, known), run.seed, run.corpus.replay)}"
    )
    place.mkdir(parents=True, exist_ok=True)
    return replace(run, place=place)


def _cross_validate(run: _Run, encoder: Encoder) -> tuple[Outputs, list[Example]]:
    """What networks say of items they did not learn from, ratings shown and hidden, with those items."""
    parts, rows = [], []
    for number in range(run.recipe.folds):
        held = [row for row in run.corpus.items if fold(row, run.recipe.folds) == number]
        held += without_stars(held)
        parts.append(_fold(run, encoder, number, held))
        rows += held
    return joined(parts), rows


def _fold(run: _Run, encoder: Encoder, number: int, held: Sequence[Example]) -> Outputs:
    file = run.place / f"fold-{number}.pt"
    if not file.exists():
        learnt = [row for row in run.corpus.items if fold(row, run.recipe.folds) != number]
        network = _timed(run, file.stem, lambda: _learn(run, encoder, learnt))
        said = outputs_of(network, run.collate, held, run.machine.device)
        torch.save({"encoded": said.encoded, "bagged": said.bagged}, file)
    return Outputs(**torch.load(file, weights_only=True))


def _learn(run: _Run, encoder: Encoder, items: Sequence[Example]) -> Network:
    network = finetune(
        encoder, items, run.corpus.replay, run.shape, run.recipe, run.seed, run.collate, run.machine
    )
    tables = {head: _linear(run, items, head) for head in HEADS}
    with torch.no_grad():
        network.linear.weight.copy_(torch.cat([table for table, _ in tables.values()], dim=1))
        network.bias.copy_(torch.cat([bias for _, bias in tables.values()]))
        network.idf.copy_(torch.from_numpy(run.collate.idf))
    return network


def _linear(run: _Run, items: Sequence[Example], head: str) -> tuple[Tensor, Tensor]:
    """Table and bias of one head; each item counts once with its rating and once without, half each."""
    recipe, classes = run.recipe, len(HEADS[head])
    if head == "topics":
        items = [item for item in items if item.topics is not None]
    rows = [*items, *without_stars(items)]
    if head == "topics":
        return fit_flags(
            matrix(rows, run.collate.idf, run.machine.device),
            topic_flags(rows, classes)[0],
            _STRENGTH,
            recipe.linear_steps,
        )
    if head in DOMAINS.values():
        return _of_domain(run, head)
    weights = balance(_labels(rows, head), classes) / 2
    if head == "sentiment":
        rows += without_stars(evenly(run.corpus.replay, recipe.linear_rows))
        weights = torch.cat([weights, torch.full((len(rows) - len(weights),), _PUBLISHED)])
    data = matrix(rows, run.collate.idf, run.machine.device)
    return fit_classes(data, _labels(rows, head), weights, classes, _STRENGTH, recipe.linear_steps)


def _of_domain(run: _Run, head: str) -> tuple[Tensor, Tensor]:
    """Table and bias of a domain's head. No authored item counts for it: it is made once a run."""
    file, recipe, classes = run.place / f"{head}.pt", run.recipe, len(HEADS[head])
    if not file.exists():
        rows = [row for row in run.corpus.replay if DOMAINS[row.domain or ""] == head]
        rows = without_stars(evenly(rows, recipe.linear_rows))
        data, labels = matrix(rows, run.collate.idf, run.machine.device), _labels(rows, "sentiment")
        weights = balance(labels, classes)
        torch.save(fit_classes(data, labels, weights, classes, _STRENGTH, recipe.linear_steps), file)
    table, bias = torch.load(file, weights_only=True)
    return table, bias


def _labels(rows: Sequence[Example], head: str) -> Tensor:
    return torch.tensor([getattr(row, head) for row in rows], dtype=torch.int64)


def _settle(network: Network, settled: Settled) -> None:
    with torch.no_grad():
        for head, mix in settled.mixes.items():
            network.weights[head].copy_(mix.weights)
            network.shifts[head].copy_(mix.shift)


def _timed(run: _Run, step: str, work: Callable[[], T]) -> T:
    """Does one step and adds its CPU seconds to the run's book, which outlives an interruption."""
    started = time.process_time()
    result = work()
    spent = _book(run)
    spent[step] = spent.get(step, 0.0) + time.process_time() - started
    (run.place / "seconds.json").write_text(json.dumps(spent), encoding="utf-8")
    log.info("training: %s done, %.0f CPU s", step, spent[step], extra={"action": "train"})
    return result


def _book(run: _Run) -> dict[str, float]:
    file = run.place / "seconds.json"
    book: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return book


def _finish(run: _Run, settled: Settled, out_dir: Path) -> Trained:
    sources = Counter(row.source for row in run.corpus.replay)
    spent = sum(_book(run).values()) + sum(_book(_first_stage(run)).values())
    done = Trained(
        out_dir,
        run.recipe.name,
        run.seed,
        _DEVICES.get(run.machine.device, run.machine.device),
        len(run.corpus.items),
        dict(sorted(sources.items())),
        spent,
        settled.figures,
    )
    figures = {"training": {**asdict(done), "folder": out_dir.name}}
    (out_dir / FIGURES).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return done


def _fingerprint(recipe: object, seed: int, rows: Sequence[Example]) -> str:
    """Tells runs apart whose checkpoints must not be mixed."""
    told = hashlib.sha256(f"{recipe} {seed}".encode())
    for row in rows:
        told.update(f"{row.key} {row.sentiment} {row.urgency} {row.category} {row.topics}".encode())
    return told.hexdigest()[:12]
