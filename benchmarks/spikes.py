"""How well `ascolto spikes` finds storms, and how fast: on labelled series the NAB way, and on simulated brands.

The labelled series (five, of 5-minute counts) and their scorer lie beside a checkout, in `../shared`; where they are
not, `nab` is null. The tuning that ships is chosen by one rule (`choose`), and `leave_one_out` tells what that rule is
worth on a series that it has not seen: it chooses on four, and the fifth is scored, five times.
"""

import importlib.util
import io
import json
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np

from alerts.series import alarms
from alerts.spikes import Detector, Tuning
from benchmarks._brands import mentions, quiet_and_storms

SHARED = Path(__file__).parents[2] / "shared"
SEED = 7
SIZES = (5, 20, 40)  # mentions a day
ROUNDS = 5
SPEED_DAYS = 180  # of 5-minute rows
UNUSUAL = tuple(round(0.7 * 1.1**step, 2) for step in range(14))  # to 2.42
BLUR = 0.2  # in logarithms of `unusual`: how far a neighbour still counts

Series = dict[str, list[tuple[str, datetime, float]]]
Score = Callable[[list[str], set[str], list[list[str]]], float]
Raw = dict[Tuning, dict[str, float]]


def bench() -> dict[str, object]:
    """Scores (0 to 100), points a second, false alarms a month and days to detection."""
    return {
        "nab": labelled(SHARED),
        "points_a_second": speed(),
        "target": {"nab": 84, "points_a_second": 50_000},
        "few_mentions": {f"{size}_a_day": quiet_and_storms(Detector, size, SEED) for size in SIZES},
        "seed": SEED,
    }


def labelled(shared: Path) -> dict[str, object] | None:
    """The score of what ships and of the rule that chose it; None where there are no labelled series."""
    folder, scorer = shared / "data" / "spikes", shared / "tools" / "nab_score.py"
    if not (folder / "windows.json").exists() or not scorer.exists():
        return None
    windows: dict[str, list[list[str]]] = json.loads((folder / "windows.json").read_text())
    series = {name: _read(folder / name) for name in sorted(windows)}
    score = _scorer(scorer)
    tunings = [Tuning(unusual=unusual) for unusual in UNUSUAL]
    raw = {
        one: {name: _raw(one, rows, windows[name], score) for name, rows in series.items()} for one in tunings
    }
    sizes = {name: len(found) for name, found in windows.items()}
    shipped = {name: _raw(Tuning(), rows, windows[name], score) for name, rows in series.items()}
    return {
        "score": scaled(shipped, sizes),
        "by_series": {name: scaled({name: found}, sizes) for name, found in shipped.items()},
        "leave_one_out": leave_one_out(raw, sizes),
        "unusual": Tuning().unusual,
        "unusual_chosen_on_all": choose(raw, sizes, series).unusual,
        "score_by_unusual": {str(one.unusual): scaled(found, sizes) for one, found in raw.items()},
    }


def leave_one_out(raw: Raw, sizes: dict[str, int]) -> dict[str, object]:
    """For each series: what the rule chooses on the others, and how that does on it; and the score of all five."""
    chosen = {name: choose(raw, sizes, [other for other in sizes if other != name]) for name in sizes}
    unseen = {name: raw[one][name] for name, one in chosen.items()}
    by_series = {
        name: {"score": scaled({name: unseen[name]}, sizes), "unusual": chosen[name].unusual}
        for name in sizes
    }
    return {"score": scaled(unseen, sizes), "by_series": by_series}


def choose(raw: Raw, sizes: dict[str, int], names: Iterable[str]) -> Tuning:
    """The tuning whose score on `names` is best when blurred: the mean over all `unusual` with gaussian weights. The
    middle of a wide hill rather than the top of a narrow one, for a storm just missed costs as much as 17 false alarms.
    """
    names = list(names)

    def hill(one: Tuning) -> float:
        weights = [exp(-0.5 * (log(other.unusual / one.unusual) / BLUR) ** 2) for other in raw]
        scores = [scaled({name: raw[other][name] for name in names}, sizes) for other in raw]
        return sum(w * score for w, score in zip(weights, scores, strict=True)) / sum(weights)

    return max(raw, key=hill)


def scaled(raw: dict[str, float], sizes: dict[str, int]) -> float:
    """Raw scores as 0 (nothing ever found) to 100 (everything at once, nothing else)."""
    count = sum(sizes[name] for name in raw)
    return round(100 * (sum(raw.values()) + count) / (2 * count), 1)


def speed() -> dict[str, float]:
    """Points a second of one core's time (what else runs does not count), medians: the detector alone, and the
    command's reading of a file with it."""
    rng = np.random.default_rng(SEED)
    rates = np.repeat(mentions(rng, 24 * 120.0, SPEED_DAYS), 12) / 12
    start = datetime(2026, 1, 5)  # noqa: DTZ001  (a series' own clock)
    rows = [(start + timedelta(minutes=5 * i), float(count)) for i, count in enumerate(rng.poisson(rates))]
    text = "timestamp,value\n" + "".join(f"{at},{count:.0f}\n" for at, count in rows)

    def watched() -> None:
        detector = Detector()
        for at, count in rows:
            detector.watch(at, count)

    def read() -> None:
        for _ in alarms(io.BytesIO(text.encode()), Detector()):
            pass

    return {"detector": _median_rate(watched, len(rows)), "file": _median_rate(read, len(rows))}


def _median_rate(step: Callable[[], None], rows: int) -> float:
    rates = []
    for _ in range(ROUNDS):
        start = time.process_time()
        step()
        rates.append(rows / (time.process_time() - start))
    return round(statistics.median(rates))


def _read(path: Path) -> list[tuple[str, datetime, float]]:
    rows = (line.split(",") for line in path.read_text().splitlines()[1:])
    return [(stamp, datetime.fromisoformat(stamp), float(value)) for stamp, value in rows]


def _raw(
    tuning: Tuning, rows: list[tuple[str, datetime, float]], windows: list[list[str]], score: Score
) -> float:
    detector = Detector(tuning)
    found = {stamp for stamp, at, value in rows if detector.watch(at, value)}
    return score([stamp for stamp, _, _ in rows], found, windows)


def _scorer(path: Path) -> Score:
    spec = importlib.util.spec_from_file_location("nab_score", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    score: Score = module.score_series
    return score
