"""Shows notifications on a terminal: the demo, and whoever works without Slack. Nothing comes back from there.

Text from outside can neither move the cursor, colour the screen nor forge a card: it is visible text in frames.
"""

from datetime import datetime
from typing import TextIO

from rich.box import ROUNDED
from rich.console import Console as Screen
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from alerts import brief_words, telling
from alerts.card import Card, Proposal
from alerts.channels.base import Lanes, Sent
from alerts.overview import Brief, Switched
from alerts.replies import grave
from alerts.text import visible
from alerts.views import (
    Bundle,
    Line,
    Reminder,
    Report,
    SourceNotice,
    StartList,
    Trial,
    Trouble,
    View,
    picture_of,
)
from alerts.words import Words

COLOURS = {"critical": "red", "high": "dark_orange", "normal": "yellow", "low": "white"}


class Console:
    """The channel `console`: one card a notification, on `stream`. What was shown is not changed any more."""

    name = "console"
    edits = False
    instant = True

    def __init__(self, stream: TextIO, words: Words, *, width: int | None = None) -> None:
        self.lanes = Lanes()
        self._words = words
        self.screen = Screen(file=stream, width=width, markup=False, emoji=False, highlight=False)
        self._shown = 0

    def address(self, target: str) -> str:
        return "console"

    def takes(self, target: str, view: View) -> bool:
        return True

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        self.screen.print(picture(view, self._words))
        if drawn := picture_of(view):
            self.screen.print(Text(f"  ▦ {_safe(drawn.alt(self._words))}", style="dim"))
        self._shown += 1
        return Sent("console", str(self._shown))

    def edit(self, sent: Sent, view: View, key: str) -> None:
        """A terminal keeps what it has shown."""

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        return None


def picture(view: View, words: Words) -> RenderableType:
    """What the terminal shows for `view`."""
    if isinstance(view, Card):
        return _card(view, words)
    if isinstance(view, Line):
        return _line(view, words)
    if isinstance(view, Reminder):
        return _reminder(view, words)
    if isinstance(view, SourceNotice):
        lines = [Text(_safe(line)) for line in (*telling.source_details(view, words), view.error) if line]
        return _frame(telling.source_title(view, words), "magenta", lines)
    if isinstance(view, Trial):
        return _frame(words._("Test alert"), "cyan", [Text(_safe(telling.trial(view, words)))])
    if isinstance(view, Trouble):
        lines = [Text(_safe(telling.trouble_mend(view, words)))]
        return _frame(telling.trouble_title(view, words), "magenta", lines)
    if isinstance(view, StartList):
        rows = [Text(f"• {_safe(telling.listed(row, view, words))}") for row in view.listed]
        return _frame(
            telling.start_title(view, words), "cyan", [Text(telling.start_note(view, words)), *rows]
        )
    if isinstance(view, Brief):
        return _brief(view, words)
    if isinstance(view, Switched):
        return Text(f"{'⏸' if view.on else '▶'} {_safe(brief_words.switched(view, words))}", style="bold")
    if isinstance(view, Bundle):
        told = [Text(_safe(telling.bundled(case, words))) for case in view.cases]
        return _frame(
            telling.bundle_title(view, words), "cyan", [Text(telling.bundle_note(view, words)), *told]
        )
    return _report(view)


def _brief(brief: Brief, words: Words) -> Panel:
    lines = [Text(_safe(line)) for line in brief_words.summary(brief, words)]
    for part in brief_words.parts(brief, words):
        lines.append(Text(f"{part.title}: {words.number(part.listing.total)}", style="bold"))
        for one in part.listing.items:
            lines.append(Text(f"• {_safe(brief_words.item(one, brief, words))}"))
            if one.url:
                lines.append(Text(f"  {_safe(one.url)}", style="dim"))
        hidden = brief_words.hidden(part.listing, words)
        there = words._("In the inbox: {address}", address=brief.inbox) if hidden and brief.inbox else ""
        notes = (hidden, there, part.note)
        lines += [Text(_safe(note), style="dim") for note in notes if note]
    if brief.samples:
        lines.append(Text(brief_words.samples_title(words), style="bold"))
        for sampled in brief.samples:
            row = brief_words.item(sampled.item, brief, words)
            if said := brief_words.answer(sampled, words):
                row = telling.SEPARATOR.join([row, f"✓ {said}"])
            lines.append(Text(f"• {_safe(row)}"))
            if sampled.item.url:
                lines.append(Text(f"  {_safe(sampled.item.url)}", style="dim"))
    return _frame(brief_words.title(brief, words), "cyan", lines)


