"""TripAdvisor's Content API: the newest five reviews of each location and language. It takes no replies."""

from typing import Annotated

from pydantic import Field, StringConstraints

from platforms.base import Platform, SourceOptions

Location = Annotated[str, StringConstraints(pattern=r"^\d{1,12}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(_[A-Z]{2})?$")]


class Options(SourceOptions):
    locations: dict[Location, str] = Field(
        min_length=1, description="the number in each location's address, and how the place is called"
    )
    languages: tuple[Language, ...] = Field(
        ("it", "en"), min_length=1, description="languages, of each of which the newest five are read"
    )
    key_env: str = Field("TRIPADVISOR_API_KEY", description="environment variable with the key")
    base_url: str = Field("https://api.content.tripadvisor.com/api/v1", pattern=r"^https?://")


PLATFORM = Platform(
    "tripadvisor",
    "TripAdvisor",
    Options,
    open=False,
    api=True,
    access="tripadvisor.com/developers: a key of the Content API",
)
