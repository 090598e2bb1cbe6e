"""Google Play: the reviews of the brand's own app, as the developer's interface shows them."""

from datetime import timedelta

from pydantic import Field

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    package: str = Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$",
        max_length=200,
        description="the app's package name",
    )
    app: str | None = Field(
        None, min_length=1, description="how people call the app; default: its package name"
    )
    base_url: str = Field("https://androidpublisher.googleapis.com", pattern=r"^https?://")
    token_url: str = Field(
        "https://oauth2.googleapis.com/token",
        pattern=r"^https?://",
        description="where the token is asked for",
    )
    key_env: str = Field(
        "GOOGLE_PLAY_KEY", description="environment variable with the service account's JSON key"
    )
    pages: int = Field(100, ge=1, description="pages of 100 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late reviews"
    )


PLATFORM = Platform(
    "google_play",
    "Google Play",
    Options,
    open=False,
    reply_limit=350,
    api=True,
    access="console.cloud.google.com, IAM, Service accounts: its JSON key; invite it in the Play Console",
)
