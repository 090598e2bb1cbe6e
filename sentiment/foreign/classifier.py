"""Any sequence-classification model that transformers knows, by folder or by the hub id of a pulled model (see `hub`),
as the judge of sentiment. What it has no labels for (urgency, category, topics) stays with the built-in model.
Safetensors alone, no remote code, no network."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sentiment.folder import CONFIG, ModelError, first_line, is_ours
from sentiment.foreign.hub import MANIFEST, located, read_manifest
from sentiment.labels import SENTIMENT

TOGETHER = 32
MOST_TOKENS = 512
NEGATIVE, NEUTRAL, POSITIVE = range(len(SENTIMENT))
_WANTED = ", ".join(SENTIMENT)
_SPELLINGS: Mapping[int, str] = {
    NEGATIVE: "negative neg negativ negativo negativa négatif négative negatief negatywny negatywna olumsuz سلبي "
    "ネガティブ नकारात्मक",
    NEUTRAL: "neutral neu neutrale neutro neutra neutre neutraal neutralny neutralna nötr tarafsız محايد ニュートラル "
    "中立 तटस्थ",
    POSITIVE: "positive pos positiv positivo positiva positif positief pozytywny pozytywna olumlu إيجابي ポジティブ "
    "सकारात्मक",
}
"""How models in the languages of the built-in one name the sentiments."""
_VERY = re.compile(r"^(?:very|extremely|strongly|molto|sehr|très|muy|muito|zeer|bardzo|çok) ")
_STAR = re.compile(
    r"([1-5]) (?:stars?|stell[ae]|sterne?|étoiles?|estrellas?|estrelas?|ster(?:ren)?|gwiazdk[ai]|gwiazdek|yıldız)"
)
_STARS = (NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE)
_NUMBERED = {3: (NEGATIVE, NEUTRAL, POSITIVE), 5: _STARS}
"""LABEL_0 to LABEL_2 as in cardiffnlp/twitter-roberta-base-sentiment; LABEL_0 to LABEL_4: stars, where the name says
so."""
_OF_STARS = re.compile(r"\b(?:stars?|ratings?|yelp|sst ?5|amazon reviews?)\b")
_OF_SENTIMENT = re.compile(r"\b(?:senti\w*|polari\w*|opinions?|sst ?\d?|stars?|ratings?|reviews?)\b")
_OF_ELSE = re.compile(
    r"\b(?:iron(?:y|ic|ia)|sarcas\w+|emo(?:tion|zion|cion|ji)\w*|hate\w*|offens\w+|toxi\w+|abus\w+|stance|[xms]?nli|"
    r"topics?|intents?|spam|subjectiv\w+|formality|humou?r)\b"
)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A model in memory. `sentiments`: for each of its outputs, the place in SENTIMENT of what it stands for; a model
    without neutral gives that no chance."""

    name: str
    tokenizer: Any
    network: Any
    sentiments: tuple[int, ...]

    def chances(self, texts: Sequence[str]) -> Tensor:
        """(texts, 3) chances of the sentiments of cleaned texts."""
        parts = [self._some(texts[start : start + TOGETHER]) for start in range(0, len(texts), TOGETHER)]
        return torch.cat(parts) if parts else torch.zeros(0, len(SENTIMENT))

    def _some(self, texts: Sequence[str]) -> Tensor:
        most = min(MOST_TOKENS, self.tokenizer.model_max_length, positions(self.network))
        tokens = self.tokenizer(
            list(texts), return_tensors="pt", padding=True, truncation=True, max_length=most
        )
        with torch.inference_mode():
            said = torch.softmax(self.network(**tokens).logits, 1)
            summed = torch.zeros(len(texts), len(SENTIMENT))
            return summed.index_add_(1, torch.tensor(self.sentiments), said)


def load_foreign(named: str) -> Foreign:
    """Reads a folder, or the folder of a pulled model by its hub id.

    Raises ModelError where there is none, it is not what was pulled, it cannot be read, or its labels are not those
    of sentiment."""
    folder = located(named)
    sentiments = sentiments_of(folder)
    name, revision = name_of(folder)
    try:
        tokenizer, network, missing = _read(folder)
    except Exception as error:  # transformers raises whatever its many parts raise
        raise ModelError(f"{named} cannot be loaded ({first_line(error)}): {_GIVE}") from error
    if network.config.num_labels != len(sentiments):
        raise ModelError(
            f"{named} has {network.config.num_labels} outputs and {len(sentiments)} labels: give another model"
        )
    if missing:
        raise ModelError(
            f"{named} lacks weights ({', '.join(missing[:3])}) and would answer by chance: give a model that was "
            "trained to classify"
        )
    return Foreign(f"{name}@{revision[:12]}", tokenizer, network.float().eval(), sentiments)


def sentiments_of(folder: Path) -> tuple[int, ...]:
    """For each output of the model in a folder, the place in SENTIMENT of what it stands for.

    Raises ModelError where its labels do not tell."""
    config, name = _config(folder), name_of(folder)[0]
    labels = _labels(config)
    task = _plain(f"{name} {config.get('finetuning_task') or ''}")
    found = _of_words(labels) or _of_stars(labels) or _of_numbers(labels, task)
    if found is None or config.get("problem_type") in ("multi_label_classification", "regression"):
        raise ModelError(f"{name} answers with {_told(labels)}, not {_WANTED}: {_mend(folder)}")
    clear = NEUTRAL in found and not _plain(labels[0]).startswith("label")
    if not clear and (other := _OF_ELSE.search(task)) and not _OF_SENTIMENT.search(task):
        raise ModelError(
            f"{name} is by its name made for something else than sentiment ({other[0]}), and its labels "
            f"({_told(labels)}) may mean that: {_mend(folder)}"
        )
    return found


