"""What each kind of notification shows besides a whole case: plain values, loaded from the rows at sending time.

A notification keeps ids, never texts; `load_view` reads what they stand for as it is now.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case as sql_case
from sqlalchemy import func, select
from sqlmodel import Session, col

from alerts import spike_view, vanished
from alerts.card import (
    DONE,
    Card,
    Change,
    Listed,
    Proposal,
    Why,
    change_of,
    listed,
    load_card,
    platform_label,
    safe_url,
)
from alerts.charts import spike
from alerts.charts.picture import Picture
from alerts.drafts import follow_up
from alerts.inbox import Links
from alerts.overview import Brief, Switched, load_brief, load_switched
from alerts.text import one_line, shown
from store.brand import Brand
from store.clock import aware
from store.retention import ERASED
from store.tables import (
    Audit,
    Case,
    Clock,
    ClockKind,
    Mention,
    Notification,
    NotificationKind,
    OutboxState,
    Reason,
    Revision,
    Score,
    SourceRow,
)

LISTED = 15  # mentions of a starting list that are shown; the rest are counted
LINE = 200
URGENCIES = ("critical", "high", "normal", "low")
SAID = 1_500  # of what a person wrote


@dataclass(frozen=True, slots=True)
class Said:
    """What a person did, and said of it: `to` whom; `code`, a word of ours (how, by which rule, with what outcome,
    which clause); `text`, their own words; `until` when. Empty where it was erased, or there is none."""

    who: str
    to: str = ""
    code: str = ""
    text: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Something new about a case, for its thread. `event`: the kind of a reason, what else happened (`gone`,
    `vanished`, `answered`), or what a person did (`said` tells the rest). `why`: its reason; `quote`: the words of the
    mention it is about; `url`: where it stands; `raised`: how urgent the case has become by it; `reopened`: it was
    done before; `alarm`: it is critical, in a storm that somebody has in hand; `to`: who is called."""

    case_id: int
    now: datetime
    zone: ZoneInfo
    event: str
    why: Why | None = None
    author: str | None = None
    platform_label: str = ""
    url: str | None = None
    quote: str = ""
    change: Change | None = None
    raised: str = ""
    reopened: bool = False
    said: Said | None = None
    alarm: bool = False
    to: tuple[str, ...] = ()
    picture: Picture | None = None

    @property
    def loud(self) -> bool:
        """Whether people who do not follow the thread must hear of it."""
        return bool(self.raised) or self.reopened or self.alarm or self.event in ("spike", "vanished")


@dataclass(frozen=True, slots=True)
class Reminder:
    """A clock of a case rings; `to`: who is named. `kind`: one of `store.tables.ClockKind`; `late`: its time is over;
    `due_at`: of a promise, with what was promised (`note`); `question`: what to ask the customer at a follow-up."""

    card: Card
    to: tuple[str, ...] = ()
    kind: str = ClockKind.CONTACT
    late: bool = False
    due_at: datetime | None = None
    note: str = ""
    question: Proposal | None = None

    @property
    def loud(self) -> bool:
        """Whether people who do not follow the thread must hear of it: a time that is over, or that nobody watches."""
        return self.late or not any(name.startswith("slack:") for name in self.to)


