"""What a network says of texts that were held out from it, and what is settled by that: mixtures,
thresholds and honest figures. It trains nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sentiment.labels import CRITICAL, DOMAINS, HEADS, SENTIMENT
from sentiment.learning import calibrate
from sentiment.learning.calibrate import Mix
from sentiment.learning.corpus import Example
from sentiment.learning.finetune import topic_flags
from sentiment.network.batch import Collator
from sentiment.network.inference import answering
from sentiment.network.network import Network, with_mood

_TOGETHER = 512
_PRAISE = SENTIMENT.index("positive")


@dataclass(frozen=True, slots=True)
class Outputs:
    """Logits (texts, all labels) of the two paths."""

    encoded: Tensor
    bagged: Tensor


@dataclass(frozen=True, slots=True)
class Figures:
    """Measured on items held out by cross-validation, ratings hidden and shown alike, unless named
    otherwise. Shares are 0 to 1; `false_critical` is that of low and normal items called critical, `praise_critical`
    that of published validation rows that praise, without their stars. `reliability`: for each head how many answers
    there are in each range of chances, their mean chance, and the share that is right."""

    texts: int
    sentiment_f1: float
    urgency_f1: float
    category_f1: float
    topics_f1: float
    critical_recall: float
    false_critical: float
    praise_critical: float
    published_accuracy: float
    calibration_error: dict[str, float]
    reliability: dict[str, list[tuple[int, float, float]]]


@dataclass(frozen=True, slots=True)
class Settled:
    """The mixture of each head, what the sentiment says of a danger, the two thresholds, and the figures they reach."""

    mixes: dict[str, Mix]
    mood: float
    critical: float
    topic: float
    figures: Figures


def outputs_of(
    network: Network, collate: Collator, rows: Sequence[Example], device: str = "cpu", domain: bool = False
) -> Outputs:
    """Both paths' logits of `rows`, in order, worked out as scoring does; with `domain`, they are given with where they
    come from."""
    inference = answering(network.eval(), device)
    parts = []
    for start in range(0, max(1, len(rows)), _TOGETHER):
        batch = collate([row.given(domain) for row in rows[start : start + _TOGETHER]])
        with torch.inference_mode():
            parts.append(Outputs(inference.encoded(batch.index), network.bagged(batch)))
    return joined(parts)


def joined(parts: Sequence[Outputs]) -> Outputs:
    """The parts, one after the other."""
    return Outputs(torch.cat([part.encoded for part in parts]), torch.cat([part.bagged for part in parts]))


def settle(
    held: Outputs, items: Sequence[Example], plain: Outputs, told: Outputs, rows: Sequence[Example]
) -> Settled:
    """`held`: what networks said of `items` they had not learnt from; `plain` and `told`, of published validation
    `rows`, which have a sentiment alone and count as much as the items together: without and with their domain. In the
    domains' own heads both paths count alike: with fitted weights the macro-F1 of 8 published sources of 37 was below
    that of the linear path alone, so it is of 4. A domain without rows is mixed as sentiment is."""
    mixes = {head: _class_mix(head, held, items) for head in ("urgency", "category")}
    mixes["sentiment"] = _sentiment_mix(held, items, plain, rows)
    right = 0
    for domain, head in DOMAINS.items():
        chosen = [number for number, row in enumerate(rows) if row.domain == domain]
        labels = _labels("sentiment", [rows[number] for number in chosen])
        encoded, bagged = _head(told.encoded, head)[chosen], _head(told.bagged, head)[chosen]
        mixes[head] = calibrate.mix_alike(encoded, bagged, labels) if chosen else mixes["sentiment"]
        right += int((mixes[head](encoded, bagged).argmax(1) == labels).sum())
    flags, known = topic_flags(items, len(HEADS["topics"]))
    kept = known > 0
    mixes["topics"] = calibrate.mix_flags(
        _head(held.encoded, "topics")[kept], _head(held.bagged, "topics")[kept], flags[kept]
    )
    praise = Outputs(
        *(part[[row.sentiment == _PRAISE for row in rows]] for part in (plain.encoded, plain.bagged))
    )
    mood, shift = _mood(mixes, held, _labels("urgency", items) == CRITICAL, praise)
    mixes["urgency"] = _shifted(mixes["urgency"], shift)
    levels, of_praise = (_levels(mixes, mood, said) for said in (held, praise))
    chances = {head: torch.softmax(_mixed(mixes[head], head, held), 1) for head in ("sentiment", "category")}
    chances["urgency"] = levels
    topics = torch.sigmoid(_mixed(mixes["topics"], "topics", held))
    critical = calibrate.critical_threshold(chances["urgency"], _labels("urgency", items))
    topic = calibrate.topic_threshold(topics[kept], flags[kept])
    topics_f1 = _flag_f1(topics[kept] >= topic, flags[kept] > 0.5)
    published = right / max(1, len(rows))
    praised = float((of_praise[:, CRITICAL] >= critical).sum()) / max(1, len(of_praise))
    return Settled(
        mixes, mood, critical, topic, _figures(chances, critical, items, topics_f1, published, praised)
    )


def _mood(mixes: Mapping[str, Mix], held: Outputs, really: Tensor, praise: Outputs) -> tuple[float, float]:
    """See `calibrate.mood_evidence`: of items held out, and of published rows that praise."""

    def odds(said: Outputs) -> tuple[Tensor, Tensor]:
        danger, moods = (
            _mixed(mixes["urgency"], "urgency", said),
            _mixed(mixes["sentiment"], "sentiment", said),
        )
        others = torch.logsumexp(danger[:, :CRITICAL], 1)
        return danger[:, CRITICAL] - others, moods[:, SENTIMENT.index("negative")] - moods[:, _PRAISE]

    danger, mood = odds(held)
    return calibrate.mood_evidence(danger, mood, really, odds(praise))


def _shifted(mix: Mix, shift: float) -> Mix:
    by = torch.zeros_like(mix.shift)
    by[CRITICAL] = shift
    return Mix(mix.weights, mix.shift + by)


def _levels(mixes: Mapping[str, Mix], mood: float, said: Outputs) -> Tensor:
    urgency, sentiment = (_mixed(mixes[head], head, said) for head in ("urgency", "sentiment"))
    return torch.softmax(with_mood(urgency, sentiment, mood), 1)


def macro_f1(guess: Tensor, labels: Tensor, classes: int) -> float:
    """Mean F1 over the classes that occur in labels or guesses; 0 for no texts."""
    found = [
        calibrate.f_beta(guess == label, labels == label, 1.0)
        for label in range(classes)
        if bool(((guess == label) | (labels == label)).any())
    ]
    return sum(found) / len(found) if found else 0.0


def _figures(
    chances: dict[str, Tensor],
    critical: float,
    items: Sequence[Example],
    topics_f1: float,
    published_accuracy: float,
    praise_critical: float,
) -> Figures:
    urgency, wanted = calibrate.decide_urgency(chances["urgency"], critical), _labels("urgency", items)
    called, calm = urgency == CRITICAL, wanted <= 1
    scores = {
        head: macro_f1(chances[head].argmax(1), _labels(head, items), len(HEADS[head]))
        for head in ("sentiment", "category")
    }
    return Figures(
        texts=len(items),
        sentiment_f1=scores["sentiment"],
        urgency_f1=macro_f1(urgency, wanted, len(HEADS["urgency"])),
        category_f1=scores["category"],
        topics_f1=topics_f1,
        critical_recall=_share(called, wanted == CRITICAL),
        false_critical=_share(called, calm),
        praise_critical=praise_critical,
        published_accuracy=published_accuracy,
        calibration_error={
            head: calibrate.expected_error(chance, _labels(head, items)) for head, chance in chances.items()
        },
        reliability={
            head: calibrate.reliability(chance, _labels(head, items)) for head, chance in chances.items()
        },
    )


def _share(called: Tensor, among: Tensor) -> float:
    return float((called & among).sum()) / max(1, int(among.sum()))


def _flag_f1(found: Tensor, really: Tensor) -> float:
    each = [calibrate.f_beta(found[:, topic], really[:, topic], 1.0) for topic in range(really.shape[1])]
    return sum(each) / len(each)


def _class_mix(head: str, held: Outputs, items: Sequence[Example]) -> Mix:
    labels = _labels(head, items)
    return calibrate.mix_classes(
        _head(held.encoded, head), _head(held.bagged, head), labels, torch.ones(len(labels))
    )


def _sentiment_mix(held: Outputs, items: Sequence[Example], other: Outputs, rows: Sequence[Example]) -> Mix:
    both = joined([held, other])
    weights = torch.cat([torch.ones(len(items)), torch.full((len(rows),), len(items) / max(1, len(rows)))])
    labels = _labels("sentiment", [*items, *rows])
    return calibrate.mix_classes(
        _head(both.encoded, "sentiment"), _head(both.bagged, "sentiment"), labels, weights
    )


def _mixed(mix: Mix, head: str, outputs: Outputs) -> Tensor:
    return mix(_head(outputs.encoded, head), _head(outputs.bagged, head))


def _head(outputs: Tensor, head: str) -> Tensor:
    sizes = [len(names) for names in HEADS.values()]
    return torch.split(outputs, sizes, dim=1)[list(HEADS).index(head)]


def _labels(head: str, rows: Sequence[Example]) -> Tensor:
    values = {"sentiment": [row.sentiment for row in rows], "urgency": [row.urgency for row in rows],
              "category": [row.category for row in rows]}[head]  # fmt: skip
    return torch.tensor([0 if value is None else value for value in values], dtype=torch.int64)
