"""Figures of a labelled file, counted by hand; each error names line and mend."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sentiment.evaluate import Evaluation, GoldError, evaluate, read_gold, share
from sentiment.labels import SENTIMENT, URGENCY
from sentiment.scorer import Scored, ScorerInput
from tests.sentiment.conftest import write_lines


class Parrot:
    """Says what the text says: `negative critical complaint`; nothing of an empty text. It reads no Finnish or Danish."""

    name = "parrot@1"

    def score(self, texts: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
        return [self._one(one.text.split(), one.lang or "it") for one in texts]

    def _one(self, words: list[str], lang: str) -> Scored:
        unsupported = lang in ("fi", "da")
        said = [] if unsupported else words
        sentiment, urgency, category = said or (None, None, None)
        moods = {label: 0.8 if label == sentiment else 0.1 for label in SENTIMENT} if said else None
        levels = {label: 0.7 if label == urgency else 0.1 for label in URGENCY} if said else None
        return Scored(
            lang, unsupported, sentiment, 0.0, moods, urgency, 0.0, levels, category, [], [], self.name
        )


def gold(text: str, sentiment: str, urgency: str, category: str, lang: str = "it") -> dict[str, object]:
    return {"text": text, "sentiment": sentiment, "urgency": urgency, "category": category, "lang": lang}


def measured(tmp_path: Path, *rows: object) -> Evaluation:
    return evaluate(Parrot(), write_lines(tmp_path / "gold.jsonl", list(rows)))


RIGHT = gold("negative critical complaint", "negative", "critical", "complaint")
MISSED = gold("negative normal complaint", "negative", "critical", "complaint")
ALARM = gold("positive critical praise", "positive", "low", "praise")
CALM = gold("positive low praise", "positive", "low", "praise")


def test_all_right(tmp_path: Path) -> None:
    found = measured(tmp_path, *[RIGHT] * 5, *[CALM] * 5)
    assert {head: figure.value for head, figure in found.heads.items()} == {
        "sentiment": 1.0, "urgency": 1.0, "category": 1.0,
    }  # fmt: skip
    assert (found.n, found.unread, found.model) == (10, 0, "parrot@1")
    assert found.critical_recall is not None
    assert (found.critical_recall.value, found.critical_recall.n) == (1.0, 5)
    assert found.critical_recall.low == pytest.approx(0.5655, abs=1e-4)
    assert found.calibration_error["sentiment"] == pytest.approx(0.2, abs=1e-3)


def test_counted_by_hand(tmp_path: Path) -> None:
    found = measured(tmp_path, *[RIGHT] * 2, *[MISSED] * 2, ALARM, *[CALM] * 3)
    assert found.critical_recall is not None
    assert found.false_critical is not None
    assert found.critical_recall.value == 0.5
    assert found.false_critical.value == 0.25
    critical, low, normal = 2 * 2 / (4 + 3), 2 * 3 / (4 + 3), 0.0
    assert found.heads["urgency"].value == pytest.approx((critical + low + normal) / 3)
    figure = found.heads["urgency"]
    assert figure.low < figure.value < figure.high


@pytest.mark.parametrize(
    ("called", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (8, 10, 0.4902, 0.9433)]
)
def test_the_interval_of_a_share(called: int, n: int, low: float, high: float) -> None:
    """As tables of Wilson's score interval have it."""
    found = share(np.arange(n) < called)
    assert found is not None
    assert (found.value, found.n) == (called / n, n)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


def test_a_text_without_an_answer_is_wrong(tmp_path: Path) -> None:
    found = measured(tmp_path, RIGHT, gold("", "negative", "critical", "complaint"))
    assert (found.n, found.unread) == (2, 0)
    assert found.heads["sentiment"].value == pytest.approx(2 / 3)
    assert found.critical_recall is not None
    assert found.critical_recall.value == 0.5


def test_languages_with_fifteen_items_have_figures_of_their_own(tmp_path: Path) -> None:
    german = [RIGHT | {"lang": "de"}] * 14
    found = measured(tmp_path, *[RIGHT] * 8, *[MISSED] * 7, *german)
    assert list(found.languages) == ["it"]
    assert found.languages["it"]["urgency"].n == 15


def test_languages_it_does_not_read_are_counted_and_left_out(tmp_path: Path) -> None:
    others = [RIGHT | {"lang": "fi"}] * 16 + [CALM | {"lang": "da"}]
    alone = measured(tmp_path, *[RIGHT, MISSED, CALM] * 6)
    found = measured(tmp_path, *[RIGHT, MISSED, CALM] * 6, *others)
    assert (found.n, found.unread, found.unread_languages) == (35, 17, {"fi": 16, "da": 1})
    assert (found.heads, found.languages) == (alone.heads, alone.languages)
    assert (found.critical_recall, found.false_critical) == (alone.critical_recall, alone.false_critical)
    assert found.unread_critical == 16
    told = "17 of them in languages it does not read (da 1, fi 16), left out; 16 of these critical"
    assert told in found.table()


