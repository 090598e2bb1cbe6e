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

from sentiment.folder import FIGURES, refuse, replaced
from sentiment.foreign.encoder import HEAD_RATE, Lent, borrow
from sentiment.labels import DOMAINS, HEADS
from sentiment.learning.base import start, vocabulary
from sentiment.learning.corpus import (
    Example,
    authored,
    evenly,
    every_text,
    fold,
    published,
    unlabelled,
    without_stars,
)
from sentiment.learning.finetune import finetune, topic_flags
from sentiment.learning.heldout import Figures, Outputs, Settled, joined, outputs_of, settle
from sentiment.learning.linear import balance, fit_classes, fit_flags, idf_of, matrix
from sentiment.learning.loop import CPU, Machine
from sentiment.learning.pretrain import pretrain
from sentiment.learning.recipe import RECIPES, Recipe
from sentiment.names import learnt as learnt_lexicon
from sentiment.network.batch import Collator
from sentiment.network.network import Encoder, Network, Shape, TextEncoder
from sentiment.network.pieces import Cutter, Pieces, learnt

log = logging.getLogger(__name__)
T = TypeVar("T")
_DEVICES = {"cpu": "the CPU", "cuda": "one GPU"}
SMALL = {"piece_width": 16, "gram_width": 8, "inner_width": 16, "vector_width": 16, "width": 32, "layers": 1}
"""The shape of an encoder that starts from nothing."""
_OUTPUTS = {head: len(names) for head, names in HEADS.items()}
_STRENGTH = 10.0
_PUBLISHED = 0.1
"""What a published row counts in the linear path's sentiment beside an authored one."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished run: its folder, recipe, seed and device, of how many trainings it is the mean, the texts it learnt
    from, CPU seconds (of this and of earlier, interrupted starts), figures on held-out items, and the base that its
    encoder was borrowed from."""

    folder: Path
    recipe: str
    seed: int
    device: str
    runs: int
    items: int
    sources: dict[str, int]
    cpu_seconds: float
    held_out: Figures
    base: str | None


