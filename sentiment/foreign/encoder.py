"""Other people's encoders as the base of a model of ours (`ascolto train --base`): any that transformers reads and
that was made to fill gaps in texts, such as XLM-R, BERT or DeBERTa, by folder or by the hub id of a pulled model (see
`hub`). It gets the same heads, linear path and data as our own encoder. Safetensors alone, no remote code, no network.

transformers takes seconds to load: whoever trains or scores with such a model waits for it, nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from sentiment.folder import TOKENS, ModelError, first_line, is_ours, sha256
from sentiment.foreign.classifier import MOST_TOKENS, name_of, positions
from sentiment.foreign.hub import has_tokenizer, located
from sentiment.network.batch import Batch, encoder_batch
from sentiment.network.network import TextEncoder
from sentiment.network.pieces import END, PAD, SPECIAL, STARS, START, Cut, Ids

BASE_RATE, HEAD_RATE = 2e-5, 1e-3
"""Peak rates of training: what was learnt elsewhere moves little, what is new to it much."""
_LEAST_PIECES = 16
"""A base that reads fewer of a text is of no use."""
_MOST_APART = 0.01
"""By so much, of the largest number of a text's vector, it may change with what stands beside it in a batch."""
_UNTOLD = frozenset(
    {
        "id2label", "label2id", "problem_type", "finetuning_task", "_name_or_path", "architectures", "auto_map",
        "dtype", "torch_dtype", "transformers_version",
    }
)  # fmt: skip
"""What a base's configuration says of its labels and of where it came from."""


