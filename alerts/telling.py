"""What a card says, sentence by sentence, in people's words. How the sentences look is for each channel.

Everything here is one line without formatting; text from outside in it has been made visible by `alerts.card`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts import spike_words
from alerts.card import Card, Change, Listed, Proposal, Why
from alerts.replies.signing import needs_reader
from alerts.text import cut
from alerts.views import Bundle, Bundled, Line, Reminder, Said, SourceNotice, StartList, Trial, Trouble
from alerts.words import N_, Words
from store.tables import CaseStatus, ClockKind

SEPARATOR = " · "
DRAFT_WAITS = N_("The draft is being written anew: look again in a moment.")
NOT_REDRAFTED = N_(
    "The draft could not be written anew, so there is none: its old words no longer hold. Ascolto tries again."
)
URGENCIES = {
    "critical": N_("Critical"),
    "high": N_("High"),
    "normal": N_("Normal"),
    "low": N_("Low"),
}
SIGNS = {"critical": "🔴", "high": "🟠", "normal": "🟡", "low": "⚪"}
REASONS = {
    "urgent": N_("Urgent"),
    "negative": N_("Negative"),
    "mixed": N_("Criticism, balanced or unclear"),
    "request": N_("A question or a request"),
    "tripwire": N_("Words to check"),
    "viral": N_("Spreading fast"),
    "spike": N_("Many more negative mentions than usual"),
    "edited": N_("Changed by its author"),
    "came_back": N_("The customer wrote again"),
    "praise": N_("Praise"),
    "source_down": N_("A source is down"),
    "asked": N_("A person asked for it"),
}
UNITS = {
    "characters": N_("{used} of {limit} characters"),
    "bytes": N_("{used} of {limit} bytes"),
    "graphemes": N_("{used} of {limit} characters"),
    "weighted": N_("{used} of {limit} weighted characters"),
}
RAISED = {
    "critical": N_("Now critical"),
    "high": N_("Now high"),
    "normal": N_("Now normal"),
}
EVENTS = {
    "gone": N_("It is no longer to be seen there"),
    "vanished": N_(
        "Serious criticism is gone from the brand's own page: did we delete it? Criticism is answered, not hidden"
    ),
    "answered": N_("The brand's answer was seen there"),
    "joined": N_("Another mention joined this case"),
    "spike_over": N_("The volume is back to the usual"),
    "spike_again": N_("Again more than usual"),
}
RINGS: dict[tuple[str, bool], str] = {
    (ClockKind.CONTACT, False): N_("Still open"),
    (ClockKind.CONTACT, True): N_("Still open, and the time to reply is over"),
    (ClockKind.REPLY, False): N_("Taken, not answered yet"),
    (ClockKind.REPLY, True): N_("Taken, not answered, and the time to reply is over"),
    (ClockKind.SNOOZE, False): N_("Back after a pause"),
    (ClockKind.SNOOZE, True): N_("Back after a pause, and the time to reply is over"),
}
CLOCKED: dict[str, CaseStatus] = {
    ClockKind.CONTACT: CaseStatus.OPEN,
    ClockKind.REPLY: CaseStatus.ACKNOWLEDGED,
}

ORDINALS = (
    N_("Second message"),
    N_("Third message"),
    N_("Fourth message"),
    N_("Fifth message"),
    N_("Sixth message"),
    N_("Seventh message"),
    N_("Eighth message"),
    N_("Ninth message"),
    N_("Tenth message"),
)
THOUSAND = 1000
MOST_DIGITS = 12  # of a figure that is told
FEWEST_AN_HOUR = 1  # below it, a speed is no news
RESOLUTIONS = {
    "apology": N_("Apology"),
    "refund": N_("Refund"),
    "replacement": N_("Replacement"),
    "explained": N_("Explained"),
    "moved_to_private": N_("Moved to private"),
    "escalated": N_("Handed on"),
    "nothing": N_("Nothing to be done"),
    "not_relevant": N_("Not relevant"),
    "not_about_us": N_("Not about us"),
    "false_alarm": N_("False alarm"),
}
RULES = {
    "fake": N_("Fake"),
    "wrong_place": N_("Wrong place"),
    "breaks_rules": N_("Breaks the platform's rules"),
}
OUTCOMES = {
    "removed": N_("Removed"),
    "kept": N_("It stays"),
    "pending": N_("No answer yet"),
}
DEEDS = {
    "acknowledge": N_("{who} has taken this case"),
    "assign": N_("{who} has given this case to {to}"),
    "mark_replied": N_("{who} has answered the customer"),
    "promised": N_("{who} has answered the customer, with a promise until {until}"),
    "resolve": N_("{who} has resolved this case"),
    "dismiss": N_("{who} has dismissed this case"),
    "snooze": N_("{who} has put this case aside until {until}"),
    "wake": N_("{who} has brought this case back"),
    "reopen": N_("{who} has opened this case again"),
    "open": N_("{who} has made this a case"),
    "reply": N_("{who} has edited the reply"),
    "note": N_("{who} notes"),
    "callback": N_("{who} has offered the customer a call"),
    "report": N_("{who} has reported it to the platform"),
    "report_outcome": N_("{who} has heard from the platform"),
    "warn": N_("{who} has drafted a warning, by clause {code}"),
    "hide": N_("{who} is to hide it on the platform, by clause {code}"),
    "statement": N_("{who} has approved a statement for everybody"),
    "statement_withdrawn": N_("{who} has withdrawn the statement for everybody"),
    "ask_to_quote": N_("{who} has drafted the question whether we may quote it"),
}
CODES = {"report": RULES, "report_outcome": OUTCOMES}
UNCODED = ("warn", "hide")  # what they say is in the sentence already

SPANS = {
    "hour": N_("Criticism and questions of the last hour, none of it urgent"),
    "day": N_("Criticism and questions of the last day, none of it urgent"),
    "limit": N_("More came within an hour than this channel is told one by one"),
}

Naming = Callable[[str], str]


def name_of(who: str) -> str:
    """The name in `slack:U123:marta`, which is how a person in Slack stands in the records; others as they are."""
    return who.split(":", 2)[2] if who.startswith("slack:") and who.count(":") >= 2 else who


def headline(card: Card, words: Words) -> str:
    """Severity, platform, stars, language: what it is at first sight."""
    if card.storm:
        count = words.n("Storm: {count} mention", "Storm: {count} mentions", card.mentions)
        return SEPARATOR.join((_named(URGENCIES, card.urgency, words), count))
    if card.surge and card.of_volume:
        return SEPARATOR.join((_named(URGENCIES, card.urgency, words), spike_words.title(card.surge, words)))
    severity = words._("Praise") if card.channel == "praise" else _named(URGENCIES, card.urgency, words)
    language = words.language(card.lang) if card.lang else ""
    parts = [severity, card.platform_label, stars(card.stars, words), language]
    return SEPARATOR.join(part for part in parts if part)


def sign(urgency: str, channel: str) -> str:
    """How urgent a case is, or that it is praise, in a sign."""
    return "💚" if channel == "praise" else SIGNS.get(urgency, "⚪")


def stars(value: float | None, words: Words) -> str:
    """★★★★☆, with the figure where it is no whole number."""
    if value is None:
        return ""
    full = min(5, max(0, int(value + 0.5)))
    sign = "★" * full + "☆" * (5 - full)
    return sign if value == full else f"{sign} {words.number(value)}"


def _named(table: dict[str, str], code: str, words: Words) -> str:
    """What people call a code; one that the table does not know, as it is."""
    return words._(table[code]) if code in table else code


def author(card: Card, words: Words) -> str:
    """Who wrote it."""
    return card.author or words._("anonymous")


def byline(card: Card, words: Words) -> str:
    """Who, when, about what."""
    parts = [author(card, words)]
    if card.published_at:
        parts.append(words.ago(card.published_at, card.zone, card.now))
    if card.place:
        parts.append(card.place)
    return SEPARATOR.join(parts)


def history(card: Card, words: Words) -> str:
    """Which message by this author it is, and what became of those before; empty for a first one."""
    if not card.earlier:
        return ""
    which = _ordinal(card.earlier + 1, words)
    if card.earlier_since and card.published_at:
        span = words.duration(card.published_at - card.earlier_since, 1)
        which = words._("{which} by this author in {span}", which=which, span=span)
    else:
        which = words._("{which} by this author", which=which)
    if not card.earlier_answered:
        return words._("{which}, none answered", which=which)
    answered = words.number(card.earlier_answered)
    return words._("{which}, {answered} answered", which=which, answered=answered)


def _ordinal(number: int, words: Words) -> str:
    if number - 2 < len(ORDINALS):
        return words._(ORDINALS[number - 2])
    return words._("Message number {number}", number=words.number(number))


def reach(card: Card, words: Words) -> str:
    """Engagement that is not nothing."""
    counts = card.engagement
    said = []
    if counts.likes:
        said.append(words.n("{count} like", "{count} likes", counts.likes))
    if counts.shares:
        said.append(words.n("{count} share", "{count} shares", counts.shares))
    if counts.replies:
        said.append(words.n("{count} reply", "{count} replies", counts.replies))
    if counts.views:
        said.append(words.n("{count} view", "{count} views", counts.views))
    if counts.speed >= FEWEST_AN_HOUR:
        said.append(words._("{speed} an hour now", speed=words.number(round(counts.speed))))
    return SEPARATOR.join(said)


def why(reason: Why, words: Words) -> str:
    """A reason, with the words or figures it rests on."""
    name = _named(REASONS, reason.kind, words)
    if reason.kind == "viral" and len(reason.detail) == 5 and all(map(str.isdecimal, reason.detail[1:])):
        return f"{name}: {_spreading(reason.detail, words)}"
    if reason.kind == "viral" and len(reason.detail) == 2 and all(part.isdecimal() for part in reason.detail):
        engagement, speed = (words.number(int(part)) for part in reason.detail)
        return words._(
            "{reason}: {engagement} reactions, {speed} an hour",
            reason=name,
            engagement=engagement,
            speed=speed,
        )
    if reason.kind not in ("urgent", "tripwire", "spike") or not reason.detail:
        return name
    return words._("{reason}: {words}", reason=name, words=", ".join(f"“{word}”" for word in reason.detail))


def _spreading(figures: Sequence[str], words: Words) -> str:
    """`alerts.virality.figures` as a sentence."""
    count, gain, low, high = (int(number[:MOST_DIGITS]) for number in figures[1:])
    if figures[0] == "shares":
        now = words.n("now {count} share", "now {count} shares", count)
    else:
        now = words.n("now {count} reaction", "now {count} reactions", count)
    parts = [now]
    if gain:
        parts.append(words._("+{gain} in the last hour", gain=words.number(gain)))
    if (most := _rounded(high)) > (least := _rounded(low)) >= 2 * THOUSAND:
        ends = {"low": words.number(least / THOUSAND), "high": words.number(most / THOUSAND)}
        parts.append(words._("forecast {low}–{high} thousand by tomorrow", **ends))
    elif most > least:
        ends = {"low": words.number(least), "high": words.number(most)}
        parts.append(words._("forecast {low}–{high} by tomorrow", **ends))
    return ", ".join(parts)


def _rounded(number: int) -> int:
    """To one figure, or two where it begins with one: no forecast is more exact than that."""
    unit = int(10 ** (len(str(number)) - 1))
    unit = max(unit // 10, 1) if number < 2 * unit else unit
    return (number + unit // 2) // unit * unit


def whys(card: Card, words: Words) -> list[str]:
    """All reasons, and what else a person must know to judge them."""
    said = [] if card.surge is None else spike_words.lines(card.surge, card.zone, card.now, words)
    said += [why(reason, words) for reason in card.whys if not (said and reason == Why("spike"))]
    if card.unread:
        said.append(words._("Not read by the model: judged by stars and words alone"))
    if card.mentions > 1 and not card.storm:
        said.append(gathered(card, words))
    if card.vanished_at:
        said.append(words._(EVENTS["vanished"]))
    elif card.gone_at:
        said.append(
            words._("No longer to be seen there, {ago}", ago=words.ago(card.gone_at, card.zone, card.now))
        )
    return said


def gathered(card: Card, words: Words) -> str:
    """How many mentions the case holds, and where they are."""
    count = words.n("{count} mention in this case", "{count} mentions in this case", card.mentions)
    if not card.places:
        return count
    places = ", ".join(f"{place} ({words.number(number)})" for place, number in card.places)
    return words._("{count}: {places}", count=count, places=places)


def change(changed: Change, words: Words, zone: ZoneInfo, now: datetime) -> str:
    """What the author changed, and when."""
    ago = words.ago(changed.at, zone, now)
    if not changed.stars:
        return words._("Changed by its author {ago}", ago=ago)
    before, after = (words.number(value) if value else "–" for value in changed.stars)
    return words._(
        "Changed by its author {ago}: stars {before} → {after}", ago=ago, before=before, after=after
    )


def due(card: Card, words: Words) -> str:
    """By when to reply; empty once somebody has, or where no clock runs."""
    if card.due_at is None or card.done or card.status == CaseStatus.REPLIED:
        return ""
    when = words.when(card.due_at, card.zone, card.now)
    if card.of_volume:
        return words._("To be looked into by {when}", when=when)
    if words.lasting:
        return words._("Reply by {when}", when=when)
    return words._("Reply by {when} ({until})", when=when, until=words.until(card.due_at, card.now))


def status(card: Card, words: Words, naming: Naming = name_of) -> str:
    """Who did what last, and when; empty while nobody has."""
    if card.is_asleep and card.snoozed_until:
        return words._("Put aside until {when}", when=words.when(card.snoozed_until, card.zone, card.now))
    if card.status == CaseStatus.ACKNOWLEDGED and card.acknowledged_by:
        message = N_("Acknowledged by {who}, {when}")
        said = _moved(message, naming(card.acknowledged_by), card.acknowledged_at, card, words)
        if card.owner in (None, card.acknowledged_by):
            return said
        return SEPARATOR.join([said, words._("now {who}'s", who=naming(card.owner))])
    if card.status == CaseStatus.REPLIED:
        when = words.when(card.replied_at or card.now, card.zone, card.now)
        return words._("Answered on {platform}, {when}", platform=card.platform_label, when=when)
    if card.done and card.resolved_by:
        dismissed = card.status == CaseStatus.DISMISSED
        message = N_("Dismissed by {who}, {when}") if dismissed else N_("Resolved by {who}, {when}")
        said = _moved(message, naming(card.resolved_by), card.resolved_at, card, words)
        how = card.resolution if card.resolution in RESOLUTIONS else None
        return SEPARATOR.join([said, words._(RESOLUTIONS[how])]) if how else said
    if card.owner and card.status == CaseStatus.OPEN:
        return words._("Open again; last handled by {who}", who=naming(card.owner))
    return ""


def _moved(message: str, who: str, at: datetime | None, card: Card, words: Words) -> str:
    return words._(message, who=who, when=words.when(at or card.now, card.zone, card.now))


def draft_label(draft: Proposal, card: Card, words: Words) -> str:
    """What the reply below is: whose, in which language, how long of how much."""
    return label_of(draft, card.lang, words)


def label_of(draft: Proposal, lang: str | None, words: Words) -> str:
    """The same of a draft to words in the language `lang`."""
    language = words.language(draft.lang)
    label = N_("Reply in {language}") if draft.edited else N_("Draft in {language}")
    parts = [words._(label, language=language) if language else words._("Reply")]
    if language and lang and lang.split("-")[0] != draft.lang:
        parts.append(words._("the customer wrote in {language}", language=words.language(lang)))
    if draft.limit:
        parts.append(
            words._(UNITS[draft.unit], used=words.number(draft.used), limit=words.number(draft.limit))
        )
    return SEPARATOR.join(parts)


def draft_waits(draft: Proposal, words: Words) -> str:
    """Why there is no draft to send just now; empty where there may be one."""
    if draft.failed:
        return words._(NOT_REDRAFTED)
    return words._(DRAFT_WAITS) if draft.waits else ""


def draft_checks(draft: Proposal, card: Card, words: Words) -> list[str]:
    """What the guard found in the draft, and whether somebody who reads it must look at it before it goes out."""
    return checks_of(draft, card.status in (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED), words)


def checks_of(draft: Proposal, to_do: bool, words: Words) -> list[str]:
    """The same; `to_do`: nobody has answered yet."""
    found = [
        words._("Check before use: {what}", what=": ".join(filter(None, check))) for check in draft.checks
    ]
    if to_do and unread(draft, words):
        language = words.language(draft.lang)
        found.append(words._("No gloss: somebody who reads {language} must see it first", language=language))
    return found


def foreign(draft: Proposal, words: Words) -> bool:
    """Whether there is a reply in another language than people here read."""
    return bool(draft.reply) and needs_reader(draft.lang, words.lang, gloss=False, edited=False)


def unread(draft: Proposal, words: Words) -> bool:
    """Whether the reply may go out only once somebody who reads its language has read it."""
    return bool(draft.reply) and needs_reader(
        draft.lang, words.lang, gloss=draft.gloss is not None, edited=draft.edited
    )


def summary(card: Card, words: Words) -> str:
    """The whole card on one line, for notifications."""
    return SEPARATOR.join(
        part for part in (status(card, words) or headline(card, words), gist(card, words)) if part
    )


def gist(card: Card, words: Words) -> str:
    """What the matter was, in a few words."""
    if card.storm and card.done:
        return words.n("Storm: {count} mention", "Storm: {count} mentions", card.mentions)
    if card.surge and card.of_volume:
        return spike_words.figures(card.surge, words)
    parts = [card.platform_label, stars(card.stars, words)] if card.done else []
    text = " ".join((card.title or card.quote).split())
    parts += [card.author or "", f"“{cut(text, 120)}”" if text else ""]
    return SEPARATOR.join(part for part in parts if part)


def event(line: Line, words: Words, naming: Naming = name_of) -> str:
    """What is new about a case, and what became of it."""
    parts = [words._("Open again")] if line.reopened else []
    if line.raised:
        parts.append(_named(RAISED, line.raised, words))
    if line.alarm:
        parts.append(words._("Another critical mention in this storm"))
    said = SEPARATOR.join([*parts, _event(line, words, naming)])
    names = words.listing([naming(name) for name in line.to])
    return words._("{names}: {what}", names=names, what=said) if names else said


def _event(line: Line, words: Words, naming: Naming) -> str:
    if line.said:
        return _deed(line.event, line.said, line, words, naming)
    if line.change:
        return change(line.change, words, line.zone, line.now)
    if line.why:
        return why(line.why, words)
    return _named(EVENTS, line.event, words)


def _deed(action: str, said: Said, line: Line, words: Words, naming: Naming) -> str:
    """Who did it, and after a colon what they said of it."""
    key = "acknowledge" if action == "assign" and said.to == said.who else action
    key = "promised" if key == "mark_replied" and said.until else key
    until = words.when(said.until, line.zone, line.now) if said.until else "–"
    who, to = naming(said.who), naming(said.to) if said.to else "–"
    told = words._(DEEDS.get(key, key), who=who, to=to, until=until, code=said.code or "–")
    code = "" if action in UNCODED else said.code
    named = _named(CODES.get(action, RESOLUTIONS), code, words) if code else ""
    more = SEPARATOR.join(part for part in (named, said.text) if part)
    return words._("{names}: {what}", names=told, what=more) if more else told


def named(card: Card, words: Words, naming: Naming = name_of) -> str:
    """Whom a rule calls to a critical case; empty where it calls nobody, or somebody is at it."""
    if not card.people or card.urgency != "critical" or card.status != CaseStatus.OPEN:
        return ""
    return words._("For {names}", names=words.listing([naming(name) for name in card.people]))


def reminder(view: Reminder, words: Words, naming: Naming = name_of) -> str:
    """Which clock rings, what is to be done by when, and who is asked to. Where somebody has acted meanwhile, that."""
    said = _rings(view, words, naming) or status(view.card, words, naming)
    if not view.to:
        return said
    names = words.listing([naming(name) for name in view.to])
    return words._("{names}: {what}", names=names, what=said)


def _rings(view: Reminder, words: Words, naming: Naming) -> str:
    """Empty where the case has left what the clock is for."""
    card = view.card
    if view.kind == ClockKind.FOLLOW_UP:
        if card.status != CaseStatus.RESOLVED:
            return ""
        asked = words._("Is all well now? Time to ask the customer")
        return SEPARATOR.join(part for part in (asked, status(card, words, naming)) if part)
    if card.done or CLOCKED.get(view.kind, card.status) != card.status:
        return ""
    if view.kind == ClockKind.PROMISE:
        return _promised(view, words)
    parts = [
        words._(RINGS[view.kind, view.late]) if (view.kind, view.late) in RINGS else "",
        due(card, words),
    ]
    return SEPARATOR.join(part for part in parts if part)


def _promised(view: Reminder, words: Words) -> str:
    card = view.card
    when = words.when(view.due_at or card.now, card.zone, card.now)
    message = N_("Promised to the customer by {when}")
    if view.late:
        message = N_("Promised to the customer by {when}, and that time is over")
    return words._(message, when=when) + (f"{SEPARATOR}“{view.note}”" if view.note else "")


def storm_note(card: Card, words: Words) -> str:
    """What a storm's message is, and what else is to be known of it."""
    since = words.when(card.opened_at or card.now, card.zone, card.now)
    told = words._("Since {when}; new mentions join here without a message of their own", when=since)
    shown = min(card.mentions, 1 + len(card.worst))
    if card.mentions <= shown:
        return told
    others = words.n("{count} more in the inbox", "{count} more in the inbox", card.mentions - shown)
    return told + SEPARATOR + others


