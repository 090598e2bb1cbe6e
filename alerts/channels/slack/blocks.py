"""The look of each notification in Slack, as Block Kit. Values in, a message out; nothing is sent from here.

Slack's limits are kept by cutting where a person would: at most 50 blocks, 3,000 characters a text, 150 a header.
The buttons are `menu`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import singledispatch

from alerts import brief_words, telling
from alerts.card import Card
from alerts.channels.slack import case_blocks, kit, menu
from alerts.channels.slack.escape import plain
from alerts.channels.slack.kit import Block
from alerts.overview import Brief, Item, Sampled, Switched
from alerts.text import cut, visible
from alerts.views import (
    Bundle,
    Bundled,
    Line,
    Reminder,
    Report,
    Section,
    SourceNotice,
    StartList,
    Trial,
    Trouble,
    View,
    picture_of,
)
from alerts.words import Words

ENDS = ("resolve", "dismiss")
MAX_BLOCKS, MAX_FALLBACK = 50, 3_000
CHECK = "ascolto.check.v1"
MAX_BUNDLED, MAX_SETTLED = 20, 10  # rows of a bundle, with a button and without
MAX_MESSAGE = 12_000  # characters in all the blocks of one message


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to Slack: `text` for notifications and where blocks cannot be shown."""

    text: str
    blocks: tuple[Block, ...] = ()


@singledispatch
def render(view: View, words: Words) -> Message:
    """The message that shows `view`."""
    raise TypeError(f"no look for {type(view).__name__}")


@render.register
def _(view: Card, words: Words) -> Message:
    text = plain(f"{case_blocks.sign(view)} {telling.summary(view, words)}", MAX_FALLBACK)
    return _message(text, case_blocks.line(view, words) if view.done else case_blocks.full(view, words))


@render.register
def _(view: Line, words: Words) -> Message:
    said = telling.event(view, words)
    parts = _news(view, words)
    if view.author:
        parts.append(kit.text(f" · {view.author}"))
    if view.url:
        parts += [kit.text(" · "), kit.link(view.url, words._("original"))]
    blocks = [kit.rich(kit.section(*parts), *([kit.quote(view.quote)] if view.quote else []))]
    if view.event in ENDS:  # the message itself has shrunk to a line
        again = kit.button(menu.REOPEN, words._("Reopen"), str(view.case_id))
        blocks.append(kit.actions("ascolto.line", [again]))
    return _message(plain(f"{said} · {view.quote}" if view.quote else said, MAX_FALLBACK), blocks)


@render.register
def _(view: Reminder, words: Words) -> Message:
    text = plain(f"⏰ {telling.reminder(view, words)}", MAX_FALLBACK)
    parts = [kit.section(*kit.with_people(f"⏰ {telling.reminder(view, words, kit.mark)}"))]
    if view.question and view.question.reply:
        label = telling.draft_label(view.question, view.card, words)
        parts += [kit.section(kit.text(label, bold=True)), kit.verbatim(view.question.reply)]
    return _message(text, [kit.rich(*parts)])


@render.register
def _(view: SourceNotice, words: Words) -> Message:
    title, details = telling.source_title(view, words), telling.source_details(view, words)
    blocks = [kit.header(title), *([kit.context(details)] if details else [])]
    if view.error:
        blocks.append(kit.rich(kit.quote(view.error)))
    return _message(plain(title, MAX_FALLBACK), blocks)


@render.register
def _(view: Trouble, words: Words) -> Message:
    title, mend = telling.trouble_title(view, words), telling.trouble_mend(view, words)
    blocks = [kit.header(title), kit.rich(kit.section(kit.text(mend)))]
    return _message(plain(f"{title} · {mend}", MAX_FALLBACK), blocks)


@render.register
def _(view: Trial, words: Words) -> Message:
    title = words._("Test alert")
    said = kit.with_people(telling.trial(view, words, kit.mark))
    blocks = [kit.header(f"🔔 {title}"), kit.rich(kit.section(*said))]
    if not view.seen_by and not view.over:
        button = kit.button(CHECK, words._("I see it"), view.value, style="primary")
        blocks.append(kit.actions("ascolto.check.v1", [button]))
    return _message(plain(f"{title} · {telling.trial(view, words)}", MAX_FALLBACK), blocks)


