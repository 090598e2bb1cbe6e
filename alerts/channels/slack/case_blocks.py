"""The message of a case: in full while it waits, a line once it is done. Its buttons are `menu`'s."""

from alerts import telling
from alerts.card import Card, Listed
from alerts.channels.slack import drafted, kit, menu
from alerts.channels.slack.kit import Block
from alerts.replies import grave
from alerts.views import StartList
from alerts.words import Words


def full(card: Card, words: Words) -> list[Block]:
    """A case that waits, with all that a person needs to act on it."""
    blocks = [kit.header(f"{sign(card)} {telling.headline(card, words)}")]
    if about := [line for line in (telling.reach(card, words), telling.history(card, words)) if line]:
        blocks.append(kit.context(about))
    if card.storm:
        blocks.append(kit.context([telling.storm_note(card, words)]))
    if card.of_volume:
        blocks += [_reasons(card, words), *_worst(card, words)]
    else:
        blocks += [_words_of_customer(card, words), *_worst(card, words), _reasons(card, words)]
    blocks += [
        *_first(card, words),
        *_reply(card, words),
    ]
    if called := telling.named(card, words, kit.mark):
        blocks.append(kit.rich(kit.section(*kit.with_people(called))))
    if said := telling.status(card, words, kit.mark):
        blocks.append(kit.rich(kit.section(*kit.with_people(said))))
    return [*blocks, menu.buttons(card, words)]


def line(card: Card, words: Words) -> list[Block]:
    """A case that is done shrinks to one line; its thread keeps the story."""
    said = telling.status(card, words, kit.mark) or telling.headline(card, words)
    parts = [kit.text(f"{sign(card)} "), *kit.with_people(said)]
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
    title = kit.section(kit.text(telling.worst_title(card, words), bold=True))
    rows = [row(one, card, words) for one in card.worst]
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
    if card.inbox:
        parts += [kit.text(" · "), kit.link(card.inbox, words._("in the inbox"))]
    return kit.section(*parts)


def _reasons(card: Card, words: Words) -> Block:
    said = [kit.section(kit.text(line)) for line in telling.whys(card, words)]
    parts = [kit.section(kit.text(words._("Why you see this"), bold=True))]
    if said:
        parts.append(kit.bullets(said))
    if due := telling.due(card, words):
        parts.append(kit.section(kit.text(f"⏱ {due}", bold=True)))
    return kit.rich(*parts)


def _first(card: Card, words: Words) -> list[Block]:
    """What whoever answers a critical case should know before."""
    told = grave.note(card, words)
    if not told:
        return []
    rows = [kit.section(kit.text(line)) for line in told[1:]]
    return [kit.rich(kit.section(kit.text(told[0], bold=True)), kit.bullets(rows))]


def _reply(card: Card, words: Words) -> list[Block]:
    draft = card.draft
    if draft is None:
        return []
    more = [words._("That is its beginning: Edit draft shows all of it")] if draft.is_cut else []
    checks = telling.draft_checks(draft, card, words)
    parts = drafted.reply(draft, telling.draft_label(draft, card, words), checks, words, more)
    return [kit.rich(*parts)] if parts else []


def sign(card: Card) -> str:
    if card.done:
        return "✓"
    if card.storm:
        return f"{telling.SIGNS.get(card.urgency, '⚪')} ⛈️"
    if card.surge:
        return f"{telling.SIGNS.get(card.urgency, '⚪')} 📈"
    return telling.sign(card.urgency, card.channel)


def row(listed: Listed, view: StartList | Card, words: Words) -> Block:
    """A mention among others, on a line."""
    mark = telling.SIGNS.get(listed.urgency or "", "")
    parts = [kit.text(f"{mark} {telling.listed(listed, view, words)}".strip() + " ")]
    return kit.section(*parts, *([kit.link(listed.url, words._("original"))] if listed.url else []))