def worst_title(card: Card, words: Words) -> str:
    """What the other mentions of a message are."""
    return words._("Among the worst") if card.storm or not card.surge else words._("Examples")


def listed(row: Listed, view: StartList | Card, words: Words) -> str:
    """One mention of a list."""
    known = (stars(row.stars, words), row.author, words.ago(row.published_at, view.zone, view.now))
    return f"{SEPARATOR.join(part for part in known if part)}: {row.quote}"


def bundle_title(bundle: Bundle, words: Words) -> str:
    """How many cases wait in it, and whose."""
    waiting = sum(case.waits for case in bundle.cases)
    if not waiting:
        return words._("{brand}: nothing left to look at here", brand=bundle.brand)
    return words.n(
        "{brand}: {count} case to look at", "{brand}: {count} cases to look at", waiting, brand=bundle.brand
    )


def bundle_note(bundle: Bundle, words: Words) -> str:
    """What the list is, and by when its first case wants an answer."""
    said = [words._(SPANS[bundle.span])] if bundle.span in SPANS else []
    dues = [
        case.due_at for case in bundle.cases if case.waits and case.due_at and case.status == CaseStatus.OPEN
    ]
    if dues:
        when = words.when(min(dues), bundle.zone, bundle.now)
        said.append(words._("first reply by {when}", when=when))
    return SEPARATOR.join(said)


