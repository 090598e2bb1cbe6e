"""What a page of settings shows: each field with its cells, where its value comes from, and what is wrong with it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from alerts.telling import name_of
from alerts.text import one_line, shown
from alerts.words import N_, Words
from configuration import toml
from configuration.changing import Faster, mark
from configuration.choosing import Choice, Chosen, Wrong, plain, value_of
from store.brand import Brand, first_zone
from store.chosen import Change
from web.settings import forms
from web.settings.fields import Column, Field, Section
from web.settings.forms import Grid, Row
from web.settings.mistakes import told
from web.settings.options import Option, options

LONGEST = 300  # characters of a value that is told
_PLACE = re.compile(r"\[(?P<row>\d+)\](?:\.(?P<column>\w+))?")


@dataclass(frozen=True, slots=True)
class CellView:
    """One input. `choices`: of a list; `error`: what is wrong with it."""

    id: str
    label: str
    cell: str
    value: str
    wide: bool = False
    choices: Sequence[Option] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One setting. `rows` with their names, and whether they hold something; `origin`: where its value comes from;
    `chosen`: it can be reset."""

    name: str
    kind: str
    label: str
    hint: str
    cell: CellView
    rows: Sequence[tuple[str, Sequence[CellView], bool]]
    origin: str
    chosen: bool
    errors: Sequence[str]
    faster: str
    seen: str
    shown: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a person has posted, and what became of it: shown again where it was not saved."""

    grids: Mapping[str, Grid] = field(default_factory=dict)
    wrong: Sequence[Wrong] = ()
    faster: Sequence[Faster] = ()
    marks: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # `seen` and `shown` that stay
    more: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page is made of. `brand` None: of all."""

    section: Section
    brand: str | None
    chosen: Chosen
    words: Words
    brands: Mapping[str, Brand]
    now: datetime
    tried: Tried = field(default_factory=Tried)

    def fields(self) -> list[FieldView]:
        return [self._field(one) for one in self.section.fields]

    def when(self, at: datetime) -> str:
        zone = self.brands[self.brand].zone if self.brand else first_zone(self.brands)
        return self.words.when(at, zone, self.now)

    def _field(self, one: Field) -> FieldView:
        name, _ = one.full(self.brand), self.words._
        raw = value_of(self.chosen.settings.tables, name)
        held = forms.shown(one, raw)
        grid = self.tried.grids.get(name, held)
        seen, was = self.tried.marks.get(name, (mark(raw), mark(forms.value(one, held))))
        errors = dict(self._errors(one, name, grid))
        faster = next((self._faster(one, other) for other in self.tried.faster if other.name == name), "")
        empty = 2 if self.tried.more == name else 1
        rows = [
            *grid.rows,
            *([forms.blank(one)] * empty if one.kind not in ("fixed",) and one.columns else []),
        ]
        cell = CellView(name, _(one.label), one.kind, grid.text, error=errors.get(name, ""))
        if one.options:
            cell = replace(cell, choices=options(one.options, self.words, self.brands, grid.text))
        choice = self.chosen.choices.get(name)
        return FieldView(
            name,
            one.kind,
            _(one.label),
            _(one.hint) if one.hint else "",
            cell,
            [
                (*self._row(one, name, number, row, errors), number < len(grid.rows))
                for number, row in enumerate(rows)
            ],
            self._origin(one, name, choice),
            choice is not None,
            [said for place, said in errors.items() if place == name],
            faster,
            seen,
            was,
        )

    def _row(
        self, one: Field, name: str, number: int, row: Row, errors: Mapping[str, str]
    ) -> tuple[str, Sequence[CellView]]:
        if one.kind == "fixed":
            key = row["key"]
            place = f"{name}.{key}"
            return "", [
                CellView(place, self.words._(LEVEL[key]), "text", row["value"], error=errors.get(place, ""))
            ]
        title = self.words._(one.one, number=number + 1) if one.one else ""
        return title, [self._cell(name, number, column, row, errors) for column in one.columns]

    def _cell(self, name: str, number: int, column: Column, row: Row, errors: Mapping[str, str]) -> CellView:
        place, value = f"{name}.{number}.{column.key}", row[column.key]
        known = options(column.options, self.words, self.brands, value) if column.options else ()
        if known and not value and column.options in ("keys", "topics", "brands"):
            known = [one for one in known if one[0]]  # a new row begins with the first of the list
        label = self.words._(column.label)
        return CellView(place, label, column.cell, value, column.wide, known, errors.get(place, ""))

    def _errors(self, one: Field, name: str, grid: Grid) -> Iterator[tuple[str, str]]:
        """By the input that is meant; what is about no single input, by the field."""
        for wrong in self.tried.wrong:
            if wrong.name == name:
                yield _input(one, name, wrong.place, grid), told(wrong.said, self.words)
        if name in self.tried.grids and (again := forms.twice(one, grid)) is not None:
            yield f"{name}.{again}.{one.columns[-1].key}", self.words._(forms.TWICE)

    def _origin(self, one: Field, name: str, choice: Choice | None) -> str:
        _ = self.words._
        file = value_of(self.chosen.file.tables, name)
        says = said(one, file, self.words) if file is not None else ""
        if choice is None:
            return _(N_("From the file.")) if file is not None else _(N_("Nobody has set this: built-in."))
        by = _(N_("Set here by {who}, {when}."), who=who_of(choice.who), when=self.when(choice.at))
        rest = (
            _(N_("The file does not say.")) if file is None else _(N_("The file says: {value}"), value=says)
        )
        return f"{by} {rest}"

    def _faster(self, one: Field, other: Faster) -> str:
        _ = self.words._
        now = said(one, other.value, self.words)
        if other.who is None or other.at is None:
            return _(
                N_("This has changed in the file while you were looking at it. Now it says: {value}"),
                value=now,
            )
        return _(
            N_("{who} changed this {when}, while you were looking at it. Now it says: {value}"),
            who=who_of(other.who),
            when=self.when(other.at),
            value=now,
        )

    def changes(self, history: Sequence[Change]) -> list[tuple[str, str]]:
        """When, and who changed what from what to what."""
        known = {one.full(self.brand): one for one in self.section.fields}
        return [(self.when(one.at), changed(one, known[one.name], self.words)) for one in history]


