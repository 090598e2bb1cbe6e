"""The demo's internet, grown: each of its posts many times, on pages as full as each platform makes them.

It answers from memory what it was asked before, so that a crawl waits for no template.
"""

import threading
import tomllib
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from crawlers import spiders
from demo.internet import Internet
from demo.places import Response, appstore, interface, interfaces, x
from demo.world import Post, World, read_posts

PLATFORMS = sorted({*interfaces(), "appstore", "feed", "mastodon", "page"} & set(spiders.names()))
# Where the demo's pages are short, so that it has some to turn, these are the platform's own.
_FULL = {"appstore": (appstore, "PER_PAGE", 50), "x": (x, "MOST", 100)}


class Grown(World):
    """A world in which each post stands `times` times: under other names, a second apart, its threads copied too."""

    def __init__(self, now: datetime, times: int) -> None:
        super().__init__(now)
        self.times = times

    def posts(self, place: str) -> list[Post]:
        if self.poll != 1:
            raise RuntimeError("a grown world stands still")
        return _grown(place, self.times)


@cache
def _grown(place: str, times: int) -> list[Post]:
    shown = [post for post in read_posts(place) if post.poll == 1 and not post.gone]
    keys = {post.key for post in shown}
    copies = [_copy(post, number, keys) for post in shown for number in range(times)]
    return sorted(copies, key=lambda post: post.at, reverse=True)


def _copy(post: Post, number: int, keys: set[str]) -> Post:
    """Its copy of that number; what refers to another post refers to that one's copy of the same number."""
    if not number:
        return post
    more = {
        name: _named(value, number) if isinstance(value, str) and value in keys else value
        for name, value in post.more.items()
    }
    return post.model_copy(
        update={
            "key": _named(post.key, number),
            "id": post.id and _named(post.id, number),
            "reply_to": post.reply_to and _named(post.reply_to, number),
            "slug": post.slug and f"{post.slug}-{number}",
            "at": post.at - timedelta(seconds=number),
            "more": more,
        }
    )


def _named(key: str, number: int) -> str:
    return f"{key}{number:04}"


class Place(Internet):
    """The grown internet. No fault, and no page is made twice."""

    def __init__(self, now: datetime, times: int, host: str = "127.0.0.1") -> None:
        super().__init__(now, host)
        self.world = Grown(now, times)
        self._made: dict[Any, Response] = {}
        self._making = threading.Lock()
        self._short: dict[str, int] = {}

    def start(self) -> None:
        """Serves full pages until `stop`: the demo's own are short in every internet of this process."""
        self._short = {key: getattr(module, name) for key, (module, name, _) in _FULL.items()}
        for module, name, value in _FULL.values():
            setattr(module, name, value)
        super().start()

    def stop(self) -> None:
        super().stop()
        for key, value in self._short.items():
            module, name, _ = _FULL[key]
            setattr(module, name, value)
        self._short = {}

    def answer(self, target: str, method: str = "GET", headers: Any = None, body: bytes = b"") -> Response:
        known = (target, method, (headers or {}).get("authorization"), body)
        if known not in self._made:
            with self._making:
                self._made[known] = super().answer(target, method, headers, body)
        return self._made[known]

    def sources(self) -> list[dict[str, Any]]:
        """The `[[sources]]` that read it, one brand's."""
        ours = tomllib.loads(self.config())["sources"] + tomllib.loads(self.everywhere())["sources"]
        return [source for source in ours if source["brand"] == "aurora"]


def secrets() -> dict[str, str]:
    """What the environment must hold to read it."""
    return {name: value for place in interfaces() for name, value in interface(place).SECRETS.items()}
