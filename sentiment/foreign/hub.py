"""Other people's models from the hub: brought at one commit, with checksums, and held against them before each use.
`pull` alone needs the network. What their labels mean, and how they are read, is in `foreign`.

Nothing that can run code when it is read is taken: no pickle (.bin, .pt), no .py. They lie in a folder of the user's,
not among the models that ship.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from sentiment.folder import CONFIG, PIECES, ModelError, sha256
from store.errors import AscoltoError, ConfigError, Permanent, Transient

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

log = logging.getLogger(__name__)
MANIFEST = "manifest.json"
FOLDER = "~/.local/share/ascolto/models"
MAIN = "main"
LONGEST_ANSWER = 30.0  # seconds
PAUSES = (1.0, 4.0, 16.0)  # seconds between tries, unless the hub asks for more
LONGEST_PAUSE = 301.0  # the hub counts requests by five minutes
_HUB_ID = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_][\w.-]{0,95}(?:/[A-Za-z0-9_][\w.-]{0,95})?", re.ASCII)
_WEIGHTS = re.compile(r"model(?:-\d{5}-of-\d{5})?\.safetensors|model\.safetensors\.index\.json")
_TOKENIZER = frozenset(
    {
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt",
        "vocab.json", "merges.txt", "bpe.codes", "sentencepiece.bpe.model", "spm.model", "spiece.model",
        "tokenizer.model", PIECES,
    }
)  # fmt: skip
_BESIDE = frozenset({"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"})
"""Of those, the ones that are no tokenizer without another."""
_UNSAFE = re.compile(r"[^/]+\.(?:bin|pt|pth|ckpt|pkl|h5|msgpack)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_AGAIN = (408, 429, 500, 502, 503, 504)


def _is_known(name: str) -> bool:
    return name == CONFIG or name in _TOKENIZER or bool(_WEIGHTS.fullmatch(name))


def _known(name: str) -> str:
    if not _is_known(name):
        raise ValueError("is no file of a model")
    return name


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class Manifest(BaseModel, frozen=True):
    """What lies in a pulled folder: whose it is, of which commit, and the sha256 of each file."""

    hub_id: Annotated[str, Field(min_length=1)]
    revision: Commit
    files: dict[Annotated[str, AfterValidator(_known)], Sha256]


@dataclass(frozen=True, slots=True)
class Pulled:
    """A pulled model: its hub id, its commit, the size of its folder in MB, where it lies."""

    name: str
    revision: str
    megabytes: float
    folder: Path


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file as the hub lists it. `checksum`: the sha256 of one that lies beside git, else what git calls it."""

    name: str
    checksum: str | None


def pulled_models() -> Path:
    """The folder of pulled models: ASCOLTO_MODELS, or one in the user's home."""
    return Path(os.path.expanduser(os.environ.get("ASCOLTO_MODELS") or FOLDER))


def located(named: str, models: Path | None = None, option: str = "ASCOLTO_MODEL") -> Path:
    """The folder that `option` names: by path, or by the hub id of a pulled model. Nothing is downloaded.

    Raises ModelError where there is none, or where what was pulled is no longer what came."""
    folder = Path(os.path.expanduser(named))
    if folder.is_dir():
        return _whole(folder) if (folder / MANIFEST).is_file() else folder
    if not _HUB_ID.fullmatch(named):
        raise ModelError(
            f"there is no folder {named}: set {option} to one, or to the hub id (owner/name) of a pulled model"
        )
    folder = _folder(named, models or pulled_models())
    if not folder.is_dir():
        raise ModelError(
            f"there is no folder {named}, and no model of that name was pulled: bring it with `ascolto models pull "
            f"{named}`, or set {option} to a folder"
        )
    return _whole(folder)


def has_tokenizer(folder: Path) -> bool:
    """Whether a folder holds a tokenizer: without one, transformers makes one that knows no word."""
    return any((folder / name).is_file() for name in _TOKENIZER - _BESIDE - {PIECES})


