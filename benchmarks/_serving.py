"""The grown internet in a process of its own: `python -m benchmarks._serving TIMES COUNT` says where it serves what.

With a COUNT of 0 it is one host. Else so many sources, each on a loopback address of its own (127.0.1.1 and up, which
Linux has), as sources usually are on hosts of their own. Every page is made before it is asked for.
"""

import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import platforms
from benchmarks._world import Place, secrets
from crawlers import spiders
from crawlers.base import Context, Fetch, Page, Parsed, Spider
from store.brand import Brand
from store.clock import utcnow

Table = dict[str, Any]
MOST = 400  # pages of one source


def brand(key: str) -> Brand:
    return Brand(key=key, name="Caffè Aurora", aliases=("caffeaurora", "#caffeaurora", "@caffeaurora"))


def walk(place: Place, source: Table) -> tuple[Spider[Any], list[tuple[Page, Parsed]]]:
    """A source read from memory, as a first crawl would: its spider, and each page with what it shows."""
    options = platforms.get(source["type"]).options.model_validate(source)
    spider = spiders.get(source["type"])(Context(options, brand("aurora"), utcnow(), {}, secrets()))
    if wanted := spider.sign_in():
        spider.token = spider.signed_in(_ask(place, wanted.url, "POST", dict(wanted.headers), wanted.body)[1])
    waiting, seen = deque(spider.first()), set()
    found: list[tuple[Page, Parsed]] = []
    while waiting and len(found) < MOST:
        fetch = waiting.popleft()
        if (fetch.url, fetch.body) in seen:
            continue
        seen.add((fetch.url, fetch.body))
        page = _page(place, fetch)
        if page.status != 200:
            continue
        parsed = spider.parse(page)
        found.append((page, parsed))
        waiting += [*parsed.next, *parsed.lists, *(lead.fetch for lead in parsed.leads)]
    return spider, found


def _page(place: Place, fetch: Fetch) -> Page:
    status, body, headers = _ask(place, fetch.url, fetch.method, fetch.headers, fetch.body)
    return Page(fetch.url, body, headers, fetch.number, fetch.chain, status, fetch.carried)


def _ask(
    place: Place, url: str, method: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, bytes, dict[str, str]]:
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    answer = place.answer(target, method, {name.lower(): value for name, value in headers.items()}, body)
    told = {name.lower(): value for name, value in answer.headers.items()}
    return answer.status, answer.body, told | {"content-type": answer.content_type}


@contextmanager
def serving(times: int, count: int = 0) -> Iterator[list[Table]]:
    """The tables of the sources that a process of its own serves while this lasts; what they need to sign in goes into
    this process's environment."""
    command = [sys.executable, "-m", "benchmarks._serving", str(times), str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 (our own)
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        os.environ |= told["secrets"]
        yield told["sources"]
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def main(times: int, count: int) -> None:
    sources = _many(times, count) if count else _one(times)
    sys.stdout.write(json.dumps({"sources": sources, "secrets": secrets()}) + "\n")
    sys.stdout.flush()
    signal.pause()


def _one(times: int) -> list[Table]:
    place = Place(utcnow(), times)
    place.start()
    for source in place.sources():
        walk(place, source)
    return place.sources()


def _many(times: int, count: int) -> list[Table]:
    """The sources by turns; each turn is of a brand of its own, which has its own copy of every mention."""
    found = []
    for number in range(count):
        place = Place(utcnow(), times, f"127.0.1.{number + 1}")
        place.start()
        sources = place.sources()
        turn, which = divmod(number, len(sources))
        source = sources[which]
        walk(place, source)
        found.append(source | {"name": f"{source['name']}-{turn}", "brand": f"brand-{turn}"})
    return found


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
