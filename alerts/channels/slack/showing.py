"""What a click shows, as the database has it now: the modals of a case, its reply to copy, the App Home. Changes
nothing."""

from collections.abc import Callable

from sqlmodel import col, select

from alerts import telling
from alerts.card import load_card
from alerts.channels.slack import commands, home, kit, menu, modals, seen, trace, writers
from alerts.channels.slack.blocks import Message
from alerts.channels.slack.escape import plain
from alerts.channels.slack.forms import FORMS
from alerts.channels.slack.forms.base import Showing
from alerts.channels.slack.forms.edit import reply_of
from alerts.channels.slack.kit import Block
from alerts.channels.slack.listener import NO_CASE, Listener
from alerts.channels.slack.pieces import pieces
from alerts.replies import profile_notes, sending
from alerts.replies.writers import load_writers
from store.tables import Case, Notification, NotificationKind


def _menu(now: Showing) -> Block:
    return menu.view(now.card, menu.past(now.session, now.case, now.card, now.brand), now.words)


def _words(now: Showing) -> Block:
    draft = now.card.draft
    if draft is not None and (waits := telling.draft_waits(draft, now.words)):
        return modals.notice(waits, now.words, now.words._("Why these words"))
    return trace.view(sending.draft_of(now.session, now.case), now.case.reply, now.words)


def _profile(now: Showing) -> Block:
    draft = sending.draft_of(now.session, now.case)
    held = draft if draft and profile_notes.holds(draft, now.brand, now.card.now) else None
    return trace.profile(held.status_note if held else None, now.words)


def _writers(now: Showing) -> Block:
    number = int(now.phrase) if now.phrase and now.phrase.isdecimal() else 1
    page = load_writers(now.session, now.case, now.brand, now.card.now, number)
    return writers.view(now.card, page, now.words)


VIEWS: dict[str, Callable[[Showing], Block]] = {
    "menu": _menu,
    "writers": _writers,
    "words": _words,
    "profile": _profile,
    **{name: form.show for name, form in FORMS.items()},
}
"""What a click opens, by its name."""


def view(listener: Listener, what: str, value: str, phrase: str | None = None) -> Block:
    """The modal `what` of a case, as it is now; a sentence where the case is not there."""
    clicked, words = seen.read(value), listener.words
    gone = modals.notice(words._(NO_CASE), words)
    if clicked is None:
        return gone
    called = listener.signers if what in FORMS and FORMS[what].signed else {}
    with listener.db.read() as session:
        case = session.get(Case, clicked.case_id)
        if case is None:
            return gone
        brand = listener.brands.get(case.brand)
        card = load_card(session, clicked.case_id, brand, listener.clock())
        return VIEWS[what](Showing(session, case, card, brand, words, phrase, called))


def copy(listener: Listener, value: str) -> Message | None:
    """The reply of a case, whole, to be copied; None where there is none."""
    clicked = seen.read(value)
    if clicked is None:
        return None
    with listener.db.read() as session:
        case = session.get(Case, clicked.case_id)
        if case is None:
            return None
        reply, brand = reply_of(session, case), listener.brands.get(case.brand)
        card = load_card(session, clicked.case_id, brand, listener.clock())
    words = listener.words
    if card.draft and (waits := telling.draft_waits(card.draft, words)):
        return Message(plain(waits, 1_000))
    if not reply:
        return None
    said = words._("Copy this, paste it where the customer wrote, then mark the case as replied:")
    replied = kit.button(menu.REPLIED, words._("Mark as replied"), value)
    checks = telling.draft_checks(card.draft, card, words) if card.draft else []
    notes = (kit.section(kit.text(f"⚠️ {line}", italic=True)) for line in checks)
    shown = kit.rich(
        kit.section(kit.text(said)), *(kit.verbatim(piece) for _, piece in pieces(reply)), *notes
    )
    return Message(plain(said, 1_000), (shown, kit.actions("ascolto.copy", [replied])))


def app_home(listener: Listener, user: str, said: str = "") -> Block:
    """The App Home of a person; `said`: what became of the click that was made there."""
    now = listener.clock()
    with listener.db.read() as session:
        asked = commands.Asked(session, listener.brands, listener.sources, "", now, listener.words)
        standing = commands.standing(asked)
        known = home.load(session, listener.brands, listener.sources, user, now, standing)
    return home.view(known, listener.words, said)


def place_of(listener: Listener, value: str) -> str | None:
    """The channel in which the case's message stands."""
    clicked = seen.read(value)
    if clicked is None:
        return None
    with listener.db.read() as session:
        return session.scalar(
            select(col(Notification.address)).where(
                col(Notification.case_id) == clicked.case_id,
                col(Notification.kind) == NotificationKind.CASE,
                col(Notification.channel) == "slack",
            )
        )
