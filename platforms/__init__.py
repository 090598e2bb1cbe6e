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


def label(name: str) -> str:
    """What people call a platform; its own name where it is not known here any more."""
    if name in names():
        return get(name).label
    from platforms.mailbox import KNOWN_BY_MAIL

    return KNOWN_BY_MAIL.get(name, name)
