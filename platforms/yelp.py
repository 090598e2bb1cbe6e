"""Yelp's Places API: at most three excerpts of 160 characters for each business."""

from typing import Annotated

from pydantic import Field, StringConstraints

from platforms.base import Platform, SourceOptions

Business = Annotated[str, StringConstraints(pattern=r"^[^/?#\s]{1,200}$")]


class Options(SourceOptions):
    businesses: dict[Business, str] = Field(
        min_length=1, description="the id or alias of each business, and how the place is called"
    )
    locale: str | None = Field(
        None, pattern=r"^[a-z]{2,3}_[A-Z]{2}$", description="of the excerpts, such as it_IT"
    )
    key_env: str = Field("YELP_API_KEY", description="environment variable with the key")
    base_url: str = Field("https://api.yelp.com", pattern=r"^https?://")


# 5,000 characters where replies are written by hand, or by Yelp's partners.
PLATFORM = Platform(
    "yelp",
    "Yelp",
    Options,
    open=False,
    reply_limit=5000,
    api=True,
    access="docs.developer.yelp.com: the key of an app",
)
