"""WordPress's REST interface: the comments of a site of one's own, with a sign-in also those that are held."""

from datetime import date, timedelta
from typing import ClassVar

from pydantic import Field

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    indifferent: ClassVar[frozenset[str]] = SourceOptions.indifferent | {"user"}

    base_url: str = Field(pattern=r"^https?://", description="the site's address")
    plain_links: bool = Field(
        False, description="for a site without pretty permalinks: `?rest_route=` instead of `/wp-json`"
    )
    team: list[str] = Field(
        [], description="ids or display names of the site's users whose replies are the brand's answers"
    )
    user: str | None = Field(
        None, min_length=1, description="who signs in, to read held comments too; nobody: the public ones"
    )
    password_env: str = Field(
        "WORDPRESS_APP_PASSWORD", description="environment variable with that user's application password"
    )
    since: date | None = Field(None, description="comments before this day are not read")
    pages: int = Field(50, ge=1, description="pages of 100 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late comments"
    )


# A comment's column takes 65,525 bytes; beyond it WordPress answers 400.
PLATFORM = Platform(
    "wordpress",
    "WordPress",
    Options,
    open=False,
    reply_limit=65_525,
    reply_unit="bytes",
    api=True,
    own=True,
    access="your site, Users, Profile: an application password",
)