@render.register
def _(view: StartList, words: Words) -> Message:
    title = telling.start_title(view, words)
    rows = [case_blocks.row(row, view, words) for row in view.listed]
    blocks = [kit.header(title), kit.context([telling.start_note(view, words)])]
    if rows:
        blocks.append(kit.rich(kit.bullets(rows)))
    return _message(plain(title, MAX_FALLBACK), blocks)


@render.register
def _(view: Brief, words: Words) -> Message:
    title, summary = brief_words.title(view, words), brief_words.summary(view, words)
    blocks = [kit.header(title), *([kit.context(summary)] if summary else [])]
    for part in brief_words.parts(view, words, kit.mark):
        rows = [_item(one, view, words) for one in part.listing.items]
        blocks.append(
            kit.rich(
                kit.section(kit.text(f"{part.title}: {words.number(part.listing.total)}", bold=True)),
                *([kit.bullets(rows)] if rows else []),
            )
        )
        hidden = brief_words.hidden(part.listing, words)
        notes = [hidden] if hidden else []
        if part.note:
            notes.append(part.note)
        if notes:
            said = kit.with_people(telling.SEPARATOR.join(notes))
            blocks.append(kit.rich(kit.section(*said, *(_there(view.inbox, words) if hidden else []))))
    if view.samples:
        blocks += [
            kit.rich(kit.section(kit.text(brief_words.samples_title(words), bold=True))),
            kit.context([brief_words.samples_note(words)]),
        ]
        for number, sampled in enumerate(view.samples, start=1):
            blocks += _sampled(number, sampled, view, words)
    return _message(plain(telling.SEPARATOR.join([title, *summary]), MAX_FALLBACK), blocks)


@render.register
def _(view: Switched, words: Words) -> Message:
    sign = "⏸" if view.on else "▶️"
    said = f"{sign} {brief_words.switched(view, words, kit.mark)}"
    text = plain(f"{sign} {brief_words.switched(view, words)}", MAX_FALLBACK)
    return _message(text, [kit.rich(kit.section(*kit.with_people(said)))])


@render.register
def _(view: Bundle, words: Words) -> Message:
    title = telling.bundle_title(view, words)
    blocks = [kit.header(title)]
    if note := telling.bundle_note(view, words):
        blocks.append(kit.context([note]))
    for case in _waiting(view):
        show = kit.button(menu.show(case.case_id), words._("Show"), str(case.case_id))
        blocks += [kit.rich(_bundled(case, words)), kit.actions(f"ascolto.bundle.{case.case_id}", [show])]
    if settled := [case for case in view.cases if not case.waits][:MAX_SETTLED]:
        blocks.append(kit.rich(kit.bullets([_bundled(case, words) for case in settled])))
    if hidden := sum(case.waits for case in view.cases) - len(_waiting(view)):
        rest = telling.bundle_rest(hidden, words)
        there = _there(view.inbox, words)
        blocks.append(kit.rich(kit.section(kit.text(rest), *there)) if there else kit.context([rest]))
    return _message(plain(title, MAX_FALLBACK), blocks)


@render.register
def _(view: Report, words: Words) -> Message:
    blocks, room = [kit.header(view.title)], MAX_MESSAGE
    told = [cut(part, kit.MAX_TEXT - 20) for part in view.paragraphs if part.strip()]
    parts = [(len(part), kit.rich(kit.section(kit.text(part)))) for part in told]
    for section in view.sections:
        long = sum(len(row.text) + len(row.quote) + len(row.author) for row in section.rows)
        parts.append((len(section.title) + long, _report_section(section, words)))
    for long, block in parts:
        room -= long
        if room < 0 or len(blocks) >= MAX_BLOCKS - 2:  # a picture may come
            rest = words._("The rest is too long for Slack: ascolto digest shows it")
            there = _there(view.inbox, words)
            blocks.append(kit.rich(kit.section(kit.text(rest), *there)) if there else kit.context([rest]))
            break
        blocks.append(block)
    return _message(plain("\n\n".join((view.title, *view.paragraphs)), MAX_FALLBACK), blocks)


