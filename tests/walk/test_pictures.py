"""The pictures of the guides show what is rendered now, each guide shows each of them, and every file is one of them."""

import re
from pathlib import Path

import pytest

from alerts.channels.slack import menu
from alerts.words import Words
from tests.conftest import ROOT
from tests.walk.pictures import DRAWN, PICTURES, files

OTHERS = {
    "Ascolto",
    "Home",
    "Make this a case",
    "More actions",
    "Altre azioni",
}  # Slack's own, and the manifest's
INBOX = ("Dashboard", "Settings", "As in the file")  # pages and a button there


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.name))
def test_a_picture_is_what_is_rendered_now(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == files()[path], "python -m tests.walk.pictures"


def test_no_picture_is_left_over() -> None:
    assert {*PICTURES.iterdir()} == {*files()}


@pytest.mark.parametrize("lang", ["en", "it"])
def test_the_guide_shows_each_picture(lang: str) -> None:
    guide = (ROOT / "docs" / f"guide.{lang}.md").read_text(encoding="utf-8")
    assert set(re.findall(rf"\(pictures/(\w+)\.{lang}\.svg\)", guide)) == set(DRAWN)


@pytest.mark.parametrize("lang", ["en", "it"])
def test_the_guide_calls_things_what_they_are_called(lang: str) -> None:
    """What stands in italics is a label, or the beginning of one."""
    words = Words(lang)
    guide = (ROOT / "docs" / f"guide.{lang}.md").read_text(encoding="utf-8")
    drawn = re.sub(
        r"<[^>]+>", "", "\n".join(text for path, text in files().items() if f".{lang}." in path.name)
    )
    called = {" ".join(name.split()) for name in re.findall(r"(?<!\*)\*([^*|]+)\*(?!\*)", guide)} - OTHERS
    called -= {words._(label) for label in INBOX}
    labels = [words._(label) for label in menu.LABELS.values()]
    assert not {
        name for name in called if name not in drawn and not any(one.startswith(name) for one in labels)
    }
    assert not [label for label in labels if not any(label.startswith(name) for name in called | OTHERS)]
