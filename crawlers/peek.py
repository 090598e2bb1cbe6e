"""One look at a source: its first page is asked for, as a crawl would, and told instead of stored. No database.

A `Peek` stands where a crawl has its `Keeper`; who asks, waits and obeys robots.txt is the same `Collector`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crawlers.base import Context, Fetch, Page, Parsed
from crawlers.cursor import Cursor
from crawlers.fields import present
from crawlers.job import Saw
from crawlers.patience import LIMITS
from crawlers.pipeline import Keeper, Kept
from crawlers.reading import Reading
from crawlers.spiders import get
from platforms.base import Platform, SourceOptions
from store.brand import Brand
from store.clock import utcnow

# Of Graph, how much of its limits is used.
_USED = ("x-app-usage", "x-business-use-case-usage")


@dataclass(slots=True)
class OnePage(Reading):
    """A reading that asks for one page and follows nothing."""

    def first(self) -> list[Fetch]:
        return self._ask(self.spider.first()[:1])

    def surely_more(self, parsed: Parsed) -> list[Fetch]:
        return []


class Peek(Keeper):
    """Tells what a page shows; nothing is kept."""

    def __init__(self, tell: Callable[[Saw], None]) -> None:
        self._tell = tell

    def open(self, options: SourceOptions, brand: Brand, platform: Platform) -> Reading:
        spider = get(options.type)(Context(options, brand, utcnow()))
        return OnePage(spider, platform, Cursor(), True)

    def known_robots(self, place: str) -> bytes | None:
        return None

    def keep_robots(self, place: str, body: bytes) -> None:
        """Nothing is kept."""

    def keep(self, reading: Reading, page: Page, parsed: Parsed) -> Kept:
        about, _ = reading.take(page, parsed)
        dates = [one.published_at for one in parsed.mentions if one.external_id not in parsed.undated]
        self._tell(
            Saw(
                source=reading.context.options.name,
                status=page.status,
                shown=len(parsed.mentions),
                kept=len(about),
                newest=max(dates, default=None),
                fields={name: round(share, 2) for name, share in present(parsed).items()},
                problems=len(parsed.problems),
                more=bool(parsed.next or parsed.lists),
                left=left(page.headers),
            )
        )
        return Kept(new=len(about), done=True)

    def keep_look(self, reading: Reading, asked: Sequence[str], parsed: Parsed) -> Kept:
        return Kept(done=True)

    def finish(self, reading: Reading) -> Kept:
        return Kept(done=True)

    def fail(self, reading: Reading, error: str, retry_after: float | None, alarm: bool) -> None:
        """The report says it."""


def left(headers: Mapping[str, str]) -> str | None:
    """What the server says is left of its rate limit; None: it says nothing."""
    for name in (f"{limit}-remaining" for limit in LIMITS):
        if told := headers.get(name, "").strip():
            return f"{told[:20]} requests left"
    used = next((headers[name] for name in _USED if headers.get(name)), None)
    return f"used so far: {' '.join(used.split())[:120]}" if used else None
