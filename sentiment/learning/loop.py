"""The loop that every stage of training shares: prepares batches, takes steps, leaves checkpoints and goes
on from them. What is learnt is the stages' own: pretrain.py, finetune.py."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from sentiment.network.precision import autocast

log = logging.getLogger(__name__)
T = TypeVar("T")
CHECKPOINT_SECONDS = 60.0
_WORTH = 20
"""Checkpoints are this many times as far apart as one takes: they cost a twentieth of the time at most."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where training runs. `workers`: processes that prepare batches; with none the loop does it itself.
    On a GPU the same seed does not give bitwise the same weights."""

    device: str = "cpu"
    threads: int = 1
    workers: int = 0


CPU = Machine()


@dataclass(frozen=True, slots=True)
class Plan(Generic[T]):
    """`steps` steps at a peak `rate`. `prepare` makes the batch of a step, the same each time it is asked;
    `loss` is what one batch costs. `apart`: parts that learn at a share of the rate."""

    name: str
    steps: int
    rate: float
    seed: int
    prepare: Callable[[int], T]
    loss: Callable[[T], Tensor]
    apart: Sequence[tuple[nn.Module, float]] = ()


class _Steps(Dataset[T]):
    def __init__(self, prepare: Callable[[int], T], steps: range) -> None:
        self.prepare, self.steps = prepare, steps

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, place: int) -> T:
        return self.prepare(self.steps[place])


def learn(module: nn.Module, plan: Plan[T], machine: Machine, checkpoint: Path | None = None) -> None:
    """Trains `module`, which is on the machine's device. `checkpoint`: a file that is written every minute, more rarely
    where that takes long, and at the end, and continued from."""
    optimizer, schedule = optimise(module, plan.rate, plan.steps, plan.apart)
    done = _resume(checkpoint, module, optimizer, schedule, machine)
    saved, started, running, pause = time.monotonic(), time.monotonic(), 0.0, CHECKPOINT_SECONDS
    for step, batch in enumerate(_prepared(plan, range(done, plan.steps), machine), done):
        torch.manual_seed(plan.seed * 1_000_003 + step)
        with autocast(machine.device):
            loss = plan.loss(batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        last = step + 1 == plan.steps
        if step % 50 == 0 or last:
            running = loss.item() if not running else 0.7 * running + 0.3 * loss.item()
        if checkpoint is not None and (last or time.monotonic() - saved > pause):
            began = time.monotonic()
            _save(checkpoint, module, optimizer, schedule, step + 1)
            saved = time.monotonic()
            pause = max(CHECKPOINT_SECONDS, _WORTH * (saved - began))
            log.info(
                "%s: step %d of %d, loss %.3f, %.0f s", plan.name, step + 1, plan.steps, running,
                saved - started, extra={"action": "train"},
            )  # fmt: skip


def optimise(
    module: nn.Module, rate: float, steps: int, apart: Sequence[tuple[nn.Module, float]] = ()
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW (Loshchilov & Hutter 2019); the rate climbs for a twentieth of the steps, then falls to zero. Parts of the
    module that stand `apart` learn at a share of the rate."""
    theirs = {weights for part, _ in apart for weights in part.parameters()}
    groups: list[dict[str, Any]] = [{"params": [one for one in module.parameters() if one not in theirs]}]
    groups += [{"params": list(part.parameters()), "lr": share * rate} for part, share in apart]
    optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=0.01, fused=True)
    warm = max(1, steps // 20)

    def scale(step: int) -> float:
        return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps)))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, scale)


def _prepared(plan: Plan[T], steps: range, machine: Machine) -> Iterator[T]:
    if not machine.workers:
        yield from map(plan.prepare, steps)
        return
    yield from DataLoader(
        _Steps(plan.prepare, steps),
        batch_size=None,
        num_workers=machine.workers,
        collate_fn=_itself,
        multiprocessing_context="fork",
        prefetch_factor=4,
    )


def _itself(batch: T) -> T:
    return batch


def _save(
    file: Path,
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    done: int,
) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "module": module.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
    }
    torch.save({**state, "done": done}, file.with_suffix(".new"))
    file.with_suffix(".new").replace(file)


def _resume(
    file: Path | None,
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    machine: Machine,
) -> int:
    if file is None or not file.exists():
        return 0
    state = torch.load(file, weights_only=True, map_location=machine.device)
    module.load_state_dict(state["module"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["done"])
