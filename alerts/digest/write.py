"""The figures of a period in sentences: a title, a summary, the sections and the picture. Pure."""

from datetime import datetime, timedelta

from alerts.digest.drawn import week
from alerts.digest.figures import Figures
from alerts.digest.sections import sections
from alerts.replies import edit_words
from alerts.telling import REASONS
from alerts.text import visible
from alerts.views import Report
from alerts.words import N_, Words
from store.brand import Brand

MOODS = {"negative": N_("negative"), "neutral": N_("neutral"), "positive": N_("positive")}
AVERAGE = N_("{stars} stars on average.")


def write(figures: Figures, brand: Brand, words: Words) -> Report:
    """A period without anything says so in one line."""
    zone = brand.zone
    first = datetime.fromisoformat(figures.starts)
    last = datetime.fromisoformat(figures.ends) - timedelta(hours=1)
    title = words._(
        "{brand}: {first} to {last}",
        brand=figures.brand,
        first=words.day(first, zone),
        last=words.day(last, zone),
    )
    if not figures.mentions and not figures.cases and not figures.open_now:
        nothing = (words._("Nobody wrote about the brand, and no case is open."),)
        return Report(title, nothing, figures=figures.to_json())
    told = (
        _volume(figures, words),
        _mood(figures, words),
        _cases(figures, words),
        _reasons(figures, words),
        _sources(figures, words),
        _false_alarms(figures, words),
        _missed(figures, words),
        edit_words.told(figures.drafts, words),
    )
    return Report(
        title,
        tuple(part for part in told if part),
        week(figures) if figures.mentions else None,
        sections(figures, words, zone),
        figures.to_json(),
        quoted=figures.quoted(),
    )


def _volume(figures: Figures, words: Words) -> str:
    count = words.n("{count} mention", "{count} mentions", figures.mentions)
    moods = [f"{words.number(figures.by_sentiment[mood])} {words._(MOODS[mood])}" for mood in MOODS]
    if figures.unread:
        moods.append(words._("{count} not read", count=words.number(figures.unread)))
    beside = [words._("the period before: {count}", count=words.number(figures.mentions_before))]
    if figures.mentions_usual is not None:
        beside.append(words._("usually {count}", count=words.number(round(figures.mentions_usual))))
    said = f"{count} ({'; '.join(beside)}): {words.listing(moods)}."
    if figures.average_stars is None:
        return said
    stars = words.number(round(figures.average_stars, 1))
    return f"{said} {words._(AVERAGE, stars=stars)}"


def _mood(figures: Figures, words: Words) -> str:
    if figures.negative_share is None:
        return ""
    beside = [
        words._(label, share=percent(share, words))
        for label, share in (
            (N_("the period before: {share} %"), figures.negative_share_before),
            (N_("usually {share} %"), figures.negative_share_usual),
        )
        if share is not None
    ]
    said = words._("{share} % of what was read is negative", share=percent(figures.negative_share, words))
    return f"{said} ({'; '.join(beside)})." if beside else f"{said}."


def _cases(figures: Figures, words: Words) -> str:
    said = [words.n("{count} case opened", "{count} cases opened", figures.cases)]
    said.append(words._("{count} answered", count=words.number(figures.cases_answered)))
    if figures.contact_median is not None:
        time = words.duration(timedelta(seconds=figures.contact_median))
        said.append(words._("first contact after {time} (median)", time=time))
    if figures.in_time is not None:
        said.append(words._("{share} % in time", share=percent(figures.in_time, words)))
    now = words._(
        "Open now: {open}, {overdue} of them overdue.",
        open=words.number(figures.open_now),
        overdue=words.number(figures.overdue_now),
    )
    return f"{words.listing(said)}. {now}"


def _reasons(figures: Figures, words: Words) -> str:
    counts = [
        f"{words._(REASONS[kind]) if kind in REASONS else kind} {words.number(count)}"
        for kind, count in figures.alerts_by_reason.items()
    ]
    return words._("Alerts: {reasons}.", reasons=words.listing(counts)) if counts else ""


def _sources(figures: Figures, words: Words) -> str:
    counts = [f"{name} {words.number(count)}" for name, count in figures.by_source.items()]
    return words._("By source: {sources}.", sources=words.listing(counts)) if counts else ""


def _false_alarms(figures: Figures, words: Words) -> str:
    if figures.false_alarm_rate is None:
        return ""
    return words._(
        "False alarms: {count} of {decided} decided cases ({share} %).",
        count=words.number(figures.false_alarms),
        decided=words.number(figures.decided),
        share=percent(figures.false_alarm_rate, words),
    )


def _missed(figures: Figures, words: Words) -> str:
    """How much of what did not alert should have, how sure that is, and how it was estimated."""
    if figures.miss_rate is None or figures.miss_interval is None:
        return ""
    low, high = (words.number(round(100 * share, 1)) for share in figures.miss_interval)
    looked_at = words.n(
        "{count} mention that did not alert was looked at",
        "{count} mentions that did not alert were looked at",
        figures.looked_at,
    )
    missed = words._(
        "{missed} should have alerted: {share} % (95 % interval: {low} to {high} %)",
        missed=words.number(figures.missed),
        share=words.number(round(100 * figures.miss_rate, 1)),
        low=low,
        high=high,
    )
    caution = words._(
        "That is the share of those looked at (Wilson's interval), without weights: "
        "a day with few mentions counts as much as one with many, so where days differ it may be off."
    )
    return f"{looked_at}; {missed}. {caution}"


def as_text(report: Report) -> str:
    """The report without a picture, for a terminal or a file: nothing in it moves a cursor."""
    parts = [report.title, *report.paragraphs]
    for section in report.sections:
        lines = [section.title]
        for row in section.rows:
            said = " · ".join(part for part in (f"“{row.quote}”" if row.quote else "", row.author) if part)
            lines += [f"- {row.text}"] if row.text else []
            lines += [f"  {line}" for line in (said, row.url) if line]
        parts.append("\n".join(lines))
    return visible("\n\n".join(parts))


def percent(share: float, words: Words) -> str:
    return words.number(round(100 * share))
