"""The picture of a spike: what came each hour, against what is usual at that hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alerts import spike_words
from alerts.charts import style
from alerts.spike_view import Surge
from alerts.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HOUR = timedelta(hours=1)
HEIGHT = 4.2  # inches
ROOM = 1.15  # above the highest bar, as a share of it


@dataclass(frozen=True, slots=True)
class SpikeChart:
    """`seen` and `usual` by the hour, the first of which began at `start`."""

    brand: str
    surge: Surge
    zone: ZoneInfo
    start: datetime
    seen: tuple[float, ...]
    usual: tuple[float, ...]

    @property
    def mark(self) -> str:
        """Another where the figures that people are told are others."""
        over = "over" if self.surge.over_at else "on"
        return f"{int(self.surge.began_at.timestamp())}:{self.surge.count}:{over}"

    @property
    def name(self) -> str:
        return f"ascolto-spike-{int(self.surge.began_at.timestamp())}.png"

    def alt(self, words: Words) -> str:
        most = max(range(len(self.seen)), key=lambda hour: self.seen[hour])
        when = words.when(self.start + most * HOUR, self.zone, self.start + len(self.seen) * HOUR)
        return words._(
            "Mentions by the hour: {figures}. Most in one hour: {count}, {when}.",
            figures=spike_words.figures(self.surge, words),
            count=words.number(round(self.seen[most])),
            when=when,
        )

    def draw(self, words: Words) -> bytes:
        with style.sheet(HEIGHT) as figure:
            look = {"fontsize": style.LARGE, "fontweight": "bold", "va": "top"}
            style.write(figure, 0.05, 0.955, self.brand, limit=34, **look)
            told = spike_words.figures(self.surge, words)
            style.write(figure, 0.05, 0.865, told, color=style.FAINT, va="top", limit=80)
            axes = figure.add_axes((0.09, 0.12, 0.87, 0.56))
            style.bare(axes, grid="y")
            self._bars(axes, words)
            self._days(axes, words)
            return style.png(figure)

    def _bars(self, axes: "Axes", words: Words) -> None:
        hours = range(len(self.seen))
        colour = style.VERMILION if self.surge.negative else style.BLUE
        inside = [self._is_inside(hour) for hour in hours]
        for chosen, shade, label in (
            (False, style.MOODS["neutral"], None),
            (True, colour, words._("the spike")),
        ):
            picked = [hour for hour in hours if inside[hour] == chosen]
            axes.bar(
                [hour + 0.5 for hour in picked],
                [self.seen[hour] for hour in picked],
                width=0.92,
                color=shade,
                label=label,
            )
        axes.stairs(
            list(self.usual),
            list(range(len(self.usual) + 1)),
            color=style.INK,
            linewidth=2.0,
            label=words._("usual, by the hour"),
        )
        axes.set_xlim(0, len(self.seen))
        axes.set_ylim(0, max(*self.seen, *self.usual, 1) * ROOM)
        axes.yaxis.get_major_locator().set_params(integer=True, nbins=4)  # type: ignore[call-arg]
        axes.legend(
            loc="upper left",
            bbox_to_anchor=(0, 1.16),
            ncols=2,
            frameon=False,
            fontsize=style.SMALL,
            borderaxespad=0,
            borderpad=0,
        )

    def _is_inside(self, hour: int) -> bool:
        start, end = self.start + hour * HOUR, self.start + (hour + 1) * HOUR
        over = self.surge.over_at
        return end > self.surge.began_at and (over is None or start < over)

    def _days(self, axes: "Axes", words: Words) -> None:
        """Midnights, and between them the days' names."""
        begin, places, names = self.start.astimezone(self.zone), [], []
        for hour in range(len(self.seen)):
            moment = begin + hour * HOUR
            if moment.hour == 0 and hour:
                axes.axvline(hour, color=style.RULE, linewidth=1.0, zorder=0)
            if moment.hour == 12:
                places.append(hour + 0.5)
                names.append(words.day_short(moment, self.zone))
        axes.set_xticks(places, labels=names, parse_math=False)


def chart(
    brand: str, surge: Surge, zone: ZoneInfo, hours: Sequence[tuple[float, float]], until: datetime
) -> SpikeChart | None:
    """Of the hours that a series remembers, the last of which ends at `until`: from two days before the spike to half
    a day after it; None where the beginning is forgotten."""
    first = until - len(hours) * HOUR
    last = min(until, surge.over_at + 12 * HOUR) if surge.over_at else until
    start = max(first, surge.began_at - 48 * HOUR)
    if surge.began_at < first or last <= start:
        return None
    begin = int((start - first) / HOUR)
    end = min(-int((first - last) // HOUR), len(hours))
    kept = hours[begin:end]
    if not kept:
        return None
    seen, usual = zip(*kept, strict=True)
    return SpikeChart(brand, surge, zone, first + begin * HOUR, tuple(seen), tuple(usual))
