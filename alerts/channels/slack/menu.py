"""What a person can click about a case: the buttons under its message, and the menu with all the rest.

Action ids are constants with a version: a button on an old message works after any renaming. A button's value is what
was seen when it was drawn (`seen`); what a click on it does is `buttons`'s.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from alerts.card import Card
from alerts.cases import UNDONE
from alerts.channels.slack import kit, seen
from alerts.channels.slack.kit import Block
from alerts.drafts import letters
from alerts.replies import profile_notes, sending
from alerts.words import N_, Words
from store.brand import Brand
from store.tables import Audit, Case, CaseStatus, Mention

PREFIX, VERSION = "ascolto.case.", ".v1"
ACKNOWLEDGE = "ascolto.case.acknowledge.v1"
EDIT = "ascolto.case.edit.v1"
REPLIED = "ascolto.case.replied.v1"
RESOLVE_AS = "ascolto.case.resolve_as.v1"
COPY = "ascolto.case.copy.v1"
OPEN = "ascolto.case.open.v1"
MORE = "ascolto.case.more.v1"
MENU = "ascolto.case.menu.v1"
REOPEN = "ascolto.case.reopen.v1"
ASSIGN = "ascolto.case.assign.v1"
# On messages from before there were modals: done at once.
RESOLVE = "ascolto.case.resolve.v1"
FALSE_ALARM = "ascolto.case.false_alarm.v1"

SHOW = "ascolto.bundle.show.v1"

LABELS = {
    "acknowledge": N_("Acknowledge"),
    "assign_me": N_("Assign to me"),
    "assign": N_("Assign to a person"),
    "edit": N_("Edit draft"),
    "replied": N_("Mark as replied"),
    "resolve_as": N_("Resolve"),
    "resolve": N_("Resolve"),
    "snooze_hour": N_("Put aside for 1 hour"),
    "snooze_morning": N_("Put aside until tomorrow morning"),
    "snooze_monday": N_("Put aside until Monday"),
    "wake": N_("Take it up again now"),
    "not_relevant": N_("Not relevant"),
    "false_alarm_as": N_("False alarm"),
    "false_alarm": N_("False alarm"),
    "not_about_us": N_("Not about us"),
    "another": N_("Another wording"),
    "statement": N_("A statement for everybody"),
    "writers": N_("All who wrote"),
    "callback": N_("Call back offered"),
    "note": N_("Add a note"),
    "words": N_("Why these words"),
    "profile": N_("Note for our profile"),
    "report": N_("Report to the platform"),
    "outcome": N_("What the platform answered"),
    "warn": N_("Draft a warning"),
    "hide": N_("Suggest hiding it"),
    "ask_to_quote": N_("Ask to quote it"),
    "make_case": N_("Make this a case"),
    "reopen": N_("Reopen"),
    "menu": N_("More"),
}
TO_DO = (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Past:
    """What decides what can be done next, besides what the card says: the actions since the case was last opened,
    whether its words are `unfair`, spam or abuse, and whether there is a note for the brand's `profile`."""

    actions: frozenset[str] = frozenset()
    unfair: bool = False
    profile: bool = False


def past(session: Session, case: Case, card: Card, brand: Brand | None = None) -> Past:
    """What was done with the case since it was last opened, and what is known of its words and its draft."""
    rows = session.scalars(
        select(col(Audit.action))
        .where(col(Audit.case_id) == case.id)
        .order_by(col(Audit.id).desc())
        .limit(200)
    )
    actions = itertools.takewhile(lambda action: action != "reopen", rows)
    mention = session.get(Mention, case.mention_id) if case.mention_id else None
    said = f"{mention.title or ''}\n{mention.text}" if mention else ""
    unfair = card.category == "spam" or letters.is_abusive(said, card.lang)
    draft = sending.draft_of(session, case)
    profile = draft is not None and profile_notes.holds(draft, brand, card.now)
    return Past(frozenset(actions), unfair, profile)


def show(case_id: int) -> str:
    """The id of the button that shows a case of a bundle: no two of a message are the same."""
    return f"{SHOW}.{case_id}"


def action(what: str) -> str:
    return f"{PREFIX}{what}{VERSION}"


def turned(what: str, number: int) -> str:
    """The action of a button that turns to a page of `what`: no two of a view are the same."""
    return f"{action(what)}.{number}"


def sample(said: str, number: int) -> str:
    """The action of a button under a sample, right or missed; `number` tells those of one message apart."""
    return f"ascolto.sample.{said}.v1.{number}"


