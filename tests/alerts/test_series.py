"""A file of counts: alarms as they were given, bad lines by their number, the rest unharmed."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.series import Answer, alarms
from alerts.spikes import Detector
from cli import app
from store.errors import ConfigError

START = datetime(2026, 1, 5)


def storm(stamp: str = "{}") -> list[str]:
    """Forty days of two an hour, then a hundred an hour for three hours."""
    return [
        f"{stamp.format(START + timedelta(hours=hour))},{100 if hour >= 960 else 2}" for hour in range(963)
    ]


def answers(lines: list[str], head: str = "timestamp,value") -> list[Answer]:
    return list(alarms(io.BytesIO("\n".join([head, *lines]).encode()), Detector()))


@pytest.mark.parametrize("stamp", ["{}", " {} ", "{}+02:00", "{:%Y-%m-%dT%H:%M}"])
def test_timestamps_come_back_as_given(stamp: str) -> None:
    assert [one.stamp.decode() for one in answers(storm(stamp))] == [
        stamp.format(START + timedelta(hours=960))
    ]


def test_bad_lines_are_told_by_number_and_change_nothing() -> None:
    lines = storm()
    bad = [
        "",
        "yesterday,3",
        f"{START},3",
        "2026-02-14 00:00:00,-1",
        "2026-02-14 00:00:00,nan",
        "1,2,3",
        '"x',
        "é,\x00",
    ]
    found = answers(lines[:959] + bad + lines[959:])
    assert [one.line for one in found if one.error] == [962, 963, 964, 965, 966, 967, 968]
    assert [one.stamp for one in found if not one.error] == [one.stamp for one in answers(lines)]


def test_a_line_without_end_is_one_bad_line() -> None:
    lines = storm()
    found = answers([lines[0], "9" * 100_000, *lines[1:]])
    assert [(one.line, "longer" in one.error) for one in found if one.error] == [(3, True)]


def test_columns_are_found_by_name() -> None:
    lines = [",".join([*reversed(line.split(",")), "x"]) for line in storm()]
    assert answers(lines, "\ufeffValue,Timestamp,note") == answers(storm())


@pytest.mark.parametrize("head", ["", "time,value", "timestamp;value", "timestamp,value,value"])
def test_a_file_without_the_columns_is_refused(head: str) -> None:
    with pytest.raises(ConfigError):
        answers(storm(), head)


def test_an_alarm_comes_before_the_next_line_is_read() -> None:
    class Pipe(io.BytesIO):
        lines = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.lines += 1
            return super().readline(size)

    pipe = Pipe("\n".join(["timestamp,value", *storm()]).encode())
    assert next(alarms(pipe, Detector())).line == pipe.lines == 962


def test_the_command_prints_the_stamps_and_tells_bad_lines(tmp_path: Path) -> None:
    file = tmp_path / "mentions.csv"
    file.write_text("\n".join(["timestamp,value", *storm("{}"), "nonsense"]))
    done = CliRunner().invoke(app, ["spikes", str(file)])
    assert (done.exit_code, done.stdout) == (1, f"{START + timedelta(hours=960)}\n")
    assert "line 965: 1 columns instead of 2" in done.stderr
    assert CliRunner().invoke(app, ["spikes"], input="timestamp,value\n").exit_code == 0
