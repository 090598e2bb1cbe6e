"""Which e-mails tell of a mention, and what they say of it: by sender, with the rules in `senders.toml`. Pure."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from crawlers.mails.letter import Letter
from crawlers.ratings import stars

RULES = Path(__file__).with_name("senders.toml")
_RATED = re.compile(
    r"[★⭐]{1,5}[☆]{0,4}|\b\d{1,2}(?:[.,]\d)?\s*(?:/|su|out of|of|von|sur|de)\s*(?:5|10)\b"
    r"|\b[1-5](?:[.,]\d)?[ -](?:stell[ae]|stars?|estrellas?|étoiles?|sterne?|estrelas?)\b",
    re.IGNORECASE,
)


class Rule(BaseModel):
    """`domains`: of the sender. Each pattern of `subjects` marks a notification and may name `author` and `place`,
    which are else looked for in the lines. The text stands between a line of `after` and one of `before`. `link`: a
    part of the address where the mention stands. `best`: the top of the scale that the sender rates on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domains: tuple[str, ...]
    subjects: tuple[str, ...]
    author: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    link: str = ""
    best: float = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """What an e-mail tells of a mention; `whole`: its text could not be told from the rest, so all of it is given."""

    platform: str
    text: str
    author: str | None
    stars: float | None
    place: str | None
    url: str | None
    whole: bool


@cache
def rules() -> dict[str, Rule]:
    """By platform. Raises `pydantic.ValidationError` for a rule that is none."""
    tables = tomllib.loads(RULES.read_text(encoding="utf-8"))
    return {name: Rule.model_validate(table) for name, table in tables.items() if name != "furniture"}


@cache
def furniture() -> re.Pattern[str]:
    """Lines of buttons, greetings and footers, in any of the languages."""
    lines = tomllib.loads(RULES.read_text(encoding="utf-8"))["furniture"]["lines"]
    return re.compile("|".join(lines), re.IGNORECASE)


def domains() -> list[str]:
    """Of all senders that are known."""
    return sorted({domain for rule in rules().values() for domain in rule.domains})


def sent_by(letter: Letter) -> tuple[str, Rule] | None:
    """The platform that the letter comes from, with its rule; None: from nobody that is known."""
    for name, rule in rules().items():
        if any(letter.sender == domain or letter.sender.endswith(f".{domain}") for domain in rule.domains):
            return name, rule
    return None


def notice(letter: Letter) -> Notice | None:
    """What the letter tells of a mention; None where it is no notification of one."""
    known = sent_by(letter)
    if known is None:
        return None
    platform, rule = known
    named = _first(rule.subjects, [letter.subject])
    if named is None:
        return None
    said = named.groupdict()
    text, whole = _text(letter, rule)
    return Notice(
        platform=platform,
        text=text,
        author=_clean(said.get("author")) or _named(rule.author, letter.lines),
        stars=_stars(letter.lines, rule.best),
        place=_clean(said.get("place")) or _named(rule.place, letter.lines),
        url=_url(letter.links, rule.link),
        whole=whole,
    )


def _text(letter: Letter, rule: Rule) -> tuple[str, bool]:
    """What the customer wrote: between the marks, else what is left without furniture."""
    begin = _index(rule.after, letter.lines, 0)
    start = 0 if begin is None else begin + 1
    end = _index(rule.before, letter.lines, start)
    kept = [line for line in letter.lines[start:end] if not _is_furniture(line)]
    text = "\n".join(kept).strip(' \n"“”«»„')
    return text, begin is None or end is None


def _is_furniture(line: str) -> bool:
    return bool(furniture().search(line)) or not re.sub(_RATED, "", line).strip(" .:·|-")


def _index(patterns: Sequence[str], lines: Sequence[str], start: int) -> int | None:
    for place, line in enumerate(lines[start:], start=start):
        if any(re.search(pattern, line, re.IGNORECASE) for pattern in patterns):
            return place
    return None


def _stars(lines: Sequence[str], best: float) -> float | None:
    for line in lines[:80]:
        if match := _RATED.search(line):
            found = match[0]
            told = re.search(r"(?:/|su|out of|of|von|sur|de)\s*(\d+)", found, re.IGNORECASE)
            return stars(
                found.replace("⭐", "★"), float(told[1]) if told else best if "★" not in found else 5
            )
    return None


def _named(patterns: Sequence[str], lines: Sequence[str]) -> str | None:
    found = _first(patterns, lines[:80])
    return _clean(found[1]) if found else None


def _first(patterns: Sequence[str], lines: Sequence[str]) -> re.Match[str] | None:
    for line in lines:
        for pattern in patterns:
            if match := re.search(pattern, line[:500], re.IGNORECASE):
                return match
    return None


def _clean(name: str | None) -> str | None:
    return (name or "").strip(" .,:!\"“”«»'") or None


def _url(links: Sequence[str], part: str) -> str | None:
    """Where the mention stands: a link to the place itself, never one that only leads out of the mail."""
    if not part:
        return None
    fitting = [link for link in links if part in (urlsplit(link).netloc + urlsplit(link).path).lower()]
    return next((link for link in fitting if "unsubscribe" not in link.lower()), None)