LEVEL = {"critical": N_("critical"), "high": N_("high"), "normal": N_("normal"), "low": N_("low")}


def changed(change: Change, one: Field, words: Words) -> str:
    """One line of the history."""
    about = {
        "who": who_of(change.who),
        "what": words._(one.label),
        "old": said(one, change.old, words),
        "new": said(one, change.new, words),
    }
    if change.reset:
        return words._(N_("{who}: {what} is as in the file again: {new} (before: {old})"), **about)
    return words._(N_("{who}: {what}: {new} (before: {old})"), **about)


def said(one: Field, value: Any, words: Words) -> str:
    """A value in a line."""
    if value is None and one.default is None:
        return words._(N_("nothing"))
    value = one.default if value is None else value
    if one.kind == "flag":
        return words._(N_("yes")) if value else words._(N_("no"))
    if one.kind in ("rows", "pairs", "fixed", "contacts"):
        grid = forms.shown(one, value)
        lines = ["; ".join(text for text in row.values() if text) for row in grid.rows]
        return shown(one_line(" · ".join(lines)), LONGEST) or words._(N_("nothing"))
    if isinstance(value, list | tuple):
        return shown(one_line(", ".join(map(str, value))), LONGEST) or words._(N_("nothing"))
    text = value if isinstance(value, str) else toml.inline(plain(value))
    return shown(one_line(text), LONGEST) or words._(N_("nothing"))


def who_of(who: str) -> str:
    return shown(one_line(name_of(who)), 80)


def _input(one: Field, name: str, place: str, grid: Grid) -> str:
    """The id of the input that a place of validation means."""
    if found := _PLACE.match(place):
        row, column = int(found["row"]) - 1, found["column"]
        if row < len(grid.rows):
            keys = [known.key for known in one.columns]
            return f"{name}.{row}.{column if column in keys else keys[0]}"
    key = place.removeprefix(".").partition(".")[0]
    if one.kind == "fixed" and key:
        return f"{name}.{key}"
    for number, cells in enumerate(grid.rows if key else ()):
        if key in (cells.get("key"), cells.get("topic")):
            return f"{name}.{number}.{one.columns[-1].key}"
    return name
