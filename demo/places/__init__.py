"""The places of the demo's internet: each answers a request from the world as it stands. No sockets here.

A platform's interface is a module of its name, served under `/NAME/`. It has `answer(visit)`, where `visit.path` begins
behind that; `SOURCE`, the `[[sources]]` table that reads it, with `$base_url` for the internet's address; `SECRETS`,
what the environment must hold for it; and `ids(world)`, the external ids that a correct reader finds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from demo.world import World

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request as a place sees it: path without query, the query's last values, the site's own address.

    `earlier` counts the requests answered before this one; `headers` have lower-case names; `pairs` are all of the
    query, names that it gives more than once included.
    """

    world: World
    base_url: str
    path: str
    query: Mapping[str, str]
    earlier: int = 0
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    pairs: Sequence[tuple[str, str]] = ()

    def listed(self, name: str) -> list[str]:
        """All values that the query gives under a name."""
        return [value for given, value in self.pairs if given == name]

    def number(self, name: str, default: int) -> int:
        """A whole number from the query; what is none counts as not given."""
        value = self.query.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else default


@dataclass(frozen=True, slots=True)
class Response:
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def interfaces() -> list[str]:
    """The platforms whose interfaces this internet serves, by file name."""
    ours = {
        "appstore",
        "mastodon",
        "press",
        "schemaorg",
        "shop",
    }  # they have addresses of their own: `demo.internet`
    return sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in ours | {"__init__"}
    )


def interface(name: str) -> ModuleType:
    """The module that answers under `/NAME/`. Raises KeyError where there is none."""
    if name not in interfaces():
        raise KeyError(name)
    return import_module(f"demo.places.{name}")


def html(template: str, **values: Any) -> Response:
    return Response(_PAGES.get_template(template).render(**values).encode())


def as_json(value: Any, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, "application/json; charset=utf-8", headers=headers or {})


def plain(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text.encode(), "text/plain; charset=utf-8", status, headers or {})


def not_found() -> Response:
    return plain("Nothing is written here.\n", 404)
