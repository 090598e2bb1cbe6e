"""`python -m tests.walk` plays the walk and prints it; with `--write`, writes `walk.txt` anew, to be read like code."""

import logging
import sys
import tempfile
from pathlib import Path

from tests.walk.story import walk

RECORDED = Path(__file__).with_name("walk.txt")


def played() -> str:
    """The walk, written down."""
    with tempfile.TemporaryDirectory() as folder:
        return walk(Path(folder)).text


if __name__ == "__main__":
    # What is not delivered at first is part of the story, not of the log.
    logging.getLogger().addHandler(logging.NullHandler())
    told = played()
    if "--write" in sys.argv[1:]:
        RECORDED.write_text(told, encoding="utf-8")
    else:
        sys.stdout.write(told)
