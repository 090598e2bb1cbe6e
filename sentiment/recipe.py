"""The numbers of a training run: `default` makes the model that ships (on a GPU), `cpu` a smaller one on two cores in
about half an hour, `smoke` a tiny one for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LANGUAGES = ("it", "en", "es", "fr", "de", "pt", "nl", "pl")
"""Languages in which every head has items to learn from and to be judged by."""

_CAPS = {
    "semeval2017_en": 16_000,
    "airline_us": 5_000,
    "rt_polarity_en": 3_000,
    "pros_cons_en": 2_000,
    "amazon_it_scraped": 7_000,
    "marc": 34_000,
    "umsab": 20_000,
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """`caps`: most rows taken of one source; others give `cap`. Stage one teaches the encoder the
    published sentiment rows, stage two all heads the authored ones, with `replay` rows of the former an
    epoch. Batches hold about `batch_words` words. `folds`: parts of the authored rows for held-out
    figures. `linear_rows`: published rows for the linear path's sentiment."""

    name: str
    encoder_size: int = 49_152
    linear_size: int = 98_304
    table_width: int = 128
    width: int = 256
    layers: int = 4
    limit: int = 192
    languages: tuple[str, ...] = LANGUAGES
    caps: Mapping[str, int] = field(default_factory=lambda: _CAPS)
    cap: int = 8_000
    masked_texts: int = 1_000_000
    masked_vocabulary: int = 24_000
    masked_epochs: int = 12
    masked_batch: int = 12_000
    masked_rate: float = 1.5e-3
    pretrain_epochs: int = 3
    pretrain_words: int = 96
    pretrain_batch: int = 8_000
    pretrain_rate: float = 8e-4
    finetune_epochs: int = 8
    finetune_rate: float = 6e-4
    finetune_batch: int = 3_000
    replay: int = 4_000
    word_dropout: float = 0.1
    folds: int = 3
    linear_rows: int = 25_000
    linear_steps: int = 45
    validation_rows: int = 4_000


RECIPES: Mapping[str, Recipe] = {
    "default": Recipe("default"),
    "cpu": Recipe(
        "cpu",
        width=128,
        layers=2,
        masked_epochs=0,
        pretrain_batch=5_000,
        pretrain_rate=2e-3,
        finetune_rate=2e-3,
        finetune_batch=5_000,
    ),
    "smoke": Recipe(
        "smoke",
        encoder_size=4_096,
        linear_size=8_192,
        table_width=16,
        width=32,
        layers=1,
        limit=64,
        caps={},
        cap=100,
        masked_texts=500,
        masked_vocabulary=500,
        masked_epochs=1,
        masked_batch=4_000,
        pretrain_epochs=1,
        pretrain_words=48,
        finetune_epochs=3,
        replay=100,
        pretrain_batch=2_000,
        finetune_batch=2_000,
        folds=2,
        linear_rows=500,
        linear_steps=25,
        validation_rows=200,
    ),
}
