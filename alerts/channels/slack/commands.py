"""`/ascolto`: what waits where, finding a mention, and stopping a source or everything that can wait for a time.

Words in, a message for one person out. What a switch stops is for whoever tells people.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy import text as sql
from sqlmodel import Session, col

from alerts import cases, exclusions, telling
from alerts.card import safe_url
from alerts.cases import Desk
from alerts.channels.slack import kit
from alerts.channels.slack.blocks import Message
from alerts.channels.slack.escape import plain
from alerts.channels.slack.home import HEALTH, SIGNS
from alerts.text import one_line, shown
from alerts.words import N_, Words
from store import switches
from store.brand import Brand, first_zone, parse_duration
from store.matching import fold
from store.mention import storable
from store.problems import meant
from store.status import read_status
from store.tables import Audit, CaseStatus, Mention, OutboxState, SourceRow

COMMAND = "/ascolto"
FOUND = 8  # mentions shown of a search
LONGEST = timedelta(days=30)  # a switch that nobody remembers ends by itself
A_DAY = timedelta(days=1)  # so does a pause without a length: it holds back cases that are high
SHORT = 200
LISTED = 30  # exclusions shown
# What people write in Italian means the same.
ALIASES = {
    "stato": "status",
    "cerca": "search",
    "silenzia": "mute",
    "pausa": "pause",
    "riprendi": "go-on",
    "esclusioni": "exclusions",
    "riammetti": "include",
    "aiuto": "help",
}
STATUSES = {
    CaseStatus.OPEN: N_("open"),
    CaseStatus.ACKNOWLEDGED: N_("acknowledged"),
    CaseStatus.REPLIED: N_("replied"),
    CaseStatus.RESOLVED: N_("resolved"),
    CaseStatus.DISMISSED: N_("dismissed"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A command at work. `click`: what tells it from all others, where Slack may deliver it twice."""

    session: Session
    brands: Mapping[str, Brand]
    sources: Sequence[str]
    who: str
    now: datetime
    words: Words
    click: str = ""

    @property
    def desk(self) -> Desk:
        return Desk(self.session, self.brands, (), self.now, self.click)

    @property
    def zone(self) -> ZoneInfo:
        return first_zone(self.brands)

    def brand_key(self, name: str) -> str | None:
        """The brand that a person means, by its key or by what it is called; None: there is none, or several."""
        if name in self.brands:
            return name
        called = [key for key, brand in self.brands.items() if fold(brand.name) == fold(name)]
        return called[0] if len(called) == 1 else None

    def until(self, moment: datetime | None) -> str:
        if moment is None:
            return self.words._("until somebody writes /ascolto go-on")
        return self.words._("until {when}", when=self.words.when(moment, self.zone, self.now))


def answer(text: str, asked: Asked) -> Message:
    """Does what was asked and says so."""
    name, _, rest = " ".join(str(storable(text)).split()).partition(" ")
    name = name.lower() or "status"
    return _COMMANDS.get(ALIASES.get(name, name), _help)(rest, asked)


def changes(text: str) -> bool:
    """Whether a command writes."""
    name = text.split()[0].lower() if text.split() else ""
    return ALIASES.get(name, name) in ("mute", "pause", "go-on", "include")


def is_repeated(asked: Asked) -> bool:
    """Whether this very command has changed something before. Until the transaction ends, no other one does: SQLite has
    one writer anyway."""
    if not asked.click:
        return False
    if asked.session.get_bind().dialect.name == "postgresql":
        asked.session.execute(sql("SELECT pg_advisory_xact_lock(hashtext('ascolto.command'))"))
    return cases.is_repeated(asked.desk, None, asked.who)


def standing(asked: Asked) -> list[str]:
    """What is turned off now, a sentence each."""
    told = []
    for row in switches.standing(asked.session, asked.now):
        kind, _, about = row.name.partition(":")
        brand = asked.brands.get(about)
        message = N_("{name} is paused {until}") if kind == switches.PAUSE else N_("{name} is muted {until}")
        name = brand.name if brand and kind == switches.PAUSE else about
        if about == switches.ALL:
            message = N_("Everything that can wait is paused {until}")
        told.append(asked.words._(message, name=name, until=asked.until(row.until)))
    return told


