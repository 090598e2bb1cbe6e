"""What the platforms publish about themselves, and what they really answered: our requests and readers against both.

The specifications and samples lie beside the project, and are not copied into it; without them these tests skip.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import platforms
from crawlers import spiders
from crawlers.base import Context, Page, Parsed, Spider
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
