"""What every platform declares about itself, and the options that every source has."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from platforms.length import Unit
from store.brand import Duration
from store.window import Window


class SourceOptions(BaseModel):
    """One `[[sources]]` table: what all sources share. A platform's own `Options` adds to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Options that do not decide which mentions a source gives: when and how much it is read, and how it signs in. With
    # another one of these it is the same source; so it is with any that names a variable (`*_env`).
    indifferent: ClassVar[frozenset[str]] = frozenset(
        {"every", "overlap", "pages", "publish", "requests_per_day", "token_url", "window"}
    )

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
class Consent:
    """How a person lets Ascolto in: OAuth 2, the answer to a server on this machine (RFC 8252). `keeps`: the option
    that names the variable for what comes of it, the field `gives` of the answer. `client_id` and `client_secret` are
    options as well. `authorize` and `token` are addresses that may name options of the source, such as
    `{base_url}/oauth/authorize`. `more`: what the platform wants to be asked besides; `only`: an option, and the
    value with which it is signed in so. `host`: as which the platform knows this machine.
    """

    authorize: str
    scopes: tuple[str, ...]
    keeps: str
    token: str = "{token_url}"  # noqa: S105 - an address
    gives: str = "refresh_token"
    client_id: str = "client_id_env"
    client_secret: str = "client_secret_env"  # noqa: S105 - an option
    more: tuple[tuple[str, str], ...] = ()
    only: tuple[str, str] | None = None
    host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Lengthening:
    """How a token that ends within hours becomes one that lasts: by the application's id and secret. `keeps`, `app_id`
    and `app_secret` are the options that name their variables, `token` an address that may name options of the source;
    `then` shows another token, one that does not end, to who has the long one.
    """

    token: str
    keeps: str = "token_env"
    app_id: str = "app_id_env"
    app_secret: str = "app_secret_env"  # noqa: S105 - an option
    then: str | None = None


GOOGLE = "https://accounts.google.com/o/oauth2/v2/auth"
OFFLINE = (
    ("access_type", "offline"),
    ("prompt", "consent"),
)  # without them Google gives no refresh token again


@dataclass(frozen=True, slots=True)
class Platform:
    """`name` is the file's name, `label` what people read. `reply_limit` counts in `reply_unit`; None: none known.

    `open` platforms are searched by words, so what they find must name the brand (see store.matching). `api`: read
    through an interface made for programs, under its own terms, so robots.txt does not speak of it. `own`: the brand's
    own page, where nobody but the brand and the author can remove a mention. `day`: the zone in which the platform's
    daily quota begins anew. `pushed`: nothing is asked there, it posts to us. `access`: where a person gets what the
    sign-in needs; `consent`: how a person lets Ascolto in, where secrets alone do not; `lengthening`: how a short-lived
    token is made to last.
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
    access: str = ""
    consent: Consent | None = None
    lengthening: Lengthening | None = None
