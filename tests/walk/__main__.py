"""`python -m tests.walk` plays both parts of the walk and prints them; with `--write`, writes `walk.txt` and `second.txt`
anew, to be read like code."""

import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.walk.desk import Desk
from tests.walk.second import second
from tests.walk.story import walk

HERE = Path(__file__).parent
PARTS: dict[Path, Callable[[Path], Desk]] = {HERE / "walk.txt": walk, HERE / "second.txt": second}


def played(part: Callable[[Path], Desk]) -> str:
    """A part of the walk, written down."""
    with tempfile.TemporaryDirectory() as folder:
        return part(Path(folder)).text


if __name__ == "__main__":
    # What is not delivered at first is part of the story, not of the log.
    logging.getLogger().addHandler(logging.NullHandler())
    for number, (recorded, part) in enumerate(PARTS.items()):
        told = played(part)
        if "--write" in sys.argv[1:]:
            recorded.write_text(told, encoding="utf-8")
        else:
            sys.stdout.write("\n\n" * bool(number) + told)
