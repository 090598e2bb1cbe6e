"""Reads all sources of a run with one Scrapy engine, so that hosts are shared politely and failures are not shared.

Every source is a `Run` of its own: an error, a wait or a wrong page ends only that one.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ClassVar, ParamSpec, TypeVar
from urllib.parse import urlsplit

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers import addresses, walls
from crawlers.addresses import Place
from crawlers.base import Fetch, Page, Parsed
from crawlers.failures import by_robots, explain, shown
from crawlers.job import AnyEvent, Finished, PageStored, Waited
from crawlers.middlewares import Pace, Resting, lower_headers
from crawlers.patience import asked_wait
from crawlers.pipeline import Keeper, Kept
from crawlers.reading import Reading
from crawlers.runs import Run, Signing
from platforms.signin import TokenRequest
from store.clock import utcnow
from store.errors import Permanent, Transient

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

AHEAD = 3  # pages that a source may have parsed while others of it are still being stored
LARGE = 200_000  # bytes from which a page is parsed beside the others instead of before them
CHANGED = "the page has changed"  # the reason that raises the alarm at once, see `Reading.take`


class Collector(scrapy.Spider):
    """The one Scrapy spider. `tell` takes each event; `ends_at` (monotonic seconds) is when all must be closed."""

    name = "ascolto"
    handle_httpstatus_list: ClassVar[list[int]] = [304]

    def __init__(
        self, keeper: Keeper, readings: list[Reading], tell: Callable[[AnyEvent], None], ends_at: float
    ) -> None:
        super().__init__()
        self.runs = [Run(reading, _places(reading)) for reading in readings]
        self.places = {place for run in self.runs for place in run.places}
        self._closed_hosts: dict[str, str] = {}  # those whose robots.txt cannot be read, and why
        self._signing: dict[TokenRequest, Signing] = {}
        self._keeper, self._tell, self._ends_at = keeper, tell, ends_at
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="keeper")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "Collector":
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._reached, signal=signals.request_reached_downloader)
        crawler.signals.connect(spider._idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        for run in self.runs:
            run.started = time.monotonic()
            try:
                wanted = run.reading.spider.sign_in()
                requests = await (self._begin(run) if wanted is None else self._sign_in(run, wanted))
            except Exception as error:  # a missing token, an address that is none
                await self._close_badly(run, error)
                continue
            for request in requests:
                yield request

    def remaining(self) -> float:
        """Seconds that are left of the run."""
        return self._ends_at - time.monotonic()

    def waited(self, request: Request, status: int | None, reason: str, seconds: float) -> None:
        """Tells that a request is repeated after `seconds`."""
        run: Run | None = request.meta.get("run")
        if run is None:  # robots.txt
            return
        run.waited += 1
        log.info(
            "waiting",
            extra={"action": "crawl_waits", "source": run.name, "seconds": seconds, "reason": reason},
        )
        self._tell(
            Waited(
                source=run.name,
                status=status,
                reason=reason,
                seconds=round(seconds, 3),
                url=shown(request.url),
            )
        )

    def refused(self, request: Request, response: Response) -> Permanent | Transient | None:
        """What an error answer means in the platform's own words."""
        run: Run | None = request.meta.get("run")
        fetch: Fetch | None = request.meta.get("fetch")
        return run.reading.spider.refusal(_page(response, fetch)) if run and fetch else None

    def robots_unreadable(self, request: Request, reason: str) -> None:
        """Nothing is asked of this host, because its robots.txt cannot be read."""
        self._closed_hosts[urlsplit(request.url).netloc] = reason

    async def known_robots(self, place: str) -> bytes | None:
        """What a host, by scheme, name and port, said of programs within the last day."""
        try:
            return await self._on_writer(self._keeper.known_robots, place)
        except Exception:  # then it is asked
            log.exception("could not look for a robots.txt", extra={"action": "robots_unkept"})
            return None

    def keep_robots(self, place: str, body: bytes) -> None:
        """What a host says of programs is kept for the polls of a day."""
        self._on_writer(self._keep_robots, place, body)

    def _keep_robots(self, place: str, body: bytes) -> None:
        try:
            self._keeper.keep_robots(place, body)
        except Exception:  # then the next poll asks again
            log.exception("could not keep a robots.txt", extra={"action": "robots_unkept"})

    async def on_token(self, response: Response) -> AsyncIterator[Request]:
        """The sources that waited for this token begin."""
        signing = self._signing[response.meta["signing"]]
        signing.answer = response.body
        for run in signing.waiting:
            try:
                requests = await self._begin_with(run, signing.answer)
            except Exception as error:
                await self._close_badly(run, error)
                continue
            for request in requests:
                yield request

    async def on_no_token(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        signing = self._signing[request.meta["signing"]]
        signing.failure = failure.value or RuntimeError("no reason given")
        for run in signing.waiting:
            await self._close_unsigned(run, signing.failure)

    async def on_page(self, response: Response) -> AsyncIterator[Request]:
        run, fetch = response.meta["run"], response.meta["fetch"]
        if run.closed:
            return
        try:
            _no_wall(run, response, fetch)
            page = _page(response, fetch)
            parsed = await self._read(run, page)
            run.reading.paid(fetch, parsed.cost)
            if parsed.wait:
                long = self._hold(response, parsed.wait)
                run.reading.rest(parsed.wait, utcnow(), long)
            if run.storing < AHEAD and not run.alarm and not fetch.asked:
                for following in run.reading.surely_more(parsed):
                    yield self._request(run, following)
            for request in await self._store(run, page, parsed, fetch.asked):
                yield request
        except Exception as error:
            await self._page_failed(run, error)

    async def on_error(self, failure: Failure) -> AsyncIterator[Request]:
        request: Request = failure.request  # type: ignore[attr-defined]
        run: Run = request.meta["run"]
        fetch: Fetch = request.meta["fetch"]
        error = failure.value or RuntimeError("no reason given")
        run.reading.paid(fetch, 0 if isinstance(error, Resting) else run.reading.spider.failed_cost)
        if run.closed:
            return
        if isinstance(error, Resting):  # another page of this host asked for it
            async with run.lock:
                run.reading.put_off(fetch, error.seconds, utcnow())
                await self._settle(run)
            return
        if by_robots(error) and (reason := self._closed_hosts.get(urlsplit(request.url).netloc)):
            error = Permanent(
                "robots.txt cannot be read", f"{reason}; until it can, the site counts as closed"
            )
        if fetch.asked and isinstance(error, HttpError):
            page = _page(error.response, fetch)
            alone = len(fetch.asked) == 1 and page.status in (404, 410)
            if alone or run.reading.spider.missing(page):
                for request in await self._look_closer(run, page, fetch):
                    yield request
                return
        if _list_ended(run, fetch, error):
            async with run.lock:
                run.reading.ended(fetch)
                await self._settle(run)
            return
        if isinstance(error, HttpError):
            run.retry_after = asked_wait(lower_headers(error.response), utcnow())
            error = run.reading.spider.refusal(_page(error.response, fetch)) or error
        await self._page_failed(run, error)

    async def close_all(self, why: str) -> None:
        """Ends what is not finished, as an error; what is committed stays."""
        for run in self.runs:
            if not run.closed:
                await self._close_badly(run, Permanent("unfinished", why))

    async def _look_closer(self, run: Run, page: Page, fetch: Fetch) -> list[Request]:
        """Of what a look-up asked for something is gone: the one that it asked for, or it is asked for in halves."""
        if len(fetch.asked) == 1:
            return await self._store(run, page, Parsed(lost=frozenset(fetch.asked)), fetch.asked)
        async with run.lock:
            requests = [self._request(run, half) for half in run.reading.halves(fetch)]
            await self._settle(run)
        return requests

    async def _begin(self, run: Run) -> list[Request]:
        requests = [self._request(run, fetch) for fetch in run.reading.first()]
        if not requests:  # its day is used up
            run.reading.unchanged = True
            run.add(await self._on_writer(self._keeper.finish, run.reading))
            self._report(run)
        return requests

    async def _begin_with(self, run: Run, answer: bytes) -> list[Request]:
        run.reading.spider.token = run.reading.spider.signed_in(answer)
        return await self._begin(run)

    async def _close_unsigned(self, run: Run, error: BaseException) -> None:
        if isinstance(error, HttpError):
            run.retry_after = asked_wait(lower_headers(error.response), utcnow())
            if error.response.status in (400, 401, 403):
                told = f"HTTP {error.response.status} from {shown(error.response.url)}: check the credentials"
                error = Permanent("the sign-in was refused", told)
        if isinstance(error, Resting):
            run.retry_after = error.seconds
        await self._close_badly(run, error)

    async def _sign_in(self, run: Run, wanted: TokenRequest) -> list[Request]:
        """One request for all sources that sign in alike; who comes after its answer begins, or fails, at once."""
        if signing := self._signing.get(wanted):
            if signing.answer is not None:
                return await self._begin_with(run, signing.answer)
            if signing.failure is not None:
                await self._close_unsigned(run, signing.failure)
            else:
                signing.waiting.append(run)
            return []
        self._signing[wanted] = Signing([run])
        place = addresses.place(wanted.url)
        return [
            Request(
                wanted.url,
                method="POST",
                body=wanted.body,
                headers=dict(wanted.headers),
                callback=self.on_token,
                errback=self.on_no_token,
                meta={
                    "run": run,
                    "signing": wanted,
                    "places": run.places | ({place} if place else set()),
                    "dont_obey_robotstxt": True,
                },
                dont_filter=True,
            )
        ]

    def _request(self, run: Run, fetch: Fetch) -> Request:
        run.reading.open += 1
        meta = {"run": run, "fetch": fetch, "places": run.places}
        if run.reading.platform.api:
            meta["dont_obey_robotstxt"] = True
        return Request(
            fetch.url,
            method=fetch.method,
            body=fetch.body,
            callback=self.on_page,
            errback=self.on_error,
            headers=dict(fetch.headers),
            meta=meta,
            dont_filter=True,
        )

    def _hold(self, response: Response, seconds: float) -> bool:
        """The page itself asks for a pause of its host. Whether that is longer than this run waits."""
        pace = self.crawler.get_downloader_middleware(Pace)
        long = seconds > min(self.settings.getfloat("ASCOLTO_LONGEST_WAIT"), self.remaining())
        if pace is not None and response.request is not None:
            (pace.rest if long else pace.hold)(response.request, seconds)
        return long

    async def _read(self, run: Run, page: Page) -> Parsed:
        if page.status == 304:
            run.reading.unchanged = True
            return Parsed()
        parse = run.reading.spider.parse
        parsed = parse(page) if len(page.body) < LARGE else await asyncio.to_thread(parse, page)
        if parsed.left is not None:
            run.reading.left = parsed.left
        for problem in parsed.problems[:10]:
            log.warning(
                "unreadable: %s",
                problem,
                extra={"action": "page_problem", "source": run.name, "page": page.number},
            )
        return parsed

    async def _store(
        self, run: Run, page: Page, parsed: Parsed, asked: tuple[str, ...] = ()
    ) -> list[Request]:
        run.storing += 1
        try:
            async with run.lock:  # pages of a source are stored in the order of their arrival, one at a time
                if run.closed:
                    return []
                if run.alarm:  # what follows on a page that has changed would overwrite what is known as well
                    await self._settle(run)
                    return []
                keep = partial(self._keeper.keep, run.reading, page, parsed)
                if asked:
                    keep = partial(self._keeper.keep_look, run.reading, asked, parsed)
                kept = await self._on_writer(keep)
                self._note(run, page, kept)
                following = [self._request(run, fetch) for fetch in kept.next]
                await self._settle(run, kept)
                return following
        finally:
            run.storing -= 1

    def _note(self, run: Run, page: Page, kept: Kept) -> None:
        run.add(kept)
        self._tell(
            PageStored(
                source=run.name,
                page=page.number,
                new=kept.new,
                edited=kept.edited,
                refreshed=kept.refreshed,
                unchanged=kept.unchanged,
                late=kept.late,
            )
        )

    async def _settle(self, run: Run, kept: Kept | None = None) -> None:
        """One page less is open; after the last one the run is closed."""
        run.reading.open -= 1
        if run.reading.open > 0 or run.closed:
            return
        if run.error is not None:
            await self._close(run)
            return
        if kept is None or not kept.done:
            run.add(await self._on_writer(self._keeper.finish, run.reading))
        self._report(run)

    async def _page_failed(self, run: Run, error: BaseException) -> None:
        async with run.lock:
            if run.closed:
                return
            self._blame(run, error)
            await self._settle(run)

    async def _close_badly(self, run: Run, error: BaseException) -> None:
        self._blame(run, error)
        await self._close(run)

    def _blame(self, run: Run, error: BaseException) -> None:
        """The first error of a run is the one that is told; without it the last page moves the cursor."""
        run.reading.failed = True
        if run.error is None:
            run.error = explain(error)
            run.alarm = isinstance(error, Permanent) and error.reason == CHANGED
            if isinstance(error, Transient):
                run.retry_after = max(error.retry_after or 0.0, run.retry_after or 0.0) or None
        unexpected = not isinstance(error, Permanent | Transient | IgnoreRequest | HttpError | OSError)
        log.warning(
            "crawl failed: %s",
            run.error,
            exc_info=error if unexpected and not type(error).__module__.startswith("scrapy") else None,
            extra={"action": "crawl_failed", "source": run.name},
        )

    async def _close(self, run: Run) -> None:
        run.closed = True
        try:
            await self._on_writer(self._keeper.fail, run.reading, run.error or "", run.retry_after, run.alarm)
        except Exception:  # the database itself fails: the report is all that is left to say so
            log.exception("could not note a failure", extra={"action": "fail_unnoted", "source": run.name})
        self._report(run)

    def _report(self, run: Run) -> None:
        run.closed = True
        report = run.report()
        log.info("source read", extra={"action": "source_read", "source": run.name, "status": report.status})
        self._tell(Finished(report=report))

    def _on_writer(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]:
        return asyncio.get_running_loop().run_in_executor(self._writer, lambda: call(*args, **kwargs))

    def _reached(self, request: Request, spider: scrapy.Spider) -> None:
        if run := request.meta.get("run"):
            run.requests += 1

    def _idle(self, spider: scrapy.Spider) -> None:
        """Nothing is asked for or waited for any more, so an open run has lost a request."""
        if all(run.closed for run in self.runs):
            return
        asyncio.get_running_loop().create_task(self.close_all("a request was lost: please report this"))
        raise DontCloseSpider


def _no_wall(run: Run, response: Response, fetch: Fetch) -> None:
    """Raises `Permanent` where a page that was answered is a wall, or somebody was sent to a sign-in."""
    if run.reading.platform.api:
        return
    maker = walls.wall(response.status, lower_headers(response), response.body, response.url)
    if walls.sign_in(fetch.url, response.url):
        maker = "a sign-in"
    if maker:
        raise Permanent("walled", walls.told(maker, response.url))


def _page(response: Response, fetch: Fetch) -> Page:
    headers = lower_headers(response)
    return Page(
        response.url, response.body, headers, fetch.number, fetch.chain, response.status, fetch.carried
    )


def _places(reading: Reading) -> set[Place]:
    try:
        return {place for url in reading.spider.allowed_hosts() if (place := addresses.place(url))}
    except Permanent:  # told when the run starts
        return set()


def _list_ended(run: Run, fetch: Fetch, error: BaseException) -> bool:
    """Whether the failure of a later page only means that there are no more."""
    if isinstance(error, HttpError):
        spider = run.reading.spider
        return spider.ends(error.response.status, fetch) or spider.absent(_page(error.response, fetch))
    return fetch.number > 1 and by_robots(error)
