"""What the platforms publish about themselves, and what they really answered: our requests and readers against both.

The specifications and samples lie beside the project, and are not copied into it; without them these tests skip.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import platforms
from crawlers import spiders
from crawlers.base import Context, Fetch, Page, Parsed, Spider
from demo.places import Visit, interface
from demo.world import World
from tests.conftest import ROOT
from tests.crawlers.jobs import AURORA

SHARED = ROOT.parent / "shared"
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


class Secrets(Mapping[str, str]):
    """An environment that holds something under each name."""

    def __getitem__(self, name: str) -> str:
        return f"value-of-{name}"

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def spec(name: str) -> Any:
    """A specification as JSON; skips the test where it is absent."""
    return _json(SHARED / "specs" / name)


def spec_text(name: str) -> str:
    """A specification that is written for people; skips the test where it is absent."""
    return _there(SHARED / "specs" / name).read_text(encoding="utf-8")


def sample(name: str) -> Any:
    """A recorded or constructed answer as JSON; skips the test where it is absent."""
    return _json(SHARED / "samples" / name)


def sample_bytes(name: str) -> bytes:
    return _there(SHARED / "samples" / name).read_bytes()


def spider(platform: str, *, secrets: Mapping[str, str] | None = None, **options: Any) -> Spider[Any]:
    """The spider of a platform with these options, signed in."""
    table = {"name": "source", "type": platform, "brand": "aurora"} | options
    chosen = platforms.get(platform).options.model_validate(table)
    made = spiders.get(platform)(
        Context(chosen, AURORA, NOW, secrets=Secrets() if secrets is None else secrets)
    )
    made.token = "token"
    return made


def yaml_spec(name: str) -> Any:
    """A specification that is written in YAML; skips the test where it, or what reads it, is absent."""
    reader: Any = pytest.importorskip("yaml")
    return reader.safe_load(_there(SHARED / "specs" / name).read_text(encoding="utf-8"))


def told(platform: str, fetch: Fetch, **visit: Any) -> Any:
    """What the demo's interface answers to a request, as JSON; its address is `http://127.0.0.1/PLATFORM`."""
    parts = urlsplit(fetch.url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    asked = Visit(
        World(NOW),
        "http://127.0.0.1",
        parts.path.removeprefix(f"/{platform}"),
        dict(pairs),
        headers={name.lower(): value for name, value in fetch.headers.items()},
        pairs=pairs,
    )
    return json.loads(interface(platform).answer(replace(asked, **visit)).body)


def parse(one: Spider[Any], answer: Any, **page: Any) -> Parsed:
    """What the spider reads in an answer (JSON, or bytes as they are)."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    first = one.first()[0]
    values = {"url": first.url, "chain": first.chain, "headers": {"content-type": "application/json"}} | page
    return one.parse(Page(body=body, **values))


def _json(path: Path) -> Any:
    return json.loads(_there(path).read_text(encoding="utf-8"))


def _there(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the project")
    return path
