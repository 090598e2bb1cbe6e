"""How long `ascolto --help` and `ascolto analyze` take from nothing to their answer, as whole processes."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ASCOLTO = Path(sys.executable).with_name("ascolto")
RUNS = 7


def bench() -> dict[str, object]:
    """Seconds, median of several runs after one that warms the disk: `--help`, `--version`, a first score."""
    return {
        "help_seconds": _median([ASCOLTO, "--help"]),
        "version_seconds": _median([ASCOLTO, "--version"]),
        "analyze_first_answer_seconds": _median(
            [ASCOLTO, "analyze", "--json"], b"Ottimo caffe, torneremo.\n"
        ),
        "bare_python_seconds": _median([Path(sys.executable), "-c", "pass"]),
        "runs": RUNS,
    }


def _median(command: list[Path | str], given: bytes = b"") -> float:
    times = [_once(command, given) for _ in range(RUNS + 1)][1:]
    return round(statistics.median(times), 3)


def _once(command: list[Path | str], given: bytes) -> float:
    start = time.perf_counter()
    subprocess.run([str(part) for part in command], input=given, check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - start
