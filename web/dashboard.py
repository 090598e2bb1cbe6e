"""The dashboard: mood over time, topics, response times and sources of a brand, as charts with their tables."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from alerts.replies.grounds import TOPICS
from alerts.words import N_, Words
from store.brand import Brand
from web import charts
from web.dashboard_figures import MOODS, PERIODS, URGENCIES, Figures, Span, Waits, measure
from web.site import Section, Site

ADDRESS = "/dashboard"
HOUR = 3600.0
TEXT = {
    "dashboard": N_("Dashboard"),
    "brand": N_("Brand"),
    "period": N_("Period"),
    "show": N_("Show"),
    "moods": N_("Mood over time"),
    "topics": N_("Topics"),
    "answers": N_("Response times"),
    "sources": N_("Sources"),
    "table": N_("As a table"),
    "day": N_("Day"),
    "from": N_("From"),
    "mentions": N_("Mentions"),
    "topic": N_("Topic"),
    "source": N_("Source"),
    "before": N_("Before"),
    "negative": N_("negative"),
    "severity": N_("Severity"),
    "opened": N_("Opened"),
    "answered": N_("Answered"),
    "median": N_("First answer (median)"),
    "in_time": N_("In time"),
    "empty": N_("Nobody wrote about the brand in this period."),
    "no_topics": N_("No topic was found in this period."),
    "no_cases": N_("No case was opened in this period."),
    "no_brand": N_("There is no brand in the configuration yet."),
    "hours_axis": N_("hours to the first answer, median"),
    "mentions_axis": N_("mentions a day"),
    "health": N_("How the sources fare"),
}
NAMES = {
    "negative": N_("negative"),
    "neutral": N_("neutral"),
    "positive": N_("positive"),
    "unread": N_("not read"),
    "critical": N_("critical"),
    "high": N_("high"),
    "normal": N_("normal"),
    "low": N_("low"),
}


def dashboard_part() -> Section:
    return Section(ADDRESS, N_("Dashboard"), dashboard_routes)


def dashboard_routes(site: Site) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get(ADDRESS)
    def dashboard(request: Request) -> HTMLResponse:
        days, brand = asked(request.query_params, site.brands)
        shown: dict[str, Any] = {"figures": None}
        if brand is not None:
            with site.db.read() as session:
                figures = measure(session, brand, days, site.clock())
            shown = page(figures, site.words) | {"figures": figures}
        words = site.words
        return site.page(
            request,
            "dashboard.html",
            text={name: words._(message) for name, message in TEXT.items()},
            brands={key: one.name or key for key, one in site.brands.items()},
            brand=brand,
            days=days,
            periods=[(known, words.n("{count} day", "{count} days", known)) for known in PERIODS],
            **shown,
        )

    return router


def asked(query: Mapping[str, str], brands: Mapping[str, Brand]) -> tuple[int, Brand | None]:
    """The period and the brand; what makes no sense in an address is left out."""
    days = next((known for known in PERIODS if str(known) == query.get("days")), PERIODS[1])
    known = query.get("brand", "")
    key = known if known in brands else next(iter(brands), None)
    return days, brands[key] if key is not None else None


def page(figures: Figures, words: Words) -> dict[str, Any]:
    """What the template is given: sentences, charts, and the rows of the tables."""
    names = {name: words._(label) for name, label in NAMES.items()}
    top = charts.nice(max((sum(day.values()) for day in figures.moods), default=0))
    slowest = charts.nice(max((one.median or 0) / HOUR for one in figures.trend))
    most = max((one.mentions for one in figures.topics), default=0)
    largest = max((sum(counts.values()) for _, counts in figures.sources), default=0)
    return {
        "summary": summary(figures, words),
        "names": names,
        "moods": MOODS,
        "mood_chart": charts.columns(
            [(f"mood-{mood}", [day[mood] for day in figures.moods]) for mood in MOODS], top
        ),
        "mood_top": words.number(top),
        "mood_ticks": ticks(figures.days, words),
        "mood_rows": [
            (_day(span.first, words), [words.number(day[mood]) for mood in MOODS])
            for span, day in zip(figures.days, figures.moods, strict=True)
        ],
        "topic_rows": [
            {
                "name": words._(TOPICS[one.name]) if one.name in TOPICS else one.name,
                "mentions": words.number(one.mentions),
                "negative": words.number(one.negative),
                "before": words.number(one.before),
                "change": change(one.mentions, one.before, words),
                "bar": charts.bar(
                    [("mood-negative", one.negative), ("mood-other", one.mentions - one.negative)], most
                ),
            }
            for one in figures.topics
        ],
        "wait_rows": [(names[level], _waits(figures.waits[level], words)) for level in URGENCIES],
        "any_cases": any(one.opened for one in figures.waits.values()),
        "wait_chart": charts.columns(
            [("wait", [(one.median or 0) / HOUR for one in figures.trend])], slowest
        ),
        "wait_top": words.number(slowest),
        "wait_ticks": ticks(figures.spans, words),
        "trend_rows": [
            (_day(span.first, words), _waits(one, words))
            for span, one in zip(figures.spans, figures.trend, strict=True)
        ],
        "source_rows": [
            {
                "name": name,
                "mentions": words.number(sum(counts.values())),
                "counts": [words.number(counts[mood]) for mood in MOODS],
                "bar": charts.bar([(f"mood-{mood}", counts[mood]) for mood in MOODS], largest),
            }
            for name, counts in figures.sources
        ],
    }


def summary(figures: Figures, words: Words) -> str:
    """The period in two sentences."""
    total, before = sum(figures.total.values()), sum(figures.before.values())
    said = words.n("{count} mention in this period", "{count} mentions in this period", total)
    first = words._(N_("{mentions}, {before} in the one before."), mentions=said, before=words.number(before))
    read, was = total - figures.total["unread"], before - figures.before["unread"]
    if not read:
        return first
    share = words._(
        N_("{share} % of those read were negative"),
        share=words.number(round(100 * figures.total["negative"] / read)),
    )
    if not was:
        return f"{first} {share}."
    earlier = words.number(round(100 * figures.before["negative"] / was))
    compared = words._(N_("{now}, {share} % before."), now=share, share=earlier)
    return f"{first} {compared}"


def change(now: int, before: int, words: Words) -> str:
    """How a count differs from the one before, in words and a sign that needs no colour."""
    if not before:
        return words._(N_("new")) if now else ""
    share = round(100 * (now - before) / before)
    if share == 0:
        return "±0 %"
    return f"{'▲' if share > 0 else '▼'} {words.number(abs(share))} %"


def ticks(spans: Sequence[Span], words: Words) -> list[str]:
    """The first, the middle and the last day of an axis."""
    places = sorted({0, len(spans) // 2, len(spans) - 1})
    return [_short(spans[place].first, words) for place in places]


def _short(day: date, words: Words) -> str:
    return format_date(day, "d MMM", locale=words.lang)


def _day(day: date, words: Words) -> str:
    return format_date(day, "EEE d MMM", locale=words.lang)


def _waits(one: Waits, words: Words) -> list[str]:
    """Opened, answered, median, share in time."""
    time = words.duration(timedelta(seconds=one.median)) if one.median is not None else "–"
    share = f"{words.number(round(100 * one.in_time / one.clocked))} %" if one.clocked else "–"
    return [words.number(one.opened), words.number(one.answered), time, share]
