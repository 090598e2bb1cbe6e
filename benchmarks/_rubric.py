"""The mentions of `tests/drafts`, what a good reply to each must and must not say, and which checks a draft passes.

A check finds words: it cannot tell whether a reply is kind.
"""

import json
import re
import statistics
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from alerts.drafts.patterns import fold
from alerts.drafts.phrases import FALLBACK, languages, load
from offline import Answer, Text

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "drafts"
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # a Tuesday noon in Rome: the brand is there
WORDS = 110  # of a public reply
APART = 0.25  # from the nearest other draft of its language
SOON = 2  # sentences after the greeting, within which a customer knows their own matter again
LONG = 4  # letters from which on a word has a content of its own
STEM = 5  # letters of it that its forms share
SAME = 0.8  # of the shorter sentence's content, from which on another says it once more
FEWEST = 4  # words of content below which a sentence is too short to be said twice
_SENTENCE = re.compile(r"(?<=[.?!…])\s+(?=[^\W\d_]|[¿¡«“„])")
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+")


class Expected(BaseModel):
    """What a reply must be like. `names`: words of which one tells the customer soon that it is their matter;
    `must` and `never`: words all and none of which it holds; `case`, `problem`, `form` (of address): as in a plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case: str | None
    remedy: str
    offer: bool = False
    problem: str | None = None
    form: str | None = None
    names: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class Labels(BaseModel):
    """What a reading of the text says of it: the model's when the mention was written, or a person's (`by`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    sentiment: str
    negative: float
    urgency: str
    category: str
    topics: list[str]


@dataclass(frozen=True, slots=True)
class Mention:
    """A line of `mentions.jsonl`; `reasons`: why people are told of it, beyond what its words say."""

    lang: str
    line: Text
    now: datetime
    labels: Labels
    reasons: tuple[str, ...]
    expected: Expected


def mentions(folder: Path = FOLDER) -> list[Mention]:
    """All of them. Raises FileNotFoundError outside a checkout of the repository."""
    text = (folder / "mentions.jsonl").read_text(encoding="utf-8")
    return [_mention(json.loads(line)) for line in text.splitlines()]


def _mention(found: Mapping[str, Any]) -> Mention:
    return Mention(
        lang=found["lang"],
        line=Text.model_validate(found),
        now=datetime.fromisoformat(found["now"]) if "now" in found else NOW,
        labels=Labels.model_validate(found["score"]),
        reasons=tuple(found.get("reasons", ())),
        expected=Expected.model_validate(found["expects"]),
    )


def rubric(folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """The checks that stand for each criterion."""
    tables = tomllib.loads((folder / "rubric.toml").read_text(encoding="utf-8"))
    return {name: tuple(table["checks"]) for name, table in tables.items()}


def checked(mention: Mention, answer: Answer, nearest: float) -> dict[str, bool]:
    """Each check and whether the draft passes it. `answer`: a line of `ascolto draft --trace`; `nearest`: how far the
    most similar other draft is, 0 to 1. Where no reply is due, that there is none is all that is asked."""
    expected = mention.expected
    due, text = expected.case is not None, answer["reply"] or ""
    if not due or not text:
        return {"reply": due == bool(text)}
    said = f"{text}\n{answer['private_reply'] or ''}"
    grounds = {ground for sentence in answer["sentences"] for ground in sentence["grounds"]}
    costs = answer["remedy"] == "refund_replacement"
    offers = costs and any(ground.startswith("policy.remedies.") for ground in grounds)
    guarded: dict[str, bool] = {}
    for check in answer["checks"]:
        guarded[check["name"]] = guarded.get(check["name"], True) and check["ok"]
    return guarded | {
        "reply": True,
        "named": not expected.names or any(_holds(opening(text), word) for word in expected.names),
        "must": all(_holds(said, word) for word in expected.must),
        "never": not any(_holds(said, word) for word in expected.never),
        "remedy": answer["remedy"] == expected.remedy,
        "offer": expected.offer or not offers,
        "words": len(text.split()) <= WORDS,
        "once": not said_twice(text, mention.lang),
        "nearest": nearest >= APART,
    }


def _holds(text: str, word: str) -> bool:
    return word.casefold() in text.casefold()


def opening(text: str) -> str:
    """The first two sentences, with the greeting that runs on into the first."""
    return " ".join(_SENTENCE.split(text)[:SOON])


def said_twice(text: str, lang: str) -> list[tuple[str, str]]:
    """Sentences of a draft that say the same: nearly all words of content of the one stand in the other. The signature
    is no sentence."""
    body = _ADDRESS.sub("", text.rpartition("\n\n")[0] or text)
    ordinary = {
        fold(word, None).plain for word in load(lang if lang in languages() else FALLBACK).language.stopwords
    }
    contents = [(one, _content(one, ordinary)) for one in _SENTENCE.split(body)]
    found = []
    for (one, mine), (other, theirs) in combinations(contents, 2):
        fewer = min(len(mine), len(theirs))
        if fewer >= FEWEST and len(mine & theirs) >= SAME * fewer:
            found.append((one, other))
    return found


def _content(sentence: str, ordinary: set[str]) -> set[str]:
    words = _WORD.findall(fold(sentence, None).plain)
    return {word[:STEM] for word in words if len(word) >= LONG and word not in ordinary}


def nearest_within(drafts: Sequence[tuple[str, str]]) -> list[float]:
    """`nearest` for drafts with their languages (language, text): what differs in every word of another language is no
    proof of variety."""
    found = [1.0] * len(drafts)
    for lang in {lang for lang, _ in drafts}:
        places = [place for place, (other, _) in enumerate(drafts) if other == lang]
        for place, apart in zip(places, nearest([drafts[place][1] for place in places]), strict=True):
            found[place] = apart
    return found


def nearest(drafts: Sequence[str]) -> list[float]:
    """How far each draft is from the one most like it: 1 less difflib's ratio over the words, 0 for the same."""
    found = [1.0] * len(drafts)
    words = [draft.split() for draft in drafts]
    for a, b in combinations(range(len(words)), 2):
        apart = 1 - SequenceMatcher(None, words[a], words[b], autojunk=False).ratio()
        found[a], found[b] = min(found[a], apart), min(found[b], apart)
    return found


def share(passed: Sequence[bool]) -> float | None:
    """The share that passes, to three places; None of none."""
    return round(statistics.mean(passed), 3) if passed else None
