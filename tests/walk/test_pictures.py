"""The pictures of the guides show what is rendered now, each guide shows each of them, and every file is one of them."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.walk.pictures import DRAWN, PICTURES, files


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.name))
def test_a_picture_is_what_is_rendered_now(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == files()[path], "python -m tests.walk.pictures"


def test_no_picture_is_left_over() -> None:
    assert {*PICTURES.iterdir()} == {*files()}


@pytest.mark.parametrize("lang", ["en", "it"])
def test_the_guide_shows_each_picture(lang: str) -> None:
    guide = (ROOT / "docs" / f"guide.{lang}.md").read_text(encoding="utf-8")
    assert set(re.findall(rf"\(pictures/(\w+)\.{lang}\.svg\)", guide)) == set(DRAWN)
