"""What is welcome on a brand's channels, what is not and what follows, and what becomes of personal data. Hiding is
spoken of only where a clause forbids something, and criticism is never among it."""

from datetime import timedelta

from alerts.policy_page.page import Section, own, sentence
from alerts.policy_page.places import DATA, contact
from alerts.words import N_, Words
from store.brand import Brand

OFFENCES = {
    "spam": N_("advertising, spam, chain messages and the same text over and over"),
    "abuse": N_("insults, threats, hate, and words that demean people for who they are"),
}
ALWAYS_UNWELCOME = (
    N_("other people's personal data, or photos of them without their consent"),
    N_("what breaks the law or somebody's rights"),
    N_("claims made under another person's name"),
)


def welcome(words: Words) -> Section:
    points = (
        words._("Questions about what we do and offer."),
        words._("Experiences with us, good and bad."),
        words._("Criticism, harsh criticism too: of products, services, prices and decisions."),
        words._("Suggestions, and reports of what does not work or is wrong, our own mistakes included."),
        words._("Thanks: they mean a lot to those who earned them."),
    )
    promise = words._(
        "Criticism is never removed, hidden or reported for being criticism. It is answered, or it stands as it is."
    )
    ask = words._("In return we ask for what we offer: respect for people, and keeping to the point.")
    return Section(words._("What is welcome"), (promise, ask), points)


def unwelcome(brand: Brand, words: Words) -> Section:
    forbidden = clauses(brand)
    named = {
        key: words._(OFFENCES[key]) if key in OFFENCES else own(key.replace("_", " "))
        for key in (*OFFENCES, *forbidden)
    }
    points = [
        words._("{conduct} (clause {clause} of our rules)", conduct=conduct, clause=forbidden[key])
        if key in forbidden
        else conduct
        for key, conduct in named.items()
    ]
    points += [words._(conduct) for conduct in ALWAYS_UNWELCOME]
    why = words._(
        "Everybody should be able to read and write here without being hurt or harassed. A fair point made in rude "
        "words is still a fair point: we answer the point, and ask for other words. Please leave out:"
    )
    return Section(words._("What is not welcome"), (why,), tuple(sentence(point) for point in points))


def consequences(brand: Brand, words: Words) -> Section:
    """What follows: the steps for what a clause forbids; without any clause nothing is hidden."""
    title = words._("What follows")
    crimes = words._("What may be a crime may be reported to the authorities at any time.")
    cited = list(dict.fromkeys(clauses(brand).values()))
    if not cited:
        asked = words._(
            "We answer calmly and ask the author to stop. What breaks the rules of a platform may be reported to "
            "that platform, as anybody can report it."
        )
        return Section(title, (asked, crimes), _at_once(brand, words))
    order = words.n(
        "For what breaks clause {clauses} of our rules we go step by step. {crimes}",
        "For what breaks clauses {clauses} of our rules we go step by step. {crimes}",
        len(cited),
        clauses=words.listing(cited),
        crimes=crimes,
    )
    steps = [
        words._(
            "Warning: we tell the author which clause it breaks, and ask for it to be taken down or changed."
        ),
        words._(
            "Hiding: what stays up in spite of the warning may be hidden. What the law or somebody's safety demands, "
            "and other people's personal data, may be hidden at once; nothing else is without a warning."
        ),
        *_at_once(brand, words),
        words._("Report: we may report it to the platform, under the platform's own rules."),
        words._("Block: an account that goes on in spite of warnings may be blocked."),
    ]
    if place := contact(brand):
        steps.append(words._("Objection: if you think that we were wrong, tell us: {contact}", contact=place))
    return Section(title, (order,), tuple(steps))


def _at_once(brand: Brand, words: Words) -> tuple[str, ...]:
    """What does not wait for a warning, whatever the clauses: somebody else would pay for it."""
    data, name = (
        words._(
            "Personal data: what shows another person's address, telephone number, documents, payment details or "
            "health is removed or masked at once, wherever the platform lets us. Everything else that was said may be "
            "written again without it."
        ),
        words._(
            "Impersonation: what is written under another person's name, or in ours without being from us, is reported "
            "to the platform at once."
        ),
    )
    if place := contact(brand, DATA):
        data += " " + words._(
            "To have personal data taken out, yours or other people's: {contact}", contact=place
        )
    if place := contact(brand):
        name += " " + words._("If somebody writes in your name or in ours, tell us: {contact}", contact=place)
    return data, name


def in_public(brand: Brand, words: Words) -> Section:
    told = [
        words._(
            "Please never post addresses, telephone numbers, order, customer or card numbers, or anything "
            "about health: neither your own nor other people's. We do not ask for such things in public."
        ),
        words._("Where we see them in public, we ask for them to be taken down."),
    ]
    if place := contact(brand, DATA):
        told.append(words._("What needs personal data is settled in private: {contact}", contact=place))
    return Section(words._("No personal data in public"), tuple(told))


def kept(texts: timedelta, authors: timedelta, words: Words) -> Section:
    """What is kept and for how long, counted from the day of the first reading."""
    what = words._(
        "To find what is written about us, sort it by urgency and answer it, we read it with software and keep what "
        "is public: the text, the name or handle of its author, when and where it was written, and how many reacted. "
        "Counted from the day we first read it, we keep:"
    )
    points = (
        words._("Texts, and all that quotes them: {time}.", time=words.duration(texts)),
        # A name does not outlive its text.
        words._("Names and handles of authors: {time}.", time=words.duration(min(texts, authors))),
        words._("What an open case is about: until the case is closed, if that is later."),
    )
    return Section(words._("What we keep, and for how long"), (what,), points)


def rights(brand: Brand, words: Words) -> Section:
    told = [
        words._(
            "You may ask us at any time what we keep of yours, have it corrected or erased, and object to its use."
        )
    ]
    if place := contact(brand, DATA):
        told.append(words._("The address for this: {contact}", contact=place))
    told.append(
        words._(
            "You may also turn to the data protection authority of your country. What the platforms themselves do "
            "with personal data is described in their own notices."
        )
    )
    return Section(words._("Your rights over your data"), tuple(told))


def clauses(brand: Brand) -> dict[str, str]:
    """The clauses that say something, by what they forbid."""
    return {key: clause for key, text in brand.policy.clauses.items() if (clause := own(text))}
