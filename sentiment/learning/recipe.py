"""The numbers of a training run: `default` makes the model that ships, `smoke` a tiny one for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sentiment.labels import LANGUAGES

_CAPS = {
    "semeval2017_en": 12_000,
    "airline_us": 5_000,
    "rt_polarity_en": 4_000,
    "pros_cons_en": 4_000,
    "amazon_it_scraped": 6_000,
    "marc": 24_000,
    "umsab": 20_000,
    "arabic_reviews_elsahar": 3_000,
    "tr_movies": 4_000,
    "astd": 1_500,
    "arsarcasm": 4_000,
    "marc_dev_ja_zh": 2_000,
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """`base`: whether the encoder starts from base.py's, in its shape; else it is a `small` one that starts from
    nothing. `pieces`: the vocabulary's size, chosen by `unlabelled` texts and those with labels. `caps`: most rows
    taken of one source; others give `cap`. Stage one teaches the encoder the published sentiment rows, at most
    `pretrain_pieces` of each, stage two all heads the authored ones, with `replay` rows of the former an epoch.
    The weights of `finetune_runs` networks are averaged.
    Batches hold about so many pieces as `pretrain_batch` and `finetune_batch` say; of each text a share is `dropped`.
    `folds`: parts of the authored rows for held-out figures. `linear_rows`: published rows for the linear path's
    sentiment."""

    name: str
    base: bool = True
    pieces: int = 34_000
    linear_size: int = 98_304
    limit: int = 224
    languages: tuple[str, ...] = LANGUAGES
    caps: Mapping[str, int] = field(default_factory=lambda: _CAPS)
    cap: int = 8_000
    unlabelled: int = 300_000
    pretrain_epochs: int = 2
    pretrain_pieces: int = 128
    pretrain_batch: int = 3_000
    pretrain_rate: float = 5e-4
    finetune_epochs: int = 7
    finetune_rate: float = 8e-4
    finetune_batch: int = 3_000
    finetune_runs: int = 3
    replay: int = 6_000
    dropped: float = 0.07
    folds: int = 3
    linear_rows: int = 40_000
    linear_steps: int = 45
    validation_rows: int = 4_000


RECIPES: Mapping[str, Recipe] = {
    "default": Recipe("default"),
    "smoke": Recipe(
        "smoke",
        base=False,
        pieces=1_000,
        linear_size=8_192,
        limit=64,
        caps={},
        cap=100,
        unlabelled=500,
        pretrain_pieces=48,
        finetune_epochs=3,
        finetune_runs=2,
        replay=100,
        pretrain_rate=2e-3,
        finetune_rate=2e-3,
        pretrain_batch=2_000,
        finetune_batch=2_000,
        folds=2,
        linear_rows=500,
        linear_steps=25,
        validation_rows=200,
    ),
}
