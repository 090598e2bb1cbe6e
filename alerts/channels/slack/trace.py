"""*Why these words*: each sentence of a reply with what it means and what allows it; and the note for the brand's own
profile. Nothing to fill in."""

from collections.abc import Mapping
from typing import Any

from alerts.channels.slack import kit, modals
from alerts.channels.slack.kit import Block
from alerts.channels.slack.pieces import pieces
from alerts.replies import grounds
from alerts.text import visible
from alerts.words import Words
from store.tables import Draft

GENERATED = "llm"  # `Draft.generator` of what a model worded
MOST = 40  # sentences shown of a reply: Slack takes 100 blocks in a modal
LONGEST = 1_000  # characters of a sentence


def view(draft: Draft | None, written: str | None, words: Words) -> Block:
    """`written`: the reply that a person has put in the draft's place."""
    sentences = draft.sentences if draft and draft.generator != GENERATED else []
    here, there = _parts(sentences, draft.reply if draft else None)
    kept = [one for one in here if written is None or _text(one) in written]
    blocks = _note(draft, sentences, written, words)
    for title, part in ((words._("The reply"), kept), (words._("Then, in a private message"), there)):
        if part:
            blocks.append(kit.header(title))
            blocks += [_sentence(one, words) for one in part[:MOST]]
    return modals.sheet(words._("Why these words"), blocks, words)


def profile(note: str | None, words: Words) -> Block:
    """The note for the brand's own profile, to be copied; None: it is not true any more."""
    title = words._("Note for our profile")
    if not note:
        return modals.notice(words._("You are not away any more: there is no note."), words, title)
    said = kit.paragraph(words._("For your own profile while you are away:"))
    shown = kit.rich(*(kit.verbatim(piece) for _, piece in pieces(visible(note))))
    return modals.sheet(title, [said, shown], words)


def _note(
    draft: Draft | None, sentences: list[dict[str, Any]], written: str | None, words: Words
) -> list[Block]:
    """What the list is about, and what it is silent on."""
    if written is not None:
        said = words._(
            "A person has written this reply: what allows their own sentences is for them to know."
        )
        return [kit.paragraph(said)]
    if draft is not None and draft.generator == GENERATED:
        said = words._(
            "A model has worded this reply: what allows each sentence is not known. Read it as if it were your own."
        )
        return [kit.paragraph(said)]
    if draft is None or not sentences:
        return [kit.paragraph(words._("Nothing was kept of what allows the words of this draft."))]
    return [kit.paragraph(words._("Each sentence, and what allows it. The signature is yours."))]


def _parts(
    sentences: list[dict[str, Any]], reply: str | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Those of the public reply, and those of the private one: they are kept in the order in which they stand, and what
    both say is private where the public reply has said it already."""
    here: list[dict[str, Any]] = []
    there: list[dict[str, Any]] = []
    at = 0
    for one in sentences:
        place = (reply or "").find(_text(one), at) if _text(one) else -1
        if place < 0 or there:
            there.append(one)
        else:
            here.append(one)
            at = place + len(_text(one))
    return here, there


def _text(sentence: Mapping[str, Any]) -> str:
    return str(sentence.get("text") or "")


def _sentence(sentence: Mapping[str, Any], words: Words) -> Block:
    """A sentence, its gloss where it has one, and what allows it."""
    parts = [kit.quote(_text(sentence)[:LONGEST])]
    if gloss := str(sentence.get("gloss") or ""):
        parts.append(kit.section(kit.text(gloss[:LONGEST], italic=True)))
    allowed = grounds.allowed(sentence.get("grounds") or (), words)
    return kit.rich(*parts, kit.section(kit.text(allowed)))
