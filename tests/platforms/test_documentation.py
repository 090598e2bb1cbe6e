"""What docs/sources.md shows works as it stands there."""

import re
import sys
import textwrap
import tomllib
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

import platforms
from crawlers.base import Context, Page
from store.brand import Brand
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", TEXT, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(body) for _, body in found]


def test_each_configuration_is_valid_and_each_platform_has_one() -> None:
    shown = [source for block in blocks("toml") for source in tomllib.loads(block)["sources"]]
    for source in shown:
        platforms.get(source["type"]).options.model_validate(source)
    assert {source["type"] for source in shown} == set(platforms.names())


def test_the_platform_and_the_spider_of_ones_own_work(monkeypatch: pytest.MonkeyPatch) -> None:
    platform, spider = (ModuleType(name) for name in ("platforms.guestbook", "crawlers.spiders.guestbook"))
    for module, code in zip((platform, spider), blocks("python"), strict=True):
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(code, module.__dict__)
    described: Any = platform.__dict__["PLATFORM"]
    options = described.options.model_validate(
        {"name": "book", "type": "guestbook", "brand": "aurora", "url": "https://inn.example/book.json"}
    )
    brand = Brand(key="aurora", name="Caffè Aurora")
    one = spider.__dict__["Spider"](Context(options, brand, datetime(2026, 11, 24, tzinfo=UTC)))
    (fetch,) = one.first()
    body = b'[{"id": 1, "text": "Bello", "date": "2026-11-20"}, {"id": 2, "text": "Brutto"}]'
    parsed = one.parse(Page(fetch.url, body, {"content-type": "application/json"}))
    assert [m.text for m in parsed.mentions] == ["Bello", "Brutto"]
    assert parsed.undated == {"inn.example/2"}
