"""The network itself, in plain torch, so that scoring loads nothing heavier. model.py wraps it for
transformers; scorer.py runs it.

Pieces of words enter a multilingual sentence encoder: convolutions over their neighbours and a deep averaging network
(Iyyer et al. 2015; Yang et al. 2020), of the shape whose published weights base.py starts from. A small pre-norm
transformer (Vaswani et al. 2017; Xiong et al. 2020) reads the same pieces on, and all heads look at both at once.
Beside it one table holds a linear model over TF-IDF n-grams; each head adds the two, weighed by fitted numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from sentiment.labels import CRITICAL, SENTIMENT
from sentiment.network.batch import Batch
from sentiment.network.pieces import PAD

SPANS = ((2, 0), (3, 1), (5, 2))
"""Pieces that each convolution sees at once, and how many of them stand before its own."""
EPS = 1e-9
VECTOR_SCALE = 8.0
"""What the sentence vector, of length 1, is multiplied by, so that it weighs as much as the pooled states."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a network: `pieces` of the vocabulary and rows of the linear table; widths of a piece, of a
    convolution, of the averaging network inside and of the sentence vector it gives; width, layers and attention heads
    of the transformer; most pieces of a text; and the outputs of each head. A borrowed encoder (foreign/encoder.py) has
    neither convolutions nor averaging network: their widths are 0."""

    pieces: int
    linear_size: int = 98_304
    piece_width: int = 512
    gram_width: int = 256
    inner_width: int = 320
    vector_width: int = 512
    width: int = 256
    layers: int = 2
    attention_heads: int = 4
    limit: int = 224
    dropout: float = 0.1
    heads: Mapping[str, int] = field(default_factory=dict)

    @property
    def features(self) -> int:
        """Width of a piece with what the convolutions say of it."""
        return self.piece_width + len(SPANS) * self.gram_width

    @property
    def encoded(self) -> int:
        """Width of what the encoder says of a text."""
        return self.vector_width + 2 * self.width

    def sizes(self) -> dict[str, int]:
        """What a configuration tells of it."""
        return {name: getattr(self, name) for name in SIZES}


SIZES = tuple(each.name for each in fields(Shape) if each.type == "int")


class Grams(nn.Module):
    """Two residual convolutions over `span` neighbouring pieces, `before` of them in front."""

    def __init__(self, shape: Shape, span: int, before: int) -> None:
        super().__init__()
        self.span, self.before = span, before
        self.first = nn.Linear(span * shape.gram_width, shape.gram_width)
        self.second = nn.Linear(span * shape.gram_width, shape.gram_width)

    def forward(self, hidden: Tensor, present: Tensor) -> Tensor:
        """(B, L, gram width), (B, L, 1) -> (B, L, gram width)."""
        hidden = (functional.relu(self.first(self._windows(hidden))) + hidden) * present
        found: Tensor = functional.relu(self.second(self._windows(hidden))) + hidden
        return found

    def _windows(self, hidden: Tensor) -> Tensor:
        padded = functional.pad(hidden, (0, 0, self.before, self.span - 1 - self.before))
        length = hidden.shape[1]
        return torch.cat([padded[:, start : start + length] for start in range(self.span)], dim=2)


class Averaging(nn.Module):
    """What the pieces' features add up to, through a residual network: the sentence's vector, of length 1."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        inner, vector = shape.inner_width, shape.vector_width
        self.project = nn.Linear(shape.features, vector)
        self.up = nn.ModuleList([_matrix(vector, inner), _matrix(inner, inner), _matrix(inner, vector)])
        self.down = _matrix(vector, vector)
        self.beside = nn.ModuleList([_matrix(vector, inner), _matrix(inner, vector)])

    def forward(self, features: Tensor, present: Tensor) -> Tensor:
        """(B, L, features), nothing where there is no piece, and (B, L, 1) -> (B, vector width)."""
        return self.of(features.sum(1), present.sum(1))

    def of(self, total: Tensor, pieces: Tensor) -> Tensor:
        """(B, features) added up over so many pieces (B, 1) -> (B, vector width). What is projected is the sum: the
        projection of each piece would add up to the same, and cost as often."""
        projected = functional.linear(total, self.project.weight) + pieces * self.project.bias
        summed = projected / pieces.clamp(min=1).sqrt()
        inside = self.beside[0](summed) + self.up[1](functional.relu(self.up[0](summed)))
        inside = functional.relu(inside)
        outside = self.beside[1](inside) + self.down(functional.relu(self.up[2](inside)))
        return functional.normalize(torch.tanh(outside), dim=1, eps=EPS)


