"""Words that a person wants to see whatever the model says: threats to a life, danger, law, press, fraud,
discrimination, the brand's own.

The built-in words are data: `tripwire_words/<language>.toml`. What a hit leads to is for `alerts.triage`.

Patterns: `*` stands for the rest of a word, `{a,b}` for a choice, a space for any gap between words. Case, accents
and invisible characters do not count. A file has a table for each kind; `words` count where the text's language
is known or not, `ambiguous` only where it is known to be this one (German "Gift" is a poison, English "gift" is
not). `harmless.words` are phrases in which a word means something else ("salsa all'avvocato"). `denied.words` are
threats that are not made
("I won't sue you"), unless one of `denied.doubts` comes before in the sentence ("don't
think") or one of `denied.unless` after, in the sentence or the next ("if", "today"): in doubt, a threat is one.
A number is none where it counts something ("118 euro").
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from store.brand import Brand

WORDS = Path(__file__).with_name("tripwire_words")
KINDS = ("life", "danger", "law", "press", "fraud", "discrimination")
HARMLESS, DENIED = "harmless", "denied"
_CHOICE = re.compile(r"\{([^{}]*)\}")
_GAP, _REST = r"[\W_]{1,3}", r"[^\W_]*"
# What a number counts, or what goes on after it: "il 118,40", "called 999 times" call nobody.
_UNITS = "eur|euros?|dollari?|dollars?|pounds?|sterline|volte|times|veces|fois|mal|vezes|keer|maal"
_COUNTED = rf"[.,:/]\d|[\W_]{{0,2}}(?:[%€$£°]|(?:{_UNITS})\b)"
_SENTENCE = re.compile(r"[.!?\n]+")
_REACH = 300  # characters: how far before and after a denial its doubts are looked for
_START = r"(?<![^\W_])"  # an underscore is no letter: people write _avvocato_
_END = rf"(?![^\W_])(?!(?<=\d)(?:{_COUNTED}))"
_INVISIBLE = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found: its kind (one of `KINDS`, or `brand`) and the word as the text writes it."""

    kind: str
    word: str


@cache
def languages() -> tuple[str, ...]:
    """The languages with built-in words."""
    return tuple(sorted(path.stem for path in WORDS.glob("*.toml")))


def find(text: str, lang: str | None, brand: Brand | None = None) -> list[Hit]:
    """The tripwires in `text`, each word once, in order of appearance.

    In a language that has no words, or with `lang` None, the unambiguous words of all languages are looked for;
    the brand's own (`policy.tripwires`) always are.
    """
    shown, plain = _fold(text)
    found: dict[tuple[str, str], tuple[int, Hit]] = {}
    told = _without_denied(plain, lang)
    for pattern in _patterns(lang, brand):
        for match in pattern.finditer(told):
            kind = str(match.lastgroup)
            if kind != HARMLESS:
                hit = Hit(kind, shown[match.start() : match.end()])
                found.setdefault((kind, match.group()), (match.start(), hit))
    return [hit for _, hit in sorted(found.values(), key=lambda place: place[0])]


def without_harmless(plain: str, lang: str | None) -> str:
    """A folded text with a blank in each place of what is harmless or denied."""
    plain = _without_denied(plain, lang)
    for pattern in _patterns(lang, None):
        for match in pattern.finditer(plain):
            if match.lastgroup == HARMLESS:
                plain = _blank(plain, match)
    return plain


def _without_denied(plain: str, lang: str | None) -> str:
    """A folded text with a blank in each place of a threat that is surely not made."""
    code = _code(lang)
    for known in (code,) if code else languages():
        denied, doubts, unless = _denials(known)
        for match in denied.finditer(plain):
            before = _SENTENCE.split(plain[max(0, match.start() - _REACH) : match.start()])[-1]
            after = " ".join(_SENTENCE.split(plain[match.end() : match.end() + _REACH])[:2])
            if not doubts.search(before) and not unless.search(after):
                plain = _blank(plain, match)
    return plain


