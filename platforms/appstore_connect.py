"""App Store Connect's interface: all customer reviews of an app of one's own, with the replies to them."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    indifferent: ClassVar[frozenset[str]] = SourceOptions.indifferent | {"issuer_id", "key_id"}

    app_id: str = Field(pattern=r"^\d+$", description="the number in the app's App Store address")
    issuer_id: str = Field(min_length=1, description="the issuer of the key, from the same page as the key")
    key_id: str = Field(pattern=r"^\w+$", description="the id of the key")
    key_env: str = Field(
        "APPSTORE_CONNECT_KEY", description="environment variable with the text of the key's `.p8` file"
    )
    base_url: str = Field("https://api.appstoreconnect.apple.com", pattern=r"^https?://")
    pages: int = Field(20, ge=1, description="pages of 200 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late reviews"
    )


PLATFORM = Platform(
    "appstore_connect",
    "App Store Connect",
    Options,
    open=False,
    reply_limit=5970,
    api=True,
    own=True,
    access="appstoreconnect.apple.com, Users and Access, Integrations: the .p8 file of a key",
)
