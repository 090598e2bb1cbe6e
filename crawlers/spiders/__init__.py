"""One spider a platform, found by file name and loaded only when used."""

from importlib import import_module
from pathlib import Path
from typing import Any

from crawlers.base import Spider


def names() -> list[str]:
    """The platforms that have a spider, by file name; nothing is imported."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


def get(name: str) -> type[Spider[Any]]:
    """The spider of platform `name`; raises KeyError where there is no such file."""
    if name not in names():
        raise KeyError(name)
    spider: type[Spider[Any]] = import_module(f"crawlers.spiders.{name}").Spider
    return spider
