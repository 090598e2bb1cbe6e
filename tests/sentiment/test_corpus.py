"""The training folder becomes examples; a line that is wrong is named with its file."""

from pathlib import Path

import pytest

from sentiment.corpus import CorpusError, authored, fold, published, unlabelled, without_stars
from sentiment.labels import CATEGORY, SENTIMENT, TOPICS, URGENCY
from sentiment.recipe import LANGUAGES, RECIPES
from tests.sentiment.conftest import write_lines

ROW = {"text": "Il forno fuma", "lang": "it", "stars": 2, "sentiment": "negative", "urgency": "critical",
       "category": "complaint", "topics": ["safety_health", "no such topic"]}  # fmt: skip


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside which the project's own items do not count."""
    monkeypatch.setattr("sentiment.corpus.OWN", tmp_path / "none")
    return tmp_path


def test_an_authored_item_has_all_labels(mine: Path) -> None:
    write_lines(mine / "authored" / "it.jsonl", [ROW])
    [item] = authored(mine, ["it"])
    assert item.sentiment == SENTIMENT.index("negative")
    assert item.urgency == URGENCY.index("critical")
    assert item.category == CATEGORY.index("complaint")
    assert item.topics == (TOPICS.index("safety_health"),)
    assert (item.stars, item.domain, item.lang) == (2.0, "authored", "it")
    assert list(item.words) == ["il", "forno", "fuma"]


def test_other_languages_are_left_out(mine: Path) -> None:
    write_lines(mine / "authored" / "x.jsonl", [ROW, ROW | {"lang": "tr"}])
    assert len(authored(mine, ["it"])) == 1


def test_praise_that_is_advertising_is_neutral(mine: Path) -> None:
    write_lines(mine / "authored" / "x.jsonl", [ROW | {"category": "spam", "sentiment": "positive"}])
    assert authored(mine, ["it"])[0].sentiment == SENTIMENT.index("neutral")


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "{}", '{"text": "x", "lang": "it", "sentiment": "sad"}', '{"text": 1, "lang": "it"}', '"x"'],
)
def test_a_wrong_line_is_named(mine: Path, line: str) -> None:
    write_lines(mine / "authored" / "it.jsonl", [ROW, line])
    with pytest.raises(CorpusError, match=r"it\.jsonl, line 2: .*README"):
        authored(mine, ["it"])


def test_a_folder_without_items_is_named(mine: Path) -> None:
    with pytest.raises(CorpusError, match="name the folder that holds authored/ and sentiment/"):
        authored(mine, ["it"])


def test_published_rows_are_capped_by_source_and_seed(training: Path) -> None:
    recipe = RECIPES["smoke"]
    rows = published(training, recipe, 1)
    assert {row.split for row in rows} == {"train", "validation"}
    assert {row.source for row in rows} == {"umsab"}
    assert all(row.urgency is None and row.category is None for row in rows)
    assert rows == published(training, recipe, 1)
    assert rows != published(training, recipe, 2)


def test_loose_texts_come_after_the_published_ones(training: Path) -> None:
    rows = published(training, RECIPES["smoke"], 1)
    assert len(unlabelled(training, RECIPES["smoke"], rows)) == len(rows) + 20
    (training / "unlabelled.jsonl.gz").unlink()
    assert len(unlabelled(training, RECIPES["smoke"], rows)) == len(rows)


def test_a_text_is_always_in_the_same_fold(mine: Path) -> None:
    write_lines(mine / "authored" / "a.jsonl", [ROW, ROW | {"stars": None, "text": "IL FORNO fuma"}])
    one, other = authored(mine, ["it"])
    assert fold(one, 3) == fold(other, 3)
    assert without_stars([one])[0].stars is None


def test_the_projects_own_items_are_sound() -> None:
    from sentiment.corpus import OWN, _read

    items = [item for file in sorted(OWN.glob("*.jsonl")) for item in _read(file, "authored")]
    assert len({item.key for item in items}) == len(items)
    for item in items:
        assert item.lang in LANGUAGES
        assert None not in (item.sentiment, item.urgency, item.category)
