"""One source in one crawl, with what it has brought so far, and the sign-in that several may share."""

import asyncio
import time
from dataclasses import dataclass, field

from crawlers.addresses import Place
from crawlers.job import SourceReport
from crawlers.pipeline import Kept
from crawlers.reading import Reading


@dataclass(slots=True, eq=False)
class Run:
    """One source in this run, with the counts of its report."""

    reading: Reading
    places: set[Place]
    started: float = field(default_factory=time.monotonic)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    storing: int = 0
    requests: int = 0
    waited: int = 0
    kept: Kept = field(default_factory=Kept)
    error: str | None = None
    retry_after: float | None = None
    alarm: bool = False
    closed: bool = False

    @property
    def name(self) -> str:
        return self.reading.context.options.name

    def add(self, kept: Kept) -> None:
        for count in ("new", "edited", "refreshed", "unchanged", "late", "gone"):
            setattr(self.kept, count, getattr(self.kept, count) + getattr(kept, count))
        self.kept.complaint = kept.complaint or self.kept.complaint

    def report(self) -> SourceReport:
        error = self.error or self.kept.complaint
        return SourceReport(
            source=self.name,
            status="skipped" if self.reading.idle and not self.error else "error" if error else "ok",
            new=self.kept.new,
            edited=self.kept.edited,
            refreshed=self.kept.refreshed,
            gone=self.kept.gone,
            late=self.kept.late,
            waited=self.waited,
            requests=self.requests,
            seconds=round(time.monotonic() - self.started, 3),
            error=error,
        )


@dataclass(slots=True)
class Signing:
    """One sign-in of a run: who waits for its answer, and then what it was, for those that come later."""

    waiting: list[Run]
    answer: bytes | None = None
    failure: BaseException | None = None
