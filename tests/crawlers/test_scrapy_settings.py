"""How Ascolto behaves on other people's servers is a promise: what it rests on is held here."""

import importlib
from importlib.metadata import PackageNotFoundError

import pytest
from scrapy.utils.misc import load_object

from crawlers import scrapy_settings
from crawlers.scrapy_settings import SETTINGS


def test_we_say_who_we_are_and_obey_under_that_name() -> None:
    assert SETTINGS["USER_AGENT"].startswith(f"{SETTINGS['ROBOTSTXT_USER_AGENT']}/")
    assert SETTINGS["ROBOTSTXT_OBEY"] is True
    assert SETTINGS["AUTOTHROTTLE_ENABLED"] is True
    assert SETTINGS["CONCURRENT_REQUESTS_PER_DOMAIN"] <= 2
    assert SETTINGS["DOWNLOAD_DELAY"] > 0


def test_what_a_server_may_do_to_us_is_bounded() -> None:
    assert SETTINGS["DOWNLOAD_MAXSIZE"] <= 10 * 1024 * 1024
    assert SETTINGS["DOWNLOAD_TIMEOUT"] <= 60
    assert SETTINGS["REDIRECT_MAX_TIMES"] <= 5
    assert SETTINGS["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert SETTINGS["METAREFRESH_ENABLED"] is SETTINGS["COOKIES_ENABLED"] is False


def test_the_guard_stands_before_robots_txt_and_redirects() -> None:
    order = {
        str(name).rpartition(".")[2]: place for name, place in SETTINGS["DOWNLOADER_MIDDLEWARES"].items()
    }
    base = importlib.import_module("scrapy.settings.default_settings").DOWNLOADER_MIDDLEWARES_BASE
    redirect = base["scrapy.downloadermiddlewares.redirect.RedirectMiddleware"]
    assert order["RobotsTxtMiddleware"] is None
    assert order["Guard"] < order["Robots"] < order["Pace"] < order["Patience"] < redirect


def test_whatever_is_named_exists() -> None:
    for table in ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS"):
        for name in SETTINGS[table]:
            load_object(name)
    load_object(SETTINGS["DUPEFILTER_CLASS"])
    load_object(SETTINGS["TWISTED_REACTOR"])


def test_a_checkout_without_metadata_has_a_version_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(scrapy_settings, "version", version)
    assert scrapy_settings._version() == "0"