def said(folder: Path) -> str:
    """What the model in a folder may answer, in words."""
    try:
        found = set(range(len(SENTIMENT))) if is_ours(folder) else set(sentiments_of(folder))
    except ModelError:
        return "no sentiment"
    named = ", ".join(SENTIMENT[place] for place in sorted(found))
    return named if NEUTRAL in found else f"{named}, never neutral"


_GIVE = "give a folder or hub id with config.json, tokenizer and model.safetensors of a sequence-classification model"


def _read(folder: Path) -> tuple[Any, Any, list[str]]:
    """Tokenizer, network, and the weights that the network wants and the folder lacks."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    here: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(folder, **here)
    network, told = AutoModelForSequenceClassification.from_pretrained(
        folder, use_safetensors=True, output_loading_info=True, **here
    )
    return tokenizer, network, sorted(told["missing_keys"])


def positions(network: Any) -> int:
    """How many tokens a network has places for. RoBERTa and its kin count from behind the padding's number."""
    for name, part in network.named_modules():
        if isinstance(part, nn.Embedding) and name.endswith("position_embeddings"):
            return part.num_embeddings - (0 if part.padding_idx is None else part.padding_idx + 1)
    return MOST_TOKENS


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder} cannot be loaded ({CONFIG}: {first_line(error)}): {_GIVE}") from error
    if not isinstance(config, dict):
        raise ModelError(f"{folder / CONFIG} is no configuration of a model: {_GIVE}")
    if config.get("model_type") == "ascolto":
        raise ModelError(
            f"{folder} holds a model of Ascolto's own: set ASCOLTO_MODEL to this folder, not to a hub id"
        )
    return config


def _labels(config: Mapping[str, Any]) -> list[str]:
    """The names of the outputs in their order; where there are none, those that transformers gives."""
    named = config.get("id2label")
    if not isinstance(named, dict):
        count = config.get("num_labels")
        named = {number: f"LABEL_{number}" for number in range(count if isinstance(count, int) else 2)}
    places = {f"{place}": f"{label}" for place, label in named.items()}
    return [places.get(f"{number}", "") for number in range(len(places))]


def _of_words(labels: Sequence[str]) -> tuple[int, ...] | None:
    """By names of sentiments; "very negative" is negative too. Neutral may be missing, the other two may not."""
    names = [_plain(label) for label in labels]
    bare = [_VERY.sub("", name) for name in names]
    found = tuple(_WORDS.get(name, -1) for name in bare)
    different = {(place, name == short) for place, name, short in zip(found, names, bare, strict=True)}
    if -1 in found or not {NEGATIVE, POSITIVE} <= set(found) or len(different) < len(labels):
        return None
    return found


def _of_stars(labels: Sequence[str]) -> tuple[int, ...] | None:
    """By "1 star" to "5 stars", in whatever order."""
    stars = [int(match[1]) for label in labels if (match := _STAR.fullmatch(_plain(label)))]
    return tuple(_STARS[star - 1] for star in stars) if _are(stars, labels, range(1, 6)) else None


def _of_numbers(labels: Sequence[str], task: str) -> tuple[int, ...] | None:
    """By LABEL_0 to LABEL_2, or LABEL_0 to LABEL_4 of what is made for stars."""
    numbers = [int(match[1]) for label in labels if (match := re.fullmatch(r"label (\d)", _plain(label)))]
    if len(labels) not in _NUMBERED or not _are(numbers, labels, range(len(labels))):
        return None
    if len(labels) == len(_STARS) and not _OF_STARS.search(task):
        return None
    return tuple(_NUMBERED[len(labels)][number] for number in numbers)


def _are(numbers: Sequence[int], labels: Sequence[str], wanted: range) -> bool:
    return len(numbers) == len(labels) and sorted(numbers) == list(wanted)


def _plain(name: str) -> str:
    """Small letters, with single spaces for whatever stands between words."""
    return " ".join(re.split(r"[\s_\-/.,:]+", unicodedata.normalize("NFC", name).casefold())).strip()


_WORDS = {_plain(name): place for place, names in _SPELLINGS.items() for name in names.split()}


def name_of(folder: Path) -> tuple[str, str]:
    """Name and revision: the hub's of what was pulled, else the folder's own."""
    if (folder / MANIFEST).is_file():
        manifest = read_manifest(folder)
        return manifest.hub_id, manifest.revision
    return folder.resolve().name, "local"


def _told(labels: Sequence[str]) -> str:
    told = sorted(label.lower() for label in labels)
    return ", ".join(told[:8]) + (", ..." if len(told) > 8 else "") if told else "no labels"


def _mend(folder: Path) -> str:
    if (folder / MANIFEST).is_file():
        return "pull another model, whose labels are those"
    return "name its labels so in id2label and label2id of its config.json"
