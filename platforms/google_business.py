"""Google Business Profile: the reviews of the brand's own, verified locations."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from platforms.base import GOOGLE, OFFLINE, Consent, Platform, SourceOptions
from store.brand import Duration

Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,30}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Options(SourceOptions):
    account: Number = Field(description="the number behind accounts/")
    locations: dict[Number, Name] = Field(
        min_length=1, description="the number behind locations/, and how people call that place"
    )
    base_url: str = Field("https://mybusiness.googleapis.com", pattern=r"^https?://")
    token_url: str = Field(
        "https://oauth2.googleapis.com/token",
        pattern=r"^https?://",
        description="where the token is asked for",
    )
    client_id_env: str = Field("GOOGLE_CLIENT_ID", description="environment variable with the client's id")
    client_secret_env: str = Field(
        "GOOGLE_CLIENT_SECRET", description="environment variable with the client's secret"
    )
    refresh_token_env: str = Field(
        "GOOGLE_BUSINESS_REFRESH_TOKEN",
        description="environment variable with the refresh token of an owner or manager",
    )
    pages: int = Field(100, ge=1, description="pages of 50 read at most of each location")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late reviews"
    )


PLATFORM = Platform(
    "google_business",
    "Google",
    Options,
    open=False,
    reply_limit=4096,
    reply_unit="bytes",
    api=True,
    own=True,
    access="console.cloud.google.com, APIs & Services, Credentials: an OAuth client of type Desktop app",
    consent=Consent(
        GOOGLE, ("https://www.googleapis.com/auth/business.manage",), "refresh_token_env", more=OFFLINE
    ),
)
