"""*All who wrote*: the mentions of a case a page at a time, each with its author, its words and the draft for it."""

from alerts import telling
from alerts.card import Card
from alerts.channels.slack import drafted, kit, menu, seen
from alerts.channels.slack.kit import Block
from alerts.replies.writers import Writer, Writers
from alerts.telling import SEPARATOR, SIGNS
from alerts.words import N_, Words

TURNS = ((N_("Previous page"), -1), (N_("Next page"), 1))


def view(card: Card, page: Writers, words: Words) -> Block:
    blocks = [kit.context([_standing(page, words)])]
    for writer in page.listed:
        blocks += [_writer(writer, page, words), {"type": "divider"}]
    turns = [
        kit.button(menu.turned("writers", page.number + step), words._(label), seen.value(card))
        for label, step in TURNS
        if 1 <= page.number + step <= page.pages
    ]
    return {
        "type": "modal",
        "callback_id": "ascolto.modal.writers.v1",
        "private_metadata": seen.value(card),
        "title": kit.plain(words._("All who wrote"), 24),
        "close": kit.plain(words._("Close"), 24),
        "blocks": [*blocks, *([kit.actions("ascolto.writers", turns)] if turns else [])],
    }


def _standing(page: Writers, words: Words) -> str:
    count = words.n("{count} mention in this case", "{count} mentions in this case", page.total)
    place = words._(
        "page {number} of {pages}", number=words.number(page.number), pages=words.number(page.pages)
    )
    return SEPARATOR.join((count, place))


def _writer(writer: Writer, page: Writers, words: Words) -> Block:
    sign = SIGNS.get(writer.urgency or "", "")
    known = (
        writer.platform_label,
        telling.stars(writer.stars, words),
        words.ago(writer.published_at, page.zone, page.now),
        words._("answered") if writer.answered else "",
    )
    byline = [
        *([kit.text(f"{sign} ")] if sign else []),
        kit.text(writer.author or words._("anonymous"), bold=True),
        kit.text("".join(f"{SEPARATOR}{part}" for part in known if part)),
    ]
    if writer.url:
        byline += [kit.text(SEPARATOR), kit.link(writer.url, words._("original"))]
    parts = [kit.section(*byline)]
    if writer.quote:
        parts.append(kit.quote(writer.quote))
    if draft := writer.draft:
        checks = telling.checks_of(draft, page.to_do and not writer.answered, words)
        more = [words._("That is its beginning.")] if draft.is_cut else []
        parts += drafted.reply(draft, telling.label_of(draft, writer.lang, words), checks, words, more)
    return kit.rich(*parts)
