"""WooCommerce's REST interface: the reviews of a shop's products, and the shop's replies to them."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from platforms.base import Platform, SourceOptions
from store.brand import Duration


class Options(SourceOptions):
    base_url: str = Field(pattern=r"^https?://", description="the shop's address")
    plain_links: bool = Field(
        False, description="for a site without pretty permalinks: `?rest_route=` instead of `/wp-json`"
    )
    status: Literal["all", "approved", "hold"] = Field(
        "all", description="which reviews: also those that are held, without them, or only them"
    )
    team: list[str] = Field(
        [], description="ids or display names of the shop's users whose replies are the brand's answers"
    )
    key_env: str = Field("WOOCOMMERCE_KEY", description="environment variable with the consumer key")
    secret_env: str = Field("WOOCOMMERCE_SECRET", description="environment variable with the consumer secret")
    pages: int = Field(50, ge=1, description="pages of 100 read at most")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late reviews"
    )


# A reply is a comment of WordPress.
PLATFORM = Platform(
    "woocommerce",
    "WooCommerce",
    Options,
    open=False,
    reply_limit=65_525,
    reply_unit="bytes",
    api=True,
    own=True,
    access="your shop, WooCommerce, Settings, Advanced, REST API: key and secret with read access",
)
