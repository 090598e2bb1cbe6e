"""What a spider is: it names the requests of one kind of source and turns each response into mentions. No I/O here.

Asking, waiting, storing and deciding when to stop are for `crawlers.collector` and `crawlers.reading`.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlsplit

from platforms import signin
from platforms.base import SourceOptions
from platforms.signin import TokenRequest
from store.brand import Brand
from store.errors import Permanent, Transient
from store.mention import NewMention

O_co = TypeVar("O_co", bound=SourceOptions, covariant=True)


@dataclass(frozen=True, slots=True)
class Fetch:
    """A page to ask for. `number` counts from 1 within its `chain` (one list of pages, such as one country).

    `cost` is what it takes of the source's `requests_per_day`, in the platform's own units. `asked`: the ids of the
    stored mentions that a look-up asks for; one that two answers in a row do not show is gone. `carried` comes
    back with the answer: what `parse` must know that stands on another page.
    """

    url: str
    number: int = 1
    chain: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "GET"
    body: bytes = field(default=b"", repr=False)
    cost: int = 1
    asked: tuple[str, ...] = ()
    carried: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """A response as a spider sees it; `headers` have lower-case names."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    number: int = 1
    chain: str = ""
    status: int = 200
    carried: Any = field(default=None, repr=False)

    @property
    def content_type(self) -> str:
        """`text/html` and the like, in lower case; empty where the server does not say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class Context(Generic[O_co]):
    """What a spider may know: the source's options, its brand, the moment of the crawl, what it kept last time, and
    the secrets of the environment."""

    options: O_co
    brand: Brand
    now: datetime
    kept: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def secret(self, name: str) -> str:
        """What the environment holds under `name`. Raises `Permanent` where it holds nothing."""
        return signin.secret(self.secrets, name)

    def mention(self, **values: Any) -> NewMention:
        """A mention of this source, of its own platform unless it says another. Raises `pydantic.ValidationError`."""
        options = self.options
        return NewMention(
            **{"brand": options.brand, "source": options.name, "platform": options.type} | values
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The brand's own reply, as the platform shows it; `at` in UTC where it is told."""

    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """A mention that a page only names, or shows in part: `fetch` shows it as a whole."""

    external_id: str
    fetch: Fetch
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one page shows.

    `next`: the pages that follow it. `problems`: what could not be read, one line each, without texts of mentions.
    `undated`: ids of mentions that carry the crawl's time because the page tells none. `derived`: ids that we made
    because the page tells none; True where author or time make it strong, False where only the place is known.
    `kept`: what the next crawl is given again, such as an ETag; None leaves it as it was. `wait`: seconds for which
    the page itself asks to be left alone. `passed`: how many of its entries are no mentions; a page of such alone does
    not end the list. `lists`: the first pages of other lists that it names, read also where it shows no mentions
    itself. `answers`: the brand's replies that stand by themselves in a list, by the external id of what they answer,
    which may be on another page. `unsaid`: ids that a look-up asked for and that its answer says nothing of: neither
    shown nor gone; `lost`: those of which it says outright that they are not there any more. `cost`: what the page
    took of the source's `requests_per_day`, where that shows only in the answer. `leads`: mentions that are asked for
    one by one where they are not stored yet. `left`: how many requests the platform still allows today.
    """

    mentions: tuple[NewMention, ...] = ()
    next: tuple[Fetch, ...] = ()
    problems: tuple[str, ...] = ()
    undated: frozenset[str] = frozenset()
    derived: Mapping[str, bool] = field(default_factory=dict)
    kept: Mapping[str, str] | None = None
    wait: float | None = None
    passed: int = 0
    lists: tuple[Fetch, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    unsaid: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    cost: int | None = None
    leads: tuple[Lead, ...] = ()
    left: int | None = None

    @property
    def dates(self) -> list[datetime]:
        """When what the page shows or names was published, in its order, as far as it tells."""
        told = [mention.published_at for mention in self.mentions if mention.external_id not in self.undated]
        return told + [lead.published_at for lead in self.leads if lead.published_at]


class Spider(ABC, Generic[O_co]):
    """Reads one kind of source. A subclass named `Spider` in `crawlers/spiders/<platform>.py` is found by that name."""

    # A list that shows only its newest: what leaves at its end was not removed.
    rolling: ClassVar[bool] = True
    # Whether what a whole read does not show was removed; False where the lists themselves come and go.
    tells_gone: ClassVar[bool] = True
    # Whether it asks only for what is new since the last read, so that nothing is a usual answer.
    only_news: ClassVar[bool] = False
    # Whether what it keeps tells where a read that was cut goes on.
    goes_on: ClassVar[bool] = False
    # How many mentions one look-up asks for; 0: the platform has no call that shows given mentions.
    look_up_size: ClassVar[int] = 0
    # Whether they are looked at beyond their first two days as well, because no list tells what was removed.
    looks_late: ClassVar[bool] = False
    # What a request that brought an error takes of the source's day, whatever its page would have taken.
    failed_cost: ClassVar[int] = 1

    def __init__(self, context: Context[O_co]) -> None:
        self.context = context
        self.token = ""  # of this run, once `sign_in` was answered

    def sign_in(self) -> TokenRequest | None:
        """What asks for the run's token; None: none has to be asked for. Raises `Permanent` without credentials."""
        return None

    def signed_in(self, answer: bytes) -> str:
        """The token in the answer to `sign_in`. Raises `Permanent`."""
        return signin.token_of(answer)

    @abstractmethod
    def first(self) -> list[Fetch]:
        """The requests that a crawl begins with. Raises `Permanent` where something is missing."""

    @abstractmethod
    def parse(self, page: Page) -> Parsed:
        """What the page shows: pure, and deterministic for the same page and context. Raises `Permanent`."""

    def look_up(self, ids: Sequence[str]) -> Fetch:
        """The request that shows these mentions as they stand now: `look_up_size` of them at most."""
        raise NotImplementedError

    def looks_up(self, external_id: str) -> bool:
        """Whether `look_up` can ask for this mention."""
        return True

    def missing(self, page: Page) -> bool:
        """Whether an error answer to a look-up says that something of what it asked for is not there any more."""
        return False

    def refusal(self, page: Page) -> Permanent | Transient | None:
        """What an error answer means in this platform's own words; None: what its status says."""
        return None

    def absent(self, page: Page) -> bool:
        """Whether an error answer only says that this one list is not there, which is no fault of the source."""
        return False

    def ends(self, status: int, fetch: Fetch) -> bool:
        """Whether an error status says that the list ended before this page."""
        return fetch.number > 1 and status in (404, 410)

    def avoids(self, url: str) -> str | None:
        """Why an address is not asked for, though a redirect or a link leads there; None: it may be."""
        return None

    def allowed_hosts(self) -> list[str]:
        """The addresses that this source was configured with; only these may be private."""
        base_url = getattr(self.context.options, "base_url", None)
        return [base_url] if base_url else [fetch.url for fetch in self.first()]


def expect(page: Page, kinds: tuple[str, ...], wanted: str) -> None:
    """Raises `Permanent` where the server says that it sent something else; a missing content type passes."""
    kind = page.content_type
    if kind and not any(part in kind for part in kinds):
        raise Permanent(
            "wrong content type", f"{page.host} sent {kind[:60]}, not {wanted}: check the address"
        )
