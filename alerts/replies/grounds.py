"""What allows a sentence of a draft, in people's words: from a key such as `policy.contacts.delivery` to "your contact
for delivery"."""

from collections.abc import Iterable

from alerts import topics
from alerts.text import one_line, shown
from alerts.words import N_, Words

GROUNDS = {
    "mention.author": N_("the name the customer goes by"),
    "mention.text": N_("what the customer wrote"),
    "mention.place": N_("the place the customer wrote about"),
    "policy.hours": N_("your hours"),
    "policy.critical_hours": N_("your hours for critical cases"),
    "policy.absences": N_("the absence you announced"),
    "policy.contacts.default": N_("your contact"),
    "policy.corrections": N_("your correction"),
    "policy.statements": N_("your statement"),
    "case.statements": N_("the statement approved for this storm"),
    "voice.emoji": N_("your voice, which has an emoji"),
}
ABOUT = {
    "mention.topics": N_("what the model saw: {topic}"),
    "policy.contacts": N_("your contact for {topic}"),
    "policy.remedies": N_("what you grant for {topic}"),
}
"""What ends in a topic."""
OWN = ("policy.contacts", "policy.remedies")  # the topic may be one of the brand's own
TIMES = {
    "critical": N_("your time to the first answer to what is critical"),
    "high": N_("your time to the first answer to what is urgent"),
    "normal": N_("your time to the first answer"),
    "low": N_("your time to the first answer to what can wait"),
}
TOPICS = {"none": N_("no topic in particular")} | topics.NAMES
MOST = 80  # characters of a key that nobody here knows


def topic(name: str, words: Words) -> str:
    """A topic as people say it; one of the brand's own, as it is."""
    return words._(TOPICS[name]) if name in TOPICS else name.replace("_", " ")


def ground(key: str, words: Words) -> str:
    """One of them; a key that nobody here knows, as it is."""
    if key in GROUNDS:
        return words._(GROUNDS[key])
    before, _, last = key.rpartition(".")
    if before == "policy.faq" and last.isdecimal():
        return words._("your FAQ no. {number}", number=last)
    if before == "policy.first_contact" and last in TIMES:
        return words._(TIMES[last])
    if before in ABOUT and last in TOPICS:
        return words._(ABOUT[before], topic=words._(TOPICS[last]))
    if before in OWN:
        return words._(ABOUT[before], topic=topics.name(last, words))
    return shown(one_line(key), MOST)


def allowed(keys: Iterable[str], words: Words) -> str:
    """All that allows a sentence, in a line; without any it is courtesy."""
    said = dict.fromkeys(ground(key, words) for key in keys)
    if not said:
        return words._("Courtesy: it needs nobody's leave")
    return words._("Allowed by: {grounds}", grounds=words.listing(list(said)))
