"""The model folder: what is in it, how it is written, found, checked and read. Reading needs no
transformers; writing goes through it, so that the folder loads there too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch.overrides import TorchFunctionMode

from sentiment.labels import HEADS
from sentiment.names import Lexicon
from sentiment.network.features import SPEC
from sentiment.network.network import Network, Shape
from sentiment.network.packing import unpacked
from sentiment.network.pieces import Cutter, Pieces

if TYPE_CHECKING:
    from sentiment.foreign.encoder import Borrowed, Tokens

WEIGHTS, CONFIG, PIECES, FIGURES = "model.safetensors", "config.json", Pieces.file, "figures.json"
LEXICON, TOKENS, PLOT = "lexicon.npz", "tokenizer.json", "calibration.svg"
_OF_A_MODEL = {CONFIG, WEIGHTS, LEXICON, PIECES, TOKENS, FIGURES, PLOT}
"""What a folder may hold that is written over: no file of anybody's is lost."""
BUILT_IN = Path(__file__).parent.parent / "models" / "ascolto-small"
_SIZES = tuple(each.name for each in fields(Shape) if each.type == "int")


class ModelError(ValueError):
    """A model folder that cannot be used; the message names the place and the mend."""


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


def sha256(file: Path) -> str:
    """Checksum of a file, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


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
        network.load_state_dict(unpacked(load_file(folder / WEIGHTS)), assign=True)
    except (OSError, SafetensorError, RuntimeError, KeyError) as error:
        raise ModelError(
            f"{folder / WEIGHTS} cannot be read ({first_line(error)}). {_mend(folder)}"
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


def is_ours(folder: Path) -> bool:
    """Whether this is, or claims to be, a folder that `save` wrote; the built-in one always is."""
    if folder == BUILT_IN or not (folder / CONFIG).is_file():
        return folder == BUILT_IN or folder.is_dir()
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    return not isinstance(config, dict) or config.get("model_type") == "ascolto"


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
    from sentiment.model import AscoltoConfig, AscoltoModel

    config = AscoltoConfig(
        sizes_of(network.shape), languages=list(languages), critical_threshold=critical, topic_threshold=topic,
        architectures=["AscoltoModel"], base=network.encoder.to_json(),
    )  # fmt: skip
    model = AscoltoModel(config)
    model.network.load_state_dict(network.state_dict())
    model.save_pretrained(folder)
    pieces.write(folder / pieces.file)
    lexicon.write(folder / LEXICON)


def refuse(out: Path) -> None:
    """Raises ModelError where no model may be written: training takes minutes to hours, which a wrong place would
    waste, and what came from elsewhere, or is no model at all, is not written over."""
    if out.exists() and not out.is_dir():
        raise ModelError(f"{out} is a file: name a folder")
    if (out / CONFIG).is_file() and not is_ours(out):
        raise ModelError(f"{out} holds a model that is not Ascolto's own: name another folder to write")
    if out.is_dir() and {file.name for file in out.iterdir()} - _OF_A_MODEL:
        raise ModelError(
            f"{out} holds something else than a model of Ascolto's own: name another folder to write"
        )
    with _beside(out):
        pass


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A folder to write a model into. At the end it takes the place of `out`, whole or not at all; where it was not
    made, `out` stays as it is. Raises ModelError where nothing can be written."""
    with _beside(out) as place:
        yield place
        if place.is_dir():
            if out.exists():
                out.rename(place.with_name(f"{out.name}.before"))
            place.rename(out)


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A folder that may be made beside `out`; at the end it is gone unless it was moved."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        around = TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-", ignore_cleanup_errors=True)
    except OSError as error:
        raise ModelError(
            f"{out} cannot be written ({first_line(error)}): name a place that can be"
        ) from error
    with around as name:
        yield Path(name) / out.name


def sizes_of(shape: Shape) -> dict[str, int]:
    """What a configuration tells of a shape."""
    return {name: getattr(shape, name) for name in _SIZES}


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
            f"{folder / CONFIG} tells of a base that cannot be made ({first_line(error)}). {_mend(folder)}"
        ) from error


def _pieces(folder: Path, shape: Shape, cutter: type[Pieces] | type[Tokens]) -> Cutter:
    file = folder / cutter.file
    try:
        pieces = cutter.read(file)
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read ({first_line(error)}). {_mend(folder)}") from error
    if len(pieces) != shape.pieces:
        raise ModelError(f"{file} is not the vocabulary of these weights. {_mend(folder)}")
    return pieces


def _lexicon(folder: Path) -> Lexicon:
    try:
        return Lexicon.read(folder / LEXICON)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelError(
            f"{folder / LEXICON} cannot be read ({first_line(error)}). {_mend(folder)}"
        ) from error


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{folder} holds no model ({CONFIG} is missing). {_mend(folder)}") from error
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder / CONFIG} cannot be read ({first_line(error)}). {_mend(folder)}"
        ) from error
    if not isinstance(config, dict) or config.get("model_type") != "ascolto":
        raise ModelError(f"{folder} holds a model of another kind. {_mend(folder)}")
    if config.get("features") != SPEC:
        raise ModelError(
            f"{folder} was made for features {config.get('features')!r}, not {SPEC!r}: train it again."
        )
    return config


def _shape(config: dict[str, Any], folder: Path) -> Shape:
    try:
        labels = {head: tuple(names) for head, names in config["labels"].items()}
        sizes = {name: int(config["sizes"][name]) for name in _SIZES}
        config["languages"], config["critical_threshold"], config["topic_threshold"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{folder / CONFIG} lacks or spoils {error}. {_mend(folder)}") from error
    if labels != dict(HEADS):
        raise ModelError(f"{folder / CONFIG} has other labels than this version: train the model again.")
    return Shape(**sizes, heads={head: len(names) for head, names in HEADS.items()})


def first_line(error: Exception) -> str:
    """What an error says, in brief."""
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _mend(folder: Path) -> str:
    if folder == BUILT_IN:
        return "Restore it with `git checkout -- models`, or make it anew with `ascolto train`."
    return "Set ASCOLTO_MODEL to a folder made by `ascolto train`, or unset it to use the built-in model."
