"""What a source's row keeps from one crawl to the next, and which options and names it holds for. Pure."""

import hashlib
import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from platforms.base import SourceOptions
from store.brand import Brand


class Cursor(BaseModel):
    """What a source's row keeps between crawls. Unknown or broken parts are dropped: then more is read again."""

    made_for: str = ""  # the options and names it was made with: others may find other mentions
    newest: datetime | None = None
    oldest: datetime | None = None  # of the last whole read
    listed: int = 0  # mentions of the last whole read
    deep_at: datetime | None = None
    deep_pages: int = 1
    undated: bool = False  # some mention carries our time instead of its own
    doubted: bool = False  # many vanished at once: believed when the next crawl agrees
    missed: list[str] = []  # what the last look at it did not show: gone when the next look agrees
    empty: list[str] = []  # chains (countries) without any mention
    fields: dict[
        str, float
    ] = {}  # how many of a list's first mentions usually have each field ("it stars"), 0..1
    kept: dict[str, str] = {}

    @classmethod
    def load(cls, stored: dict[str, Any], made_for: str) -> "Cursor":
        try:
            cursor = cls.model_validate(stored)
        except ValidationError:
            return cls(made_for=made_for)
        return cursor if cursor.made_for == made_for else cls(made_for=made_for)

    def dump(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)


def made_for(options: SourceOptions, brand: Brand) -> str:
    """Changes with everything that decides which mentions a source gives."""
    # Without defaults: an option that a release adds changes nothing.
    told = options.model_dump(mode="json", exclude_defaults=True)
    decides = {name: told[name] for name in told.keys() - options.indifferent if not name.endswith("_env")}
    shape = json.dumps(decides, sort_keys=True)
    names = "\x1f".join((brand.name, *brand.aliases, "", *brand.exclude))
    return hashlib.sha256(f"{shape}\x1f{names}".encode()).hexdigest()[:16]