def _report_section(section: Section, words: Words) -> Block:
    rows = []
    for row in section.rows:
        parts = [kit.text(row.text)] if row.text else []
        if row.quote:
            parts.append(kit.text(f"{' · ' if row.text else ''}“{row.quote}”", italic=True))
        if row.author:
            parts.append(kit.text(f" · {row.author}"))
        if row.url:
            parts += [kit.text(" · "), kit.link(row.url, words._("original"))]
        rows.append(kit.section(*parts))
    return kit.rich(kit.section(kit.text(section.title, bold=True)), kit.bullets(rows))


def with_picture(message: Message, view: View, file: str, words: Words) -> Message:
    """The same with the picture of `view`, which Slack knows as `file`: after the title of a report, before the buttons
    of a case, else at the end."""
    picture, blocks = picture_of(view), list(message.blocks[: MAX_BLOCKS - 1])
    if picture is None:
        return message
    buttons = (n for n, block in enumerate(blocks) if block["type"] == "actions")
    place = 1 if isinstance(view, Report) else next(buttons, len(blocks))
    blocks.insert(place, kit.image(file, picture.alt(words)))
    return replace(message, blocks=tuple(blocks))


def _there(inbox: str | None, words: Words) -> list[Block]:
    """A link to all of it, where anybody knows the address of the inbox."""
    return [kit.text(telling.SEPARATOR), kit.link(inbox, words._("all in the inbox"))] if inbox else []


def _news(view: Line, words: Words) -> list[Block]:
    if view.said is None and not view.to:
        return [kit.text(telling.event(view, words), bold=True)]
    said, why = view.said, view.why
    said = said and replace(said, text=visible(said.text), code=visible(said.code))
    why = why and replace(why, detail=tuple(visible(word) for word in why.detail))
    event = telling.event(replace(view, said=said, why=why), words, lambda who: _called(who, view))
    return kit.with_people(event)


def _called(who: str, view: Line) -> str:
    """Whom the line is for, or somebody gave the case to, is called; whoever did something knows it."""
    given = view.said is not None and who == view.said.to != view.said.who
    return kit.mark(who) if given or who in view.to else visible(telling.name_of(who))


def only_text(view: View, words: Words) -> Message:
    """The same without blocks: for a message whose blocks Slack refused."""
    lines = [render(view, words).text]
    if isinstance(view, Card) and not view.done:
        reply = view.draft.reply if view.draft else None
        told = (view.quote if view.title else "", *telling.whys(view, words), telling.due(view, words), reply)
        lines += [plain(part, MAX_FALLBACK) for part in told if part]
    if isinstance(view, Bundle):
        lines += [plain(telling.bundled(case, words), MAX_FALLBACK // 10) for case in _waiting(view)]
    return Message("\n".join(lines))


def _item(one: Item, view: Brief, words: Words) -> Block:
    said = brief_words.item(one, view, words, kit.mark)
    parts = kit.with_people(said, bold=False)
    return kit.section(*parts, *([kit.text(" "), kit.link(one.url, words._("original"))] if one.url else []))


def _sampled(number: int, sampled: Sampled, view: Brief, words: Words) -> list[Block]:
    """A mention that was not shown, with two buttons until somebody has answered."""
    row = kit.rich(_item(sampled.item, view, words))
    if said := brief_words.answer(sampled, words, kit.mark):
        row["elements"][0]["elements"] += kit.with_people(f"{telling.SEPARATOR}✓ {said}")
        return [row]
    value = str(sampled.sample_id)
    buttons = [
        kit.button(menu.sample("right", number), words._("Right"), value),
        kit.button(menu.sample("missed", number), words._("Should have told me"), value),
    ]
    return [row, kit.actions(f"ascolto.sample.{number}", buttons)]


def _waiting(view: Bundle) -> list[Bundled]:
    return [case for case in view.cases if case.waits][:MAX_BUNDLED]


def _bundled(case: Bundled, words: Words) -> Block:
    said = kit.text(f"{telling.bundled(case, words)} ")
    return kit.section(said, *([kit.link(case.url, words._("original"))] if case.url else []))


def _message(text: str, blocks: Sequence[Block]) -> Message:
    return Message(text or "–", tuple(blocks[:MAX_BLOCKS]))
