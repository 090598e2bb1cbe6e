"""What the service and its crawling process say to each other: the job in, events and reports out, all as JSON."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from platforms.base import SourceOptions
from store.brand import Brand

BUDGET = 300.0  # seconds for all sources of a run
Setting = bool | int | float | str


def _as_table(value: Any) -> Any:
    """Options that were validated already go as the table they were read from."""
    if not isinstance(value, SourceOptions):
        return value
    spans = {name: span for name, span in value if isinstance(span, timedelta)}
    table = value.model_dump(mode="json", exclude=set(spans), exclude_defaults=True)
    return table | {name: f"{span.total_seconds():.3f}s" for name, span in spans.items()}


def _as_named(value: Any) -> Any:
    """Of a brand only what tells its mentions apart: policy and voice are no business of a crawl."""
    if isinstance(value, Brand):
        return {"key": value.key, "name": value.name, "aliases": value.aliases, "exclude": value.exclude}
    return value


SourceTable = Annotated[dict[str, Any], BeforeValidator(_as_table)]
NamedBrand = Annotated[Brand, BeforeValidator(_as_named)]


class CrawlJob(BaseModel):
    """One run: which sources are read into which database. `settings` override Scrapy's and ours (tests, benchmarks).

    `sources` takes options of a platform, or the tables they are validated from in the crawling process.
    """

    model_config = ConfigDict(extra="forbid")

    database_url: str = Field(repr=False)
    sources: list[SourceTable]
    brands: list[NamedBrand]
    budget: float = Field(BUDGET, gt=0, description="seconds after which the run is ended and reported")
    ends_at: float | None = Field(
        None, description="that moment, in seconds since 1970; set when the run starts"
    )
    service: int | None = Field(None, description="process whose end ends the run; set when it starts")
    peek: bool = Field(False, description="only looks at one page of each source, and stores nothing")
    contact: str | None = Field(None, description="how whoever runs a server reaches us: in the user agent")
    settings: dict[str, Setting] = {}

    def to_json(self) -> str:
        """For standard input: it carries the database's password, so it never goes on a command line."""
        brands = [_as_named(brand) for brand in self.brands]
        plain = self.model_dump(mode="json", exclude={"brands"}) | {"brands": brands}
        return TypeAdapter(dict[str, Any]).dump_json(plain).decode()


class Event(BaseModel):
    """One line of the crawling process. `event` tells the kinds apart."""

    model_config = ConfigDict(frozen=True)

    event: str


class Started(Event):
    event: Literal["started"] = "started"
    pid: int


class PageStored(Event):
    """A page is committed: what it added waits for the next stage."""

    event: Literal["page"] = "page"
    source: str
    page: int
    new: int
    edited: int
    refreshed: int
    unchanged: int
    late: int

    @property
    def work(self) -> bool:
        """Whether the next stage has anything to do."""
        return bool(self.new or self.edited or self.refreshed)


class Waited(Event):
    """A server asked for patience (429, 503) or failed for a moment, and the request is repeated after `seconds`."""

    event: Literal["waited"] = "waited"
    source: str
    status: int | None
    reason: str
    seconds: float
    url: str


class SourceReport(BaseModel):
    """The outcome of one source, as `collect --json` prints it. `late`: new, but older than what was already seen."""

    model_config = ConfigDict(frozen=True)

    source: str
    status: Literal["ok", "error", "skipped"]
    new: int = 0
    edited: int = 0
    refreshed: int = 0
    gone: int = 0
    late: int = 0
    waited: int = 0
    requests: int = 0
    seconds: float = 0.0
    error: str | None = None


class Saw(Event):
    """What one page of a source showed, in a run that only looks. `shown`: its mentions, of which `kept` are about the
    brand; `fields`: the share of them that has each; `more`: other pages follow; `left`: of the rate limit."""

    event: Literal["saw"] = "saw"
    source: str
    status: int
    shown: int
    kept: int
    newest: datetime | None = None
    fields: dict[str, float] = {}
    problems: int = 0
    more: bool = False
    left: str | None = None


class Finished(Event):
    event: Literal["report"] = "report"
    report: SourceReport


AnyEvent = Annotated[Started | PageStored | Waited | Saw | Finished, Field(discriminator="event")]
_EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def read_event(line: bytes | str) -> AnyEvent | None:
    """The event of one line; None where the line is none (a library printed something)."""
    try:
        return _EVENT.validate_json(line)
    except ValueError:
        return None


def find_brand(brands: list[Brand], table: Mapping[str, Any]) -> Brand | None:
    """The brand that a source's table names."""
    return next((brand for brand in brands if brand.key == table.get("brand")), None)
