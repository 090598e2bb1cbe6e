"""Scores texts: language, then all heads in one pass. It decides nothing about alerts and stores nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from sentiment.explain import Told, asked, reasons, sentiment_head
from sentiment.floor import raised, readings
from sentiment.folder import BUILT_IN, is_ours
from sentiment.labels import AGREEING, CRITICAL, DOMAINS
from sentiment.language import detect_cleaned
from sentiment.network.batch import LONGEST, Collator, Given
from sentiment.network.inference import answering, lightened
from sentiment.reading import Loaded, load
from sentiment.text import clean

if TYPE_CHECKING:
    from sentiment.foreign.classifier import Foreign

TOGETHER = 256
"""Texts that are scored at once: enough of like length among them, and not too many to hold."""
EXPLAINED_TOGETHER, EXPLAINED_CHARACTERS = 24, 8_000
"""Texts, and about so many characters of them, that go the way back at once, which keeps more in memory: 24 long texts
take 4 to 10 GB of a borrowed encoder's."""


@dataclass(frozen=True, slots=True)
class ScorerInput:
    """A text to score; its title is read in front of it. A given `lang` (ISO 639-1) wins over detection;
    `stars`, 1 to 5, are evidence. `domain`: see batch.Given; for what is neither, and for what is written to a brand,
    there is none. `critical_threshold`: the chance from which on it is critical, where not the model's own."""

    text: str
    title: str | None = None
    lang: str | None = None
    stars: float | None = None
    domain: str | None = None
    critical_threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """What the model says of a text. Where `unsupported`, or where there is nothing to read, labels,
    scores and chances are None. `sentiment_score` is P(positive) - P(negative), -1 to 1; `urgency_score`
    grows with the level, 0 to 1. `why`: the words that moved it, where asked for."""

    lang: str | None
    unsupported: bool
    sentiment: str | None
    sentiment_score: float | None
    sentiment_probs: dict[str, float] | None
    urgency: str | None
    urgency_score: float | None
    urgency_probs: dict[str, float] | None
    category: str | None
    topics: list[str]
    why: list[str]
    model: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A text made ready: cleaned, and what is given to the model of it, without names; its language, whether the
    model is to score it, and from which chance on it is critical."""

    written: Given
    given: Given
    lang: str | None
    unsupported: bool
    critical: float

    @property
    def scored(self) -> bool:
        return bool(self.given.text) and not self.unsupported


class Scorer:
    """One loaded model. Threads may share it: scoring changes nothing in it. With a `foreign` model, sentiment is
    that one's, and the rest the built-in one's."""

    def __init__(self, model: Loaded, foreign: Foreign | None = None) -> None:
        self.model = model
        self.foreign = foreign
        self.inference = answering(model.network)
        self.collate = Collator(model.pieces, model.network.shape.limit, model.network.idf.numpy())

    @classmethod
    def load(cls, named: str | Path | None = None) -> Scorer:
        """The model of a folder, ours or one that transformers knows, or of a hub id; by default the built-in one.

        Raises ModelError, which names the mend."""
        torch.set_num_threads(1)  # on small batches a second thread costs more than it gives
        folder = Path(named).expanduser() if named else BUILT_IN
        if is_ours(folder):
            return cls(_load(folder))
        from sentiment.foreign.classifier import (
            load_foreign,  # transformers takes seconds: only whoever needs it waits
        )

        return cls(_load(BUILT_IN), load_foreign(str(folder)))

    @property
    def name(self) -> str:
        """The model as `name@revision`."""
        return self.foreign.name if self.foreign else self.model.name

    def score(self, texts: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
        """One answer for each text, in order. With `explain`, urgent and negative ones say why."""
        read = [self._read(text) for text in texts]
        answers = [self._unread(each) for each in read]
        numbers = [number for number, each in enumerate(read) if each.scored]
        for start in range(0, len(numbers), TOGETHER):
            part = numbers[start : start + TOGETHER]
            for number, answer in zip(part, self._answers([read[n] for n in part]), strict=True):
                answers[number] = answer
        return self._explained(read, answers) if explain else answers

    def chances(self, texts: Sequence[Given]) -> dict[str, Tensor]:
        """Calibrated chances (texts, labels) of each head."""
        logits = self.inference(self.collate(texts))
        return {
            head: torch.sigmoid(part) if head == "topics" else torch.softmax(part, 1)
            for head, part in logits.items()
        }

    def given(self, text: ScorerInput) -> Given:
        """What the model is given of a text."""
        return self._read(text).given

    def _read(self, text: ScorerInput) -> _Read:
        cleaned = clean(f"{text.title}\n{text.text}" if text.title else text.text)
        lang = _code(text.lang) or detect_cleaned(cleaned).lang
        stars = text.stars if text.stars is not None and math.isfinite(text.stars) else None
        written = Given(cleaned, stars, text.domain)
        given = written if text.domain else replace(written, text=self.model.lexicon.neutral(cleaned, lang))
        unsupported = lang is not None and lang not in self.model.languages
        critical = (
            self.model.critical_threshold if text.critical_threshold is None else text.critical_threshold
        )
        return _Read(written, given, lang, unsupported, critical)

    def _unread(self, read: _Read) -> Scored:
        return Scored(
            read.lang, read.unsupported, None, None, None, None, None, None, None, [], [], self.name
        )

    def _answers(self, rows: Sequence[_Read]) -> Iterator[Scored]:
        more = list(readings([(row.given, row.lang) for row in rows]))
        given = [row.given for row in rows] + [one.given for one in more]
        whole = self.chances(given)  # in one go: it is quicker
        chances = {head: part[: len(rows)] for head, part in whole.items()}
        if more:
            chances["urgency"] = raised(chances["urgency"], whole["urgency"][len(rows) :], more)
        if self.foreign:
            foreign = self.foreign.chances([row.given.text for row in rows])
            chances |= dict.fromkeys(("sentiment", *DOMAINS.values()), foreign)
        parts = {head: part.tolist() for head, part in chances.items()}
        for number, row in enumerate(rows):
            said = {head: part[number] for head, part in parts.items()}
            yield self._answer(row, said[sentiment_head(row.given)], said)

    def _answer(self, row: _Read, moods: Sequence[float], chances: Mapping[str, Sequence[float]]) -> Scored:
        labels = self.model.labels
        levels, kinds = chances["urgency"], chances["category"]
        mood, level, kind = _likeliest(moods, levels, kinds, row.critical)
        return Scored(
            lang=row.lang,
            unsupported=False,
            sentiment=labels["sentiment"][mood],
            sentiment_score=round(moods[2] - moods[0], 4),
            sentiment_probs=_named(labels["sentiment"], moods),
            urgency=labels["urgency"][level],
            urgency_score=_within(level, levels),
            urgency_probs=_named(labels["urgency"], levels),
            category=labels["category"][kind],
            topics=self._topics(chances["topics"]),
            why=[],
            model=self.name,
        )

    def _topics(self, chances: Sequence[float]) -> list[str]:
        named = sorted(zip(chances, self.model.labels["topics"], strict=True), reverse=True)
        return [topic for chance, topic in named if chance >= self.model.topic_threshold]

    def _explained(self, read: Sequence[_Read], answers: Sequence[Scored]) -> list[Scored]:
        told = [
            (number, one)
            for number, (each, answer) in enumerate(zip(read, answers, strict=True))
            if (one := asked(each.written, answer.urgency, answer.sentiment))
        ]
        told.sort(key=lambda numbered: len(numbered[1].given.text))
        explained = list(answers)
        for part in _parts(told):
            why = reasons(self.model.network, self.collate, [one for _, one in part])
            for (number, _), runs in zip(part, why, strict=True):
                explained[number] = replace(answers[number], why=runs)
        return explained


def _load(folder: Path) -> Loaded:
    model = load(folder)
    return replace(model, network=lightened(model.network).requires_grad_(False))


def _parts(told: Sequence[tuple[int, Told]]) -> Iterator[Sequence[tuple[int, Told]]]:
    """What is to be explained, shorter texts first, in parts that memory holds."""
    start = 0
    while start < len(told):
        end = start + 1
        while end < min(len(told), start + EXPLAINED_TOGETHER) and (
            (end + 1 - start) * min(LONGEST, len(told[end][1].given.text)) <= EXPLAINED_CHARACTERS
        ):
            end += 1
        yield told[start:end]
        start = end


def _likeliest(
    moods: Sequence[float], levels: Sequence[float], kinds: Sequence[float], threshold: float
) -> tuple[int, int, int]:
    """The likeliest sentiment, and the urgency and category that may stand beside it and are likeliest together;
    critical from the threshold on. Sentiment leads: it learnt from many more texts, and of more kinds."""
    mood = moods.index(max(moods))
    allowed = AGREEING["critical" if levels[CRITICAL] >= threshold else "milder"]
    beside = (three for three in allowed if three[0] == mood)
    return max(beside, key=lambda three: levels[three[1]] * kinds[three[2]])


def _code(lang: str | None) -> str | None:
    """`pt` of `pt-BR` or `PT_br`; None for nothing or for the code of the undetermined."""
    code = (lang or "").strip().lower().replace("_", "-").split("-")[0]
    return None if code in ("", "und", "zxx", "mul") else code


def _within(decided: int, chances: Sequence[float]) -> float:
    """0 to 1: each level has a quarter of the scale, and the expected level says where in it. So a text that is
    critical never scores below one that is high."""
    expected = sum(place * chance for place, chance in enumerate(chances)) / (len(chances) - 1)
    return round((decided + min(expected, 1.0)) / len(chances), 4)


def _named(labels: Sequence[str], chances: Sequence[float]) -> dict[str, float]:
    return {label: round(chance, 4) for label, chance in zip(labels, chances, strict=True)}