def _blank(plain: str, match: re.Match[str]) -> str:
    return plain[: match.start()] + " " * len(match[0]) + plain[match.end() :]


def matches(words: tuple[str, ...], text: str) -> bool:
    """Whether any of these patterns is in the text."""
    return bool(words) and _own(words).search(_fold(text)[1]) is not None


def _patterns(lang: str | None, brand: Brand | None) -> Iterator[re.Pattern[str]]:
    if code := _code(lang):
        yield _language(code, True)
    else:
        yield from (_language(code, False) for code in languages())
    if brand and brand.policy.tripwires:
        yield _own(brand.policy.tripwires)


def _code(lang: str | None) -> str | None:
    """The language, where it has words."""
    code = re.split("[-_]", lang)[0].lower() if lang else None
    return code if code in languages() else None


@cache
def _denials(code: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What denies a threat; what before it, and what after it, makes that doubtful."""
    table = tomllib.loads((WORDS / f"{code}.toml").read_text(encoding="utf-8")).get(DENIED, {})
    denied, doubts, unless = (
        re.compile(rf"{_START}(?:{_any_of(table.get(key, []))})(?![^\W_])")
        for key in ("words", "doubts", "unless")
    )
    return denied, doubts, unless


@cache
def _language(code: str, certain: bool) -> re.Pattern[str]:
    """All kinds of one language in one pattern; harmless phrases come first and so swallow their words."""
    path = WORDS / f"{code}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    if unknown := set(tables) - {*KINDS, HARMLESS, DENIED}:
        raise ValueError(f"{path.name}: no such kinds: {', '.join(sorted(unknown))}")
    groups = []
    for kind in (HARMLESS, *KINDS):
        table = tables.get(kind, {})
        words = table.get("words", []) + (table.get("ambiguous", []) if certain else [])
        if words:
            groups.append(f"(?P<{kind}>{_any_of(words)})")
    return re.compile(rf"{_START}(?:{'|'.join(groups)}){_END}")


@lru_cache(maxsize=64)
def _own(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"{_START}(?P<brand>{_any_of(words)}){_END}")


def _any_of(patterns: Iterable[str]) -> str:
    """One alternation, longest first within each initial: the engine skips whole branches by their first letter."""
    choices = (choice.strip() for pattern in patterns for choice in _choices(_fold(pattern)[1]))
    plain = {choice for choice in choices if choice.strip("* ")}  # a lone star would be every word
    if not plain:
        return r"(?!)"
    branches = []
    for initial, words in groupby(
        sorted(plain, key=lambda word: (word[0], -len(word), word)), lambda w: w[0]
    ):
        rest = "|".join(_expression(word[1:]) for word in words)
        branches.append(f"{_expression(initial)}(?:{rest})")
    return "|".join(branches)


def _choices(pattern: str) -> Iterator[str]:
    match = _CHOICE.search(pattern)
    if not match:
        yield pattern
        return
    for choice in match[1].split(","):
        yield from _choices(pattern[: match.start()] + choice + pattern[match.end() :])


def _expression(word: str) -> str:
    parts = re.split(r"(\*|\s+)", word)
    return "".join(
        _REST if part == "*" else _GAP if part.isspace() else re.escape(part) for part in parts if part
    )


class _Folding(dict[int, str]):
    """Each character to one plain lower-case one, learned as texts come."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        letters = [c for c in unicodedata.normalize("NFKD", char.casefold()) if not unicodedata.combining(c)]
        self[code] = "'" if char in "’‘`´ʼ" else letters[0] if letters else char
        return self[code]


_FOLDING = _Folding()


def _fold(text: str) -> tuple[str, str]:
    """The text as shown, and its plain form of the same length (so that what is found can be quoted)."""
    shown = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return shown, shown.translate(_FOLDING)
