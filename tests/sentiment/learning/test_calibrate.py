"""Mixtures, thresholds and the measures they are chosen by."""

import pytest
import torch

from sentiment.learning.calibrate import (
    critical_threshold,
    decide_urgency,
    expected_error,
    f_beta,
    mix_alike,
    mix_classes,
    mix_flags,
    mood_evidence,
    topic_threshold,
)


def test_the_better_path_weighs_more() -> None:
    torch.manual_seed(1)
    labels = torch.randint(0, 3, (300,))
    good = torch.nn.functional.one_hot(labels, 3) * 3.0 + torch.randn(300, 3) * 0.5
    mix = mix_classes(good, torch.randn(300, 3), labels, torch.ones(300))
    assert mix.weights[0] > 4 * mix.weights[1]


def test_calibrated_chances_mean_what_they_say() -> None:
    torch.manual_seed(2)
    labels = torch.randint(0, 3, (2_000,))
    loud = (torch.nn.functional.one_hot(labels, 3) + torch.randn(2_000, 3)) * 8
    before = expected_error(torch.softmax(loud, 1), labels)
    mix = mix_classes(loud, torch.zeros(2_000, 3), labels, torch.ones(2_000))
    after = expected_error(torch.softmax(mix(loud, torch.zeros(2_000, 3)), 1), labels)
    assert before > 0.15
    assert after < 0.05


def test_flags_are_mixed_too() -> None:
    torch.manual_seed(3)
    flags = (torch.rand(200, 2) > 0.5).float()
    mix = mix_flags(flags * 4 - 2, torch.randn(200, 2), flags)
    assert mix.weights[0] > mix.weights[1]


def test_a_threshold_parts_dangers_from_the_rest() -> None:
    danger = torch.tensor([0.02, 0.1, 0.15, 0.4, 0.5, 0.9])
    chances = torch.stack([1 - danger, torch.zeros(6), torch.zeros(6), danger], 1)
    threshold = critical_threshold(chances, torch.tensor([0, 0, 1, 3, 3, 3]))
    assert 0.15 < threshold <= 0.4


def test_topics_have_one_threshold() -> None:
    chances = torch.tensor([[0.9, 0.2], [0.3, 0.8], [0.1, 0.1]])
    assert 0.3 <= topic_threshold(chances, (chances > 0.3).float()) <= 0.8


def test_from_the_threshold_on_a_text_is_critical() -> None:
    chances = torch.tensor([[0.1, 0.6, 0.0, 0.3], [0.1, 0.7, 0.0, 0.2], [0.0, 0.1, 0.75, 0.15]])
    assert decide_urgency(chances, 0.3).tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    ("chance", "right", "error"), [(0.8, 8, 0.0), (0.8, 5, 0.3), (1.0, 10, 0.0), (1.0, 0, 1.0)]
)
def test_expected_error(chance: float, right: int, error: float) -> None:
    chances = torch.tensor([[chance, 1 - chance]] * 10)
    labels = torch.tensor([0] * right + [1] * (10 - right))
    assert expected_error(chances, labels) == pytest.approx(error, abs=1e-5)


def test_f_beta_leans_to_recall() -> None:
    found, really = torch.tensor([True, True, True, False]), torch.tensor([True, False, False, False])
    assert f_beta(found, really, 1.0) == pytest.approx(0.5)
    assert f_beta(found, really, 2.0) > 0.5
    assert f_beta(torch.tensor([False]), torch.tensor([False]), 1.0) == 0


def test_paths_that_count_alike_have_one_temperature() -> None:
    torch.manual_seed(1)
    logits = torch.randn(2_000, 3)
    labels = torch.multinomial(torch.softmax(logits, 1), 1).squeeze(1)
    mix = mix_alike(2 * logits, 2 * logits, labels)
    assert mix.weights.tolist() == pytest.approx([0.25, 0.25], abs=0.03)
    assert not mix.shift.any()
    assert expected_error(torch.softmax(mix(2 * logits, 2 * logits), 1), labels) < 0.04


def test_the_mood_is_evidence_of_a_danger_where_praise_is_called_one() -> None:
    torch.manual_seed(1)
    mood = 4 * torch.randn(4_000)
    danger = torch.randn(4_000) - 1
    really = torch.rand(4_000) < torch.sigmoid(danger + 0.3 * mood + 0.5)
    none = (torch.zeros(0), torch.zeros(0))
    evidence, shift = mood_evidence(danger, mood, really, none)
    assert evidence == pytest.approx(0.3, abs=0.05)
    assert shift == pytest.approx(0.5, abs=0.15)
    praise = (torch.zeros(4_000), torch.full((4_000,), -6.0))
    assert mood_evidence(danger, mood, really, praise)[0] > evidence


def test_praise_never_makes_a_danger_likelier() -> None:
    danger, mood = torch.zeros(400), torch.cat([torch.full((200,), 5.0), torch.full((200,), -5.0)])
    really = torch.cat([torch.zeros(200), torch.ones(200)]) > 0
    evidence, shift = mood_evidence(danger, mood, really, (torch.zeros(0), torch.zeros(0)))
    assert evidence == 0
    assert shift == pytest.approx(0.0, abs=0.01)
