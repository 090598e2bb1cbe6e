"""Whether two mentions on different platforms are by one person. Pure, and cautious: a wrong yes mixes two customers.

A name alone says nothing: there are many called Mario Rossi. It is one person where the same name, or handle, tells of
the same number (of an order, a ticket, a booking), or where a handle that hardly two people choose (eight characters or
more, two digits among them) wrote on both within three days.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from store.matching import fold
from store.tables import Mention

DAYS = timedelta(days=3)  # between two mentions under one handle
READ = 3_000  # characters of a text
MOST = 3  # numbers of one text
SHORTEST = 8  # characters of a handle that says who it is,
DIGITS = 2  # and how many of them are digits
NAME = 5  # letters of a name
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]*", re.ASCII)
_ANYBODY = re.compile(
    r"(?:google|user|utente|guest|ospite|anonym|anonim|client|customer|kunde|nutzer|member)"
)
_NUMBER = re.compile(
    r"(?<![\w.,-])(?=(?:[a-z-]*\d){5})[a-z0-9](?:-?[a-z0-9]){5,29}(?![\w-]|[.,]\d)", re.ASCII
)
_DATE = re.compile(r"(?:19|20)\d\d-?[01]\d-?[0-3]\d|[0-3]?\d-[01]?\d-(?:19|20)\d\d")
_PHONE = re.compile(r"[038]\d{8,10}")  # a number that many people name: the brand's own, above all


def traces(mention: Mention) -> tuple[str, ...]:
    """What another mention by the same person would have too."""
    named = sorted(_names(mention))
    numbers = sorted(_numbers(mention))[:MOST] if named else []
    return (
        *(f"handle {handle}" for handle in sorted(_handles(mention)) if _is_rare(handle)),
        *(f"number {name} {number}" for name in named for number in numbers),
    )


def is_one(one: Mention, other: Mention) -> bool:
    """Whether both are by one person about one matter."""
    if one.platform == other.platform or one.brand != other.brand:
        return False
    shared = set(traces(one)) & set(traces(other))
    near = abs(one.published_at - other.published_at) <= DAYS
    return any(near or trace.startswith("number ") for trace in shared)


def _handles(mention: Mention) -> set[str]:
    """The author's names that are handles: of giulia@social.example the first part."""
    written = (mention.author, mention.author_id)
    bare = ((name or "").casefold().strip().removeprefix("@").split("@")[0] for name in written)
    return {name for name in bare if _HANDLE.fullmatch(name)}


def _is_rare(handle: str) -> bool:
    """Whether hardly two people would choose it."""
    digits = sum(map(str.isdigit, handle))
    letters = sum(map(str.isalpha, handle))
    return len(handle) >= SHORTEST and digits >= DIGITS <= letters and not _ANYBODY.match(handle)


def _names(mention: Mention) -> set[str]:
    shown = fold(mention.author or "").removeprefix("@")
    return {name for name in (shown, *_handles(mention)) if sum(map(str.isalpha, name)) >= NAME}


def _numbers(mention: Mention) -> Iterator[str]:
    text = f"{mention.title or ''}\n{mention.text[:READ]}"[:READ].casefold()
    for number in dict.fromkeys(_NUMBER.findall(text)):
        if not _DATE.fullmatch(number) and not _PHONE.fullmatch(number.replace("-", "")):
            yield number.replace("-", "")
