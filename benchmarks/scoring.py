"""Texts a second and memory of our scorer, and of transformers' pipeline with the same encoder, in turns in one run.

The texts are made by a seed (_texts.py), new ones for each round: shapes that come back would be quicker than in life.
Each contestant is a process of its own (_contestant.py), so that its memory is its own; on two threads it is either two
such processes or one with two threads, whichever is faster. The pipeline (_pipeline.py) runs the encoder in 32-bit
floats on cleaned texts and gives one head's label; our side cleans them, runs the linear path too, and answers with
every head."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from store.errors import Permanent, Unusable

TEXTS = 256  # as many as the service scores at once
LABELLED = 512  # texts whose labels are compared
ROUNDS = 5
STARTS = 5
BATCH_SIZES = (1, 8, 32)
SIDES = {"ours": "ours", "ours_identifying": "ours", "pipeline": "pipeline", "pipeline_32": "pipeline"}
BUILT_IN = Path(__file__).parent.parent / "models" / "ascolto-small"
ASCOLTO = Path(sys.executable).with_name("ascolto")
FIRST = "La consegna è arrivata in ritardo e la confezione era aperta.\n".encode()


@dataclass(frozen=True, slots=True)
class Entry:
    """One way of scoring: the processes that share the texts, with so many threads each."""

    processes: tuple[str, ...]
    threads: int = 1
    batch_size: int = BATCH_SIZES[0]
    identify: bool = False

    def turns(self, asked: range) -> list[dict[str, int]]:
        """What each process is told, so that they score the texts of these numbers."""
        return [
            {
                "first": first,
                "last": asked.stop,
                "step": len(self.processes),
                "threads": self.threads,
                "batch_size": self.batch_size,
                "identify": self.identify,
            }
            for first in asked[: len(self.processes)]
        ]


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rounds of some entries gave: texts a second in each round."""

    speeds: Mapping[str, Sequence[float]]

    def told(self) -> dict[str, object]:
        """Median, slowest and fastest round of each."""
        found: dict[str, object] = {}
        for name, speeds in self.speeds.items():
            found[f"{name}_texts_per_second"] = round(statistics.median(speeds), 1)
            found[f"{name}_slowest"], found[f"{name}_fastest"] = round(min(speeds), 1), round(max(speeds), 1)
        return found

    def fastest(self, *names: str) -> str:
        """The one of these with the best median."""
        return max(names, key=lambda name: statistics.median(self.speeds[name]))

    def ratio(self, ours: str, theirs: str) -> float:
        """How many times faster, median of the rounds."""
        pairs = zip(self.speeds[ours], self.speeds[theirs], strict=True)
        return round(statistics.median(one / other for one, other in pairs), 2)


def bench() -> dict[str, object]:
    """Texts a second by contestant and thread count, memory in MiB, the first answer of `ascolto analyze`, shares of
    equal labels. ASCOLTO_MODEL names another folder of ours than the built-in one.

    Raises Unusable where the model is."""
    return measure(Path(os.environ.get("ASCOLTO_MODEL") or BUILT_IN).expanduser())


def measure(
    folder: Path, number: int = TEXTS, rounds: int = ROUNDS, starts: int = STARTS
) -> dict[str, object]:
    """The figures of `bench` for one model folder."""
    return {
        "model": folder.name,
        "texts": number,
        "rounds": rounds,
        "cores": os.cpu_count(),
        **_contest(folder, number, rounds),
        **_first_answer(folder, starts),
        **_labels(folder, LABELLED if number == TEXTS else number),
    }


