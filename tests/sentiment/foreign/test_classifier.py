"""Other people's models: their labels understood by a table, refused with a mend where they do not tell."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from sentiment.folder import ModelError
from sentiment.foreign.classifier import load_foreign, said, sentiments_of
from sentiment.labels import SENTIMENT
from sentiment.scorer import Scorer, ScorerInput
from tests.sentiment.fake_hub import FAMILIES, make

LABELS = list(SENTIMENT)
SPREAD: dict[str, Any] = {"initializer_range": 2.0}  # so that the chances differ


def configured(place: Path, labels: list[str], **config: Any) -> Path:
    """A folder that holds nothing but a configuration."""
    place.mkdir(parents=True)
    (place / "config.json").write_text(json.dumps({"id2label": dict(enumerate(labels))} | config))
    return place


@pytest.mark.parametrize(
    ("labels", "places"),
    [
        (["negative", "neutral", "positive"], (0, 1, 2)),
        (["Positive", "Negative", "Neutral"], (2, 0, 1)),
        (["NEG", "NEU", "POS"], (0, 1, 2)),
        (["negativ", "neutral", "positiv"], (0, 1, 2)),
        (["negativo", "neutro", "positivo"], (0, 1, 2)),
        (["positivo", "neutrale", "negativo"], (2, 1, 0)),
        (["Négatif", "Neutre", "Positif"], (0, 1, 2)),
        (["olumsuz", "nötr", "olumlu"], (0, 1, 2)),
        (["ネガティブ", "ニュートラル", "ポジティブ"], (0, 1, 2)),
        (["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"], (0, 0, 1, 2, 2)),
        (["molto_negativo", "negativo", "neutro", "positivo", "molto_positivo"], (0, 0, 1, 2, 2)),
        (["NEGATIVE", "POSITIVE"], (0, 2)),
        (["pos", "neg"], (2, 0)),
        (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], (0, 0, 1, 2, 2)),
        (["5 stars", "4 stars", "3 stars", "2 stars", "1 star"], (2, 2, 1, 0, 0)),
        (["1 étoile", "2 étoiles", "3 étoiles", "4 étoiles", "5 étoiles"], (0, 0, 1, 2, 2)),
        (["1_stella", "2_stelle", "3_stelle", "4_stelle", "5_stelle"], (0, 0, 1, 2, 2)),
        (["LABEL_0", "LABEL_1", "LABEL_2"], (0, 1, 2)),
    ],
    ids=lambda value: value[0] if isinstance(value[0], str) else "",
)
def test_labels_are_understood(tmp_path: Path, labels: list[str], places: tuple[int, ...]) -> None:
    assert sentiments_of(configured(tmp_path / "theirs", labels)) == places


NUMBERED = [f"LABEL_{number}" for number in range(5)]


@pytest.mark.parametrize(
    "labels",
    [
        ["angry", "glad"],
        ["anger", "joy", "optimism", "sadness"],
        ["non_irony", "irony"],
        ["LABEL_0", "LABEL_1"],
        NUMBERED[:4],
        NUMBERED,
        ["negative", "neutral"],
        ["negative", "neutral", "positive", "mixed"],
        ["negative", "neg", "positive"],
        ["1 star", "2 stars", "3 stars", "4 stars"],
        ["1 star", "2 stars", "3 stars", "4 stars", "4 stars"],
        ["1", "2", "3", "4", "5"],
        ["entailment", "neutral", "contradiction"],
        [],
    ],
    ids=" ".join,
)
def test_other_labels_are_refused(tmp_path: Path, labels: list[str]) -> None:
    told = ", ".join(sorted(label.lower() for label in labels)) or "no labels"
    with pytest.raises(ModelError, match="theirs answers with ") as refused:
        sentiments_of(configured(tmp_path / "theirs", labels))
    assert f"{told}, not negative, neutral, positive: name its labels so in id2label" in str(refused.value)


@pytest.mark.parametrize("name", ["nlp-5-stars", "bert_yelp", "xlm-r-amazon-reviews", "rating-model"])
def test_five_numbers_are_stars_where_the_name_says_so(tmp_path: Path, name: str) -> None:
    assert sentiments_of(configured(tmp_path / name, NUMBERED)) == (0, 0, 1, 2, 2)


def test_five_numbers_are_stars_where_the_task_says_so(tmp_path: Path) -> None:
    place = configured(tmp_path / "theirs", NUMBERED, finetuning_task="amazon_reviews")
    assert sentiments_of(place) == (0, 0, 1, 2, 2)


@pytest.mark.parametrize("labels", [NUMBERED[:3], ["NEGATIVE", "POSITIVE"]], ids=["numbers", "two"])
@pytest.mark.parametrize("task", ["irony", "emotion", "stance-climate", "mnli", "hate-latest", "sarcasm-it"])
def test_a_model_made_for_something_else_is_refused(tmp_path: Path, labels: list[str], task: str) -> None:
    with pytest.raises(ModelError, match="made for something else than sentiment"):
        sentiments_of(configured(tmp_path / f"twitter-roberta-base-{task}", labels))


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("emotion-and-sentiment", NUMBERED[:3]),
        ("irony-aware", LABELS),  # these labels cannot mean anything else
        ("feel-it-italian-sentiment", ["negative", "positive"]),
    ],
)
def test_a_name_refuses_only_what_it_leaves_unclear(tmp_path: Path, name: str, labels: list[str]) -> None:
    assert sentiments_of(configured(tmp_path / name, labels))


@pytest.mark.parametrize("kind", ["multi_label_classification", "regression"])
def test_outputs_that_are_no_chances_of_one_label_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ModelError, match="answers with"):
        sentiments_of(configured(tmp_path / "theirs", LABELS, problem_type=kind))


def test_what_a_model_may_answer_in_words(tmp_path: Path) -> None:
    assert said(configured(tmp_path / "a", NUMBERED[:3])) == "negative, neutral, positive"
    assert said(configured(tmp_path / "b", ["NEG", "POS"])) == "negative, positive, never neutral"
    assert said(configured(tmp_path / "c", ["irony", "non_irony"])) == "no sentiment"
    assert said(configured(tmp_path / "d", [], model_type="ascolto")) == "negative, neutral, positive"


@pytest.mark.parametrize("kind", list(FAMILIES))
def test_a_model_of_each_family_judges_sentiment(
    tmp_path: Path, folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentiment.scorer.BUILT_IN", folder)
    scorer = Scorer.load(str(make(tmp_path / "theirs", ["Positive", "Neutral", "Negative"], kind, **SPREAD)))
    assert scorer.name == "theirs@local"
    long, short = scorer.score(
        [ScorerInput("ottimo caffè " * 400, lang="it"), ScorerInput("pessimo", lang="it")]
    )
    assert long.model == "theirs@local"
    assert long.urgency is not None  # the built-in model's
    for scored in (long, short):
        probs = scored.sentiment_probs or {}
        assert list(probs) == LABELS
        assert sum(probs.values()) == pytest.approx(1, abs=1e-3)
        assert scored.sentiment_score == pytest.approx(probs["positive"] - probs["negative"], abs=2e-4)


@pytest.mark.parametrize("kind", list(FAMILIES))
def test_what_is_read_together_is_read_as_alone(tmp_path: Path, kind: str) -> None:
    model = load_foreign(str(make(tmp_path / "x", LABELS, kind, **SPREAD)))
    texts = ["ottimo", "pessimo caffè, davvero", "caffè"] * 15
    assert torch.allclose(
        model.chances(texts), torch.cat([model.chances([text]) for text in texts]), atol=1e-4
    )
    assert model.chances([]).shape == (0, 3)


def test_outputs_are_put_in_our_order(tmp_path: Path) -> None:
    same = load_foreign(str(make(tmp_path / "a", LABELS, **SPREAD)))
    turned = load_foreign(str(make(tmp_path / "b", LABELS[::-1], **SPREAD)))
    texts = ["ottimo", "pessimo caffè"]
    assert same.chances(texts).std() > 0.05
    assert torch.allclose(same.chances(texts), turned.chances(texts).flip(1), atol=1e-6)


def test_chances_of_stars_are_summed(tmp_path: Path) -> None:
    stars = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]
    model = load_foreign(str(make(tmp_path / "x", stars, **SPREAD)))
    tokens = model.tokenizer("pessimo caffè", return_tensors="pt")
    with torch.inference_mode():
        one, two, three, four, five = torch.softmax(model.network(**tokens).logits, 1)[0].tolist()
    assert model.chances(["pessimo caffè"])[0].tolist() == pytest.approx(
        [one + two, three, four + five], abs=1e-6
    )


def test_without_neutral_there_is_no_chance_of_it(tmp_path: Path, tiny: Scorer) -> None:
    scorer = Scorer(tiny.model, load_foreign(str(make(tmp_path / "x", ["POSITIVE", "NEGATIVE"], **SPREAD))))
    for scored in scorer.score([ScorerInput(text, lang="it") for text in ("ottimo", "pessimo caffè")]):
        assert scored.sentiment in ("negative", "positive")
        assert scored.sentiment_probs is not None
        assert scored.sentiment_probs["neutral"] == 0
        assert sum(scored.sentiment_probs.values()) == pytest.approx(1, abs=1e-3)


def test_numbers_that_transformers_gives_itself_are_understood(tmp_path: Path) -> None:
    place = make(tmp_path / "x", None)
    assert load_foreign(str(place)).sentiments == (0, 1, 2)


def test_half_precision_is_read_as_full(tmp_path: Path) -> None:
    place = make(tmp_path / "x", LABELS, **SPREAD)
    whole = load_foreign(str(place)).chances(["ottimo caffè"])
    weights = {name: weight.half() for name, weight in load_file(place / "model.safetensors").items()}
    save_file(weights, place / "model.safetensors", {"format": "pt"})
    halved = load_foreign(str(place))
    assert next(halved.network.parameters()).dtype == torch.float32
    assert torch.allclose(halved.chances(["ottimo caffè"]), whole, atol=0.02)


def test_a_body_without_its_classifier_is_refused(tmp_path: Path) -> None:
    """transformers would give it a random one, and its answers would look like any other's."""
    place = make(tmp_path / "x", LABELS)
    weights = {
        name: part
        for name, part in load_file(place / "model.safetensors").items()
        if "classifier" not in name
    }
    save_file(weights, place / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks weights \(classifier\.bias, classifier\.weight\)"):
        load_foreign(str(place))


def test_remote_code_is_never_run(tmp_path: Path) -> None:
    place = make(tmp_path / "x", LABELS)
    (place / "theirs.py").write_text("raise SystemExit('this ran')")
    config = json.loads((place / "config.json").read_text())
    names = {"AutoConfig": "theirs.C", "AutoModelForSequenceClassification": "theirs.M"}
    (place / "config.json").write_text(json.dumps(config | {"model_type": "theirs", "auto_map": names}))
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_foreign(str(place))


def test_pickled_weights_are_never_read(tmp_path: Path) -> None:
    place = make(tmp_path / "x", LABELS)
    (place / "model.safetensors").rename(place / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"cannot be loaded .*model\.safetensors"):
        load_foreign(str(place))


@pytest.mark.parametrize("spoilt", [None, "", "[]", "{", '"bert"'])
def test_a_folder_without_a_configuration_is_refused(tmp_path: Path, spoilt: str | None) -> None:
    place = make(tmp_path / "x", LABELS)
    (place / "config.json").unlink()
    if spoilt is not None:
        (place / "config.json").write_text(spoilt)
    with pytest.raises(ModelError, match=r"config\.json"):
        load_foreign(str(place))


@pytest.mark.parametrize(
    "named", ["./nowhere", "/no/such/folder", "a/b/c", "../x", "name with spaces", "a--b/c"]
)
def test_what_is_neither_folder_nor_hub_id_is_refused(named: str) -> None:
    with pytest.raises(ModelError, match="there is no folder"):
        load_foreign(named)
