"""Reads a model folder, and refuses one that is not what it should be. It needs no transformers, but for a folder whose
encoder was borrowed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch.overrides import TorchFunctionMode

from sentiment.folder import CONFIG, LEXICON, WEIGHTS, ModelError, first_line, mend, sha256
from sentiment.labels import HEADS
from sentiment.names import Lexicon
from sentiment.network.features import SPEC
from sentiment.network.network import SIZES, Network, Shape
from sentiment.network.packing import unpacked
from sentiment.network.pieces import Cutter, Pieces

if TYPE_CHECKING:
    from sentiment.foreign.encoder import Borrowed, Tokens


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model folder in memory. `name` is `<folder name>@<first 12 hex digits of the weights' sha256>`."""

    name: str
    network: Network
    pieces: Cutter
    lexicon: Lexicon
    labels: Mapping[str, tuple[str, ...]]
    languages: tuple[str, ...]
    critical_threshold: float
    topic_threshold: float


def load(folder: Path) -> Loaded:
    """Reads a model folder, weights as 32-bit floats.

    Raises ModelError where it is missing, damaged, or made with other labels or features."""
    config = _config(folder)
    shape = _shape(config, folder)
    base, cutter = _base(config, folder)
    pieces, lexicon = _pieces(folder, shape, cutter), _lexicon(folder)
    with torch.device("meta"), _Bare():
        network = Network(shape, base)
    try:
        weights = unpacked(load_file(folder / WEIGHTS))
        weights.setdefault("mood", torch.zeros(()))  # folders from before it was evidence
        network.load_state_dict(weights, assign=True)
    except (OSError, SafetensorError, RuntimeError, KeyError) as error:
        raise ModelError(
            f"{folder / WEIGHTS} cannot be read ({first_line(error)}). {mend(folder)}"
        ) from error
    labels = {head: tuple(names) for head, names in config["labels"].items()}
    return Loaded(
        f"{folder.resolve().name}@{sha256(folder / WEIGHTS)[:12]}",
        network.eval(),
        pieces,
        lexicon,
        labels,
        tuple(config["languages"]),
        float(config["critical_threshold"]),
        float(config["topic_threshold"]),
    )


class _Bare(TorchFunctionMode):
    """Leaves out the random start of weights that are about to be read, which takes seconds: on no device for the
    modules that it loads, else for the numbers."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        return kwargs["tensor"] if func is torch.nn.init.normal_ else func(*args, **kwargs)


def _base(config: dict[str, Any], folder: Path) -> tuple[Borrowed | None, type[Pieces] | type[Tokens]]:
    """The borrowed encoder that a configuration tells of, if it does, and the kind of the pieces."""
    if config.get("base") is None:
        return None, Pieces
    from sentiment.foreign.encoder import Tokens, rebuilt

    try:
        with _Bare():
            return rebuilt(config["base"]), Tokens
    except Exception as error:  # transformers raises whatever its many parts raise
        raise ModelError(
            f"{folder / CONFIG} tells of a base that cannot be made ({first_line(error)}). {mend(folder)}"
        ) from error


def _pieces(folder: Path, shape: Shape, cutter: type[Pieces] | type[Tokens]) -> Cutter:
    file = folder / cutter.file
    try:
        pieces = cutter.read(file)
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read ({first_line(error)}). {mend(folder)}") from error
    if len(pieces) != shape.pieces:
        raise ModelError(f"{file} is not the vocabulary of these weights. {mend(folder)}")
    return pieces


def _lexicon(folder: Path) -> Lexicon:
    try:
        return Lexicon.read(folder / LEXICON)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelError(
            f"{folder / LEXICON} cannot be read ({first_line(error)}). {mend(folder)}"
        ) from error


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{folder} holds no model ({CONFIG} is missing). {mend(folder)}") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder / CONFIG} cannot be read ({first_line(error)}). {mend(folder)}") from error
    if not isinstance(config, dict) or config.get("model_type") != "ascolto":
        raise ModelError(f"{folder} holds a model of another kind. {mend(folder)}")
    if config.get("features") != SPEC:
        raise ModelError(
            f"{folder} was made for features {config.get('features')!r}, not {SPEC!r}: train it again."
        )
    return config


def _shape(config: dict[str, Any], folder: Path) -> Shape:
    try:
        labels = {head: tuple(names) for head, names in config["labels"].items()}
        sizes = {name: int(config["sizes"][name]) for name in SIZES}
        config["languages"], config["critical_threshold"], config["topic_threshold"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{folder / CONFIG} lacks or spoils {error}. {mend(folder)}") from error
    if labels != dict(HEADS):
        raise ModelError(f"{folder / CONFIG} has other labels than this version: train the model again.")
    return Shape(**sizes, heads={head: len(names) for head, names in HEADS.items()})
