"""What `Authentication-Results` of an e-mail prove about its sender (RFC 8601). Pure; everything in it is hostile.

Such a header is only worth what the server says that wrote it, and anybody can write one: only the own server's counts.
Names of mailboxes come back in it as the stranger gave them, so quoted strings and comments are read as such.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST = 10_000  # characters of a header
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?)+")
_FAILED = frozenset({"fail", "permerror"})


@dataclass(frozen=True, slots=True)
class Result:
    """One check. `told`: its properties, such as `header.d`; one that is told twice in two ways is empty."""

    method: str
    result: str
    told: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        return dict(self.told).get(name, "")


@dataclass(frozen=True, slots=True)
class Results:
    """One header. `by`: the name of the server that says it; empty where it gives none, as Microsoft's does."""

    by: str
    found: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """`authserv_id`: the name with which the own server signs its results. `unverified`: it writes none at all."""

    authserv_id: str | None = None
    unverified: bool = False


def read_results(header: str) -> Results:
    """The results in a header's value. Never raises."""
    parts = _parts(re.sub(r"[\r\n]+", "", header)[:MOST])
    by, first = "", parts[0] if parts else []
    if first and first[0][1] is None:
        by, parts = first[0][0].lower(), parts[1:]
    return Results(by, tuple(_result(part) for part in parts if part and part[0][1] is not None))


def believed(sender: str, domains: Iterable[str], results: Sequence[Results], trust: Trust) -> bool:
    """Whether a letter from the domain `sender`, which lies in one of a platform's `domains`, is really its."""
    own = trust.authserv_id.lower() if trust.authserv_id else None
    mine = next((one for one in results if own is None or one.by == own), None)
    if mine is None:
        return trust.unverified
    within = [domain for domain in domains if _in(sender, domain)]
    dmarc = [one for one in mine.found if one.method == "dmarc"]
    if any(one.result in _FAILED for one in dmarc):
        return False
    if any(one.result == "pass" and one["header.from"].lower() in ("", sender) for one in dmarc):
        return True
    proven = [_proven(one) for one in mine.found if one.result == "pass"]
    # Of one organisation with the sender: both are in a domain that is the platform's.
    return any(_in(domain, one) for domain in proven if domain for one in within)


def _proven(one: Result) -> str:
    """The domain that a passed check speaks of."""
    if one.method == "dkim":
        told = one["header.d"] or one["header.i"]
    elif one.method == "spf":
        told = one["smtp.mailfrom"]
    else:
        return ""
    domain = told.rpartition("@")[2].strip(".").lower()
    return domain if _DOMAIN.fullmatch(domain) else ""


def _in(domain: str, above: str) -> bool:
    return domain == above or domain.endswith(f".{above}")


def _result(pairs: Sequence[tuple[str, str | None]]) -> Result:
    (method, result), told = pairs[0], dict[str, str]()
    for name, value in pairs[1:]:
        if value is not None:
            name = name.lower()
            told[name] = value if told.get(name, value) == value else ""
    return Result(method.partition("/")[0].lower(), (result or "").lower(), tuple(told.items()))


def _parts(text: str) -> list[list[tuple[str, str | None]]]:
    """The parts between semicolons, each a list of `name=value` and of lone words (whose value is None)."""
    parts: list[list[tuple[str, str | None]]] = [[]]
    for kind, token in _tokens(text):
        part = parts[-1]
        if kind == ";":
            parts.append([])
        elif kind == "=" and part and part[-1][1] is None:
            part[-1] = (part[-1][0], "")
        elif kind == "word" and part and part[-1][1] == "":
            part[-1] = (part[-1][0], token)
        elif kind == "word":
            part.append((token, None))
    return parts


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Words, `=` and `;`. What is quoted is part of its word, whatever stands in it; comments are left out."""
    word, place, valued = "", 0, False
    while place < len(text):
        char = text[place]
        if char == '"':
            quoted, place = _quoted(text, place + 1)
            word += quoted or "\0"  # an empty one is a word too
            continue
        if char == "(":
            place = _after_comment(text, place)
            char = " "
        else:
            place += 1
        # An `=` within a value, such as that of base64, is part of it.
        if char in " \t;" or (char == "=" and not (valued and word)):
            if word:
                yield "word", word
                valued = False
            word = ""
            if char in "=;":
                yield char, char
                valued = char == "="
        else:
            word += char
    if word:
        yield "word", word


def _quoted(text: str, place: int) -> tuple[str, int]:
    """What stands in quotes from here on, and where it goes on; one that nobody closes takes all the rest."""
    said = ""
    while place < len(text) and text[place] != '"':
        if text[place] == "\\":
            place += 1
        said += text[place : place + 1]
        place += 1
    return said, place + 1


def _after_comment(text: str, place: int) -> int:
    """Where a comment, which may hold others, ends; one that nobody closes takes all the rest."""
    depth = 0
    while place < len(text):
        char = text[place]
        place += 2 if char == "\\" else 1
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return place
    return place