def _status(rest: str, asked: Asked) -> Message:
    status, words = read_status(asked.session, asked.sources), asked.words
    counted = [f"{words.number(status.cases[name])} {words._(label)}" for name, label in STATUSES.items()]
    lines = [words._("Cases: {counts}", counts=", ".join(counted))]
    waiting = status.outbox[OutboxState.WAITING] + status.outbox[OutboxState.STALE]
    lines.append(words._("Messages that wait: {count}", count=words.number(waiting)))
    if failed := status.outbox[OutboxState.FAILED]:
        lines.append(
            words._(
                "Messages that cannot be sent: {count}. ascolto check says why", count=words.number(failed)
            )
        )
    lines += standing(asked)
    for source in status.sources:
        said = f"{SIGNS[source.health]} {source.source}: {words._(HEALTH[source.health])}"
        if source.last_ok:
            last = words.when(source.last_ok, asked.zone, asked.now)
            said = f"{said} · {words._('last read well {when}', when=last)}"
        lines.append(said)
    return _lines(lines)


def _search(rest: str, asked: Asked) -> Message:
    words = asked.words
    if not rest:
        return _help(rest, asked)
    conditions = [
        col(Mention.text).icontains(word, autoescape=True)
        | col(Mention.title).icontains(word, autoescape=True)
        for word in rest.split()[:8]
    ]
    rows = asked.session.scalars(
        select(Mention)
        .where(col(Mention.brand).in_(list(asked.brands)), col(Mention.content_hash) != "", *conditions)
        .order_by(col(Mention.id).desc())
        .limit(FOUND)
    ).all()
    if not rows:
        return _lines([words._("No mention with “{words}”.", words=shown(rest, SHORT))])
    title = words.n(
        "{count} mention with “{words}”",
        "{count} mentions with “{words}”, the latest first",
        len(rows),
        words=shown(rest, SHORT),
    )
    listed = [kit.section(*_found(row, asked)) for row in rows]
    return Message(
        plain(title, SHORT * 2),
        (kit.rich(kit.section(kit.text(title, bold=True)), kit.bullets(listed)),),
    )


def _found(row: Mention, asked: Asked) -> list[kit.Block]:
    words = asked.words
    known = (
        telling.stars(row.stars, words),
        shown(row.author and one_line(row.author), 60),
        words.when(row.published_at, asked.zone, asked.now),
        words._("case {number}", number=row.case_id) if row.case_id else "",
    )
    said = (
        f"{telling.SEPARATOR.join(part for part in known if part)}: {shown(one_line(row.text[:800]), SHORT)} "
    )
    url = safe_url(row.url)[0]
    return [kit.text(said), *([kit.link(url, words._("original"))] if url else [])]


def _mute(rest: str, asked: Asked) -> Message:
    name, _, time = rest.rpartition(" ")
    length = _duration(time)
    if not name or length is None:
        return _lines([asked.words._("Write which source and for how long: /ascolto mute SOURCE 2h")])
    known = _known_sources(asked)
    if name not in known:
        return _unknown(name, known, asked)
    until = asked.now + length
    switches.set(asked.session, switches.mute(name), until, asked.who, asked.now, asked.click)
    said = asked.words._(
        "{name} is muted {until}. What is critical is told all the same.", name=name, until=asked.until(until)
    )
    told = [asked.words._("The next brief lists what this held back.")] if _has_briefs(name, asked) else []
    return _lines([said, *told])


def _has_briefs(source: str, asked: Asked) -> bool:
    """Whether a brief comes that lists what a mute of the source held back."""
    row = asked.session.get(SourceRow, source)
    known = asked.brands.get(row.brand) if row else None
    brands = [known] if known else list(asked.brands.values())
    return all(one.briefs.morning is not None or one.briefs.evening is not None for one in brands)


def _pause(rest: str, asked: Asked) -> Message:
    """`pause`, `pause 2h`, `pause BRAND`, `pause BRAND 2h`; for a day where no length is said."""
    name, _, time = rest.rpartition(" ")
    length = _duration(time)
    if length is None:
        name = rest
    brand = asked.brand_key(name)
    if name and brand is None:
        return _unknown(name, list(asked.brands), asked)
    until = asked.now + (length or A_DAY)
    key = switches.pause(brand or switches.ALL)
    switches.set(asked.session, key, until, asked.who, asked.now, asked.click)
    said = asked.words._(
        "Paused {until}: no reply goes out, and nothing is told but what is critical.",
        until=asked.until(until),
    )
    ends = N_("A pause without a length ends after a day, or when somebody writes /ascolto go-on.")
    return _lines([said, *([] if length else [asked.words._(ends)])])


