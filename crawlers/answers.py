"""What an API answers, read with care: nothing of it is as promised until it was looked at."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from crawlers.base import Answer, Context, Page, Parsed, expect
from store.errors import Permanent
from store.mention import NewMention, storable

Entry = Mapping[str, Any]
Values = dict[str, Any]


def whole(page: Page, wanted: str) -> Any:
    """The JSON of a page. Raises `Permanent` where it is none; `wanted` says what it should have been."""
    expect(page, ("json", "javascript", "text/plain"), "JSON")
    try:
        return json.loads(page.body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        raise Permanent(f"no {wanted}", f"{page.host} sent no JSON: check base_url") from None


def table(thing: Any, *names: str) -> dict[str, Any]:
    """The object under these names, one inside the other; empty where there is none."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, Mapping) else None
    return thing if isinstance(thing, dict) else {}


def tables(thing: Any, *names: str) -> list[dict[str, Any]]:
    """The objects of the list under these names; what is no object is left out."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, Mapping) else None
    return [one for one in thing if isinstance(one, dict)] if isinstance(thing, list) else []


def string(thing: Any, *names: str) -> str | None:
    """The text or number under these names as text that can be stored and asked for; None where there is none, or an
    empty one."""
    *above, last = names
    found = (
        table(thing, *above).get(last) if above else thing.get(last) if isinstance(thing, Mapping) else None
    )
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return str(storable(str(found))) or None


def number(thing: Any, *names: str) -> int | None:
    """The count under these names, also where it is written as text; None where there is none."""
    found = string(thing, *names)
    return int(found) if found and found.isascii() and found.isdigit() and len(found) < 16 else None


def own_names(context: Context[Any], accounts: Iterable[str] = ()) -> frozenset[str]:
    """The names under which the brand itself writes: the accounts that are configured, and aliases that are handles
    (@brand); without the @, in lower case."""
    handles = (*accounts, *(alias for alias in context.brand.aliases if alias[:1] == "@"))
    return frozenset(handle.lstrip("@").casefold() for handle in handles) - {""}


def newest(replies: Iterable[tuple[str | None, Answer]]) -> dict[str, Answer]:
    """Of the brand's replies the latest to each mention, by the mention's external id; empty ones are left out."""
    found: dict[str, Answer] = {}
    for name, one in replies:
        if name and one.text and (name not in found or _later(one, found[name])):
            found[name] = one
    return found


def _later(one: Answer, other: Answer) -> bool:
    return one.at is not None and (other.at is None or one.at > other.at)


def read(
    context: Context[Any],
    entries: Iterable[Entry],
    values: Callable[[Entry], Values | None],
    word: str = "entry",
) -> Parsed:
    """The mentions of a page's entries. `values` gives the fields of a `NewMention`, or None for what is none.

    `published_at` may be None: the mention is undated then and carries the crawl's time. One bad entry is a problem
    of its own, told by its number.
    """
    mentions: list[NewMention] = []
    problems: list[str] = []
    undated: set[str] = set()
    passed = 0
    for place, entry in enumerate(entries, start=1):
        fields = values(entry)
        if fields is None:
            passed += 1
            continue
        at: datetime | None = fields.get("published_at")
        if not fields.get("external_id"):
            problems.append(f"{word} {place}: no id")
            continue
        try:
            mention = context.mention(**fields | {"published_at": at or context.now})
        except ValidationError as error:
            problems.append(f"{word} {place}: {error.errors()[0]['msg']}")
            continue
        mentions.append(mention)
        if at is None:
            undated.add(mention.external_id)
    return Parsed(tuple(mentions), problems=tuple(problems), undated=frozenset(undated), passed=passed)
