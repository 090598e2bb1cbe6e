"""Fits what is decided after training, on texts held out from it: how the two paths mix, so that chances
mean what they say (Guo et al. 2017), and from which chance on a text counts as critical."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from sentiment.labels import CRITICAL

_SHIFT_PENALTY = 1.0
_RECALL_WEIGHT = 1.5
"""A missed danger costs more than a needless look: the threshold maximises F-beta with this beta."""


@dataclass(frozen=True, slots=True)
class Mix:
    """`weights` (2,) of encoder and linear path, `shift` (labels,)."""

    weights: Tensor
    shift: Tensor

    def __call__(self, encoded: Tensor, bagged: Tensor) -> Tensor:
        return self.weights[0] * encoded + self.weights[1] * bagged + self.shift


def mix_classes(encoded: Tensor, bagged: Tensor, labels: Tensor, weights: Tensor) -> Mix:
    """Mixture of (texts, labels) logits with the least weighted log loss on held-out `labels` (texts,)."""

    def loss(logits: Tensor) -> Tensor:
        return (weights * functional.cross_entropy(logits, labels, reduction="none")).sum()

    return _fit(encoded, bagged, loss)


def mix_flags(encoded: Tensor, bagged: Tensor, flags: Tensor) -> Mix:
    """The same for yes-or-no labels, `flags` (texts, labels)."""

    def loss(logits: Tensor) -> Tensor:
        return functional.binary_cross_entropy_with_logits(logits, flags, reduction="sum") / flags.shape[1]

    return _fit(encoded, bagged, loss)


def mood_evidence(
    danger: Tensor, mood: Tensor, really: Tensor, calm: tuple[Tensor, Tensor]
) -> tuple[float, float]:
    """What one of log-odds of negative over positive is worth as evidence of a danger, and the shift of critical's
    log-odds that goes with it. `danger` and `mood` (texts,) are the log-odds of both as found on held-out items, and
    `really` which of them are critical; `calm` the same two of texts that praise and that nobody wrote to be hard.
    Each text counts once for the evidence, the items alone for the shift: chances keep meaning what they say of them.
    """
    both = torch.cat([mood, calm[1]])
    at = torch.cat([danger, calm[0]])
    labels = torch.cat([really.float(), torch.zeros(len(calm[0]))])
    evidence = float(_least(lambda given: _log_loss(at + given[0] * both + given[1], labels), 2)[0])
    evidence = max(0.0, evidence)  # praise never makes a danger likelier
    shifted = danger + evidence * mood
    return evidence, float(_least(lambda given: _log_loss(shifted + given[0], really.float()), 1)[0])


def critical_threshold(chances: Tensor, labels: Tensor) -> float:
    """The chance of `critical` from which on a text is called so: that of the best F-beta on held-out `chances`
    (texts, 4) and `labels` (texts,), among steps of 0.01 from 0.05 to 0.60."""
    danger, really = chances[:, CRITICAL], labels == CRITICAL
    steps = [step / 100 for step in range(5, 61)]
    return max(steps, key=lambda step: f_beta(danger >= step, really, _RECALL_WEIGHT))


def topic_threshold(chances: Tensor, flags: Tensor) -> float:
    """The chance from which on a topic is named: that of the best mean F1 over topics."""
    steps = [step / 100 for step in range(10, 61, 2)]
    really = flags > 0.5

    def mean(step: float) -> float:
        found = [f_beta(chances[:, topic] >= step, really[:, topic], 1.0) for topic in range(flags.shape[1])]
        return sum(found) / len(found)

    return max(steps, key=mean)


def f_beta(found: Tensor, really: Tensor, beta: float) -> float:
    """F measure of two (texts,) masks (van Rijsbergen 1979); 0 where neither has a true entry."""
    hit = float((found & really).sum())
    whole = beta**2 * float(really.sum()) + float(found.sum())
    return (1 + beta**2) * hit / whole if whole else 0.0


def decide_urgency(chances: Tensor, threshold: float) -> Tensor:
    """(texts, 4) chances to (texts,) levels: critical from the threshold on, else the likeliest other."""
    milder = chances[:, :CRITICAL].argmax(1)
    return torch.where(chances[:, CRITICAL] >= threshold, torch.full_like(milder, CRITICAL), milder)


def reliability(chances: Tensor, labels: Tensor, bins: int = 10) -> list[tuple[int, float, float]]:
    """For each of equal ranges of the chance of the likeliest label: how many of the (texts, labels) chances lie there,
    their mean, and the share of them that are right."""
    top, guess = chances.max(1)
    places = (top * bins).long().clamp(max=bins - 1)
    found = []
    for place in range(bins):
        inside = places == place
        if bool(inside.any()):
            right = (guess == labels)[inside].float().mean()
            found.append((int(inside.sum()), round(float(top[inside].mean()), 4), round(float(right), 4)))
    return found


def expected_error(chances: Tensor, labels: Tensor, bins: int = 15) -> float:
    """Expected calibration error of (texts, labels) chances (Naeini et al. 2015), 0 to 1."""
    top, guess = chances.max(1)
    places = (top * bins).long().clamp(max=bins - 1)
    gaps: Sequence[float] = [
        abs(float(((guess == labels).float() - top)[places == place].sum())) for place in range(bins)
    ]
    return sum(gaps) / max(1, len(labels))


def mix_alike(encoded: Tensor, bagged: Tensor, labels: Tensor) -> Mix:
    """A mixture in which both paths count alike and no label is favoured: the temperature alone is fitted (Guo et al.
    2017)."""
    both = encoded + bagged
    scale = torch.ones(1, requires_grad=True)
    solver = torch.optim.LBFGS([scale], max_iter=50, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        solver.zero_grad()
        loss = functional.cross_entropy(scale * both, labels) if len(labels) else (scale - 1).square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    solver.step(closure)  # type: ignore[no-untyped-call]
    weight = float(scale.detach().clamp(min=0.0))
    return Mix(torch.tensor([weight, weight]), torch.zeros(encoded.shape[1]))


def _fit(encoded: Tensor, bagged: Tensor, loss: Callable[[Tensor], Tensor]) -> Mix:
    mix = Mix(torch.tensor([0.5, 0.5], requires_grad=True), torch.zeros(encoded.shape[1], requires_grad=True))
    solver = torch.optim.LBFGS([mix.weights, mix.shift], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        solver.zero_grad()
        total = loss(mix(encoded, bagged)) + _SHIFT_PENALTY * (mix.shift**2).sum()
        total = total + ((mix.weights - 0.5) ** 2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    solver.step(closure)  # type: ignore[no-untyped-call]
    return Mix(mix.weights.detach().clamp(min=0.0), mix.shift.detach())


def _log_loss(log_odds: Tensor, labels: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(log_odds, labels, reduction="sum")


def _least(loss: Callable[[Tensor], Tensor], numbers: int) -> Tensor:
    """So many numbers with the least loss, drawn a little to 0 where there is little to go by."""
    given = torch.zeros(numbers, requires_grad=True)
    solver = torch.optim.LBFGS([given], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        solver.zero_grad()
        total = loss(given) + given.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    solver.step(closure)  # type: ignore[no-untyped-call]
    return given.detach()
