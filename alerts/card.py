"""`Card`: what a person needs of a case in two seconds, as plain values in no particular channel's format.

Text from outside is made visible and cut here, so that no channel shows more; the words around it are
`alerts.telling`'s, the layout is the channel's. Three queries a card, whatever the case holds, and one
more where it holds several mentions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, bindparam, exists, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

import platforms
from alerts import spike_view, vanished
from alerts.charts.picture import Picture
from alerts.spike_view import Surge
from alerts.text import one_line, shown, visible
from alerts.virality import Counts, spread
from platforms.length import Unit, measure
from store.brand import Brand
from store.retention import ERASED
from store.tables import (
    Audit,
    Case,
    CaseStatus,
    Draft,
    Mention,
    Reason,
    Revision,
    Score,
    Snapshot,
    UtcDateTime,
)

QUOTE = 600  # characters of the customer's words
LINE = 120  # of a name, a title, a place
DRAFT = 2_600  # of a reply; Slack takes 3,000 in one text
WHY_WORDS = 6
GLAD = 0.95  # probability of positive from which praise is quoted
CRITICISM = 0.05  # of negative up to which it is
ENOUGH = 40  # letters worth quoting
ASKED = "ask_quote"  # the move of a draft that asks
SNAPSHOTS = 60  # the latest, from which the speed is told
WORST = 4  # mentions of a storm beside the one that is shown
URGENCIES = ("critical", "high", "normal", "low")
DONE = (CaseStatus.RESOLVED, CaseStatus.DISMISSED)
NOT_REDRAFTED = "redraft"  # the check that a draft has failed which could not be written anew


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with what it rests on: words of the text, or figures (see `alerts.triage.Found.detail`)."""

    kind: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What the author changed last: stars before and now (None: unchanged), the words before ("": unchanged)."""

    at: datetime
    stars: tuple[float | None, float | None] | None = None
    before: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The reply as it stands: `checks` are the names and details of the guard's that failed; `edited`: by a person,
    whose words no gloss explains; `is_cut`: there is more of it than is shown; `kind`: of what is grave in it, empty
    where nothing is. One that `waits` is about to be written anew, one that `failed` could not be yet: neither has
    words, so that nobody sends what its storm says no more."""

    lang: str
    reply: str | None
    private_reply: str | None = None
    gloss: str | None = None
    checks: tuple[tuple[str, str], ...] = ()
    used: int = 0
    limit: int | None = None
    unit: str = "characters"
    edited: bool = False
    is_cut: bool = False
    kind: str = ""
    waits: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Engagement:
    """None: the platform does not tell. `speed`: reactions an hour now (see `alerts.virality`)."""

    likes: int | None = None
    shares: int | None = None
    replies: int | None = None
    views: int | None = None
    speed: float = 0.0


@dataclass(frozen=True, slots=True)
class Listed:
    """One mention of a list, on a line."""

    mention_id: int
    stars: float | None
    urgency: str | None
    author: str | None
    published_at: datetime
    quote: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A case at `now`. `version` is the case's when it was read; `mentions` counts all that belong to the case,
    `places` how many of them are where (unless one is all there is, or it is a storm);
    `earlier` and `earlier_answered` count what the same author wrote about the brand before, `earlier_since` is when
    that began. `mention_id` and `revision` name the words that are shown; `is_cut`: the author wrote more. `storm`:
    many mentions told as one, of which `worst` are the worst beside the one that is shown; `opened_at`: since when.
    `people`: whom a rule names; `may_be_quoted`: praise so good that its author may be asked for it; `approval`: whose
    word the policy wants before such a reply goes out; `on_call`: whom it calls day and night; `vanished_at`: since
    when something grave is gone from the brand's own page; `picture`: its figures as a chart; `inbox`: the
    address of its page there."""

    case_id: int
    version: int
    now: datetime
    zone: ZoneInfo
    brand: str
    status: str
    urgency: str
    whys: tuple[Why, ...]
    channel: str = "alerts"
    mention_id: int | None = None
    revision: int = 1
    platform: str = ""
    platform_label: str = ""
    stars: float | None = None
    lang: str | None = None
    unread: bool = False
    author: str | None = None
    published_at: datetime | None = None
    title: str = ""
    quote: str = ""
    is_cut: bool = False
    url: str | None = None
    host: str = ""
    place: str | None = None
    engagement: Engagement = Engagement()
    mentions: int = 1
    places: tuple[tuple[str, int], ...] = ()
    earlier: int = 0
    earlier_answered: int = 0
    earlier_since: datetime | None = None
    due_at: datetime | None = None
    change: Change | None = None
    gone_at: datetime | None = None
    vanished_at: datetime | None = None
    draft: Proposal | None = None
    owner: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    replied_at: datetime | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    resolution: str | None = None
    snoozed_until: datetime | None = None
    category: str | None = None
    storm: bool = False
    opened_at: datetime | None = None
    worst: tuple[Listed, ...] = ()
    people: tuple[str, ...] = ()
    may_be_quoted: bool = False
    approval: tuple[str, ...] = ()
    on_call: tuple[str, ...] = ()
    surge: Surge | None = None
    picture: Picture | None = None
    inbox: str | None = None

    @property
    def done(self) -> bool:
        return self.status in DONE

    @property
    def of_volume(self) -> bool:
        """Whether the case is about how many write, and shows no one mention's words."""
        return self.surge is not None and self.mention_id is None

    @property
    def is_asleep(self) -> bool:
        """Whether somebody has put it aside and its time has not come."""
        return self.snoozed_until is not None and self.snoozed_until > self.now and not self.done


