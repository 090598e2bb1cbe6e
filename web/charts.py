"""Charts as inline SVG, drawn on the server: shapes alone, so that they stretch to any width and need no script.

Words and numbers stand beside them as HTML, and each has its table: the picture is hidden from screen readers. Colours
come from the style sheet by class; shapes are told apart by their place in the stack too. Pure.
"""

from collections.abc import Sequence

from markupsafe import Markup

HEIGHT = 100.0
GAP = 0.18  # of a column's width, between columns
LEAST = 0.8  # of the height: what is there is seen
Series = tuple[str, Sequence[float]]  # class of the style sheet, one value for each column


def nice(value: float) -> float:
    """The top of an axis: 1, 2 or 5 times a power of ten, at least `value` and at least 1."""
    step = 1.0
    while True:
        for times in (1.0, 2.0, 5.0):
            if times * step >= value:
                return times * step
        step *= 10


def columns(series: Sequence[Series], top: float) -> Markup:
    """Stacked columns, the first series at the bottom; `top`: the value that fills the height."""
    count = max((len(values) for _, values in series), default=0)
    shapes = [_line(share) for share in (0.0, 0.5, 1.0)]
    for place in range(count):
        under = 0.0
        for name, values in series:
            value = values[place] if place < len(values) else 0.0
            if value <= 0:
                continue
            tall = max(HEIGHT * value / top, LEAST) if top > 0 else 0.0
            x, y = place + GAP / 2, HEIGHT - under - tall
            shapes.append(
                f'<rect class="{name}" x="{x:.2f}" y="{y:.2f}" width="{1 - GAP:.2f}" height="{tall:.2f}"/>'
            )
            under += tall
    return _svg(f"0 0 {max(count, 1)} {HEIGHT:g}", shapes, "plot", count)


def bar(parts: Sequence[tuple[str, float]], top: float) -> Markup:
    """One lying bar of stacked parts."""
    shapes, left = [], 0.0
    for name, value in parts:
        if value <= 0 or top <= 0:
            continue
        wide = max(HEIGHT * value / top, LEAST)
        shapes.append(f'<rect class="{name}" x="{left:.2f}" y="0" width="{wide:.2f}" height="10"/>')
        left += wide
    return _svg(f"0 0 {HEIGHT:g} 10", shapes, "lying", len(shapes))


def _line(share: float) -> str:
    y = HEIGHT * (1 - share)
    return f'<line class="gridline" x1="0" x2="100%" y1="{y:g}" y2="{y:g}"/>'


def _svg(box: str, shapes: Sequence[str], name: str, count: int) -> Markup:
    """Only numbers and our own names of classes are written into it."""
    return Markup(  # noqa: S704 - nothing from outside
        f'<svg class="{name}" viewBox="{box}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f"{''.join(shapes)}</svg>"
    )
