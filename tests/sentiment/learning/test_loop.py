"""The loop of training: stopped anywhere, it ends where it would have ended."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from sentiment.learning import loop
from sentiment.learning.loop import CPU, Plan, learn


def plan(module: nn.Linear, stop: int | None = None) -> Plan[Tensor]:
    def prepare(step: int) -> Tensor:
        if step == stop:
            raise KeyboardInterrupt
        return torch.tensor([[float(step % 3), 1.0]])

    def loss(batch: Tensor) -> Tensor:
        noisy = nn.functional.dropout(batch, 0.5)
        error: Tensor = module(noisy) - batch.sum()
        return (error**2).mean()

    return Plan("test", 30, 0.05, 3, prepare, loss)


def made() -> nn.Linear:
    torch.manual_seed(1)
    return nn.Linear(2, 1)


def test_an_interrupted_run_ends_like_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, stopped, resumed = made(), made(), made()
    learn(whole, plan(whole), CPU)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    with pytest.raises(KeyboardInterrupt):
        learn(stopped, plan(stopped, stop=17), CPU, tmp_path / "x.pt")
    learn(resumed, plan(resumed), CPU, tmp_path / "x.pt")
    assert torch.equal(whole.weight, resumed.weight)


def test_a_finished_run_is_not_done_again(tmp_path: Path) -> None:
    first, again = made(), made()
    learn(first, plan(first), CPU, tmp_path / "x.pt")
    learn(again, plan(again, stop=0), CPU, tmp_path / "x.pt")
    assert torch.equal(first.weight, again.weight)
