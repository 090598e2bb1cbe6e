"""Behaviour tests in the manner of CheckList (Ribeiro et al., ACL 2020): what a scorer makes of small texts that were
each written for one capability. Which texts those are is checklist.py's; accuracy on real texts is evaluate.py's."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sentiment.evaluate import CLASSES, Scores
from sentiment.labels import URGENCY
from sentiment.measuring.checklist import Answer, Case, Expected, load
from sentiment.scorer import Scored, Scorer

NAMES = ("brand_names", "person_names", "places", "nationalities", "gender")
"""The capabilities in which only who or what is named changes: fairness is measured on these."""
DANGERS = ("danger_added", "lawyer_added")
"""The capabilities in which a danger is added to a text."""
MOST_FLIPS = 1 / 200
"""Share of the labels that may change with a name."""
MOST_SHIFT = 0.02
"""By so much the urgency score, 0 to 1, may move with a name, on average."""
TOLERANCE = 0.1
"""By so much a sentiment score may move the wrong way, as CheckList allows in its directional tests."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: `wrong` says what is not as expected, empty where all is. Of `same` alone: `flips`, the
    labels that differ, and `shift`, how far the urgency score moved (1 where there is none)."""

    case: Case
    wrong: str
    flips: int = 0
    shift: float = 0.0

    def __str__(self) -> str:
        """The case, its texts shortened, and what is wrong with it."""
        shown = " -> ".join(_shortened(text.text) for text in self.case.texts)
        return f"{self.case.capability}, {self.case.lang}: {shown}: {self.wrong}"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over some cases. `pairs`: those whose labels must stay the same; `flips`: labels in these that did not;
    `shift`: by how much their urgency scores moved altogether."""

    cases: int
    failures: int
    pairs: int
    flips: int
    shift: float

    @property
    def failure_rate(self) -> float:
        """Share of the cases that fail; 0 where there are none."""
        return self.failures / max(self.cases, 1)

    @property
    def flip_rate(self) -> float:
        """Share of the pairs' labels, one a head, that changed; 0 where there are none."""
        return self.flips / max(self.pairs * len(CLASSES), 1)

    @property
    def mean_shift(self) -> float:
        """Mean absolute move of the urgency score in a pair; 0 where there are none."""
        return self.shift / max(self.pairs, 1)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the scorer of that name did: an outcome for each case."""

    model: str
    outcomes: Sequence[Outcome]

    @property
    def capabilities(self) -> list[str]:
        """Those tested, in the order of the cases."""
        return list(dict.fromkeys(one.case.capability for one in self.outcomes))

    @property
    def languages(self) -> list[str]:
        """Those tested, in the order of the cases."""
        return list(dict.fromkeys(one.case.lang for one in self.outcomes))

    @property
    def failures(self) -> list[Outcome]:
        """The outcomes with something wrong."""
        return [one for one in self.outcomes if one.wrong]

    def tally(self, capabilities: Collection[str] = (), langs: Collection[str] = ()) -> Tally:
        """The counts of these capabilities in these languages; of all where none are named."""
        counted = [
            one
            for one in self.outcomes
            if (not capabilities or one.case.capability in capabilities) and (not langs or one.case.lang in langs)
        ]  # fmt: skip
        return Tally(
            cases=len(counted),
            failures=sum(bool(one.wrong) for one in counted),
            pairs=sum(one.case.expect == "same" for one in counted),
            flips=sum(one.flips for one in counted),
            shift=sum(one.shift for one in counted),
        )

    def mean_failure_rate(self, langs: Collection[str] = ()) -> float:
        """Failure rate where every capability counts alike, however many cases it has."""
        rates = [self.tally([capability], langs).failure_rate for capability in self.capabilities]
        return sum(rates) / max(len(rates), 1)

    def to_json(self) -> dict[str, Any]:
        """The chief figures as JSON has them, rounded to four places, and the section for the model card."""
        every, names, dangers = self.tally(), self.tally(NAMES), self.tally(DANGERS)
        return {
            "model": self.model,
            "cases": every.cases,
            "failure_rate": round(every.failure_rate, 4),
            "mean_failure_rate": round(self.mean_failure_rate(), 4),
            "names_flip_rate": round(names.flip_rate, 4),
            "names_urgency_shift": round(names.mean_shift, 4),
            "danger_failure_rate": round(dangers.failure_rate, 4),
            "section": section(self),
        }


def run(scorer: Scores, cases: Sequence[Case] | None = None) -> Behaviour:
    """Puts the cases, by default those of cases/, to the scorer in one call and each text once, and returns what
    became of them. What the scorer raises is raised: no text may do that."""
    cases = load() if cases is None else cases
    texts = list(dict.fromkeys(text for case in cases for text in case.texts))
    said = dict(zip(texts, scorer.score(texts), strict=True))
    return Behaviour(scorer.name, [_outcome(case, [said[text] for text in case.texts]) for case in cases])


def section(found: Behaviour) -> str:
    """The section of the model card, in Markdown: failure rates by capability and language, and what names and dangers
    do."""
    names, langs = found.tally(NAMES), found.languages
    fair = names.flip_rate <= MOST_FLIPS and names.mean_shift <= MOST_SHIFT
    return _SECTION.format(
        every=found.tally(),
        mean=found.mean_failure_rate(),
        capabilities=len(found.capabilities),
        languages=len(langs),
        head=_row("capability", "cases", *langs, "all"),
        rule=_row(*["---"] * (len(langs) + 3)),
        rates="\n".join(_rates(found)),
        most_flips=MOST_FLIPS,
        most_shift=MOST_SHIFT,
        verdict="within" if fair else "outside",
        names=names,
        moves="\n".join(_moves(found)),
        dangers=found.tally(DANGERS),
    )


def _rates(found: Behaviour) -> Iterator[str]:
    """A row for each capability, and two for all."""
    scopes = [*([lang] for lang in found.languages), []]
    for name in found.capabilities:
        tallies = [found.tally([name], scope) for scope in scopes]
        yield _row(name, f"{tallies[-1].cases:,}", *(f"{one.failure_rate:.0%}" for one in tallies))
    cases = f"{found.tally().cases:,}"
    yield _row("**all cases**", cases, *(f"{found.tally((), scope).failure_rate:.0%}" for scope in scopes))
    yield _row("**mean of the rows**", cases, *(f"{found.mean_failure_rate(scope):.0%}" for scope in scopes))


def _moves(found: Behaviour) -> Iterator[str]:
    """A row for each kind of name, for each language, and for all."""
    tallies = {f"`{name}`": found.tally([name]) for name in NAMES}
    tallies |= {f"all names, {lang}": found.tally(NAMES, [lang]) for lang in found.languages}
    for name, one in {**tallies, "**all names**": found.tally(NAMES)}.items():
        yield _row(name, f"{one.pairs:,}", f"{one.flip_rate:.2%}", f"{one.mean_shift:.3f}")


def _outcome(case: Case, said: Sequence[Scored]) -> Outcome:
    if case.expect == "labels":
        return Outcome(case, _mislabelled(said[0], case.labels))
    if case.expect in get_args(Answer):
        return Outcome(case, _misanswered(said[0], case.expect))
    base, changed = said
    unread = "" if _complete(base) and _complete(changed) else "a text has no labels, or half of them"
    if case.expect != "same":
        return Outcome(case, unread or _disordered(base, changed, case.expect))
    flips = _flips(base, changed)
    scores = base.urgency_score, changed.urgency_score
    shift = 1.0 if scores[0] is None or scores[1] is None else abs(scores[1] - scores[0])
    return Outcome(case, "; ".join(flips) or unread, len(flips), shift)


def _mislabelled(said: Scored, labels: Mapping[str, Sequence[str]]) -> str:
    told = {head: getattr(said, head) for head in labels}
    return "; ".join(
        f"{head} is {told[head]}, not {' or '.join(right)}"
        for head, right in labels.items()
        if told[head] not in right
    )


def _misanswered(said: Scored, expect: Expected) -> str:
    if expect == "answer":
        return "" if _complete(said) and not said.unsupported else "it has no answer, or half of one"
    told = (said.sentiment, said.urgency, said.category, said.sentiment_score, said.urgency_score)
    if any(one is not None for one in told):
        return "it has labels, where none can be known"
    return "" if said.unsupported == (expect == "unsupported") else f"unsupported is {said.unsupported}"


def _flips(base: Scored, changed: Scored) -> list[str]:
    pairs = {head: (getattr(base, head), getattr(changed, head)) for head in CLASSES}
    return [f"{head} from {before} to {after}" for head, (before, after) in pairs.items() if before != after]


def _disordered(base: Scored, changed: Scored, expect: Expected) -> str:
    """What is wrong with the order of two texts that have labels; empty where nothing is."""
    head, _, direction = expect.partition(" not ")
    before, after = _height(base, head), _height(changed, head)
    moved = before - after if direction == "lower" else after - before
    allowed = TOLERANCE if head == "sentiment" else 0.0
    if moved <= allowed:
        return ""
    told = (base.urgency, changed.urgency) if head == "urgency" else (before, after)
    return f"{head} from {told[0]} to {told[1]}"


def _height(said: Scored, head: str) -> float:
    return URGENCY.index(said.urgency or "") if head == "urgency" else said.sentiment_score or 0.0


def _complete(said: Scored) -> bool:
    """Whether all labels are there, and both scores within their ranges."""
    mood, urgency = said.sentiment_score, said.urgency_score
    return (
        all(getattr(said, head) in labels for head, labels in CLASSES.items())
        and (mood is not None and -1 <= mood <= 1)
        and (urgency is not None and 0 <= urgency <= 1)
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 120 else f"{text[:80]} ... {text[-36:]}")


_SECTION = """### What it does with small texts