def test_a_file_of_which_nothing_is_read_has_no_figures(tmp_path: Path) -> None:
    found = measured(tmp_path, *[RIGHT | {"lang": "fi"}] * 20)
    assert (found.n, found.unread, found.heads, found.languages, found.means) == (20, 20, {}, {}, {})
    assert (found.critical_recall, found.calibration_error) == (None, {})


def test_the_mean_counts_every_language_alike(tmp_path: Path) -> None:
    german = [gold("positive low praise", "negative", "low", "praise", "de")] * 15
    found = measured(tmp_path, *[RIGHT] * 45, *german)
    values = [found.languages[lang]["sentiment"].value for lang in ("it", "de")]
    assert values == [1.0, 0.0]
    assert found.means["sentiment"] == 0.5
    assert found.heads["sentiment"].value == pytest.approx(3 / 7)
    assert "sentiment, mean of languages 0.500" in found.table()


def test_the_same_file_gives_the_same_intervals(tmp_path: Path) -> None:
    rows = [RIGHT, MISSED, ALARM, CALM] * 4
    assert measured(tmp_path, *rows) == measured(tmp_path, *rows)


def test_a_file_with_sentiment_alone(tmp_path: Path) -> None:
    rows = [{"text": "positive low praise", "label": "positive", "category": "DELAY", "split": split}
            for split in ("train", "validation", "validation")]  # fmt: skip
    found = evaluate(Parrot(), write_lines(tmp_path / "x.jsonl", rows, gzipped=True), "validation")
    assert (found.n, list(found.heads)) == (2, ["sentiment"])
    assert (found.critical_recall, found.false_critical) == (None, None)


def test_a_file_with_categories_alone(tmp_path: Path) -> None:
    found = measured(tmp_path, {"text": "positive low praise", "category": "praise"})
    assert list(found.heads) == ["category"]


def test_other_peoples_categories_beside_a_label_are_not_ours(tmp_path: Path) -> None:
    row = {"text": "negative high complaint", "label": None, "urgency": "high", "category": "queue=Billing"}
    assert list(measured(tmp_path, row).heads) == ["urgency"]


def test_json_and_table(tmp_path: Path) -> None:
    found = measured(tmp_path, *[RIGHT, MISSED, ALARM, CALM] * 4)
    told = found.to_json()
    assert told["heads"]["urgency"]["n"] == 16
    assert told["critical_recall"]["value"] == 0.5
    table = found.table()
    assert "parrot@1 on 16 texts, all in languages it reads" in table
    assert "critical found" in table
    assert "urgency macro-F1, it" in table


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2: this is not JSON"),
        ("[]", "line 2: there is no text"),
        ('{"text": 3}', "line 2: there is no text"),
        (
            '{"text": "x", "sentiment": "sad"}',
            "line 2: sentiment is 'sad': use one of negative, neutral, positive",
        ),
        ('{"text": "x", "urgency": "high", "stars": "5"}', "line 2: stars is '5': give a number"),
        ('{"text": "x", "urgency": "high", "lang": 3}', "line 2: lang is 3: give a text"),
    ],
)
def test_a_wrong_line_is_named_with_its_mend(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(GoldError, match=told):
        measured(tmp_path, RIGHT, line)


@pytest.mark.parametrize("rows", [[], [{"text": "no label"}], [""]])
def test_a_file_without_labels(tmp_path: Path, rows: list[object]) -> None:
    with pytest.raises(GoldError, match="has no labelled text"):
        measured(tmp_path, *rows)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b'{"text": "\xff"}')
    with pytest.raises(GoldError, match="not UTF-8"):
        evaluate(Parrot(), tmp_path / "x.jsonl")


def test_a_missing_file_a_folder_and_a_cut_off_archive(tmp_path: Path) -> None:
    cut = write_lines(tmp_path / "x.jsonl", [RIGHT] * 50, gzipped=True)
    cut.write_bytes(cut.read_bytes()[:-20])
    for place in (tmp_path / "nothing.jsonl", tmp_path, cut):
        with pytest.raises(GoldError, match=f"{place.name} cannot be read .* name a file of JSON lines"):
            evaluate(Parrot(), place)


def test_published_rows_are_given_with_their_domain_and_without_stars(tmp_path: Path) -> None:
    """Many a published label was made of the stars: with them, the answer would be in the question."""
    row = {"text": "bene", "label": "positive", "stars": 5, "domain": "review_hotel", "lang": "it"}
    own = {"text": "bene", "sentiment": "positive", "stars": 5, "lang": "it"}
    one, other = read_gold(write_lines(tmp_path / "gold.jsonl", [row, own]))
    assert (one.given.domain, one.given.stars) == ("review", None)
    assert (other.given.domain, other.given.stars) == (None, 5)
