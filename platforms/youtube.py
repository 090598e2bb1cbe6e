"""YouTube: comments on the videos of a channel, on videos that are named, and on those that a search finds."""

from datetime import timedelta
from typing import Annotated, ClassVar, Self

from pydantic import Field, StringConstraints, model_validator

from platforms.base import GOOGLE, OFFLINE, Consent, Platform, SourceOptions
from store.brand import Duration

VideoId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{11}$")]


class Options(SourceOptions):
    indifferent: ClassVar[frozenset[str]] = SourceOptions.indifferent | {"search_every"}

    channel: str | None = Field(
        None,
        pattern=r"^(UC[A-Za-z0-9_-]{22}|@[^\s/?#@]{3,60})$",
        description="the brand's own channel, by its id (UC...) or handle (@...): comments on all its videos are "
        "read, and what it writes itself is an answer",
    )
    videos: list[VideoId] = Field([], max_length=500, description="ids of videos whose comments are read")
    query: str | None = Field(
        None, min_length=1, max_length=500, description="words to search videos for; their comments are read"
    )
    search_every: Duration = Field(
        timedelta(hours=6),
        gt=timedelta(0),
        description="how often the search is made anew; one takes 100 units of the day",
    )
    search_videos: int = Field(
        20, ge=1, le=50, description="how many of the newest videos that it finds are read"
    )
    base_url: str = Field("https://youtube.googleapis.com", pattern=r"^https?://")
    key_env: str = Field("YOUTUBE_API_KEY", description="environment variable with the API key")
    refresh_token_env: str | None = Field(
        None,
        description="environment variable with a refresh token, to sign in as a person instead of by key",
    )
    client_id_env: str = Field("GOOGLE_CLIENT_ID", description="environment variable with the client's id")
    client_secret_env: str = Field(
        "GOOGLE_CLIENT_SECRET", description="environment variable with the client's secret"
    )
    token_url: str = Field(
        "https://oauth2.googleapis.com/token",
        pattern=r"^https?://",
        description="where the token is asked for",
    )
    requests_per_day: int | None = Field(
        10_000, ge=1, description="units of the day: a list takes 1, a search 100"
    )
    pages: int = Field(10, ge=1, description="pages of 100 read at most of each list of comments")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late comments"
    )

    @model_validator(mode="after")
    def something_to_read(self) -> Self:
        if not (self.channel or self.videos or self.query):
            raise ValueError("needs channel, videos or query")
        return self


PLATFORM = Platform(
    "youtube",
    "YouTube",
    Options,
    open=False,
    reply_limit=10_000,
    api=True,
    day="America/Los_Angeles",
    access="console.cloud.google.com, APIs & Services, Credentials: an API key, or an OAuth client of type Desktop app",
    consent=Consent(
        GOOGLE, ("https://www.googleapis.com/auth/youtube.force-ssl",), "refresh_token_env", more=OFFLINE
    ),
)
