"""Reddit's interface: posts found by words, and the newest comments of the communities that are named."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    query: str = Field(
        min_length=1, max_length=512, description="words to search posts for, in Reddit's own syntax"
    )
    subreddits: list[str] = Field(
        [], description="communities, without r/, whose newest comments are read as well"
    )
    accounts: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{2,20}$")]] = Field(
        [], description="the brand's own user names, without u/: what they write is an answer, not a mention"
    )
    base_url: str = Field("https://oauth.reddit.com", pattern=r"^https?://")
    token_url: str = Field(
        "https://www.reddit.com/api/v1/access_token",
        pattern=r"^https?://",
        description="where the token is asked for",
    )
    client_id_env: str = Field(
        "REDDIT_CLIENT_ID", description="environment variable with the application's id"
    )
    client_secret_env: str = Field(
        "REDDIT_CLIENT_SECRET", description="environment variable with the application's secret"
    )
    pages: int = Field(10, ge=1, description="pages of 100 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late posts"
    )


PLATFORM = Platform(
    "reddit",
    "Reddit",
    Options,
    open=True,
    reply_limit=10_000,
    api=True,
    access="reddit.com/prefs/apps: an application of type script",
)
