"""Meta's Graph API as Facebook pages and Instagram accounts are read through it: what both have to be told."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from platforms.base import SourceOptions
from store.brand import Duration


class GraphOptions(SourceOptions):
    indifferent: ClassVar[frozenset[str]] = SourceOptions.indifferent | {"posts", "version"}

    base_url: str = Field("https://graph.facebook.com", pattern=r"^https?://")
    version: str = Field(
        "v24.0",
        pattern=r"^v\d{1,3}\.\d{1,2}$",
        description="version of the Graph API; each lives about two years",
    )
    app_id_env: str = Field(
        "META_APP_ID", description="environment variable with the app's id, to make tokens last"
    )
    app_secret_env: str = Field(
        "META_APP_SECRET", description="environment variable with the app's secret, to make tokens last"
    )
    posts: int = Field(
        100, ge=1, le=1000, description="of how many of its newest posts the comments are read"
    )
    pages: int = Field(20, ge=1, description="pages of one list read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late comments"
    )


EXCHANGE = "{base_url}/{version}/oauth/access_token"
