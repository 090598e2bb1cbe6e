"""Reads a series of counts from a CSV file with the columns `timestamp` and `value`, a line at a time.

A line that is no row is told by its number and left out; the rest goes on. Lines are taken one by one: a stray quote
spoils its own line and not the rest of the file.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from alerts.spikes import MOST, Detector
from store.errors import ConfigError

LONGEST = 4_096  # bytes of a line
COLUMNS = ("timestamp", "value")
SHOWN = 40  # characters of what could not be read


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one line: an alarm (`stamp`: the timestamp byte for byte as given) or what is wrong with it."""

    line: int
    stamp: bytes = b""
    error: str = ""


def alarms(stream: BinaryIO, detector: Detector) -> Iterator[Answer]:
    """The alarms and the bad rows of a series, in order, each when its line has been read. Raises ConfigError where the
    first line does not name the two columns."""
    lines = _lines(stream)
    columns = _columns(next(lines, (1, b""))[1])
    for number, line in lines:
        if line is not None and not line.strip():
            continue
        try:
            stamp, at, value = _row(line, columns)
            if detector.watch(at, value):
                yield Answer(number, stamp=stamp.encode("utf-8", "surrogateescape"))
        except ValueError as error:
            yield Answer(number, error=str(error))


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbers and lines without their ends; None for one that is too long."""
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        whole: bytes | None = line
        while len(line) > LONGEST and not line.endswith(b"\n"):
            whole, line = None, stream.readline(LONGEST + 1)
        yield number, whole.rstrip(b"\r\n") if whole is not None else None


def _columns(head: bytes | None) -> tuple[int, int, int]:
    """Where the timestamp and the value are, and how many columns there are."""
    text = (head or b"").removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    names = [name.strip(' "').lower() for name in text.split(",")]
    if any(names.count(name) != 1 for name in COLUMNS):
        raise ConfigError(["the first line must name the columns: timestamp,value"])
    return names.index(COLUMNS[0]), names.index(COLUMNS[1]), len(names)


def _row(line: bytes | None, columns: tuple[int, int, int]) -> tuple[str, datetime, float]:
    if line is None:
        raise ValueError(f"longer than {LONGEST} bytes")
    fields = _fields(line)
    if len(fields) != columns[2]:
        raise ValueError(f"{len(fields)} columns instead of {columns[2]}")
    stamp, value = fields[columns[0]], fields[columns[1]]
    try:
        at = datetime.fromisoformat(stamp.strip())
    except ValueError:
        raise ValueError(f"no timestamp such as 2026-01-31 14:05:00: {stamp[:SHOWN]!r}") from None
    try:
        count = float(value)
    except ValueError:
        count = -1.0
    if not 0 <= count <= MOST:
        raise ValueError(f"no count (0 or more): {value[:SHOWN]!r}")
    return stamp, at, count


def _fields(line: bytes) -> list[str]:
    text = line.decode("utf-8", "surrogateescape")
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise ValueError(f"no CSV: {error}") from None
