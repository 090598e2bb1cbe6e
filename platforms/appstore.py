"""Apple's public customer-review feed: the newest 500 reviews a country, 50 a page. It takes no replies."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from platforms.base import Platform, SourceOptions
from store.brand import Duration

Country = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class Options(SourceOptions):
    app_id: str = Field(pattern=r"^\d+$", description="the number in the app's App Store address")
    countries: tuple[Country, ...] = Field(("it",), min_length=1, description="two-letter storefronts")
    base_url: str = Field("https://itunes.apple.com", pattern=r"^https?://")
    pages: int = Field(10, ge=1, le=10, description="pages of 50 read at most; Apple serves ten")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late reviews"
    )


# 5,970 characters in App Store Connect, where the reply is written by hand for now.
PLATFORM = Platform("appstore", "App Store", Options, open=False, reply_limit=5970)
