"""Whatever stands where something else was promised, a reader reads on or says that it is no answer."""

import copy
import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

import platforms
from crawlers import spiders
from crawlers.base import Context, Page, Spider
from store.errors import Permanent, Transient
from tests.crawlers.golden import EXPECTED, NOW, SOURCES
from tests.crawlers.jobs import AURORA

READERS = ("bluesky", "discourse", "hackernews", "mastodon", "stackexchange")
JUNK: tuple[Any, ...] = (
    None, True, -1, 1e300, 10**40, "", "\ud800\x00<!channel>", "9" * 400, "../../x", [], [None], {}, {"id": {}},
    float("nan"),
)  # fmt: skip
PAGES = [
    path
    for name in READERS
    for path in sorted((SOURCES / name).glob("*.json"))
    if not path.name.endswith(EXPECTED) and not path.name.startswith(("hostile", "last", "empty"))
]


def places(thing: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each part of a JSON document."""
    yield above
    parts = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    for name, part in parts:
        yield from places(part, (*above, name))


def put(thing: Any, place: tuple[Any, ...], junk: Any) -> Any:
    if not place:
        return junk
    whole = copy.deepcopy(thing)
    above = whole
    for name in place[:-1]:
        above = above[name]
    above[place[-1]] = junk
    return whole


def reader(name: str, file: str) -> tuple[Spider[Any], dict[str, Any]]:
    table = tomllib.loads((SOURCES / name / "cases.toml").read_text(encoding="utf-8"))
    case = table.get("cases", {}).get(file, {})
    values = {"name": "x", "type": name, "brand": "aurora"} | table["options"] | case.get("options", {})
    options = platforms.get(name).options.model_validate(values)
    spider = spiders.get(name)(Context(options, AURORA, NOW, secrets=table.get("secrets", {})))
    spider.token = "token"
    return spider, case


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_part_of_an_answer_breaks_its_reader(path: Any) -> None:
    spider, case = reader(path.parent.name, path.name)
    url = case.get("url") or spider.first()[0].url
    answer = json.loads(path.read_text(encoding="utf-8"))
    for place in places(answer):
        for junk in JUNK:
            body = json.dumps(put(answer, place, junk)).encode()
            page = Page(url, body, {"content-type": "application/json"}, chain=case.get("chain", ""))
            told = spider.refusal(page)
            assert told is None or isinstance(told, Permanent | Transient)
            try:
                parsed = spider.parse(page)
            except Permanent:
                continue
            for fetch in (*parsed.next, *(lead.fetch for lead in parsed.leads)):
                assert fetch.url.startswith(url.split("?")[0].split("/api/")[0].split("/xrpc/")[0][:20])
                assert "\x00" not in fetch.url
            assert parsed.wait is None or 0 <= parsed.wait <= 3600
