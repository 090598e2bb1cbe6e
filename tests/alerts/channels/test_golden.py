"""Every kind of message in both languages, on Slack and on a terminal, is what its golden file shows."""

from pathlib import Path

import pytest

from tests.alerts.channels.golden import GOLDEN, files
from tests.alerts.channels.kinds import KINDS

EXPECTED = files()


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name)
def test_golden(path: Path) -> None:
    assert EXPECTED[path] == path.read_text(encoding="utf-8"), (
        "python -m tests.alerts.channels.golden writes them anew"
    )


def test_no_golden_file_is_left_over() -> None:
    assert set(GOLDEN.iterdir()) == set(EXPECTED)


def test_the_languages_differ() -> None:
    for kind in KINDS:
        if not kind.startswith("report"):  # its words are the digest's
            english, italian = (EXPECTED[GOLDEN / f"{kind}.{lang}.json"] for lang in ("en", "it"))
            assert english != italian, kind
