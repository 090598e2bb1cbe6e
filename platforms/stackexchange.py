"""Stack Exchange: questions of one site by words or tags, with their answers and comments where a filter shows them."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    site: str = Field(
        "stackoverflow",
        pattern=r"^[a-z0-9.-]+$",
        description="the site's name in the API, such as superuser or coffee",
    )
    query: str | None = Field(
        None, min_length=1, max_length=240, description="words to search questions for; this or `tags`"
    )
    tags: list[str] = Field([], max_length=5, description="tags that a question must all have")
    accounts: list[int] = Field(
        [], description="ids of the brand's own users there: what they write is an answer, not a mention"
    )
    filter: str = Field(
        "withbody",
        pattern=r"^[A-Za-z0-9!*().~_-]+$",
        description="which fields are given; one of your own can add answers and comments",
    )
    key_env: str = Field(
        "STACKEXCHANGE_KEY", description="environment variable with the application's key, where there is one"
    )
    base_url: str = Field("https://api.stackexchange.com", pattern=r"^https?://")
    history: Duration = Field(timedelta(days=30), description="how far back it reads at all")
    pages: int = Field(10, ge=1, description="pages of 100 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late posts"
    )

    @model_validator(mode="after")
    def asks_for_something(self) -> Self:
        if not self.query and not self.tags:
            raise ValueError("nothing to look for: give words in query, or tags")
        return self


PLATFORM = Platform(
    "stackexchange",
    "Stack Exchange",
    Options,
    open=True,
    reply_limit=600,
    api=True,
    access="stackapps.com/apps/oauth/register: the key of an application",
)