Behaviour tests in the manner of CheckList (Ribeiro et al., ACL 2020): {every.cases:,} cases in {languages} languages,
made for {capabilities} capabilities ([what each asks](../sentiment/measuring/cases/capabilities.toml)). Of all cases
{every.failures:,} fail, {every.failure_rate:.1%}; where every capability counts alike, {mean:.1%}. Failure rates:

{head}
{rule}
{rates}

Where only a name changes, {most_flips:.1%} of the labels may flip, and the urgency score, 0 to 1, may move by
{most_shift} on average. This model is {verdict} these bounds: {names.flip_rate:.2%} flip, and the score moves by
{names.mean_shift:.3f}.

| what changes | pairs | labels flipped | urgency moved |
|---|---|---|---|
{moves}

A danger, a lawyer or the press that is added to a text lowers its urgency in {dangers.failures} of {dangers.cases}
cases."""


def main(given: Sequence[str]) -> None:
    """`[MODEL_FOLDER]`: the figures of a model, by default the built-in one, then every case that fails."""
    if len(given) > 1:
        sys.exit("usage: python -m sentiment.measuring.behaviour [MODEL_FOLDER]")
    try:
        found = run(Scorer.load(given[0] if given else None))
    except ValueError as error:
        sys.exit(str(error))
    failed = "\n".join(str(one) for one in found.failures)
    sys.stdout.write(f"{found.model}\n\n{section(found)}\n\n{failed}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
