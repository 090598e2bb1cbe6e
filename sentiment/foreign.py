"""Any sequence-classification model that transformers knows, by folder or hub id, as the judge of sentiment. What it
has no labels for (urgency, category, topics) stays with the built-in model. Safetensors alone, no remote code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sentiment.folder import ModelError, first_line
from sentiment.labels import SENTIMENT

TOGETHER = 32
MOST_TOKENS = 512
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?")
_WANTED = ", ".join(SENTIMENT)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A model in memory. `order`: which of its outputs is negative, neutral, positive."""

    name: str
    tokenizer: Any
    network: Any
    order: tuple[int, ...]

    def chances(self, texts: Sequence[str]) -> Tensor:
        """(texts, 3) chances of the sentiments of cleaned texts."""
        parts = [self._some(texts[start : start + TOGETHER]) for start in range(0, len(texts), TOGETHER)]
        return torch.cat(parts) if parts else torch.zeros(0, len(SENTIMENT))

    def _some(self, texts: Sequence[str]) -> Tensor:
        most = min(MOST_TOKENS, self.tokenizer.model_max_length)
        tokens = self.tokenizer(
            list(texts), return_tensors="pt", padding=True, truncation=True, max_length=most
        )
        with torch.inference_mode():
            return torch.softmax(self.network(**tokens).logits.float(), 1)[:, list(self.order)]


def load_foreign(named: str) -> Foreign:
    """Reads a folder, or a hub id from transformers' cache or the hub.

    Raises ModelError where there is none, it cannot be read, or its labels are not those of sentiment."""
    if not Path(named).is_dir() and not _HUB_ID.fullmatch(named):
        raise ModelError(f"there is no folder {named}: set ASCOLTO_MODEL to one, or to a hub id (owner/name)")
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    try:
        config = AutoConfig.from_pretrained(named, trust_remote_code=False)
        order = _order(named, getattr(config, "id2label", None) or {})
        tokenizer = AutoTokenizer.from_pretrained(named, trust_remote_code=False)
        network = AutoModelForSequenceClassification.from_pretrained(
            named, config=config, trust_remote_code=False, use_safetensors=True
        )
    except ModelError:
        raise
    except Exception as error:  # transformers raises whatever its many parts raise
        raise ModelError(
            f"{named} cannot be loaded ({first_line(error)}): give a folder or hub id with config.json, tokenizer and "
            "model.safetensors of a sequence-classification model"
        ) from error
    return Foreign(f"{Path(named).name}@{_revision(config)}", tokenizer, network.eval(), order)


def _order(named: str, labels: dict[int, str]) -> tuple[int, ...]:
    places = {str(label).lower(): int(place) for place, label in labels.items()}
    if set(places) != set(SENTIMENT):
        raise ModelError(
            f"{named} answers with {', '.join(sorted(places)) or 'no labels'}, not {_WANTED}: name its labels so in "
            "id2label and label2id of its config.json"
        )
    return tuple(places[label] for label in SENTIMENT)


def _revision(config: Any) -> str:
    return str(getattr(config, "_commit_hash", None) or "local")[:12]