def _card(card: Card, words: Words) -> Panel:
    colour = "green" if card.channel == "praise" else COLOURS.get(card.urgency, "white")
    about = [] if card.of_volume else _about(card, words)
    lines = [Text(_safe(line), style="dim") for line in about if line]
    if card.change:
        lines.append(Text(_safe(telling.change(card.change, words, card.zone, card.now)), style="bold"))
    if card.title:
        lines.append(Text(_safe(card.title), style="bold"))
    if not card.of_volume:
        quote = f"“{_safe(card.quote)}”" if card.quote else words._("(no words)")
        lines.append(Text(quote, style="italic"))
    if card.storm:
        lines.insert(0, Text(_safe(telling.storm_note(card, words)), style="bold"))
    others = [Text(f"• {_safe(telling.listed(row, card, words))}") for row in card.worst]
    reasons = [Text(f"→ {_safe(line)}") for line in telling.whys(card, words)]
    lines += [*reasons, *others] if card.of_volume else [*others, *reasons]
    if due := telling.due(card, words):
        lines.append(Text(f"⏱ {due}", style="bold"))
    if named := telling.named(card, words):
        lines.append(Text(_safe(named), style="bold"))
    if status := telling.status(card, words):
        lines.append(Text(f"✓ {_safe(status)}", style="bold"))
    if card.url:
        lines.append(Text(_safe(card.url), style="dim"))
    if card.inbox:
        lines.append(Text(words._("In the inbox: {address}", address=card.inbox), style="dim"))
    for n, line in enumerate(grave.note(card, words)):
        lines.append(Text(f"• {_safe(line)}") if n else Text(_safe(line), style="bold"))
    return _frame(telling.headline(card, words), colour, [*lines, *_draft(card, card.draft, words)])


def _about(card: Card, words: Words) -> list[str]:
    return [telling.byline(card, words), telling.reach(card, words), telling.history(card, words)]


def _draft(card: Card, draft: Proposal | None, words: Words) -> list[RenderableType]:
    if draft is None or not draft.reply:
        waits = telling.draft_waits(draft, words) if draft else ""
        return [Text(""), Text(waits, style="yellow")] if waits else []
    lines: list[RenderableType] = [Text(""), Text(telling.draft_label(draft, card, words), style="bold")]
    lines.append(Padding(Text(_safe(draft.reply), style="green"), (0, 0, 0, 2)))
    if draft.private_reply:
        lines.append(Text(words._("Then, in a private message"), style="bold"))
        lines.append(Padding(Text(_safe(draft.private_reply), style="green"), (0, 0, 0, 2)))
    return lines + [Text(_safe(line), style="yellow") for line in telling.draft_checks(draft, card, words)]


def _line(line: Line, words: Words) -> Text:
    said = " · ".join(part for part in (telling.event(line, words), line.author) if part)
    quote = f": “{line.quote}”" if line.quote else ""
    return Text(f"  ↳ {_safe(said + quote)}")


def _reminder(view: Reminder, words: Words) -> RenderableType:
    said = Text(f"  ⏰ {_safe(telling.reminder(view, words))}", style="bold")
    if view.question is None or not view.question.reply:
        return said
    label = Text(telling.draft_label(view.question, view.card, words), style="bold")
    question = Text(_safe(view.question.reply), style="green")
    return Group(said, Padding(label, (0, 0, 0, 2)), Padding(question, (0, 0, 0, 4)))


def _report(report: Report) -> Panel:
    lines = [Text(_safe(part)) for part in report.paragraphs]
    for section in report.sections:
        lines += [Text(""), Text(_safe(section.title), style="bold")]
        for row in section.rows:
            lines += [Text(f"• {_safe(row.text)}")] if row.text else []
            said = " · ".join(part for part in (f"“{row.quote}”" if row.quote else "", row.author) if part)
            lines += [Text(f"  {_safe(said)}", style="italic")] if said else []
            lines += [Text(f"  {_safe(row.url)}", style="dim")] if row.url else []
    return _frame(report.title, "cyan", lines)


def _frame(title: str, colour: str, lines: list[RenderableType] | list[Text]) -> Panel:
    return Panel(
        Group(*lines),
        title=Text(_safe(title)),
        title_align="left",
        border_style=colour,
        box=ROUNDED,
        padding=(0, 1),
    )


def _safe(text: str) -> str:
    return visible(text)
