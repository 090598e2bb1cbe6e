"""What whoever handles a grave case should know before anything else: what it is, what to do now, whom to ask, and what
the drafted reply does not say. From the card of the case alone."""

import re
from collections.abc import Sequence

from alerts.card import Card
from alerts.text import one_line, shown
from alerts.words import N_, Words
from store.tables import CaseStatus

KINDS = {
    "life": N_("a life may be at risk"),
    "bereavement": N_("a death, and what is still in the person's name"),
    "loss": N_("a death"),
    "fall": N_("a fall, and somebody's health"),
    "injury": N_("somebody's health"),
    "treated": N_("somebody's health"),
    "health": N_("somebody's health"),
    "device": N_("an appliance that may be dangerous"),
    "foreign": N_("something that does not belong in food"),
    "harm": N_("harm done to a person"),
    "data": N_("personal data, or fraud"),
    "discrimination": N_("discrimination"),
    "legal": N_("a legal matter"),
    "environment": N_("harm to the environment"),
    "boycott": N_("a call to boycott"),
    "outage": N_("a service that people depend on"),
    "press": N_("the press"),
    "safety": N_("danger to people"),
    "concern": N_("people's safety"),
    "general": N_("a grave matter"),
}
"""What it is about, by the kind that the draft answers."""
FIRST = {
    "life": N_(
        "Call the emergency services if you know where it is, then write in private. Leave neither argument nor "
        "advice in public."
    ),
    "bereavement": N_(
        "Offer your condolences, and nothing else in public. Stop what is still charged or sent, and have one person "
        "close it."
    ),
    "loss": N_("Offer your condolences, and listen in private. Argue nothing in public."),
    "fall": N_(
        "Ask in private how they are, today. Have the place made safe, and take pictures of it first."
    ),
    "injury": N_(
        "Ask in private how they are, today. Note product, batch and place, and have the batch checked."
    ),
    "health": N_(
        "Ask in private how they are, today. Note product, batch and place, and have the batch checked."
    ),
    "treated": N_(
        "Ask in private how they are, today. Note product, batch and place, and have the batch checked."
    ),
    "device": N_(
        "Ask in private whether all are safe. Note the model, and have it checked before more are sold."
    ),
    "foreign": N_(
        "Ask in private whether anybody was hurt. Have the batch checked and what they found kept."
    ),
    "harm": N_("Listen to the person first, in private. Who is accused does not look into it."),
    "data": N_("Tell whoever answers for data protection now: for a leak the law counts in hours."),
    "discrimination": N_(
        "Hear the person first, in private, then those who were there. Judge nobody in public."
    ),
    "legal": N_("Ask your lawyer before you say more, be it facts or blame: it may be read in court."),
    "environment": N_("Ask the people at the site. Tell the authorities where the law asks it."),
    "boycott": N_("Find out what it is about. Do not argue, and ask nobody to write in your favour."),
    "outage": N_("Ask the people in charge how it stands. First come those who need care."),
    "press": N_("One person speaks for the house: pass on the questions, with their deadline."),
    "safety": N_("Ask in private whether all are well. Stop what may hurt others until it is looked at."),
    "concern": N_("Ask in private whether all are well. Stop what may hurt others until it is looked at."),
    "general": N_("Read it twice, ask whoever knows the matter, then answer."),
}
"""What to do now, by kind."""
_SLACK_ID = re.compile(r"[UWS][A-Z0-9]{6,20}")
WAITING = (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED)


def note(card: Card, words: Words) -> list[str]:
    """A heading and a few lines; empty where the case is not critical, or has been answered."""
    if card.urgency != "critical" or card.status not in WAITING or card.channel == "praise":
        return []
    kind = card.draft.kind if card.draft and card.draft.kind in KINDS else "general"
    told = [words._("Before you answer: {kind}", kind=words._(KINDS[kind])), words._(FIRST[kind])]
    told.append(words._("Not in public: keep to the short reply there. Keep a picture of what was written."))
    told += _asked(card, words)
    return told + _reply(card, words)


def _asked(card: Card, words: Words) -> list[str]:
    """Whom the policy names. Nobody is called from here: that is for the clocks, and an id in Slack is no name."""
    approval, on_call = _names(card.approval), _names(card.on_call)
    said = []
    if approval:
        names = words.listing(approval)
        said.append(words._("Your policy wants the word of {names} before anything goes out.", names=names))
    if on_call:
        said.append(words._("On call: {names}.", names=words.listing(on_call)))
    return said


def _names(people: Sequence[str]) -> list[str]:
    return [shown(one_line(name), 80) for name in people if not _SLACK_ID.fullmatch(name)]


def _reply(card: Card, words: Words) -> list[str]:
    """What the reply may be trusted with."""
    draft = card.draft
    if draft is None or not draft.reply:
        return [words._("There is no draft: write little, admit nothing, and say where you can be reached.")]
    if draft.edited:
        return [words._("A person has edited the reply: look whether it admits or promises anything.")]
    if not draft.kind:
        return [words._("The draft was not written for a grave matter: it may admit or promise too much.")]
    failed = [name for name, _ in draft.checks]
    if failed:
        named = words.listing(failed)
        return [words._("The reply is not fit to go out yet. Checks that failed: {checks}.", checks=named)]
    if draft.private_reply:
        return [words._("The reply admits nothing, and moves the matter to the private message below it.")]
    return [words._("The reply admits nothing.")]
