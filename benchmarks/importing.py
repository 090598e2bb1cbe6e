"""Mentions a second from a CSV file to the database, and the memory for a file and for one ten times as large."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers.importing import Into, import_file
from store.db import Database

SIZES = (5, 50)  # MB of CSV
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
BODY = (
    "La confezione era aperta e due cialde su dieci rotte, il resto buono come sempre; aspetto una risposta. "
    * 4
)


def bench() -> dict[str, object]:
    """For each size: mentions, mentions a second, and the peak memory of the process that imported them, in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        return {f"{size}_mb": _apart(size, folder) for size in SIZES}


def _apart(size: int, folder: str) -> dict[str, float]:
    """One import in a process of its own, whose peak memory is its own."""
    command = [sys.executable, "-m", "benchmarks.importing", str(size), folder]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def measure(size: int, folder: Path) -> dict[str, float]:
    """The figures of one size, in this process."""
    path = folder / f"{size}.csv"
    rows = _write(path, size * 1_000_000)
    db = Database(f"sqlite:///{folder / f'{size}.db'}")
    db.migrate()
    start = time.perf_counter()
    done = import_file(db, path, Into("aurora", "archive", "import"), now=NOW, on_error=_refuse)
    seconds = time.perf_counter() - start
    db.close()
    if done.new != rows:
        raise RuntimeError(f"{done.new} mentions stored instead of {rows}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "mentions": rows,
        "mentions_per_second": round(rows / seconds, 1),
        "peak_memory_mib": round(peak, 1),
    }


def _write(path: Path, size: int) -> int:
    """A file of about `size` bytes; gives how many rows it has."""
    rows = 0
    with path.open("w", encoding="utf-8") as file:
        left = size - file.write("author,published_at,stars,text\n")
        while left > 0:
            at = NOW - timedelta(minutes=rows)
            left -= file.write(f'cliente {rows},{at.isoformat()},{1 + rows % 5},"Ordine {rows}: {BODY}"\n')
            rows += 1
    return rows


def _refuse(bad: object) -> None:
    raise RuntimeError(f"a line was refused: {bad}")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]), Path(sys.argv[2]))) + "\n")
