"""On which device and in which numbers the products of the network are taken: a GPU where there is one, bfloat16 where
the machine has units for it."""

from __future__ import annotations

from functools import cache

import torch


def autocast(device: str = "cpu") -> torch.autocast:
    """bfloat16 on a GPU and on processors with matrix units for it; 32-bit floats elsewhere."""
    kind = device.split(":")[0]
    return torch.autocast(kind, torch.bfloat16, enabled=kind != "cpu" or _has_units())


def quickest_device() -> str:
    """`cuda` or `mps` where there is one, else `cpu`."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def numbers(device: str) -> torch.dtype:
    """What weights are kept in for scoring: bfloat16 as above, 16-bit floats on Apple's GPUs, else 32-bit floats."""
    if device == "mps":
        return torch.float16
    return torch.bfloat16 if device != "cpu" or _has_units() else torch.float32


@cache
def _has_units() -> bool:
    return torch.cpu._is_amx_tile_supported() and torch.cpu._is_avx512_bf16_supported()