def bundled(case: Bundled, words: Words) -> str:
    """One case of a bundle: severity, platform, stars, author, words."""
    mark = sign(case.urgency, case.channel)
    if not case.waits:
        mark = "✓" if case.done else "↗"
    parts = [case.platform_label, stars(case.stars, words), case.author or words._("anonymous")]
    if case.own and not case.done:
        parts.insert(0, words._("in a message of its own"))
    said = SEPARATOR.join(part for part in parts if part)
    return f"{mark} {said}: “{case.quote}”" if case.quote else f"{mark} {said}"


def bundle_rest(count: int, words: Words) -> str:
    """How many cases the list leaves out for now."""
    return words.n(
        "{count} more case is not shown: it comes as others are done, and stands in the inbox",
        "{count} more cases are not shown: they come as others are done, and stand in the inbox",
        count,
    )


def source_title(notice: SourceNotice, words: Words) -> str:
    """Which source it is, and how it is."""
    name = f"{notice.source} ({notice.label})"
    if notice.down_since is None:
        return words._("{source} is read again", source=name)
    if notice.quiet:
        return words._("{source} shows nothing, which is unusual", source=name)
    return words._("{source} cannot be read", source=name)


def source_details(notice: SourceNotice, words: Words) -> list[str]:
    """Since when, and what that means."""
    said = []
    if notice.down_since:
        since = words.when(notice.down_since, notice.zone, notice.now)
        said.append(words._("{brand}: nothing from there since {when}", brand=notice.brand, when=since))
    if notice.last_ok_at:
        last = words.when(notice.last_ok_at, notice.zone, notice.now)
        said.append(words._("last read well {when}", when=last))
    return said


