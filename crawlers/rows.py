"""Rows of a CSV file (any usual dialect) or of JSON lines, one by one in constant memory, with the line they begin on.

What is no row comes as the error it is, and the rest goes on. What the fields mean is for `crawlers.importing`.
"""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from store.errors import Permanent

MAX_LINE = 1 << 20  # characters of one line, and of one row
MAX_LINES = 1000  # of one row: a quote that nobody closes must not swallow the rest of the file
SAMPLE = 1 << 16  # characters from which the kind and the dialect are guessed
_SEPARATOR = re.compile(r"sep=(.)\s*$", re.IGNORECASE)
_BLANK = "\ufeff \t\r\n"
Row = Mapping[str, Any]
Numbered = tuple[int, Row | str]  # the line, and its row or what is wrong with it
Record = tuple[int, list[str] | str]


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """The file as text, whichever of the usual encodings it has. Raises `Permanent` where it cannot be read."""
    try:
        with path.open("rb") as file:
            yield io.TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="")
    except OSError as error:
        raise Permanent("no_file", f"cannot read {path}: {error.strerror}") from None


def rows(file: TextIO, fields: Sequence[str], columns: Mapping[str, str]) -> Iterator[Numbered]:
    """Each row by names of `fields`; `columns` gives the file's own name of a field where it differs.

    Raises `Permanent` where a column that was named is missing.
    """
    sample = file.read(SAMPLE)
    file.seek(0)
    start = sample.lstrip(_BLANK)[:1]
    if start == "[":
        raise Permanent("no_json_lines", "the file is one JSON list: write one object a line")
    return _json_lines(file, columns) if start == "{" else _csv_rows(file, sample, fields, columns)


def _encoding(file: BinaryIO) -> str:
    """UTF-8 or UTF-16 with their marks, UTF-8 if all of it is, else what Excel writes in Western Europe."""
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(SAMPLE):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8-sig"


def _lines(file: TextIO) -> Iterator[tuple[int, str | None]]:
    """Each line with its number; None for one that is too long to be held."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) < MAX_LINE or line.endswith(("\n", "\r")):
            yield number, line
            continue
        while (rest := file.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
            pass
        yield number, None


def _json_lines(file: TextIO, columns: Mapping[str, str]) -> Iterator[Numbered]:
    for number, line in _lines(file):
        if line is None:
            yield number, _too_long()
        elif text := line.strip(_BLANK):
            yield number, _json_row(text, columns)


def _json_row(line: str, columns: Mapping[str, str]) -> Row | str:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"this is not JSON: {error}"
    if not isinstance(found, dict):
        return "this is no JSON object"
    return found | {name: found[column] for name, column in columns.items() if column in found}


def _csv_rows(
    file: TextIO, sample: str, fields: Sequence[str], columns: Mapping[str, str]
) -> Iterator[Numbered]:
    lines = _lines(file)
    first = next(iter(sample.lstrip("\ufeff").splitlines()), "")
    told = _SEPARATOR.fullmatch(first)  # Excel's own first line
    if told:
        next(lines)
    # A backslash before a quote: the dialect of databases, which do not double it.
    escape = "\\" if '\\"' in sample else None
    records = _records(_Lines(lines), told[1] if told else _delimiter(first), escape)
    header = _header(records)
    places = _places(header, fields, columns)
    for number, cells in records:
        if isinstance(cells, str):
            yield number, cells
        elif len(cells) > len(header) and any(cells[len(header) :]):
            yield number, f"has {len(cells)} cells where the header has {len(header)}"
        elif any(cells):
            yield number, {name: cells[at] for name, at in places.items() if at < len(cells)}


def _header(records: Iterator[Record]) -> list[str]:
    found = next(records, (1, []))[1]
    if isinstance(found, str):
        raise Permanent("no_header", f"the first line names no columns: {found}")
    return [name.strip(_BLANK) for name in found]


class _Bad(csv.Error):
    """A line that is not given to the reader."""


class _Lines(Iterator[str]):
    """Lines for a csv reader; it goes on after an error, and those of a broken record can be read again."""

    def __init__(self, lines: Iterator[tuple[int, str | None]]) -> None:
        self._lines = lines
        self._again: list[tuple[int, str | None]] = []
        self._taken: list[tuple[int, str | None]] = []

    def __next__(self) -> str:
        number, line = self._again.pop(0) if self._again else next(self._lines)
        self._taken.append((number, line))
        if line is None:
            raise _Bad(_too_long())
        if len(self._taken) > MAX_LINES:
            raise _Bad(f"this is not CSV: a quote is open for {MAX_LINES} lines")
        return line

    def begin(self) -> None:
        self._taken = []

    @property
    def number(self) -> int:
        """Of the line on which the record in hand begins."""
        return self._taken[0][0]

    def put_back(self) -> None:
        """All of the record in hand but its first line, which is what was wrong."""
        self._again = self._taken[1:] + self._again


def _records(lines: _Lines, delimiter: str, escape: str | None) -> Iterator[Record]:
    csv.field_size_limit(MAX_LINE)
    # Strict: else a quote that nobody closes makes one mention of all the rows behind it.
    reader = csv.reader(lines, delimiter=delimiter, escapechar=escape, strict=True)
    while True:
        lines.begin()
        try:
            cells: list[str] | str = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = str(error) if isinstance(error, _Bad) else f"this is not CSV: {error}"
            lines.put_back()
        yield lines.number, cells


def _delimiter(header: str) -> str:
    """The one that splits the header into the most cells: texts below are full of commas."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(",;\t|", key=bare.count)


def _places(header: Sequence[str], fields: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Field -> index of its column; of two columns of one name the first."""
    at = {name.casefold(): number for number, name in reversed(list(enumerate(header)))}
    for name, column in columns.items():
        if column.casefold() not in at:
            raise Permanent(
                "no_column", f"there is no column {column!r} for {name}: there are {_named(header)}"
            )
    wanted = {name: columns.get(name, name).casefold() for name in fields}
    found = {name: at[column] for name, column in wanted.items() if column in at}
    if not {"text", "stars", "title"} & set(found):
        raise Permanent(
            "no_text", f"there is no column text: name it with --map text=Column; there are {_named(header)}"
        )
    return found


def _named(header: Sequence[str]) -> str:
    return ", ".join(name[:60] for name in header[:40] if name) or "none"


def _too_long() -> str:
    return f"longer than {MAX_LINE:,} characters"
