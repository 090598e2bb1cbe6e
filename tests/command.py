"""`ascolto` as a user calls it: a process of its own, in a folder of its own, with a clean environment."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ASCOLTO = str(Path(sys.executable).with_name("ascolto"))
PASSED_ON = ("PATH", "HOME", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "TMPDIR")
LIMIT = 240  # seconds until a command that hangs fails its test


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**extra: str) -> dict[str, str]:
    """What a command sees of the environment: nothing of Ascolto's or Slack's but what is given."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "TERM": "dumb", "COLUMNS": "110"} | extra


def ascolto(folder: Path, *words: str, given: str | bytes = b"", **extra: str) -> Done:
    """Runs `ascolto WORDS` in `folder` with `given` on standard input."""
    done = subprocess.run(
        [ASCOLTO, *words],
        cwd=folder,
        env=environment(**extra),
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
