"""A kind of source of one's own, added as docs/sources.md says: its two files, taken from there, beside the others in a
checkout, and a page with what must be read of it. The command knows it then, and reads it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import LIMIT, Done, environment
from tests.conftest import ROOT
from tests.crawlers.site import Answer, Site

GUESTBOOK = [
    {"id": 2, "text": "La consegna è arrivata in ritardo", "date": "2026-11-24T09:00:00Z"},
    {"id": 1, "text": "Ottimo caffè"},
]
COPIED = ("crawlers", "platforms")  # the others are linked: nothing is added to them
TABLE = """\
[brands.aurora]
name = "Caffè Aurora"

[[sources]]
name = "ospiti"
type = "guestbook"
brand = "aurora"
url = "{url}"
"""


def written_in_the_documents() -> tuple[str, str]:
    """The two files of the how-to."""
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    section = text.partition("## Add a kind of your own\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^   ```python\n(.*?)^   ```$", section, re.DOTALL | re.MULTILINE)
    platform, spider = (re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in blocks)
    return platform, spider


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the two files in it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name in COPIED:
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (path.is_dir() or path.suffix in (".py", ".toml")) and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    platform, spider = written_in_the_documents()
    (folder / "platforms" / "guestbook.py").write_text(platform, encoding="utf-8")
    (folder / "crawlers" / "spiders" / "guestbook.py").write_text(spider, encoding="utf-8")
    return folder


@pytest.fixture
def guestbook() -> Iterator[Site]:
    with Site() as site:
        site.put("/ospiti.json", Answer(json.dumps(GUESTBOOK).encode(), kind="application/json"))
        yield site


def run(checkout: Path, folder: Path, *words: str) -> Done:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment(PYTHONPATH=os.fspath(checkout), PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def ascolto(checkout: Path, folder: Path, *words: str) -> Done:
    return run(checkout, folder, "-c", "from cli import main; main()", *words)


def test_two_files_are_all_that_a_kind_of_ones_own_takes(
    checkout: Path, guestbook: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "ascolto.toml").write_text(TABLE.format(url=guestbook.url("/ospiti.json")), encoding="utf-8")
    checks = ascolto(checkout, folder, "check", "--json", "--live", "ospiti").json["checks"]
    found: dict[str, Any] = {check["name"]: check for check in checks}
    assert found["source ospiti"]["detail"] == "Guestbook, every 15 minutes"
    assert found["live ospiti"]["status"] == "ok"
    assert "2 mentions" in found["live ospiti"]["detail"]
    first = ascolto(checkout, folder, "collect", "--json")
    assert (first.status, first.json["sources"][0]["new"]) == (0, 2), first.err
    second = ascolto(checkout, folder, "collect", "--json")
    assert (second.status, second.json["sources"][0]["new"]) == (0, 0), second.err
    wrong = TABLE.format(url="ftp://aurora.example") + 'colour = "red"\n'
    (folder / "ascolto.toml").write_text(wrong, encoding="utf-8")
    refused = ascolto(checkout, folder, "check")
    assert refused.status == 2
    assert "url" in refused.err + refused.out
    assert "colour" in refused.err + refused.out


def test_its_pages_are_read_as_is_written_beside_them(checkout: Path) -> None:
    """Step 3: what `python -m tests.crawlers.golden` writes is what the reader reads."""
    (checkout / "tests").unlink()
    (checkout / "tests" / "crawlers").mkdir(parents=True)
    for name in ("__init__.py", "crawlers/__init__.py", "crawlers/golden.py", "crawlers/jobs.py"):
        shutil.copy(ROOT / "tests" / name, checkout / "tests" / name)
    pages = checkout / "tests" / "fixtures" / "sources" / "guestbook"
    pages.mkdir(parents=True)
    (pages / "cases.toml").write_text(
        '[options]\nurl = "https://ospiti.example/ospiti.json"\n', encoding="utf-8"
    )
    (pages / "list.json").write_text(json.dumps(GUESTBOOK), encoding="utf-8")
    done = run(checkout, checkout, "-m", "tests.crawlers.golden")
    assert done.status == 0, done.err
    read = json.loads((pages / "list.json.expected.json").read_text(encoding="utf-8"))
    assert [mention["external_id"] for mention in read["mentions"]] == [
        "ospiti.example/2",
        "ospiti.example/1",
    ]
    assert read["mentions"][0]["published_at"] == "2026-11-24T09:00:00Z"
    assert read["undated"] == ["ospiti.example/1"]
