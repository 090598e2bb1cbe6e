"""Bluesky: posts found by words, over the interface that its own apps use (XRPC)."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    indifferent: ClassVar[frozenset[str]] = SourceOptions.indifferent | {"identifier"}

    query: str = Field(min_length=1, max_length=500, description="words to search posts for")
    identifier: str | None = Field(
        None,
        description="handle or DID of the account that signs in; none: nobody does, where `base_url` lets all search",
    )
    password_env: str = Field(
        "BLUESKY_APP_PASSWORD", description="environment variable with an app password of that account"
    )
    accounts: list[str] = Field(
        [], description="the brand's own handles or DIDs: what they post is an answer, not a mention"
    )
    base_url: str = Field(
        "https://bsky.social",
        pattern=r"^https?://",
        description="the account's own server, or one that needs no sign-in",
    )
    history: Duration = Field(timedelta(days=30), description="how far back it reads at all")
    pages: int = Field(20, ge=1, description="pages of 100 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late posts"
    )


PLATFORM = Platform(
    "bluesky",
    "Bluesky",
    Options,
    open=True,
    reply_limit=300,
    reply_unit="graphemes",
    api=True,
    access="bsky.app, Settings, Privacy and security: an app password",
)
