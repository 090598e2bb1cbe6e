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
from crawlers.mails.proofs import Trust, believed
from crawlers.ratings import stars

RULES = Path(__file__).with_name("senders.toml")
_RATED = re.compile(
    r"[★⭐]{1,5}[☆]{0,4}|\b\d{1,2}(?:[.,]\d)?\s*(?:/|su|out of|of|von|sur|de)\s*(?:5|10)\b"
    r"|\b[1-5](?:[.,]\d)?[ -](?:stell[ae]|stars?|estrellas?|étoiles?|sterne?|estrelas?)\b",
    re.IGNORECASE,
)


class Rule(BaseModel):
    """`domains`: of the sender; `senders`: its addresses where others send from the same domain too, `*@` for all of a
    domain without those below it. Each pattern of `subjects` marks a notification and may name `author` and `place`,
    which are else looked for in the lines. The text stands between a line of `after` and one of `before`. `link`:
    hosts, with all below them, where the mention may stand. `best`: the top of the scale that the sender rates on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domains: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    subjects: tuple[str, ...]
    author: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    best: float = 5

    @property
    def organisations(self) -> tuple[str, ...]:
        """The domains that belong to the sender."""
        return (*self.domains, *(sender.rpartition("@")[2] for sender in self.senders))

    def sent(self, letter: Letter) -> bool:
        by_domain = any(_below(letter.sender, domain) for domain in self.domains)
        return by_domain or any(one in (letter.address, f"*@{letter.sender}") for one in self.senders if one)


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


def searched() -> list[str]:
    """Domains and addresses, one of which stands in the address of each sender that is known."""
    return sorted(
        {one.removeprefix("*@") for rule in rules().values() for one in (*rule.domains, *rule.senders)}
    )


def sent_by(letter: Letter) -> tuple[str, Rule] | None:
    """The platform that the letter comes from, with its rule; None: from nobody that is known."""
    if not letter.address:
        return None
    return next(((name, rule) for name, rule in rules().items() if rule.sent(letter)), None)


def is_genuine(letter: Letter, rule: Rule, trust: Trust) -> bool:
    """Whether the own mail server confirms that the letter comes from the sender of this rule."""
    return believed(letter.sender, rule.organisations, letter.results, trust)


def _below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


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


def _url(links: Sequence[str], hosts: Sequence[str]) -> str | None:
    """Where the mention stands: a link to the place itself, never one that leads elsewhere, whatever it looks like."""
    for link in links:
        # Browsers and parsers do not agree on backslashes and on what stands before an @: such links are none.
        host = urlsplit(link).netloc.lower() if not re.search(r"[\s\\]", link) else ""
        if any(_below(host, one) for one in hosts) and "unsubscribe" not in link.lower():
            return link
    return None
