"""Discourse forums: all posts of a forum of one's own, or posts found by words in somebody else's."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    indifferent: ClassVar[frozenset[str]] = SourceOptions.indifferent | {"api_username"}

    base_url: str = Field(
        pattern=r"^https?://", description="the forum's address, its folder included where it has one"
    )
    query: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="words to search for; without them all of a forum of the brand's own is read",
    )
    own: bool = Field(
        False,
        description="the brand's own forum: no post has to name the brand, and what its staff writes is an answer",
    )
    accounts: list[str] = Field(
        [], description="the brand's user names there: what they write is an answer, not a mention"
    )
    api_username: str | None = Field(
        None, description="the user that an API key speaks for; none: read as anybody may"
    )
    api_key_env: str = Field("DISCOURSE_API_KEY", description="environment variable with the API key")
    history: Duration = Field(timedelta(days=30), description="how far back a search by words reads at all")
    pages: int = Field(20, ge=1, description="pages read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late posts"
    )

    @model_validator(mode="before")
    @classmethod
    def keeps_all_of_its_own(cls, values: Any) -> Any:
        """In a forum of one's own nobody has to name the brand."""
        if isinstance(values, dict) and values.get("own") is True and values.get("match") is None:
            return {**values, "match": False}
        return values

    @model_validator(mode="after")
    def asks_for_something(self) -> Self:
        if not self.own and not self.query:
            raise ValueError("give words in query, or own = true for a forum of the brand's own")
        return self


PLATFORM = Platform(
    "discourse",
    "Discourse",
    Options,
    open=True,
    reply_limit=32_000,
    api=True,
    access="your forum, Admin, API: a key that may read",
)
