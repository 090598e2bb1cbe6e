"""A web page with reviews: schema.org markup, or CSS selectors for sites without any. No reply call exists."""

import re
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from cssselect.parser import SelectorError
from parsel import css2xpath
from pydantic import BaseModel, ConfigDict, Field, field_validator

from platforms.base import Platform, SourceOptions
from store.brand import Duration

# Places whose terms forbid reading their pages by program, or that keep programs out, and where the same is had
# instead. Each pattern is matched against the end of the host, and the start of the path where one stands behind it.
_ANY = r"\.[a-z]{2,3}(\.[a-z]{2})?"
_GOOGLE = 'type = "google_business" reads the Business Profile API'
_WALLED: tuple[tuple[str, str, str], ...] = (
    (r"trustpilot\.com", "", 'type = "trustpilot" reads its API, `ascolto import` a page that you saved'),
    (rf"tripadvisor{_ANY}", "", 'type = "tripadvisor" reads its Content API'),
    (rf"yelp{_ANY}", "", 'type = "yelp" reads its Places API'),
    (rf"google{_ANY}", r"/(local|maps)", _GOOGLE),
    (rf"((maps|business)\.google{_ANY}|maps\.app\.goo\.gl|g\.page)", "", _GOOGLE),
    (r"goo\.gl", r"/maps", _GOOGLE),
    (rf"play\.google{_ANY}", "", 'type = "google_play" reads the reviews of your own app'),
    (r"(facebook|fb)\.com", "", 'type = "facebook" reads a page of your own by the Graph API'),
    (r"instagram\.com", "", 'type = "instagram" reads an account of your own by the Graph API'),
    (r"(x|twitter)\.com", "", 'type = "x" reads X\'s API'),
    (
        rf"amazon{_ANY}",
        "",
        'type = "mailbox" reads its e-mails; what Seller Central exports: `ascolto import`',
    ),
    (r"booking\.com", "", 'type = "mailbox" reads its e-mails; what the extranet exports: `ascolto import`'),
)


def official_way(url: str) -> str | None:
    """Where else the mentions of an address are had, whose pages no program is to read; None: it may be tried."""
    try:
        parts = urlsplit(url)
        host, path = unquote(parts.hostname or "").rstrip(".").lower(), parts.path.lower()
    except ValueError:
        return None
    for place, start, instead in _WALLED:
        if re.search(rf"(^|\.){place}$", host) and re.match(start, path):
            return instead
    return None


class Selectors(BaseModel):
    """CSS selectors for a site without schema.org markup; each is looked for inside `review`.

    `::text` and `::attr(name)` may end them; without either, the whole text of the element is taken.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    review: str = Field(description="one match a review")
    text: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    stars: str | None = None
    best: float = Field(5, gt=0, description="the most stars the site gives")
    answer: str | None = None
    id: str | None = Field(None, description="an attribute or element that identifies the review")
    next: str | None = Field(None, description="the link to the next page")

    @field_validator("review", "text", "title", "author", "date", "stars", "answer", "id", "next")
    @classmethod
    def readable(cls, value: str | None) -> str | None:
        try:
            return value and css2xpath(value) and value
        except SelectorError as error:
            raise ValueError(f"{value!r} is no CSS selector: {error}") from None


class Options(SourceOptions):
    url: str = Field(pattern=r"^https?://", description="the first page; rel=next links are followed")
    selectors: Selectors | None = Field(None, description="for a site without schema.org markup")
    pages: int = Field(50, ge=1, description="pages read at most")
    language: str | None = Field(None, description="language of the site, where its markup does not say")
    overlap: Duration = Field(
        timedelta(days=3), description="how far back each crawl looks again for late reviews"
    )

    @field_validator("url")
    @classmethod
    def readable(cls, value: str) -> str:
        if instead := official_way(value):
            raise ValueError(f"pages of this site are not read by programs: {instead}")
        return value


PLATFORM = Platform("page", "Web page", Options, open=False)
