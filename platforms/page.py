"""A web page with reviews: schema.org markup, or CSS selectors for sites without any. No reply call exists."""

from pydantic import BaseModel, ConfigDict, Field

from platforms.base import Platform, SourceOptions


class Selectors(BaseModel):
    """CSS selectors for a site without schema.org markup; each is looked for inside `review`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    review: str = Field(description="one match a review")
    text: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    stars: str | None = None
    best: float = Field(5, description="the most stars the site gives")
    answer: str | None = None
    id: str | None = Field(None, description="an attribute or element that identifies the review")
    next: str | None = Field(None, description="the link to the next page")


class Options(SourceOptions):
    url: str = Field(pattern=r"^https?://", description="the first page; rel=next links are followed")
    selectors: Selectors | None = Field(None, description="for a site without schema.org markup")
    pages: int = Field(50, ge=1, description="pages read at most")
    language: str | None = Field(None, description="language of the site, where its markup does not say")


PLATFORM = Platform("page", "Web page", Options, open=False)
