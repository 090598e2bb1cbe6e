"""A model folder is written, read, and refused where it is not what it should be."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sentiment import folder as folders
from sentiment.folder import CONFIG, PIECES, PLOT, WEIGHTS, ModelError, is_ours, refuse, replaced, sha256
from sentiment.folder import LEXICON as LEXICON_FILE
from sentiment.labels import HEADS, LANGUAGES
from sentiment.model import save
from sentiment.network.batch import Collator, Given
from sentiment.network.network import Network
from sentiment.reading import load
from sentiment.scorer import Scorer
from tests.sentiment.conftest import LETTERS, LEXICON, TINY


def change(folder: Path, **values: object) -> None:
    config = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(config | values))


def test_what_was_saved_is_loaded(folder: Path, network: Network) -> None:
    found = load(folder)
    assert found.name == f"tiny@{sha256(folder / WEIGHTS)[:12]}"
    assert found.labels == dict(HEADS)
    assert (found.languages, found.critical_threshold, found.topic_threshold) == (LANGUAGES, 0.3, 0.5)
    batch = Collator(found.pieces, TINY.limit, network.idf.numpy())([Given("ciao bello")])
    with torch.inference_mode():
        before, after = network(batch), found.network(batch)
    for head in HEADS:  # by name: config.json sorts its names, and outputs must not follow
        assert torch.allclose(before[head], after[head], atol=0.1), head


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"config\.json is missing.*ascolto train"):
        Scorer.load(tmp_path / "empty")
    with pytest.raises(ModelError, match="there is no folder"):
        Scorer.load(tmp_path / "absent")


def test_damaged_weights(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:100])
    with pytest.raises(ModelError, match=r"model\.safetensors cannot be read"):
        load(folder)


@pytest.mark.parametrize("text", ["", "no score\n", "a\tmuch\n"])
def test_a_damaged_vocabulary(folder: Path, text: str) -> None:
    (folder / PIECES).write_text(text)
    with pytest.raises(ModelError, match=r"pieces\.tsv"):
        load(folder)


def test_a_damaged_lexicon(folder: Path) -> None:
    (folder / LEXICON_FILE).write_bytes(b"PK no archive")
    with pytest.raises(ModelError, match=r"lexicon\.npz cannot be read"):
        load(folder)
    (folder / LEXICON_FILE).unlink()
    with pytest.raises(ModelError, match=r"lexicon\.npz cannot be read"):
        load(folder)


def test_missing_weights(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    with pytest.raises(ModelError, match=r"model\.safetensors cannot be read"):
        load(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_damaged_configuration(folder: Path, text: str) -> None:
    (folder / CONFIG).write_text(text)
    with pytest.raises(ModelError, match=r"config\.json|another kind"):
        Scorer.load(folder)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"labels": {"sentiment": ["bad", "good"]}}, "other labels"),
        ({"features": "md5-1"}, "features 'md5-1'"),
        ({"sizes": {"width": "wide"}}, "lacks or spoils"),
        ({"sizes": replace(TINY, width=32).sizes()}, "cannot be read"),
        ({"sizes": replace(TINY, pieces=99).sizes()}, "not the vocabulary"),
    ],
)
def test_another_model_is_refused(folder: Path, values: dict[str, object], told: str) -> None:
    change(folder, **values)
    with pytest.raises(ModelError, match=told):
        load(folder)


def test_the_built_in_folder_tells_how_to_restore_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "BUILT_IN", folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="git checkout"):
        load(folder)


def test_ours_is_known_by_its_configuration(folder: Path, tmp_path: Path) -> None:
    assert is_ours(folder)
    change(folder, model_type="bert")
    assert not is_ours(folder)
    assert is_ours(tmp_path)  # a folder without config.json is one of ours that is broken
    assert not is_ours(tmp_path / "absent")


def test_saving_twice_gives_the_same_bytes(network: Network, folder: Path, tmp_path: Path) -> None:
    save(network, LETTERS, LEXICON, LANGUAGES, 0.3, 0.5, tmp_path / "again")
    assert sha256(folder / LEXICON_FILE) == sha256(tmp_path / "again" / LEXICON_FILE)
    assert (folder / PIECES).read_bytes() == (tmp_path / "again" / PIECES).read_bytes()
    assert sha256(folder / WEIGHTS) == sha256(tmp_path / "again" / WEIGHTS)


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_a_new_model_takes_the_place_of_the_old_one(folder: Path, network: Network, tmp_path: Path) -> None:
    (folder / PLOT).write_text("of the old one")
    (folder / ".keep").touch()
    with replaced(folder) as place:
        save(network, LETTERS, LEXICON, LANGUAGES, 0.4, 0.5, place)
        assert load(folder).critical_threshold == 0.3, "not before it is whole"
        (folder / "thesis.txt").write_text("came meanwhile")
    assert load(folder).critical_threshold == 0.4
    assert names(folder) == {CONFIG, WEIGHTS, PIECES, LEXICON_FILE, "thesis.txt", ".keep"}


def test_where_nothing_new_was_made_the_old_one_stays(folder: Path, network: Network) -> None:
    before = names(folder)
    with replaced(folder):
        pass
    with pytest.raises(RuntimeError), replaced(folder) as place:
        save(network, LETTERS, LEXICON, LANGUAGES, 0.4, 0.5, place)
        raise RuntimeError
    assert load(folder).critical_threshold == 0.3
    assert names(folder) == before


def test_half_of_a_model_is_none(folder: Path, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_weights(self: Path, target: Path) -> Path:
        if self.name == PIECES:
            raise OSError(28, "No space left on device")
        return Path(shutil.move(self, target))

    monkeypatch.setattr(Path, "replace", only_weights)
    with (
        pytest.raises(ModelError, match=r"tiny cannot be written \(.*No space left"),
        replaced(folder) as place,
    ):
        save(network, LETTERS, LEXICON, LANGUAGES, 0.4, 0.5, place)
    with pytest.raises(ModelError, match=r"config\.json is missing"):
        load(folder)


def test_a_link_to_a_folder_stays_one(folder: Path, network: Network, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder, target_is_directory=True)
    refuse(link)
    with replaced(link) as place:
        save(network, LETTERS, LEXICON, LANGUAGES, 0.4, 0.5, place)
    assert link.is_symlink()
    assert load(folder).critical_threshold == 0.4


def test_where_no_model_may_be_written(folder: Path, tmp_path: Path) -> None:
    for out in (folder, tmp_path / "new" / "deep"):
        refuse(out)
    assert not (tmp_path / "new").exists(), "asking leaves nothing behind"
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="is a file: name a folder"):
        refuse(tmp_path / "file")
    with pytest.raises(ModelError, match="cannot be written"):
        refuse(tmp_path / "file" / "deep")
    with pytest.raises(ModelError, match="cannot be written"), replaced(tmp_path / "file" / "deep"):
        pass
    with pytest.raises(ModelError, match="holds something else"):
        refuse(tmp_path)
    change(folder, model_type="bert")
    with pytest.raises(ModelError, match="is not Ascolto's own"):
        refuse(folder)