class Process:
    """A contestant that has been started and has loaded its model."""

    def __init__(self, side: str, folder: Path, number: int) -> None:
        command = [sys.executable, "-m", "benchmarks._contestant", side, str(folder), str(number)]
        self._process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.peak = 0.0

    def tell(self, turn: Mapping[str, int]) -> None:
        """Lets it begin with a turn."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(turn) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, float]:
        """What it says next. Raises Unusable for a model that is, Permanent where it ended."""
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            raise Permanent("scoring cannot be measured", "a contestant ended early")
        found = json.loads(line)
        if "error" in found:
            raise Unusable("scoring cannot be measured", found["error"])
        self.peak = found.get("peak_memory_mib", self.peak)
        return dict(found)

    def end(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.communicate()


class Contest:
    """Contestants that are ready, with `number` texts for each round; no round gets the texts of another."""

    def __init__(self, processes: Mapping[str, Process], number: int) -> None:
        self._processes = processes
        self._number = number
        self._round = 0

    def rounds(self, entries: Mapping[str, Entry], rounds: int) -> Figures:
        """All entries in turn, over and over; the first round warms up and does not count."""
        found = []
        for _ in range(1 + rounds):
            asked = self._asked()
            found.append({name: self._speed(entry, asked) for name, entry in entries.items()})
        return Figures({name: [speeds[name] for speeds in found[1:]] for name in entries})

    def tried(self, entry: Entry) -> dict[int, float]:
        """Texts a second with each batch size."""
        asked = self._asked()
        self._speed(entry, asked)
        return {size: self._speed(replace(entry, batch_size=size), asked) for size in BATCH_SIZES}

    def _asked(self) -> range:
        self._round += 1
        return range((self._round - 1) * self._number, self._round * self._number)

    def _speed(self, entry: Entry, asked: range) -> float:
        taking = [self._processes[name] for name in entry.processes]
        start = time.perf_counter()
        for process, turn in zip(taking, entry.turns(asked), strict=True):
            process.tell(turn)
        done = sum(process.answer()["texts"] for process in taking)
        return done / (time.perf_counter() - start)


def _contest(folder: Path, number: int, rounds: int) -> dict[str, object]:
    made = number * (2 * (1 + rounds) + 3)  # each time one round warms up; three more try batch sizes
    with _started(folder, made) as processes:
        contest = Contest(processes, number)
        alone = _alone(contest, rounds)
        memory = {f"{name}_peak_memory_mib": process.peak for name, process in processes.items()}
        return alone | memory | _together(contest, rounds)


@contextmanager
def _started(folder: Path, texts: int) -> Iterator[dict[str, Process]]:
    with ExitStack() as running:
        processes = {}
        for name, side in SIDES.items():
            processes[name] = Process(side, folder, texts)
            running.callback(processes[name].end)
        for process in processes.values():
            process.answer()
        yield processes


def _alone(contest: Contest, rounds: int) -> dict[str, object]:
    """The figures of one thread."""
    tried = contest.tried(Entry(("pipeline",)))
    entries = {
        "ours": Entry(("ours",)),
        "ours_identifying": Entry(("ours_identifying",), identify=True),
        "pipeline": Entry(("pipeline",), batch_size=_best(tried)),
        "pipeline_32": Entry(("pipeline_32",), batch_size=32),
    }
    figures = contest.rounds(entries, rounds)
    return {
        **figures.told(),
        **{f"pipeline_batch_{size}_tried": round(speed, 1) for size, speed in tried.items()},
        "pipeline_batch_size": _best(tried),
        "times_pipeline": figures.ratio("ours", "pipeline"),
        "times_pipeline_32": figures.ratio("ours", "pipeline_32"),
        "times_pipeline_identifying": figures.ratio("ours_identifying", "pipeline"),
    }


def _together(contest: Contest, rounds: int) -> dict[str, object]:
    """The figures of two threads."""
    ours, theirs = ("ours", "ours_identifying"), ("pipeline", "pipeline_32")
    threads = Entry(("pipeline",), threads=2)
    two, one = _best(contest.tried(Entry(theirs))), _best(contest.tried(threads))
    entries = {
        "ours_two_processes": Entry(ours),
        "ours_two_threads": Entry(("ours",), threads=2),
        "pipeline_two_processes": Entry(theirs, batch_size=two),
        "pipeline_two_threads": replace(threads, batch_size=one),
        "pipeline_32_two_processes": Entry(theirs, batch_size=32),
        "pipeline_32_two_threads": replace(threads, batch_size=32),
    }
    figures = contest.rounds(entries, rounds)
    best = {
        f"two_{side}": figures.fastest(f"{side}_two_processes", f"{side}_two_threads")
        for side in ("ours", "pipeline", "pipeline_32")
    }
    return {
        **figures.told(),
        **best,
        "two_times_pipeline": figures.ratio(best["two_ours"], best["two_pipeline"]),
        "two_times_pipeline_32": figures.ratio(best["two_ours"], best["two_pipeline_32"]),
    }


def _best(tried: Mapping[int, float]) -> int:
    return max(tried, key=lambda size: tried[size])


def _first_answer(folder: Path, starts: int) -> dict[str, object]:
    """`ascolto analyze --json` with one text whose language it must find: median seconds, largest memory."""
    found = [_analyzed(folder) for _ in range(starts + 1)][1:]
    return {
        "analyze_first_answer_seconds": round(statistics.median(seconds for seconds, _ in found), 3),
        "analyze_peak_memory_mib": round(max(memory for _, memory in found), 1),
    }


def _analyzed(folder: Path) -> tuple[float, float]:
    environment = os.environ | {"ASCOLTO_MODEL": str(folder)}
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        [ASCOLTO, "analyze", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(FIRST)
        process.stdin.close()
        answer = process.stdout.readline()
        seconds = time.perf_counter() - start
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not answer:
        raise Permanent("`ascolto analyze` failed", f"exit status {process.returncode}")
    return seconds, used.ru_maxrss / 1024


def _labels(folder: Path, number: int) -> dict[str, object]:
    process = Process("labels", folder, number)
    try:
        return dict(process.answer())
    finally:
        process.end()
