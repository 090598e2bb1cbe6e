"""What every platform declares about itself, and the options that every source has."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from platforms.length import Unit
from store.brand import Duration
from store.window import Window


class SourceOptions(BaseModel):
    """One `[[sources]]` table: what all sources share. A platform's own `Options` adds to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100, description="how this source is called in reports")
    type: str = Field(description="the platform: a file in platforms/")
    brand: str = Field(description="the key of the brand: [brands.KEY]")
    every: Duration = Field(timedelta(minutes=15), description="how often it is read")
    match: bool | None = Field(
        None, description="keep only what names the brand; default: as the platform needs"
    )

    requests_per_day: int | None = Field(
        None,
        ge=1,
        description="what it may ask for in a day, in the platform's units; default: no limit of our own",
    )

    @field_validator("url", "base_url", "token_url", check_fields=False)
    @classmethod
    def without_sign_in(cls, value: str) -> str:
        """Addresses are told in logs and errors: a password has no place in them."""
        if "@" in urlsplit(value).netloc:
            raise ValueError("holds a name or password: take them out; secrets go into the environment")
        return value

    window: str | None = Field(
        None,
        description="hours in which it may be read, in the brand's zone, such as 22:00-06:00; default: all of them",
    )

    @field_validator("window")
    @classmethod
    def hours(cls, value: str | None) -> str | None:
        if value is not None:
            Window.parse(value)
        return value

    publish: bool = Field(False, description="whether replies may be published from Ascolto")


@dataclass(frozen=True, slots=True)
class Platform:
    """`name` is the file's name, `label` what people read. `reply_limit` counts in `reply_unit`; None: none known.

    `open` platforms are searched by words, so what they find must name the brand (see store.matching). `api`: read
    through an interface made for programs, under its own terms, so robots.txt does not speak of it. `own`: the brand's
    own page, where nobody but the brand and the author can remove a mention. `day`: the zone in which the platform's
    daily quota begins anew. `pushed`: nothing is asked there, it posts to us.
    """

    name: str
    label: str
    options: type[SourceOptions]
    open: bool
    reply_limit: int | None = None
    reply_unit: Unit = "characters"
    api: bool = False
    own: bool = False
    day: str = "UTC"
    pushed: bool = False