@dataclass(frozen=True, slots=True)
class _Corpus:
    items: list[Example]
    replay: list[Example]
    validation: list[Example]


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What an encoder is before stage one: its shape, its pieces, `known` to tell it apart by, how it is made, and the
    name of the base that it is borrowed from."""

    shape: Shape
    pieces: Cutter
    known: str
    make: Callable[[], TextEncoder]
    base: str | None = None


@dataclass(frozen=True, slots=True)
class _Run:
    """What every step of one run shares."""

    recipe: Recipe
    beginning: _Beginning
    seed: int
    place: Path
    corpus: _Corpus
    collate: Collator
    machine: Machine

    @property
    def shape(self) -> Shape:
        return self.beginning.shape


def train(
    data_dir: Path,
    out_dir: Path,
    recipe: str = "default",
    seed: int = 1,
    checkpoints: Path = Path("checkpoints"),
    machine: Machine = CPU,
    permissive: bool = False,
    base: str | None = None,
) -> Trained:
    """Trains by a recipe and writes the model folder `out_dir`; with `permissive`, from published texts alone whose
    licence, as stated, allows any use; with a `base` (folder or hub id), on that encoder in place of our own. On the
    CPU with one thread, the same seed, data, processor and torch give the same weights.

    Raises CorpusError for a training folder that cannot be used, ModelError for such a base and for an `out_dir` that
    may not be written, KeyError for an unknown recipe."""
    torch.set_num_threads(machine.threads)
    refuse(out_dir)
    lent = None if base is None else borrow(base)
    run = _begin(data_dir, RECIPES[recipe], seed, checkpoints, machine, permissive, lent)
    encoder = _encoder(run)
    held, rows = _cross_validate(run, encoder)
    network = _whole(run, encoder)
    published = run.corpus.validation
    plain, told = (
        outputs_of(network, run.collate, without_stars(published), run.machine.device, domain)
        for domain in (False, True)
    )
    settled = settle(held, rows, plain, told, published)
    _settle(network, settled)
    lexicon = learnt_lexicon(every_text(data_dir))
    from sentiment.model import save  # transformers: a wrong folder or base is told without it

    done = _done(run, settled, out_dir)
    with replaced(out_dir) as place:
        save(
            network, run.collate.pieces, lexicon, run.recipe.languages, settled.critical, settled.topic, place
        )
        figures = {"training": {**asdict(done), "folder": out_dir.name}}
        (place / FIGURES).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return done


def _begin(
    data_dir: Path,
    recipe: Recipe,
    seed: int,
    checkpoints: Path,
    machine: Machine,
    permissive: bool = False,
    lent: Lent | None = None,
) -> _Run:
    corpus = _corpus(data_dir, recipe, seed, permissive)
    rows = [*corpus.items, *corpus.replay]
    if lent is None:
        texts = [row.text for row in corpus.replay]
        beginning = _own(recipe, texts + unlabelled(data_dir, recipe.languages, recipe.unlabelled))
        told: object = replace(recipe, finetune_runs=1)  # how many are averaged changes none of them
        fingerprint = _fingerprint(told, seed, rows)
    else:
        recipe = replace(recipe, pretrain_rate=HEAD_RATE, finetune_rate=HEAD_RATE, finetune_runs=1)
        beginning = _borrowed(recipe, lent)
        fingerprint = _fingerprint((recipe, lent.checksum), seed, rows)
    place = checkpoints / f"{recipe.name}-{fingerprint}"
    place.mkdir(parents=True, exist_ok=True)
    idf = idf_of([*corpus.items, *evenly(corpus.replay, recipe.linear_rows)], recipe.linear_size)
    log.info(
        "training: %d items, %d published rows, %d pieces",
        len(corpus.items), len(corpus.replay), len(beginning.pieces), extra={"action": "train"},
    )  # fmt: skip
    collate = Collator(beginning.pieces, beginning.shape.limit, idf)
    return _Run(recipe, beginning, seed, place, corpus, collate, machine)


def _own(recipe: Recipe, texts: Sequence[str]) -> _Beginning:
    if recipe.base:
        pieces, numbers = vocabulary(texts, recipe.pieces)
        shape = Shape(len(pieces), recipe.linear_size, limit=recipe.limit, heads=_OUTPUTS)
    else:
        pieces, numbers = Pieces(learnt(texts, recipe.pieces)), []
        shape = Shape(len(pieces), recipe.linear_size, **SMALL, limit=recipe.limit, heads=_OUTPUTS)

    def make() -> Encoder:
        encoder = Encoder(shape)
        if recipe.base:
            start(encoder, numbers)
        return encoder

    return _Beginning(shape, pieces, hashlib.sha256(repr(pieces.vocabulary).encode()).hexdigest(), make)


def _borrowed(recipe: Recipe, lent: Lent) -> _Beginning:
    shape = Shape(len(lent.pieces), recipe.linear_size, **lent.sizes(recipe.limit), heads=_OUTPUTS)
    return _Beginning(shape, lent.pieces, lent.checksum, lambda: lent.encoder, lent.name)


def _corpus(data_dir: Path, recipe: Recipe, seed: int, permissive: bool) -> _Corpus:
    rows = published(data_dir, recipe, seed, permissive)
    random.Random(seed).shuffle(rows)
    return _Corpus(
        authored(data_dir, recipe.languages),
        [row for row in rows if row.split == "train"],
        [row for row in rows if row.split != "train"][: recipe.validation_rows],
    )


def _encoder(run: _Run) -> TextEncoder:
    """The first stage, in a folder of its own: new authored items do not make it start anew."""
    own = _first_stage(run)
    finished = own.place / "encoder.pt"
    torch.manual_seed(run.seed)
    encoder = run.beginning.make()

    def rate() -> TextEncoder:
        file = own.place / "pretrain.pt"
        return pretrain(
            encoder, run.corpus.replay, run.shape, run.recipe, run.seed, file, run.collate, run.machine
        )

    if not finished.exists():
        torch.save(_timed(own, "pretrain", rate).cpu().state_dict(), finished)
        (own.place / "pretrain.pt").unlink()
    encoder.load_state_dict(torch.load(finished, weights_only=True))
    return encoder


def _first_stage(run: _Run) -> _Run:
    recipe = run.recipe
    later = ("linear", "finetune", "replay", "folds", "validation")
    told = {name: value for name, value in asdict(recipe).items() if not name.startswith(later)}
    fingerprint = _fingerprint((told, run.beginning.known), run.seed, run.corpus.replay)
    place = run.place.with_name(f"{recipe.name}-encoder-{fingerprint}")
    place.mkdir(parents=True, exist_ok=True)
    return replace(run, place=place)


def _cross_validate(run: _Run, encoder: TextEncoder) -> tuple[Outputs, list[Example]]:
    """What networks say of items they did not learn from, ratings shown and hidden, with those items."""
    parts, rows = [], []
    for number in range(run.recipe.folds):
        held = [row for row in run.corpus.items if fold(row, run.recipe.folds) == number]
        held += without_stars(held)
        parts.append(_fold(run, encoder, number, held))
        rows += held
    return joined(parts), rows


def _fold(run: _Run, encoder: TextEncoder, number: int, held: Sequence[Example]) -> Outputs:
    file = run.place / f"fold-{number}.pt"
    if not file.exists():
        learnt = [row for row in run.corpus.items if fold(row, run.recipe.folds) != number]
        network = _learn(run, encoder, learnt, file.stem, run.seed)
        said = outputs_of(network, run.collate, held, run.machine.device)
        torch.save({"encoded": said.encoded, "bagged": said.bagged}, file)
    return Outputs(**torch.load(file, weights_only=True))


def _whole(run: _Run, encoder: TextEncoder) -> Network:
    """The network that learnt from all items: the mean of several that did, in other orders, from the very same
    weights (Wortsman et al. 2022). Each errs elsewhere; their mean takes no more time to score than one."""
    states = [_state(run, encoder, run.seed + number) for number in range(run.recipe.finetune_runs)]
    network = Network(run.shape, encoder.another())
    network.load_state_dict({name: _mean([one[name] for one in states]) for name in states[0]})
    return network.eval()


def _mean(values: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(values)).mean(0) if values[0].is_floating_point() else values[0]


def _state(run: _Run, encoder: TextEncoder, order: int) -> dict[str, Tensor]:
    file = run.place / f"network-{order}.pt"
    if not file.exists():
        torch.save(_learn(run, encoder, run.corpus.items, file.stem, order).state_dict(), file)
    state: dict[str, Tensor] = torch.load(file, weights_only=True)
    return state


def _learn(run: _Run, encoder: TextEncoder, items: Sequence[Example], name: str, order: int) -> Network:
    """A network that learnt from the items, as the step of that name. `order` is the seed of all chance but the
    weights that it starts from: networks in other orders have a mean (see `_whole`)."""
    torch.manual_seed(run.seed)
    network = Network(run.shape, encoder.another())
    network.encoder.load_state_dict(encoder.state_dict())
    steps = run.place / f"{name}.steps.pt"

    def both() -> Network:
        replay = run.corpus.replay
        tuned = finetune(network, items, replay, run.recipe, order, run.collate, run.machine, steps)
        return _with_linear(run, tuned, items)

    learnt = _timed(run, name, both)
    steps.unlink()
    return learnt


def _with_linear(run: _Run, network: Network, items: Sequence[Example]) -> Network:
    """The same network with its linear path."""
    untaught = [
        head for domain, head in DOMAINS.items() if domain not in {row.domain for row in run.corpus.replay}
    ]
    tables = {head: _linear(run, items, "sentiment" if head in untaught else head) for head in HEADS}
    with torch.no_grad():
        for part in (network.head.weight.T, network.head.bias.unsqueeze(0)):
            views = network.split(part)
            for head in untaught:  # there is no published row of that domain: it answers as sentiment does
                views[head].copy_(views["sentiment"])
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
        network.mood.fill_(settled.mood)


def _timed(run: _Run, step: str, work: Callable[[], T]) -> T:
    """Does one step and adds its CPU seconds, also those of a step that is stopped, to the run's book."""
    started = time.process_time()
    try:
        result = work()
    finally:
        spent = _book(run)
        spent[step] = spent.get(step, 0.0) + time.process_time() - started
        (run.place / "seconds.json").write_text(json.dumps(spent), encoding="utf-8")
    log.info("training: %s done, %.0f CPU s", step, spent[step], extra={"action": "train"})
    return result


def _book(run: _Run) -> dict[str, float]:
    file = run.place / "seconds.json"
    book: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return book


def _done(run: _Run, settled: Settled, out_dir: Path) -> Trained:
    sources = Counter(row.source for row in run.corpus.replay)
    spent = sum(_book(run).values()) + sum(_book(_first_stage(run)).values())
    return Trained(
        out_dir,
        run.recipe.name,
        run.seed,
        _DEVICES.get(run.machine.device, run.machine.device),
        run.recipe.finetune_runs,
        len(run.corpus.items),
        dict(sorted(sources.items())),
        spent,
        settled.figures,
        run.beginning.base,
    )


def _fingerprint(recipe: object, seed: int, rows: Sequence[Example]) -> str:
    """Tells runs apart whose checkpoints must not be mixed."""
    told = hashlib.sha256(f"{recipe} {seed}".encode())
    for row in rows:
        told.update(f"{row.key} {row.sentiment} {row.urgency} {row.category} {row.topics}".encode())
    return told.hexdigest()[:12]
