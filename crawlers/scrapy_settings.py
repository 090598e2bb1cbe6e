"""How Ascolto behaves on other people's servers. A run may override each of these by name."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any


def _version() -> str:
    try:
        return version("ascolto")
    except PackageNotFoundError:
        return "0"


def agent(contact: str | None) -> dict[str, Any]:
    """The settings that say who we are, and how to reach us."""
    return {"USER_AGENT": f"Ascolto/{_version()} (+{contact})"} if contact else {}


_UNUSED = (
    "scrapy.extensions.telnet.TelnetConsole",
    "scrapy.extensions.remote_control.RemoteControl",
    "scrapy.extensions.memusage.MemoryUsage",
    "scrapy.extensions.logstats.LogStats",
    "scrapy.extensions.logcount.LogCount",
    "scrapy.extensions.corestats.CoreStats",
    "scrapy.extensions.feedexport.FeedExporter",
    "scrapy.extensions.spiderstate.SpiderState",
)

SETTINGS: dict[str, Any] = {
    # Who we are. robots.txt is obeyed under the first word.
    "USER_AGENT": f"Ascolto/{_version()} (reads public reviews and mentions for the brand they are about)",
    "ROBOTSTXT_USER_AGENT": "Ascolto",
    "ROBOTSTXT_OBEY": True,
    # Pace: by host, slower where answers are slow.
    "AUTOTHROTTLE_ENABLED": True,
    "AUTOTHROTTLE_START_DELAY": 0.5,
    "AUTOTHROTTLE_MAX_DELAY": 30.0,
    "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
    "CONCURRENT_ITEMS": 1,  # Scrapy starts so many tasks for each response; ours give requests only
    "CONCURRENT_REQUESTS": 256,  # requests that wait out a Retry-After count too
    "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
    "DOWNLOAD_DELAY": 0.05,  # without any, Scrapy 2.19 lets a burst of requests exceed the limit above
    # Defence: a page is some megabytes at most and takes some seconds.
    "DOWNLOAD_MAXSIZE": 10 * 1024 * 1024,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_TIMEOUT": 30,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DNS_TIMEOUT": 10,
    "REDIRECT_MAX_TIMES": 5,
    "METAREFRESH_ENABLED": False,
    "COOKIES_ENABLED": False,
    "REFERRER_POLICY": "no-referrer",
    # Ours: see crawlers.middlewares.
    "ASCOLTO_ATTEMPTS": 4,
    "ASCOLTO_BACKOFF": 1.0,  # seconds before the second attempt
    "ASCOLTO_LONGEST_WAIT": 120.0,  # seconds of Retry-After that a run waits out; the next run respects the rest
    "ASCOLTO_LONGEST_CRAWL_DELAY": 30.0,
    "ASCOLTO_LONGEST_ADDRESS": 2083,
    "DOWNLOAD_HANDLERS": {
        "file": None,
        "ftp": None,
        "s3": None,
        "data": None,
        "http": "crawlers.connections.Handler",
        "https": "crawlers.connections.Handler",
        "imap": "crawlers.mails.imap.ImapHandler",
        "imaps": "crawlers.mails.imap.ImapHandler",
    },
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
        "crawlers.middlewares.Guard": 50,  # before robots.txt is asked for
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "crawlers.robots.Robots": 100,
        "crawlers.middlewares.Pace": 540,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
        "crawlers.middlewares.Patience": 550,
    },
    "SPIDER_MIDDLEWARES": {
        "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
        "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # `Guard` looks at the length
    },
    "EXTENSIONS": dict.fromkeys(_UNUSED),
    "TELNETCONSOLE_ENABLED": False,
    "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
    "STATS_DUMP": False,
    "DOWNLOADER_STATS": False,
    "LOG_ENABLED": False,
    "LOG_INSTALL_ROOT_HANDLER": False,
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
}
