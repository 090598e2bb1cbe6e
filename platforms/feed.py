"""RSS and Atom: press, blogs, forums. Read with ETag and Last-Modified; no reply call exists."""

from pydantic import Field

from platforms.base import Platform, SourceOptions


class Options(SourceOptions):
    url: str = Field(pattern=r"^https?://", description="the address of the feed")


PLATFORM = Platform("feed", "Feed", Options, open=True)
