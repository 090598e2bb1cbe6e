"""The network as scoring runs it: the same weights, worked out so that the same answer costs less. It learns nothing
and explains nothing: training and explain.py use the network itself. That is for our own encoder; a borrowed one
answers as it is.

Texts stand one after another in one long row of pieces, with two empty places behind each, so that convolutions are
plain ones over the whole row. What depends on a piece alone is worked out once, for the whole vocabulary. What is done
once a text, and not once a piece, is done for all texts together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from sentiment.network.batch import Batch, of_pieces
from sentiment.network.network import EPS, SPANS, VECTOR_SCALE, Encoder, Grams, Network
from sentiment.network.pieces import PAD
from sentiment.network.precision import numbers, quickest_device

TOGETHER = 2_048
"""About so many pieces go through the encoder at once."""
STEP = 128
"""Rows are a multiple of this: each number of rows that oneDNN has not met costs it milliseconds and memory."""
_GAP = 2
"""Places that the widest convolution sees before and behind a piece."""
_LAYER_EPS = 1e-5
"""torch's own, which network.Layer leaves as it is."""

Pair = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class _Layer:
    """One transformer layer: weight and bias of its parts, in order of use."""

    before: Pair
    inputs: Pair
    output: Pair
    between: Pair
    up: Pair
    down: Pair