def _matrix(width: int, to: int) -> nn.Linear:
    return nn.Linear(width, to, bias=False)


class Attention(nn.Module):
    """Multi-head self-attention by plain products: on short texts quicker backward than the fused one."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.inputs = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        batch, length, width = hidden.shape
        split = self.inputs(hidden).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        weights = torch.softmax(query @ key.transpose(-1, -2) * (width // self.heads) ** -0.5 + bias, dim=-1)
        joined: Tensor = self.output((weights @ value).transpose(1, 2).reshape(batch, length, width))
        return joined


class Layer(nn.Module):
    """One pre-norm transformer layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention = Attention(shape.width, shape.attention_heads)
        self.norms = nn.ModuleList([nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)])
        self.up = nn.Linear(shape.width, 4 * shape.width)
        self.down = nn.Linear(4 * shape.width, shape.width)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        hidden = hidden + self.dropout(self.attention(self.norms[0](hidden), bias))
        inner = functional.gelu(self.up(self.norms[1](hidden)))
        result: Tensor = hidden + self.dropout(self.down(inner))
        return result


class TextEncoder(nn.Module, ABC):
    """What a network needs of its encoder: our own, below, or a borrowed one (foreign/encoder.py)."""

    @property
    @abstractmethod
    def rates(self) -> Sequence[tuple[nn.Module, float]]:
        """Parts that learn at a share of the peak rate."""

    @abstractmethod
    def another(self) -> TextEncoder:
        """A new one of this shape; its weights may be others."""

    def to_json(self) -> dict[str, Any] | None:
        """What a configuration tells of it beside the shape."""
        return None

    @abstractmethod
    def vectors(self, index: Tensor) -> Tensor:
        """(B, L, piece width): what the pieces' numbers (B, L) are before anything is made of them."""

    @abstractmethod
    def forward(self, batch: Batch, pieces: Tensor | None = None) -> Tensor:
        """(B, shape.encoded). `pieces` (B, L, piece width): use these instead of the `vectors` of the batch's own
        (explain.py moves them)."""


