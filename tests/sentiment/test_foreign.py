"""Other people's models: loaded where their labels are ours, refused with a mend where not."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

from sentiment.folder import ModelError
from sentiment.foreign import load_foreign
from sentiment.labels import SENTIMENT
from sentiment.scorer import Scorer, ScorerInput

WORDS = ["<pad>", "<unk>", "ottimo", "pessimo", "caffè"]
SIZES = {"vocab_size": len(WORDS), "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
         "intermediate_size": 16, "max_position_embeddings": 40, "pad_token_id": 0}  # fmt: skip


def make(place: Path, labels: list[str], kind: str = "bert") -> Path:
    """A tiny, randomly initialised model of another family."""
    torch.manual_seed(1)
    names = dict(enumerate(labels))
    told: dict[str, Any] = SIZES | {
        "id2label": names,
        "label2id": {label: number for number, label in names.items()},
    }
    model = (
        BertForSequenceClassification(BertConfig(**told))
        if kind == "bert"
        else XLMRobertaForSequenceClassification(XLMRobertaConfig(**told))
    )
    model.save_pretrained(place)
    tokens = Tokenizer(
        models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>")
    )
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokens, pad_token="<pad>", unk_token="<unk>", model_max_length=30
    ).save_pretrained(place)
    return place


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_a_model_with_our_labels_judges_sentiment(tmp_path: Path, kind: str) -> None:
    place = make(tmp_path / "theirs", ["Positive", "Neutral", "Negative"], kind)
    scorer = Scorer.load(str(place))
    assert scorer.name == "theirs@local"
    [scored] = scorer.score([ScorerInput("ottimo caffè " * 40, lang="it")])
    assert scored.model == "theirs@local"
    assert scored.urgency is not None  # the built-in model's
    probs = scored.sentiment_probs or {}
    assert list(probs) == list(SENTIMENT)
    assert sum(probs.values()) == pytest.approx(1, abs=1e-3)


def test_outputs_are_put_in_our_order(tmp_path: Path) -> None:
    same = load_foreign(str(make(tmp_path / "a", list(SENTIMENT))))
    turned = load_foreign(str(make(tmp_path / "b", list(reversed(SENTIMENT)))))
    texts = ["ottimo", "pessimo caffè"]
    assert torch.allclose(same.chances(texts), turned.chances(texts).flip(1), atol=1e-6)
    assert same.chances([]).shape == (0, 3)


def test_other_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="answers with angry, glad, not negative, neutral, positive"):
        load_foreign(str(make(tmp_path / "x", ["angry", "glad"])))


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    place = make(tmp_path / "x", list(SENTIMENT))
    (place / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_foreign(str(place))


@pytest.mark.parametrize("named", ["./nowhere", "/no/such/folder", "a/b/c", "../x", "name with spaces"])
def test_what_is_neither_folder_nor_hub_id_is_refused(named: str) -> None:
    with pytest.raises(ModelError, match="there is no folder"):
        load_foreign(named)


def test_a_hub_id_goes_to_transformers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the hub says (here: nothing is cached, and there is no network) is told with the mend."""
    asked: list[str] = []

    def refuse(named: str, **_: object) -> None:
        asked.append(named)
        raise OSError("we cannot find it in the cache")

    monkeypatch.setattr("transformers.AutoConfig.from_pretrained", refuse)
    with pytest.raises(ModelError, match=r"owner/name cannot be loaded .*cache"):
        load_foreign("owner/name")
    assert asked == ["owner/name"]
