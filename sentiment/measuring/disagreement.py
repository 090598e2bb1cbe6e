"""What people's labels say of the model: how often they disagree with it, and from which chance on a brand's texts are
to count as critical. Learning from labels is feedback.py's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlmodel import Session

from sentiment.evaluate import CLASSES, Figure, rounded, share
from sentiment.scorer import Scorer, ScorerInput
from store import labels
from store.db import Database
from store.labels import CALM, URGENT, Labelled

SYSTEM = "ascolto"
FEWEST_LABELS, FEWEST_CRITICAL = 20, 5
"""Labelled urgencies of a brand, and critical ones among them, below which its threshold stays as it is."""
RECALL_FLOOR = 0.95
"""Share of a brand's critical texts that a threshold of its own must find."""
MOST_RAISED = 0.1
"""How far above the model's own a brand's threshold may go. People label mostly what alerted them, so the dangers that
a higher threshold would hide are rarely among the labels: they make it look safer than it is. And five critical texts
found of five are what a true recall of 0.55 still gives one time in twenty."""
_STEPS = [step / 100 for step in range(5, 100)]
_ROUNDED = 5e-5
"""How far a chance as told, to four places, may be above the one that scoring holds against the threshold."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What people say of what the model said: for each head the share of labels that differ from it; among urgencies,
    `false_alarms` (dismissed as one, or urgent to the model and not to people) and `missed_critical`. `unread`: labels
    of texts that the model had not read, which no figure counts. `critical_threshold`: the brand's own, if any."""

    labels: int
    unread: int
    heads: dict[str, Figure]
    false_alarms: int
    critical: int
    missed_critical: int
    critical_threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """All labels that count, together and by brand (also brands without labels that have a threshold of their own)."""

    total: Disagreement
    brands: dict[str, Disagreement]

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON has them, rounded to four places."""
        found: dict[str, Any] = rounded(asdict(self.total))
        del found["critical_threshold"]
        return found | {"brands": {brand: rounded(asdict(one)) for brand, one in self.brands.items()}}

    def table(self) -> str:
        """The figures as plain text."""
        parts = [("all brands", self.total), *self.brands.items()]
        return "\n".join(line for name, one in parts for line in _lines(name, one))


@dataclass(frozen=True, slots=True)
class Fit:
    """What fitting a brand's threshold came to: the one before and after (None: the model's own), the labels it rests
    on with what both thresholds do on them, and why."""

    brand: str
    before: float | None
    after: float | None
    labels: int
    critical: int
    found: tuple[int, int]
    false_critical: tuple[int, int]
    why: str

    def line(self) -> str:
        """It in a sentence."""
        told = [
            f"{value:.2f}" if value is not None else "the model's own" for value in (self.before, self.after)
        ]
        change = f"{told[0]}, as before" if self.before == self.after else f"{told[0]} -> {told[1]}"
        return (
            f"{self.brand}: critical from {change} ({self.why}; critical found {self.found[0]} -> {self.found[1]} of "
            f"{self.critical}, false ones {self.false_critical[0]} -> {self.false_critical[1]} of "
            f"{self.labels - self.critical})"
        )


def disagreement(session: Session, model: str) -> Feedback:
    """How often people disagree with what the model said of the mentions they labelled. `model` (name@revision): the
    one in use, whose thresholds are told; what it is held against is what was said of each mention at its time."""
    rows, own = labels.labelled(session), labels.thresholds(session, model)
    mine = _by_brand(rows)
    brands = sorted({*mine, *own})
    return Feedback(
        _disagreement(rows), {brand: _disagreement(mine.get(brand, []), own.get(brand)) for brand in brands}
    )


def refit(db: Database, scorer: Scorer, now: datetime) -> list[Fit]:
    """Fits the critical threshold of each brand that has labels, or a threshold for this model; stores what changed.

    The labelled texts are scored anew, so that labels outlive the model they were given to."""
    with db.read() as session:
        rows, before = _by_brand(labels.labelled(session)), labels.thresholds(session, scorer.name)
    brands = sorted({*rows, *before})
    fits = [_fit(scorer, brand, rows.get(brand, []), before.get(brand)) for brand in brands]
    with db.write() as session:
        for fit in fits:
            labels.set_threshold(session, fit.brand, fit.after, scorer.name, SYSTEM, now)
    return fits


def best_threshold(
    chances: Sequence[float], critical: Sequence[bool], own: float, before: float | None = None
) -> float:
    """The threshold with the fewest false criticals of those that find RECALL_FLOOR of the critical texts and are at
    most MOST_RAISED above the model's `own`; among equals the one nearest to that.

    Where there is no such: of those not above `own` nor above the one in force (`before`; None: `own`), the one that
    finds the most critical texts, among equals the one with the fewest false ones, then the highest."""
    in_force = own if before is None else before
    steps = sorted({*_STEPS, own, in_force})
    told = {step: _called(chances, critical, step) for step in steps}
    enough = RECALL_FLOOR * sum(critical)
    kept = [step for step in steps if step <= own + MOST_RAISED + 1e-9 and told[step][0] >= enough]
    if kept:
        return min(kept, key=lambda step: (told[step][1], abs(step - own)))
    lower = [step for step in steps if step <= min(own, in_force)]
    return max(lower, key=lambda step: (told[step][0], -told[step][1], step))


def given(row: Labelled) -> ScorerInput:
    """A labelled text as the scorer takes it."""
    return ScorerInput(row.text, row.title, row.lang, row.stars)


def _by_brand(rows: Sequence[Labelled]) -> dict[str, list[Labelled]]:
    found: defaultdict[str, list[Labelled]] = defaultdict(list)
    for row in rows:
        found[row.brand].append(row)
    return dict(sorted(found.items()))


def _disagreement(rows: Sequence[Labelled], own: float | None = None) -> Disagreement:
    read = [(row, row.score) for row in rows if row.score is not None and row.score.urgency is not None]
    heads = {}
    for head in CLASSES:
        pairs = [
            (getattr(row.label, head), getattr(score, head))
            for row, score in read
            if getattr(row.label, head)
        ]
        if figure := share(np.array([wanted != said for wanted, said in pairs], bool)):
            heads[head] = figure
    calm = (CALM, "low")
    return Disagreement(
        labels=len(rows),
        unread=len(rows) - len(read),
        heads=heads,
        false_alarms=sum(
            row.false_alarm or (row.label.urgency in calm and score.urgency in URGENT) for row, score in read
        ),
        critical=sum(row.label.urgency == "critical" for row, _ in read),
        missed_critical=sum(row.label.urgency == "critical" != score.urgency for row, score in read),
        critical_threshold=own,
    )


def _fit(scorer: Scorer, brand: str, rows: Sequence[Labelled], before: float | None) -> Fit:
    own = scorer.model.critical_threshold
    told = [row for row in rows if row.label.urgency]
    scored = scorer.score([given(row) for row in told])
    read = [(row, one.urgency_probs) for row, one in zip(told, scored, strict=True) if one.urgency_probs]
    chances = [probs["critical"] for _, probs in read]
    critical = [row.label.urgency == "critical" for row, _ in read]
    after, why = _fitted(chances, critical, own, before)
    first, second = (_called(chances, critical, step or own) for step in (before, after))
    found, false = (first[0], second[0]), (first[1], second[1])
    return Fit(brand, before, after, len(critical), sum(critical), found, false, why)


def _fitted(
    chances: Sequence[float], critical: Sequence[bool], own: float, before: float | None
) -> tuple[float | None, str]:
    """A brand's threshold (None: the model's own), and why."""
    if len(critical) < FEWEST_LABELS or sum(critical) < FEWEST_CRITICAL:
        return before, f"it takes {FEWEST_LABELS} labelled urgencies, {FEWEST_CRITICAL} of them critical"
    fitted = best_threshold(chances, critical, own, before)
    after = None if fitted == own else fitted
    if _called(chances, critical, fitted)[0] < RECALL_FLOOR * sum(critical):
        return after, f"none finds {RECALL_FLOOR:.0%} of the critical ones: train with --feedback"
    return after, "the model's own fits best" if after is None else "fitted to the labels"


def _called(chances: Sequence[float], critical: Sequence[bool], step: float) -> tuple[int, int]:
    """With a threshold: critical texts that are called so for certain, and others that may be."""
    danger, really = np.array(chances), np.array(critical, bool)
    return int((danger[really] >= step + _ROUNDED).sum()), int((danger[~really] >= step - _ROUNDED).sum())


def _lines(name: str, one: Disagreement) -> list[str]:
    unread = f", {one.unread} of texts that the model had not read, left out" if one.unread else ""
    lines = [f"{name}: {one.labels} labels{unread}"]
    for head, figure in one.heads.items():
        interval = f"{figure.low:.3f} to {figure.high:.3f}"
        lines.append(f"  {f'{head} disagrees':<22} {figure.value:.3f}  ({interval}, n = {figure.n})")
    lines.append(f"  {'false alarms':<22} {one.false_alarms}")
    lines.append(f"  {'missed critical':<22} {one.missed_critical} of {one.critical}")
    if one.critical_threshold is not None:
        lines.append(f"  {'critical from':<22} {one.critical_threshold:.2f}")
    return lines
