"""The look of each notification in Slack, as Block Kit. Values in, a message out; nothing is sent from here.

Slack's limits are kept by cutting where a person would: at most 50 blocks, 3,000 characters a text, 150 a header.
The buttons are `menu`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import singledispatch

from alerts import brief_words, telling
from alerts.card import Card, Listed, Proposal
from alerts.channels.slack import kit, menu
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
    SourceNotice,
    StartList,
    Trial,
    Trouble,
    View,
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
    text = plain(f"{_sign(view)} {telling.summary(view, words)}", MAX_FALLBACK)
    return _message(text, _done(view, words) if view.done else _case(view, words))


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
    rows = [_row(row, view, words) for row in view.listed]
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
        notes = [note for note in (brief_words.hidden(part.listing, words),) if note]
        if part.note:
            notes.append(part.note)
        if notes:
            blocks.append(kit.rich(kit.section(*kit.with_people(telling.SEPARATOR.join(notes)))))
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
        blocks.append(kit.context([telling.bundle_rest(hidden, words)]))
    return _message(plain(title, MAX_FALLBACK), blocks)


@render.register
def _(view: Report, words: Words) -> Message:
    blocks, room = [kit.header(view.title)], MAX_MESSAGE
    for part in (cut(part, kit.MAX_TEXT - 20) for part in view.paragraphs if part.strip()):
        room -= len(part)
        if room < 0 or len(blocks) == MAX_BLOCKS - 1:
            blocks.append(kit.context([words._("The rest is too long for Slack: ascolto digest shows it")]))
            break
        blocks.append(kit.rich(kit.section(kit.text(part))))
    return _message(plain("\n\n".join((view.title, *view.paragraphs)), MAX_FALLBACK), blocks)


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


def _case(card: Card, words: Words) -> list[Block]:
    blocks = [kit.header(f"{_sign(card)} {telling.headline(card, words)}")]
    if about := [line for line in (telling.reach(card, words), telling.history(card, words)) if line]:
        blocks.append(kit.context(about))
    if card.storm:
        blocks.append(kit.context([telling.storm_note(card, words)]))
    blocks += [
        _words_of_customer(card, words),
        *_worst(card, words),
        _reasons(card, words),
        *_reply(card, words),
    ]
    if called := telling.named(card, words, kit.mark):
        blocks.append(kit.rich(kit.section(*kit.with_people(called))))
    if said := telling.status(card, words, kit.mark):
        blocks.append(kit.rich(kit.section(*kit.with_people(said))))
    return [*blocks, menu.buttons(card, words)]


def _done(card: Card, words: Words) -> list[Block]:
    """A case that is done shrinks to one line; its thread keeps the story."""
    said = telling.status(card, words, kit.mark) or telling.headline(card, words)
    parts = [kit.text(f"{_sign(card)} "), *kit.with_people(said)]
    if gist := telling.gist(card, words):
        parts.append(kit.text(f" · {gist}"))
    if card.url:
        parts += [kit.text(" · "), kit.link(card.url, words._("original"))]
    return [kit.rich(kit.section(*parts))]


def _words_of_customer(card: Card, words: Words) -> Block:
    parts = [_byline(card, words)]
    if card.change:
        changed = telling.change(card.change, words, card.zone, card.now)
        parts.append(kit.section(kit.text(f"✏️ {changed}", bold=True)))
    if card.title:
        parts.append(kit.section(kit.text(card.title, bold=True)))
    parts.append(
        kit.quote(card.quote) if card.quote else kit.section(kit.text(words._("(no words)"), italic=True))
    )
    if card.is_cut and card.url:
        parts.append(kit.section(kit.link(card.url, words._("read on"))))
    if card.change and card.change.before:
        parts += [kit.section(kit.text(words._("Before:"), italic=True)), kit.quote(card.change.before)]
    return kit.rich(*parts)


def _worst(card: Card, words: Words) -> list[Block]:
    """Of a storm, the other mentions that are shown."""
    if not card.worst:
        return []
    title = kit.section(kit.text(words._("Among the worst"), bold=True))
    rows = [_row(row, card, words) for row in card.worst]
    return [kit.rich(title, kit.bullets(rows))]


def _byline(card: Card, words: Words) -> Block:
    """Who, when (as the reader's Slack says it, so that it stays true), about what, and where to see it."""
    parts = [kit.text(telling.author(card, words), bold=True)]
    if moment := card.published_at:
        fallback = words.ago(moment, card.zone, card.now)
        date = {"type": "date", "timestamp": int(moment.timestamp()), "format": "{ago}", "fallback": fallback}
        parts += [kit.text(" · "), date]
    if card.place:
        parts.append(kit.text(f" · {card.place}"))
    if card.url:
        parts += [kit.text(" · "), kit.link(card.url, words._("original"))]
    return kit.section(*parts)


def _reasons(card: Card, words: Words) -> Block:
    said = [kit.section(kit.text(line)) for line in telling.whys(card, words)]
    parts = [kit.section(kit.text(words._("Why you see this"), bold=True))]
    if said:
        parts.append(kit.bullets(said))
    if due := telling.due(card, words):
        parts.append(kit.section(kit.text(f"⏱ {due}", bold=True)))
    return kit.rich(*parts)


def _reply(card: Card, words: Words) -> list[Block]:
    draft = card.draft
    if draft is None or not (draft.reply or draft.private_reply):
        return []
    parts: list[Block] = []
    if draft.reply:
        parts += [
            kit.section(kit.text(telling.draft_label(draft, card, words), bold=True)),
            kit.verbatim(draft.reply),
        ]
    if draft.private_reply:
        label = words._("Then, in a private message")
        parts += [kit.section(kit.text(label, bold=True)), kit.verbatim(draft.private_reply)]
    return [kit.rich(*parts, *_remarks(draft, words))]


def _remarks(draft: Proposal, words: Words) -> list[Block]:
    lines = [f"⚠️ {line}" for line in telling.draft_checks(draft, words)]
    if draft.is_cut:
        lines.append(words._("That is its beginning: Edit draft shows all of it"))
    if draft.gloss:
        lines.append(words._("In your language: {gloss}", gloss=draft.gloss))
    return [kit.section(kit.text(line, italic=True)) for line in lines]


def _row(row: Listed, view: StartList | Card, words: Words) -> Block:
    sign = telling.SIGNS.get(row.urgency or "", "")
    parts = [kit.text(f"{sign} {telling.listed(row, view, words)}".strip() + " ")]
    return kit.section(*parts, *([kit.link(row.url, words._("original"))] if row.url else []))


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


def _sign(card: Card) -> str:
    if card.done:
        return "✓"
    if card.storm:
        return f"{telling.SIGNS.get(card.urgency, '⚪')} ⛈️"
    return "💚" if card.channel == "praise" else telling.SIGNS.get(card.urgency, "⚪")


def _message(text: str, blocks: Sequence[Block]) -> Message:
    return Message(text or "–", tuple(blocks[:MAX_BLOCKS]))
