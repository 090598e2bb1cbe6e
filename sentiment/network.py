"""The network itself, in plain torch, so that scoring loads nothing heavier. model.py wraps it for
transformers; scorer.py runs it.

Words enter as the mean of hashed character n-grams (Bojanowski et al. 2017), pass a small pre-norm
transformer (Vaswani et al. 2017; Xiong et al. 2020) and are pooled for all heads at once. Beside it one
table holds a linear model over TF-IDF n-grams; each head adds the two, weighed by fitted numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from sentiment.batch import Batch


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a network: rows of its two tables, width of the encoder's and of the encoder, layers,
    attention heads, most words of a text, and the outputs of each head."""

    encoder_size: int = 49_152
    linear_size: int = 98_304
    table_width: int = 128
    width: int = 256
    layers: int = 4
    attention_heads: int = 4
    limit: int = 192
    dropout: float = 0.1
    heads: Mapping[str, int] = field(default_factory=dict)


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


class Encoder(nn.Module):
    """Texts to vectors: (B, 2 * width), the mean and the maximum over the words of each."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(shape.encoder_size, shape.table_width, mode="mean")
        self.widen = nn.Linear(shape.table_width, shape.width)
        self.positions = nn.Embedding(shape.limit, shape.width)
        self.norm = nn.LayerNorm(shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.dropout = nn.Dropout(shape.dropout)
        for embedding, spread in ((self.table, 0.3), (self.positions, 0.02)):
            nn.init.normal_(embedding.weight, std=spread)

    def words(self, batch: Batch) -> Tensor:
        """(B, L, width): each word on its own, zero where there is none."""
        known = self.widen(self.table(batch.features, batch.offsets))
        return functional.embedding(batch.index, torch.cat([known.new_zeros(1, known.shape[1]), known]))

    def states(self, batch: Batch, words: Tensor | None = None) -> Tensor:
        """(B, L, width): each word in its text. `words`: use these vectors instead of the batch's own
        (explain.py moves them)."""
        present = batch.index > 0
        hidden = self.words(batch) if words is None else words
        hidden = self.dropout(self.norm(hidden + self.positions.weight[: hidden.shape[1]]))
        empty = present.sum(1, keepdim=True) == 0
        bias = torch.where(present | empty, 0.0, -1e4)[:, None, None, :].to(hidden.dtype)
        for layer in self.layers:
            hidden = layer(hidden, bias)
        states: Tensor = hidden
        return states

    def forward(self, batch: Batch, words: Tensor | None = None) -> Tensor:
        """(B, 2 * width), as above."""
        return pooled(self.states(batch, words), batch.index > 0)


def pooled(hidden: Tensor, present: Tensor) -> Tensor:
    """(B, L, width), (B, L) -> (B, 2 * width); zeros for a text without words."""
    kept = present.unsqueeze(-1)
    mean = (hidden * kept).sum(1) / kept.sum(1).clamp(min=1)
    top = hidden.masked_fill(~kept, -1e4).amax(1) * present.any(1, keepdim=True)
    return torch.cat([mean, top], dim=1)


class Network(nn.Module):
    """Both paths and their mixture. `mix` holds, for each head, the weights of encoder and linear path
    and a shift of each output; they are fitted on texts held out (calibrate.py), not by training."""

    idf: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        outputs = sum(shape.heads.values())
        self.encoder = Encoder(shape)
        self.head = nn.Linear(2 * shape.width, outputs)
        self.norm = nn.LayerNorm(2 * shape.width)
        self.dropout = nn.Dropout(2 * shape.dropout)
        self.linear = nn.EmbeddingBag(shape.linear_size, outputs, mode="sum")
        nn.init.zeros_(self.linear.weight)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("idf", torch.ones(shape.linear_size))
        self.weights = nn.ParameterDict(
            {name: nn.Parameter(torch.tensor([1.0, 1.0])) for name in shape.heads}
        )
        self.shifts = nn.ParameterDict(
            {name: nn.Parameter(torch.zeros(size)) for name, size in shape.heads.items()}
        )

    def encoded(self, batch: Batch, words: Tensor | None = None) -> Tensor:
        """(B, outputs) of the transformer."""
        vectors: Tensor = self.head(self.dropout(self.norm(self.encoder(batch, words))))
        return vectors

    def bagged(self, batch: Batch) -> Tensor:
        """(B, outputs) of the linear path."""
        table: Tensor = self.linear(batch.bag_ids, batch.bag_offsets, per_sample_weights=batch.bag_weights)
        return table + self.bias

    def split(self, outputs: Tensor) -> dict[str, Tensor]:
        """(B, outputs) -> (B, labels) for each head."""
        parts = torch.split(outputs, list(self.shape.heads.values()), dim=1)
        return dict(zip(self.shape.heads, parts, strict=True))

    def forward(self, batch: Batch, words: Tensor | None = None) -> dict[str, Tensor]:
        """Calibrated logits (B, labels) of each head."""
        encoded, bagged = self.split(self.encoded(batch, words)), self.split(self.bagged(batch))
        return {
            name: self.weights[name][0] * encoded[name]
            + self.weights[name][1] * bagged[name]
            + self.shifts[name]
            for name in self.shape.heads
        }
