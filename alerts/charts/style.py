"""How all pictures look: legible on a phone, for colour-blind eyes too, on a light ground. The only module that
touches matplotlib's setup.

A picture is 1,080 pixels wide, which a phone shows at a third: type of 16 points stands there as 11 pixels. Series
differ by more than their colour (their place, a line style, a label). Text is never read as a formula: names come
from outside. Drawing is one at a time in a process: matplotlib does not promise that its parts may be used by two
threads at once.
"""

import io
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

from alerts.text import cut, one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patheffects import AbstractPathEffect
    from matplotlib.text import Text

WIDTH, DPI = 7.2, 150  # inches, dots an inch: 1,080 pixels
SMALL, NORMAL, LARGE, HUGE = 15.0, 16.0, 19.0, 30.0  # points

# Okabe and Ito (2008): eight colours that people with any colour vision tell apart.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
INK, FAINT, RULE, PAPER, PALE = "#1F1F1F", "#5F6368", "#D5D5D0", "#FFFFFF", "#F1F1EC"
MOODS = {
    "negative": VERMILION,
    "neutral": "#A9A9A3",
    "positive": BLUE,
}  # dark, pale, dark: apart in grey, too

_drawing = RLock()


@contextmanager
def sheet(height: float, width: float = WIDTH) -> "Iterator[Figure]":
    """A blank figure (sizes in inches) to draw on, while nobody else draws; `png` makes a picture of it."""
    with _drawing, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a name in a script the font lacks
        _set_up()
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), dpi=DPI, facecolor=PAPER)
        FigureCanvasAgg(figure)
        yield figure


def png(figure: "Figure") -> bytes:
    """The picture as a PNG: no date, no version of a program in it."""
    with _drawing:
        for said in figure.findobj(_is_text):
            said.set_parse_math(False)  # type: ignore[attr-defined]
        written = io.BytesIO()
        figure.savefig(written, format="png", metadata={"Software": None})
        return written.getvalue()


def bare(axes: "Axes", *, grid: str = "") -> None:
    """Takes the frame away. `grid`: along which axis (x or y) thin lines help the eye."""
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL, colors=INK, pad=6)
    axes.set_facecolor(PAPER)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis=grid, color=RULE, linewidth=1.0)  # type: ignore[arg-type]


def write(place: "Axes | Figure", x: float, y: float, said: str, **look: Any) -> "Text":
    """`said` at a place, in the place's own units; text from outside is safe here. `limit` (of `look`) cuts it."""
    limit = int(look.pop("limit", 200))
    known: dict[str, Any] = {"fontsize": NORMAL, "color": INK, "parse_math": False}
    return place.text(x, y, name(said, limit), **known | look)


def name(said: str, limit: int = 24) -> str:
    """A text from outside as a label: one line, visible, cut."""
    return cut(one_line(said), limit)


def halo() -> "list[AbstractPathEffect]":
    """A pale rim, by which a line stands out from what lies below it."""
    from matplotlib.patheffects import Normal, Stroke

    return [Stroke(linewidth=4.4, foreground=PAPER), Normal()]


def label_rows(axes: "Axes", names: Iterable[str], limit: int = 20) -> None:
    """Names the rows 0, 1, ... of a horizontal bar chart, the first on top; a long name takes two lines."""
    shown = [_on_two_lines(name(one, 2 * limit), limit) for one in names]
    axes.set_yticks(range(len(shown)), labels=shown, parse_math=False)
    axes.invert_yaxis()


def _on_two_lines(said: str, limit: int) -> str:
    return "\n".join(textwrap.wrap(said, limit, max_lines=2, placeholder="…"))


def _is_text(artist: object) -> bool:
    from matplotlib.text import Text

    return isinstance(artist, Text)


@cache
def _set_up() -> None:
    """matplotlib as it comes, whatever a file in the working folder would make of it, with the font it brings."""
    import matplotlib

    matplotlib.rcdefaults()
    matplotlib.rcParams["font.family"] = "DejaVu Sans"
    matplotlib.rcParams["axes.unicode_minus"] = False