def trouble_title(trouble: Trouble, words: Words) -> str:
    """Where nothing arrives, and how much waits for it."""
    place = " ".join(part for part in (trouble.channel.capitalize(), trouble.place) if part)
    title = words._("Not delivered to {place}: {cause}", place=place, cause=trouble.reason)
    if not trouble.undelivered:
        return title
    waiting = words.n("{count} message waits", "{count} messages wait", trouble.undelivered)
    return title + SEPARATOR + waiting


def trouble_mend(trouble: Trouble, words: Words) -> str:
    """What a person can do about it: our own words, translated where the catalogue knows them."""
    plain = "{" not in trouble.mend and "}" not in trouble.mend
    return words._("What helps: {mend}", mend=words._(trouble.mend) if plain else trouble.mend)


def trial(view: Trial, words: Words, naming: Naming = name_of) -> str:
    """What is asked of whoever reads the test alert, or what came of it."""
    if view.seen_by:
        return words._("The test worked: {who} clicked, and Ascolto heard it.", who=naming(view.seen_by))
    if view.over:
        return words._("This test is over: no click was heard in time.")
    return words._("This is a test of ascolto check. Please click the button: no case hangs on it.")


def start_title(start: StartList, words: Words) -> str:
    """How many wait there."""
    return words.n(
        "{source}: {count} mention waits for an answer",
        "{source}: {count} mentions wait for an answer",
        start.total,
        source=f"{start.source} ({start.label})",
    )


def start_note(start: StartList, words: Words) -> str:
    """What the list is, and how much of it is shown."""
    note = words._("From before this source was watched; older ones are counted, no clock runs for them")
    hidden = start.total - len(start.listed)
    if hidden <= 0:
        return note
    return note + SEPARATOR + words.n("{count} more is not shown", "{count} more are not shown", hidden)
