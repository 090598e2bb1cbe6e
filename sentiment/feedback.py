"""Learns on from people's labels: the model in use goes on from its weights, with items it knows replayed beside the
labels so that it does not forget them, and both are measured before and after on shares held out. The linear path, the
mixtures and the thresholds stay; what the labels say of the thresholds is disagreement.py's."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from sentiment.evaluate import CLASSES, Evaluation, Figure, Gold, measure
from sentiment.folder import BUILT_IN, FIGURES, is_ours, refuse, replaced
from sentiment.learning.corpus import Example, authored, fold, key_of, own, published
from sentiment.learning.finetune import finetune
from sentiment.learning.loop import CPU, Machine
from sentiment.learning.recipe import RECIPES
from sentiment.measuring.disagreement import given
from sentiment.reading import load
from sentiment.scorer import Scorer, ScorerInput
from store.labels import Labelled

log = logging.getLogger(__name__)

RECIPE = replace(
    RECIPES["default"], name="feedback", finetune_epochs=6, finetune_rate=2e-4, replay=500, caps={}, cap=300
)
"""A small rate and few epochs; of the replayed items so many an epoch, of a published source at most `cap` in all."""
FEWEST = 20
"""Labels that say something, those held out among them, below which nothing is learnt."""
LABELS_APART, REPLAY_APART = 5, 10
"""One in so many is held out, chosen by its text: the same ones each time, also when a model learns on again."""
MOST_FORGOTTEN = 0.01
"""How much macro-F1 on the replay items held out may fall."""
CRITICAL_FOUND = "critical found"
MOST_CRITICAL_LOST = 0.02
"""How much the share of critical ones found among them may fall: macro-F1, a mean over four levels, can hide dangers
that are lost. Wider than the other, since it rests on the critical ones alone."""


class FeedbackError(ValueError):
    """Labels that nothing can be learnt from; the message names the mend."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after, on `n` texts held out: macro-F1 of a head, or the share of critical ones found."""

    before: float
    after: float
    n: int


@dataclass(frozen=True, slots=True)
class Continued:
    """What came of it: the model it went on from, how many labels and replay items it was taught and how many labels
    were held out, what changed on those held out (by head, and CRITICAL_FOUND), and whether the folder was written."""

    model: str
    labels: int
    held_out: int
    replay: int
    on_labels: dict[str, Change]
    on_replay: dict[str, Change]
    written: bool

    @property
    def forgotten(self) -> list[str]:
        """What fell by more than may be."""
        return forgotten(self.on_replay)

    def table(self) -> str:
        """It as plain text, a line for each figure."""
        lines = [
            f"{self.model} learnt on from {self.labels} labels ({self.held_out} more held out), with {self.replay} "
            "items to replay"
        ]
        for name, changes in (("labels", self.on_labels), ("replay", self.on_replay)):
            for figure, one in changes.items():
                told = f"{figure if figure == CRITICAL_FOUND else f'{figure} macro-F1'}, {name}"
                lines.append(f"{told:<28} {one.before:.3f} -> {one.after:.3f}  (n = {one.n}, held out)")
        return "\n".join(lines)


