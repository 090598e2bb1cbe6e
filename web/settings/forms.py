"""A setting as the cells of a form, and back. Pure: what the cells may hold is for the validation of the file.

`Grid` is what a form shows: one value, or rows of cells. Rows that hold nothing are no rows; one more is always shown,
so that without a script something can be added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.words import N_
from web.settings.fields import LEVELS, Field

TWICE = N_("This stands there twice: keep one of them.")
ANY = "default"  # in the file: for every language, every brand, every topic
PRESET = ("languages", "keys", "topics", "brands")
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Grid:
    """What stands in the form of one field: `text`, or `rows` by the keys of its columns."""

    text: str = ""
    rows: tuple[Row, ...] = ()


def shown(field: Field, value: Any) -> Grid:
    """The cells for what the file would hold; None: nothing was said, so the default."""
    if value is None:
        value = field.default
    match field.kind:
        case "lines":
            lines = [value] if isinstance(value, str) else value or ()
            return Grid("\n".join(str(line) for line in lines))
        case "flag":
            return Grid("on" if value else "")
        case "rows":
            return Grid(
                rows=tuple(
                    {column.key: _cell(row.get(column.key)) for column in field.columns}
                    for row in value or ()
                )
            )
        case "pairs":
            pairs = {ANY: value} if isinstance(value, str) else value or {}
            return Grid(rows=tuple({"key": key, "value": _cell(one)} for key, one in pairs.items()))
        case "fixed":
            known = {**field.default, **(value or {})}
            return Grid(rows=tuple({"key": key, "value": _cell(known[key])} for key in LEVELS))
        case "contacts":
            return Grid(rows=tuple(_contacts_shown(value or {})))
        case _:
            return Grid(_cell(value))


def posted(field: Field, form: Mapping[str, str], name: str) -> Grid:
    """The cells that a form brought under `name`, without empty rows and those that were ticked to go."""
    if field.kind not in ("rows", "pairs", "fixed", "contacts"):
        return Grid(form.get(name, "").replace("\r\n", "\n").strip())
    if field.kind == "fixed":
        return Grid(
            rows=tuple({"key": key, "value": form.get(f"{name}.{key}", "").strip()} for key in LEVELS)
        )
    rows = []
    for number in _numbers(form, name):
        cells = {
            column.key: form.get(f"{name}.{number}.{column.key}", "").replace("\r\n", "\n").strip()
            for column in field.columns
        }
        if form.get(f"{name}.{number}.gone") or not _holds_something(field, cells):
            continue
        rows.append(cells)
    return Grid(rows=tuple(rows))


def _numbers(form: Mapping[str, str], name: str) -> list[int]:
    """The rows that a form brought, however many: a row that is not read would count as one taken away."""
    parts = (key.removeprefix(f"{name}.").partition(".")[0] for key in form if key.startswith(f"{name}."))
    return sorted({int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 7})


def value(field: Field, grid: Grid) -> Any:
    """As the file would hold it; None: nothing."""
    match field.kind:
        case "lines":
            return [line.strip() for line in grid.text.split("\n") if line.strip()]
        case "flag":
            return bool(grid.text)
        case "number":
            return (
                int(grid.text)
                if grid.text.isascii() and grid.text.isdigit() and len(grid.text) < 10
                else grid.text
            )
        case "rows":
            return [_row(field, row) for row in grid.rows]
        case "pairs" | "fixed":
            return {row["key"] or ANY: row["value"] for row in grid.rows}
        case "contacts":
            return _contacts(grid.rows)
        case _:
            return None if field.optional and not grid.text else grid.text


def twice(field: Field, grid: Grid) -> int | None:
    """The row (from 0) that a later one would take the place of, which the file could not hold."""
    keys = {"pairs": ("key",), "contacts": ("topic", "lang")}.get(field.kind)
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(grid.rows if keys else ()):
        key = tuple(row[name] for name in keys or ())
        if key in seen:
            return number
        seen.add(key)
    return None


def blank(field: Field) -> Row:
    return {column.key: "" for column in field.columns}


def _holds_something(field: Field, cells: Row) -> bool:
    """Lists that have a value from the start say nothing by it."""
    return any(cells[column.key] for column in field.columns if column.options not in PRESET)


def _row(field: Field, row: Row) -> dict[str, Any]:
    """Only what was said."""
    found: dict[str, Any] = {}
    for column in field.columns:
        text = row[column.key]
        if text and column.cell == "list":
            found[column.key] = [part.strip() for part in text.split(",") if part.strip()]
        elif text:
            found[column.key] = text
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def _contacts_shown(contacts: Mapping[str, Any]) -> Sequence[Row]:
    """`{ default = { it = "...", en = "..." } }`, or `"default.it" = "..."`: one row each."""
    rows = []
    for topic, place in contacts.items():
        if isinstance(place, Mapping):
            rows += [
                {"topic": topic, "lang": "" if lang == ANY else lang, "place": _cell(text)}
                for lang, text in place.items()
            ]
        else:
            base, _, lang = topic.partition(".")
            rows.append({"topic": base, "lang": lang, "place": _cell(place)})
    return rows


def _contacts(rows: Sequence[Row]) -> dict[str, Any]:
    by_topic: dict[str, dict[str, str]] = {}
    for row in rows:
        by_topic.setdefault(row["topic"] or ANY, {})[row["lang"] or ANY] = row["place"]
    return {topic: places[ANY] if list(places) == [ANY] else places for topic, places in by_topic.items()}
