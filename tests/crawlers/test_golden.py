"""Every page in tests/fixtures/sources is read as its golden file says."""

import json
from pathlib import Path

import pytest

from tests.crawlers.golden import EXPECTED, SOURCES, cases, expected, read

CASES = cases()


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_golden(path: Path) -> None:
    wanted = json.loads(expected(path).read_text(encoding="utf-8"))
    assert read(path) == wanted, "python -m tests.crawlers.golden writes them anew"


def test_no_golden_file_is_left_over() -> None:
    assert set(SOURCES.glob(f"*/*{EXPECTED}")) == {expected(path) for path in CASES}


def test_reading_twice_gives_the_same() -> None:
    for path in CASES:
        assert read(path) == read(path)