def load_card(session: Session, case_id: int, brand: Brand | None, now: datetime) -> Card:
    """The card of a case; `brand` None: one that is not configured any more. Raises LookupError: no such case."""
    row = session.execute(_everything(), {"of_case": case_id}).first()
    if row is None:
        raise LookupError(f"case {case_id} is not there any more")
    case, mention = row.Case, row.Mention
    standing = _standing(case, brand, now, _whys(session, case, row.Score))
    if case.storm:
        standing["worst"] = _worst(session, case)
    elif row.mentions > 1:
        standing["places"] = _places(session, case_id)
    if "spike" in case.reasons and (told := spike_view.load(session, case)) is not None:
        standing["surge"], examples = told
        if not case.storm:
            standing["worst"] = tuple(listed(*example) for example in examples)
            standing["whys"] = (Why("spike"), *standing["whys"])
    if mention is None:  # erased on its author's wish
        return Card(**standing, mentions=row.mentions)
    words = _words_of(mention, row.Score)
    return Card(
        **standing,
        **words,
        engagement=_engagement(session, mention),
        mentions=row.mentions,
        earlier=row.earlier,
        earlier_answered=row.answered,
        earlier_since=row.since,
        change=change_of(mention, row.Revision),
        vanished_at=row.vanished,
        draft=proposal(case.reply, mention, row.Draft, words["lang"]),
        may_be_quoted=_may_be_quoted(case, mention, row.Score, row.Draft),
    )


def _places(session: Session, case_id: int) -> tuple[tuple[str, int], ...]:
    """What people call the platforms of a case's mentions, with how many are there; the most first."""
    count = func.count().label("count")
    rows = session.execute(
        select(col(Mention.platform), count)
        .where(col(Mention.case_id) == case_id)
        .group_by(col(Mention.platform))
    )
    found = [(platform_label(platform), number) for platform, number in rows]
    return tuple(sorted(found, key=lambda place: (-place[1], place[0])))


def _may_be_quoted(case: Case, mention: Mention, score: Score | None, draft: Draft | None) -> bool:
    """The best of praise: all stars, or none given and no doubt in the model; words enough, none of criticism; and
    nobody has asked yet."""
    if case.channel != "praise" or case.status in DONE or score is None or score.sentiment != "positive":
        return False
    asked = draft is not None and any(move.startswith(ASKED) for move in draft.moves)
    probs = score.sentiment_probs or {}
    sure = mention.stars == 5 or (mention.stars is None and probs.get("positive", 0.0) >= GLAD)
    length = sum(map(str.isalpha, mention.text))
    return not asked and sure and probs.get("negative", 0.0) < CRITICISM and ENOUGH <= length <= QUOTE


def safe_url(url: str | None) -> tuple[str | None, str]:
    """An address that any client takes as one link, and its host; None where it is no such thing."""
    try:
        parts = urlsplit(url or "")
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
        path, query, fragment = (quote(part, safe="/?:@!$&()*+,;=%-._~") for part in parts[2:])
    except ValueError:  # UnicodeError is one: no name server could know this host
        return None, ""
    if parts.scheme not in ("http", "https") or not host or any(c in host for c in " <>|\"'`"):
        return None, ""
    place = f"[{host}]{port}" if ":" in host else host + port  # names and passwords are left out
    return urlunsplit((parts.scheme, place, path, query, fragment)), host


def platform_label(name: str) -> str:
    """What people call a platform; its own name where it is not known here any more."""
    return platforms.label(name)


