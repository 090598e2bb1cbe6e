"""*Not about us*: a phrase that holds the brand's name and means something else, with what it would have kept out."""

from dataclasses import dataclass
from datetime import date

from alerts import cases, exclusions
from alerts.card import Card
from alerts.cases import UNDONE, Desk, Move
from alerts.channels.slack import kit, seen
from alerts.channels.slack.forms.base import (
    Errors,
    Form,
    Showing,
    Values,
    field,
    fingerprint,
    frame,
    quoted,
    written,
)
from alerts.channels.slack.kit import Block
from alerts.channels.slack.listener import NO_BRAND
from alerts.channels.slack.seen import Clicked
from alerts.words import N_, Words
from store.mention import storable
from store.tables import Mention

COUNT = "ascolto.case.count.v1"  # the phrase: Enter counts it anew
SHORTEST = 3  # letters of a phrase
TOO_BARE = N_("Choose a phrase that says more than the brand's name.")
OURS = N_(
    "Mentions that colleagues have taken up as yours hold this phrase: choose another, nothing was excluded."
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What an exclusion would have kept out."""

    phrase: str
    mentions: int
    own: int = 0


def view(card: Card, counted: Counted | None, words: Words) -> Block:
    phrase = counted.phrase if counted else ""
    told = count(counted, words) if counted else words._("No phrase could be found: write one.")
    element = written(phrase, most=100) | {
        "action_id": COUNT,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    block = field(
        f"phrase.{fingerprint(phrase)}", words._("Mentions with this phrase are not about us"), element
    )
    block |= {
        "dispatch_action": True,
        "hint": kit.plain(words._("Change it and press Enter to count it anew."), 2_000),
    }
    blocks = [*quoted(card), block, kit.paragraph(told)]
    return frame("not_about_us", card, words._("Not about us"), words._("Adopt it"), blocks, words)


def count(counted: Counted, words: Words) -> str:
    """“aurora boreale”: 14 mentions, none of them yours."""
    if not counted.mentions:
        return words._("“{phrase}”: in no mention so far", phrase=counted.phrase)
    told = words.n(
        "“{phrase}”: {count} mention", "“{phrase}”: {count} mentions", counted.mentions, phrase=counted.phrase
    )
    if not counted.own:
        return words._("{told}, none of them yours", told=told)
    own = words.number(counted.own)
    return words._("{told}, {own} of them surely about you: choose another phrase", told=told, own=own)


def show(now: Showing) -> Block:
    return view(now.card, _counted(now), now.words)


def read(values: Values, words: Words, today: date) -> str | Errors:
    block = values.named("phrase.")
    phrase = values.of(block)
    if len(phrase) < SHORTEST:
        return {block: words._("Write at least {count} letters.", count=SHORTEST)}
    return phrase


def submit(desk: Desk, clicked: Clicked, sent: str) -> Move:
    """The phrase is adopted, and the case was not about the brand."""
    if news := seen.news(desk, clicked):
        return news
    case_id, who = clicked.case_id, clicked.who
    case = cases.locked(desk.session, case_id)
    if case.status not in UNDONE:  # whoever was faster has said what it was
        return cases.too_late(desk.session, case)
    if case.brand not in desk.brands:
        return Move(False, case, who, desk.now, refused=NO_BRAND)
    try:
        exclusions.adopt(desk, case.brand, sent, who, case_id)
    except exclusions.Ours:
        return Move(False, case, who, desk.now, refused=OURS)
    except ValueError:
        return Move(False, case, who, desk.now, refused=TOO_BARE)
    return cases.dismiss(desk, case_id, who, "not_about_us")


def _counted(now: Showing) -> Counted | None:
    """The phrase that a person wrote, else the one that is proposed."""
    case = now.case
    mention = now.session.get(Mention, case.mention_id) if case.mention_id else None
    if now.brand is None or mention is None:
        return None
    if now.phrase is not None:
        known = exclusions.weigh(now.session, now.brand, str(storable(now.phrase)), case.id)
        return Counted(known.phrase, known.mentions, known.own)
    found = exclusions.propose(now.session, now.brand, mention)
    return Counted(found.phrase, found.mentions, found.own) if found else None


FORM = Form("not_about_us", show, read, submit, lambda sent: sent)
