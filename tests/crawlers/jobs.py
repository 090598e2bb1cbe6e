"""What the tests of crawling share: a brand, sources, jobs that wait for nothing, and what was stored."""

from typing import Any

from sqlmodel import col, select

from crawlers.job import CrawlJob
from store.brand import Brand
from store.db import Database
from store.tables import Mention, SourceRow

AURORA = Brand(
    key="aurora",
    name="Caffè Aurora",
    aliases=("caffeaurora", "#caffeaurora", "@caffeaurora"),
    exclude=("aurora boreale",),
)
# Pauses are as short as they can be, so that no test depends on them; robots.txt is obeyed as always.
QUICK: dict[str, Any] = {
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0.001,
    "ASCOLTO_BACKOFF": 0.001,
    "DOWNLOAD_TIMEOUT": 20,
}


def page_source(url: str, name: str = "shop", **options: Any) -> dict[str, Any]:
    return {"name": name, "type": "page", "brand": "aurora", "url": url, **options}


def job(db: Database, *sources: dict[str, Any], budget: float = 60, **settings: Any) -> CrawlJob:
    return CrawlJob(
        database_url=db.url, sources=list(sources), brands=[AURORA], budget=budget, settings=QUICK | settings
    )


def mentions(db: Database) -> list[Mention]:
    """All that is stored, the oldest row first."""
    with db.read() as session:
        return list(session.scalars(select(Mention).order_by(col(Mention.id))))


def texts(db: Database) -> list[str]:
    return [mention.text for mention in mentions(db)]


def source_row(db: Database, name: str = "shop") -> SourceRow:
    with db.read() as session:
        return session.get_one(SourceRow, name)
