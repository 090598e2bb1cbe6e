"""Two processes never work on one SQLite database; PostgreSQL needs no lock."""

import subprocess
import sys
from pathlib import Path

import pytest

from store.errors import Permanent
from store.lock import OnlyOne
from tests.conftest import ROOT

HOLD = """
import sys
from store.lock import OnlyOne
lock = OnlyOne(sys.argv[1])
lock.take()
print("taken", flush=True)
sys.stdin.read()
"""


def holder(url: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "taken\n"
    return process


def test_the_second_process_is_told_what_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ascolto.db'}"
    with holder(url) as first:
        with pytest.raises(Permanent, match=r"another Ascolto is at work.*stop it"):
            OnlyOne(url).take()
        first.kill()
    mine = OnlyOne(url)
    mine.take()  # whoever is killed holds nothing any more
    mine.free()


def test_it_is_free_again_after_its_end_and_may_be_taken_twice_by_its_holder(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'deep' / 'ascolto.db'}"
    first, second = OnlyOne(url), OnlyOne(url)
    first.take()
    first.take()
    first.free()
    second.take()
    second.free()


@pytest.mark.parametrize("url", ["postgresql://host/ascolto", "sqlite://", "sqlite:///:memory:"])
def test_what_needs_no_lock(url: str) -> None:
    one, other = OnlyOne(url), OnlyOne(url)
    assert not one.counts
    one.take()
    other.take()
