"""Writes an `ascolto.toml` that people can read: tables in their order, with comments; and nothing secret. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SECRET = re.compile(
    r"token|secret|pass(word|wd)?\b|pwd|(api|access)?_?key\b|auth|sig(nature)?\b|code\b", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
HIDDEN = {"service.heartbeat_url": "a secret: set ASCOLTO_HEARTBEAT_URL in the environment"}
LEFT_OUT = "what was secret in this address is left out"
DAYS = ("from", "to")  # keys that hold days, which JSON has as text


def document(tables: Mapping[str, Any], comments: Mapping[str, list[str]]) -> str:
    """The file. `comments` stand above the key of a name (`brands.aurora.policy.hours`), also where there
    is none."""
    return "\n".join(_table("", tables, comments)).strip("\n") + "\n"


def inline(value: Any, key: str = "") -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str):
        return value if key in DAYS and _DAY.fullmatch(value) else _quoted(_without_secrets(value))
    if isinstance(value, Mapping):
        return (
            f"{{ {', '.join(f'{_key(k)} = {inline(v, k)}' for k, v in value.items())} }}" if value else "{}"
        )
    return f"[{', '.join(inline(one) for one in value)}]"


def comment(text: str) -> str:
    return "# " + _CONTROL.sub(" ", text)


def _table(place: str, table: Mapping[str, Any], comments: Mapping[str, list[str]]) -> Iterator[str]:
    """The keys of a table, then the tables within it."""
    inside = [key for key, value in table.items() if _is_table(_join(place, key), value) or _is_rows(value)]
    for key, value in table.items():
        if key not in inside:
            yield from _line(_join(place, key), key, value, comments)
    for name, told in comments.items():
        if name.rpartition(".")[0] == place and name.rpartition(".")[2] not in table:
            yield from map(comment, told)  # chosen: nothing
    for key in inside:
        name, value = _join(place, key), table[key]
        if _is_rows(value):
            yield from _rows(name, value, comments)
            continue
        holds_keys = any(not _is_table(_join(name, k), v) for k, v in value.items()) or not value
        if holds_keys:
            yield from ("", f"[{_dotted(name)}]")
        yield from _table(name, value, comments)


def _rows(name: str, rows: Any, comments: Mapping[str, list[str]]) -> Iterator[str]:
    yield ""
    yield from map(comment, comments.get(name, ()))
    for number, row in enumerate(rows):
        yield from (*([""] if number else []), f"[[{_dotted(name)}]]")
        for key, value in row.items():
            yield from _line(f"{name}[].{key}", key, value, {})


def _line(name: str, key: str, value: Any, comments: Mapping[str, list[str]]) -> Iterator[str]:
    yield from map(comment, comments.get(name, ()))
    if name in HIDDEN:
        yield comment(f"{key}: {HIDDEN[name]}")
        return
    if LEFT_OUT in (said := list(_secrets_in(value))):
        yield from map(comment, dict.fromkeys(said))
    yield f"{_key(key)} = {inline(value, key)}"


def _secrets_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _without_secrets(value) != value:
            yield LEFT_OUT
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _secrets_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _secrets_in(one)


def _without_secrets(text: str) -> str:
    """An address without the password in it, and without parameters that may be one. What people are told, an address
    within a sentence too, stays as it is."""
    if "://" not in text or any(map(str.isspace, text.strip())):
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return text.partition("://")[0] + "://"
    given = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in given if not _SECRET.search(name)]
    host = parts.netloc.rpartition("@")[2]
    if host == parts.netloc and len(kept) == len(given):
        return text
    return urlunsplit(
        parts._replace(netloc=host, query=urlencode(kept) if len(kept) < len(given) else parts.query)
    )


def _is_table(name: str, value: Any) -> bool:
    """Whether it has a header of its own: tables of the top, brands, and what a brand is made of."""
    deep = name.count(".")
    return isinstance(value, Mapping) and (deep == 0 or (name.startswith("brands.") and deep <= 2))


def _is_rows(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _dotted(name: str) -> str:
    return ".".join(map(_key, name.split(".")))


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
