"""What each platform is: options, sign-in, limits and their units. One file each, found by its name."""

from importlib import import_module
from pathlib import Path

from platforms.base import Platform

_NOT_PLATFORMS = {"__init__", "base", "graph", "length", "signin"}


def names() -> list[str]:
    """The names of all platforms, by file name; nothing is imported."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _NOT_PLATFORMS)


def get(name: str) -> Platform:
    """The platform `name`; raises KeyError where there is no such file."""
    if name not in names():
        raise KeyError(name)
    platform: Platform = import_module(f"platforms.{name}").PLATFORM
    return platform
