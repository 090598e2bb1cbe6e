"""What validation says of a setting, in the reader's language. The rules are those of the file; only words are here."""

import re

from alerts.words import N_, Words

_MISTAKES = (
    (
        r"(?P<value>'.*'|\".*\") are no hours",
        N_("{value} are no hours: write such as mon-fri 09:00-18:00, sat 09:00-13:00, or always."),
    ),
    (
        r"quiet hours must end",
        N_("Quiet hours must end: leave some hours of the week in which people are told."),
    ),
    (r"(?P<value>'.*'|\".*\") is no time of day", N_("{value} is no time of day: write 00:00 to 24:00.")),
    (
        r"(?P<value>'.*'|\".*\") is no duration",
        N_("{value} is no length of time: write a number and m, h or d, such as 15m."),
    ),
    (
        r"(?P<value>'.*'|\".*\") is no country",
        N_("{value} is no country: write its two letters, such as IT, or IT-BZ."),
    ),
    (
        r"(?P<value>'.*'|\".*\") is no Slack channel",
        N_("{value} is no Slack channel: write its name as #reputation, or its id as C0123456789."),
    ),
    (
        r"(?P<value>'.*'|\".*\") is nobody's name",
        N_("{value} is nobody's name: write it as @marta, or an id as U0123456789."),
    ),
    (
        r"a name stands there twice",
        N_("A name stands there twice: name each once, in the order they are called."),
    ),
    (
        r"must be a name such as @marta",
        N_("Write a name such as @marta, or a person's id in Slack such as U0123456789."),
    ),
    (
        r"this rule changes nothing",
        N_(
            "This rule changes nothing: say where it goes, whom to name, its quiet hours or what "
            "comes together."
        ),
    ),
    (r"write keep, ignore or hours", N_("Write keep, ignore, or hours such as mon-fri 20:00-08:00.")),
    (r"is missing", N_("Please fill this in.")),
    (r"must have at least 1", N_("Please fill this in.")),
    (r"ends before it begins", N_("This ends before it begins: the last day comes after the first.")),
    (r"must be a valid date", N_("This is no day: write year, month and day, such as 2026-12-24.")),
    (r"must be a valid integer", N_("Write a whole number.")),
    (r"must be greater than or equal to (?P<least>\d+)", N_("Write {least} or more.")),
    (r"must be less than or equal to (?P<most>\d+)", N_("Write {most} or less.")),
    (r"there is no move", N_("Choose a move.")),
    (r"no drafts are written in", N_("Choose a language: your own wordings are for one language each.")),
    (r"there is no topic", N_("Choose a topic from the list.")),
    (r"no such form", N_("This language has no such form of address.")),
    (
        r"(?P<move>\w+) has no slot (?P<slot>\{\w*\}): it has (?P<able>.+)",
        N_("A wording for {move} cannot hold {slot}. It can hold: {able}."),
    ),
    (
        r"its gloss must have the same slots",
        N_("What it means must hold the same {slots} as the wording, in braces."),
    ),
)
_REASON = re.compile(r"must be (?P<known>(?:[\w]+(?:, | or )?)+)$")
_KNOWN = tuple((re.compile(pattern), said) for pattern, said in _MISTAKES)


def told(said: str, words: Words) -> str:
    """One sentence; what nobody here knows, in the words of validation."""
    for pattern, message in _KNOWN:
        if found := pattern.match(said):
            return words._(message, **({"slots": "{…}"} | found.groupdict()))
    if found := _REASON.match(said):
        return words._(N_("Choose among: {known}."), known=found["known"].replace(" or ", ", "))
    return words._(N_("This cannot be used: {said}"), said=said)
