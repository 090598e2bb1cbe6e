"""Every mention in golden/ is answered as the file beside it says."""

from pathlib import Path

import pytest

from tests.alerts.drafts.golden import FOLDER, cases, draft, expected


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    wanted = expected(path).read_text(encoding="utf-8")
    assert draft(path) == wanted, "python -m tests.alerts.drafts.golden writes them anew"


def test_no_golden_file_is_left_over() -> None:
    assert set(FOLDER.glob("*.txt")) == {expected(path) for path in cases()}


def test_each_case_shows_something_of_its_own() -> None:
    drafts = [draft(path).partition("\n\n")[2] for path in cases()]
    said = [text for text in drafts if not text.startswith("(no reply)")]
    assert len(set(said)) == len(said)
