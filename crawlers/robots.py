"""robots.txt as RFC 9309 wants it read: asked once a day of each host, however often its sources are polled.

What a host answers is kept across polls and processes; what cannot be read (5xx, no answer) is not, and closes the host
until the next poll asks again.
"""

import asyncio
from typing import Protocol, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from crawlers.addresses import origin
from crawlers.middlewares import CLOSED, UNREADABLE


class Host(Protocol):
    """What is asked of the spider that is served."""

    def robots_unreadable(self, request: Request, reason: str) -> None:
        """The robots.txt of a host cannot be read: nothing is asked there."""

    async def known_robots(self, place: str) -> bytes | None:
        """What a host said within the last day; None where nothing is known of it."""

    def keep_robots(self, place: str, body: bytes) -> None:
        """What a host, by scheme, name and port, says of programs; empty where it has no such file."""


class Robots(RobotsTxtMiddleware):
    """Scrapy's own, which knows what the hosts said within the last day."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._looking: dict[str, asyncio.Lock] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        host = urlsplit(request.url).netloc
        if host not in self._parsers:
            async with self._looking.setdefault(host, asyncio.Lock()):
                await self._remember(request, host)
        return await super().robot_parser(request)

    async def _remember(self, request: Request, host: str) -> None:
        if host in self._parsers:  # another request was quicker
            return
        known = await cast(Host, self.crawler.spider).known_robots(origin(request.url))
        if known is not None:
            self._parsers[host] = Deferred()
            await super()._parse_robots(Response(request.url, body=known), host, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        """`response` is to robots.txt, `request` what made us ask for it."""
        spider = cast(Host, self.crawler.spider)
        if response.status >= 500:  # 2.3.1.4; those that another attempt may mend have become CLOSED
            spider.robots_unreadable(request, f"HTTP {response.status}")
            response = response.replace(body=CLOSED)
        elif UNREADABLE not in response.flags:
            if response.status >= 400:  # 2.3.1.3: it has none, whatever the page with the error says
                response = response.replace(body=b"")
            spider.keep_robots(origin(request.url), response.body)
        await super()._parse_robots(response, netloc, request)
