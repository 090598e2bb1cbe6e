"""The cases of the behaviour tests, read from the files in cases/; it.toml there says how they are written. What a
scorer makes of them is behaviour.py's."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from sentiment.evaluate import CLASSES
from sentiment.scorer import ScorerInput

DATA = Path(__file__).parent / "cases"
LANGUAGES = ("it", "en", "es", "fr", "de", "pt")
LEAST = 4
"""Texts that a language needs of each capability."""

Comparison = Literal[
    "same", "urgency not lower", "urgency not higher", "sentiment not lower", "sentiment not higher"
]
Answer = Literal["answer", "no labels", "unsupported"]
Expected = Literal["labels"] | Comparison | Answer
Change = Literal["capitals", "small letters", "no accents"]


class BehaviourError(ValueError):
    """A file of behaviour tests that cannot be used; the message names file, table and mend."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test. `texts`: a text, or a base and what it was changed into. `expect`: what must hold, as it.toml explains
    it; for `labels`, the right ones by head are in `labels`."""

    capability: str
    lang: str
    expect: Expected
    texts: tuple[ScorerInput, ...]
    labels: Mapping[str, Sequence[str]]


def load(folder: Path = DATA) -> list[Case]:
    """The cases of every language in a folder of files. Raises BehaviourError."""
    return [case for lang in LANGUAGES for case in load_language(folder, lang)]


def load_language(folder: Path, lang: str) -> list[Case]:
    """The cases of one language, in the order of capabilities.toml. Raises BehaviourError."""
    capabilities, fillers = _read(folder / "capabilities.toml"), _fillers(folder / "fillers.toml", lang)
    file = folder / f"{lang}.toml"
    written = _read(file)
    for name in written:
        if name not in capabilities:
            near = get_close_matches(name, capabilities, 1)
            mend = f"did you mean {near[0]}?" if near else "describe it in capabilities.toml"
            raise BehaviourError(f"{file}, [[{name}]]: there is no such capability: {mend}")
    cases: list[Case] = []
    for name in capabilities:
        tables = _tables(file, name, written.get(name, []))
        cases += (case for place, table in tables for case in _cases(name, lang, table, fillers, place))
    return cases


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


Labels = Annotated[list[str], BeforeValidator(_listed)]
Fillers = Annotated[list[str], Field(min_length=2)]
Sentence = Annotated[str, Field(pattern=r"\w")]


class _Table(BaseModel):
    """A `[[capability]]` as it is written; it.toml says what the keys mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: list[str] = []
    pairs: list[tuple[str, str]] = []
    frames: list[str] = []
    fill: Fillers | None = None
    change: Change | None = None
    words: list[int] = []
    around: list[Sentence] = []
    stars: float | None = None
    lang: str | None = None
    expect: Literal[Comparison, Answer] | None = None
    sentiment: Labels = []
    urgency: Labels = []
    category: Labels = []

    @property
    def labels(self) -> dict[str, Sequence[str]]:
        """The labels that are right, by head."""
        return {head: labels for head in CLASSES if (labels := getattr(self, head))}

    @model_validator(mode="after")
    def _sound(self) -> _Table:
        for head, labels in self.labels.items():
            if strange := sorted(set(labels) - set(CLASSES[head])):
                raise ValueError(f"{head}: {strange[0]} is no label: use {', '.join(CLASSES[head])}")
        if bool(self.labels) == bool(self.expect):
            raise ValueError("write either the right labels (sentiment, urgency, category) or expect")
        if bool(self.texts) == bool(self.pairs):
            raise ValueError("write either texts = [...] or pairs = [[..., ...], ...]")
        slotted = any(_SLOT.search(text) for text in self.texts)
        ways = sum(map(bool, (self.pairs, self.frames, self.change, slotted)))
        if ways != (self.expect in get_args(Comparison)):
            raise ValueError(
                "same and the orders compare pairs: make them in one way (pairs, frames, change or {slots}), "
                "and for any other expectation in none"
            )
        if self.fill and not slotted:
            raise ValueError("nothing takes the texts of fill: write {fill} in texts, or leave fill out")
        if bool(self.words) != bool(self.around) or (self.words and ways):
            raise ValueError("words and around go together, and not with pairs: write both or neither")
        if unframed := [frame for frame in self.frames if "{text}" not in frame]:
            raise ValueError(f"the frame {unframed[0]!r} has no {{text}} in it: say where the text goes")
        return self


