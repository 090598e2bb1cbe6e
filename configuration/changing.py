"""Changes what people chose: validated, audited, and never over what somebody else changed meanwhile.

A change brings the value that the person saw. Where that is no longer what counts, somebody else was faster: nothing
is written, and the person is told who changed what. What a person did not change is no change, whatever they saw.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from configuration.choosing import Chosen, Wrong, choosable, plain, together, value_of, with_values, wrong
from settings import Settings
from store import chosen
from store.db import Database
from store.errors import ConfigError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person wants. `seen`: `mark` of the value they started from; `value`: as the file would hold it;
    `reset`: what the file says, whatever that is."""

    value: Any
    seen: str
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Faster:
    """Somebody else changed it since the person looked. `who` None: the file changed."""

    name: str
    value: Any
    who: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of edits. Nothing is written where anything is wrong or somebody was faster."""

    changed: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    faster: tuple[Faster, ...] = ()

    @property
    def done(self) -> bool:
        return not (self.wrong or self.faster)


def mark(value: Any) -> str:
    """By which two values are told apart."""
    return hashlib.sha256(json.dumps(plain(value), sort_keys=True).encode()).hexdigest()[:24]


def read(session: Session, file: Settings) -> Chosen:
    """What file and database say now."""
    return together(file, chosen.listed(session))


def save(db: Database, file: Settings, edits: Mapping[str, Edit], who: str, now: datetime) -> Saved:
    """Writes what was changed, all or nothing. Raises KeyError for a name that may not be chosen; what the file has no
    such setting for any more can still be reset."""
    known = set(choosable(file))
    if unknown := sorted(name for name, edit in edits.items() if name not in known and not edit.reset):
        raise KeyError(", ".join(unknown))
    with db.write() as session:
        chosen.hold(session)
        before = read(session, file)
        tables, plan = before.settings.tables, _plan(before, edits)
        faster = tuple(
            _faster(before, name) for name in plan if edits[name].seen != mark(value_of(tables, name))
        )
        about = {name: value for name, value in plan.items() if name in known}
        found = _validate(before, about) if about else ()
        if faster or found:
            return Saved((), found, faster)
        for name, value in plan.items():
            old, reset = plain(value_of(tables, name)), edits[name].reset
            chosen.write(session, name, plain(value), old=old, who=who, now=now, reset=reset)
    for name in plan:
        log.info("setting changed", extra={"action": "setting_changed", "setting": name})
    return Saved(tuple(plan))


def _plan(before: Chosen, edits: Mapping[str, Edit]) -> dict[str, Any]:
    """What is to be written: what differs from what the person saw, and resets of what was chosen."""
    known = before.choices.keys() | {one.choice.name for one in before.unused}
    files = before.file.tables
    return {
        name: value_of(files, name) if edit.reset else edit.value
        for name, edit in edits.items()
        if (name in known if edit.reset else mark(edit.value) != edit.seen)
    }


def _faster(before: Chosen, name: str) -> Faster:
    choice = before.choices.get(name)
    value = plain(value_of(before.settings.tables, name))
    return Faster(name, value, choice.who if choice else None, choice.at if choice else None)


def _validate(before: Chosen, plan: Mapping[str, Any]) -> tuple[Wrong, ...]:
    try:
        before.file.with_tables(with_values(before.settings.tables, plain(dict(plan))))
    except ConfigError as error:
        found = tuple(wrong(error, list(plan)))
        return found or tuple(Wrong(name, "", str(error)) for name in plan)
    return ()
