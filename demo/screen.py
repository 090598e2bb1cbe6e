"""What the demo shows around the cards: its beginning, each source as it is read, and the closing tables."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from alerts.telling import REASONS, URGENCIES
from alerts.words import N_, Words
from crawlers.job import SourceReport, Waited
from demo.summary import UNREAD, Summary

POLLS = {1: N_("First read"), 2: N_("Second read: the world has moved on")}
MOODS = {
    "negative": N_("negative"),
    "neutral": N_("neutral"),
    "positive": N_("positive"),
    UNREAD: N_("not read"),
}
STAGES = {
    "collect": N_("collect"),
    "score": N_("score"),
    "triage": N_("triage and draft"),
    "deliver": N_("deliver"),
    "check": N_("check"),
}


class Screen:
    """Prints on the terminal of the console channel, so that cards and progress share it."""

    def __init__(self, console: Console, words: Words) -> None:
        self._console = console
        self._words = words

    def begin(self, base_url: str) -> None:
        said = self._words._("A small internet is up at {address}", address=base_url)
        self._console.print(Text(said, style="bold"))

    def poll(self, number: int) -> None:
        self._console.print(Rule(self._words._(POLLS[number])))

    def waited(self, event: Waited) -> None:
        said = self._words._(
            "{source}: {reason}; asked again after {seconds} s",
            source=event.source,
            reason=event.reason,
            seconds=self._words.number(round(event.seconds, 1)),
        )
        self._console.print(Text(f"  ↻ {said}", style="magenta"))

    def source(self, report: SourceReport) -> None:
        words = self._words
        if report.status == "error":
            self._console.print(Text(f"  ✗ {report.source}: {report.error}", style="red"))
            return
        counts = [
            (report.new, words.n("{count} new", "{count} new", report.new)),
            (report.late, words.n("{count} of them late", "{count} of them late", report.late)),
            (report.edited, words.n("{count} edited", "{count} edited", report.edited)),
            (report.refreshed, words.n("{count} refreshed", "{count} refreshed", report.refreshed)),
            (report.gone, words.n("{count} gone", "{count} gone", report.gone)),
        ]
        said = ", ".join(told for count, told in counts if count) or words._("nothing new")
        self._console.print(Text(f"  ✓ {report.source}: {said}", style="green"))

    def end(self, summary: Summary, database: Path) -> None:
        """The closing tables, and where the database lies."""
        words = self._words
        self._console.print(Rule(words._("What happened")))
        self._console.print(
            self._counts(words._("Mentions by source"), summary.by_source, {}),
            self._counts(words._("Mentions by sentiment"), summary.by_sentiment, MOODS),
            self._counts(
                words._("Mentions by urgency"), summary.by_urgency, URGENCIES | {UNREAD: MOODS[UNREAD]}
            ),
            self._counts(words._("Alerts by reason"), summary.alerts_by_reason, REASONS),
            self._seconds(summary.seconds),
        )
        said = words._(
            "{mentions} mentions, {cases} cases, {notifications} notifications, {drafts} drafts.",
            mentions=words.number(summary.mentions),
            cases=words.number(summary.cases),
            notifications=words.number(summary.notifications),
            drafts=words.number(summary.drafts),
        )
        self._console.print(Text(said, style="bold"))
        for error in summary.errors:
            self._console.print(Text(f"✗ {error}", style="red"))
        self._console.print(words._("The database: {path}", path=database), soft_wrap=True)

    def serving(self, address: str) -> None:
        said = self._words._("The inbox: {address} (Ctrl-C ends it)", address=address)
        self._console.print(Text(said, style="bold"), soft_wrap=True)

    def _counts(self, title: str, counts: Mapping[str, int], names: Mapping[str, str]) -> Table:
        table = Table(title, "", title_justify="left")
        table.columns[1].justify = "right"
        for name, count in counts.items():
            said = self._words._(names[name]) if name in names else name
            table.add_row(said, self._words.number(count))
        return table

    def _seconds(self, seconds: Mapping[str, float]) -> Table:
        table = Table(self._words._("Seconds by stage"), "")
        table.columns[1].justify = "right"
        for name, spent in seconds.items():
            said = self._words._(STAGES[name]) if name in STAGES else name
            table.add_row(said, self._words.number(round(spent, 2)))
        return table