@cache
def _everything() -> Any:
    """The query, made once: making it takes longer than asking it. `of_case`: the id of the case."""
    case_id: Any = bindparam("of_case", type_=Integer)
    other = aliased(Mention)
    before = (
        other.brand == Mention.brand,
        other.platform == Mention.platform,
        other.author_key == Mention.author_key,
        col(other.published_at) < Mention.published_at,
    )
    theirs = aliased(
        Case
    )  # looked up one by one: a list of all that were answered would be made for each card
    replied = exists().where(col(theirs.id) == other.case_id, col(theirs.replied_at).is_not(None))
    answered = or_(col(other.answer).is_not(None), replied)
    first = select(func.min(other.published_at, type_=UtcDateTime)).where(*before)  # type: ignore[arg-type]
    return (
        select(
            Case,
            Mention,
            Score,
            Draft,
            Revision,
            _count(other, col(other.case_id) == case_id).label("mentions"),
            _count(other, *before).label("earlier"),
            _count(other, *before, answered).label("answered"),
            first.correlate(Mention).scalar_subquery().label("since"),
            _vanished(case_id).label("vanished"),
        )
        .join(Mention, col(Mention.id) == Case.mention_id, isouter=True)
        .join(
            Score,
            (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision),
            isouter=True,
        )
        .join(
            Draft,
            (col(Draft.mention_id) == Mention.id) & (col(Draft.revision) == Mention.revision),
            isouter=True,
        )
        .join(
            Revision,
            (col(Revision.mention_id) == Mention.id) & (col(Revision.revision) == Mention.revision - 1),
            isouter=True,
        )
        .where(col(Case.id) == case_id)
    )


def _vanished(case_id: Any) -> Any:
    """When it was noticed that something grave is gone from the brand's own page, while anything of the case is."""
    other = aliased(Mention)
    gone = exists().where(col(other.case_id) == case_id, col(other.gone_at).is_not(None))
    latest = select(func.max(Audit.at, type_=UtcDateTime))
    mine = (col(Audit.case_id) == case_id, col(Audit.action) == vanished.EVENT, gone)
    return latest.where(*mine).correlate(None).scalar_subquery()


def _count(table: Any, *conditions: ColumnElement[bool] | bool) -> Any:
    counted = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]
    return counted.correlate(Mention).scalar_subquery()


def _standing(case: Case, brand: Brand | None, now: datetime, whys: tuple[Why, ...]) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "version": case.version,
        "now": now,
        "zone": brand.zone if brand else ZoneInfo("UTC"),
        "brand": brand.name if brand else case.brand,
        "status": case.status,
        "urgency": case.urgency,
        "channel": case.channel,
        "whys": whys,
        "due_at": case.due_at,
        "owner": case.owner,
        "acknowledged_by": case.acknowledged_by,
        "acknowledged_at": case.acknowledged_at,
        "replied_at": case.replied_at,
        "resolved_by": case.resolved_by,
        "resolved_at": case.resolved_at,
        "resolution": case.resolution,
        "snoozed_until": case.snoozed_until,
        "storm": case.storm,
        "opened_at": case.opened_at,
        "approval": tuple(brand.policy.approval.get("critical", ())) if brand else (),
        "on_call": tuple(brand.policy.on_call) if brand else (),
    }


def _words_of(mention: Mention, score: Score | None) -> dict[str, Any]:
    url, host = safe_url(mention.url)
    lang = (score.lang if score else None) or mention.lang  # what a platform tells is from outside too
    return {
        "mention_id": mention.id,
        "revision": mention.revision,
        "platform": mention.platform,
        "platform_label": platform_label(mention.platform),
        "stars": mention.stars,
        "lang": shown(one_line((lang or "")[:LINE]), LINE) or None,
        "unread": bool(mention.text) and (score is None or score.sentiment is None),
        "author": shown(mention.author and one_line(mention.author), LINE) or None,
        "published_at": mention.published_at,
        "title": shown(mention.title and one_line(mention.title), LINE),
        "quote": shown(mention.text, QUOTE),
        "is_cut": len(mention.text) > QUOTE,
        "url": url,
        "host": host,
        "place": shown(mention.place and one_line(mention.place), LINE) or None,
        "gone_at": mention.gone_at,
        "category": score.category if score else None,
    }


def _engagement(session: Session, mention: Mention) -> Engagement:
    """The counts, and how fast they grow where there are any."""
    if not any(mention.engagement):
        return Engagement(*mention.engagement)
    latest = session.scalars(
        select(Snapshot)
        .where(col(Snapshot.mention_id) == mention.id)
        .order_by(col(Snapshot.at).desc())
        .limit(SNAPSHOTS)
    )
    counts = [Counts(row.at, row.likes, row.shares, row.replies) for row in latest]
    return Engagement(*mention.engagement, speed=spread(counts, mention.published_at).speed)