def buttons(card: Card, words: Words) -> Block:
    """The row under a case's message: what is done most often, and a short menu that leads to all the rest."""
    shown = []
    if card.status == CaseStatus.OPEN:
        shown.append(_button("acknowledge", card, words, style="primary"))
    if _has_reply(card):
        shown.append(_button("edit", card, words))
    if card.status in TO_DO:
        shown.append(_button("replied", card, words))
    shown.append(_button("resolve_as", card, words))
    if card.may_be_quoted:
        shown.append(_button("ask_to_quote", card, words))
    if card.url and len(card.url) <= kit.MAX_URL:
        shown.append(_original(card, words))
    short = [kit.option(f"{what}:{seen.value(card)}", _label(what, words)) for what in _short(card)]
    shown.append({"type": "overflow", "action_id": MORE, "options": short})
    return kit.actions("ascolto.case.v1", shown)


def view(card: Card, past: Past, words: Words) -> Block:
    """The modal with everything that can be done with the case now."""
    blocks = [kit.context([line for line in (card.author or "", card.quote[:200]) if line])]
    if not blocks[0]["elements"]:
        blocks = []
    for number, (title, whats) in enumerate(groups(card, past)):
        if whats:
            blocks.append(kit.paragraph(words._(title)))
            blocks.append(
                kit.actions(f"ascolto.menu.{number}", [_element(what, card, words) for what in whats])
            )
    return {
        "type": "modal",
        "callback_id": "ascolto.modal.menu.v1",
        "private_metadata": seen.value(card),
        "title": kit.plain(words._("Case {number}", number=card.case_id), 24),
        "close": kit.plain(words._("Close"), 24),
        "blocks": [*blocks, *original(card, words)],
    }


def _short(card: Card) -> Sequence[str]:
    """The menu under a message holds five at most."""
    if card.channel == "praise":
        ask = () if card.may_be_quoted else ("ask_to_quote",)
        return ("assign_me", *ask, "another", "note", "menu")
    if card.storm:
        return ("assign_me", "snooze_morning", "statement", "writers", "menu")
    return ("assign_me", "snooze_morning", "not_relevant", "false_alarm_as", "menu")


def groups(card: Card, past: Past) -> Iterator[tuple[str, list[str]]]:
    """What can be done with the case now, by the name of its group (messages of the catalogue) and of `LABELS`."""
    undone, to_do = card.status in UNDONE, card.status in TO_DO
    praise, replies = card.channel == "praise", undone and _has_reply(card)
    unfair = past.unfair and not praise
    reported = "report" in past.actions
    yield (
        N_("The case"),
        _if(
            (card.status == CaseStatus.OPEN, "acknowledge"),
            (to_do, "replied"),
            (undone, "resolve_as"),
            (undone and praise, "make_case"),
            (not undone or card.status == CaseStatus.REPLIED, "reopen"),
            (True, "note"),
        ),
    )
    yield (
        N_("Who, and when"),
        _if(
            (to_do, "assign_me"),
            (to_do, "assign"),
            (to_do and card.is_asleep, "wake"),
            *((to_do, f"snooze_{when}") for when in ("hour", "morning", "monday")),
        ),
    )
    yield (
        N_("The reply"),
        _if(
            (undone and card.storm, "statement"),
            (card.storm or card.mentions > 1, "writers"),
            (replies, "edit"),
            (replies, "words"),
            (replies, "another"),
            (past.profile, "profile"),
            (to_do and not praise, "callback"),
            (undone and praise, "ask_to_quote"),
        ),
    )
    yield (
        N_("It should not be here"),
        _if((undone, "not_relevant"), (undone and not praise, "false_alarm_as"), (undone, "not_about_us")),
    )
    yield (
        N_("It breaks rules"),
        _if(
            (undone and not praise, "report"),
            (reported, "outcome"),
            (undone and unfair, "warn"),
            (undone and unfair and "warn" in past.actions, "hide"),
        ),
    )


def _if(*known: tuple[bool, str]) -> list[str]:
    return [what for holds, what in known if holds]


def _element(what: str, card: Card, words: Words) -> Block:
    if what == "assign":
        placeholder = kit.plain(_label(what, words), 150)
        return {"type": "users_select", "action_id": ASSIGN, "placeholder": placeholder}
    return _button(what, card, words)


def _button(what: str, card: Card, words: Words, style: str = "") -> Block:
    return kit.button(action(what), _label(what, words), seen.value(card), style=style)


def _label(what: str, words: Words) -> str:
    return words._(LABELS[what])


def _original(card: Card, words: Words) -> Block:
    """Opens the place where the customer wrote; where there is a reply, the click also hands it out to copy."""
    if card.draft and card.draft.reply:
        return kit.button(
            COPY, words._("Copy and open {host}", host=card.host), seen.value(card), url=card.url
        )
    return kit.button(OPEN, words._("Open on {host}", host=card.host), seen.value(card), url=card.url)


def _has_reply(card: Card) -> bool:
    return card.draft is not None


def original(card: Card, words: Words) -> list[Block]:
    """A link to where the customer wrote."""
    return [kit.rich(kit.section(kit.link(card.url, words._("original"))))] if card.url else []
