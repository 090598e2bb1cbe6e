"""Pages of every kind beside what a spider must read from them: `python -m tests.crawlers.golden` writes the
expectations anew; the difference is then read like code.

`cases.toml` in each platform's folder gives the options and secrets of all its cases, and what a single one has beside
its file: `options`, `headers`, `url`, `number`, `chain`.
"""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platforms
from crawlers import spiders
from crawlers.base import Context, Fetch, Page, Parsed
from store.errors import Permanent
from tests.crawlers.jobs import AURORA

SOURCES = Path(__file__).parents[1] / "fixtures" / "sources"
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
EXPECTED = ".expected.json"
_TYPES = {".html": "text/html", ".xml": "application/xml", ".json": "application/json"}


def cases() -> list[Path]:
    """The page of each case."""
    known = ("cases.toml", EXPECTED)
    return sorted(path for path in SOURCES.glob("*/*") if not path.name.endswith(known))


def read(path: Path) -> dict[str, Any]:
    """What the spider reads from a page, as JSON; fields that are as they always are left out."""
    platform = path.parent.name
    table = tomllib.loads((path.parent / "cases.toml").read_text(encoding="utf-8"))
    case = table.get("cases", {}).get(path.name, {})
    values = (
        {"name": "shop", "type": platform, "brand": "aurora"} | table["options"] | case.get("options", {})
    )
    options = platforms.get(platform).options.model_validate(values)
    spider = spiders.get(platform)(Context(options, AURORA, NOW, secrets=table.get("secrets", {})))
    spider.token = "token"
    headers = {"content-type": _TYPES[path.suffix]} | case.get("headers", {})
    page = Page(
        case.get("url") or spider.first()[0].url,
        path.read_bytes(),
        headers,
        case.get("number", 1),
        case.get("chain", ""),
    )
    try:
        return shown(spider.parse(page))
    except Permanent as error:
        return {"permanent": str(error)}


def shown(parsed: Parsed) -> dict[str, Any]:
    fields = {
        "mentions": [mention.model_dump(mode="json", exclude_none=True, exclude={"brand", "source", "platform"}) for mention in parsed.mentions],
        "next": [_fetch(fetch) for fetch in parsed.next],
        "lists": [_fetch(fetch) for fetch in parsed.lists],
        "problems": list(parsed.problems),
        "undated": sorted(parsed.undated),
        "derived": dict(parsed.derived),
        "kept": parsed.kept,
        "answers": {name: [one.text, one.at and one.at.isoformat()] for name, one in parsed.answers.items()},
        "unsaid": sorted(parsed.unsaid),
        "lost": sorted(parsed.lost),
        "wait": parsed.wait,
        "cost": parsed.cost,
        "leads": {lead.external_id: lead.fetch.url for lead in parsed.leads},
        "left": parsed.left,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value}


def _fetch(fetch: Fetch) -> dict[str, Any]:
    found = {"url": fetch.url, "number": fetch.number, "chain": fetch.chain, "headers": dict(fetch.headers)}
    found |= {"cost": fetch.cost} if fetch.cost != 1 else {}
    return {name: value for name, value in found.items() if value}


def expected(path: Path) -> Path:
    return path.with_name(path.name + EXPECTED)


if __name__ == "__main__":
    for case in cases():
        expected(case).write_text(
            json.dumps(read(case), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
