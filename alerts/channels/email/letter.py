"""What an e-mail says: a subject and a few parts, from a view. How they look as text and HTML: `message`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from alerts import brief_words, telling
from alerts.card import Card, Proposal, safe_url
from alerts.overview import Brief, Item, Switched
from alerts.replies import grave
from alerts.text import cut, one_line, visible
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

SUBJECT = 160  # characters; what is longer no inbox shows
COLOURS = {"critical": "#b3261e", "high": "#c4570a", "normal": "#8a6d00", "low": "#5f6368"}
CALM, GLAD, OPS = "#3b5b8c", "#2e7d32", "#7b3f8c"
# How a part looks: a line; a faint, a strong one; the customer's words; a reply; what to look at first.
PLAIN, FAINT, STRONG, QUOTE, REPLY, CHECK = "plain", "faint", "strong", "quote", "reply", "check"
TITLE = "title"  # of a section


@dataclass(frozen=True, slots=True)
class Part:
    """Some words in one look, without formatting of their own. `url`: where they lead."""

    text: str
    look: str = PLAIN
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """`title` stands above the parts; `subject` is one line that nothing from outside can leave. `alt`: what its
    picture shows, in words; empty where it has none."""

    subject: str
    title: str
    parts: tuple[Part, ...]
    colour: str = CALM
    urgent: bool = False
    alt: str = ""


def letter(view: View, words: Words) -> Letter:
    """The letter about `view`, all of it visible text; `words` had better be lasting ones."""
    written, picture = _letter(view, words), picture_of(view)
    parts = (
        Part(visible(part.text), part.look, safe_url(part.url)[0]) for part in written.parts if part.text
    )
    return replace(
        written,
        subject=cut(one_line(written.subject), SUBJECT),
        title=one_line(written.title),
        alt=one_line(picture.alt(words)) if picture else "",
        parts=tuple(part for part in parts if part.text),
    )


def _letter(view: View, words: Words) -> Letter:
    if isinstance(view, Card):
        return _of_case(view, telling.headline(view, words), (), words)
    if isinstance(view, Reminder):
        said = telling.reminder(view, words)
        card = replace(view.card, draft=view.question) if view.question else view.card
        return _of_case(card, said, (Part(said, STRONG),), words)
    if isinstance(view, Line):
        return _of_line(view, words)
    if isinstance(view, SourceNotice):
        title = telling.source_title(view, words)
        details = [Part(line) for line in telling.source_details(view, words)]
        return Letter(title, title, (*details, Part(view.error, FAINT)), OPS)
    if isinstance(view, StartList):
        title = telling.start_title(view, words)
        rows = [Part(f"• {telling.listed(row, view, words)}", url=row.url) for row in view.listed]
        return Letter(title, title, (Part(telling.start_note(view, words), FAINT), *rows))
    if isinstance(view, Trouble):
        title = telling.trouble_title(view, words)
        return Letter(title, title, (Part(telling.trouble_mend(view, words), STRONG),), OPS)
    if isinstance(view, Trial):
        title = words._("Test alert")
        return Letter(title, title, (Part(telling.trial(view, words)),), OPS)
    if isinstance(view, Brief):
        title = brief_words.title(view, words)
        return Letter(title, title, tuple(_overview(view, words)))
    if isinstance(view, Switched):
        title = brief_words.switched(view, words)
        return Letter(title, title, (), OPS)
    if isinstance(view, Bundle):
        raise TypeError("a bundle is for Slack: here its cases have messages of their own")
    return _of_report(view, words)


def _of_case(card: Card, what: str, first: tuple[Part, ...], words: Words) -> Letter:
    title = telling.headline(card, words)
    gist = f"“{cut(one_line(card.title or card.quote), 60)}”" if card.title or card.quote else ""
    if card.of_volume:
        gist = telling.gist(card, words)
    subject = telling.SEPARATOR.join(part for part in (card.brand, what, gist) if part)
    colour = GLAD if card.channel == "praise" else COLOURS.get(card.urgency, CALM)
    urgent = card.urgency == "critical" and not card.done
    return Letter(subject, title, (*first, *_about(card, words)), colour, urgent)


def _about(card: Card, words: Words) -> Iterator[Part]:
    yield Part(telling.status(card, words), STRONG)
    yield Part(telling.due(card, words), STRONG)
    if card.storm:
        yield Part(telling.storm_note(card, words), STRONG)
    if card.change:
        yield Part(telling.change(card.change, words, card.zone, card.now), STRONG)
    if not card.of_volume:
        yield Part(card.title, STRONG)
        yield Part(card.quote or words._("(no words)"), QUOTE if card.quote else FAINT)
        for line in (telling.byline(card, words), telling.reach(card, words), telling.history(card, words)):
            yield Part(line, FAINT)
    reasons = [Part(f"→ {line}") for line in telling.whys(card, words)]
    others = [Part(f"• {telling.listed(row, card, words)}", url=row.url) for row in card.worst]
    if others:
        others.insert(0, Part(telling.worst_title(card, words), STRONG))
    yield from (*reasons, *others) if card.of_volume else (*others, *reasons)
    if card.url:
        yield Part(words._("Open the original on {host}", host=card.host), url=card.url)
    if card.inbox:
        yield Part(words._("Open it in the inbox"), url=card.inbox)
    for n, line in enumerate(grave.note(card, words)):
        yield Part(f"• {line}") if n else Part(line, STRONG)
    if card.draft:
        yield from _draft(card.draft, card, words)


def _draft(draft: Proposal, card: Card, words: Words) -> Iterator[Part]:
    if not draft.reply:
        if waits := telling.draft_waits(draft, words):
            yield Part(waits, CHECK)
        return
    yield Part(telling.draft_label(draft, card, words), STRONG)
    yield Part(draft.reply, REPLY)
    if draft.private_reply:
        yield Part(words._("Then, in a private message"), STRONG)
        yield Part(draft.private_reply, REPLY)
    if draft.gloss:
        yield Part(draft.gloss, FAINT)
    for line in telling.draft_checks(draft, card, words):
        yield Part(line, CHECK)


def _of_line(line: Line, words: Words) -> Letter:
    event = telling.event(line, words)
    subject = words._("Case {number}: {what}", number=line.case_id, what=event)
    about = telling.SEPARATOR.join(part for part in (line.author or "", line.platform_label) if part)
    parts = (Part(about, FAINT), Part(line.quote, QUOTE), *_original(line, words))
    urgency = "critical" if line.alarm else line.raised
    return Letter(subject, event, parts, COLOURS.get(urgency, CALM), urgent=urgency == "critical")


def _original(line: Line, words: Words) -> Iterator[Part]:
    url, host = safe_url(line.url)
    if url:
        yield Part(words._("Open the original on {host}", host=host), url=url)


def _overview(brief: Brief, words: Words) -> Iterator[Part]:
    """A brief, without what it asks: a mailbox has no buttons."""
    yield from map(Part, brief_words.summary(brief, words))
    for part in brief_words.parts(brief, words):
        yield Part(f"{part.title}: {words.number(part.listing.total)}", STRONG)
        for one in part.listing.items:
            yield _listed(one, brief, words)
        hidden = brief_words.hidden(part.listing, words)
        yield Part(hidden, FAINT, url=brief.inbox if hidden else None)
        yield Part(part.note, FAINT)
    if brief.samples:
        yield Part(brief_words.samples_title(words), STRONG)
    for sampled in brief.samples:
        yield _listed(sampled.item, brief, words)


def _listed(one: Item, brief: Brief, words: Words) -> Part:
    return Part(f"• {brief_words.item(one, brief, words)}", url=one.url)


def _of_report(report: Report, words: Words) -> Letter:
    return Letter(report.title, report.title, tuple(_reported(report, words)))


def _reported(report: Report, words: Words) -> Iterator[Part]:
    yield from map(Part, report.paragraphs)
    for section in report.sections:
        yield Part(section.title, TITLE)
        for row in section.rows:
            yield Part(f"• {row.text}" if row.text else "")
            yield Part(row.quote, QUOTE)
            if row.url:
                about = (row.author, words._("original"))
                yield Part(telling.SEPARATOR.join(part for part in about if part), FAINT, row.url)
            else:
                yield Part(row.author, FAINT)
    if report.inbox:
        yield Part(words._("Open the inbox"), url=report.inbox)