class Encoder(TextEncoder):
    """Texts to vectors: (B, shape.encoded)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.table = nn.Embedding(shape.pieces, shape.piece_width)
        self.spread = nn.Linear(shape.piece_width, len(SPANS) * shape.gram_width)
        self.spread_norm = nn.LayerNorm(len(SPANS) * shape.gram_width, eps=EPS)
        self.grams = nn.ModuleList(Grams(shape, *span) for span in SPANS)
        self.norm = nn.LayerNorm(shape.features, eps=EPS)
        self.averaging = Averaging(shape)
        self.narrow = nn.Linear(shape.features, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        nn.init.normal_(self.table.weight, std=0.3)

    @property
    def rates(self) -> Sequence[tuple[nn.Module, float]]:
        return ()

    def another(self) -> Encoder:
        return Encoder(self.shape)

    def vectors(self, index: Tensor) -> Tensor:
        found: Tensor = self.table(index)
        return found

    def forward(self, batch: Batch, pieces: Tensor | None = None) -> Tensor:
        """The sentence's vector, then the mean and the maximum of the transformer's states."""
        kept = batch.index != PAD
        present = kept.unsqueeze(-1).to(self.norm.weight.dtype)
        seen = (self.vectors(batch.index) if pieces is None else pieces).to(present.dtype) * present
        parts = (self.spread_norm(self.spread(seen)) * present).chunk(len(SPANS), dim=2)
        grams = [convolve(part, present) for convolve, part in zip(self.grams, parts, strict=True)]
        features = self.norm(torch.cat([seen, *grams], 2)) * present
        hidden = self.narrow(features)
        bias = torch.where(kept, 0.0, -1e4)[:, None, None, :].to(hidden.dtype)
        for layer in self.layers:
            hidden = layer(hidden, bias)
        vector = VECTOR_SCALE * self.averaging(features, present)
        mean = (hidden * present).sum(1) / present.sum(1).clamp(min=1)
        return torch.cat([vector, mean, hidden.masked_fill(~kept.unsqueeze(-1), -1e4).amax(1)], dim=1)


class Network(nn.Module):
    """Both paths and their mixture. `weights` and `shifts` hold, for each head, the weights of encoder and linear path
    and a shift of each output, `mood` what the sentiment says of a danger (see `with_mood`); they are fitted on texts
    held out (calibrate.py), not by training. Without an `encoder` it has one of our own, at its random start."""

    idf: Tensor
    mood: Tensor

    def __init__(self, shape: Shape, encoder: TextEncoder | None = None) -> None:
        super().__init__()
        self.shape = shape
        outputs = sum(shape.heads.values())
        self.encoder = encoder or Encoder(shape)
        self.head = nn.Linear(shape.encoded, outputs)
        self.norm = nn.LayerNorm(shape.encoded)
        self.dropout = nn.Dropout(2 * shape.dropout)
        self.linear = nn.EmbeddingBag(shape.linear_size, outputs, mode="sum")
        nn.init.zeros_(self.linear.weight)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("idf", torch.ones(shape.linear_size))
        self.register_buffer("mood", torch.zeros(()))
        self.weights = nn.ParameterDict(
            {name: nn.Parameter(torch.tensor([1.0, 1.0])) for name in shape.heads}
        )
        self.shifts = nn.ParameterDict(
            {name: nn.Parameter(torch.zeros(size)) for name, size in shape.heads.items()}
        )

    def encoded(self, batch: Batch, pieces: Tensor | None = None) -> Tensor:
        """(B, outputs) of the encoder."""
        outputs: Tensor = self.head(self.dropout(self.norm(self.encoder(batch, pieces))))
        return outputs

    def bagged(self, batch: Batch) -> Tensor:
        """(B, outputs) of the linear path."""
        table: Tensor = self.linear(batch.bag_ids, batch.bag_offsets, per_sample_weights=batch.bag_weights)
        return table + self.bias

    def split(self, outputs: Tensor) -> dict[str, Tensor]:
        """(B, outputs) -> (B, labels) for each head."""
        parts = torch.split(outputs, list(self.shape.heads.values()), dim=1)
        return dict(zip(self.shape.heads, parts, strict=True))

    def mixed(self, encoded: Tensor, bagged: Tensor) -> dict[str, Tensor]:
        """Calibrated logits (B, labels) of each head, of both paths' outputs (B, outputs)."""
        neural, linear = self.split(encoded), self.split(bagged)
        logits = {
            name: self.weights[name][0] * neural[name]
            + self.weights[name][1] * linear[name]
            + self.shifts[name]
            for name in self.shape.heads
        }
        if {"urgency", "sentiment"} <= logits.keys():
            logits["urgency"] = with_mood(logits["urgency"], logits["sentiment"], self.mood)
        return logits

    def forward(self, batch: Batch, pieces: Tensor | None = None) -> dict[str, Tensor]:
        """Calibrated logits (B, labels) of each head, 32-bit."""
        return self.mixed(self.encoded(batch, pieces).float(), self.bagged(batch))


def with_mood(urgency: Tensor, sentiment: Tensor, mood: Tensor | float) -> Tensor:
    """Logits (B, levels) with the sentiment's (B, moods) as evidence: the log-odds of critical rise by `mood` for each
    of log-odds that negative has over positive."""
    evidence = sentiment[:, SENTIMENT.index("negative")] - sentiment[:, SENTIMENT.index("positive")]
    raised = urgency[:, CRITICAL] + mood * evidence
    return torch.cat([urgency[:, :CRITICAL], raised.unsqueeze(1)], 1)
