"""Pictures: the same bytes for the same values, safe with any text and in threads, and loaded when they are drawn."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from alerts.charts import style
from tests.conftest import ROOT

PNG = b"\x89PNG\r\n\x1a\n"


def drawn(said: str = "Menzioni") -> bytes:
    with style.sheet(2.0) as figure:
        axes = figure.add_axes((0.3, 0.2, 0.6, 0.6))
        style.bare(axes, grid="x")
        axes.barh([0, 1], [3, 5], color=style.BLUE)
        style.label_rows(axes, [said, "b"])
        style.write(figure, 0.1, 0.9, said)
        return style.png(figure)


def test_the_same_figures_are_the_same_bytes() -> None:
    assert drawn() == drawn()
    assert drawn().startswith(PNG)
    assert drawn() != drawn("Mentions")
    assert b"Software" not in drawn()


@pytest.mark.parametrize(
    "said",
    ["$\\frac{1}{0}$ for $5", "50 % $", "\u202eesrever", "咖啡 😀", "a" * 5_000, "\n\n", "{x}", "\ud800"],
)
def test_text_from_outside_is_only_text(said: str) -> None:
    assert drawn(said).startswith(PNG)


def test_a_file_in_the_working_folder_changes_nothing(
    tmp_path: Path,
) -> None:
    before = drawn()
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 30\nfont.size: 40\n")
    code = "import sys; from tests.alerts.charts.test_style import drawn; sys.stdout.buffer.write(drawn())"
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert found.stdout == before


def test_threads_may_draw_at_once() -> None:
    alone = [drawn(name) for name in "abcd"]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(drawn, "abcd")) == alone


def test_nothing_loads_matplotlib_before_a_picture_is_drawn() -> None:
    code = "import sys, scheduler, alerts.pictures, alerts.digest; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
