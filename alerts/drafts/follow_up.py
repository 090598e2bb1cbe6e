"""The question that follows a repair, "is all well now?", in the customer's language: `follow_up/<language>.toml`.

Few sentences, so that a language has them before it has phrases for whole replies. A person sends it, as all drafts.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

import platforms
from alerts.drafts.names import first_name
from alerts.drafts.phrases import FALLBACK, Wording, Wordings, numbered
from alerts.drafts.speech import first_language
from alerts.drafts.variety import Choice
from alerts.drafts.writing import signed
from platforms.length import Unit, measure
from store.brand import Brand, Strict

FOLDER = Path(__file__).with_name("follow_up")
ASKED = {"refund": "refund", "replacement": "replacement", "moved_to_private": "private"}
"""What was done about a case, and what is asked about it then."""
LEFT_OUT = ("close", "greeting", "signature")  # where the platform's room is short


class Questions(Strict):
    """A language; the first of `registers` is the formal one. Wordings are as in `alerts.drafts.phrases`: each begins
    as it would in the middle of a sentence, `greeting` may hold `{name}`."""

    lang: str
    registers: tuple[str, ...] = Field(min_length=1)
    greeting: Wordings
    refund: Wordings
    replacement: Wordings
    private: Wordings
    close: Wordings

    @model_validator(mode="before")
    @classmethod
    def _with_ids(cls, value: Any) -> Any:
        listed = {"greeting", *ASKED.values(), "close"}
        return {key: numbered(key, texts) if key in listed else texts for key, texts in dict(value).items()}

    @model_validator(mode="after")
    def _complete(self) -> "Questions":
        for move in ("greeting", *ASKED.values(), "close"):
            for register in self.registers:
                fitting = [wording for wording in getattr(self, move) if wording.form in (None, register)]
                if not any(wording.slots == frozenset() for wording in fitting):
                    raise ValueError(f"{move}: nothing to say in {register!r} without a name")
                if any(wording.slots - {"name"} for wording in fitting):
                    raise ValueError(f"{move}: no other slot than name")
        return self


@dataclass(frozen=True, slots=True)
class Question:
    """A draft of the question; `used` of `limit` in `unit` is its length on the platform."""

    lang: str
    text: str
    used: int
    limit: int | None
    unit: Unit


@cache
def languages() -> tuple[str, ...]:
    """The languages that the question can be asked in."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def load(lang: str) -> Questions:
    """The wordings of one language. Raises KeyError where there is no file; ValidationError for a broken one."""
    if lang not in languages():
        raise KeyError(lang)
    table = tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
    return Questions.model_validate(table | {"lang": lang})


def question(
    brand: Brand, *, lang: str | None, author: str | None, done: str, platform: str, seed: str
) -> Question:
    """What to ask after `done` (a key of ASKED; else as after a move to private). `lang`: the customer's; where it is
    not known the brand's first, where it has no file English."""
    wanted = (lang or first_language(brand)).replace("_", "-").split("-")[0].lower()
    known = load(wanted if wanted in languages() else FALLBACK)
    limit, unit = _room(platform)
    for count in range(len(LEFT_OUT) + 1):
        text = _write(known, brand, author, ASKED.get(done, "private"), seed, LEFT_OUT[:count])
        if limit is None or measure(text, unit) <= limit:
            break
    return Question(known.lang, text, measure(text, unit), limit, unit)


def _write(
    known: Questions, brand: Brand, author: str | None, asked: str, seed: str, without: Sequence[str]
) -> str:
    register, choice = _register(known, brand), Choice(seed, ())
    name = first_name(author)

    def say(wordings: Sequence[Wording]) -> str:
        facts = {"name": name} if name else {}
        fitting = [w for w in wordings if w.form in (None, register) and w.slots <= facts.keys()]
        named = [wording for wording in fitting if wording.slots] or fitting
        return choice.of(named).render(facts)

    said = say(getattr(known, asked))
    text = f"{_sentence(say(known.greeting))}, {said}" if "greeting" not in without else _sentence(said)
    if "close" not in without:
        text = f"{text} {_sentence(say(known.close))}"
    return signed(text, brand) if "signature" not in without else text


def _register(known: Questions, brand: Brand) -> str:
    """As the brand speaks; a brand that mirrors its customers is formal here, where there are no words to mirror."""
    wanted = brand.voice.formality.get(known.lang, known.registers[0]).casefold()
    if wanted == "informal":
        wanted = known.registers[-1]
    return wanted if wanted in known.registers else known.registers[0]


def _room(platform: str) -> tuple[int | None, Unit]:
    try:
        found = platforms.get(platform)
    except KeyError:
        return None, "characters"
    return found.reply_limit, found.reply_unit


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
