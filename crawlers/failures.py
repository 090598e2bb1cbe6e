"""What failed, in a line for an operator: what happened, and what can be done where that is known. No secret is in it.

Which failures mean something else, such as the end of a list, is for `crawlers.collector`.
"""

from urllib.parse import urlsplit

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from crawlers import addresses, walls
from crawlers.health import MAX_ERROR
from crawlers.middlewares import Refused, lower_headers
from store.errors import Permanent, Transient

TOO_LARGE = "the page is larger than a crawl takes in: see DOWNLOAD_MAXSIZE"


def explain(error: BaseException) -> str:
    """One line for an operator: what happened, and what can be done where that is known. Scrapy's own words hold whole
    addresses, and those may hold a key."""
    return addresses.without_secrets(_explained(error))[:MAX_ERROR]


def _explained(error: BaseException) -> str:
    if isinstance(error, HttpError):
        return _walled(error.response) or _explain_status(error.response)
    if isinstance(error, Permanent | Transient):
        return str(error)
    if isinstance(error, DownloadCancelledError):
        return TOO_LARGE
    if isinstance(error, IgnoreRequest):
        return _explain_refusal(error)
    error = getattr(error, "orig", None) or error  # SQLAlchemy's own text repeats what was to be stored
    text = " ".join(str(error).split())
    name = type(error).__name__.removeprefix("Download").removesuffix("Error")
    return f"{name}: {text}" if text else name


def _walled(response: Response) -> str | None:
    """What stands between us and the page, where that is a wall, and where the same is had."""
    headers = lower_headers(response)
    maker = walls.wall(response.status, headers, response.body, response.url)
    return walls.told(maker, response.url) if maker else None


def _explain_status(response: Response) -> str:
    mends = {
        401: "sign-in needed: check the token",
        403: "the server refuses: check the token, or that this may be read",
        404: "no such page: check the address",
        410: "the page is gone: check the address",
        429: "too many requests: read it less often",
    }
    mend = mends.get(response.status, "the server fails" if response.status >= 500 else "check the address")
    return f"HTTP {response.status} from {shown(response.url)}: {mend}"


def _explain_refusal(error: IgnoreRequest) -> str:
    text = str(error)
    if by_robots(error):
        return "robots.txt forbids this address: ask the site, or use its API"
    if "max redirections" in text:
        return "redirected in a circle: check the address"
    if "DOWNLOAD_MAXSIZE" in text:
        return TOO_LARGE
    return text


def shown(url: str) -> str:
    """An address without what may be secret or personal in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def by_robots(error: BaseException) -> bool:
    return isinstance(error, IgnoreRequest) and not isinstance(error, Refused) and "robots.txt" in str(error)
