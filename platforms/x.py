"""X: posts of the last seven days that a search finds. Each post that is read costs money."""

from datetime import timedelta

from pydantic import Field, field_validator

from platforms.base import Platform, SourceOptions
from store.brand import Duration

LONGEST_QUERY = 4096
PAGE = 100  # posts, the most that a page holds


class Options(SourceOptions):
    query: str = Field(
        min_length=1,
        description="words to search for, in X's own syntax; reposts are left out unless it says is:retweet",
    )
    account: str | None = Field(
        None,
        pattern=r"^@?[A-Za-z0-9_]{1,15}$",
        description="the brand's own handle: its replies are read as well, as answers",
    )
    requests_per_day: int | None = Field(
        1000, ge=PAGE, description="posts that may be read in a day: 1000 cost about 5 dollars"
    )
    base_url: str = Field("https://api.x.com", pattern=r"^https?://")
    token_env: str = Field("X_BEARER_TOKEN", description="environment variable with the app's bearer token")
    pages: int = Field(10, ge=1, description="pages of 100 read at most")
    overlap: Duration = Field(
        timedelta(minutes=10),
        description="how far back each crawl asks again for late posts; each of them costs",
    )

    @field_validator("query")
    @classmethod
    def short_enough(cls, value: str) -> str:
        """What is added to it (reposts left out, the brand's replies) needs some room."""
        if len(value) > LONGEST_QUERY - 96:
            raise ValueError(
                f"longer than the {LONGEST_QUERY - 96} characters that leave room for what is added"
            )
        return value


PLATFORM = Platform(
    "x",
    "X",
    Options,
    open=True,
    reply_limit=280,
    reply_unit="weighted",
    api=True,
    access="developer.x.com, your project, Keys and tokens: the bearer token",
)
