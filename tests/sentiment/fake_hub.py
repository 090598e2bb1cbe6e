"""A model hub on loopback that behaves as documented, for the tests: commits, listings with checksums, large files
behind a redirect, error codes. Failures are scripted. Also small models of other people's, made on the spot.

What it follows: https://huggingface.co/docs/hub/api and what huggingface_hub reads of the answers (X-Repo-Commit,
X-Linked-ETag, X-Linked-Size, X-Error-Code).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

TOKEN = "hf_fake_token"
LARGE = (".safetensors", ".bin", ".h5")
PIECES = ["ottimo", "pessimo", "▁ottimo", "▁pessimo", "▁caffè", "▁", *"abcdefghilmnopqrstuvzèàòù.,!", "##o"]
SIZES = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
FAMILIES: Mapping[str, Any] = {
    "bert": (BertConfig, BertForSequenceClassification, {"max_position_embeddings": 40}),
    "xlm-roberta": (XLMRobertaConfig, XLMRobertaForSequenceClassification, {"max_position_embeddings": 40}),
    "deberta-v2": (
        DebertaV2Config,
        DebertaV2ForSequenceClassification,
        {"relative_attention": True, "position_biased_input": False, "pos_att_type": ["p2c", "c2p"]},
    ),
}
TOKENIZERS = {
    "bert": "BertTokenizer",
    "xlm-roberta": "XLMRobertaTokenizer",
    "deberta-v2": "DebertaV2Tokenizer",
}
MARKS = {
    "bert": ("[PAD]", "[UNK]", "[CLS]", "[SEP]"),
    "xlm-roberta": ("<s>", "<pad>", "</s>", "<unk>"),
    "deberta-v2": ("[PAD]", "[CLS]", "[SEP]", "[UNK]"),
}
"""Special tokens in the order of their numbers, as the published models of each family have them."""


def make(place: Path, labels: list[str] | None, kind: str = "bert", **config: Any) -> Path:
    """A tiny, randomly initialised model of a family, with a tokenizer of its kind. `labels` None: transformers' own
    three."""
    torch.manual_seed(1)
    configuration, architecture, own = FAMILIES[kind]
    tokens = _tokenizer(kind)
    names = dict(enumerate(labels)) if labels else {}
    told = {"id2label": names, "label2id": {name: place for place, name in names.items()}} if labels else {}
    marks = MARKS[kind]
    numbers = {"vocab_size": len(marks) + len(PIECES), "pad_token_id": _place(marks, "pad")}
    model = architecture(
        configuration(**SIZES | own | numbers | ({"num_labels": 3} if labels is None else {}) | told | config)
    )
    model.save_pretrained(place)
    tokens.save_pretrained(place)
    _name_tokenizer(place / "tokenizer_config.json", kind)
    return place


def _name_tokenizer(file: Path, kind: str) -> None:
    """Published models name the class of their tokenizer, which reads what is in tokenizer.json in its own way."""
    told = json.loads(file.read_text())
    told.pop("backend", None)
    file.write_text(json.dumps(told | {"tokenizer_class": TOKENIZERS[kind], "model_max_length": 512}))


def _tokenizer(kind: str) -> Any:
    marks = MARKS[kind]
    pad, unknown, first, last = (marks[_place(marks, name)] for name in ("pad", "unk", "cls", "sep"))
    everything = [*marks, *PIECES]
    if kind == "bert":
        words = {piece: number for number, piece in enumerate(everything)}
        tokens = Tokenizer(models.WordPiece(words, unk_token=unknown))
        tokens.normalizer = normalizers.BertNormalizer()
        tokens.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    else:
        scored = [
            (piece, 0.0 if piece in marks else -float(number)) for number, piece in enumerate(everything)
        ]
        tokens = Tokenizer(models.Unigram(scored, unk_id=_place(marks, "unk")))
        tokens.pre_tokenizer = pre_tokenizers.Metaspace()
    tokens.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        special_tokens=[(mark, everything.index(mark)) for mark in (first, last)],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokens, pad_token=pad, unk_token=unknown, cls_token=first, sep_token=last
    )


def _place(marks: tuple[str, ...], name: str) -> int:
    other = {"cls": "s", "sep": "/s"}.get(name, name)
    return next(n for n, mark in enumerate(marks) if mark.lower().strip("[]<>") in (name, other))


def git_sum(content: bytes) -> str:
    """What git calls a file with this content."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()


@dataclass
class Answer:
    """An answer, or what goes wrong: a status, once, on the next request for a path that begins so; or other content
    for such a path or for a file of this name."""

    path: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