def continue_training(
    rows: Sequence[Labelled],
    model: str | Path | None,
    out: Path,
    data: Path | None = None,
    seed: int = 1,
    machine: Machine = CPU,
    force: bool = False,
) -> Continued:
    """Teaches a model (a folder of ours; None: the built-in one) what people said of `rows`, with the project's own
    items, and those of a training folder `data`, for replay, and writes the model folder `out`; where it forgets, only
    with `force`. The `before` figures on the own items are those of a model that may have learnt from them.

    Raises FeedbackError for a model of another kind or too few labels, ModelError for a folder that cannot be read or
    may not be written, CorpusError for data that cannot be used."""
    folder = Path(model).expanduser() if model else BUILT_IN
    if not is_ours(folder):
        raise FeedbackError(
            f"{folder} is not one of Ascolto's own models, and no other can learn on: unset ASCOLTO_MODEL, or name a "
            "folder made by ascolto train"
        )
    if out.resolve() == folder.resolve():
        raise FeedbackError(f"{out} is the model in use: name another folder for what it becomes")
    refuse(out)
    before = Scorer.load(folder)
    torch.set_num_threads(machine.threads)
    examples = _examples(rows, before)
    if len(examples) < FEWEST:
        raise FeedbackError(
            f"there are {len(examples)} labels to learn from, which takes {FEWEST}: record more with ascolto label"
        )
    labels, held_labels = _apart(examples, LABELS_APART)
    replay, held_replay = _apart(_replay(before.model.languages, data, seed), REPLAY_APART)
    told = {"action": "train"}
    log.info("learning on from %d labels, %d items to replay", len(labels), len(replay), extra=told)
    from sentiment.model import save  # transformers: what was wrong above is told without it

    with replaced(out) as place:
        # From the folder, not from `before`: scoring has its weights in fewer digits.
        network = finetune(load(folder).network, labels, replay, RECIPE, seed, before.collate, machine)
        save(
            network, before.model.pieces, before.model.lexicon, before.model.languages,
            before.model.critical_threshold, before.model.topic_threshold, place,
        )  # fmt: skip
        after = Scorer.load(place)
        torch.set_num_threads(machine.threads)
        on_labels, on_replay = (_changes(before, after, held) for held in (held_labels, held_replay))
        done = Continued(
            before.name, len(labels), len(held_labels), len(replay), on_labels, on_replay,
            force or not forgotten(on_replay),
        )  # fmt: skip
        if done.written:
            figures = json.dumps({"feedback": asdict(done)}, indent=1)
            (place / FIGURES).write_text(f"{figures}\n", encoding="utf-8")
        else:
            for file in place.iterdir():
                file.unlink()
    return done


def forgotten(changes: Mapping[str, Change]) -> list[str]:
    """The figures that fall by more than MOST_FORGOTTEN, or MOST_CRITICAL_LOST."""
    most = {CRITICAL_FOUND: MOST_CRITICAL_LOST}
    return [name for name, one in changes.items() if one.before - one.after > most.get(name, MOST_FORGOTTEN)]


def _examples(rows: Sequence[Labelled], scorer: Scorer) -> list[Example]:
    """The labelled texts that the model reads, as it is given them: without names. A label that says nothing (a false
    alarm of what the model had not called urgent) is none to learn from."""
    telling = [row for row in rows if any(getattr(row.label, head) for head in CLASSES)]
    inputs = [given(row) for row in telling]
    scored = scorer.score(inputs)
    return [
        _example(row, scorer.given(one).text, said.lang or "")
        for row, one, said in zip(telling, inputs, scored, strict=True)
        if said.urgency is not None
    ]


def _example(row: Labelled, text: str, lang: str) -> Example:
    sentiment, urgency, category = (
        None if (label := getattr(row.label, head)) is None else CLASSES[head].index(label)
        for head in CLASSES
    )
    return Example(text, lang, "feedback", None, row.stars, sentiment, urgency, category, key=key_of(text))


def _replay(languages: Sequence[str], data: Path | None, seed: int) -> list[Example]:
    if data is None:
        return own(languages)
    rows = published(data, replace(RECIPE, languages=tuple(languages)), seed)
    return [*authored(data, languages), *(row for row in rows if row.split == "train")]


def _apart(rows: Sequence[Example], parts: int) -> tuple[list[Example], list[Example]]:
    """Those to learn from, and those held out."""
    return [row for row in rows if fold(row, parts)], [row for row in rows if not fold(row, parts)]


def _changes(before: Scorer, after: Scorer, held: Sequence[Example]) -> dict[str, Change]:
    gold = [_gold(row) for row in held]
    first, second = (_figures(measure(scorer, gold)) for scorer in (before, after))
    return {name: Change(one.value, second[name].value, one.n) for name, one in first.items()}


def _figures(found: Evaluation) -> dict[str, Figure]:
    return found.heads | ({CRITICAL_FOUND: found.critical_recall} if found.critical_recall else {})


def _gold(row: Example) -> Gold:
    told = {head: getattr(row, head) for head in CLASSES}
    labels = {head: number for head, number in told.items() if number is not None}
    return Gold(ScorerInput(row.text, None, row.lang, row.stars, row.domain), labels)
