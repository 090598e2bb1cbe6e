"""The brand's own words in a draft: its approved wordings, which come before those of the phrase files, what it says
where something untrue is told of it, and its statements on matters of which many write."""

import re
from collections.abc import Sequence
from typing import TypeVar

from alerts.drafts.patterns import find, fold
from alerts.drafts.phrases import MOVES, TOPICS, Wording, languages, load
from store.brand import Brand, Correction, Faq, Statement

T = TypeVar("T", Correction, Statement)
SENTENCES = ("answer", "correction", "statement")
"""Slots that hold sentences of the brand's own: nobody but the brand says what they mean in another language."""
GREETINGS = ("greeting", "greeting_grave")  # run on into the next sentence, after a comma
FIXED = 12  # letters from which what stands between the slots of a wording is words of the brand's
_SLOT = re.compile(r"\{[^{}]*\}")
FORMS = {"formal": 0, "informal": -1}  # places among a language's registers


def wordings(brand: Brand, lang: str, topics: Sequence[str]) -> dict[str, tuple[Wording, ...]]:
    """The brand's wordings in a language, by move: those for one of the topics, else those for all."""
    found: dict[str, list[tuple[bool, Wording]]] = {}
    registers = load(lang).language.registers
    for number, phrase in enumerate(brand.voice.phrases, 1):
        if phrase.lang != lang or phrase.topic not in (None, *topics):
            continue
        form = registers[FORMS[phrase.form]] if phrase.form in FORMS else phrase.form
        wording = Wording(
            id=f"own.{number}", form=form, text=_begun(phrase.move, phrase.text), gloss=phrase.gloss
        )
        found.setdefault(phrase.move, []).append((phrase.topic is not None, wording))
    return {
        move: tuple(w for special, w in listed if special == any(special for special, _ in listed))
        for move, listed in found.items()
    }


def _begun(move: str, text: str) -> str:
    return text.strip().rstrip(" ,.!:") if move in GREETINGS else text.strip()


def fixed(text: str) -> list[str]:
    """What a wording says whatever its slots hold."""
    parts = (part.strip(" ,.;:") for part in _SLOT.split(text)) if _SLOT.search(text) else (text.strip(),)
    return [part for part in parts if sum(char.isalpha() for char in part) >= FIXED or part == text.strip()]


def cased(text: str) -> tuple[str, ...]:
    """As in the middle of a sentence, and as it begins one."""
    return tuple(dict.fromkeys((text, text[:1].upper() + text[1:], text[:1].lower() + text[1:])))


def correction(words: str, brand: Brand, lang: str) -> Correction | None:
    """What the brand says of the untrue thing that a text tells, where it says it in the language of the draft."""
    return _about(words, brand.policy.corrections, lang)


def statement(words: str, brand: Brand, lang: str) -> Statement | None:
    """What the brand says to everybody who writes of this matter, where it says it in the language of the draft."""
    return _about(words, brand.policy.statements, lang)


def facts(correction: Correction | None, statement: str | None) -> dict[str, str]:
    """What the slots of a correction and of a statement say."""
    said = {
        "correction": correction.text if correction else "",
        "source": correction.source if correction else "",
        "statement": statement or "",
    }
    return {slot: text.strip() for slot, text in said.items() if text.strip()}


def glosses(
    entry: Faq | None, correction: Correction | None, statement: str | None, brand: Brand
) -> dict[str, str | None]:
    """What the brand's own sentences mean to who reads the drafts, as far as it says so."""
    told = (one.gloss for one in brand.policy.statements if one.text.strip() == statement)
    return {
        "answer": entry.gloss if entry else None,
        "correction": correction.gloss if correction else None,
        "statement": next(told, None),
    }


def check(brand: Brand) -> None:
    """Raises ValueError, naming the place and the mend, where a wording can never be used, or is used for anything."""
    for kind in ("corrections", "statements"):
        entry: Correction | Statement
        for number, entry in enumerate(getattr(brand.policy, kind), 1):
            place = f"policy.{kind}, number {number}"
            _check_language(place, entry.lang.split("-")[0].lower())
            for words in entry.words:
                if not any(char.isalnum() for char in words):
                    raise ValueError(f"{place}: {words!r} are no words: write how people tell of it")
    for number, phrase in enumerate(brand.voice.phrases, 1):
        place = f"voice.phrases, number {number}"
        if phrase.move not in MOVES:
            raise ValueError(f"{place}: there is no move {phrase.move!r}: docs/drafts.md (Moves) lists them")
        _check_language(place, phrase.lang)
        known = (*TOPICS, *(topic.name for topic in brand.topics))
        if phrase.topic not in (None, *known):
            raise ValueError(f"{place}: there is no topic {phrase.topic!r}: choose one of {', '.join(known)}")
        slots = Wording(id="", form=None, text=phrase.text).slots
        if unknown := sorted(slots - MOVES[phrase.move]):
            able = ", ".join(sorted(MOVES[phrase.move])) or "none"
            raise ValueError(f"{place}: {phrase.move} has no slot {{{unknown[0]}}}: it has {able}")
        if phrase.gloss is not None and Wording(id="", form=None, text=phrase.gloss).slots != slots:
            raise ValueError(f"{place}: its gloss must have the same slots as its text")
        registers = load(phrase.lang).language.registers
        if phrase.form is not None and phrase.form not in (*FORMS, *registers):
            raise ValueError(
                f"{place}: no such form: {phrase.form!r}: choose one of {', '.join((*FORMS, *registers))}"
            )


def _about(words: str, entries: Sequence[T], lang: str) -> T | None:
    text = fold(words)
    mine = (one for one in entries if one.lang.split("-")[0].lower() == lang)
    return next((one for one in mine if find(one.words, text)), None)


def _check_language(place: str, lang: str) -> None:
    if lang not in languages():
        known = ", ".join(languages())
        raise ValueError(f"{place}: no drafts are written in {lang!r}: choose one of {known}")
