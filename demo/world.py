"""What is written in the demo's small internet, and when: the content files, read against one `now` and two polls.

How each place serves it is for `demo.places`; the HTTP server is `demo.internet`.
"""

import json
import re
import tomllib
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

CONTENT = Path(__file__).parent / "content"
Place = str  # a content file
PLACES: tuple[Place, ...] = ("shop", "appstore", "press", "mastodon")  # those that `ascolto demo` reads
_OFFSET = re.compile(r"^-(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?$")


def parse_offset(value: Any) -> Any:
    """`"-3h20m"` -> minus 3 hours 20 minutes; days, hours and minutes, in this order.

    >>> parse_offset("-1d4h")
    datetime.timedelta(days=-2, seconds=72000)
    """
    if not isinstance(value, str):
        return value
    match = _OFFSET.match(value)
    if not match or not any(match.groups()):
        raise ValueError(f"{value!r} is no offset: write e.g. -3h20m, -2d or -5m")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return -timedelta(days=days, hours=hours, minutes=minutes)


Offset = Annotated[timedelta, BeforeValidator(parse_offset)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(Strict):
    """The brand's own reply, as the platform shows it."""

    at: Offset
    text: str


class Post(Strict):
    """One review, article or status. `at` is its age when the demo starts; `poll` is the first that shows it.

    `label` is "sentiment/urgency/category" by a person's reading (none where nobody could read it), `marks` say
    what the demo shows with it, `markup` how the shop writes it in schema.org, `then` what changes before poll 2,
    `more` what only one platform has.
    """

    key: str
    author: str
    at: Offset
    text: str
    lang: str | None
    title: str | None = None
    stars: float | None = None
    label: str | None = None
    marks: frozenset[str] = frozenset()
    poll: Literal[1, 2] = 1
    then: dict[str, Any] = {}
    answer: Answer | None = None
    gone: bool = False
    likes: int = 0
    shares: int = 0
    replies: int = 0
    followers: int = 0
    product: str | None = None
    markup: frozenset[str] = frozenset()
    id: str | None = None
    country: str | None = None
    version: str | None = None
    feed: Literal["rss", "atom"] | None = None
    slug: str | None = None
    acct: str | None = None
    reply_to: str | None = None
    more: dict[str, Any] = {}

    @property
    def about_brand(self) -> bool:
        """False for what a crawler must leave out: not about the brand, or behind robots.txt."""
        return not self.marks & {"elsewhere", "forbidden"}

    def later(self) -> "Post":
        """As it stands at the second poll."""
        return Post.model_validate(self.model_dump() | self.then) if self.then else self


class Expected(Strict):
    """What a correct reader finds, by source and by key (see content/expected.toml).

    `first` and `new` count mentions by source at the first poll and the new ones at the second; `total` is both.
    """

    total: int
    first: dict[str, int]
    new: dict[str, int]
    faults: dict[int, int]
    edited: tuple[str, ...]
    late: tuple[str, ...]
    viral: tuple[str, ...]
    answered: tuple[str, ...]
    answered_before: tuple[str, ...]
    came_back: tuple[str, ...]
    gone: tuple[str, ...]
    forbidden: tuple[str, ...]
    elsewhere: tuple[str, ...]
    critical: tuple[str, ...]
    spam: tuple[str, ...]
    copies: tuple[str, ...]
    unsupported: tuple[str, ...]
    start_list: tuple[str, ...]


@cache
def read_posts(place: Place) -> tuple[Post, ...]:
    """The posts of one content file, in its order. Raises ValueError with file and line for a bad one."""
    path = CONTENT / f"{place}.jsonl"
    posts = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            posts.append(Post.model_validate(json.loads(line)))
        except ValueError as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from error
    return tuple(posts)


def read_expected() -> Expected:
    return Expected.model_validate(tomllib.loads((CONTENT / "expected.toml").read_text(encoding="utf-8")))


class World:
    """All that is written, seen from one moment. `now` is aware UTC; `poll` is 1 until `advance()`."""

    def __init__(self, now: datetime) -> None:
        self.now = now.replace(microsecond=0)
        self.poll = 1

    def advance(self) -> None:
        """The world moves on: edits, new posts, answers, removals, boosts. More than once changes nothing."""
        self.poll = 2

    def when(self, at: timedelta) -> datetime:
        return self.now + at

    def posts(self, place: Place) -> list[Post]:
        """What a visitor could see now, newest first, forbidden and unrelated posts included."""
        shown = [
            post.later() if self.poll == 2 else post for post in read_posts(place) if post.poll <= self.poll
        ]
        return sorted((post for post in shown if not post.gone), key=lambda post: post.at, reverse=True)

    def find(self, key: str) -> Post:
        """The post with this key as it stands now, gone or not yet written included. Raises KeyError."""
        for place in PLACES:
            for post in read_posts(place):
                if post.key == key:
                    return post.later() if self.poll == 2 else post
        raise KeyError(key)
