"""HTTP connections that end when a server's headers do not: what nobody else limits is limited here."""

from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler

LARGEST = 256 * 1024  # bytes of all headers of a response; browsers take as much


class Handler(HTTP11DownloadHandler):
    """Scrapy's own, whose connections are `limited`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        made: Any = self._pool._factory

        class Factory(made):  # type: ignore[misc]
            def buildProtocol(self, addr: Any) -> Any:
                return limited(super().buildProtocol(addr))

        self._pool._factory = Factory


def limited(connection: Any) -> Any:
    """A connection of Twisted's client that is given up when more than `LARGEST` bytes come before a body."""
    take, counted = connection.dataReceived, 0

    def received(data: bytes) -> None:
        nonlocal counted
        parser = getattr(connection, "_parser", None)
        counted = counted + len(data) if parser is not None and parser.state in ("STATUS", "HEADER") else 0
        if counted > LARGEST:
            connection.transport.abortConnection()
        else:
            take(data)

    connection.dataReceived = received
    return connection
