"""The settings that a running service goes by: taken over from the database as people change them, without a restart.

Whoever begins a piece of work (a stage, a clock, a click, a page) calls `follow`, which costs one tiny read where
nothing has changed. What is in hand keeps the settings it began with.
"""

import logging
import threading
from collections.abc import Iterator, Mapping

from sqlalchemy.exc import SQLAlchemyError

from alerts.routing import Routing
from configuration.choosing import Chosen, together
from settings import Settings
from store import chosen
from store.brand import Brand
from store.db import Database

log = logging.getLogger(__name__)


class Live:
    """What file and database say; `settings` as of the last `follow`."""

    def __init__(self, file: Settings, db: Database) -> None:
        self.file, self._db = file, db
        self.chosen = Chosen(file, file, {})
        self.brands: Mapping[str, Brand] = _Brands(self)
        self._version: int | None = None
        self._lock = threading.Lock()

    @property
    def settings(self) -> Settings:
        return self.chosen.settings

    def follow(self) -> bool:
        """Takes over what was changed since; True: something was. A database that does not answer changes nothing."""
        with self._lock:
            try:
                with self._db.read() as session:
                    version = chosen.version(session)
                    if version == self._version:
                        return False
                    rows = chosen.listed(session)
            except SQLAlchemyError as error:
                told = {"action": "settings_unread", "error": type(error).__name__}
                log.warning("cannot look for changed settings", extra=told)
                return False
            first = self._version is None
            self.chosen, self._version = together(self.file, rows), version
        for one in self.chosen.unused:
            told = {"action": "setting_unused", "setting": one.choice.name}
            log.warning("a chosen setting does not count: see ascolto check", extra=told)
        if not first:
            log.info("settings taken over", extra={"action": "settings_taken", "version": version})
        return not first or bool(rows)

    def address(self, target: str) -> str:
        """The Slack channel for a logical target."""
        return self.settings.slack.address(target)

    def routing(self) -> Routing:
        return self.settings.slack


class _Brands(Mapping[str, Brand]):
    """The brands as of the last `follow`, for who keeps hold of a mapping."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def __getitem__(self, key: str) -> Brand:
        return self._live.settings.brands[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._live.settings.brands)

    def __len__(self) -> int:
        return len(self._live.settings.brands)
