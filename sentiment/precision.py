"""In which numbers the products of the network are taken: bfloat16 where the machine has units for it."""

from __future__ import annotations

from functools import cache

import torch


def autocast(device: str = "cpu") -> torch.autocast:
    """bfloat16 on a GPU and on processors with matrix units for it; 32-bit floats elsewhere."""
    kind = device.split(":")[0]
    return torch.autocast(kind, torch.bfloat16, enabled=kind != "cpu" or _has_units())


@cache
def _has_units() -> bool:
    return torch.cpu._is_amx_tile_supported() and torch.cpu._is_avx512_bf16_supported()
