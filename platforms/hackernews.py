"""Hacker News, by the search that Algolia runs for it: stories and comments found by words."""

from datetime import timedelta

from pydantic import Field

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    query: str = Field(min_length=1, max_length=500, description="words to search stories and comments for")
    accounts: list[str] = Field(
        [], description="the brand's own user names: what they write is an answer, not a mention"
    )
    base_url: str = Field("https://hn.algolia.com", pattern=r"^https?://")
    history: Duration = Field(timedelta(days=30), description="how far back it reads at all")
    pages: int = Field(20, ge=1, description="pages of 100 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late posts"
    )


PLATFORM = Platform("hackernews", "Hacker News", Options, open=True, api=True)
