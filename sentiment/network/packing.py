"""Packs weights for their file: matrices as 8-bit whole numbers with a scale for each row, the rest as 16-bit
floats. A borrowed encoder's matrices, which were not made for that, are 16-bit floats too."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from sentiment.network.network import Encoder, Network

_SCALE = ".scale"
_MOST = 127
_SMALLEST = 1e-12


def packed_network(network: Network) -> dict[str, Tensor]:
    """The file's tensors for a network, whether its encoder is our own or a borrowed one."""
    return packed(network.state_dict(), None if isinstance(network.encoder, Encoder) else "encoder.")


def packed(state: Mapping[str, Tensor], borrowed: str | None = None) -> dict[str, Tensor]:
    """The file's tensors for a network's weights. `borrowed`: how the names of a borrowed encoder's begin."""
    found: dict[str, Tensor] = {}
    for name, value in state.items():
        if value.dim() < 2 or (borrowed and name.startswith(borrowed)):
            found[name] = value.half()
            continue
        value = (
            value.float()
        )  # in 16 bits the largest of a row can come out as 128, which 8 bits wrap to -128
        scale = (value.abs().amax(1) / _MOST).clamp(min=_SMALLEST)
        found[name] = (value / scale[:, None]).round().clamp(-_MOST, _MOST).to(torch.int8).contiguous()
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
