"""A brand's own Facebook page: recommendations, comments on its posts, posts that tag it."""

from pydantic import Field

from platforms.base import Lengthening, Platform
from platforms.graph import EXCHANGE, GraphOptions


class Options(GraphOptions):
    page_id: str = Field(pattern=r"^\d{1,30}$", description="the page's number, not its name")
    token_env: str = Field(
        "FACEBOOK_PAGE_TOKEN", description="environment variable with the page's access token"
    )


PLATFORM = Platform(
    "facebook",
    "Facebook",
    Options,
    open=False,
    reply_limit=8_000,
    api=True,
    own=True,
    access="developers.facebook.com, Graph API Explorer: a token of your page",
    lengthening=Lengthening(EXCHANGE, then="{base_url}/{version}/{page_id}?fields=access_token"),
)
