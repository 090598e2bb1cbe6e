"""The model folder: the names of its files, whose it is, and where one may be written. reading.py reads it, model.py
writes what is in it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from safetensors import SafetensorError

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
    try:
        if out.exists() and not out.is_dir():
            raise ModelError(f"{out} is a file: name a folder")
        if (out / CONFIG).is_file() and not is_ours(out):
            raise ModelError(f"{out} holds a model that is not Ascolto's own: name another folder to write")
        if out.is_dir() and {file.name for file in out.iterdir() if file.name[0] != "."} - _OF_A_MODEL:
            raise ModelError(
                f"{out} holds something else than a model of Ascolto's own: name another folder to write"
            )
        there = next(place for place in (out.absolute(), *out.absolute().parents) if place.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise ModelError(f"{out} cannot be written: name a place that can be")
    except OSError as error:
        raise _unwritten(out, error) from error


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A folder to write a model into, whose files then take the place of those in `out`, one by one, since not every
    folder can be renamed. config.json goes first and comes last: without it there is no model, so that nobody ever
    reads half of one and half of another. Where nothing was written `out` stays as it is.

    Raises ModelError where it cannot be written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=out, prefix=".new-", ignore_cleanup_errors=True) as place:
            yield Path(place)
            _take_place(Path(place), out)
    except (OSError, SafetensorError) as error:
        raise _unwritten(out, error) from error
    finally:
        with suppress(OSError):  # it holds something
            out.rmdir()


def _take_place(new: Path, out: Path) -> None:
    names = {file.name for file in new.iterdir()}
    if names:
        for old in sorted(_OF_A_MODEL - names | {CONFIG}):
            (out / old).unlink(missing_ok=True)
        for name in sorted(names, key=lambda name: name == CONFIG):
            (new / name).replace(out / name)


def _unwritten(out: Path, error: Exception) -> ModelError:
    return ModelError(f"{out} cannot be written ({first_line(error)}): name a place that can be")


def first_line(error: Exception) -> str:
    """What an error says, in brief."""
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def mend(folder: Path) -> str:
    """What helps against a folder that cannot be used."""
    if folder == BUILT_IN:
        return "Restore it with `git checkout -- models`, or make it anew with `ascolto train`."
    return "Set ASCOLTO_MODEL to a folder made by `ascolto train`, or unset it to use the built-in model."