class Answering(ABC):
    """A network ready to answer. Threads may share it."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, batch: Batch) -> dict[str, Tensor]:
        """What the network itself would say: calibrated logits (B, labels) of each head, 32-bit, on the CPU. A batch
        may be large: it goes through the encoder in parts."""
        with torch.inference_mode():
            return self._network.mixed(self.encoded(batch.index), self._network.bagged(batch))

    @abstractmethod
    def encoded(self, index: Tensor) -> Tensor:
        """(B, outputs) of the encoder for piece numbers (B, L), PAD where there is none."""


def answering(network: Network, device: str | None = None) -> Answering:
    """A network ready to answer, in the quickest way there is for its encoder."""
    return (Inference if isinstance(network.encoder, Encoder) else Plain)(network, device)


class Plain(Answering):
    """A network whose encoder runs as it is, on `device` (by default the quickest) and in the numbers that suit that. A
    copy of its own is kept for them: the network itself stays as it is, and explains."""

    def __init__(self, network: Network, device: str | None = None) -> None:
        super().__init__(network)
        self._device = device or quickest_device()
        as_it_is = (self._device, numbers(self._device)) == ("cpu", torch.float32)
        moved = None if as_it_is else deepcopy(network.encoder).to(self._device, numbers(self._device))
        self._encoder = moved or network.encoder

    def encoded(self, index: Tensor) -> Tensor:
        with torch.inference_mode():
            found = torch.zeros(len(index), self._network.shape.encoded)
            for rows, length in _parts((index != PAD).sum(1)):
                found[rows] = self._encoder(of_pieces(index[rows, :length]).to(self._device)).float().cpu()
            outputs: Tensor = self._network.head(self._network.norm(found))
            return outputs


class Inference(Answering):
    """A network with our own encoder, which is on `device` (by default the quickest) and in numbers of `dtype` (by
    default those that suit the device)."""

    def __init__(self, network: Network, device: str | None = None, dtype: torch.dtype | None = None) -> None:
        self._device = device or quickest_device()
        self._dtype = dtype or numbers(self._device)
        super().__init__(network)
        encoder = self._own = _own(network)
        with torch.inference_mode():
            self._table, self._parts = self._pieces()
            self._grams = [
                (self._kernel(each.first, each), self._kernel(each.second, each))
                for each in encoder.grams
                if isinstance(each, Grams)
            ]
            self._norm, self._narrow = self._pair(encoder.norm), self._pair(encoder.narrow)
            self._layers = [self._layer(layer) for layer in encoder.layers]

    def encoded(self, index: Tensor) -> Tensor:
        with torch.inference_mode():
            found = torch.zeros(len(index), self._network.shape.features + 2 * self._network.shape.width + 1)
            for rows, length in _parts((index != PAD).sum(1)):
                found[rows] = self._pooled(index[rows, :length].to(self._device)).cpu()
            return self._finished(found)

    def _pooled(self, index: Tensor) -> Tensor:
        """(B, features + 2 * width + 1): sums and maxima over each text's pieces, and how many they are."""
        index = functional.pad(index, (0, _GAP), value=PAD)
        texts, length = index.shape
        used = texts * length
        kept = index != PAD
        empty = (~kept).view(-1).nonzero().squeeze(1)
        flat = functional.pad(index.view(-1), (_GAP, _GAP + -used % STEP), value=PAD)
        features = _normed(torch.cat(self._convolved(flat, empty), 1), self._norm)
        hidden = functional.linear(features, *self._narrow)
        bias = torch.where(kept, 0.0, -1e4).to(self._dtype)[:, None, None]
        for layer in self._layers:
            hidden = self._through(layer, hidden, bias)
        summed = features.index_fill_(0, empty, 0.0)[:used].view(texts, length, -1).sum(1)
        hidden = hidden[:used]
        total = hidden.index_fill_(0, empty, 0.0).view(texts, length, -1).sum(1)
        most = hidden.index_fill_(0, empty, -1e4).view(texts, length, -1).amax(1)
        return torch.cat([summed.float(), total.float(), most.float(), kept.sum(1, keepdim=True).float()], 1)

    def _convolved(self, flat: Tensor, empty: Tensor) -> list[Tensor]:
        rows = len(flat) - 2 * _GAP
        found = [self._table.index_select(0, flat[_GAP : _GAP + rows])]
        for (span, before), part, (first, second) in zip(SPANS, self._parts, self._grams, strict=True):
            padded = part.index_select(0, flat)
            own, seen = padded[_GAP : _GAP + rows], padded[_GAP - before : _GAP - before + rows + span - 1]
            own += _relu_convolution(seen, first)  # `own` lies within `seen`, which the second one reads anew
            own.index_fill_(0, empty, 0.0)
            found.append(_relu_convolution(seen, second).add_(own))
        return found

    def _through(self, layer: _Layer, hidden: Tensor, bias: Tensor) -> Tensor:
        texts, length, width = bias.shape[0], bias.shape[-1], hidden.shape[1]
        used = texts * length
        heads = self._network.shape.attention_heads
        split = functional.linear(_normed(hidden, layer.before, _LAYER_EPS), *layer.inputs)[:used]
        query, key, value = split.view(texts, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        joined = functional.pad(seen.transpose(1, 2).reshape(used, width), (0, 0, 0, len(hidden) - used))
        hidden = hidden + functional.linear(joined, *layer.output)
        inner = functional.gelu(functional.linear(_normed(hidden, layer.between, _LAYER_EPS), *layer.up))
        return hidden.add_(functional.linear(inner, *layer.down))

    def _finished(self, pooled: Tensor) -> Tensor:
        network, shape = self._network, self._network.shape
        summed, total, most, pieces = torch.split(pooled, [shape.features, shape.width, shape.width, 1], 1)
        vector = VECTOR_SCALE * self._own.averaging.of(summed, pieces)
        outputs: Tensor = network.head(network.norm(torch.cat([vector, total / pieces, most], 1)))
        return outputs

    def _pieces(self) -> tuple[Tensor, list[Tensor]]:
        """The table, and what each convolution reads of it; nothing for PAD."""
        encoder = self._own
        table = encoder.table.weight.detach().to(self._device, self._dtype)
        if bool(table[PAD].any()):
            table = table.clone()
            table[PAD] = 0.0
        width = self._network.shape.gram_width
        parts = [torch.empty(len(table), width, dtype=self._dtype, device=self._device) for _ in SPANS]
        spread, norm = self._pair(encoder.spread), self._pair(encoder.spread_norm)
        for start in range(0, len(table), TOGETHER):  # all at once would take as much memory again
            rows = slice(start, start + TOGETHER)
            found = _normed(functional.linear(table[rows], *spread), norm)
            for part, piece in zip(parts, found.chunk(len(SPANS), 1), strict=True):
                part[rows] = piece
        for part in parts:
            part[PAD] = 0.0
        return table, parts

    def _pair(self, module: nn.Module) -> Pair:
        weight, bias = module.weight, module.bias
        assert isinstance(weight, Tensor)
        assert isinstance(bias, Tensor)
        return weight.detach().to(self._device, self._dtype), bias.detach().to(self._device, self._dtype)

    def _layer(self, layer: Any) -> _Layer:
        attention, norms = layer.attention, layer.norms
        parts = (norms[0], attention.inputs, attention.output, norms[1], layer.up, layer.down)
        return _Layer(*(self._pair(part) for part in parts))

    def _kernel(self, linear: nn.Linear, grams: Grams) -> Pair:
        weight, bias = self._pair(linear)
        kernel = weight.view(len(weight), grams.span, -1).transpose(1, 2).unsqueeze(2)
        return kernel.contiguous(memory_format=torch.channels_last), bias


def _own(network: Network) -> Encoder:
    assert isinstance(network.encoder, Encoder)
    return network.encoder


def lightened(network: Network) -> Network:
    """The network, changed: its table of pieces, most of its weights, in the numbers that scoring reads, so that memory
    holds it once."""
    if quickest_device() == "cpu" and isinstance(network.encoder, Encoder):
        with torch.no_grad():
            network.encoder.table.to(numbers("cpu")).weight[PAD] = 0.0
    return network


def _relu_convolution(seen: Tensor, kernel: Pair) -> Tensor:
    """(rows + span - 1, width) -> (rows, width). Pixels with their channels last, to oneDNN."""
    return functional.conv2d(seen.t()[None, :, None], *kernel)[0, :, 0].t().relu_()


def _normed(rows: Tensor, norm: Pair, eps: float = EPS) -> Tensor:
    return functional.layer_norm(rows, (rows.shape[1],), *norm, eps)


def _parts(lengths: Tensor) -> Iterator[tuple[list[int], int]]:
    """Rows of like length that go together, and the longest length among them."""
    part: list[int] = []
    longest = 1
    for length, row in sorted((length, row) for row, length in enumerate(lengths.tolist())):
        if part and max(length, 1) * (len(part) + 1) > TOGETHER:
            yield part, longest
            part = []
        part.append(row)
        longest = max(length, 1)
    if part:
        yield part, longest
