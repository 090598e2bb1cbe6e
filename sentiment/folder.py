"""The model folder: the names of its files, whose it is, and where one may be written. reading.py reads it, model.py
writes what is in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sentiment.network.pieces import Pieces

WEIGHTS, CONFIG, PIECES, FIGURES = "model.safetensors", "config.json", Pieces.file, "figures.json"
LEXICON, TOKENS, PLOT = "lexicon.npz", "tokenizer.json", "calibration.svg"
_OF_A_MODEL = {CONFIG, WEIGHTS, LEXICON, PIECES, TOKENS, FIGURES, PLOT}
"""What a folder may hold that is written over: no file of anybody's is lost."""
BUILT_IN = Path(__file__).parent.parent / "models" / "ascolto-small"


class ModelError(ValueError):
    """A model folder that cannot be used; the message names the place and the mend."""


def sha256(file: Path) -> str:
    """Checksum of a file, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def is_ours(folder: Path) -> bool:
    """Whether this is, or claims to be, a folder that `save` wrote; the built-in one always is."""
    if folder == BUILT_IN or not (folder / CONFIG).is_file():
        return folder == BUILT_IN or folder.is_dir()
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    return not isinstance(config, dict) or config.get("model_type") == "ascolto"


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
    with _beside(out.absolute()):
        pass


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A folder to write a model into. At the end it takes the place of `out`, whole or not at all; where it was not
    made, `out` stays as it is. Raises ModelError where nothing can be written."""
    out = out.absolute()
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


def first_line(error: Exception) -> str:
    """What an error says, in brief."""
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def mend(folder: Path) -> str:
    """What helps against a folder that cannot be used."""
    if folder == BUILT_IN:
        return "Restore it with `git checkout -- models`, or make it anew with `ascolto train`."
    return "Set ASCOLTO_MODEL to a folder made by `ascolto train`, or unset it to use the built-in model."
