"""Apple's public customer-review feed: the newest 500 reviews a country, 50 a page. It takes no replies."""

from pydantic import Field

from platforms.base import Platform, SourceOptions


class Options(SourceOptions):
    app_id: str = Field(pattern=r"^\d+$", description="the number in the app's App Store address")
    countries: tuple[str, ...] = Field(("it",), min_length=1, description="two-letter storefronts")
    base_url: str = "https://itunes.apple.com"
    pages: int = Field(10, ge=1, le=10, description="pages of 50 read at most; Apple serves ten")


# 5,970 characters in App Store Connect, where the reply is written by hand for now.
PLATFORM = Platform("appstore", "App Store", Options, open=False, reply_limit=5970)
