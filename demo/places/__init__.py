"""The places of the demo's internet: each answers a request from the world as it stands. No sockets here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
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

    `earlier` counts the requests answered before this one.
    """

    world: World
    base_url: str
    path: str
    query: Mapping[str, str]
    earlier: int = 0

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


def html(template: str, **values: Any) -> Response:
    return Response(_PAGES.get_template(template).render(**values).encode())


def as_json(value: Any, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, "application/json; charset=utf-8", headers=headers or {})


def plain(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text.encode(), "text/plain; charset=utf-8", status, headers or {})


def not_found() -> Response:
    return plain("Nothing is written here.\n", 404)
