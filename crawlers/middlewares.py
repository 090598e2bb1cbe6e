"""What stands between a request and the net: guard of private addresses, pace of a host, patience with its errors.

Reads the settings named ASCOLTO_* in `crawlers.scrapy_settings`. What to wait and what is private are pure functions
in `crawlers.patience` and `crawlers.addresses`.
"""

import asyncio
import logging
import random
import time
import urllib.request
from typing import Any, Protocol, Self, cast
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.defer import maybe_deferred_to_future

from crawlers import addresses, patience
from crawlers.addresses import Place
from store.clock import utcnow
from store.errors import Permanent, Transient
from store.network import is_public

log = logging.getLogger(__name__)

PASSING = frozenset({408, 429, 500, 502, 503, 504, 520, 522, 524})  # statuses that another attempt may mend
PASSING_ERRORS = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
CLOSED = b"User-agent: *\nDisallow: /\n"
UNREADABLE = "unreadable"  # the flag of an answer that was put in the place of a robots.txt


class Refused(IgnoreRequest):
    """The request would leave the open internet for a private address, or go where its spider does not ask."""


class Resting(IgnoreRequest):
    """The host asked to be left alone for longer than a run waits: so many `seconds` are left."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it wants to be left alone for another {seconds:.0f} s")
        self.seconds = seconds


class Host(Protocol):
    """What the middlewares ask of the spider that they serve."""

    places: set[Place]

    def remaining(self) -> float:
        """Seconds that are left of the run."""

    def waited(self, request: Request, status: int | None, reason: str, seconds: float) -> None:
        """A request is repeated after `seconds`."""

    def refused(self, request: Request, response: Response) -> Permanent | Transient | None:
        """What an error answer means in the platform's own words; None: what its status says."""

    def robots_unreadable(self, request: Request, reason: str) -> None:
        """The robots.txt of a host cannot be read: nothing is asked there."""


def lower_headers(response: Response) -> dict[str, str]:
    """The headers of a response by lower-case name; of repeated ones the last, of Link all."""
    found: dict[str, str] = {}
    for name, values in response.headers.items():
        key = name.decode("latin-1").lower()
        listed = values if isinstance(values, list) else [values]
        texts = [value.decode("latin-1") for value in listed]
        found[key] = ", ".join(texts) if key == "link" else texts[-1] if texts else ""
    return found


class Guard:
    """Refuses private addresses at every hop: first request, redirect, next page, robots.txt, whatever DNS says."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._longest = crawler.settings.getint("ASCOLTO_LONGEST_ADDRESS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        wanted = addresses.place(request.url)
        if wanted is None:
            raise Refused("no http(s) address")
        if len(request.url) > self._longest:
            raise Refused("an address of endless length")
        run = request.meta.get("run")  # None: robots.txt
        if run is not None and (run.reading.platform.api or "signing" in request.meta):
            _stay(request)
        if run is not None and (why := run.reading.spider.avoids(request.url)):
            raise Refused(why)
        known: set[Place] = request.meta.get("places") or cast(Host, self._crawler.spider).places
        if addresses.configured(wanted, known):
            return
        address = addresses.literal(wanted[0]) or await self._resolve(wanted[0])
        if address is not None and not is_public(address):
            raise Refused(f"{wanted[0]} is a private address: configure it as a source if it is meant")

    async def _resolve(self, host: str) -> str | None:
        """The address that the connection will use too: Scrapy's resolver keeps it. None: unknown here."""
        from twisted.internet import reactor  # exists only once Scrapy has installed it

        try:
            resolved = await maybe_deferred_to_future(cast(Any, reactor).resolve(host))
        except Exception as error:  # whatever the resolver raises
            if urllib.request.getproxies():
                return None  # behind a proxy only the proxy may know outside names
            raise CannotResolveHostError(f"no address for {host}") from error
        return str(resolved)


