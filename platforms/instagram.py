"""A brand's own Instagram account: comments on what it posts, and posts of others that tag it."""

from pydantic import Field

from platforms.base import Lengthening, Platform
from platforms.graph import EXCHANGE, GraphOptions


class Options(GraphOptions):
    user_id: str = Field(pattern=r"^\d{1,30}$", description="the professional account's number, not its name")
    token_env: str = Field("INSTAGRAM_TOKEN", description="environment variable with the access token")
    account: str | None = Field(
        None, description="the account's own name: what it writes is an answer, not a mention"
    )


PLATFORM = Platform(
    "instagram",
    "Instagram",
    Options,
    open=False,
    reply_limit=2_200,
    api=True,
    own=True,
    access="developers.facebook.com, your app: a token of the account",
    lengthening=Lengthening(EXCHANGE),
)
