"""What `make bench` measures. Each file has `bench()`, which gives its figures as one JSON object."""

from importlib import import_module
from pathlib import Path


def names() -> list[str]:
    """The benchmarks there are, by file name."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def run(name: str) -> dict[str, object]:
    """The figures of one benchmark; raises KeyError where there is none of that name."""
    if name not in names():
        raise KeyError(name)
    figures: dict[str, object] = import_module(f"benchmarks.{name}").bench()
    return figures