def _go_on(rest: str, asked: Asked) -> Message:
    """Ends the pause and every mute, or those of the brand or source that is named."""
    ended, words, brand = [], asked.words, asked.brand_key(rest)
    for row in list(switches.standing(asked.session, asked.now)):
        kind, _, name = row.name.partition(":")
        if not rest or name == rest or (kind == switches.PAUSE and name == brand):
            switches.off(asked.session, row.name, asked.who, asked.now, asked.click)
            ended.append(words._("everything") if name == switches.ALL else name)
    if not ended:
        # Remembered, so that a second delivery does not end what somebody has paused since.
        mark = {"click": asked.click} if asked.click else {}
        asked.session.add(Audit(at=asked.now, who=asked.who, action="go_on", detail=mark))
        if rest and (others := standing(asked)):
            return _lines([words._("“{name}” is neither paused nor muted.", name=shown(rest, 100)), *others])
        return _lines([words._("Nothing is paused or muted.")])
    return _lines([words._("Goes on: {names}", names=words.listing(ended))])


def _exclusions(rest: str, asked: Asked) -> Message:
    """What people have said is not about the brand, each with the number by which it can be withdrawn."""
    words = asked.words
    brand = asked.brand_key(rest)
    if rest and brand is None:
        return _unknown(rest, list(asked.brands), asked)
    rows = exclusions.listed(asked.session, [brand] if brand else asked.brands)
    if not rows:
        return _lines([words._("No phrase is excluded.")])
    told = [
        words._(
            "{number}. “{phrase}” is not about {brand}: {who}, {when}",
            number=row.id,
            phrase=shown(row.phrase, SHORT),
            brand=asked.brands[row.brand].name,
            who=telling.name_of(row.added_by),
            when=words.when(row.added_at, asked.zone, asked.now),
        )
        for row in rows[:LISTED]
    ]
    if len(rows) > LISTED:
        told.append(words.n("{count} more is not shown", "{count} more are not shown", len(rows) - LISTED))
    return _lines([*told, words._("To withdraw one: /ascolto include, with the phrase or its number")])


def _include(rest: str, asked: Asked) -> Message:
    """`include PHRASE`, `include NUMBER`: from now on the phrase is no reason to tell nobody."""
    words = asked.words
    if not rest:
        return _exclusions(rest, asked)
    rows = exclusions.listed(asked.session, asked.brands)
    meant = [row for row in rows if row.phrase == fold(rest)] or [row for row in rows if str(row.id) == rest]
    told = []
    for brand, phrase in [(row.brand, row.phrase) for row in meant]:
        exclusions.withdraw(asked.desk, brand, phrase, asked.who)
        told.append(
            words._(
                "“{phrase}” counts again for {brand}, from the next mention on.",
                phrase=shown(phrase, SHORT),
                brand=asked.brands[brand].name,
            )
        )
    return _lines(
        told
        or [
            words._(
                "“{phrase}” is not excluded. /ascolto exclusions lists what is.", phrase=shown(rest, SHORT)
            )
        ]
    )


def _help(rest: str, asked: Asked) -> Message:
    _ = asked.words._
    return _lines(
        [
            _("/ascolto status: what waits, and how the sources fare"),
            _("/ascolto search WORDS: the latest mentions with these words"),
            _("/ascolto mute SOURCE 2h: nothing from that source for a time, but what is critical"),
            _("/ascolto pause [2h]: no replies and nothing that can wait"),
            _("/ascolto go-on: ends pauses and mutes"),
            _("/ascolto exclusions [BRAND]: the phrases that are not about you"),
            _("/ascolto include PHRASE: such a phrase counts again"),
            _("/ascolto help: this list"),
        ]
    )


def _known_sources(asked: Asked) -> list[str]:
    stored = asked.session.scalars(select(col(SourceRow.name)).order_by(col(SourceRow.name)))
    return list(dict.fromkeys([*asked.sources, *stored]))


def _unknown(name: str, known: Sequence[str], asked: Asked) -> Message:
    told = asked.words._("There is no {name}.", name=shown(name, 100))
    near = meant(name, known) if known else ""
    names = asked.words._("Known are: {names}", names=", ".join(known[:30])) if known else ""
    return _lines([f"{told}{near}" if asked.words.lang == "en" else told, *([names] if names else [])])


def _duration(text: str) -> timedelta | None:
    try:
        length = parse_duration(text)
    except (ValueError, OverflowError):
        return None
    return min(length, LONGEST) if isinstance(length, timedelta) and length > timedelta() else None


def _lines(lines: Sequence[str]) -> Message:
    text = plain("\n".join(lines), kit.MAX_TEXT)
    return Message(text, (kit.rich(*(kit.section(kit.text(f"{line}\n")) for line in lines)),))


_COMMANDS: dict[str, Callable[[str, Asked], Message]] = {
    "status": _status,
    "search": _search,
    "mute": _mute,
    "pause": _pause,
    "go-on": _go_on,
    "exclusions": _exclusions,
    "include": _include,
    "help": _help,
}
