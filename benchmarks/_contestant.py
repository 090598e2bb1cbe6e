"""A contestant of benchmarks/scoring.py in a process of its own: takes turns from stdin, a JSON line each, and answers
with how many texts it scored and its peak memory; `labels` compares labels instead.

`python -m benchmarks._contestant ours|pipeline|labels FOLDER TEXTS`"""

import json
import os
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import torch

from benchmarks._texts import texts
from sentiment.folder import ModelError
from sentiment.labels import CRITICAL, HEADS
from sentiment.learning.corpus import Example, own
from sentiment.learning.heldout import macro_f1
from sentiment.network.batch import Given
from sentiment.network.inference import Answering, Inference
from sentiment.reading import load
from sentiment.scorer import Scorer, ScorerInput
from sentiment.text import clean

TOGETHER = 32
"""Texts whose labels are compared at once."""


class Turn(TypedDict):
    """What to do: texts `first` to `last`, every `step`-th of them, with so many threads. `batch_size` is the
    pipeline's; `identify`: whether our side is to find the language, else it is told."""

    first: int
    last: int
    step: int
    threads: int
    batch_size: int
    identify: bool


Run = Callable[[Turn], int]
"""Takes a turn; gives how many texts were scored."""


def contestant(side: str, folder: Path, number: int) -> Run:
    """Ours or the pipeline, loaded and with its texts. Raises ModelError where the folder holds no model of ours, or
    one with a borrowed encoder, of which the pipeline can make nothing."""
    return _ours(folder, number) if side == "ours" else _pipeline(folder, number)


def _ours(folder: Path, number: int) -> Run:
    scorer = Scorer.load(folder)
    mix = texts(scorer.model.pieces, number)

    def run(turn: Turn) -> int:
        given = [
            ScorerInput(text, lang=None if turn["identify"] else lang) for text, lang in mix[_asked(turn)]
        ]
        return len(scorer.score(given))

    return run


def _pipeline(folder: Path, number: int) -> Run:
    from benchmarks._pipeline import Pipeline  # transformers: our side is to be measured without it

    model = load(folder)
    theirs = Pipeline(model)
    cleaned = [clean(text) for text, _ in texts(model.pieces, number)]
    return lambda turn: len(theirs.labels(cleaned[_asked(turn)], turn["batch_size"]))


def _asked(turn: Turn) -> slice:
    return slice(turn["first"], turn["last"], turn["step"])


def take(run: Run, turn: Turn) -> dict[str, float]:
    """Takes one turn; gives how many texts it was, and the process's peak memory so far."""
    torch.set_num_threads(turn["threads"])
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if turn["threads"] > 1 else "false"
    return {"texts": run(turn), "peak_memory_mib": _peak()}


def labels(folder: Path, number: int) -> dict[str, object]:
    """Shares of texts with the same labels: of the encoder alone and the pipeline, where both read the whole text; and
    of all paths in our numbers and in 32-bit floats, topics apart. Macro-F1 in both numbers."""
    from benchmarks._pipeline import HEAD, Pipeline

    scorer = Scorer.load(folder)
    network, names = scorer.model.network, scorer.model.labels[HEAD]
    cleaned = [clean(text) for text, _ in texts(scorer.model.pieces, number)]
    lengths = [len(cut.ids) for cut in scorer.model.pieces(cleaned)]
    whole = [text for text, length in zip(cleaned, lengths, strict=True) if length <= network.shape.limit]

    def encoded(inference: Answering) -> list[str]:
        parts = [inference.encoded(scorer.collate(part).index) for part in _parts(whole)]
        return [names[label] for label in network.split(torch.cat(parts))[HEAD].argmax(1).tolist()]

    in_full = Inference(network, "cpu", torch.float32)
    items = own(scorer.model.languages)[:: max(1, 4_000 // number)]
    theirs = Pipeline(scorer.model).labels(whole, TOGETHER)
    ours, exact = (_decided(scorer, cleaned, inference) for inference in (scorer.inference, in_full))
    return {
        "mean_pieces": round(sum(lengths) / len(lengths), 1),
        "encoder_labels_equal": _share(encoded(scorer.inference), theirs),
        "encoder_labels_equal_32_bit": _share(encoded(in_full), theirs),
        "labels_equal_to_32_bit": _share([one[:3] for one in ours], [one[:3] for one in exact]),
        "topics_equal_to_32_bit": _share([one[3:] for one in ours], [one[3:] for one in exact]),
        **{
            f"{head}_f1{name}": score
            for name, inference in (("", scorer.inference), ("_32_bit", in_full))
            for head, score in _scores(scorer, items, inference).items()
        },
    }


def _scores(scorer: Scorer, items: Sequence[Example], inference: Answering) -> dict[str, float]:
    """Macro-F1 of each head on the project's own items, which the model knows: what the numbers cost, not how good it
    is."""
    said = torch.tensor(_decided(scorer, [item.text for item in items], inference))
    return {
        head: round(
            macro_f1(said[:, place], torch.tensor([getattr(item, head) for item in items]), len(HEADS[head])),
            4,
        )
        for place, head in enumerate(("sentiment", "urgency", "category"))
    }


def _decided(scorer: Scorer, cleaned: Sequence[str], inference: Answering) -> list[tuple[int, ...]]:
    """Of each text the numbers of sentiment, urgency and category, and for each topic whether it is there."""
    found = []
    for part in _parts(cleaned):
        chances = {
            head: logits.sigmoid() if head == "topics" else logits.softmax(1)
            for head, logits in inference(scorer.collate(part)).items()
        }
        urgency = chances["urgency"].clone()
        urgency[:, CRITICAL] += (urgency[:, CRITICAL] >= scorer.model.critical_threshold).float()
        heads = [chances["sentiment"].argmax(1), urgency.argmax(1), chances["category"].argmax(1)]
        topics = (chances["topics"] >= scorer.model.topic_threshold).long()
        found += torch.cat([torch.stack(heads, 1), topics], 1).tolist()
    return [tuple(one) for one in found]


def _parts(cleaned: Sequence[str]) -> list[list[Given]]:
    given = [Given(text) for text in cleaned]
    return [given[start : start + TOGETHER] for start in range(0, len(given), TOGETHER)]


def _share(ours: Sequence[object], theirs: Sequence[object]) -> float:
    return round(sum(one == other for one, other in zip(ours, theirs, strict=True)) / len(ours), 4)


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _main(side: str, folder: str, number: str) -> None:
    try:
        if side == "labels":
            _tell(labels(Path(folder), int(number)))
            return
        run = contestant(side, Path(folder), int(number))
    except ModelError as error:
        _tell({"error": str(error)})
        return
    _tell({"ready": True})
    for line in sys.stdin:
        _tell(take(run, json.loads(line)))


def _tell(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _main(*sys.argv[1:])
