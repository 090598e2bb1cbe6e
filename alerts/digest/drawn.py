"""What the picture of a digest shows, of its figures. Pure."""

from datetime import date, datetime, timedelta

from alerts.charts.week import Bar, Column, Week
from alerts.digest.figures import Figures

BARS = 5


def week(figures: Figures) -> Week:
    """One picture for a period: `mark` stays the same while the digest is about the same period, so that a digest that
    is shown again is not drawn again."""
    first, last = (datetime.fromisoformat(moment) for moment in (figures.starts, figures.ends))
    return Week(
        brand=figures.brand,
        period=figures.period,
        first=date.fromisoformat(figures.days[0].day) if figures.days else first.date(),
        last=date.fromisoformat(figures.days[-1].day) if figures.days else (last - timedelta(days=1)).date(),
        columns=tuple(
            Column(
                date.fromisoformat(day.day),
                day.negative,
                day.neutral,
                day.positive,
                day.unread,
                day.before,
                day.usual,
            )
            for day in figures.days
        ),
        mentions=figures.mentions,
        usual=figures.mentions_usual,
        before=figures.mentions_before,
        negative=figures.negative_share,
        negative_usual=figures.negative_share_usual,
        negative_before=figures.negative_share_before,
        contact=figures.contact_median,
        in_time=figures.in_time,
        causes=tuple(Bar(cause.topic, cause.negative, cause.urgent) for cause in figures.causes),
        sources=tuple(Bar(name, count) for name, count in list(figures.by_source.items())[:BARS]),
    )
