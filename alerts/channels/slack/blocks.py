"""The look of each notification in Slack, as Block Kit. Values in, a message out; nothing is sent from here.

Slack's limits are kept by cutting where a person would: at most 50 blocks, 3,000 characters a text, 150 a header.
Action ids are constants with a version: a button on an old message works after any renaming.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from alerts import telling
from alerts.card import Card, Listed, Proposal
from alerts.channels.slack.escape import inert, plain
from alerts.text import cut, visible
from alerts.views import Line, Reminder, Report, SourceNotice, StartList, Trial, Trouble, View
from alerts.words import Words

ACKNOWLEDGE = "ascolto.case.acknowledge.v1"
RESOLVE = "ascolto.case.resolve.v1"
FALSE_ALARM = "ascolto.case.false_alarm.v1"
OPEN = "ascolto.case.open.v1"
CHECK = "ascolto.check.v1"
MAX_BLOCKS, MAX_TEXT, MAX_HEADER, MAX_FALLBACK, MAX_URL = 50, 3_000, 150, 3_000, 3_000
MAX_MESSAGE = 12_000  # characters in all the blocks of one message
_SLACK_PERSON = re.compile(r"^slack:([UW][A-Z0-9]{2,20}):")
_PERSON_MARK = re.compile(
    "\ue000([UW][A-Z0-9]+)\ue001"
)  # private use: `visible` text has none, so nobody forges it
SIGNS = {"critical": "🔴", "high": "🟠", "normal": "🟡", "low": "⚪"}
Block = dict[str, Any]


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
    parts: list[Block] = [_text(said, bold=True)]
    if view.author:
        parts.append(_text(f" · {view.author}"))
    if view.url:
        parts += [_text(" · "), _link(view.url, words._("original"))]
    blocks = [_rich(_section(*parts), *([_quote(view.quote)] if view.quote else []))]
    return _message(plain(f"{said} · {view.quote}" if view.quote else said, MAX_FALLBACK), blocks)


@render.register
def _(view: Reminder, words: Words) -> Message:
    text = plain(f"⏰ {telling.reminder(view, words)}", MAX_FALLBACK)
    return _message(text, [_rich(_section(*_with_people(f"⏰ {telling.reminder(view, words, _mark)}")))])


@render.register
def _(view: SourceNotice, words: Words) -> Message:
    title, details = telling.source_title(view, words), telling.source_details(view, words)
    blocks = [_header(title), *([_context(details)] if details else [])]
    if view.error:
        blocks.append(_rich(_quote(view.error)))
    return _message(plain(title, MAX_FALLBACK), blocks)


@render.register
def _(view: Trouble, words: Words) -> Message:
    title, mend = telling.trouble_title(view, words), telling.trouble_mend(view, words)
    return _message(plain(f"{title} · {mend}", MAX_FALLBACK), [_header(title), _rich(_section(_text(mend)))])


@render.register
def _(view: Trial, words: Words) -> Message:
    title = words._("Test alert")
    blocks = [_header(f"🔔 {title}"), _rich(_section(*_with_people(telling.trial(view, words, _mark))))]
    if not view.seen_by and not view.over:
        label = {"type": "plain_text", "text": words._("I see it"), "emoji": False}
        button = {
            "type": "button",
            "action_id": CHECK,
            "value": view.value,
            "text": label,
            "style": "primary",
        }
        blocks.append({"type": "actions", "block_id": "ascolto.check.v1", "elements": [button]})
    return _message(plain(f"{title} · {telling.trial(view, words)}", MAX_FALLBACK), blocks)


@render.register
def _(view: StartList, words: Words) -> Message:
    title = telling.start_title(view, words)
    rows = [_row(row, view, words) for row in view.listed]
    blocks = [_header(title), _context([telling.start_note(view, words)])]
    if rows:
        blocks.append(_rich({"type": "rich_text_list", "style": "bullet", "elements": rows}))
    return _message(plain(title, MAX_FALLBACK), blocks)


@render.register
def _(view: Report, words: Words) -> Message:
    blocks, room = [_header(view.title)], MAX_MESSAGE
    for part in (cut(part, MAX_TEXT - 20) for part in view.paragraphs if part.strip()):
        room -= len(part)
        if room < 0 or len(blocks) == MAX_BLOCKS - 1:
            blocks.append(_context([words._("The rest is too long for Slack: ascolto digest shows it")]))
            break
        blocks.append(_rich(_section(_text(part))))
    return _message(plain("\n\n".join((view.title, *view.paragraphs)), MAX_FALLBACK), blocks)


def only_text(view: View, words: Words) -> Message:
    """The same without blocks: for a message whose blocks Slack refused."""
    lines = [render(view, words).text]
    if isinstance(view, Card) and not view.done:
        reply = view.draft.reply if view.draft else None
        told = (view.quote if view.title else "", *telling.whys(view, words), telling.due(view, words), reply)
        lines += [plain(part, MAX_FALLBACK) for part in told if part]
    return Message("\n".join(lines))


def _case(card: Card, words: Words) -> list[Block]:
    blocks = [_header(f"{_sign(card)} {telling.headline(card, words)}")]
    if about := [line for line in (telling.reach(card, words), telling.history(card, words)) if line]:
        blocks.append(_context(about))
    if card.storm:
        blocks.append(_context([telling.storm_note(card, words)]))
    blocks += [
        _words_of_customer(card, words),
        *_worst(card, words),
        _reasons(card, words),
        *_reply(card, words),
    ]
    if said := telling.status(card, words, _mark):
        blocks.append(_rich(_section(*_with_people(said))))
    return [*blocks, _buttons(card, words)]


def _done(card: Card, words: Words) -> list[Block]:
    """A case that is done shrinks to one line; its thread keeps the story."""
    said = telling.status(card, words, _mark) or telling.headline(card, words)
    parts = [_text(f"{_sign(card)} "), *_with_people(said)]
    if gist := telling.gist(card, words):
        parts.append(_text(f" · {gist}"))
    if card.url:
        parts += [_text(" · "), _link(card.url, words._("original"))]
    return [_rich(_section(*parts))]


def _words_of_customer(card: Card, words: Words) -> Block:
    parts = [_byline(card, words)]
    if card.change:
        changed = telling.change(card.change, words, card.zone, card.now)
        parts.append(_section(_text(f"✏️ {changed}", bold=True)))
    if card.title:
        parts.append(_section(_text(card.title, bold=True)))
    parts.append(_quote(card.quote) if card.quote else _section(_text(words._("(no words)"), italic=True)))
    if card.change and card.change.before:
        parts += [_section(_text(words._("Before:"), italic=True)), _quote(card.change.before)]
    return _rich(*parts)


def _worst(card: Card, words: Words) -> list[Block]:
    """Of a storm, the other mentions that are shown."""
    if not card.worst:
        return []
    title = _section(_text(words._("Among the worst"), bold=True))
    rows = [_row(row, card, words) for row in card.worst]
    return [_rich(title, {"type": "rich_text_list", "style": "bullet", "elements": rows})]


def _byline(card: Card, words: Words) -> Block:
    """Who, when (as the reader's Slack says it, so that it stays true), about what, and where to see it."""
    parts = [_text(telling.author(card, words), bold=True)]
    if moment := card.published_at:
        fallback = words.ago(moment, card.zone, card.now)
        date = {"type": "date", "timestamp": int(moment.timestamp()), "format": "{ago}", "fallback": fallback}
        parts += [_text(" · "), date]
    if card.place:
        parts.append(_text(f" · {card.place}"))
    if card.url:
        parts += [_text(" · "), _link(card.url, words._("original"))]
    return _section(*parts)


def _reasons(card: Card, words: Words) -> Block:
    said = [_section(_text(line)) for line in telling.whys(card, words)]
    parts = [_section(_text(words._("Why you see this"), bold=True))]
    if said:
        parts.append({"type": "rich_text_list", "style": "bullet", "elements": said})
    if due := telling.due(card, words):
        parts.append(_section(_text(f"⏱ {due}", bold=True)))
    return _rich(*parts)


def _reply(card: Card, words: Words) -> list[Block]:
    draft = card.draft
    if draft is None or not (draft.reply or draft.private_reply):
        return []
    parts: list[Block] = []
    if draft.reply:
        parts += [_section(_text(telling.draft_label(draft, card, words), bold=True)), _verbatim(draft.reply)]
    if draft.private_reply:
        label = words._("Then, in a private message")
        parts += [_section(_text(label, bold=True)), _verbatim(draft.private_reply)]
    return [_rich(*parts, *_remarks(draft, words))]


def _remarks(draft: Proposal, words: Words) -> list[Block]:
    lines = [f"⚠️ {line}" for line in telling.draft_checks(draft, words)]
    if draft.gloss:
        lines.append(words._("In your language: {gloss}", gloss=draft.gloss))
    return [_section(_text(line, italic=True)) for line in lines]


def _buttons(card: Card, words: Words) -> Block:
    buttons = [_button(RESOLVE, words._("Resolve"), card)]
    if card.status == "open":
        buttons.insert(0, _button(ACKNOWLEDGE, words._("Acknowledge"), card) | {"style": "primary"})
    if card.channel != "praise":
        buttons.append(_button(FALSE_ALARM, words._("False alarm"), card) | {"value": _seen(card)})
    if card.url and len(card.url) <= MAX_URL:
        label = words._("Open on {host}", host=card.host)
        buttons.append(_button(OPEN, label, card) | {"url": card.url})
    return {"type": "actions", "block_id": "ascolto.case.v1", "elements": buttons}


def _button(action: str, label: str, card: Card) -> Block:
    text = {"type": "plain_text", "text": inert(label, 75), "emoji": False}
    return {"type": "button", "action_id": action, "value": str(card.case_id), "text": text}


def _seen(card: Card) -> str:
    """The case with the words that are shown: 12.34.1, its mention 34 as first written."""
    known = (card.case_id, card.mention_id, card.revision)
    return str(card.case_id) if card.mention_id is None else ".".join(map(str, known))


def _row(row: Listed, view: StartList | Card, words: Words) -> Block:
    sign = SIGNS.get(row.urgency or "", "")
    parts = [_text(f"{sign} {telling.listed(row, view, words)}".strip() + " ")]
    return _section(*parts, *([_link(row.url, words._("original"))] if row.url else []))


def _sign(card: Card) -> str:
    if card.done:
        return "✓"
    if card.storm:
        return f"{SIGNS.get(card.urgency, '⚪')} ⛈️"
    return "💚" if card.channel == "praise" else SIGNS.get(card.urgency, "⚪")


def _mark(who: str) -> str:
    """A person of this workspace is shown as Slack shows people: a reminder calls them, an edit pings nobody."""
    person = _SLACK_PERSON.match(who)
    return f"\ue000{person[1]}\ue001" if person else visible(telling.name_of(who))


def _with_people(said: str) -> list[Block]:
    pieces = _PERSON_MARK.split(said)  # text, person, text, person, ..., text
    people = [
        {"type": "user", "user_id": piece} if i % 2 else _text(piece)
        for i, piece in enumerate(pieces)
        if piece
    ]
    return [part if part["type"] == "user" else part | {"style": {"bold": True}} for part in people]


def _message(text: str, blocks: Sequence[Block]) -> Message:
    return Message(text or "–", tuple(blocks[:MAX_BLOCKS]))


def _header(text: str) -> Block:
    return {
        "type": "header",
        "text": {"type": "plain_text", "text": inert(text, MAX_HEADER) or "–", "emoji": False},
    }


def _context(lines: Iterable[str]) -> Block:
    texts = [
        {"type": "plain_text", "text": inert(line, MAX_TEXT), "emoji": False}
        for line in lines
        if line.strip()
    ]
    return {"type": "context", "elements": texts[:10]}


def _rich(*parts: Block) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def _section(*parts: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(parts)}


def _quote(text: str) -> Block:
    return {"type": "rich_text_quote", "elements": [_text(text)]}


def _verbatim(text: str) -> Block:
    """A reply to copy: no style, no link, line ends kept."""
    return {"type": "rich_text_preformatted", "elements": [_text(text)]}


def _text(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    # Spaces at the ends join the parts of a line: `inert` would take them.
    kept = (
        text[: len(text) - len(text.lstrip(" "))] + inert(text, MAX_TEXT - 20) + text[len(text.rstrip(" ")) :]
    )
    return {"type": "text", "text": cut(kept, MAX_TEXT) or " "} | ({"style": style} if style else {})


def _link(url: str, label: str) -> Block:
    return {"type": "link", "url": url, "text": inert(label, MAX_HEADER)}
