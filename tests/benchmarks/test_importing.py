"""The import that is measured is a whole one."""

from pathlib import Path

from benchmarks.importing import measure


def test_every_row_is_stored_and_counted(tmp_path: Path) -> None:
    figures = measure(0, tmp_path)
    assert figures["mentions"] == 0
    assert measure(1, tmp_path)["mentions"] >= 1000