def _worst(session: Session, case: Case) -> tuple[Listed, ...]:
    """Of a storm: the most urgent, then what most people have seen, then the first."""
    scored = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)
    rank = sql_case(
        {name: n for n, name in enumerate(URGENCIES)}, value=col(Score.urgency), else_=len(URGENCIES)
    )
    reach = (
        func.coalesce(Mention.likes, 0) + func.coalesce(Mention.shares, 0) + func.coalesce(Mention.replies, 0)
    )
    rows = session.execute(
        select(Mention, col(Score.urgency))
        .join(Score, scored, isouter=True)
        .where(col(Mention.case_id) == case.id, col(Mention.id) != (case.mention_id or 0))
        .where(col(Mention.gone_at).is_(None), col(Mention.external_id).not_like(f"{ERASED}%"))
        .order_by(rank, reach.desc(), col(Mention.id))
        .limit(WORST)
    )
    return tuple(listed(mention, urgency) for mention, urgency in rows)


def _whys(session: Session, case: Case, score: Score | None) -> tuple[Why, ...]:
    """Each kind once, in the order it came, with the words and figures of its latest telling; of a storm, those of the
    mention it shows."""
    query = select(col(Reason.kind), col(Reason.detail)).where(col(Reason.case_id) == case.id)
    if case.storm:
        query = query.where((col(Reason.mention_id) == case.mention_id) | (col(Reason.kind) == "spike"))
    rows = session.execute(query.order_by(col(Reason.id)))
    details = {kind: list(detail or []) for kind, detail in rows}
    if score and not details.get("urgent", True):
        details["urgent"] = score.why
    return tuple(Why(kind, _short(detail)) for kind, detail in details.items())


def _short(detail: list[str]) -> tuple[str, ...]:
    words = (shown(one_line(str(word)[:400]), 60) for word in detail[:WHY_WORDS])
    return tuple(word for word in words if word)


def change_of(mention: Mention, before: Revision | None) -> Change | None:
    """What differs from the revision before; None where there is none."""
    if before is None:
        return None
    stars = (before.stars, mention.stars) if before.stars != mention.stars else None
    same = (before.text, before.title) == (mention.text, mention.title)
    return Change(
        mention.edited_at or mention.changed_at, stars, "" if same else shown(before.text, QUOTE // 2)
    )


def proposal(own: str | None, mention: Mention, draft: Draft | None, lang: str | None) -> Proposal | None:
    """What is proposed to answer a mention, written in `lang`: the `own` words of a person, else the draft; None where
    there is neither."""
    if draft is None and own is None:
        return None
    drafted = draft.lang if draft else lang or ""  # without a draft a person wrote it from nothing
    if own is None and draft is not None and draft.outdated:
        failed = not_redrafted(draft)
        return Proposal(drafted, None, kind=kind_of(draft.moves), waits=not failed, failed=failed)
    reply, private = own or (draft.reply if draft else None), draft.private_reply if draft else None
    limit, unit = _room(mention.platform)
    # What the guard found, and what a gloss says, is about the draft, not about a person's own words.
    failures = [check for check in draft.checks if not check.get("ok", True)] if draft and not own else []
    return Proposal(
        lang=drafted,
        reply=reply and shown(reply, DRAFT),
        private_reply=private and shown(private, DRAFT),
        gloss=shown(draft.gloss, DRAFT) if draft and draft.gloss and not own else None,
        checks=tuple(
            (visible(str(c.get("name", ""))), shown(str(c.get("detail", "")), 200)) for c in failures
        ),
        used=measure(reply or "", unit),
        limit=limit,
        unit=unit,
        edited=own is not None,
        is_cut=max(len(reply or ""), len(private or "")) > DRAFT,
        kind=kind_of(draft.moves if draft else ()),
    )


def not_redrafted(draft: Draft) -> bool:
    """Whether it could not be written anew when it had to be: its words were taken away, and it is tried again."""
    return draft.outdated and any(check.get("name") == NOT_REDRAFTED for check in draft.checks)


def _room(platform: str) -> tuple[int | None, Unit]:
    try:
        known = platforms.get(platform)
    except KeyError:
        return None, "characters"
    return known.reply_limit, known.reply_unit


def kind_of(moves: Sequence[str]) -> str:
    """Which kind of grave matter a draft answers, as its wordings are named (`kind.health.public.2`)."""
    return next((move.split(".")[1] for move in moves if move.startswith("kind.")), "")


def listed(mention: Mention, urgency: str | None) -> Listed:
    """The mention on a line."""
    return Listed(
        mention.id or 0,
        mention.stars,
        urgency,
        shown(mention.author, 60) or None,
        mention.published_at,
        shown(one_line(mention.text[: 2 * LINE] or mention.title or ""), 120),
        safe_url(mention.url)[0],
    )