def read_manifest(folder: Path) -> Manifest:
    """What was pulled into a folder. Raises ModelError where it cannot be told."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        named = folder.name.replace("--", "/")
        why = (
            "is missing"
            if isinstance(error, FileNotFoundError)
            else "is not a manifest of `ascolto models pull`"
        )
        raise ModelError(
            f"{folder / MANIFEST} {why}: pull it again with `ascolto models pull {named}`"
        ) from error


def problems(folder: Path) -> list[str]:
    """How a pulled folder differs from what came, each with its mend; empty where it does not."""
    try:
        manifest = read_manifest(folder)
    except ModelError as error:
        return [str(error)]
    mend = f"pull it again with `ascolto models pull {manifest.hub_id} --revision {manifest.revision}`"
    found = [_problem(folder / name, checksum, mend) for name, checksum in manifest.files.items()]
    strange = {file.name for file in folder.iterdir() if file.name[0] != "."} - {MANIFEST, *manifest.files}
    found += [f"{folder / name} did not come from the hub: take it out" for name in sorted(strange)]
    return [problem for problem in found if problem]


def list_pulled(models: Path) -> list[Pulled]:
    """The pulled models, by hub id; those without a manifest are left to `verify_pulled`."""
    found = []
    for folder in _folders(models):
        with suppress(ModelError):
            found.append(_pulled(folder, read_manifest(folder)))
    return found


def verify_pulled(models: Path) -> list[str]:
    """How the pulled models differ from what came, each with its mend."""
    return [problem for folder in _folders(models) for problem in problems(folder)]


def pull(
    hub_id: str,
    models: Path,
    revision: str | None = None,
    *,
    endpoint: str | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Pulled:
    """Brings a model at one commit: `revision`, or that of the branch or tag of this name, or of `main`. What is there
    already, and whole, is left alone. `endpoint`: another hub than that of HF_ENDPOINT.

    Raises ConfigError for what is no hub id; Transient or Permanent, with the mend, for what does not come."""
    if not _HUB_ID.fullmatch(hub_id):
        raise ConfigError([_no_hub_id(hub_id)])
    with _told(hub_id):
        commit, listed = _listed(hub_id, revision or MAIN, endpoint, wait)
        files = _chosen(hub_id, listed)
        folder = _folder(hub_id, models)
        if not folder.is_dir() or problems(folder) or read_manifest(folder).revision != commit:
            _replace(folder, _brought(hub_id, commit, files, models, endpoint))
    return _pulled(folder, read_manifest(folder))


def _listed(
    hub_id: str, revision: str, endpoint: str | None, wait: Callable[[float], None]
) -> tuple[str, list[_Listed]]:
    """The commit of a revision, and the files in it."""
    from huggingface_hub import HfApi

    ask = partial(
        HfApi(endpoint=endpoint).model_info,
        hub_id,
        revision=revision,
        files_metadata=True,
        timeout=LONGEST_ANSWER,
    )
    told = _patiently(ask, wait)
    if not told.sha or (_COMMIT.fullmatch(revision) and told.sha != revision):
        raise Permanent(
            f"asked for {hub_id} at {revision}, the hub told of {told.sha}", "name another revision"
        )
    return told.sha, [
        _Listed(file.rfilename, file.lfs.sha256 if file.lfs else file.blob_id) for file in told.siblings or ()
    ]


def _patiently(ask: Callable[[], ModelInfo], wait: Callable[[float], None]) -> ModelInfo:
    """Asks again after 429 and the like, and not before the hub says so (hf.co/docs/hub/rate-limits)."""
    from huggingface_hub.errors import HfHubHTTPError

    for pause in PAUSES:
        try:
            return ask()
        except HfHubHTTPError as error:
            asked = _asked(error.response.headers)
            if error.response.status_code not in _AGAIN or asked > LONGEST_PAUSE:
                raise
            pause = max(pause, asked)
            log.warning("the hub is busy, asking again in %.0f s", pause, extra={"action": "hub.waits"})
            wait(pause)
    return ask()


def _asked(headers: Mapping[str, str]) -> float:
    """Seconds to wait, by `Retry-After: 30` or `RateLimit: "api";r=0;t=30`; 0 where neither says."""
    said = re.search(r"\bt=(\d+)", headers.get("RateLimit", "")) or re.match(
        r"(\d+)$", headers.get("Retry-After", "")
    )
    return float(said[1]) if said else 0.0


def _chosen(hub_id: str, listed: Sequence[_Listed]) -> list[_Listed]:
    """The files that make a model, of all that a repository holds. Raises Permanent where they do not make one."""
    names = {file.name for file in listed}
    if not any(_WEIGHTS.fullmatch(name) for name in names):
        unsafe = ", ".join(sorted(name for name in names if _UNSAFE.fullmatch(name)))
        raise Permanent(
            f"{hub_id} has no model.safetensors"
            + (f", only {unsafe}, which is never taken: it can run code when it is read" if unsafe else ""),
            "choose another model, or name a revision that has it (on the hub, the pull request of its conversion: "
            "--revision refs/pr/1)",
        )
    for what, wanted in ((CONFIG, {CONFIG}), ("files of a tokenizer", _TOKENIZER - _BESIDE)):
        if not names & wanted:
            raise Permanent(f"{hub_id} has no {what}", "choose another model, or name another revision")
    return [file for file in listed if _is_known(file.name)]


def _brought(hub_id: str, commit: str, files: Sequence[_Listed], models: Path, endpoint: str | None) -> Path:
    """A folder beside the others with the files and their manifest. After an error it stays, and the next try takes
    from it what came whole."""
    from huggingface_hub import hf_hub_download

    part = models / f".{_folder(hub_id, models).name}@{commit[:12]}"
    for file in files:
        hf_hub_download(hub_id, file.name, revision=commit, local_dir=part, endpoint=endpoint)
    sums = {file.name: _checked(hub_id, part / file.name, file) for file in files}
    manifest = Manifest(hub_id=hub_id, revision=commit, files=sums)
    (part / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return part


def _checked(hub_id: str, came: Path, file: _Listed) -> str:
    """The sha256 of a file that is what the hub promised; one that is not is thrown away."""
    checksum = sha256(came)
    if file.checksum != checksum and file.checksum != _git_sum(came):
        came.unlink()
        raise Permanent(
            f"{file.name} of {hub_id} is not what the hub promised: its checksum differs",
            "pull it again; where that does not help, see whether a proxy in between changes it",
        )
    return checksum


def _git_sum(file: Path) -> str:
    """What git calls a file: the sha1 of its kind, its length and itself (Pro Git, 10.2)."""
    summed = hashlib.sha1(b"blob %d\0" % file.stat().st_size, usedforsecurity=False)
    with file.open("rb") as opened:
        while part := opened.read(2**20):
            summed.update(part)
    return summed.hexdigest()


def _replace(folder: Path, part: Path) -> None:
    """Puts a new folder in the place of the old one, and clears what earlier tries have left."""
    shutil.rmtree(part / ".cache", ignore_errors=True)  # huggingface_hub's notes
    old = folder.with_name(f".{folder.name}@old")
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    part.rename(folder)
    for left in folder.parent.glob(f".{folder.name}@*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _told(hub_id: str) -> Iterator[None]:
    """What huggingface_hub raises, as an error of ours. Its own words hold addresses, some of them signed: they are
    not repeated."""
    from huggingface_hub import errors

    try:
        yield
    except AscoltoError:
        raise
    except errors.GatedRepoError:
        mend = "accept them on its page, and set HF_TOKEN to a token of your account"
        raise Permanent(f"{hub_id} is only for those who have accepted its terms", mend) from None
    except errors.RepositoryNotFoundError:
        raise Permanent(
            f"the hub has no model {hub_id}", "check the name; a private one needs HF_TOKEN"
        ) from None
    except errors.RevisionNotFoundError:
        raise Permanent(f"{hub_id} has no such revision", "name a commit, branch or tag of it") from None
    except errors.HfHubHTTPError as error:
        raise _answered(hub_id, error.response.status_code) from None
    except errors.OfflineModeIsEnabled:
        raise Permanent("huggingface_hub is told to stay offline", "unset HF_HUB_OFFLINE to pull") from None
    except errors.HFValidationError:
        raise ConfigError([_no_hub_id(hub_id)]) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Permanent(
            f"the answer about {hub_id} is not a hub's", "check HF_ENDPOINT and the proxy"
        ) from None
    except Exception as error:  # httpx's own, whose names change with its versions, and the disk's
        raise _failed(hub_id, error) from None


def _no_hub_id(named: str) -> str:
    return f"{named!r} is no hub id: write it as owner/name"


def _answered(hub_id: str, status: int) -> AscoltoError:
    if status in (401, 403):
        return Permanent(f"the hub refuses {hub_id} ({status})", "check HF_TOKEN")
    return Transient(f"the hub answered {status} about {hub_id}: try again later")


def _failed(hub_id: str, error: Exception) -> AscoltoError:
    from huggingface_hub import errors

    if isinstance(error, OSError) and error.errno:
        mend = "set ASCOLTO_MODELS to a folder with room, which may be written"
        return Permanent(f"cannot write {error.filename or 'the model'} ({error.strerror})", mend)
    cause = error.__cause__ or error
    if isinstance(cause, errors.HfHubHTTPError):
        return _answered(hub_id, cause.response.status_code)
    name = type(cause).__name__
    return Transient(
        f"{hub_id} cannot be fetched ({name}): check the network, the proxy and HF_ENDPOINT, and try again"
    )


def _whole(folder: Path) -> Path:
    for problem in problems(folder):
        raise ModelError(problem)
    return folder


def _problem(file: Path, checksum: str, mend: str) -> str | None:
    if not file.is_file():
        return f"{file} is missing: {mend}"
    return f"{file} is not what came from the hub: {mend}" if sha256(file) != checksum else None


def _pulled(folder: Path, manifest: Manifest) -> Pulled:
    size = sum(file.stat().st_size for file in folder.iterdir())
    return Pulled(manifest.hub_id, manifest.revision, round(size / 1e6, 1), folder)


def _folder(hub_id: str, models: Path) -> Path:
    return models / hub_id.replace("/", "--")


def _folders(models: Path) -> list[Path]:
    """The folders that were pulled, by manifest or by name; those whose name begins with a dot are not finished."""
    found = models.iterdir() if models.is_dir() else ()
    return sorted(
        folder
        for folder in found
        if folder.name[0] != "." and folder.is_dir() and ((folder / MANIFEST).exists() or "--" in folder.name)
    )
