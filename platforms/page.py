"""A web page with reviews: schema.org markup, or CSS selectors for sites without any. No reply call exists."""

from datetime import timedelta

from cssselect.parser import SelectorError
from parsel import css2xpath
from pydantic import BaseModel, ConfigDict, Field, field_validator

from platforms.base import Platform, SourceOptions
from store.brand import Duration


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


PLATFORM = Platform("page", "Web page", Options, open=False)