def _tables(file: Path, capability: str, written: object) -> list[tuple[str, _Table]]:
    """The tables of a capability, each with its place."""
    if not isinstance(written, list):
        raise BehaviourError(f"{file}, {capability}: write it as [[{capability}]], with two brackets")
    tables = []
    for number, given in enumerate(written, 1):
        place = f"{file}, [[{capability}]] number {number}"
        try:
            tables.append((place, _Table.model_validate(given)))
        except ValidationError as error:
            raise BehaviourError(f"{place}: {_first(error)}") from error
    texts = sum(len(table.texts) + len(table.pairs) for _, table in tables)
    if texts < LEAST:
        raise BehaviourError(
            f"{file}, [[{capability}]]: {texts} texts or pairs are too few: write {LEAST} or more"
        )
    return tables


def _cases(
    capability: str, lang: str, table: _Table, fillers: Mapping[str, Sequence[str]], place: str
) -> Iterator[Case]:
    given = lang if table.lang is None else table.lang or None
    for texts in _versions(table, fillers, place):
        if len(set(texts)) < len(texts):
            raise BehaviourError(f"{place}: nothing changes in {texts[0]!r}: change it, or leave it out")
        inputs = tuple(ScorerInput(text, lang=given, stars=table.stars) for text in texts)
        yield Case(capability, lang, table.expect or "labels", inputs, table.labels)


def _versions(table: _Table, fillers: Mapping[str, Sequence[str]], place: str) -> Iterator[tuple[str, ...]]:
    """The texts of each case: one, or a base and a changed one."""
    yield from table.pairs
    for text in table.texts:
        if table.frames:
            yield from ((text, frame.replace("{text}", text)) for frame in table.frames)
        elif table.change:
            yield text, _CHANGES[table.change](text)
        elif table.words:
            yield from ((_padded(text, words, table.around),) for words in table.words)
        elif table.expect in get_args(Comparison):
            yield from _filled(text, {**fillers, "fill": table.fill} if table.fill else fillers, place)
        else:
            yield (text,)


def _filled(text: str, fillers: Mapping[str, Sequence[str]], place: str) -> Iterator[tuple[str, str]]:
    """The text with the first filler, beside the same with each other one."""
    slot = next(iter(_SLOT.findall(text)), "")
    if text.count("{") != 1 or slot not in fillers:
        raise BehaviourError(f"{place}: {text!r} needs one slot: write one of {', '.join(fillers)} in braces")
    base, *others = (text.replace(f"{{{slot}}}", filler) for filler in fillers[slot])
    yield from ((base, other) for other in others)


def _padded(text: str, words: int, around: Sequence[str]) -> str:
    """The text amid sentences of no weight, of so many words together at least."""
    sentences, count = [text], len(text.split())
    for number, sentence in enumerate(cycle(around)):
        if count >= words:
            break
        sentences.insert(len(sentences) if number % 2 else 0, sentence)
        count += len(sentence.split())
    return " ".join(sentences)


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


_CHANGES: Mapping[Change, Callable[[str], str]] = {
    "capitals": str.upper,
    "small letters": str.lower,
    "no accents": _without_accents,
}
_SLOT = re.compile(r"\{(\w+)\}")


def _fillers(file: Path, lang: str) -> dict[str, list[str]]:
    """What the slots are filled with, by slot: the language's own texts, or those of `any`."""
    found = {}
    for slot, table in _read(file).items():
        texts = table.get(lang, table.get("any")) if isinstance(table, dict) else None
        if not isinstance(texts, list) or len(texts) < 2 or not all(isinstance(one, str) for one in texts):
            raise BehaviourError(
                f"{file}, [{slot}]: write two texts or more as {lang} = [...], or any = [...]"
            )
        found[slot] = texts
    return found


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BehaviourError(f"{file} cannot be read ({error.strerror}): restore it") from error
    except UnicodeDecodeError as error:
        raise BehaviourError(f"{file} is not UTF-8: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise BehaviourError(f"{file} is not TOML, mend this: {error}") from error


def _first(error: ValidationError) -> str:
    """The first of pydantic's complaints, in a line: which key, and what it should be."""
    found = error.errors()[0]
    key = ".".join(str(part) for part in found["loc"])
    said = found["msg"].removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        said = f"there is no such key: use {', '.join(_Table.model_fields)}"
    return f"{key}: {said}" if key else said