class Tokens:
    """The base's own pieces, numbered behind our special ones. Threads may share it."""

    file = TOKENS

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Raises ValueError for a tokenizer that puts anything but one piece at either end of a text."""
        tokenizer.no_padding()
        tokenizer.no_truncation()
        tokenizer.encode_special_tokens = True  # where an author writes [SEP], it is a word like others
        ends = tokenizer.encode("").ids
        if len(ends) != 2:
            raise ValueError(f"it marks the ends of a text with {len(ends)} pieces, not 2")
        self.tokenizer = tokenizer
        self.ends: tuple[int, int] = (ends[0], ends[1])

    def __len__(self) -> int:
        return len(SPECIAL) + _numbers(self.tokenizer, added=True)

    def __call__(self, texts: Sequence[str]) -> list[Cut]:
        """The pieces of each cleaned text, without special ones: the vocabulary of some bases holds these too."""
        found = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [self._cut(one.ids, one.offsets) for one in found]

    @classmethod
    def read(cls, file: Path) -> Tokens:
        """A tokenizer that `write` wrote. Raises OSError or ValueError."""
        written = file.read_text(encoding="utf-8")
        try:
            tokenizer = Tokenizer.from_str(written)
        except Exception as error:  # the tokenizers library raises nothing more exact
            raise ValueError(first_line(error)) from error
        return cls(tokenizer)

    def write(self, file: Path) -> None:
        """Writes the tokenizer, whole."""
        file.write_text(self.tokenizer.to_str(pretty=True), encoding="utf-8", newline="\n")

    def _cut(self, ids: Sequence[int], spans: Sequence[tuple[int, int]]) -> Cut:
        kept = [place for place, number in enumerate(ids) if number not in self.ends]
        numbers: Ids = np.array([ids[place] for place in kept], np.int64) + len(SPECIAL)
        return Cut(numbers, [spans[place] for place in kept])


class Borrowed(TextEncoder):
    """A base of transformers: the mean of its states and its first state. It reads what it was made to read, the text
    between the pieces that mark its ends; a rating and a domain are vectors added to what it says."""

    def __init__(self, base: Any, ends: tuple[int, int]) -> None:
        super().__init__()
        if getattr(base, "pooler", None) is not None:
            base.pooler = None  # made for tasks that are not ours, and many a base has none
        self.base = base.float().train()
        self.ends = ends
        self.told = nn.Embedding(len(SPECIAL), 2 * base.config.hidden_size, padding_idx=PAD)
        nn.init.zeros_(self.told.weight)

    @property
    def rates(self) -> Sequence[tuple[nn.Module, float]]:
        return ((self.base, BASE_RATE / HEAD_RATE),)

    def another(self) -> Borrowed:
        return deepcopy(self)

    def vectors(self, index: Tensor) -> Tensor:
        first, last = self.ends
        ids = (index - len(SPECIAL)).clamp(min=0)
        ids = ids.masked_fill(index == START, first).masked_fill(index == END, last)
        found: Tensor = self.base.get_input_embeddings()(ids)
        return found

    def forward(self, batch: Batch, pieces: Tensor | None = None) -> Tensor:
        vectors = self.vectors(batch.index) if pieces is None else pieces
        told = (batch.index >= STARS) & (batch.index < len(SPECIAL))
        # What is told stands in front: the base sees the rest, moved to the places where it expects a text to begin.
        places = torch.arange(batch.index.shape[1], device=told.device) + told.sum(1, keepdim=True)
        within = places < batch.index.shape[1]
        places = places.clamp(max=batch.index.shape[1] - 1)
        kept = within & (batch.index.gather(1, places) != PAD)
        length = int(kept.sum(1).max())
        vectors = vectors.gather(1, places.unsqueeze(-1).expand(-1, -1, vectors.shape[2]))[:, :length]
        kept = kept[:, :length]
        states = self.base(inputs_embeds=vectors, attention_mask=kept.long()).last_hidden_state
        present = kept.unsqueeze(-1).to(states.dtype)
        mean = (states * present).sum(1) / present.sum(1).clamp(min=1)
        added: Tensor = self.told(batch.index.masked_fill(~told, PAD)).sum(1)
        return torch.cat([mean, states[:, 0]], dim=1) + added

    def to_json(self) -> dict[str, Any]:
        """What a configuration tells of it, for `rebuilt`."""
        told = self.base.config.to_diff_dict().items()
        model = {name: value for name, value in told if name not in _UNTOLD}
        return {"model": model, "ends": list(self.ends)}


@dataclass(frozen=True, slots=True)
class Lent:
    """A base as training takes it: `name@revision`, a checksum of all that it brings, the encoder, its pieces, and the
    most of them that it reads of a text."""

    name: str
    checksum: str
    encoder: Borrowed
    pieces: Tokens
    limit: int

    def sizes(self, most: int) -> dict[str, int]:
        """The sizes that network.Shape has of it, for texts of at most so many pieces. Its vector is all states."""
        base = self.encoder.base
        return {
            "piece_width": base.get_input_embeddings().embedding_dim,
            "gram_width": 0,
            "inner_width": 0,
            "vector_width": 0,
            "width": base.config.hidden_size,
            "layers": base.config.num_hidden_layers,
            "attention_heads": base.config.num_attention_heads,
            "limit": min(most, self.limit),
        }


def borrow(named: str) -> Lent:
    """Reads a base from a folder, or from that of a pulled model by its hub id.

    Raises ModelError where there is none, it is not what was pulled, it cannot be read, or it is no encoder."""
    folder = located(named, option="--base")
    if is_ours(folder):
        raise ModelError(f"{folder} holds a model of Ascolto's own, or none: {_GIVE}")
    if not has_tokenizer(folder):
        raise ModelError(f"{folder} has no files of a tokenizer: {_GIVE}")
    weights = sorted(folder.glob("model*.safetensors"))
    if not weights:
        raise ModelError(
            f"{folder} has no model.safetensors, and pickled weights are never read: pull a revision that has it (on "
            "the hub, the pull request of its conversion: `ascolto models pull OWNER/NAME --revision refs/pr/1`)"
        )
    if not (folder / Tokens.file).is_file() and any(folder.glob("*.model")):
        _refuse_without_readers(named)
    try:
        config = _configuration(folder)
        _refuse_other_kinds(config, named)
        tokenizer, base, missing = _read(folder)
        pieces = _tokens(tokenizer, base, named)
        limit = min(MOST_TOKENS, tokenizer.model_max_length, positions(base)) - len(pieces.ends)
        encoder = Borrowed(base, pieces.ends)
    except ModelError:
        raise
    except Exception as error:  # transformers raises whatever its many parts raise
        raise ModelError(f"{named} cannot be loaded as a base ({first_line(error)}): {_GIVE}") from error
    if missing:
        raise ModelError(
            f"{named} lacks weights ({', '.join(missing[:3])}), which would start from chance: give a base whose "
            "model.safetensors is whole"
        )
    if limit < _LEAST_PIECES:
        raise ModelError(
            f"{named} reads {max(0, limit)} pieces of a text, and {_LEAST_PIECES} are the least: look at "
            "model_max_length in its tokenizer_config.json"
        )
    _try(encoder, limit, f"{named} ({config.model_type})")
    name, revision = name_of(folder)
    sums = "".join(sha256(file) for file in weights)
    known = f"{sums} {encoder.to_json()} {pieces.tokenizer.to_str()} {limit} {BASE_RATE}"
    checksum = hashlib.sha256(known.encode()).hexdigest()
    return Lent(f"{name}@{revision[:12]}", checksum, encoder, pieces, limit)


def rebuilt(told: Mapping[str, Any]) -> Borrowed:
    """The encoder that `to_json` told of; its weights are still to be read."""
    from transformers import AutoConfig, AutoModel

    model = dict(told["model"])
    config = AutoConfig.for_model(model.pop("model_type"), **model)
    first, last = told["ends"]
    base: Any = AutoModel.from_config(config, trust_remote_code=False)  # type: ignore[no-untyped-call]
    return Borrowed(base, (int(first), int(last)))


_GIVE = "give a folder or hub id with config.json, tokenizer and model.safetensors of an encoder like XLM-R"


def _refuse_without_readers(named: str) -> None:
    """A vocabulary of sentencepiece becomes a fast tokenizer by two packages that scoring does not need."""
    try:
        for package in ("sentencepiece", "google.protobuf"):
            import_module(package)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{named} has a tokenizer that a package which is missing has to read ({error.name}): pip install "
            "'ascolto[train]'"
        ) from error


def _configuration(folder: Path) -> Any:
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)


def _refuse_other_kinds(config: Any, named: str) -> None:
    """An encoder is what transformers can fill gaps with, and nothing that writes on."""
    from transformers import MODEL_FOR_MASKED_LM_MAPPING

    kind = config.model_type
    if config.is_encoder_decoder:
        raise ModelError(f"{named} ({kind}) is made of encoder and decoder: {_GIVE}")
    if getattr(config, "is_decoder", False) or type(config) not in MODEL_FOR_MASKED_LM_MAPPING:
        raise ModelError(f"{named} ({kind}) is no encoder of texts: {_GIVE}")


def _read(folder: Path) -> tuple[Any, Any, list[str]]:
    """Tokenizer, base, and the weights that the base wants and the folder lacks."""
    from transformers import AutoModel, AutoTokenizer

    here: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(folder, **here)
    base, told = AutoModel.from_pretrained(folder, use_safetensors=True, output_loading_info=True, **here)
    return tokenizer, base, sorted(name for name in told["missing_keys"] if not name.startswith("pooler."))


def _tokens(tokenizer: Any, base: Any, named: str) -> Tokens:
    if not tokenizer.is_fast:
        raise ModelError(
            f"{named} has no fast tokenizer ({type(tokenizer).__name__}), which tells where each piece stands in a "
            "text: give a base that has one (tokenizer.json)"
        )
    pieces = Tokens(tokenizer.backend_tokenizer)
    known, rows = _numbers(pieces.tokenizer, added=False), base.get_input_embeddings().num_embeddings
    if known > rows:
        raise ModelError(
            f"{named} has a tokenizer of {known} pieces and vectors for {rows}: give a base whose files belong together"
        )
    added = _numbers(pieces.tokenizer, added=True) - rows
    if added > 0:  # pieces beside the vocabulary, such as [MASK], of which the base knows nothing
        table = base.resize_token_embeddings(rows + added, mean_resizing=False)
        nn.init.zeros_(table.weight.data[rows:])
    return pieces


def _numbers(tokenizer: Tokenizer, *, added: bool) -> int:
    """How many numbers its pieces need: numbers may be left out. With `added`, also those beside the vocabulary."""
    return 1 + max(tokenizer.get_vocab(added).values(), default=-1)


def _try(encoder: Borrowed, limit: int, named: str) -> None:
    """Reads a text of so many pieces and a short one, so that a base which cannot says so before hours of work, on
    whatever machine. Raises ModelError for it, and for one that reads a text otherwise when another stands beside."""
    long, short = ([START, *[len(SPECIAL)] * pieces, END] for pieces in (limit, 3))
    together = encoder_batch([np.array(one, np.int64) for one in (long, short)])
    alone = encoder_batch([np.array(short, np.int64)])
    encoder.eval()
    try:
        with torch.no_grad():
            beside, by_itself = encoder(together)[1], encoder(alone)[0]
            with torch.autocast("cpu", torch.bfloat16):
                encoder(together)
    except Exception as error:  # transformers raises whatever its many parts raise
        raise ModelError(
            f"{named}: encoders of its family cannot be run as training does ({first_line(error)}): {_GIVE}"
        ) from error
    if (beside - by_itself).abs().max() > _MOST_APART * by_itself.abs().max():
        raise ModelError(
            f"{named} reads a text otherwise when a longer one stands beside it, so that its scores would depend on "
            f"chance: {_GIVE}"
        )
    encoder.train()
