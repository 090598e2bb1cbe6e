"""The model's encoder as a user of transformers would run it: `pipeline("text-classification")`, 32-bit, with the
network's own weights and vocabulary. The linear path is left out, and one head answers."""

import logging
from collections.abc import Sequence
from typing import Any

import torch
from tokenizers.processors import TemplateProcessing
from torch import Tensor
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast, pipeline
from transformers.modeling_outputs import SequenceClassifierOutput

from sentiment.folder import ModelError
from sentiment.network.batch import Batch
from sentiment.network.network import Network
from sentiment.network.pieces import END, PAD, SPECIAL, START, UNKNOWN, Pieces
from sentiment.reading import Loaded

HEAD = "urgency"


class _Config(PretrainedConfig):  # type: ignore[no-untyped-call]
    model_type = "ascolto-encoder"


class _Classifier(PreTrainedModel):  # type: ignore[no-untyped-call]
    config_class = _Config

    def __init__(self, config: _Config, network: Network) -> None:
        super().__init__(config)
        self.network = network
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: Any) -> None:
        """The network has its weights."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> SequenceClassifierOutput:
        """The network masks by PAD itself: `attention_mask` says the same."""
        outputs = self.network.encoded(_without_bags(input_ids))
        return SequenceClassifierOutput(logits=self.network.split(outputs)[HEAD])


class Pipeline:
    """The pipeline of one model. It is given cleaned texts, and cuts the tail of those over the model's limit. Raises
    ModelError for a model with a borrowed encoder, of which it can make nothing."""

    def __init__(self, model: Loaded) -> None:
        logging.getLogger("transformers").setLevel(logging.CRITICAL)  # it does not know the class by name
        labels = dict(enumerate(model.labels[HEAD]))
        config = _Config(id2label=labels, label2id={label: number for number, label in labels.items()})
        classifier: Any = _Classifier(config, model.network)
        if not isinstance(model.pieces, Pieces):
            raise ModelError(
                f"{model.name} has a borrowed encoder, whose speed is not measured: unset ASCOLTO_MODEL"
            )
        tokenizer: Any = _tokenizer(model.pieces, model.network.shape.limit)
        made: Any = pipeline  # its types know no classes but its own
        self._run = made(
            "text-classification",
            model=classifier.eval(),
            tokenizer=tokenizer,
            device="cpu",
            truncation=True,
        )

    def labels(self, texts: Sequence[str], batch_size: int) -> list[str]:
        """The likeliest label of each text."""
        return [str(found["label"]) for found in self._run(list(texts), batch_size=batch_size)]


def _tokenizer(pieces: Pieces, limit: int) -> PreTrainedTokenizerFast:
    own = Pieces(pieces.vocabulary).tokenizer  # ours stays without the special pieces
    start, end = SPECIAL[START], SPECIAL[END]
    own.post_processor = TemplateProcessing(
        single=f"{start} $A {end}", special_tokens=[(start, START), (end, END)]
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=own,
        pad_token=SPECIAL[PAD],
        unk_token=SPECIAL[UNKNOWN],
        model_max_length=limit + 2,
        model_input_names=["input_ids", "attention_mask"],
    )


def _without_bags(index: Tensor) -> Batch:
    nothing = torch.zeros(0, dtype=torch.int64)
    return Batch(index, nothing, torch.zeros(len(index), dtype=torch.int64), torch.zeros(0))
