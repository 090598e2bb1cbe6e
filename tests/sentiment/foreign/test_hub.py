"""Models pulled from a hub on loopback: which files come, at which commit, held against their checksums ever after."""

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cli
from sentiment.folder import ModelError, sha256
from sentiment.foreign.classifier import load_foreign
from sentiment.foreign.hub import (
    MANIFEST,
    PAUSES,
    Pulled,
    list_pulled,
    located,
    problems,
    pull,
    pulled_models,
    verify_pulled,
)
from sentiment.scorer import Scorer, ScorerInput
from store.errors import ConfigError, Permanent, Transient
from tests.command import ascolto
from tests.sentiment.fake_hub import FAMILIES, TOKEN, Answer, FakeHub, fake_hub, make

LABELS = ["negative", "neutral", "positive"]
NAME = "owner/name"
FILES = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "ASCOLTO_MODELS", "ASCOLTO_MODEL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with fake_hub() as running:
        yield running


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's repository, with what must never be taken."""
    place = make(tmp_path_factory.mktemp("theirs") / "x", LABELS, initializer_range=2.0)
    for name in ("pytorch_model.bin", "tf_model.h5", "modeling_theirs.py", "training_args.bin", "README.md"):
        (place / name).write_text("not for us")
    return place


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pulled models go."""
    monkeypatch.setenv("ASCOLTO_MODELS", str(tmp_path / "pulled"))
    return tmp_path / "pulled"


@pytest.fixture
def got(hub: FakeHub, theirs: Path, models: Path) -> Pulled:
    """A pulled model."""
    hub.commit(NAME, theirs)
    return pull(NAME, models, endpoint=hub.url)


def bring(hub: FakeHub, models: Path, name: str = NAME, revision: str | None = None) -> Pulled:
    """Pulls, where waiting would be a mistake."""
    return pull(
        name, models, revision, endpoint=hub.url, wait=lambda seconds: pytest.fail(f"waited {seconds} s")
    )


# What comes.


def test_a_model_comes_at_the_commit_of_main(hub: FakeHub, theirs: Path, models: Path) -> None:
    commit = hub.commit(NAME, theirs)
    got = bring(hub, models)
    assert (got.name, got.revision, got.folder) == (NAME, commit, models / "owner--name")
    assert {file.name for file in got.folder.iterdir()} == FILES | {MANIFEST}
    assert set(hub.fetched) == FILES
    assert all(
        commit in path for _, path in hub.asked[1:]
    )  # the branch is asked for once, then only its commit
    assert [file.name for file in models.iterdir()] == ["owner--name"]


def test_the_manifest_says_whence_and_what(got: Pulled, theirs: Path) -> None:
    assert json.loads((got.folder / MANIFEST).read_text()) == {
        "hub_id": NAME,
        "revision": got.revision,
        "files": {name: sha256(theirs / name) for name in sorted(FILES)},
    }


def test_a_commit_a_branch_a_tag_and_a_pull_request_can_be_named(
    hub: FakeHub, theirs: Path, models: Path
) -> None:
    old = hub.commit(NAME, theirs)
    new = hub.commit(
        NAME, {file.name: file.read_bytes() for file in theirs.iterdir()} | {"README.md": b"new"}
    )
    converted = hub.commit(NAME, theirs, "refs/pr/1")
    assert bring(hub, models).revision == new
    assert bring(hub, models, revision=old).revision == old
    assert bring(hub, models, revision="refs/pr/1").revision == converted
    assert [one.revision for one in list_pulled(models)] == [converted]
    assert [file.name for file in models.iterdir()] == ["owner--name"]


def test_sharded_weights_come_whole(hub: FakeHub, theirs: Path, models: Path) -> None:
    shards = {
        "model.safetensors.index.json": b"{}",
        "model-00001-of-00002.safetensors": b"1",
        "model-00002-of-00002.safetensors": b"2",
        "onnx/model.safetensors": b"3",
        "other.safetensors": b"4",
        "../config.json": b"5",
    }
    hub.commit(
        NAME, shards | {name: (theirs / name).read_bytes() for name in ("config.json", "tokenizer.json")}
    )
    bring(hub, models)
    assert set(hub.fetched) == {*list(shards)[:3], "config.json", "tokenizer.json"}


def test_what_is_there_already_is_not_fetched_again(hub: FakeHub, got: Pulled, models: Path) -> None:
    hub.asked.clear()
    assert bring(hub, models) == got
    assert hub.fetched == []


def test_what_is_damaged_comes_anew(hub: FakeHub, got: Pulled, models: Path) -> None:
    (got.folder / "model.safetensors").write_bytes(b"damaged")
    assert bring(hub, models) == got
    assert problems(got.folder) == []


def test_a_private_model_comes_with_a_token_which_stays_on_the_hub(
    hub: FakeHub, theirs: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.commit(NAME, theirs)
    hub.gated.add(NAME)
    with pytest.raises(Permanent, match="accepted its terms: accept them on its page, and set HF_TOKEN"):
        bring(hub, models)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    bring(hub, models)
    assert hub.shown
    assert not [path for path in hub.shown if path.startswith("/lfs/")]


# What does not come.


@pytest.mark.parametrize(
    "hub_id", ["a/b/c", "../x", "a--b/c", "a/b..c", "http://x/y", "/x", "a b", "a/b-", "a/b.git", ""]
)
def test_what_is_no_hub_id_is_refused_unasked(hub: FakeHub, models: Path, hub_id: str) -> None:
    with pytest.raises(ConfigError, match="is no hub id: write it as owner/name"):
        bring(hub, models, hub_id)
    assert hub.asked == []


def test_weights_that_can_run_code_are_refused(hub: FakeHub, theirs: Path, models: Path) -> None:
    names = ("config.json", "tokenizer.json", "pytorch_model.bin", "tf_model.h5")
    hub.commit(NAME, {name: (theirs / name).read_bytes() for name in names})
    with pytest.raises(
        Permanent, match=r"no model\.safetensors, only pytorch_model\.bin, tf_model\.h5"
    ) as refused:
        bring(hub, models)
    assert "--revision refs/pr/1" in refused.value.mend
    assert hub.fetched == []
    assert not models.exists()


@pytest.mark.parametrize(
    ("missing", "told"), [("config.json", r"config\.json"), ("tokenizer.json", "files of a tokenizer")]
)
def test_half_a_model_is_refused(hub: FakeHub, theirs: Path, models: Path, missing: str, told: str) -> None:
    hub.commit(NAME, {name: (theirs / name).read_bytes() for name in FILES - {missing}})
    with pytest.raises(Permanent, match=f"owner/name has no {told}"):
        bring(hub, models)


def test_a_model_or_a_revision_that_is_not_there(hub: FakeHub, theirs: Path, models: Path) -> None:
    with pytest.raises(Permanent, match="the hub has no model owner/name: check the name"):
        bring(hub, models)
    hub.commit(NAME, theirs)
    with pytest.raises(Permanent, match="owner/name has no such revision"):
        bring(hub, models, revision=COMMIT)


def test_another_commit_than_asked_for_is_refused(hub: FakeHub, theirs: Path, models: Path) -> None:
    commit = hub.commit(NAME, theirs)
    hub.branches[NAME, COMMIT] = commit
    with pytest.raises(Permanent, match=f"asked for owner/name at {COMMIT}, the hub told of {commit}"):
        bring(hub, models, revision=COMMIT)


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_file_that_is_not_what_was_promised_is_thrown_away(
    hub: FakeHub, theirs: Path, models: Path, file: str
) -> None:
    hub.commit(NAME, theirs)
    content = (theirs / file).read_bytes()
    hub.wrong = [Answer(file, content=content[:-1] + bytes([content[-1] ^ 1]))]
    with pytest.raises(Permanent, match=f"{file} of owner/name is not what the hub promised"):
        bring(hub, models)
    assert list_pulled(models) == []
    assert verify_pulled(models) == []  # it never was in place
    hub.wrong.clear()
    hub.asked.clear()
    assert problems(bring(hub, models).folder) == []
    assert hub.fetched == [file]  # the others had come whole


def test_a_file_that_comes_short_is_told(hub: FakeHub, theirs: Path, models: Path) -> None:
    hub.commit(NAME, theirs)
    hub.wrong = [Answer("model.safetensors", content=b"short")]
    with pytest.raises(Transient, match="owner/name cannot be fetched"):
        bring(hub, models)


def test_a_failed_pull_leaves_the_old_one_in_place(hub: FakeHub, got: Pulled, models: Path) -> None:
    files = {name: (got.folder / name).read_bytes() for name in FILES}
    hub.commit(NAME, files | {"model.safetensors": b"new weights"})
    hub.wrong = [Answer("model.safetensors", content=b"NEW WEIGHTS")]
    with pytest.raises(Permanent):
        bring(hub, models)
    assert list_pulled(models) == [got]
    assert problems(got.folder) == []


def test_what_a_crash_has_left_does_not_stand_in_the_way(
    hub: FakeHub, got: Pulled, models: Path, theirs: Path
) -> None:
    for name in (".owner--name@old", ".owner--name@0123456789ab", ".owner--name.v2@0123456789ab"):
        shutil.copytree(theirs, models / name)
    new = hub.commit(NAME, {name: (got.folder / name).read_bytes() for name in FILES})
    assert new != got.revision
    assert bring(hub, models).revision == new
    assert sorted(file.name for file in models.iterdir()) == [".owner--name.v2@0123456789ab", "owner--name"]


# When the hub cannot.


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"RateLimit": '"api";r=0;t=55', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}, 55.0),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, PAUSES[0]),
        ({}, PAUSES[0]),
    ],
)
def test_a_hub_that_asks_to_wait_is_asked_again_then(
    hub: FakeHub, theirs: Path, models: Path, headers: dict[str, str], waited: float
) -> None:
    hub.commit(NAME, theirs)
    hub.wrong = [Answer("/api/", 429, headers)]
    waits: list[float] = []
    assert pull(NAME, models, endpoint=hub.url, wait=waits.append).name == NAME
    assert waits == [waited]


def test_a_file_that_is_refused_once_is_asked_for_again(hub: FakeHub, theirs: Path, models: Path) -> None:
    commit = hub.commit(NAME, theirs)
    hub.wrong = [Answer(f"/{NAME}/resolve/{commit}/config.json", 429)]
    assert problems(bring(hub, models).folder) == []


def test_a_hub_that_stays_busy_is_given_up(hub: FakeHub, models: Path) -> None:
    hub.wrong = [Answer("/api/", 503) for _ in range(len(PAUSES) + 1)]
    waits: list[float] = []
    with pytest.raises(Transient, match="the hub answered 503 about owner/name: try again later"):
        pull(NAME, models, endpoint=hub.url, wait=waits.append)
    assert waits == list(PAUSES)


def test_nobody_waits_for_an_hour(hub: FakeHub, models: Path) -> None:
    hub.wrong = [Answer("/api/", 429, {"Retry-After": "3600"})]
    with pytest.raises(Transient, match="answered 429"):
        bring(hub, models)


def test_a_refusal_is_told(hub: FakeHub, models: Path) -> None:
    hub.wrong = [Answer("/api/", 403)]
    with pytest.raises(Permanent, match=r"the hub refuses owner/name \(403\): check HF_TOKEN"):
        bring(hub, models)


@pytest.mark.parametrize("content", [b"<html>Sign in to the guest network</html>", b"[]", b'{"id": "x"}'])
def test_an_answer_that_is_not_a_hubs_is_told(hub: FakeHub, models: Path, content: bytes) -> None:
    hub.wrong = [Answer("/api/", content=content)]
    with pytest.raises(Permanent, match="owner/name"):
        bring(hub, models)


def test_a_hub_that_cannot_be_reached_is_told(models: Path) -> None:
    with socket.socket() as silent:  # bound, and not listening
        silent.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(
            Transient, match=r"owner/name cannot be fetched \(ConnectError\): check the network"
        ):
            pull(NAME, models, endpoint=endpoint)


def test_whoever_is_told_to_stay_offline_does(
    hub: FakeHub, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(Permanent, match="unset HF_HUB_OFFLINE to pull"):
        bring(hub, models)
    assert hub.asked == []


def test_a_place_that_cannot_be_written_is_told(hub: FakeHub, theirs: Path, models: Path) -> None:
    hub.commit(NAME, theirs)
    models.write_text("a file")
    with pytest.raises(Permanent, match=r"cannot write .*: set ASCOLTO_MODELS to a folder"):
        bring(hub, models)


def test_no_signed_address_is_told(hub: FakeHub, theirs: Path, models: Path) -> None:
    hub.commit(NAME, theirs)
    hub.wrong = [Answer("/lfs/", 403)]
    with pytest.raises(Permanent) as refused:
        bring(hub, models)
    assert "secret" not in str(refused.value)
    assert "lfs" not in str(refused.value)


# What lies there.


def test_a_pulled_model_is_whole(got: Pulled, models: Path) -> None:
    assert verify_pulled(models) == []
    assert list_pulled(models) == [got]
    assert located(NAME) == got.folder
    assert located(str(got.folder)) == got.folder


def damage(folder: Path, how: str) -> None:
    if how == "changed":
        (folder / "tokenizer.json").write_text("{}")
    elif how == "missing":
        (folder / "model.safetensors").unlink()
    else:
        (folder / "pytorch_model.bin").write_bytes(b"strange")


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("changed", "tokenizer.json is not what came from the hub: pull it again with `ascolto models pull"),
        ("missing", "model.safetensors is missing: pull it again with `ascolto models pull"),
        ("added", "pytorch_model.bin did not come from the hub: take it out"),
    ],
)
def test_what_has_changed_is_found_and_not_used(got: Pulled, models: Path, how: str, told: str) -> None:
    damage(got.folder, how)
    [problem] = verify_pulled(models)
    assert problem.startswith(f"{got.folder}/{told}")
    if how != "added":
        assert problem.endswith(f"{NAME} --revision {got.revision}`")
    for named in (NAME, str(got.folder)):
        with pytest.raises(ModelError) as refused:
            load_foreign(named)
        assert str(refused.value) == problem


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        "{",
        "{}",
        json.dumps({"hub_id": NAME, "revision": "main", "files": {}}),
        json.dumps({"hub_id": NAME, "revision": COMMIT, "files": {"../../x": "0" * 64}}),
        json.dumps({"hub_id": NAME, "revision": COMMIT, "files": {"config.json": "0"}}),
    ],
)
def test_without_its_manifest_nothing_is_used(got: Pulled, models: Path, manifest: str | None) -> None:
    (got.folder / MANIFEST).unlink()
    if manifest is not None:
        (got.folder / MANIFEST).write_text(manifest)
    assert list_pulled(models) == []
    [problem] = verify_pulled(models)
    assert problem.startswith(f"{got.folder / MANIFEST} is ")
    assert problem.endswith("pull it again with `ascolto models pull owner/name`")
    with pytest.raises(ModelError, match="ascolto models pull owner/name"):
        located(NAME)


def test_what_was_not_pulled_is_refused_with_the_command_that_brings_it(models: Path) -> None:
    with pytest.raises(
        ModelError, match=r"there is no folder owner/name, .*`ascolto models pull owner/name`"
    ):
        load_foreign(NAME)


def test_a_folder_of_ones_own_needs_no_manifest(theirs: Path, models: Path) -> None:
    assert located(str(theirs)) == theirs
    shutil.copytree(theirs, models / "mine")
    assert verify_pulled(models) == []


def test_where_pulled_models_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert pulled_models() == tmp_path / ".local/share/ascolto/models"
    monkeypatch.setenv("ASCOLTO_MODELS", "~/models")
    assert pulled_models() == tmp_path / "models"
    assert verify_pulled(pulled_models()) == []
    assert list_pulled(pulled_models()) == []


# In use.


@pytest.mark.parametrize("kind", list(FAMILIES))
def test_a_pulled_model_scores_without_a_network(
    hub: FakeHub, models: Path, tmp_path: Path, tiny: Scorer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = hub.commit(NAME, make(tmp_path / "x", LABELS, kind))
    bring(hub, models)

    def refuse(*_: object) -> None:
        pytest.fail("something asked the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    scorer = Scorer(tiny.model, load_foreign(NAME))
    [scored] = scorer.score([ScorerInput("ottimo caffè", lang="it")])
    assert scored.model == f"{NAME}@{commit[:12]}"
    assert scored.sentiment in LABELS


def test_the_name_on_the_hub_says_what_a_model_is_for(hub: FakeHub, theirs: Path, models: Path) -> None:
    numbered = json.loads((theirs / "config.json").read_text())
    numbered["id2label"] = {number: f"LABEL_{number}" for number in range(3)}
    files = {name: (theirs / name).read_bytes() for name in FILES}
    for name in ("owner/roberta-irony", "owner/roberta-sentiment"):
        hub.commit(name, files | {"config.json": json.dumps(numbered).encode()})
        bring(hub, models, name)
    assert load_foreign("owner/roberta-sentiment").sentiments == (0, 1, 2)
    with pytest.raises(ModelError, match=r"by its name made for something else .* pull another model"):
        load_foreign("owner/roberta-irony")


# The commands.


@pytest.fixture
def shipped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small model and its card, in place of what ships."""
    sums = [
        f"| `tiny/{name}` | 0.1 MB | `{sha256(folder / name)}` |\n"
        for name in ("model.safetensors", "pieces.tsv")
    ]
    (folder.parent / "README.md").write_text("".join(sums))
    monkeypatch.setattr(cli, "MODEL", folder)
    monkeypatch.chdir(folder.parent)
    return folder


