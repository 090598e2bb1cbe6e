"""A draft as whoever signs it must see it: the same in the message of a case and in the list of all who wrote."""

from collections.abc import Sequence

from alerts import telling
from alerts.card import Proposal
from alerts.channels.slack import kit
from alerts.channels.slack.kit import Block
from alerts.words import Words


def reply(
    draft: Proposal, label: str, checks: Sequence[str], words: Words, more: Sequence[str] = ()
) -> list[Block]:
    """A draft with all that whoever signs it must know: what the guard found, whether somebody must read it, what it
    means; or why there is none just now. Empty where no reply is due."""
    if waits := telling.draft_waits(draft, words):
        return [kit.section(kit.text(waits, italic=True))]
    parts: list[Block] = []
    if draft.reply:
        parts += [kit.section(kit.text(label, bold=True)), kit.verbatim(draft.reply)]
    if draft.private_reply:
        title = words._("Then, in a private message")
        parts += [kit.section(kit.text(title, bold=True)), kit.verbatim(draft.private_reply)]
    if not parts:
        return []
    lines = [*(f"⚠️ {line}" for line in checks), *more]
    if draft.gloss:
        lines.append(words._("In your language: {gloss}", gloss=draft.gloss))
    return [*parts, *(kit.section(kit.text(line, italic=True)) for line in lines)]
