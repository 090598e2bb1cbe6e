"""The training folder becomes examples; a line that is wrong is named with its file."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sentiment.labels import CATEGORY, LANGUAGES, SENTIMENT, TOPICS, URGENCY
from sentiment.learning.corpus import (
    OWN,
    CorpusError,
    authored,
    evenly,
    fold,
    published,
    unlabelled,
    validation,
    without_stars,
)  # fmt: skip
from sentiment.learning.recipe import RECIPES
from tests.sentiment.conftest import write_lines

ROW = {"text": "Il forno fuma", "lang": "it", "stars": 2, "sentiment": "negative", "urgency": "critical",
       "category": "complaint", "topics": ["safety_health", "no such topic"]}  # fmt: skip


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside which the project's own items do not count."""
    monkeypatch.setattr("sentiment.learning.corpus.OWN", tmp_path / "none")
    return tmp_path


def test_an_authored_item_has_all_labels(mine: Path) -> None:
    write_lines(mine / "authored" / "it.jsonl", [ROW])
    [item] = authored(mine, ["it"])
    assert item.sentiment == SENTIMENT.index("negative")
    assert item.urgency == URGENCY.index("critical")
    assert item.category == CATEGORY.index("complaint")
    assert item.topics == (TOPICS.index("safety_health"),)
    assert (item.stars, item.domain, item.lang) == (2.0, None, "it")
    assert item.text == "Il forno fuma"


def test_labels_that_do_not_go_with_their_texts_are_not_learnt_from(mine: Path) -> None:
    row = {"text": "bahut accha", "lang": "hi", "label": "positive", "domain": "tweet", "split": "train"}
    rows = [row, row | {"text": "che bello", "lang": "it"}, row | {"split": "validation"}]
    write_lines(mine / "sentiment" / "umsab.jsonl", rows, gzipped=True)
    assert [found.lang for found in published(mine, RECIPES["smoke"], 1)] == ["it"]
    assert [found.lang for found in validation(mine, ["hi"])] == ["hi"]  # what is measured stays whole


def test_the_project_s_own_items_are_each_other_and_of_no_other_file(shared: Path) -> None:
    def plain(text: str) -> str:
        return " ".join(re.findall(r"\w+", text.lower())) or text

    def items(files: list[Path]) -> list[dict[str, str]]:
        return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]

    own = items(sorted(OWN.glob("*.jsonl")))
    assert len({item["id"] for item in own}) == len({plain(item["text"]) for item in own}) == len(own)
    data = shared / "data"
    others = items([data / "gold_dev.jsonl", *sorted((data / "authored").glob("*.jsonl"))])
    assert {plain(item["text"]) for item in own} & {plain(item["text"]) for item in others} == set()


def test_only_sources_that_allow_any_use(mine: Path) -> None:
    row = {"text": "che bello", "lang": "it", "label": "positive", "domain": "tweet", "split": "train"}
    for source in ("umsab", "stores_it", "marc", "nobody_knows"):
        write_lines(mine / "sentiment" / f"{source}.jsonl", [row], gzipped=True)
    assert {found.source for found in published(mine, RECIPES["smoke"], 1, permissive=True)} == {"umsab"}
    assert len(published(mine, RECIPES["smoke"], 1)) == 4


def test_other_languages_are_left_out(mine: Path) -> None:
    write_lines(mine / "authored" / "x.jsonl", [ROW, ROW | {"lang": "fi"}])
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


def test_loose_texts_are_read_as_far_as_wanted(training: Path) -> None:
    assert len(unlabelled(training, ["it"], 50)) == 20
    assert len(unlabelled(training, ["it"], 5)) == 5
    assert not unlabelled(training, ["en"], 50)
    (training / "unlabelled.jsonl.gz").unlink()
    assert not unlabelled(training, ["it"], 50)


def test_a_row_is_given_with_its_domain_where_asked(training: Path) -> None:
    row = published(training, RECIPES["smoke"], 1)[0]
    assert (row.given().domain, row.given(domain=True).domain) == (None, "tweet")


def test_small_languages_are_kept_when_rows_are_few(training: Path) -> None:
    rows = published(training, RECIPES["smoke"], 1)[:20]
    rows += [replace(row, lang="pl") for row in rows[:3]]
    kept = evenly(rows, 6)
    assert [row.lang for row in kept] == ["it"] * 3 + ["pl"] * 3
    assert evenly(rows, 100) == rows


def test_a_text_is_always_in_the_same_fold(mine: Path) -> None:
    write_lines(mine / "authored" / "a.jsonl", [ROW, ROW | {"stars": None, "text": "IL FORNO fuma"}])
    one, other = authored(mine, ["it"])
    assert fold(one, 3) == fold(other, 3)
    assert without_stars([one])[0].stars is None


def test_the_projects_own_items_are_sound() -> None:
    from sentiment.learning.corpus import OWN, _read

    items = [item for file in sorted(OWN.glob("*.jsonl")) for item in _read(file, "authored")]
    assert len({item.key for item in items}) == len(items)
    for item in items:
        assert item.lang in LANGUAGES
        assert None not in (item.sentiment, item.urgency, item.category)