def run(*words: str) -> Any:
    return CliRunner().invoke(cli.app, ["models", *words])


def test_list_shows_pulled_models(shipped: Path, got: Pulled) -> None:
    found = json.loads(run("list", "--json").stdout)
    assert [model["name"] for model in found["models"]] == ["tiny"]
    assert found["pulled"] == [
        {
            "name": NAME,
            "revision": got.revision,
            "megabytes": got.megabytes,
            "sentiments": "negative, neutral, positive",
        }
    ]
    tiny, theirs = run("list").stdout.splitlines()
    assert tiny.startswith("tiny  ")
    assert theirs.startswith(f"{NAME}  {got.revision}  ")


def test_verify_looks_at_both(shipped: Path, got: Pulled) -> None:
    fine = run("verify")
    assert (fine.exit_code, fine.stderr) == (0, "")
    damage(got.folder, "changed")
    (shipped / "pieces.tsv").write_text("damaged")
    wrong = run("verify")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert [line.split(" ")[1] for line in wrong.stderr.splitlines()] == [
        str(shipped / "pieces.tsv"),
        str(got.folder / "tokenizer.json"),
    ]


def test_pull_as_users_call_it(hub: FakeHub, theirs: Path, models: Path, tmp_path: Path) -> None:
    """In a process of its own, with the hub that HF_ENDPOINT names; `.env` says where models go."""
    commit = hub.commit(NAME, theirs)
    (tmp_path / ".env").write_text(f"ASCOLTO_MODELS={models}\n")
    done = ascolto(tmp_path, "models", "pull", NAME, HF_ENDPOINT=hub.url)
    assert (done.status, done.out) == (
        0,
        f"{NAME} at {commit}: {list_pulled(models)[0].megabytes} MB in {models / 'owner--name'}; it says negative, "
        "neutral, positive\n",
    )
    missing = ascolto(tmp_path, "models", "pull", "owner/other", "--revision", COMMIT, HF_ENDPOINT=hub.url)
    assert (missing.status, missing.out) == (1, "")
    assert "ascolto: the hub has no model owner/other: check the name" in missing.err
    wrong = ascolto(tmp_path, "models", "pull", "not an id", HF_ENDPOINT=hub.url)
    assert wrong.status == 2
