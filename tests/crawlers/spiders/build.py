"""Spiders and pages for tests, with the options that matter there."""

from datetime import UTC, datetime
from typing import Any

import platforms
from crawlers import spiders
from crawlers.base import Context, Page, Parsed, Spider
from tests.crawlers.jobs import AURORA

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def spider(kind: str, kept: dict[str, str] | None = None, **options: Any) -> Spider[Any]:
    table = {"name": "source", "type": kind, "brand": "aurora"} | options
    validated = platforms.get(kind).options.model_validate(table)
    return spiders.get(kind)(Context(validated, AURORA, NOW, kept or {}))


def page_of(
    body: str | bytes, url: str = "https://site.example/p", kind: str = "text/html", **fields: Any
) -> Page:
    headers = {"content-type": kind} | fields.pop("headers", {})
    return Page(url, body.encode() if isinstance(body, str) else body, headers, **fields)


def read_page(body: str | bytes, **options: Any) -> Parsed:
    """What the page spider reads from HTML."""
    return spider("page", url="https://site.example/p", **options).parse(page_of(body))