@dataclass(frozen=True, slots=True)
class SourceNotice:
    """A source went down, or (`down_since` None) reads again. `error` is what its last read said; `quiet`: it can
    be read, and shows nothing."""

    source: str
    label: str
    brand: str
    now: datetime
    zone: ZoneInfo
    down_since: datetime | None
    last_ok_at: datetime | None
    error: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class StartList:
    """The unanswered urgent or negative mentions found when a source was read for the first time."""

    source: str
    label: str
    brand: str
    now: datetime
    zone: ZoneInfo
    listed: tuple[Listed, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Messages do not get through to `place` of `channel`: the cause as a code, and what a person can do about it.
    `undelivered`: how many stand as failed for this cause now."""

    channel: str
    place: str
    reason: str
    mend: str
    undelivered: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A test alert with one button, which carries `value`. `seen_by`: who clicked it; `over`: nobody did in time."""

    value: str
    seen_by: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class Bundled:
    """One case of a bundle, on a line. `own`: it has a message of its own."""

    case_id: int
    urgency: str
    status: str
    own: bool
    channel: str = "alerts"
    platform_label: str = ""
    stars: float | None = None
    author: str | None = None
    quote: str = ""
    url: str | None = None
    due_at: datetime | None = None

    @property
    def done(self) -> bool:
        return self.status in DONE

    @property
    def waits(self) -> bool:
        """Whether this list is all that people see of it, and it is not done."""
        return not self.done and not self.own


@dataclass(frozen=True, slots=True)
class Bundle:
    """Cases of an hour or a day in one message, what waits first. `span`: hour, day, or limit: they were too many for
    one channel. `version` grows with all that a reader would see change; `inbox`: the address of all of them there."""

    brand: str
    now: datetime
    zone: ZoneInfo
    span: str
    cases: tuple[Bundled, ...]
    version: int = 0
    inbox: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a report: our words, then a customer's (`quote`), where they stand (`url`), and who wrote them."""

    text: str
    quote: str = ""
    url: str | None = None
    author: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report under a title of its own."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A digest, in the words of `alerts.digest`: a title, a summary paragraph by paragraph, a picture and the sections.
    `figures` are what it says, for machines; `quoted`: ids of the mentions whose words stand in it."""

    title: str
    paragraphs: tuple[str, ...]
    picture: Picture | None = None
    sections: tuple[Section, ...] = ()
    figures: Mapping[str, Any] | None = None
    inbox: str | None = None
    quoted: tuple[int, ...] = ()


View = (
    Card | Line | Reminder | SourceNotice | StartList | Bundle | Trouble | Trial | Brief | Switched | Report
)
Reporting = Callable[[Session, Notification, datetime], Report]


def picture_of(view: View) -> Picture | None:
    """The picture that belongs to a notification, where it has one."""
    return view.picture if isinstance(view, Card | Line | Report) else None


def load_view(
    session: Session,
    row: Notification,
    brands: Mapping[str, Brand],
    now: datetime,
    report: Reporting | None = None,
) -> View:
    """What the notification `row` shows at `now`. Raises LookupError where what it tells of is not there any more.

    `body` by kind: reminder: `to`, names, `clock`, its id, `kind`, `late`; start: `mentions`, ids; source: `event`
    (down, up), `since`, `quiet`; thread: `event` where no reason says more, `raised`, `reopened`, `alarm`, `to`;
    `audit`, the id of the row that says what a person did; case: `people`, whom a rule names; bundle: `span`; trouble:
    `channel`, `place`, `reason`, `mend`.
    """
    brand = brands.get(row.brand or "")
    if row.kind == NotificationKind.CASE:
        card = load_card(session, _case_id(row), brand, now)
        return replace(card, people=_names(row.body.get("people")), picture=_chart(session, card))
    if row.kind == NotificationKind.THREAD:
        return _line(session, row, brand, now)
    if row.kind == NotificationKind.REMINDER:
        return _reminder(session, row, brand, now)
    if row.kind == NotificationKind.SOURCE:
        return _source_notice(session, row, brand, now)
    if row.kind == NotificationKind.START:
        return _start_list(session, row, brand, now)
    if row.kind == NotificationKind.TROUBLE:
        return _trouble(session, row)
    if row.kind == NotificationKind.BRIEF:
        return load_brief(session, row, brand, now)
    if row.kind == NotificationKind.SWITCH:
        return load_switched(row, brand, now)
    if row.kind == NotificationKind.BUNDLE:
        return _bundle(session, row, brand, now)
    if report is None:
        raise LookupError(f"nobody here can write a {row.kind}")
    return report(session, row, now)


def _chart(session: Session, card: Card) -> Picture | None:
    """What a spike looks like, while it waits for somebody."""
    case = session.get(Case, card.case_id) if card.surge and not card.done else None
    known = spike_view.hours(session, case) if case else None
    if known is None or card.surge is None:
        return None
    return spike.chart(card.brand, card.surge, card.zone, *known)


def linked(view: View, row: Notification, links: Links) -> View:
    """The view with the address of the inbox where all of it stands, if anybody knows it: a message may be cut."""
    if isinstance(view, Card):
        return replace(view, inbox=links.case(view.case_id))
    if isinstance(view, Reminder):
        return replace(view, card=replace(view.card, inbox=links.case(view.card.case_id)))
    if isinstance(view, Bundle | Brief):
        return replace(view, inbox=links.queue(brand=row.brand))
    if isinstance(view, Report):
        return replace(view, inbox=links.queue(brand=row.brand, status="all"))
    return view


def _case_id(row: Notification) -> int:
    if row.case_id is None:
        raise LookupError(f"notification {row.key} belongs to no case")
    return row.case_id


def _zone(brand: Brand | None) -> ZoneInfo:
    return brand.zone if brand else ZoneInfo("UTC")


def _names(names: object) -> tuple[str, ...]:
    return tuple(shown(one_line(str(name)), 80) for name in names) if isinstance(names, list | tuple) else ()


def _reminder(session: Session, row: Notification, brand: Brand | None, now: datetime) -> Reminder:
    card = load_card(session, _case_id(row), brand, now)
    clock = session.get(Clock, number) if isinstance(number := row.body.get("clock"), int) else None
    kind = str(row.body.get("kind") or ClockKind.CONTACT)
    return Reminder(
        card,
        _names(row.body.get("to")),
        kind,
        late=bool(row.body.get("late", card.due_at is not None and card.due_at <= now)),
        due_at=clock.due_at if clock else None,
        note=shown(one_line(clock.note), LINE) if clock and clock.note else "",
        question=_question(card, brand) if kind == ClockKind.FOLLOW_UP else None,
    )


def _question(card: Card, brand: Brand | None) -> Proposal | None:
    if brand is None:
        return None
    asked = follow_up.question(
        brand,
        lang=card.lang,
        author=card.author,
        done=card.resolution or "",
        platform=card.platform,
        seed=str(card.case_id),
    )
    return Proposal(asked.lang, asked.text, used=asked.used, limit=asked.limit, unit=asked.unit)


def _line(session: Session, row: Notification, brand: Brand | None, now: datetime) -> Line:
    event = str(row.body.get("event") or "")
    found = _reason(session, row.reason_id) if row.reason_id else None
    if found is None:
        if not event:
            raise LookupError(f"notification {row.key} tells of a reason that is not there any more")
        audit_id = row.body.get("audit")
        done = session.get(Audit, audit_id) if isinstance(audit_id, int) else None
        said, url = (_said(done), _reported(session, done)) if done else (None, None)
        line = Line(_case_id(row), now, _zone(brand), event, url=url, said=said)
        return _with_mention(session, line, row) if event == vanished.EVENT else line
    reason, mention, before = found
    return Line(
        _case_id(row),
        now,
        _zone(brand),
        reason.kind,
        why=Why(reason.kind, tuple(shown(one_line(str(word)), 60) for word in reason.detail)),
        author=shown(mention.author, LINE) or None,
        platform_label=platform_label(mention.platform),
        url=safe_url(mention.url)[0],
        quote=shown(mention.text, 2 * LINE),
        change=change_of(mention, before) if reason.kind == "edited" else None,
        raised=str(row.body.get("raised") or ""),
        reopened=bool(row.body.get("reopened")),
        alarm=bool(row.body.get("alarm")),
        to=_names(row.body.get("to")),
    )


def _with_mention(session: Session, line: Line, row: Notification) -> Line:
    """Whose words the line is about, and who is called."""
    number = row.body.get("mention")
    mention = session.get(Mention, number) if isinstance(number, int) else None
    if mention is None:
        return line
    return replace(
        line,
        author=shown(mention.author, LINE) or None,
        platform_label=platform_label(mention.platform),
        url=safe_url(mention.url)[0],
        quote=shown(mention.text, 2 * LINE),
        to=_names(row.body.get("to")),
    )


def _reported(session: Session, row: Audit) -> str | None:
    """Where the mention stands that was reported to its platform: the case may show another one by now."""
    number = row.detail.get("mention") if row.action == "report" else None
    mention = session.get(Mention, number) if isinstance(number, int) else None
    return safe_url(mention.url)[0] if mention else None


def _said(row: Audit) -> Said:
    detail = row.detail

    def first(limit: int, *names: str) -> str:
        return shown(one_line(str(next((detail[name] for name in names if detail.get(name)), ""))), limit)

    return Said(
        shown(one_line(row.who), LINE),
        to=first(LINE, "to"),
        code=first(LINE, "how", "rule", "outcome", "clause"),
        text=first(SAID, "note", "evidence", "promise", "statement"),
        until=_moment(detail.get("until") or detail.get("by")),
    )


def _reason(session: Session, reason_id: int) -> Any:
    earlier = (col(Revision.mention_id) == Mention.id) & (col(Revision.revision) == Mention.revision - 1)
    return session.execute(
        select(Reason, Mention, Revision)
        .join(Mention, col(Mention.id) == Reason.mention_id)
        .join(Revision, earlier, isouter=True)
        .where(col(Reason.id) == reason_id)
    ).first()


def _source(session: Session, row: Notification) -> SourceRow:
    source = session.get(SourceRow, row.source) if row.source else None
    if source is None:
        raise LookupError(f"source {row.source} is not there any more")
    return source


def _source_notice(session: Session, row: Notification, brand: Brand | None, now: datetime) -> SourceNotice:
    """Of the moment it was written: what happened since has a notice of its own."""
    source = _source(session, row)
    down_since = _moment(row.body.get("since")) if row.body.get("event") == "down" else None
    return SourceNotice(
        shown(source.name, LINE),
        platform_label(source.type),
        brand.name if brand else source.brand,
        now,
        _zone(brand),
        down_since,
        source.last_ok_at,
        shown(source.last_error and one_line(source.last_error), 2 * LINE) if down_since else "",
        bool(row.body.get("quiet")),
    )


def _trouble(session: Session, row: Notification) -> Trouble:
    told = {name: str(row.body.get(name) or "") for name in ("channel", "place", "reason", "mend")}
    failed = select(func.count()).where(
        col(Notification.state) == OutboxState.FAILED,
        col(Notification.channel) == told["channel"],
        col(Notification.error).startswith(f"{told['reason']}:", autoescape=True),
    )
    return Trouble(**told, undelivered=session.scalar(failed) or 0)


def _moment(text: object) -> datetime | None:
    return aware(datetime.fromisoformat(text)) if isinstance(text, str) else None


def _start_list(session: Session, row: Notification, brand: Brand | None, now: datetime) -> StartList:
    source = _source(session, row)
    ids = [int(number) for number in row.body.get("mentions", ())]
    return StartList(
        shown(source.name, LINE),
        platform_label(source.type),
        brand.name if brand else source.brand,
        now,
        _zone(brand),
        _listed(session, ids[:LISTED]),
        len(ids),
    )


def _listed(session: Session, ids: Sequence[int]) -> tuple[Listed, ...]:
    scored = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)
    rows = session.execute(
        select(Mention, col(Score.urgency)).join(Score, scored, isouter=True).where(col(Mention.id).in_(ids))
    )
    found = {
        mention.id: listed(mention, urgency)
        for mention, urgency in rows
        if not mention.external_id.startswith(ERASED)
    }
    return tuple(found[number] for number in ids if number in found)


def _bundle(session: Session, row: Notification, brand: Brand | None, now: datetime) -> Bundle:
    found = [_bundled(*found) for found in session.execute(_members(row.key))]
    if not found:
        raise LookupError(f"notification {row.key} tells of no case any more")
    found.sort(key=lambda case: (not case.waits, case.done, URGENCIES.index(case.urgency), case.case_id))
    return Bundle(
        brand.name if brand else row.brand or "",
        now,
        _zone(brand),
        str(row.body.get("span") or ""),
        tuple(found),
        bundle_version(session, row.key),
    )


def bundle_version(session: Session, key: str) -> int:
    """Grows with each case of the bundle `key`, each change of one, and each that gets a message of its own."""
    own = func.sum(sql_case((col(Notification.state) == OutboxState.BUNDLED, 0), else_=1))
    total = session.execute(
        select(func.count(), func.sum(Case.version), own)
        .select_from(Notification)
        .join(Case, col(Case.id) == Notification.case_id)
        .where(col(Notification.bundle) == key)
    ).one()
    return sum(part or 0 for part in total)


def _members(key: str) -> Any:
    return (
        select(Case, col(Notification.state), Mention)
        .join(Notification, col(Notification.case_id) == Case.id)
        .join(Mention, col(Mention.id) == Case.mention_id, isouter=True)
        .where(col(Notification.bundle) == key)
    )


def _bundled(case: Case, state: str, mention: Mention | None) -> Bundled:
    """Of an erased mention nothing is left but its case."""
    urgency = case.urgency if case.urgency in URGENCIES else "normal"
    known: dict[str, Any] = {"channel": case.channel, "due_at": case.due_at}
    if mention is not None and not mention.external_id.startswith(ERASED):
        known |= {
            "platform_label": platform_label(mention.platform),
            "stars": mention.stars,
            "author": shown(mention.author and one_line(mention.author), 60) or None,
            "quote": shown(one_line(mention.text[: LINE * 4] or mention.title or ""), 120),
            "url": safe_url(mention.url)[0],
        }
    return Bundled(case.id or 0, urgency, case.status, state != OutboxState.BUNDLED, **known)
