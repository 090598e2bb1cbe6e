"""A bare Scrapy spider that only parses: what a crawl is held against. Run as `python -m benchmarks._bare URL...`.

It reads the lists that begin at its addresses with the parser of the `page` spider, Scrapy's own middlewares and the
pace of `benchmarks.crawl`, and keeps nothing. It prints one JSON object: `mentions`, `pages`, and from the end of its
first page to the end of its last `seconds` and `processor`, seconds of processor time.
"""

import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

import platforms
from benchmarks.crawl import SETTINGS as PACE
from benchmarks.crawl import brand
from crawlers import spiders
from crawlers.base import Context, Page
from crawlers.scrapy_settings import SETTINGS
from store.clock import utcnow

OURS = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "DOWNLOAD_HANDLERS")


class Bare(scrapy.Spider):
    name = "bare"

    def __init__(self, urls: list[str], times: list[tuple[float, float]]) -> None:
        super().__init__()
        table = {"name": "list", "type": "page", "brand": "aurora", "url": urls[0]}
        options = platforms.get("page").options.model_validate(table)
        self.reader = spiders.get("page")(Context(options, brand(), utcnow()))
        self.urls, self.times, self.mentions = urls, times, 0

    async def start(self) -> AsyncIterator[Any]:
        for url in self.urls:
            yield scrapy.Request(url, dont_filter=True)

    def parse(self, response: Response) -> Iterator[scrapy.Request]:
        headers = {"content-type": (response.headers.get("Content-Type") or b"").decode()}
        parsed = self.reader.parse(Page(response.url, response.body, headers))
        self.mentions += len(parsed.mentions)
        for following in parsed.next:
            yield scrapy.Request(following.url, dont_filter=True)
        self.times.append((time.perf_counter(), time.process_time()))


def main(urls: list[str]) -> None:
    times: list[tuple[float, float]] = []
    settings = {name: value for name, value in SETTINGS.items() if name not in OURS} | PACE
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Bare)
    process.crawl(crawler, urls=urls, times=times)
    process.start(install_signal_handlers=False)
    spider = crawler.spider
    seconds, processor = (last - first for first, last in zip(times[0], times[-1], strict=True))
    found = {
        "mentions": getattr(spider, "mentions", 0),
        "pages": len(times),
        "seconds": seconds,
        "processor": processor,
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
