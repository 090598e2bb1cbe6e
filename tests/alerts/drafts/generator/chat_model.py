"""Small chat models made on the spot: one that says what it is told whatever it is asked, one of random weights."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

UNKNOWN, SYSTEM, USER, ASSISTANT, END = "[UNK]", "<|system|>", "<|user|>", "<|assistant|>", "</s>"
TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|> {{ message.content }} {% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system turn') }}{% endif %}" + TEMPLATE
)
WIDTH = 32


def speaking(folder: Path, sentences: Sequence[str], template: str | None = TEMPLATE) -> Path:
    """A model that answers with these sentences, joined by spaces: each token leads to one other, and nothing else
    counts. A sentence that stands twice is said for ever."""
    words = _tokens(sentences)
    network = _network(len(words))
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "norm" not in name:
                weight.zero_()
        network.model.embed_tokens.weight[:, : len(words)] = torch.eye(len(words))
        chain = [ASSISTANT, *sentences, *([END] if len(set(sentences)) == len(sentences) else [])]
        for before, after in pairwise(chain):
            network.lm_head.weight[words.index(after), words.index(before)] = 10.0
    return _saved(network, words, folder, template)


def babbling(folder: Path, seed: int = 7) -> Path:
    """A model of random weights."""
    torch.manual_seed(seed)
    words = _tokens([f"parola{number}" for number in range(20)])
    return _saved(_network(len(words)), words, folder, TEMPLATE)


def _tokens(sentences: Sequence[str]) -> list[str]:
    return [UNKNOWN, SYSTEM, USER, ASSISTANT, END, *dict.fromkeys(sentences)]


def _network(size: int) -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=size,
            hidden_size=WIDTH,
            intermediate_size=WIDTH,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=8192,
            tie_word_embeddings=False,
            bos_token_id=None,
            eos_token_id=4,
            pad_token_id=4,
        )
    )


def _saved(network: LlamaForCausalLM, words: list[str], folder: Path, template: str | None) -> Path:
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens([AddedToken(token) for token in (SYSTEM, USER, ASSISTANT, END)])
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, unk_token=UNKNOWN, eos_token=END, pad_token=END, chat_template=template
    )
    fast.save_pretrained(folder)
    network.save_pretrained(folder)
    return folder
