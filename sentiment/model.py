"""The model as transformers knows it: `AscoltoModel.from_pretrained(folder)` and `save_pretrained`, with
safetensors and no remote code. Scoring itself uses network.py and needs no transformers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from shutil import copymode
from typing import Any

from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel

from sentiment.folder import CONFIG, LEXICON, WEIGHTS
from sentiment.foreign.encoder import Borrowed, rebuilt
from sentiment.labels import HEADS, LANGUAGES
from sentiment.names import Lexicon
from sentiment.network.batch import Batch
from sentiment.network.features import SPEC
from sentiment.network.network import Network, Shape
from sentiment.network.packing import packed_network
from sentiment.network.pieces import SPECIAL, Cutter
from sentiment.reading import load


class AscoltoConfig(PretrainedConfig):  # type: ignore[no-untyped-call]
    """config.json: the network's sizes, label names, languages, decision thresholds, and the `base` that its encoder is
    borrowed from, if it is."""

    model_type = "ascolto"

    def __init__(
        self,
        sizes: Mapping[str, int] | None = None,
        features: str = SPEC,
        labels: Mapping[str, list[str]] | None = None,
        languages: list[str] | None = None,
        critical_threshold: float = 0.5,
        topic_threshold: float = 0.5,
        base: Mapping[str, Any] | None = None,
        **rest: Any,
    ) -> None:
        self.sizes = dict(sizes or Shape(pieces=len(SPECIAL)).sizes())
        self.features = features
        self.labels = dict(labels or {head: list(names) for head, names in HEADS.items()})
        self.languages = list(languages or LANGUAGES)
        self.critical_threshold = critical_threshold
        self.topic_threshold = topic_threshold
        if base is not None:
            self.base = dict(base)
        super().__init__(**rest)

    def shape(self) -> Shape:
        """The shape of the network this configuration describes."""
        heads = {
            head: len(self.labels[head]) for head in HEADS
        }  # config.json sorts its names; outputs keep order
        return Shape(**self.sizes, heads=heads)

    def borrowed(self) -> Borrowed | None:
        """The borrowed encoder this configuration tells of; its weights are still to be read."""
        base = getattr(self, "base", None)
        return None if base is None else rebuilt(base)


class AscoltoModel(PreTrainedModel):  # type: ignore[no-untyped-call]
    """A Network that transformers can save and load. The file holds packed weights (packing.py)."""

    config_class = AscoltoConfig
    base_model_prefix = "network"
    main_input_name = "batch"

    def __init__(self, config: AscoltoConfig) -> None:
        super().__init__(config)
        self.network = Network(config.shape(), config.borrowed())
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: Any) -> None:
        """The network initialises itself."""

    @classmethod
    def from_pretrained(cls, folder: str | Path, *rest: Any, **known: Any) -> AscoltoModel:  # type: ignore[override]
        """The model of a folder. Raises ModelError where it cannot be used."""
        model = cls(AscoltoConfig.from_pretrained(folder))
        model.network.load_state_dict(load(Path(folder)).network.state_dict())
        model.train(False)
        return model

    def save_pretrained(self, folder: str | Path, *rest: Any, **known: Any) -> None:  # type: ignore[override]
        """Writes config.json and model.safetensors; `save` writes the rest."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.config.save_pretrained(folder)
        save_file(packed_network(self.network), Path(folder) / WEIGHTS)
        copymode(Path(folder) / CONFIG, Path(folder) / WEIGHTS)  # else only who wrote them may read them

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Calibrated logits (B, labels) of each head."""
        logits: dict[str, Tensor] = self.network(batch)
        return logits


AutoConfig.register(AscoltoConfig.model_type, AscoltoConfig, exist_ok=True)
AutoModel.register(AscoltoConfig, AscoltoModel, exist_ok=True)


def save(
    network: Network,
    pieces: Cutter,
    lexicon: Lexicon,
    languages: tuple[str, ...],
    critical: float,
    topic: float,
    folder: Path,
) -> None:
    """Writes config.json, lexicon.npz, model.safetensors and the file of the pieces into `folder`."""
    config = AscoltoConfig(
        network.shape.sizes(), languages=list(languages), critical_threshold=critical, topic_threshold=topic,
        architectures=["AscoltoModel"], base=network.encoder.to_json(),
    )  # fmt: skip
    model = AscoltoModel(config)
    model.network.load_state_dict(network.state_dict())
    model.save_pretrained(folder)
    pieces.write(folder / pieces.file)
    lexicon.write(folder / LEXICON)
