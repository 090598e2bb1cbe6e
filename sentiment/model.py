"""The model as transformers knows it: `AscoltoModel.from_pretrained(folder)` and `save_pretrained`, with
safetensors and no remote code. Scoring itself uses network.py and needs no transformers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel

from sentiment.batch import Batch
from sentiment.features import SPEC
from sentiment.labels import HEADS
from sentiment.network import Network, Shape
from sentiment.recipe import LANGUAGES


class AscoltoConfig(PretrainedConfig):  # type: ignore[no-untyped-call]
    """config.json: the network's shape, label names, languages, and decision thresholds."""

    model_type = "ascolto"

    def __init__(
        self,
        encoder_size: int = 49_152,
        linear_size: int = 98_304,
        table_width: int = 128,
        width: int = 256,
        layers: int = 4,
        attention_heads: int = 4,
        limit: int = 192,
        features: str = SPEC,
        labels: Mapping[str, list[str]] | None = None,
        languages: list[str] | None = None,
        critical_threshold: float = 0.5,
        topic_threshold: float = 0.5,
        **rest: Any,
    ) -> None:
        self.encoder_size = encoder_size
        self.linear_size = linear_size
        self.table_width = table_width
        self.width = width
        self.layers = layers
        self.attention_heads = attention_heads
        self.limit = limit
        self.features = features
        self.labels = dict(labels or {head: list(names) for head, names in HEADS.items()})
        self.languages = list(languages or LANGUAGES)
        self.critical_threshold = critical_threshold
        self.topic_threshold = topic_threshold
        super().__init__(**rest)

    def shape(self, dropout: float = 0.1) -> Shape:
        """The shape of the network this configuration describes."""
        heads = {
            head: len(self.labels[head]) for head in HEADS
        }  # config.json sorts its names; outputs keep order
        return Shape(
            self.encoder_size, self.linear_size, self.table_width, self.width, self.layers,
            self.attention_heads, self.limit, dropout, heads,
        )  # fmt: skip


class AscoltoModel(PreTrainedModel):  # type: ignore[no-untyped-call]
    """A Network that transformers can save and load."""

    config_class = AscoltoConfig
    base_model_prefix = "network"
    main_input_name = "batch"

    def __init__(self, config: AscoltoConfig) -> None:
        super().__init__(config)
        self.network = Network(config.shape())
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: Any) -> None:
        """The network initialises itself."""

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Calibrated logits (B, labels) of each head."""
        logits: dict[str, Tensor] = self.network(batch)
        return logits


AutoConfig.register(AscoltoConfig.model_type, AscoltoConfig, exist_ok=True)
AutoModel.register(AscoltoConfig, AscoltoModel, exist_ok=True)