class FakeHub:
    """`url` is what HF_ENDPOINT would be. A repository has commits, each a set of files; branches name commits."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, dict[str, bytes]]] = {}
        self.branches: dict[tuple[str, str], str] = {}
        self.gated: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.shown: list[str] = []  # paths that were asked for with a token
        self.wrong: list[Answer] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def storage(self) -> str:
        """Where large files lie: on another host, as far as clients can tell."""
        return f"http://localhost:{self._server.server_port}"

    @property
    def fetched(self) -> list[str]:
        """The files whose content was asked for, in order."""
        got = (path for method, path in self.asked if method == "GET" and not path.startswith("/api/"))
        return [path.rsplit("/", 1)[-1] for path in got]

    def start(self) -> "FakeHub":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def commit(self, name: str, files: Mapping[str, bytes] | Path, branch: str = "main") -> str:
        """Puts files into a repository as a new commit of a branch, and gives its number."""
        held = (
            {file.name: file.read_bytes() for file in files.iterdir()}
            if isinstance(files, Path)
            else dict(files)
        )
        sums = "".join(f"{one} {git_sum(content)}" for one, content in sorted(held.items()))
        number = hashlib.sha1(f"{name} {branch} {sums}".encode()).hexdigest()
        self.repositories.setdefault(name, {})[number] = held
        self.branches[name, branch] = number
        return number

    def answer(self, method: str, path: str, token: str | None) -> Answer:
        """What a request gets: by script, else as the hub would."""
        self.asked.append((method, path))
        if token:
            self.shown.append(path)
        for scripted in self.wrong:
            if path.startswith(scripted.path):
                if scripted.content is None:
                    self.wrong.remove(scripted)
                return scripted
        if path.startswith("/lfs/"):
            return self._large(path)
        if path.startswith("/api/models/"):
            name, _, revision = path.removeprefix("/api/models/").partition("/revision/")
            return self._about(name, unquote(revision), token)
        name, _, rest = path.removeprefix("/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        return self._file(name, unquote(revision), file, token)

    def _refused(self, name: str, revision: str, token: str | None) -> Answer | None:
        if name not in self.repositories:  # so that nobody learns which private ones there are
            return Answer("", 404 if token else 401, {"X-Error-Code": "RepoNotFound"})
        if name in self.gated and token != TOKEN:
            return Answer("", 403 if token else 401, {"X-Error-Code": "GatedRepo"})
        if self._commit(name, revision) is None:
            return Answer("", 404, {"X-Error-Code": "RevisionNotFound"})
        return None

    def _commit(self, name: str, revision: str) -> str | None:
        if revision in self.repositories[name]:
            return revision
        return self.branches.get((name, revision or "main"))

    def _about(self, name: str, revision: str, token: str | None) -> Answer:
        if name not in self.gated and (refused := self._refused(name, revision, token)):
            return refused  # a gated repository tells of itself, and keeps its files
        commit = self._commit(name, revision) or ""
        files = [_listed(file, content) for file, content in self.repositories[name][commit].items()]
        about = {"_id": "0", "id": name, "modelId": name, "sha": commit, "private": False, "siblings": files}
        return Answer("", content=json.dumps(about).encode(), headers={"Content-Type": "application/json"})

    def _file(self, name: str, revision: str, file: str, token: str | None) -> Answer:
        if refused := self._refused(name, revision, token):
            return refused
        commit = self._commit(name, revision) or ""
        told = {"X-Repo-Commit": commit}
        content = self.repositories[name][commit].get(file)
        if content is None:
            return Answer("", 404, told | {"X-Error-Code": "EntryNotFound"})
        if not file.endswith(LARGE):
            return self._sent(file, content, told | {"ETag": f'"{git_sum(content)}"'})
        checksum = hashlib.sha256(content).hexdigest()
        linked = {"X-Linked-ETag": f'"{checksum}"', "X-Linked-Size": f"{len(content)}"}
        return Answer(
            "", 302, told | linked | {"Location": f"{self.storage}/lfs/{name}/{commit}/{file}?signed=secret"}
        )

    def _large(self, path: str) -> Answer:
        name, commit, file = path.removeprefix("/lfs/").rsplit("/", 2)
        content = self.repositories[name][commit][file]
        return self._sent(file, content, {"ETag": f'"{hashlib.md5(content).hexdigest()}"'})

    def _sent(self, file: str, content: bytes, headers: dict[str, str]) -> Answer:
        for scripted in self.wrong:
            if scripted.path == file:
                content = scripted.content or b""
        return Answer("", content=content, headers=headers)


def _listed(file: str, content: bytes) -> dict[str, Any]:
    told: dict[str, Any] = {"rfilename": file, "size": len(content), "blobId": git_sum(content)}
    if file.endswith(LARGE):
        told["lfs"] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "pointerSize": 135,
        }
    return told


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def _answer(self) -> None:
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
            found = hub.answer(self.command, urlsplit(self.path).path, token)
            content = found.content or b""
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002
            """Says nothing."""

    return Handler


@contextmanager
def fake_hub() -> Iterator[FakeHub]:
    """A hub that runs while the block does."""
    hub = FakeHub().start()
    try:
        yield hub
    finally:
        hub.stop()
