"""The picture of a digest: three figures, the days with their moods, what criticism is about, where people wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from alerts.charts import style
from alerts.replies.grounds import topic
from alerts.text import cut, one_line
from alerts.words import N_, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Locator

MOODS = {"negative": N_("negative"), "neutral": N_("neutral"), "positive": N_("positive")}
LABELLED = 10  # columns that have each a label below; of more, every seventh
ALT = 1_900
LEFT, RIGHT = 0.36, 0.06  # of the width: the names of the rows, the numbers behind the bars
INCH = 0.5  # height of a row


@dataclass(frozen=True, slots=True)
class Column:
    """One day, as in `alerts.digest.figures.Day`."""

    day: date
    negative: int
    neutral: int
    positive: int
    unread: int = 0
    before: int | None = None
    usual: float | None = None

    @property
    def total(self) -> int:
        return self.negative + self.neutral + self.positive + self.unread


@dataclass(frozen=True, slots=True)
class Bar:
    """A named count; `dark` of it are urgent."""

    name: str
    count: int
    dark: int = 0


@dataclass(frozen=True, slots=True)
class Week:
    """A week, or a month. Shares are 0 to 1, `contact` is in seconds."""

    brand: str
    period: str
    first: date
    last: date
    columns: tuple[Column, ...]
    mentions: int
    before: int = 0
    usual: float | None = None
    negative: float | None = None
    negative_usual: float | None = None
    negative_before: float | None = None
    contact: float | None = None
    in_time: float | None = None
    causes: tuple[Bar, ...] = ()
    sources: tuple[Bar, ...] = ()

    @property
    def mark(self) -> str:
        return self.period

    @property
    def name(self) -> str:
        return f"ascolto-{self.period}.png"

    def alt(self, words: Words) -> str:
        by_day = [
            words._(
                "{day}: {total}, {negative} negative",
                day=words.short_day(column.day),
                total=words.number(column.total),
                negative=words.number(column.negative),
            )
            for column in self.columns
        ]
        said = [words._("Mentions by day. {days}.", days="; ".join(by_day))]
        if self.causes:
            named = [f"{topic(bar.name, words)} {words.number(bar.count)}" for bar in self.causes]
            said.append(words._("What criticism is about: {topics}.", topics=words.listing(named)))
        return cut(one_line(" ".join(said)), ALT)

    def draw(self, words: Words) -> bytes:
        rows = [bars for bars in (self.causes, self.sources) if bars]
        below = sum(1.0 + INCH * len(bars) for bars in rows)
        height = 6.9 + below
        with style.sheet(height) as figure:
            self._head(figure, words, height)
            self._days(figure, words, height)
            bottom = below
            if self.causes:
                bottom -= 1.0 + INCH * len(self.causes)
                title = words._("What criticism is about")
                named = [Bar(capital(topic(bar.name, words)), bar.count, bar.dark) for bar in self.causes]
                _rows(figure, title, named, style.VERMILION, bottom, height, words)
            if self.sources:
                bottom -= 1.0 + INCH * len(self.sources)
                title = words._("Where people wrote")
                _rows(figure, title, self.sources, style.BLUE, bottom, height, words)
            return style.png(figure)

    def _head(self, figure: "Figure", words: Words, height: float) -> None:
        top = 1 - 0.35 / height
        look = {"fontsize": style.LARGE, "fontweight": "bold", "va": "top"}
        style.write(figure, 0.05, top, self.brand, limit=34, **look)
        span = words._(
            "{first} to {last}", first=words.dated_short(self.first), last=words.dated_short(self.last)
        )
        style.write(figure, 0.05, top - 0.36 / height, span, color=style.FAINT, va="top")
        for place, (figure_, label, note) in enumerate(self._tiles(words)):
            x = 0.05 + 0.31 * place
            style.write(
                figure, x, 1 - 1.75 / height, figure_, fontsize=style.HUGE, fontweight="bold", va="baseline"
            )
            style.write(figure, x, 1 - 2.05 / height, label, fontsize=style.SMALL, va="baseline", limit=26)
            style.write(
                figure, x, 1 - 2.32 / height, note, fontsize=style.SMALL, color=style.FAINT, va="baseline", limit=26
            )  # fmt: skip

    def _tiles(self, words: Words) -> list[tuple[str, str, str]]:
        """Up to three: a figure, what it is, and what to hold it against."""
        usual = self.before if self.usual is None else round(self.usual)
        known = words._("usually {count}", count=words.number(usual))
        if self.usual is None:
            known = words._("before: {count}", count=words.number(usual))
        label = words.n("mention", "mentions", self.mentions)
        tiles = [(words.number(self.mentions), label, known)]
        if self.negative is not None:
            other, said = self.negative_usual, N_("usually {share} %")
            if other is None:
                other, said = self.negative_before, N_("before: {share} %")
            note = "" if other is None else words._(said, share=_percent(other, words))
            tiles.append((f"{_percent(self.negative, words)} %", words._("negative"), note))
        if self.contact is not None:
            note = (
                ""
                if self.in_time is None
                else words._("{share} % in time", share=_percent(self.in_time, words))
            )
            tiles.append((_short(self.contact, words), words._("to first contact"), note))
        return tiles

    def _days(self, figure: "Figure", words: Words, height: float) -> None:
        axes = figure.add_axes((0.1, 1 - 6.55 / height, 0.86, 3.15 / height))
        style.bare(axes, grid="y")
        places = list(range(len(self.columns)))
        width, floor = 0.72 if len(places) <= LABELLED else 0.86, [0.0] * len(places)
        for mood in MOODS:
            counts = [float(getattr(column, mood)) for column in self.columns]
            axes.bar(
                places,
                counts,
                width,
                floor,
                color=style.MOODS[mood],
                label=words._(MOODS[mood]),
                edgecolor=style.PAPER,
            )
            floor = [below + count for below, count in zip(floor, counts, strict=True)]
        unread = [float(column.unread) for column in self.columns]
        if any(unread):
            axes.bar(
                places,
                unread,
                width,
                floor,
                color=style.PALE,
                label=words._("not read"),
                edgecolor=style.FAINT,
                hatch="///",
            )
        _line(
            axes, places, [column.before for column in self.columns], words._("the period before"), "-", "o"
        )
        _line(axes, places, [column.usual for column in self.columns], words._("usual"), ":", "D")
        step = 1 if len(places) <= LABELLED else 7
        shown = [words.short_day(column.day) for column in self.columns][::step]
        axes.set_xticks(places[::step], labels=shown)
        axes.set_xlim(-0.6, len(places) - 0.4)
        axes.margins(y=0.08)
        axes.yaxis.set_major_locator(_whole())
        axes.yaxis.set_major_formatter(lambda value, _: words.number(round(value)))
        drawn, named = axes.get_legend_handles_labels()
        bars_first = sorted(range(len(drawn)), key=lambda n: drawn[n] in axes.lines)
        axes.legend(
            [drawn[n] for n in bars_first], [named[n] for n in bars_first],
            loc="lower left", bbox_to_anchor=(-0.09, 1.0), ncols=3, frameon=False, fontsize=style.SMALL,
            handlelength=1.2, columnspacing=1.2, handletextpad=0.5, borderaxespad=0.2,
        )  # fmt: skip


def _line(
    axes: "Axes", places: Sequence[int], counts: Sequence[float | None], label: str, look: str, mark: str
) -> None:
    """What to hold the columns against; nothing where nothing is known."""
    known = [(place, count) for place, count in zip(places, counts, strict=True) if count is not None]
    if not any(count for _, count in known):
        return
    marks = mark if len(places) <= LABELLED else ""
    axes.plot(
        [place for place, _ in known], [count for _, count in known], look, color=style.INK, marker=marks,
        path_effects=style.halo(), markersize=6, linewidth=2.2,
        markerfacecolor=style.PAPER, markeredgewidth=1.8, label=label, zorder=3,
    )  # fmt: skip


def _rows(
    figure: "Figure", title: str, bars: Sequence[Bar], colour: str, bottom: float, height: float, words: Words
) -> None:
    """Bars that lie, each with its number; the dark part is told in words behind it."""
    tall = INCH * len(bars)
    style.write(figure, 0.05, (bottom + tall + 0.42) / height, title, fontsize=style.LARGE, fontweight="bold")
    axes = figure.add_axes((LEFT, (bottom + 0.25) / height, 1 - LEFT - RIGHT, tall / height))
    style.bare(axes)
    places = list(range(len(bars)))
    axes.barh(places, [bar.count for bar in bars], 0.6, color=colour)
    dark = [bar.dark for bar in bars]
    if any(dark):
        axes.barh(places, dark, 0.6, color=style.INK)
    style.label_rows(axes, (bar.name for bar in bars), 20)
    axes.set_xticks([])
    most = max(bar.count for bar in bars)
    axes.set_xlim(0, most * (1.62 if any(dark) else 1.18))
    for place, bar in enumerate(bars):
        said = words.number(bar.count)
        if bar.dark:
            said += " (" + words.n("{count} urgent", "{count} urgent", bar.dark) + ")"
        style.write(axes, bar.count + most * 0.02, place, said, va="center", fontsize=style.SMALL)


def _whole() -> "Locator":
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4, integer=True)


def _percent(share: float, words: Words) -> str:
    return words.number(round(100 * share))


def _short(seconds: float, words: Words) -> str:
    """A time in little room: 25 min, 3.5 h, 2 d."""
    minutes = seconds / 60
    if minutes < 100:
        return words._("{minutes} min", minutes=words.number(max(1, round(minutes))))
    if minutes < 48 * 60:
        return words._("{hours} h", hours=words.number(round(minutes / 60, 1)))
    return words.n("{count} day", "{count} days", round(timedelta(seconds=seconds) / timedelta(days=1)))


def capital(said: str) -> str:
    return said[:1].upper() + said[1:]
