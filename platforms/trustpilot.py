"""Trustpilot's interface: the reviews of one business unit. Its pages are read from files that a person saved."""

from datetime import timedelta

from pydantic import Field

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    business_unit: str = Field(
        pattern=r"^[0-9a-f]{24}$", description="the id of the business unit: 24 hexadecimal digits"
    )
    private: bool = Field(
        False, description="reads what only the business sees, signed in with key and secret"
    )
    language: str | None = Field(
        None, pattern=r"^[a-z]{2}$", description="only reviews in this language; not with `private`"
    )
    base_url: str = Field("https://api.trustpilot.com", pattern=r"^https?://")
    token_url: str = Field(
        "https://api.trustpilot.com/v1/oauth/oauth-business-users-for-applications/accesstoken",
        pattern=r"^https?://",
        description="where the token is asked for",
    )
    key_env: str = Field("TRUSTPILOT_API_KEY", description="environment variable with the application's key")
    secret_env: str = Field(
        "TRUSTPILOT_API_SECRET",
        description="environment variable with the application's secret, for `private`",
    )
    pages: int = Field(20, ge=1, description="pages of 100 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late reviews"
    )


PLATFORM = Platform(
    "trustpilot",
    "Trustpilot",
    Options,
    open=False,
    api=True,
    access="businessapp.b2b.trustpilot.com, Integrations, APIs: key and secret of an application",
)
