"""Packs weights for their file: matrices as 8-bit whole numbers with a scale for each row, the rest as 16-bit
floats."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

_SCALE = ".scale"
_MOST = 127
_SMALLEST = 1e-12


def packed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The file's tensors for a network's weights."""
    found: dict[str, Tensor] = {}
    for name, value in state.items():
        if value.dim() < 2:
            found[name] = value.half()
            continue
        scale = (value.abs().amax(1) / _MOST).clamp(min=_SMALLEST)
        found[name] = (value / scale[:, None]).round().to(torch.int8).contiguous()
        found[name + _SCALE] = scale
    return found


def unpacked(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights, as 32-bit floats, of a file's tensors. Raises KeyError where a scale is missing."""
    return {
        name: value.float().mul_(tensors[name + _SCALE].float()[:, None])
        if value.dtype == torch.int8
        else value.float()
        for name, value in tensors.items()
        if not name.endswith(_SCALE)
    }
