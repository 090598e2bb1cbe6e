"""Which settings people may choose without the file, and what file and choices say together. Pure.

A choice is called as in the file (`brands.aurora.policy.hours`) and holds what the file would hold there; None leaves
it out, so that the built-in default counts. It is validated exactly as the file is: in its place, with all the rest.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from settings import Settings
from store.errors import ConfigError
from store.tables import ChosenSetting

OF_BRAND = (
    "exclude",
    "policy.hours",
    "policy.critical_hours",
    "policy.holidays",
    "policy.absences",
    "policy.first_contact",
    "policy.escalation",
    "policy.on_call",
    "policy.contacts",
    "policy.faq",
    "voice.formality",
    "voice.signature",
    "voice.emoji",
    "voice.phrases",
)
OF_ROUTING = (
    "slack.alerts",
    "slack.praise",
    "slack.crisis",
    "slack.digest",
    "slack.ops",
    "slack.escalation",
    "slack.quiet",
    "slack.bundle",
    "slack.most_per_hour",
    "slack.rules",
)
"""Not who may act in Slack (`workspace`, `people`, `groups`): that is for whoever runs the service."""
_NUMBERED = re.compile(r", number (\d+)")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose. `value`: as the file would hold it."""

    name: str
    value: Any
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unused:
    """A choice that does not count now, and why."""

    choice: Choice
    why: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """What validation found: `name` of the choice, `place` within it (`[2].question`; "": all of it), the sentence."""

    name: str
    place: str
    said: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """File and choices together. `file`: what the file alone says; `settings`: what counts."""

    file: Settings
    settings: Settings
    choices: Mapping[str, Choice]
    unused: tuple[Unused, ...] = ()


def choosable(settings: Settings) -> list[str]:
    """The names of all that may be chosen."""
    return [f"brands.{key}.{name}" for key in settings.brands for name in OF_BRAND] + list(OF_ROUTING)


def of_row(row: ChosenSetting) -> Choice:
    return Choice(row.name, row.value, row.set_by, row.set_at)


def together(file: Settings, rows: Iterable[ChosenSetting]) -> Chosen:
    """What counts. A choice that is about nothing in the file, or that validation refuses beside what the file says
    now, is left out and told: a service that runs goes on."""
    known = set(choosable(file))
    choices, unused = {}, []
    for choice in map(of_row, rows):
        if choice.name in known:
            choices[choice.name] = choice
        else:
            unused.append(Unused(choice, "the configuration has no such setting"))
    while choices:
        try:
            merged = with_values(file.tables, {name: one.value for name, one in choices.items()})
            return Chosen(file, file.with_tables(merged), choices, tuple(unused))
        except ConfigError as error:
            found = list(wrong(error, list(choices)))
            refused = {one.name: one.said for one in reversed(found)} or dict.fromkeys(choices, str(error))
            unused += [Unused(choices.pop(name), said) for name, said in refused.items()]
    return Chosen(file, file, {}, tuple(unused))


def with_values(tables: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """`tables` with these values in their places; what `tables` holds is changed."""
    for name, value in values.items():
        *path, last = name.split(".")
        at = tables
        for part in path:
            at = at.setdefault(part, {})
        if value is None:
            at.pop(last, None)
        else:
            at[last] = value
    return tables


def value_of(tables: Mapping[str, Any], name: str) -> Any:
    """What tables hold at a place; None: nothing."""
    at: Any = tables
    for part in name.split("."):
        if not isinstance(at, Mapping) or part not in at:
            return None
        at = at[part]
    return at


def wrong(error: ConfigError, names: Sequence[str]) -> Iterator[Wrong]:
    """Which of `names` each problem is about; others are about none."""
    for problem in error.problems:
        line = _NUMBERED.sub(r"[\1]", problem)
        for name in names:
            rest = line.removeprefix(name)
            if rest != line and rest[:1] in (":", ".", "["):
                place, _, said = rest.partition(": ")
                yield Wrong(name, place, said)


def plain(value: Any) -> Any:
    """As JSON holds it: days as text, tuples as lists."""
    return json.loads(json.dumps(value, default=_text))


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no setting holds {type(value).__name__}")