class Pace:
    """Holds a host's requests until it may be asked again: Crawl-delay, Retry-After, a used-up rate limit."""

    def __init__(self, crawler: Crawler) -> None:
        self._free_at: dict[str, float] = {}
        self._rests_until: dict[str, float] = {}
        self._delay: dict[str, float] = {}
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._longest = crawler.settings.getfloat("ASCOLTO_LONGEST_CRAWL_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pace = cls(crawler)
        crawler.signals.connect(pace.robots_parsed, signal=signals.robots_parsed)
        return pace

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        delay = robotparser.crawl_delay(self._agent)
        if delay and delay > 0:
            self._delay[_host(request)] = min(delay, self._longest)

    def hold(self, request: Request, seconds: float) -> None:
        """Nobody asks this host before `seconds` have passed."""
        host = _host(request)
        self._free_at[host] = max(self._free_at.get(host, 0.0), time.monotonic() + seconds)

    def rest(self, request: Request, seconds: float) -> None:
        """This host is not asked again before `seconds` have passed, which no run waits out."""
        host = _host(request)
        self._rests_until[host] = max(self._rests_until.get(host, 0.0), time.monotonic() + seconds)

    async def process_request(self, request: Request) -> None:
        host = _host(request)
        while (wait := self._free_at.get(host, 0.0) - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        if (left := self._rests_until.get(host, 0.0) - time.monotonic()) > 0:
            raise Resting(left)
        if delay := self._delay.get(host):
            self._free_at[host] = time.monotonic() + delay


class Patience:
    """Repeats what failed for the moment: after what the server asks for, else with growing, jittered pauses.

    The waiting holds no slot of its host. What would outlast the run is left to the next one.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings = crawler.settings
        self._attempts = settings.getint("ASCOLTO_ATTEMPTS")
        self._first = settings.getfloat("ASCOLTO_BACKOFF")
        self._longest = settings.getfloat("ASCOLTO_LONGEST_WAIT")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        asked = patience.asked_wait(lower_headers(response), utcnow())
        if response.status in PASSING:
            told = cast(Host, self._crawler.spider).refused(request, response)
            if isinstance(told, Permanent):
                return response
            asked = max(asked or 0.0, (told.retry_after if told else None) or 0.0) or None
            reason = f"HTTP {response.status}"
            again = await self._again(request, response.status, reason, asked)
            return again or self._closed_if_robots(request, reason) or response
        if asked is not None and response.status < 400:
            self._hold(request, asked)  # the limit is used up: the next request would be refused
        return response

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:
        if not isinstance(exception, PASSING_ERRORS):
            return None
        reason = type(exception).__name__.removesuffix("Error")
        return await self._again(request, None, reason, None) or self._closed_if_robots(request, reason)

    async def _again(
        self, request: Request, status: int | None, reason: str, asked: float | None
    ) -> Request | None:
        attempt = int(request.meta.get("attempt", 1))
        seconds = max(patience.backoff(attempt, self._first, random.random()), asked or 0.0)
        host = cast(Host, self._crawler.spider)
        if attempt >= self._attempts or seconds > min(self._longest, host.remaining()):
            return None
        if asked:
            self._hold(request, asked)
        host.waited(request, status, reason, seconds)
        await asyncio.sleep(seconds)
        repeated = request.copy()
        repeated.meta["attempt"] = attempt + 1
        repeated.dont_filter = True
        return repeated

    def _closed_if_robots(self, request: Request, reason: str) -> Response | None:
        """RFC 9309, 2.3.1.4: a site whose robots.txt is out of reach is closed."""
        if "run" in request.meta or urlsplit(request.url).path != "/robots.txt":
            return None
        log.warning("robots.txt unreadable", extra={"action": "robots_unreadable", "reason": reason})
        cast(Host, self._crawler.spider).robots_unreadable(request, reason)
        return Response(request.url, body=CLOSED, request=request, flags=[UNREADABLE])

    def _hold(self, request: Request, seconds: float) -> None:
        pace = self._crawler.get_downloader_middleware(Pace)
        if pace is not None:
            pace.hold(request, min(seconds, self._longest))


def _stay(request: Request) -> None:
    """Keys in headers and bodies go where they were meant for: a redirect elsewhere, or into the clear, is refused."""
    meant, wanted = (
        addresses.origin(url) for url in (request.meta.get("redirect_urls", [request.url])[0], request.url)
    )
    if meant != wanted:
        raise Refused(
            f"redirected from {meant} to {wanted}, where its keys are not sent: check the address in the options"
        )


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc.lower()
