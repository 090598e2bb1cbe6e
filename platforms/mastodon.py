"""Any Mastodon-compatible instance: full-text search with a token, or a hashtag's public timeline without one."""

from datetime import timedelta

from pydantic import Field

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    query: str = Field(min_length=1, description="words to search for; #word reads that hashtag's timeline")
    base_url: str = Field("https://mastodon.social", pattern=r"^https?://")
    token_env: str = Field("MASTODON_TOKEN", description="environment variable with the access token")
    account: str | None = Field(
        None, description="the brand's own handle: what it posts is an answer, not a mention"
    )
    pages: int = Field(20, ge=1, description="pages of 40 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late posts"
    )


PLATFORM = Platform(
    "mastodon",
    "Mastodon",
    Options,
    open=True,
    reply_limit=500,
    api=True,
    access="your instance, Preferences, Development: an application with read:search; its access token",
)
